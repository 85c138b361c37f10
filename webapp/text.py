"""Message text to markup: escape first, then link, fold quotations, mark hits and what is cited."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup, escape

from mappings.records import OWN_KINDS, Segment
from search.results import Fragment
from webapp.formats import iso_day
from webapp.marks import NONE, Footnote, Footnotes, Spans, marked
from webapp.sources import runs

Finder = Callable[[str, str], Spans]  # (field, text) -> the code-point spans that match

URL = re.compile(r"https?://[^\s<>\"\u2028\u2029]{2,2000}", re.IGNORECASE)
REL = 'rel="noopener noreferrer nofollow" target="_blank"'
COLUMNS = re.compile(r"\S(?: {3,}|\t+)\S|^(?:@@ |[+-]{3} |\+\S|\s*\||\t| {4,}\S)")
TABLE = re.compile(r"^(?:[^\n]*\S[^\n]*(?:\n|\Z))+", re.MULTILINE)
GAP = re.compile(r" {3}|[\t|]")
PATCH = re.compile(r"^(?:@@ |diff |\+\+\+ )", re.MULTILINE)
MOSTLY = 0.6  # the share of a table's or listing's lines from which all is set like it
ENDS = ".,;:!?'*_>]})’”»"
OPEN_LINES = 6  # a quotation this short is the context of the answer below it and stays open
SHOWN_LINES = 12  # and one this short stands nowhere else, if its source is not in the conversation
LONG_LINE = 100  # code points: who writes such lines leaves their breaking to the reader's program
SURROGATE = re.compile("[\ud800-\udfff]")
# One character for one, so that spans keep their places: controls become their pictures (U+2400 …), and the marks that
# turn the reading direction (a file called "gpj.exe" read backwards) become a sign that can be seen.
SEEN = {code: 0x2400 + code for code in range(32) if code not in (9, 10)} | {127: 0x2421}
SEEN[12] = 10  # a page ends
SEEN |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C), 0x21C4)
SEEN |= dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
HIDDEN = re.compile(rf"[\ud800-\udfff{re.escape(''.join(map(chr, SEEN)))}]")  # most texts have none: looked for first


class Origin(NamedTuple):
    """Where a quoted message stands, who wrote it, and the day."""

    href: str
    who: str
    day: str = ""


Origins = Mapping[int, Origin]  # by where the quotation begins in the text
NOWHERE: Origins = {}


def plain(text: str) -> str:
    """The text with control characters, direction marks and lone surrogates made visible; same length."""
    if not HIDDEN.search(text):
        return text
    return SURROGATE.sub("\ufffd", text.translate(SEEN))


def line(text: str, spans: Spans = ()) -> Markup:
    """One line of a stranger's words (subject, name, file name): visible controls, isolated direction, hits marked."""
    return _isolated(text, tuple(spans))


@lru_cache(4096)  # names stand many times on a page
def _isolated(text: str, spans: tuple[tuple[int, int], ...]) -> Markup:
    words = plain(text.replace("\n", " "))
    return Markup(f"<bdi>{marked(words, spans)}</bdi>")  # noqa: S704 - what is marked is escaped


def fragment(cut: Fragment) -> Markup:
    """A highlighted cut, escaped and marked."""
    return line(cut.text, cut.spans)


def is_columnar(text: str, share: float = 0.25) -> bool:
    """True for tables, patches and listings, which need letters of one width: more than that share of the lines have
    wide gaps or marks."""
    lines = [row for row in text[:20_000].split("\n")[:400] if row.strip()]
    return len(lines) > 2 and sum(COLUMNS.search(row) is not None for row in lines) > len(lines) * share


def link_end(text: str, start: int, end: int) -> int:
    """Where a web address in running text ends: without the full stop, comma or bracket of the sentence around it."""
    for _ in range(8):
        last = text[end - 1]
        opening = {")": "(", "]": "["}.get(last)
        if last not in ENDS or (opening and text.count(opening, start, end) >= text.count(last, start, end)):
            break
        end -= 1
    return end


