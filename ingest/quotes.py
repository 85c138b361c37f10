"""A message's text cut into own words, quotations, signature and disclaimer: `split`, the seam for better ways."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from ingest.attributions import Attribution, read_attribution
from ingest.introductions import Introduction, above, block_end, ending, heading, inside, marked_next, unmarked
from ingest.labels import Field, field_of, label_lines
from ingest.signatures import banner, below, dashes
from mappings.records import Address, Segment, SegmentKind

MOST = 4000  # segments of one message; what follows is one quotation
DEEPEST = 100

_RUN = re.compile(r"\n(?:>|[ \t]{1,3}>)[^\n]*+(?:\n(?:>|[ \t]{1,3}>)[^\n]*+)*+")
# "Ann> words", "| words": two lines or more with the same mark. Prompts of databases look alike.
_NAMED = re.compile(
    r"\n(?!(?:SQL|MySQL|MariaDB|Mongo|C|A)>)(?P<mark>[A-Z][A-Za-z]{0,14}>|\|)[ \t][^\n]*(?:\n(?P=mark)[^\n]*)++"
)
_DEEPER = re.compile(r"\n[ \t]{0,3}>[ \t]?>")
_LEVEL = re.compile(r"\n[ \t]{0,3}(>(?:[ \t]?>)*)")
# The same for the first of lines with the very same marks.
_LEVELS = re.compile(r"\n[ \t]{0,3}(>(?:[ \t]?>)*+)[^\n]*+(?:\n[ \t]{0,3}\1(?![ \t]?>)[^\n]*+)*+")
_NOTHING = re.compile(r"\s*(?:[^\n]{0,40}-{3,}\s*)?")  # between a marker, perhaps wrapped, and the block below it
_CLOSING = re.compile(r"\n>[ ]?(?:[^\W\d_]{2,12} ){0,2}:[ \t]*(?=\n)")
_MARKS = re.compile(r"\n[ \t]{0,3}>(?:[ \t]?>)*[ \t]?")


class _Part(Struct, gc=False):
    """A stretch of the text at one depth of unmarked quotation; the lines that introduce it end at `words`."""

    start: int
    end: int
    depth: int
    words: int = 0


class _Piece(Struct, gc=False):
    """A segment in the making; `words` is past the introducing lines, 0 for a piece that has none."""

    kind: SegmentKind
    start: int
    end: int
    depth: int = 0
    lines: str = ""
    words: int = 0


def split(text: str, sender: Sequence[Address] = (), quoted_from: int = 0) -> tuple[Segment, ...]:
    """Cut `text` into segments that cover it without a gap, in order; "" gives none.

    Quotations are lines marked with ">", and what follows a line such as "-----Original Message-----", Outlook's
    header block or a dated attribution that no ">" follows. The lines that introduce a quotation belong to it.
    `sender` is whom the mail is from: a signature may begin with their name. From `quoted_from` on, unless it is 0,
    all is known to be quoted: the markup that the text was made from said so.
    """
    if not text:
        return ()
    cutter = _Cutter(text, sender)
    for part in _parts(cutter.lined, cutter.labels, min(quoted_from, len(text))):
        cutter.part(part)
        if len(cutter.pieces) >= MOST:
            break
    return tuple(map(_segment, cutter.joined()))


def whole(text: str) -> tuple[Segment, ...]:
    """All of a text as own words, for one that is not to be cut."""
    return (Segment("own", 0, len(text)),) if text else ()


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


def _parts(lined: str, labels: Mapping[int, Field], quoted_from: int) -> Iterator[_Part]:
    """The stretches of the text by depth of unmarked quotation: the mail itself, the one it quotes, and so on."""
    stop = len(lined)
    part = _Part(0, stop - 1, 0)
    if quoted_from or ":" in lined or "---" in lined or "：" in lined:
        introductions = unmarked(lined, labels)
        if quoted_from and not marked_next(lined, quoted_from, 6):
            introductions = sorted([*introductions, Introduction(quoted_from, quoted_from, "\n")])
        for found in introductions:
            if found.start < part.start or marked_next(lined, found.words):
                continue
            if part.depth and (found.start <= part.words or _NOTHING.fullmatch(lined, part.words, found.start)):
                part.words = max(part.words, found.words)  # a marker and the block below it are one
                continue
            yield _Part(part.start, found.start, part.depth, part.words)
            words = found.words if "\n" in found.lines else block_end(lined, found.words, labels)
            part = _Part(found.start, stop - 1, min(part.depth + 1, DEEPEST), words)
    last = ending(lined, part.start, stop) if part.depth else 0
    if last:  # "----- End forwarded message -----"
        cut = min(last, part.end)
        yield _Part(part.start, cut, part.depth, part.words)
        part = _Part(cut, part.end, 0)
    yield part


class _Cutter:
    """The pieces of a text as they are found."""

    def __init__(self, text: str, sender: Sequence[Address]) -> None:
        self.text = text
        self.lined = "\n" + text
        self.labels = label_lines(self.lined)
        self.labelled = list(self.labels)  # in ascending order
        self.sender = sender
        self.marked = ">" in text
        self.barred = "|" in text
        self.pieces: list[_Piece] = []

    def part(self, part: _Part) -> None:
        """Cuts a part into its marked quotations and what stands between them."""
        done = part.start
        words = min(part.words, part.end)
        if self.marked:
            for run in _RUN.finditer(self.lined, max(words, done), part.end + 1):
                start, end = run.start(), min(run.end(), part.end)  # takes the line's end in
                if start < done or _escaped_from(self.text, start, end):
                    continue
                if closing := _CLOSING.match(self.lined, start):  # ">:" is the end of a broken attribution
                    broken = above(self.text, max(done, words), closing.end())
                    if "\n" in broken.lines.strip():
                        start = closing.end()
                        if start >= end:
                            continue
                lead = above(self.text, max(done, words), start)
                self._between(part, done, lead.start, end < part.end)
                self._marked(lead, start, end, part.depth)
                done = end
                if len(self.pieces) >= MOST:
                    return
        self._between(part, done, part.end, part.end < len(self.text))

    def _between(self, part: _Part, start: int, end: int, followed: bool) -> None:
        """What bears no marks: own words, or the part's quotation."""
        if start >= end:
            return
        if part.depth:
            first = start == part.start
            lines = self.text[start : min(part.words, start + 1500)] if first else ""
            self.pieces.append(_Piece("quoted", start, end, part.depth, lines, min(part.words, end) if first else 0))
            return
        at = start
        if self._named(start, end):
            for run in _NAMED.finditer(self.lined, start, end + 1):
                lead = above(self.text, at, run.start())
                if lead.lines or run["mark"] != "|":  # bars alone may be a table's
                    self._own(at, lead.start, True)
                    at = min(run.end(), end)
                    self.pieces.append(_Piece("quoted", lead.start, at, 1, lead.lines, lead.words if lead.lines else 0))
        self._own(at, end, followed)

    def _named(self, start: int, end: int) -> bool:
        """Whether a stretch may hold lines that a name or a bar marks. A single character is looked for much faster."""
        if self.marked and self.text.find(">", start, end) >= 0 and self.text.find("> ", start, end) >= 0:
            return True
        return self.barred and self.text.find("\n| ", start, end) >= 0

    def _own(self, start: int, end: int, followed: bool) -> None:
        """Someone's own words, with signature and disclaimer apart."""
        if start >= end:
            return
        begin = banner(self.lined, start, end) if not self.pieces else start
        if followed and self.pieces:  # between two quotations
            signature, disclaimer = dashes(self.lined, begin, end, True), end
        else:
            signature, disclaimer = below(self.lined, begin, end, followed, self.sender)
        if begin == start and signature == end:
            self.pieces.append(_Piece("own", start, end))
            return
        cuts: tuple[tuple[SegmentKind, int, int], ...] = (
            ("disclaimer", start, begin),
            ("own", begin, signature),
            ("signature", signature, disclaimer),
            ("disclaimer", disclaimer, end),
        )
        self.pieces += [_Piece(kind, low, high) for kind, low, high in cuts if low < high]

    def _marked(self, lead: Introduction, start: int, end: int, base: int) -> None:
        """One piece for each stretch of equal depth of a marked quotation, with what introduces it."""
        near = self.labelled[bisect_left(self.labelled, start) : bisect_right(self.labelled, end)]
        blocks = inside(self.lined, start, end, {at: self.labels[at] for at in near}) if near else []
        words = lead.words if lead.lines else 0
        if blocks and not self.text[start : blocks[0].start].strip(" \t>\n"):  # it introduces the whole run
            words = blocks.pop(0).words
        elif not words:
            words = heading(self.text, start, end)
        lines = self.text[lead.start : words] if words else ""
        if not blocks and not _DEEPER.search(self.lined, start, end):
            self.pieces.append(_Piece("quoted", lead.start, end, base + 1, lines, words))
            return
        self._levels(_Piece("quoted", lead.start, end, 0, lines, words), start, base, blocks)

    def _levels(self, piece: _Piece, start: int, base: int, blocks: list[Introduction]) -> None:
        """The stretches of equal depth; below a header block inside the quotation all is one level deeper."""
        end = piece.end
        last = 0
        added: list[int] = []
        blocks.reverse()
        for mark in (_LEVEL if blocks else _LEVELS).finditer(self.lined, start, end):
            at = mark.start()
            level = mark[1].count(">")
            if level == last and not (blocks and blocks[-1].start <= at):
                continue
            last = level
            while added and level < added[-1]:
                added.pop()
            block = None
            while blocks and blocks[-1].start <= at:
                block = blocks.pop()
            if block:
                added.append(level)
            depth = min(base + level + len(added), DEEPEST)
            if depth == piece.depth and not block:
                continue
            if piece.depth:
                lead = block or (above(self.text, max(piece.start, piece.words), at) if depth > piece.depth else None)
                cut = lead.start if lead and lead.lines else at
                if cut > piece.start:
                    piece.end = cut
                    self.pieces.append(piece)
                words = lead.words if lead and lead.lines else 0
                piece = _Piece("quoted", cut, end, depth, self.text[cut:words] if words else "", words)
            else:
                piece.depth = depth
            if len(self.pieces) >= MOST:
                break
        piece.depth = piece.depth or base + 1
        self.pieces.append(piece)

    def joined(self) -> list[_Piece]:
        """Blank own stretches go to the piece before them, or at the start to the one after; the end is covered."""
        kept: list[_Piece] = []
        begin = 0
        for piece in self.pieces:
            small = piece.kind == "own" and piece.end - piece.start < 400
            if small and self.text[piece.start : piece.end].isspace():
                if kept:
                    begin = piece.end
                    kept[-1].end = begin
                continue
            piece.start = begin
            kept.append(piece)
            begin = piece.end
        if begin < len(self.text):
            if len(self.pieces) >= MOST:
                kept.append(_Piece("quoted", begin, len(self.text), 1))
            elif kept:
                kept[-1].end = len(self.text)
        return kept or [_Piece("own", 0, len(self.text))]


