"""Words by which an article tells that mail is being cited."""

import re

_MAIL = re.compile(
    r"(?i)\b(?:e-?mails?|mails?|courriels?|courriers?|correos?(?:\selectrónicos?)?|mensaje[ns]?|mensajes|mensage[mn]s?|messages?|"
    r"messaggi[oa]?|nachricht(?:en)?|bericht(?:en)?je?s?|memos?|memorand\w+|memorándum|notes?|nota|notiz\w*|exchanges?|"
    r"wiadomoś\w+|письм\w+|сообщени\w+|мейл\w*|schreiben|brief(?:e|en)?|lettres?|lettera|lettere|carta|cartas|letter|"
    r"inbox|mailbox|ontboezem\w*|mailtje|e-mailtje)\b|メール|邮件|電子郵件|이메일"
)
_SAYS = re.compile(
    r"(?i)\b(?:wrote|writes|written|writing|replied|replies|answered|told|asked|warned|advised|complained|sent|forwarded|"
    r"écri\w+|répond\w+|prévi\w+|explique|plaint|plaide|confie|demand\w+|ordonn\w+|transm\w+|envoy\w+|adress\w+|"
    r"schr(?:ie|ei)b\w*|antwort\w*|teilte|bat|berichtet\w*|meldete|leitete|mutmaßte|tobte|"
    r"escri\w+|respond\w+|advert\w+|inform\w+|dijo|envi\w+|pidió|"
    r"scri(?:ss|v)\w*|rispo\w+|spieg\w+|chied\w+|chies\w+|avvert\w+|descriv\w+|invi\w+|"
    r"escreve\w*|enviou|pression\w+|atribui\w*|schreef|schrijft|liet\sweten|antwoord\w*|stuurde|"
    r"napisa\w+|odpisa\w+|przesła\w+|писал\w*|написал\w*|ответил\w*|советовал\w*|сообщил\w*)\b"
)
_REPLY = re.compile(
    r"(?i)\b(?:in (?:his|her|their|the|a) (?:reply|response|answer)|replied|answered|responded|wrote back|shot back|"
    r"dans (?:sa|la|une) réponse|(?:lui )?répond(?:it|ait|u|ra)?|en réponse|"
    r"in (?:seiner|ihrer|der|einer) (?:antwort|erwiderung|replik)|antwortete|erwiderte|"
    r"en (?:su|la|una) respuesta|respondi[óo]|contest[óo]|le respondió|"
    r"nella (?:sua )?risposta|rispose|risponde(?:va)?|ha risposto|na (?:sua )?resposta|respondeu|"
    r"in (?:zijn|haar|het|een) antwoord|antwoordde|w odpowiedzi|odpisał\w*|odpowiedział\w*|"
    r"в (?:своём |своем )?ответе?|ответил\w*)\b"
)


def cue(text: str) -> float:
    """How plainly a passage tells that a message is cited: 1 with both a word for mail and one for saying."""
    return 0.5 * bool(_MAIL.search(text)) + 0.5 * bool(_SAYS.search(text))


def tells_of_reply(text: str) -> "re.Match[str] | None":
    """Where a text says that somebody replied."""
    return _REPLY.search(text)
