"""Where the signature begins below someone's own words, and the disclaimer that a server or a list puts below both."""

import re
from collections.abc import Sequence

from mappings.records import Address

_DASHES = re.compile(r"\n(?:--[ \xa0]?|—|—{2,})[ \t]{0,9}(?=\n|\Z)")
_LOOK_BACK = 8000  # code points above the end in which a signature may begin
# What telephones, tablets and web mailers write below a mail; the first letters tell cheaply that it may be that.
_DEVICE_STARTS = frozenset((
    "sen", "get", "von", "ges", "die", "env", "tél", "obt", "sca", "ott", "out", "inv", "ver", "wys", "ski", "ode",
    "odo", "iph", "elk", "tri", "(se", "[se", "---",
))  # fmt: skip
_DEVICE_WIDE = (
    "送信", "에서 보", "gönderil", "发", "發", "来自", "來自", "Отправлен", "Надіслано", "Στάλθηκε", "Lähetetty",
)  # fmt: skip
_RULED = re.compile(r"\n-{3,60}[ \t]{0,9}(?=\n)")
_MORE = r"[^\n,]{0,60}"
_DEVICE = re.compile(
    rf"\n[(\[]?(?:Sent wirelessly {_MORE}|Envoyé sans fil {_MORE}|"
    rf"Sent from (?:my {_MORE}|(?:Mail|Outlook|Yahoo|AOL|an? |iPhone|iPad|Samsung|Windows|Proton|Gmail|"
    rf"Mailbird|Spark|"
    rf"Thunderbird|Nine|BlackBerry|Mobile|TypeApp|Acompli|Type Mail|Android){_MORE})|Sent (?:via|with|"
    rf"using) [A-Z]{_MORE}|"
    rf"Get (?:Outlook|BlueMail|TypeApp) for {_MORE}|Von meinem {_MORE} gesendet|(?:Gesendet|"
    rf"Diese Nachricht wurde) (?:von|mit|über|aus) {_MORE}|"
    rf"Envoyé (?:de(?:puis)?|à partir de|par|avec|via|à partir d['’]) ?{_MORE}|(?:Télécharger|"
    rf"Obtenez) Outlook pour {_MORE}|Obten(?:er|ga) Outlook para {_MORE}|"
    rf"Obter o Outlook para {_MORE}|(?:Scarica|Ottieni) Outlook per {_MORE}|Outlook für {_MORE} (?:beziehen|"
    rf"herunterladen)|"
    rf"Outlook voor {_MORE} downloaden|Enviado (?:desde|do|de|a partir do|a través de|con|via|pelo) {_MORE}|"
    rf"Inviato (?:da|dal|con|tramite) {_MORE}|"
    rf"(?:Verstuurd|Verzonden) (?:vanaf|met|via|vanuit|van) {_MORE}|Отправлен[оа]? (?:с|из|через) {_MORE}|"
    rf"Скачать Outlook {_MORE}|"
    rf"Wysłan[eoy] z {_MORE}|Skickat från {_MORE}|Sendt fra {_MORE}|Lähetetty {_MORE}|Odesláno z {_MORE}|"
    rf"Odoslané z {_MORE}|"
    rf"iPhone['’]?umdan gönderildi|{_MORE} gönderildi|Надіслано з {_MORE}|Elküldve {_MORE}|Trimis de pe {_MORE}|"
    rf"Στάλθηκε από {_MORE}|"
    r"(?:私の ?)?(?:iPhone|iPad|Android)(?:から|で)送信[^\n]{0,20}|(?:发自|發自|来自|來自|发送自|從)[^\n]{0,30}|"
    r"[^\n]{0,20}에서 보(?:냄|낸)[^\n]{0,20}|"
    rf"-----BEGIN PGP SIGNATURE-----)[)\]]?[.!]?[ \t\xa0]*(?=\n|\Z)",
    re.I,
)
_LEGAL_HINTS = ("nfiden", "ntended", "ertrouwelijk")
_ALL_LEGAL_HINTS = (
    *_LEGAL_HINTS, "ertraulich", "riservat", "конфиденц", "poufn", "fortrolig", "luottamuk", "důvěrn", "gizli", "機密",
    "机密", "保密", "기밀",
)  # fmt: skip
_LIST_HINTS = ("nsubscri", "\n__", "ailing list", "ponsored by")  # parts of words: their case does not matter, mostly
_LAST_HINTS = ("irus", "environment", "Yahoo!")  # looked for in the last lines alone
_RULE = re.compile(r"\n[ \t]{0,3}(?:_{2,200}|[=*~-]{5,200}|-{1,3}[ \t]?)[ \t]*(?=\n)")
_BELOW_RULE = re.compile(
    r"\n{1,2}[^\n]{0,120}?(?:mailing list|-list\b|-users\b|-dev\b|unsubscri|subscribed|received this (?:message|"
    r"e-?mail)|This sf\.net|"
    r"Archives?:|Do You Yahoo|Yahoo!|Get your free|Send and receive|Join the world|MSN |scanned|virus)", re.I,
)  # fmt: skip
_LIST = re.compile(
    r"[ \t]{0,3}(?:To unsubscribe|You (?:are receiving|received) this (?:message|e-?mail|because)|"
    r"You are currently subscribed|"
    r"Yahoo! Groups|[-~>]{5,} ?Yahoo! Groups|Please consider (?:the environment|your environmental)|Virus-free\.|"
    r"No virus found in this|This (?:e-?mail|message) (?:has been|was) (?:scanned|checked)|Denken Sie an die Umwelt|"
    r"Diese E-?Mail wurde (?:von Avast|auf Viren)|L['’]absence de virus|Pensez à l['’]environnement|Antes de imprimir|"
    r"Libre de virus\.|Prima di stampare|Privo di virus\.|Livre de vírus\.|This sf\.net)",
    re.I,
)
_LEGAL = re.compile(
    r"\n[ \t]{0,9}[*\[(_=~-]{0,80}[ \t]{0,3}(?P<title>(?:CONFIDENTIALITY|LEGAL|PRIVACY|PRIVILEGED?|EMAIL|"
    r"E-MAIL)[^\n]{0,30}(?:NOTICE|NOTE|DISCLAIMER|STATEMENT)|DISCLAIMER|"
    r"HAFTUNGSAUSSCHLUSS|VERTRAULICHKEITSHINWEIS|AVIS DE CONFIDENTIALIT[EÉ]|AVISO (?:LEGAL|DE CONFIDENCIALIDAD|"
    r"DE CONFIDENCIALIDADE)|AVVISO|CL[AÁ]USULA)?"
    r"(?(title)|(?:(?:This|The) (?:e-?mail|electronic|message|information|communication|transmission|contents?|"
    r"document|attached)|The unauthorized|"
    r"IMPORTANT|NOTICE|NOTE|PRIVILEGED|CONFIDENTIAL|If you (?:are not|have received)|Unless (?:otherwise|expressly)|"
    r"Any (?:views|opinions|unauthori)|IRS Circular|"
    r"Diese[s]? (?:E-?Mail|Nachricht)|D(?:er|ie) (?:Inhalt|Information|in dieser)|Ce (?:message|courriel|mail|"
    r"courrier)|Cet? e-?mail|Les informations|AVERTISSEMENT|"
    r"Este (?:mensaje|correo|e-?mail|mensagem)|Esta (?:mensagem|comunica)|La informaci[oó]n|As? informa|Il presente|"
    r"La presente|Quest[oa] (?:messaggio|e-?mail|comunicazione)|Le informazioni|"
    r"Dit (?:e-?mail)?\s?bericht|Deze e-?mail|De (?:informatie|inhoud)|Данное|Настоящее|Это (?:сообщение|письмо|"
    r"электронное)|Информация, содержащаяся|ВНИМАНИЕ|"
    r"Ta wiadomość|Niniejsz|Treść|Informacje|Detta|Denne|Tämä|Tato zpráva|Tento|Bu (?:e-?posta|mesaj|ileti)|このメール|"
    r"本メール|本邮件|此邮件|이 메일|본 메일))",
    re.I,
)  # fmt: skip
_SIGNS = tuple(re.compile(signs, re.I) for signs in (
    r"confiden|privileged|vertraulich|riservat|vertrouwelijk|конфиденц|poufn|konfidenti|fortrolig|luottamuksel|"
    r"důvěrn|gizli|機密|机密|保密|기밀",
    r"intended|addressee|recipient|bestimmt|empfänger|adressat|destinat|destinad|geadresseerde|bestemd|ontvanger|"
    r"адресат|"
    r"предназначен|adresat|mottagare|avsedd|modtager|mottaker|vastaanottaj|adresát|alıcı|受信|收件人|수신",
    r"in error|by mistake|erroneously|irrtüm|par erreur|por error|por erro|por engano|per errore|onrechte|"
    r"abusievelijk|ошиб|pomyłk|omyłk|"
    r"misstag|fejl|feil|erehdyks|omylem|yanlış|誤|误|錯|실수|잘못",
    r"delet|destroy|lösch|vernicht|supprim|détrui|elimin|borr|destru|apag|cancell|distrugg|verwijder|vernietig|удал|"
    r"уничтож|usun|"
    r"zniszcz|radera|slet|poista|smaz|silin|削除|删除|刪除|삭제",
    r"unauthori[sz]ed|prohibit|forbidden|unlawful|untersagt|verboten|gestattet|interdit|prohibid|proibid|vietat|"
    r"verboden|toegestaan|"
    r"запрещ|zabron|förbjud|forbudt|kielle|zakáz|yasak|禁|금지",
    r"liab|haft|responsab|aansprakelijk|ответствен|odpowiedzial|ansvar|vastuu|odpověd|sorumlu|責任|责任|책임",
))  # fmt: skip
_BANNER = re.compile(
    r"\n\s{0,20}(?:[*\[(_=~!⚠️ -]{0,40}(?:EXTERNAL(?: E-?MAIL| SENDER| MESSAGE)?|CAUTION|WARNING|ATTENTION|ACHTUNG|"
    r"EXTERN(?:E E-?MAIL)?)\b[^\n]{0,20}?"
    r"(?:(?:This|Diese|Ce|Dieses) [^\n]{0,80}(?:outside|external|ext[eé]rieur|externe|außerhalb|extern)[^\n]{0,400}"
    r"|[\])*])[ \t]*(?=\n))",
    re.I,
)
_BANNER_STARTS = "*[(_=~!⚠ -ECWAecwa\n"
_CONTACT = re.compile(
    r"\bvia mobile\b|"
    r"\+?\(?\d[\d ()./\xa0-]{6,}\d|@|\bwww\.|https?://|^(?:tel|phone|ph|mob|mobile|cell|fax|skype)\b", re.I
)


