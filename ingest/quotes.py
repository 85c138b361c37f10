"""A message's text cut into own words, quotations and signature: `split`, the seam for better ways to do it."""

import re
from itertools import islice

from mappings.records import Segment

MOST = 4000  # segments of one message; what follows is one quotation
DEEPEST = 100

# All patterns that look for the start of a line begin with "\n" and run on "\n" + text: the regex engine finds a
# literal first character by memchr, which is several times faster than "^". A match then starts, in the text, at
# the line it found. What else a match can begin with is asked first, as a set: a line that can't match costs little.
_RUN = re.compile(r"\n(?=[ \t]{0,3}>)(?:(?:[ \t]{0,3}>[^\n]*)(?:\n(?=[ \t]{0,3}>)|(?=\n|\Z)))++")
_DEEPER = re.compile(r"\n[ \t]{0,3}>[ \t]?>")
_LEVEL = re.compile(r"\n[ \t]{0,3}(>(?:[ \t]?>)*)")
# Verbs that end an attribution line: "On <date>, <name> wrote:" and its sisters.
_VERBS = frozenset(
    [
        "wrote",
        "writes",
        "said",
        "says",
        "schrieb",
        "schreibt",
        "geschrieben",
        "écrit",
        "ecrit",
        "écrivait",
        "écrivit",
        "escribió",
        "escribio",
        "escribe",
        "scritto",
        "scrisse",
        "scrive",
        "escreveu",
        "escreve",
        "schreef",
        "geschreven",
        "написал",
        "написала",
        "пишет",
        "писал",
        "писала",
        "skrev",
        "skriver",
        "kirjoitti",
        "napisał",
        "napisała",
        "napsal",
        "napsala",
        "yazdı",
    ]
)
_WORDS = re.compile(r"[^\W\d_]{3,}")
_OPENING = re.compile(
    r"(?:In article|In message|In reply to|Quoting|Zitat von|Citando|Citat de|According to|Selon|\*+ |On |Am |At )",
    re.I,
)
_DATED = re.compile(r"\d{4}|\d{1,2}[:.]\d\d|@")
_SURE = re.compile(r"\d{4}|@|\d{1,2}[./]\d{1,2}[./]\d\d")
_DAY = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]")
_COLON_END = re.compile(r":[ \t\xa0]*\n")
_WIDE_COLON_END = re.compile(r"：[ \t\xa0]*\n")
# A line that says: what follows is another mail.
_MARKER = re.compile(
    r"\n[ \t]*(?=[-bBaAdDiIİıнН])(?:-{2,}[ \t]*On [^\n]{1,200} wrote[ \t]*-{2,}|"
    r"-{2,}[ \t]*(?:Original (?:Message|Appointment)|"
    r"Forwarded (?:Message|by[^\n]{1,200})|Ursprüngliche "
    r"Nachricht|Urspr\.? Nachricht|Weitergeleitete Nachricht|"
    r"Original-?Nachricht|Message d['’]origine|Message original|Message (?:transféré|initial)|Mensaje (?:original|"
    r"reenviado)|Messaggio (?:originale|inoltrato)|Mensagem (?:original|encaminhada)|"
    r"Oorspronkelijk bericht|Doorgestuurd bericht|Исходное сообщение|Пересылаемое сообщение|Пересланное сообщение|"
    r"Alkuperäinen viesti|Ursprungligt meddelande|Videresendt melding|"
    r"Wiadomość oryginalna|原始邮件|元のメッセージ|Reply message|Mail original)[ \t]*-*"
    r"|Begin forwarded message ?:|Anfang der weitergeleiteten (?:Nachricht|E-Mail) ?:|Début du message (?:réexpédié|"
    r"transféré)[ \xa0]?:|Inicio del mensaje reenviado ?:|"
    r"Inizio messaggio inoltrato ?:|Início da mensagem reencaminhada ?:|Begin doorgestuurd bericht ?:|Начало "
    r"переадресованного сообщения ?:)[ \t]*(?=\n|\Z)", re.I)  # fmt: skip
