"""Cuts of a text around the words that matched: what a result shows of a mail."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from msgspec import Struct

from search.results import Fragment

_LOOKED_AT = 60  # spans that a cut may begin at
_WHOLE = 60  # characters by which a text may exceed a cut's size and still be shown whole
_BREAK = re.compile(r"\s*[\n\r][\s>|]*|\s+")  # a new line takes the marks of quotation along that begin the next
_BLANK = re.compile(r"\s")


class _Cut(Struct, frozen=True):
    start: int
    end: int
    words: frozenset[str]
    count: int


def fragments(text: str, spans: Sequence[tuple[int, int]], *, size: int = 180, most: int = 2) -> tuple[Fragment, ...]:
    """At most `most` cuts of about `size` characters, in the text's order, where the most different ones of `spans`
    (in order, apart) stand together. Blanks and line ends become one space; "…" stands where something is cut off."""
    if not spans:
        return ()
    if len(text) <= size + _WHOLE:
        return (_fragment(text, 0, len(text), spans),)
    cuts = list(_cuts(text, spans, size))
    chosen: list[_Cut] = []
    shown: frozenset[str] = frozenset()
    while cuts and len(chosen) < most:
        best = max(cuts, key=lambda cut: (len(cut.words - shown), len(cut.words), cut.count, -cut.start))
        chosen.append(best)
        shown |= best.words
        cuts = [cut for cut in cuts if cut.end <= best.start or cut.start >= best.end]
    chosen.sort(key=lambda cut: cut.start)
    return tuple(_fragment(text, cut.start, cut.end, spans) for cut in chosen)


def _cuts(text: str, spans: Sequence[tuple[int, int]], size: int) -> Iterator[_Cut]:
    """One cut for each span that it may begin with, some words before it, all within word borders."""
    starts = [start for start, _ in spans]
    marks = [text[low:high].lower() for low, high in spans[: 4 * _LOOKED_AT]]
    for first, (marked, end_of_first) in enumerate(spans[:_LOOKED_AT]):
        start = max(0, marked - size // 3)
        if start > 0:
            blank = _BLANK.search(text, start, marked)
            start = blank.end() if blank else start
        end = min(len(text), max(start + size, min(end_of_first, start + 2 * size)))
        last = bisect_left(starts, end, first) - 1
        while last > first and spans[last][1] > end:
            last -= 1
        if end < len(text) and not text[end].isspace():
            low = min(spans[last][1], end)
            blank_at = max(text.rfind(" ", low, end), text.rfind("\n", low, end))
            end = blank_at if blank_at > 0 else end
        yield _Cut(start, end, frozenset(marks[first : last + 1]), last - first + 1)


def _fragment(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> Fragment:
    """`text[start:end]` on one line, with those of the spans that lie in it."""
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    length, at = 0, start
    inside = [(max(low, start), min(high, end)) for low, high in spans if low < end and high > start]
    for low, high in [*inside, (end, end)]:
        for piece in (_BREAK.sub(" ", text[at:low]), _BREAK.sub(" ", text[low:high])):
            kept = piece.lstrip() if not length else piece
            pieces.append(kept)
            length += len(kept)
        if high > low:
            places.append((length - len(pieces[-1]), length))
        at = high
    line = "".join(pieces).rstrip()
    before, after = "…" if start > 0 else "", "…" if end < len(text) else ""
    shifted = tuple((low + len(before), high + len(before)) for low, high in places if low < high <= len(line))
    return Fragment(before + line + after, shifted)
