"""Words that are nearly another: which may be meant, and which of them is."""

from collections.abc import Iterable, Iterator

from search.query import TextField
from search.words import edits

SHORTEST = 4  # letters of a word that is looked for; shorter ones are all alike
LONG = 6  # letters from which on two of them may differ
ALIKE = 2  # first letters that must be the same then
MOST = 8  # words told
# where a misspelt word may have been meant to stand
PLACES: dict[TextField, tuple[str, ...]] = {
    "": ("subject", "own", "quoted", "from"), "body": ("own", "quoted"), "with": ("from", "to"),
}  # fmt: skip
_ALPHABETS = (("a", "z"), ("а", "я"), ("α", "ω"), ("0", "9"))


def alphabet(word: str) -> str:
    """The letters that may stand in a word: those of its script, and its own."""
    letters = set(word)
    for first, last in _ALPHABETS:
        if any(first <= letter <= last for letter in word):
            letters |= set(map(chr, range(ord(first), ord(last) + 1)))
    return "".join(sorted(letters))


def neighbours(word: str) -> Iterator[str]:
    """Every word with one letter less, swapped, other or more, some of them twice."""
    letters = alphabet(word)
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in letters)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in letters)


def chosen(word: str, found: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """The words worth telling: the nearest, of those the most frequent first."""
    counts: dict[str, int] = {}
    for other, count in found:
        if other != word and count:
            counts[other] = counts.get(other, 0) + count
    apart = {other: edits(word, other, 2) for other in counts}
    for most in (1, 2):
        nearest = [other for other, distance in apart.items() if distance == most and _may(word, other, most)]
        if nearest:
            return tuple(sorted([(one, counts[one]) for one in nearest], key=lambda pair: (-pair[1], pair[0]))[:MOST])
    return ()


def _may(word: str, other: str, apart: int) -> bool:
    return apart == 1 or (len(word) >= LONG and word[:ALIKE] == other[:ALIKE])