_FROM = "From|Von|De|Da|Van|От|Från|Fra|Od|发件人|寄件者|差出人|보낸 사람"
_NEXT = ("Sent|Date|To|Subject|Cc|Gesendet|Datum|An|Betreff|Envoyé(?: le)?|À|A|Objet|Enviado(?: el| em)?|Fecha|"
         "Data|Para|Asunto|Assunto|Inviato|Oggetto|Verzonden|Aan|"
         "Onderwerp|Отправлено|Дата|Кому|Тема|Skickat|Till|Ämne|Sendt|Til|Emne|Wysłano|Do|Temat|发送时间|收件人|主题|日期|送信日時|"
         "宛先|件名")  # fmt: skip
# Outlook's header block: From, then at least two further fields, each on its line ("*From:*" as made from bold type).
_FIELD = r"[ \xa0]?[:：]\*?[^\n]{0,2000}"
_BLOCK = re.compile(
    rf"\n[ \t]*(?=[_*FVDOSTО发寄差보])(?:_{{5,}}[ \t]*\n\s{{0,10}})?"
    rf"\*?(?:(?:{_FROM})[ \xa0]?[:：]\*?[ \t][^\n]{{1,300}}"
    rf"(?:\n[ \t]{{0,4}}\*?(?:{_NEXT}){_FIELD}){{2}}"
    # Hotmail's: Date and Subject stand before From
    rf"|(?:Date|Subject|To)[ \xa0]?:[ \t][^\n]{{1,300}}(?:\n\*?(?:{_NEXT}){_FIELD}){{0,2}}"
    rf"\n\*?(?:{_FROM}){_FIELD}\n\*?(?:{_NEXT}){_FIELD})"
)
_FROM_LINE = re.compile(rf"\*?(?:{_FROM})[ \xa0]?[:：]")
_FIELD_LINE = re.compile(r"[ \t]*\*?[^\s:>][^\n:]{0,20}[:：]")
_SIGNATURE = re.compile(r"\n(?:--[ \xa0]?|—)(?=\n|\Z)")
_FOOTER = re.compile(
    r"\n(?=[-_sSſgGvVeEiIİıоОᲂ])(?:Sent from (?:my|Mail for|Outlook|Yahoo|AOL|a )[^\n]{0,80}|"
    r"Get Outlook for [^\n]{0,60}|Sent via "
    r"[^\n]{0,60}|Von meinem [^\n]{0,40} gesendet|Gesendet (?:von|mit) [^\n]{0,60}|"
    r"Envoyé (?:de|depuis) mon [^\n]{0,60}|Enviado (?:desde|do) (?:mi|meu) [^\n]{0,60}|Inviato da(?:l mio)? "
    r"[^\n]{0,60}|Verstuurd vanaf mijn [^\n]{0,60}|Отправлено с [^\n]{0,60}|"
    r"_{20,}\n[^\n]{0,100}(?:mailing list|-list|@)[^\n]{0,100}|_{40,}|-{20,}\n(?:To unsubscribe|This message|This "
    r"e-?mail|This sf\.net)[^\n]{0,100}|"
    r"-\nTo unsubscribe from this list[^\n]{0,200})[ \t]*(?=\n|\Z)", re.I)  # fmt: skip


def split(text: str) -> tuple[Segment, ...]:
    """Cut `text` into segments that cover it without a gap, in order; "" gives none.

    Quotations are lines marked with ">", and what follows a line such as "-----Original Message-----", Outlook's
    header block or a dated attribution that no ">" follows. An attribution line belongs to its quotation.
    """
    if not text:
        return ()
    lined = "\n" + text
    tail = _tail(lined)
    segments: list[Segment] = []
    done = 0
    signed = "\n--" in lined or "\n—\n" in lined
    if ">" in text:
        for run in _RUN.finditer(lined, 0, tail + 1):
            start, end = run.start(), min(run.end(), len(text))  # takes the line's end in
            if start < done or _escaped_from(text, start, end):
                continue
            lead, who = _attribution(text, done, start)
            _own(lined, done, lead, segments, signed, end < len(text))
            _levels(lined, lead, start, end, who, segments)
            done = end
            if len(segments) >= MOST:
                segments.append(Segment("quoted", done, len(text), 1))
                return _joined(text, segments)
    _own(lined, done, tail, segments, signed, False)
    if tail < len(text):
        _rest(lined, tail, segments)
    return _joined(text, segments)