def linked(text: str, spans: Spans = (), notes: Footnotes = NONE) -> Markup:
    """Escaped text with web addresses as links that say where they lead, hits and cited words marked."""
    pieces: list[str] = []
    at = 0
    for match in URL.finditer(text):
        start, end = match.start(), link_end(text, match.start(), match.end())
        pieces.append(marked(text, spans, at, start, notes))
        inner = marked(text, spans, start, end, notes, numbers=False)
        pieces.append(f'<a href="{escape(text[start:end])}" {REL}>{inner}</a>{notes.numbers(start, end)}')
        at = end
    pieces.append(marked(text, spans, at, notes=notes))
    return Markup("".join(pieces))  # noqa: S704 - every piece is escaped or ours


def document(text: str, find: Finder | None = None) -> Markup:
    """The text drawn from an attachment."""
    text = plain(text)
    kind = "own fixed" if is_columnar(text) else "own"
    return Markup('<div class="{}">{}</div>').format(kind, linked(text, find("attachment", text) if find else ()))


def trimmed(text: str, low: int, high: int) -> tuple[int, str]:
    """`text[low:high]` without empty lines around it, and where that begins."""
    piece = text[low:high].lstrip("\n")
    return high - len(piece) if piece else low, piece.rstrip("\n")


def quotation(text: str, group: Sequence[Segment], find: Finder | None, answered: bool, notes: Footnotes = NONE,
              origin: Origin | None = None) -> str:  # fmt: skip
    """Neighbouring quotations as one block that says whom it quotes. What stands in the conversation is folded and
    leads there; of the rest what is long is folded. Open when it holds a hit or is cited."""
    first = group[0]
    words = first.words
    if not words and first.who and text[first.start : first.end].lstrip().startswith(first.who):
        words = text.index(first.who, first.start) + len(first.who)
    words = min(max(words, first.start), first.end)
    inner, hit = quoted_words(text, group, words, find, notes)
    whole = text[words : group[-1].end].strip("\n")
    count = whole.count("\n") + 1
    label = quoted_from(first)
    source = leading(origin) if origin else ""
    if answered and count <= OPEN_LINES and len(whole) < 600:
        above = source or (f'<span class="who">{label}</span>' if first.who else "")
        return f'<div class="quote short">{above}{inner}</div>'
    lines = text[first.start : words].strip("\n")
    if lines.strip(" \t\n>") and (origin or label != linked_summary(first.who)):  # the summary says it in other words
        spans = find("quoted", lines) if find else ()
        hit = hit or bool(spans)
        inner = f'<p class="intro">{marked(lines, spans)}</p>{inner}'
    size = "1 line" if count == 1 else f"{count:,} lines"
    opened = " open" if hit else ""
    if origin:
        return (
            f'<div class="quote linked">{source}<details{opened}><summary><span class="more">{size}</span>'
            f"</summary>{inner}</details></div>"
        )
    if count <= SHOWN_LINES and len(whole) < 1500:
        return f'<div class="quote"><span class="who">{label}</span>{inner}</div>'
    more = f"quoted, {size}" if first.who else size
    return (
        f'<details class="quote"{opened}><summary><span class="who">{label}</span> '
        f'<span class="more">{more}</span></summary>{inner}</details>'
    )


def leading(origin: Origin) -> str:
    """The link to the message that is quoted."""
    when = f", {escape(origin.day)}" if origin.day else ""
    return f'<a class="source" href="{escape(origin.href)}">Quoted from {line(origin.who)}{when}</a>'


def quoted_words(text: str, group: Sequence[Segment], words: int, find: Finder | None, notes: Footnotes) -> tuple[
    str, bool
]:
    """The quoted words from `words` on, and whether they hold a hit or are cited."""
    inner: list[str] = []
    hit = False
    for start, segment in zip([words, *(part.start for part in group[1:])], group, strict=True):
        low, piece = trimmed(text, start, min(segment.end, len(text)))
        spans = find("quoted", piece) if find else ()
        here = notes.piece(low, len(piece))
        hit = hit or bool(spans) or bool(here)
        if piece.strip():
            deep = min(max(segment.depth, 1), 6)
            inner.append(f'<blockquote class="deep-{deep}" dir="auto">{linked(piece, spans, here)}</blockquote>')
    return "".join(inner), hit


