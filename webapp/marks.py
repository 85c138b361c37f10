"""Stretches of a text marked as it is escaped: words that were searched for, and cited words with their footnotes."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

Spans = Sequence[tuple[int, int]]


class Footnote(NamedTuple):
    """Words `text[start:end]` that somebody cites, or wrote a note on; their number leads to that citation or note, and
    it leads back to them."""

    start: int
    end: int
    number: int
    note: str = ""  # of a note's words: the key in its address; "" for a citation's

    @property
    def key(self) -> str:
        """What its addresses end with."""
        return self.note or str(self.number)

    @property
    def kind(self) -> str:
        """The class that its words bear."""
        return "noted" if self.note else "cited"


class Footnotes:
    """The footnotes of one text. Its pieces are marked one after the other, from the first to the last."""

    def __init__(self, notes: Iterable[Footnote] = (), offset: int = 0, placed: set[str] | None = None) -> None:
        self._notes = [one._replace(start=one.start - offset, end=one.end - offset) for one in notes]
        self._placed = set() if placed is None else placed  # those that can be jumped to: an anchor stands once

    def piece(self, start: int, length: int) -> "Footnotes":
        """Those within `text[start:start + length]`, counted from its start."""
        return Footnotes((one for one in self._notes if one.start < start + length and one.end > start), start,
                         self._placed)  # fmt: skip

    def __bool__(self) -> bool:
        return bool(self._notes)

    def edges(self, low: int, high: int) -> Iterator[int]:
        """Where stretches begin and end, within [low, high]."""
        for one in self._notes:
            if one.start < high and one.end > low:
                yield from (max(one.start, low), min(one.end, high))

    def kinds(self, place: int) -> str:
        """The classes of the words that a character belongs to; "" for none."""
        return " ".join(sorted({one.kind for one in self._notes if one.start <= place < one.end}))

    def anchors(self, place: int) -> Markup:
        """What citations and notes lead back to, before the first of their words."""
        new = [one.key for one in self._notes if one.start <= place < one.end and one.key not in self._placed]
        self._placed.update(new)
        return Markup("").join(Markup('<span class="jump" id="words-{}"></span>').format(key) for key in new)

    def numbers(self, low: int, high: int) -> Markup:
        """What leads to the citations and notes whose words end in (low, high]."""
        cited = Markup('<sup class="note"><a href="#citation-{0}" aria-label="Citation {0}">{0}</a></sup>')
        noted = Markup('<sup class="note"><a class="pen" href="#note-{1}" aria-label="Note {0}">{0}</a></sup>')
        return Markup("").join(
            (noted if one.note else cited).format(one.number, one.note) for one in self._notes if low < one.end <= high
        )


NONE = Footnotes()


def clean_spans(spans: Spans, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Spans in order, cut to [low, high), without overlaps."""
    for start, end in sorted(spans):
        start, end = max(start, low), min(end, high)
        if start < end:
            yield start, end
            low = end


def marked(text: str, spans: Spans, low: int = 0, high: int | None = None, notes: Footnotes = NONE,
           numbers: bool = True) -> Markup:  # fmt: skip
    """`text[low:high]` escaped, with `<mark>` around the spans (code points of `text`), and around cited words with
    their numbers behind them, unless these would stand within a link."""
    high = len(text) if high is None else high
    if not spans and not notes:
        return escape(text[low:high])
    hits = list(clean_spans(spans, low, high))
    edges = sorted({low, high, *(edge for hit in hits for edge in hit), *notes.edges(low, high)})
    starts = {start for start, _ in hits}
    pieces: list[str] = []
    inside = False
    for start, end in itertools.pairwise(edges):
        inside = start in starts or (inside and not any(stop == start for _, stop in hits))
        piece = escape(text[start:end])
        if inside:
            piece = Markup("<mark>{}</mark>").format(piece)
        if kinds := notes.kinds(start):
            piece = notes.anchors(start) + Markup('<mark class="{}">{}</mark>').format(kinds, piece)
        pieces += (piece, notes.numbers(start, end) if numbers else "")
    return Markup("".join(pieces))  # noqa: S704 - every piece is escaped or ours
