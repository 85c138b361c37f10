"""The words that mail programs put around quotations, by language: verbs, small words, "original message"."""

# Verbs of writing and saying, as attributions have them.
_VERBS = {
    "en": "wrote writes said says",
    "de": "schrieb schreibt schrieben geschrieben geantwortet",
    "fr": "écrit ecrit écrivait écrivit écrite écris",
    "es": "escribió escribio escribe escribí",
    "it": "scritto scrisse scrive scriveva",
    "pt": "escreveu escreve",
    "nl": "schreef geschreven schrijft",
    "ru uk": "написал написала написали пишет писал писала пише написав",
    "sv da no": "skrev skriver skrivit",
    "fi": "kirjoitti",
    "pl": "napisał napisała pisze pisał",
    "cs sk": "napsal napsala napísal napísala",
    "tr": "yazdı",
    "hu ro el vi": "írta scris έγραψε viết",
}
VERBS = frozenset(" ".join(_VERBS.values()).split())
WIDE_VERBS = ("写道", "寫道", "書きました", "のメール", "작성", "님이", "さんは")
# Days of the week, prepositions and other words that stand between date, name and verb.
_SMALL = {
    "en": "mon tue wed thu fri sat sun tues thur thurs monday tuesday wednesday thursday friday saturday sunday at on "
    "the from by dated upon quoting according to in",
    "de": "mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag am um den der "
    "von hat uhr zitat folgendes gegen",
    "fr": "lun mar mer jeu ven sam dim lundi mardi mercredi jeudi vendredi samedi dimanche le à a de par selon "
    "citation",
    "es": "mié mie jue vie sáb sab dom lunes martes miércoles miercoles jueves viernes sábado sabado domingo el las "
    "la ha por citando",
    "it": "gio lunedì martedì mercoledì giovedì venerdì sabato domenica il giorno alle ore da data",
    "pt": "seg ter qua qui sex segunda terça terca quarta quinta sexta segunda-feira terça-feira quarta-feira "
    "quinta-feira sexta-feira em às as dia",
    "nl": "ma wo vr za zo maandag dinsdag woensdag donderdag vrijdag zaterdag zondag op om heeft het volgende door",
    "ru uk": "пн вт ср чт пт сб вс нд понедельник вторник среда среду четверг пятница пятницу суббота субботу "
    "воскресенье в от г пользователь користувач",
    "sv": "mån tis ons tor tors fre lör sön måndag tisdag onsdag torsdag fredag lördag söndag av följande",
    "da no": "man tir lør søn mandag tirsdag lørdag søndag kl den af følgende på",
    "fi": "ke to pe su ti klo kello maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai maanantaina "
    "tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina",
    "pl": "pon wt śr czw pt sob niedz poniedziałek wtorek środa czwartek piątek sobota niedziela w dniu dnia o godz "
    "użytkownik od",
    "cs": "po út st čt pá ne pondělí úterý středa čtvrtek pátek neděle dne v ve odesílatel uživatel",
    "tr": "pzt sal çar per cum cmt paz pazartesi salı çarşamba perşembe cuma cumartesi pazar tarihinde saat şunu "
    "kullanıcısı",
    "vi": "vào lúc đã",
}
SMALL = frozenset(" ".join(_SMALL.values()).split())
_NOT_NAMES = {
    "en": "i you he she it we they who someone somebody anyone one as the this that these those what which and but so "
    "also original message forwarded",
    "de": "ich du er sie es wir man wie",
    "fr": "je tu il elle on nous vous ils elles",
    "es it pt": "yo tú él ella io lui lei noi eu ele ela",
    "nl": "ik hij zij",
    "ru": "я он она они",
    "sv da no": "jag han hon jeg hun",
}
NOT_NAMES = frozenset(" ".join(_NOT_NAMES.values()).split())
# Between dashes ("-----Original Message-----"), or with a colon ("Begin forwarded message:").
_MARKERS = {
    "en": (
        "original message", "original appointment", "original mail", "original email", "forwarded message",
        "begin forwarded message", "start of forwarded message", "forward header", "forwarded mail", "forwarded email",
        "reply message", "reply header", "original meeting request", "begin original message",
    ),
    "de": (
        "ursprüngliche nachricht", "urspr. nachricht", "original-nachricht", "originalnachricht", "original nachricht",
        "original-e-mail", "originalmail", "ursprüngliche mail", "antwort nachricht", "weitergeleitete nachricht",
        "anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail",
    ),
    "fr": (
        "message d'origine", "message d’origine", "message original", "message originel", "message initial",
        "mail original", "e-mail d'origine", "courriel original", "message transféré", "message transfere",
        "message réexpédié", "début du message réexpédié", "début du message transféré",
        "début du message réacheminé",
    ),
    "es": (
        "mensaje original", "mensaje reenviado", "correo original", "inicio del mensaje reenviado",
        "inicio del mensaje remitido", "mensaje de origen",
    ),
    "it": ("messaggio originale", "messaggio inoltrato", "messaggio originario", "inizio messaggio inoltrato"),
    "pt": (
        "mensagem original", "mensagem encaminhada", "mensagem reencaminhada", "início da mensagem reencaminhada",
        "início da mensagem encaminhada", "começo da mensagem reencaminhada",
    ),
    "nl": (
        "oorspronkelijk bericht", "origineel bericht", "oorspronkelijke mail", "doorgestuurd bericht",
        "begin doorgestuurd bericht",
    ),
    "ru uk": (
        "исходное сообщение", "оригинальное сообщение", "исходное письмо", "пересылаемое сообщение",
        "пересланное сообщение", "переадресованное сообщение", "перенаправленное сообщение",
        "начало переадресованного сообщения", "начало пересылаемого сообщения", "оригінальне повідомлення",
        "переслане повідомлення",
    ),
    "pl": (
        "wiadomość oryginalna", "oryginalna wiadomość", "wiadomość przekazana dalej", "przekazana wiadomość",
        "treść przekazanej wiadomości", "przekazywana wiadomość", "początek przekazywanej wiadomości",
    ),
    "sv": (
        "ursprungligt meddelande", "originalmeddelande", "ursprungligt mail", "vidarebefordrat meddelande",
        "vidarebefordrat brev",
    ),
    "da": (
        "oprindelig meddelelse", "original meddelelse", "oprindelig besked", "videresendt meddelelse",
        "videresendt besked", "start på videresendt besked",
    ),
    "no": (
        "opprinnelig melding", "original melding", "opprinnelig e-post", "videresendt melding",
        "start på videresendt melding",
    ),
    "fi": ("alkuperäinen viesti", "välitetty viesti", "edelleenlähetetty viesti", "välitetty viesti alkaa"),
    "cs sk": (
        "původní zpráva", "původní e-mail", "přeposlaná zpráva", "začátek přeposílané zprávy", "pôvodná správa",
        "preposlaná správa",
    ),
    "hu ro el": (
        "eredeti üzenet", "továbbított üzenet", "mesaj original", "mesaj redirecționat", "αρχικό μήνυμα",
        "προωθημένο μήνυμα",
    ),
    "tr": (
        "özgün ileti", "orijinal mesaj", "orijinal ileti", "iletilmiş mesaj", "yönlendirilmiş ileti", "iletilen mesaj",
        "iletilen ileti başlangıcı",
    ),
    "ja": ("元のメッセージ", "元のメール", "転送メッセージ", "転送されたメッセージ"),
    "zh": (
        "原始邮件", "原邮件", "转发的邮件", "转发邮件", "转发邮件信息", "转发信息", "以下是转发的邮件",
        "下面是被转发的邮件", "原始郵件", "轉寄的訊息", "轉寄的郵件", "轉寄郵件", "開始轉寄郵件",
    ),
    "ko": ("원본 메시지", "원본 메일", "전달된 메시지", "전달 메시지"),
}  # fmt: skip
MARKERS = frozenset(phrase.casefold() for phrases in _MARKERS.values() for phrase in phrases)
# Notes, mutt and others say who forwarded it, or whose it is.
LED_MARKERS = (
    "forwarded by", "forwarded message from", "message from", "original message from", "weitergeleitet von",
    "réexpédié par", "transféré par", "reenviado por", "inoltrato da", "encaminhado por", "doorgestuurd door",
    "переслано", "przesłane przez", "vidarebefordrat av", "videresendt af", "videresendt av", "välittänyt",
)  # fmt: skip
# What the lines begin with that end a forwarded mail, in lower case and without their dashes.
ENDINGS = (
    "end forwarded message", "end of forwarded message", "end original message", "ende der weitergeleiteten nachricht",
    "fin du message réexpédié", "fin du message transféré", "fin del mensaje reenviado", "fine messaggio inoltrato",
    "fine del messaggio inoltrato", "fim da mensagem encaminhada", "fim da mensagem reencaminhada",
    "einde doorgestuurd bericht", "конец пересылаемого сообщения", "конец переадресованного сообщения",
)  # fmt: skip
