"""Cuts of two texts side by side: the words that cite with a little around them, and the words that are cited."""

import itertools
import re
from collections.abc import Sequence

from markupsafe import Markup, escape
from msgspec import Struct

from mappings.articles import Match, Span
from webapp.text import plain

AROUND = 180  # code points before and after the words that matter
LONGEST = 1500  # of these words; what is longer is cut
OPENING = 320  # code points of a message that no words in particular are cited of
PAIRS = 12  # classes that tell pairs of translated words apart; after them it starts again
WRAPPED = re.compile(r"(?<!\n)\n(?!\n)")
QUOTED = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)  # marks of a quotation, at the beginning of its lines
NAMED = 80  # code points of the other side's words that a mark tells
OTHER = 0.99  # how alike other words are at most
SPACE = re.compile(r"\s")


class Mark(Struct, frozen=True, omit_defaults=True):
    """A stretch of an excerpt that the other side says too: which pair it belongs to, and the other side's words."""

    start: int
    end: int
    pair: int
    like: float = 1.0  # 1 the same words, below it translated or reworded ones
    other: str = ""


class Excerpt(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A cut of a text. All places but `start` are counted from its own beginning, in code points."""

    text: str
    start: int = 0  # where it begins in the whole text
    cited: tuple[int, int] = (0, 0)  # the words that matter; the same place twice where there are none in particular
    marks: tuple[Mark, ...] = ()
    before: bool = False  # the text goes on before it …
    after: bool = False  # … and after it


def room(text: str, span: Span) -> tuple[int, int]:
    """[low, high) around a span: some words, not beyond its paragraph."""
    end = min(span.end, span.start + LONGEST)
    low, high = max(0, span.start - AROUND), min(len(text), end + AROUND)
    if (cut := text.rfind("\n\n", low, span.start)) >= 0:
        low = cut + 2
    elif low and (word := SPACE.search(text, low, span.start)):
        low = word.end()
    if (cut := text.find("\n\n", end, high)) >= 0:
        high = cut
    elif high < len(text) and (last := max(text.rfind(" ", end, high), text.rfind("\n", end, high))) > 0:
        high = last
    return low, max(high, end)


def excerpt(text: str, span: Span, marks: Sequence[Mark] = ()) -> Excerpt:
    """The cut around a span of a text; marks are given, as the span is, by their places in the whole text."""
    span = Span(max(0, min(span.start, len(text))), max(0, min(span.end, len(text))))
    low, high = room(text, span)
    return Excerpt(
        text=text[low:high], start=low, cited=(span.start - low, max(span.start, min(span.end, high)) - low),
        marks=tuple(
            Mark(max(one.start, low) - low, min(one.end, high) - low, one.pair, one.like, one.other)
            for one in marks if one.start < high and one.end > low and one.start < one.end
        ),
        before=bool(text[:low].strip()), after=bool(text[high:].strip()),
    )  # fmt: skip


def opening(text: str) -> Excerpt:
    """The beginning of a text of which no words in particular are cited."""
    start = len(text) - len(text.lstrip())
    high = start + OPENING
    if high < len(text):
        high = max(text.rfind(" ", start, high), text.rfind("\n", start, high)) if " " in text[start:high] else high
    return Excerpt(text=text[start:high], start=start, after=bool(text[high:].strip()))


def sides(article: str, message: str, matches: Sequence[Match]) -> tuple[list[Mark], list[Mark]]:
    """What agrees, as marks of the article's text and of the message's."""

    left, right = [], []
    for pair, one in enumerate(matches):
        said, meant = cut(article, one.article), cut(message, one.message)
        like = one.like if letters(said) == letters(meant) else min(one.like, OTHER)
        left.append(Mark(one.article.start, one.article.end, pair, like, meant[:NAMED]))
        right.append(Mark(one.message.start, one.message.end, pair, like, said[:NAMED]))
    return left, right


def cut(text: str, span: Span) -> str:
    """The words of a span."""
    return text[span.start : span.end]


def letters(text: str) -> str:
    """What makes words the same, whatever their case and the marks between them."""
    return "".join(char for char in QUOTED.sub("", text).casefold() if char.isalnum())


def shown(made: Excerpt) -> Markup:
    """An excerpt as markup: escaped, lines joined that were only wrapped, without a quotation's marks before them,
    what agrees marked, the words around it paler."""
    text = WRAPPED.sub(" ", QUOTED.sub(lambda marks: " " * len(marks[0]), plain(made.text)))
    low, high = made.cited
    marks = apart(made.marks)
    edges = sorted({0, low, high, len(text), *(edge for one in marks for edge in (one.start, one.end))})
    pieces = ["… " if made.before else ""]
    for start, end in itertools.pairwise(edges):
        piece = escape(text[start:end])
        over = next((one for one in marks if one.start <= start < one.end), None)
        if over is not None:
            piece = mark(over, piece)
        if high > low and not low <= start < high:
            piece = Markup('<span class="around">{}</span>').format(piece)
        pieces.append(piece)
    pieces.append(" …" if made.after else "")
    return Markup("".join(pieces))  # noqa: S704 - every piece is escaped or ours


def mark(one: Mark, piece: Markup) -> Markup:
    """The same words as such; others with their pair, and what stands for them on the other side."""
    if one.like >= 1:
        return Markup("<mark>{}</mark>").format(piece)
    other = plain(" ".join(one.other.split()))
    return Markup('<mark class="pair p{}" title="{}">{}</mark>').format(one.pair % PAIRS + 1, other, piece)


def apart(marks: Sequence[Mark]) -> list[Mark]:
    """Marks in order, without overlaps: the same words go before others, the longer before the shorter."""
    kept: list[Mark] = []
    for one in sorted(marks, key=lambda one: (one.like < 1, one.start - one.end, one.start)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)
