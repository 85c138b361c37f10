"""An article's text cut into paragraphs, and the quotations in them, whatever marks its language puts around them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from mappings.articles import Passage, Span

_GAP = re.compile(r"\n[^\S\n]*\n\s*")  # an empty line
_LINES = re.compile(r"\n\s*")
LONG_LINES = 200  # letters: where no line is empty and lines are as long as this, each is a paragraph

# An opening mark and those that close what it opened. A mark may open in one language and close in another.
_CLOSERS = {
    "“": "”", "„": "“”‟\"", "‟": "”", "«": "»", "»": "«»", "‹": "›", "›": "‹›", "”": "”", '"': '"', "＂": "＂",
    "‘": "’", "‚": "‘’", "'": "'", "「": "」", "『": "』", "《": "》", "〝": "〞〟", "｢": "｣",
}  # fmt: skip
_EITHER = "»›”\"＂'‘“"  # these close as well as open: the letters around them tell
_SINGLE = "‘‚'›‹"  # apostrophes and quotations in quotations look alike: these need a closing mark
_ALONE = "»”"  # a closing mark that was never opened may end a quotation all the same
_ENDINGS = ".,;:!?)]»”"
_SPACES = " \t\n\xa0\u2009\u202f"
_MARK = re.compile(f"[{re.escape(''.join(_CLOSERS))}]")
_WORDS = re.compile(r"\w+")
_QUOTED_LINES = re.compile(r"\s*>[^\n]*(?:\n\s*>[^\n]*)*\s*")
_BEFORE = re.compile(r":[\s\xa0\u202f]")


class _Marks(NamedTuple):
    """Where a quotation opens and closes, marks left out, and whether it closes at all."""

    start: int
    end: int
    after: int
    closed: bool


def passages(text: str) -> tuple[Passage, ...]:
    """The paragraphs of a text in order, each with the quotations in it; blank ones are left out.

    Paragraphs are apart by an empty line, or are lines, where no line is empty and lines are long. A quotation without
    a closing mark ends with its paragraph; one that opens nowhere begins after a colon, or where the paragraph does if
    the one before it left a quotation open. Of quotations in quotations the outer one counts.
    """
    found: list[Passage] = []
    open_before = False
    for start, end in _paragraphs(text):
        quoted, open_before = _quotations(text, start, end, open_before)
        found.append(Passage(start, end, tuple(quoted)))
    return tuple(found)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each paragraph, without the blanks around it."""
    gap = _GAP
    if not _GAP.search(text.strip()) and "\n" in text.strip():
        lines = text.strip().split("\n")
        if sum(map(len, lines)) / len(lines) >= LONG_LINES or _ends_of_sentences(lines):
            gap = _LINES
    at = 0
    for match in gap.finditer(text):
        yield from _trimmed(text, at, match.start())
        at = match.end()
    yield from _trimmed(text, at, len(text))


def _ends_of_sentences(lines: list[str]) -> bool:
    """Whether nearly all lines end as paragraphs do: these were not wrapped in the middle of sentences."""
    ends = sum(line.rstrip().endswith((".", "!", "?", "”", "»", '"', "。", "…", ":")) for line in lines)
    return ends >= 0.9 * len(lines)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretch without blanks at its ends; nothing if nothing is left."""
    piece = text[start:end]
    bare = piece.strip(_SPACES)
    if bare:
        first = start + piece.index(bare[0])
        yield first, first + len(bare)


def _quotations(text: str, start: int, end: int, open_before: bool) -> tuple[list[Span], bool]:
    """The quotations of a paragraph, and whether the last of them was left open."""
    if _QUOTED_LINES.fullmatch(text, start, end):
        first = text.index(">", start, end) + 1
        return [Span(left, right) for left, right in _trimmed(text, first, end)], False
    found: list[Span] = []
    at, left_open = start, False
    while match := _MARK.search(text, at, end):
        mark, place = match[0], match.start()
        at = place + 1
        if _opens(text, start, end, place):
            marks = _close(text, place, end)
            if marks is None:
                continue
            left_open = not marks.closed
        elif mark in _ALONE and not left_open:
            begin = _unopened(text, found[-1].end + 1 if found else start, place, open_before and not found)
            if begin < 0:
                continue
            marks = _Marks(begin, place, at, True)
        else:
            continue
        at = marks.after
        found += (Span(left, right) for left, right in _trimmed(text, marks.start, marks.end))
    return found, left_open


def _opens(text: str, start: int, end: int, place: int) -> bool:
    """Whether the mark at `place` opens a quotation, as far as its neighbours tell."""
    mark = text[place]
    before = text[place - 1] if place > start else " "
    after = text[place + 1] if place + 1 < end else " "
    if mark in _EITHER:
        return not before.isalnum() and before not in ".,!?…" and after not in _SPACES + _ENDINGS
    return after not in ".,;" and not (mark == "‚" and after in _SPACES)


def _close(text: str, place: int, end: int) -> _Marks | None:
    """The quotation that the mark at `place` opens; None if it is none."""
    mark = text[place]
    closers = _CLOSERS[mark]
    depth, at = 1, place + 1
    again = mark not in closers  # such a mark may open again inside
    while at < end:
        char = text[at]
        if again and char == mark and not _forgotten(text, at, end, mark, closers, depth):
            depth += 1
        elif again and char == mark:
            return _Marks(place + 1, at, at, True)
        elif char in closers and _closes(text, place, at, end):
            depth -= 1
            if not depth:
                if mark in _SINGLE and len(_WORDS.findall(text, place, at)) < 3:
                    return None
                return _Marks(place + 1, at, at + 1, True)
        at += 1
    if mark in _SINGLE or len(_WORDS.findall(text, place, end)) < 3:
        return None
    return _Marks(place + 1, end, end, False)


def _forgotten(text: str, at: int, end: int, mark: str, closers: str, depth: int) -> bool:
    """Whether the mark that opens again at `at` shows that a closing one was forgotten: too few are left for both."""
    left = text[at:end]
    return sum(left.count(closer) for closer in closers) < left.count(mark) + depth


def _closes(text: str, place: int, at: int, end: int) -> bool:
    """Whether the mark at `at` closes what opened at `place`: not an apostrophe, nor the next one's opening mark."""
    before, after = text[at - 1], text[at + 1] if at + 1 < end else " "
    if text[at] in "’'‘" and (after.isalnum() or before in _SPACES):
        return False
    if text[at] == text[place] and text[at] in "\"»›”＂'":
        return at > place + 1 and not (before in _SPACES and after not in _SPACES and after.isalnum())
    return True


def _unopened(text: str, start: int, place: int, open_before: bool) -> int:
    """Where a quotation begins that closes at `place` and opens nowhere; -1 if none does."""
    if open_before:
        return start
    colons = [match.end() for match in _BEFORE.finditer(text, start, place)]
    return colons[-1] if colons and place - colons[-1] > 20 else -1