def below(lined: str, start: int, end: int, followed: bool, sender: Sequence[Address] = ()) -> tuple[int, int]:
    """Where the signature and then the disclaimer begin below the own words `text[start:end]`, their end where there is
    none; `lined` is "\\n" + text.

    `followed`: more comes after, so that dashes far above are no signature. `sender` is whom the mail is from.
    """
    legal = _disclaimed(lined, start, end) if end - start > 80 else end
    cut = dashes(lined, start, legal, followed)
    if cut == legal and lined.find("-", start, legal) >= 0:
        cut = _ruled(lined, start, legal, sender)
    device = _device(lined, start, cut, legal)
    if device < cut and (not followed or "\n" not in lined[device + 1 : legal].strip()):
        cut = device
    if cut == legal and sender:
        cut = _contact(lined, start, cut, sender)
    return cut, legal


def _ruled(lined: str, start: int, end: int, sender: Sequence[Address]) -> int:
    """Where a line of three or more dashes begins that has but a few short lines below it, the sender's name first."""
    at = lined.rfind("\n--", max(start, end - 500), end)
    found = _RULED.match(lined, at, end + 1) if at > start else None
    if not found:
        return end
    rows = [row.strip() for row in lined[found.end() : end + 1].split("\n") if row.strip()]
    named = any(word in " ".join(rows[:4]).lower() for who in sender for word in who.name.lower().split()[:1])
    few = len(rows) <= 2 and all(len(row) < 40 and row[-1] not in ".:?!," for row in rows)
    return at if rows and (few or (named and len(rows) < 13 and all(len(row) < 80 for row in rows))) else end