def introduces(line: str) -> bool:
    """True when a line reads like the introduction of a quotation ("On Monday Ann wrote:")."""
    return bool(line) and len(line) < 500 and line[-1] in ":：" and _is_attribution(line)


def _has_verb(words: str) -> bool:
    """True when a verb of saying or writing is among the words."""
    return not _VERBS.isdisjoint(_WORDS.findall(words.lower())) or "写道" in words or "書きました" in words


def _escaped_from(text: str, start: int, end: int) -> bool:
    """A lone ">From …" is mbox's escape, not a quotation."""
    return text.startswith(">From ", start) and text.find("\n", start, end - 1) < 0


def _tail(lined: str) -> int:
    """Where the unmarked quotation begins that runs to the end, the text's length when there is none."""
    best = len(lined) - 1
    for pattern in (_MARKER, _BLOCK):
        for found in pattern.finditer(lined, 0, best + 1):
            if not _marked_next(lined, found.end()):
                best = found.start()
                break
    for pattern in (_COLON_END,) if lined.isascii() else (_COLON_END, _WIDE_COLON_END):
        for found in islice(pattern.finditer(lined, 0, best + 1), 2000):
            if lined.startswith((">", "\n>"), found.end()):  # nearly always: what follows is marked
                continue
            start = _dated_attribution(lined, found.start())
            if start >= 0 and not _marked_next(lined, found.end() - 1):
                best = min(best, start)
                break
    return best


def _dated_attribution(lined: str, colon: int) -> int:
    """Where an attribution that ends at `colon` begins, when it has a date or address and a verb; else -1."""
    if not _has_verb(lined[max(0, colon - 40) : colon]):
        return -1
    floor = max(0, colon - 400)
    at = colon
    for _ in range(3):
        at = lined.rfind("\n", floor, at)
        if at < 0:
            return -1
        line = lined[at + 1 : colon]
        if _SURE.search(line) and (_OPENING.match(line) or re.match(r"\w", line)):
            above = lined.rfind("\n", floor, at) if at else -1
            opener = above >= 0 and _OPENING.match(lined, above + 1) and not _OPENING.match(line)
            return above if opener else at
        if not line.strip():
            return -1
    return -1


def _marked_next(lined: str, at: int) -> bool:
    """True when the next line that is not empty (past one header block) begins with ">"."""
    for line in lined[at : at + 3000].split("\n", 12)[1:12]:
        bare = line.strip()
        if bare:
            if bare[0] == ">":
                return True
            if not _FIELD_LINE.match(line):
                return False
    return False


def _rest(lined: str, tail: int, segments: list[Segment]) -> None:
    """The quotation from `tail` to the end; each further marker in it is one level deeper."""
    end = len(lined) - 1
    marks = sorted({found.start() for pattern in (_MARKER, _BLOCK) for found in pattern.finditer(lined, tail + 1)})
    starts = [tail]
    for mark in marks:
        between = lined[starts[-1] + 1 : min(mark, starts[-1] + 2000)].strip()
        if between.count("\n") >= 1 or len(between) > 200:  # a marker line and the header block below it are one
            starts.append(mark)
        if len(starts) >= DEEPEST:
            break
    for depth, (start, stop) in enumerate(zip(starts, [*starts[1:], end], strict=True), 1):
        segments.append(Segment("quoted", start, stop, depth, _who(lined[start + 1 : start + 600])))


def _who(head: str) -> str:
    """The line that introduces an unmarked quotation: its From line when it has one, else its first lines."""
    lines = [line.strip() for line in head.strip().split("\n")[:8]]
    for line in lines:
        if _FROM_LINE.match(line):
            return line[:300]
    words = ""
    for line in lines[:3]:
        words = f"{words} {line}".strip()
        if words[-1:] in ":：":
            return words[:300]
    return lines[0][:300]