def _segment(piece: _Piece) -> Segment:
    """A piece as it is stored, with who is quoted read from the lines that introduce it."""
    if not piece.lines:
        return Segment(piece.kind, piece.start, piece.end, piece.depth)
    lines = _MARKS.sub("\n", "\n" + piece.lines)[1:] if ">" in piece.lines else piece.lines
    who, said = _introduced(lines)
    return Segment(piece.kind, piece.start, piece.end, piece.depth, who, min(piece.words, piece.end),
                   said.name, said.address, said.date, said.subject, said.message_id)  # fmt: skip


@lru_cache(maxsize=2048)
def _introduced(lines: str) -> tuple[str, Attribution]:
    """What introduces a quotation, on one line, and what it says. The mails of a conversation quote the same ones."""
    return _who(lines), read_attribution(lines)


def _who(lines: str) -> str:
    """What introduces a quotation, on one line: the From line where there is one."""
    for line in lines.split("\n") if "\n" in lines else ():
        if field_of(line.partition(":")[0].partition("：")[0]) == "from":
            return line.strip()[:300]
    return " ".join(lines.split())[:300]


def _escaped_from(text: str, start: int, end: int) -> bool:
    """A lone ">From …" is mbox's escape, not a quotation."""
    return text.startswith(">From ", start) and text.find("\n", start, end - 1) < 0