def _device(lined: str, start: int, cut: int, end: int) -> int:
    """Where, among the last lines above `end`, one begins that a telephone wrote; `cut` when there is none before "
    "it."""
    at, found = end, cut
    floor = max(start, end - 600)
    rows = lined[floor:end].rsplit("\n", 6)[1:]
    if _DEVICE_STARTS.isdisjoint([row[:3].lower() for row in rows]):  # nearly always
        tail = lined[floor : end + 60]
        if tail.isascii() or not any(map(tail.__contains__, _DEVICE_WIDE)):
            return cut
    for _ in range(6):
        at = lined.rfind("\n", floor, at)
        if at < 0:
            break
        line = lined[at + 1 : at + 4].lower()
        may = line in _DEVICE_STARTS
        if not may and not line.isascii():
            may = any(map(lined[at : at + 60].__contains__, _DEVICE_WIDE))
        if may and at < cut and _DEVICE.match(lined, at, end + 1):
            found = at
        elif found < cut and line.strip():
            break
    return found


def banner(lined: str, start: int, end: int) -> int:
    """Where a warning ends that a server put above the text ("[EXTERNAL] This came from outside"), else `start`."""
    if lined[start + 1 : start + 2] not in _BANNER_STARTS:
        return start
    found = _BANNER.match(lined, start, min(end + 1, start + 600))
    return min(found.end(), end) if found else start


def dashes(lined: str, start: int, end: int, followed: bool) -> int:
    """Where a line of two dashes begins that has few lines below it."""
    floor = max(start, end - _LOOK_BACK)
    first = lined.find("\n-", floor, end)
    if "—" in lined and lined.find("\n—", floor, end) >= 0:
        first = floor
    for found in _DASHES.finditer(lined, first, end + 1) if first >= 0 else ():
        lines = lined.count("\n", found.end(), end)
        if lines <= (6 if followed else 60 if len(found[0]) == 4 else 15):
            return found.start()
    return end


