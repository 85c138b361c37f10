"""Passages that notes are about: what is kept of selected or pasted words, and where they stand in a text."""

from collections.abc import Iterator

from mappings.articles import Span
from mappings.desk import Anchor
from webapp.places import find_words
from webapp.text import plain

AROUND = 64  # code points kept on either side
MOST = 500  # places where equal words are looked for


def anchor_of(text: str, words: str, before: str = "", after: str = "") -> Anchor | None:
    """The anchor of words in a message's text; None if they are not there. Of several places it is the one that has
    most of what stood before and after."""
    span = best(text, words, before, after)
    if span is None:
        return None
    low, high = max(0, span.start - AROUND), span.end + AROUND
    return Anchor(text[span.start : span.end], span.start, span.end, text[low : span.start], text[span.end : high])


def place(text: str, anchor: Anchor) -> Span | None:
    """Where an anchor's words stand in a text, which may be a copy's or was read anew; None if they don't."""
    if text[anchor.start : anchor.end] == anchor.quote:
        return Span(anchor.start, anchor.end)
    return best(text, anchor.quote, anchor.before, anchor.after, anchor.start)


def best(text: str, words: str, before: str, after: str, near: int = 0) -> Span | None:
    """Of the places of the words the one whose surroundings agree most, of equals the one nearest to `near`."""
    shown = plain(text)
    left, right = "".join(before.split())[::-1], "".join(after.split())
    return max(
        places(shown, plain(words)),
        key=lambda span: (
            agreeing("".join(shown[max(0, span.start - 4 * AROUND) : span.start].split())[::-1], left)
            + agreeing("".join(shown[span.end : span.end + 4 * AROUND].split()), right),
            -abs(span.start - near),
        ), default=None,
    )  # fmt: skip


def places(text: str, words: str) -> Iterator[Span]:
    """Every place of the words, whatever became of their spaces, quotes and hyphens."""
    exact, at = text.find(words) if words.strip() else -1, 0
    if exact < 0:
        if found := find_words(text, words):
            yield found
        return
    for _ in range(MOST):
        if (at := text.find(words, at)) < 0:
            return
        yield Span(at, at + len(words))
        at += 1


def agreeing(one: str, other: str) -> int:
    """How many letters two texts begin with alike."""
    count = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        count += 1
    return count