def quoted_from(segment: Segment) -> Markup:
    """Whom a quotation quotes, and when ("Ann Lee, 3 August 2015"); the line above it where that can't be told."""
    name = segment.name or segment.address
    if not name:
        return linked_summary(segment.who) if segment.who.strip() else Markup("Quoted words")
    return linked_summary(", ".join(part for part in (name, iso_day(segment.date)) if part))


def linked_summary(who: str) -> Markup:
    """The line that introduces a quotation, for a summary: no links in it, they would fight with the folding."""
    return line(" ".join(who.split())[:300])


def disclaimer(text: str, find: Finder | None, notes: Footnotes = NONE) -> str:
    """What a server or a list put around a mail: folded where it is long, open when it holds a hit or is cited."""
    spans = find("quoted", text) if find else ()
    count = text.count("\n") + 1
    if count < 3 and len(text) < 200:
        return f'<div class="disclaimer">{linked(text, spans, notes)}</div>'
    opened = " open" if spans or notes else ""
    size = "1 line" if count == 1 else f"{count:,} lines"
    return (
        f'<details class="quote"{opened}><summary>Disclaimer <span class="more">{size}</span></summary>'
        f'<div class="disclaimer">{linked(text, spans, notes)}</div></details>'
    )


def body(text: str, segments: Sequence[Segment], find: Finder | None = None, limit: int = 0,
         notes: Iterable[Footnote] = (), origins: Origins = NOWHERE) -> Markup:  # fmt: skip
    """A message's text: own words plain, quotations folded and led to where they are from (`origins`), signature
    apart, cited words with the numbers of their citations. `limit` cuts after so many code points."""
    text = plain(text)
    end = len(text) if not limit else min(limit, len(text))
    parts = [part for part in segments if part.start < end] or [Segment(kind="own", start=0, end=len(text))]
    cited = Footnotes(notes)
    pieces: list[str] = []
    groups = list(runs(parts))
    for index, group in enumerate(groups):
        if group[0].kind == "quoted":
            answered = index + 1 < len(groups) and groups[index + 1][0].kind == "own"
            pieces.append(quotation(text[:end], group, find, answered, cited, origins.get(group[0].start)))
            continue
        low, piece = trimmed(text, group[0].start, min(group[-1].end, end))
        if piece.strip():
            pieces.append(stretch(group[0].kind, piece, find, cited.piece(low, len(piece))))
    return Markup("".join(pieces))  # noqa: S704 - every piece is escaped or ours


def stretch(kind: str, piece: str, find: Finder | None, notes: Footnotes) -> str:
    """Own words, a signature, a mark or a disclaimer."""
    if kind == "disclaimer":
        return disclaimer(piece, find, notes)
    spans = find("own" if kind in OWN_KINDS else "quoted", piece) if find else ()
    made = []
    for low, high, width in paragraphs(piece):
        words = linked(piece[low:high], shifted(spans, low, high), notes.piece(low, high - low))
        made.append(f'<div class="{kind}{width}" dir="auto">{words}</div>')
    return "".join(made)


def shifted(spans: Spans, low: int, high: int) -> Spans:
    """The spans within [low, high), counted from `low`."""
    return [(start - low, end - low) for start, end in spans if start < high and end > low] if low else spans


def paragraphs(text: str) -> Iterator[tuple[int, int, str]]:
    """Stretches of a text and how they are set: tables and listings in letters of one width, also those between
    paragraphs; lines that nobody broke within a measure that is good to read."""
    flowing = " flowing" if any(len(row) > LONG_LINE for row in text.split("\n")) else ""
    patch, gaps = PATCH.search(text), GAP.search(text)
    if (patch or gaps) and is_columnar(text, 0.25 if patch else MOSTLY):
        yield 0, len(text), " fixed"
        return
    done = 0
    cuts: list[tuple[int, int, str]] = []
    for match in TABLE.finditer(text) if gaps else ():
        if is_columnar(match[0]):
            cuts += ((done, match.start(), flowing), (*match.span(), " fixed"))
            done = match.end()
    for low, high, width in (*cuts, (done, len(text), flowing)):
        start, piece = trimmed(text, low, high)
        if piece.strip():
            yield start, start + len(piece), width