def _disclaimed(lined: str, start: int, end: int) -> int:
    """Where the disclaimer or list footer begins that runs to the end."""
    cut = _listed(lined, start, end)
    low = _long_paragraph(lined, start, end)
    if low < 0:
        return cut
    tail = lined[low:end]
    for hint in _LEGAL_HINTS if lined.isascii() else _ALL_LEGAL_HINTS:
        if hint in tail:
            cut = _legal(lined, start, low + tail.find(hint), cut)
    return cut


def _long_paragraph(lined: str, start: int, end: int) -> int:
    """Where the last two paragraphs begin if one of them is long, as those of disclaimers are; else -1."""
    tail = lined[max(start, end - 40) : end + 1]
    shown = end + 1 - len(tail) + len(tail.rstrip())
    last = max(lined.rfind("\n\n", start, shown), start)
    before = max(lined.rfind("\n\n", start, last), start)
    return max(before, end - 2500) if shown - last > 120 or last - before > 120 else -1


def _listed(lined: str, start: int, end: int) -> int:
    """Where a mailing list's or a scanner's footer begins."""
    cut = end
    low, last = max(start, end - 1000), max(start, end - 500)
    tail = lined[low:end]
    found = [low + tail.find(hint) for hint in _LIST_HINTS if hint in tail]
    tail = lined[last:end]
    found += [last + tail.find(hint) for hint in _LAST_HINTS if hint in tail]
    for at in found:
        if at >= cut:  # it is in the footer that another word told of
            continue
        first = _rule_above(lined, start, max(lined.rfind("\n", start, at + 1), start))
        if start <= first < cut and lined.count("\n", first, end) <= 30:
            cut = first
    return cut


def _rule_above(lined: str, start: int, line: int) -> int:
    """Where the footer begins that the line has a word of: a rule some lines above it, or itself; -1 for none."""
    if (rule := _RULE.match(lined, line)) and _is_below_rule(lined, rule.end()):
        return line
    above = line
    for _ in range(5):
        above = lined.rfind("\n", start, above)
        if above < 0:
            break
        if (rule := _RULE.match(lined, above)) and _is_below_rule(lined, rule.end()):
            return above
    return line if _LIST.match(lined, line + 1) else -1


def _is_below_rule(lined: str, at: int) -> bool:
    """True where the line below the rule that ends at `at` is one of a footer: mostly it names the mailing list."""
    end = lined.find("\n", at + 2, at + 120)
    named = lined.find("mailing list", at, end if end > 0 else at + 120) >= 0
    return named or _BELOW_RULE.match(lined, at) is not None


def _legal(lined: str, start: int, at: int, end: int) -> int:
    """Where the disclaimer begins that has one of its words at `at`; `end` when it is none."""
    paragraph = lined.rfind("\n\n", max(start, at - 1500), at)
    above = lined.rfind("\n\n", max(start, paragraph - 100), paragraph) if paragraph > 0 else -1  # a title's
    for found in _LEGAL.finditer(lined, max(above, paragraph - 100, start, at - 1500), min(at + 1, end)):
        words = lined[found.start() : min(found.start() + 1800, end + 1)]
        signs = sum(sign.search(words) is not None for sign in _SIGNS)
        if signs >= (2 if found["title"] else 3) and (signs >= 4 or found.start() > start):
            return found.start()
    return end


def _contact(lined: str, start: int, end: int, sender: Sequence[Address]) -> int:
    """Where the sender's name stands on a line by itself with telephone, address or site below it, to the end."""
    floor = max(start, end - 500)
    for who in sender:
        at = lined.rfind(f"\n{who.name}", floor + (floor == start), end) if " " in who.name else -1
        if at >= 0:
            first, *rest = _rows(lined, at, end)
            near = len(first) < len(who.name) + 30 and 1 <= len(rest) <= 9 and all(len(row) < 90 for row in rest)
            if near and any(map(_CONTACT.search, rest)):
                return at
        at = lined.find(who.address, floor, end) if who.address else -1
        if at >= 0 and (paragraph := lined.rfind("\n\n", floor, at) + 1) > 0:
            rows = _rows(lined, paragraph, end)
            if 3 <= len(rows) < 10 and all(len(row) < 60 for row in rows):
                return paragraph
    return end


def _rows(lined: str, start: int, end: int) -> list[str]:
    """The lines of a stretch that are not blank."""
    return [row for line in lined[start : end + 1].split("\n") if (row := line.strip())]