def _attribution(text: str, floor: int, start: int) -> tuple[int, str]:
    """Where the lines that introduce the quotation at `start` begin, and those lines as one."""
    before = text[max(floor, start - 800) : start]
    shown = before.rstrip()
    if not shown or shown[-1] not in ":：.,-" or before.count("\n", len(shown)) > 3:
        return start, ""
    at = len(shown)
    for _ in range(3):
        at = shown.rfind("\n", 0, at) if at > 0 else -1
        lines = shown[at + 1 :]
        if _is_attribution(lines) or _MARKER.match("\n" + lines):
            above = shown.rfind("\n", 0, at) if at > 0 else -1
            if (
                at > 0
                and (_OPENING.match(shown, above + 1) or _DAY.match(shown, above + 1))
                and not _OPENING.match(lines)
                and _DATED.search(shown, above + 1, at)
            ):
                at, lines = above, shown[above + 1 :]
            return start - len(before) + at + 1, " ".join(lines.split())
        if at < 0 or not shown[:at].rpartition("\n")[2].strip():
            break
    return start, ""


def _is_attribution(lines: str) -> bool:
    """True for one to three lines that name a writer or a date, and end as an attribution does."""
    last = lines.rstrip()
    if last[-1:] not in ":：" and not _OPENING.match(lines):
        return False
    if _has_verb(last[-200:]):
        return "\n" not in lines or bool(_OPENING.match(lines) or _DATED.search(lines.partition("\n")[0]))
    return bool(_OPENING.match(lines) and _DATED.search(lines)) or (
        "\n" not in lines and "@" in lines and last[-1:] == ":"
    )


def _levels(lined: str, lead: int, start: int, end: int, who: str, segments: list[Segment]) -> None:
    """One segment for each stretch of equal depth of a marked quotation; the first takes the attribution in."""
    if not _DEEPER.search(lined, start, end):
        segments.append(Segment("quoted", lead, end, 1, who))
        return
    at = lead
    current = 0
    for mark in _LEVEL.finditer(lined, start, end):
        depth = min(mark[1].count(">"), DEEPEST)
        if depth != current:
            if current:
                segments.append(Segment("quoted", at, mark.start(), current, who))
                at = mark.start()
                who = ""
            current = depth
            if len(segments) >= MOST:
                break
    segments.append(Segment("quoted", at, end, current or 1, who))


def _own(lined: str, start: int, end: int, segments: list[Segment], signed: bool, followed: bool) -> None:
    """Own words from `start` to `end` of the text, their signature apart."""
    if start >= end:
        return
    cut = end
    floor = max(start, end - 8000)
    if signed:
        for found in _SIGNATURE.finditer(lined, floor, end + 1):
            lines = lined.count("\n", found.end(), end)
            if lines <= (6 if followed else 60 if len(found[0]) == 4 else 15):
                cut = found.start()
                break
    footer = _FOOTER.search(lined, max(start, end - 1500), cut + 1)
    if footer and lined.count("\n", footer.end(), end) <= 8:
        cut = footer.start()
    if cut > start:
        segments.append(Segment("own", start, cut))
    if cut < end:
        segments.append(Segment("signature", cut, end))


def _joined(text: str, segments: list[Segment]) -> tuple[Segment, ...]:
    """Blank own stretches go to the segment before them, or at the start to the one after."""
    kept: list[Segment] = []
    begin = 0
    for segment in segments:
        if segment.end <= segment.start:
            continue
        if segment.kind == "own" and segment.end - segment.start < 400 and text[segment.start : segment.end].isspace():
            if kept:
                last = kept[-1]
                kept[-1] = Segment(last.kind, last.start, segment.end, last.depth, last.who)
            begin = segment.end if kept else begin
            continue
        kept.append(
            segment if segment.start == begin else Segment(segment.kind, begin, segment.end, segment.depth, segment.who)
        )
        begin = segment.end
    if kept and kept[-1].end != len(text):
        last = kept[-1]
        kept[-1] = Segment(last.kind, last.start, len(text), last.depth, last.who)
    return tuple(kept) or (Segment("own", 0, len(text)),)


def own_words(text: str, segments: tuple[Segment, ...], most: int) -> str:
    """The first `most` code points of the own words."""
    pieces: list[str] = []
    have = 0
    for segment in segments:
        if segment.kind == "own":
            pieces.append(text[segment.start : min(segment.end, segment.start + most - have)])
            have += len(pieces[-1])
            if have >= most:
                break
    return "\n".join(pieces)
