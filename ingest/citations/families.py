"""Messages that hold the same words: an original, its copies, and the replies that quote it, as one family."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ingest.citations.likeness import Window
from ingest.citations.reading import Read

SAME = 0.7  # share of the words of two windows that are in both
_LATER = 1 << 62


class Found(NamedTuple):
    """A message that may be meant, and its windows, the strongest first."""

    read: Read
    windows: Sequence[Window]

    @property
    def strength(self) -> float:
        """That of the strongest window."""
        return self.windows[0].strength if self.windows else 0.0

    def words(self) -> frozenset[str]:
        """The words of the strongest window."""
        best = self.windows[0]
        return frozenset(word for s in self.read.sentences[best.first : best.last + 1] for word in s.words)


def families(found: Iterable[Found]) -> list[list[Found]]:
    """Families of messages whose strongest windows are of nearly the same words; the strongest family first."""
    made: list[tuple[frozenset[str], list[Found]]] = []
    by_word: dict[str, list[int]] = {}
    for one in sorted(found, key=lambda one: (-one.strength, one.read.message.id)):
        words = one.words() if one.windows else frozenset((one.read.message.id,))
        near = {at for word in words for at in by_word.get(word, ())}
        for at in sorted(near):
            if len(words & made[at][0]) >= SAME * len(words | made[at][0]):
                made[at][1].append(one)
                break
        else:
            for word in words:
                by_word.setdefault(word, []).append(len(made))
            made.append((words, [one]))
    return [members for _, members in made]


def seniority(one: Found) -> tuple[bool, int, str]:
    """What the original of a family is known by: its own words before quoted ones, then the oldest."""
    best = one.windows[0] if one.windows else None
    own = best is None or one.read.sentences[best.first].own
    date = one.read.message.date
    return not own, _LATER if date is None else date, one.read.message.id
