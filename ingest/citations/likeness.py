"""How much of an article's passage a message says, word by word and in the words' order, without any vectors."""

from collections import defaultdict
from typing import NamedTuple

from ingest.citations.lexicon import Lexicon
from ingest.citations.reading import Read, Sentence
from ingest.citations.units import Cut, Unit

MOST = 3  # sentences that are compared as one
RUN = 3  # words in a row that count as taken over


class Window(NamedTuple):
    """Sentences of a message, from the first to the last one, against a unit: `cover` is the share of the unit's words
    that they have, by rarity, `back` the share of theirs that the unit has, `mass` the rarity of those in common."""

    unit: int
    first: int
    last: int
    cover: float
    back: float
    mass: float

    @property
    def strength(self) -> float:
        """More for more and rarer words in common, less for what only one side says."""
        if not self.mass:
            return 0.0
        return self.mass * (5 * self.cover * self.back / (4 * self.back + self.cover))


class Runs(NamedTuple):
    """Words taken over as they stand: their share of the unit's words in such rows, and the longest row's rarity."""

    unit: int
    share: float
    longest: float


class Scorer:
    """Compares messages with a passage."""

    def __init__(self, cut: Cut, lexicon: Lexicon) -> None:
        self._cut, self._lexicon = cut, lexicon
        self._values: dict[str, list[tuple[int, float]]] = defaultdict(list)  # form -> (term, worth)
        numbers: dict[str, int] = {}
        for term in cut.terms:
            at = numbers.setdefault(term.word, len(numbers))
            for form, worth in term.forms.items():
                self._values[form].append((at, worth))
        self._rarity = [term.rarity for term in cut.terms]
        self._units = [{numbers[term.word] for term in unit.terms} for unit in cut.units]
        self._totals = [sum(self._rarity[at] for at in unit) or 1.0 for unit in self._units]
        self._total = sum(self._rarity) or 1.0
        self._rows: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for at, unit in enumerate(cut.units):
            for row in zip(*(unit.words[i:] for i in range(RUN)), strict=False):
                self._rows[row].add(at)

    def windows(self, read: Read) -> list[Window]:
        """The best window of a message for each unit, where there is any; units that none fits are left out."""
        hits = [self._hits(sentence) for sentence in read.sentences]
        best: dict[int, Window] = {}
        for first in range(len(hits)):
            if not hits[first]:
                continue
            worths: dict[int, float] = {}
            weight = 0.0
            for last in range(first, min(first + MOST, len(hits))):
                if last > first and not _together(read.sentences[first], read.sentences[last]):
                    break
                for at, worth in hits[last].items():
                    worths[at] = max(worths.get(at, 0.0), worth)
                weight += read.sentences[last].weight
                if last == first or hits[last]:
                    self._compare(worths, weight, first, last, best)
        return list(best.values())

    def _compare(self, worths: dict[int, float], weight: float, first: int, last: int, best: dict[int, Window]) -> None:
        for at, unit in enumerate(self._units):
            mass = sum(worth * self._rarity[term] for term, worth in worths.items() if term in unit)
            if mass:
                window = Window(at, first, last, mass / self._totals[at], min(mass / max(weight, mass), 1.0), mass)
                if at not in best or window.strength > best[at].strength:
                    best[at] = window

    def _hits(self, sentence: Sentence) -> dict[int, float]:
        """The passage's terms that a sentence has, with their worth."""
        found: dict[int, float] = {}
        for word in self._values.keys() & sentence.words:
            for at, worth in self._values[word]:
                if worth > found.get(at, 0.0):
                    found[at] = worth
        return found

    def whole(self, read: Read) -> float:
        """The share of the passage's words, by rarity, that a message has anywhere."""
        worths: dict[int, float] = {}
        for sentence in read.sentences:
            for at, worth in self._hits(sentence).items():
                worths[at] = max(worths.get(at, 0.0), worth)
        return sum(worth * self._rarity[at] for at, worth in worths.items()) / self._total

    def runs(self, read: Read) -> Runs:
        """The unit that a message has most of as it stands."""
        found: dict[int, set[tuple[str, ...]]] = defaultdict(set)
        for own in (True, False):
            words: list[str] = []
            for sentence in read.sentences:
                if sentence.own == own:
                    words += sentence.words
            for row in zip(*(words[i:] for i in range(RUN)), strict=False):
                if row in self._rows:
                    for unit in self._rows[row]:
                        found[unit].add(row)
        best = Runs(-1, 0.0, 0.0)
        for unit, rows in found.items():
            runs = _taken(self._cut.units[unit], rows, self._lexicon)
            if (runs[0] * runs[1]) > best.share * best.longest:
                best = Runs(unit, *runs)
        return best


def _taken(unit: Unit, rows: set[tuple[str, ...]], lexicon: Lexicon) -> tuple[float, float]:
    """(share of the unit's words in rows that were taken over, rarity of the longest such row)."""
    words = unit.words
    taken = [False] * len(words)
    for at in range(len(words) - RUN + 1):
        if words[at : at + RUN] in rows:
            taken[at : at + RUN] = [True] * RUN
    longest = run = 0.0
    for word, there in zip(words, taken, strict=True):
        run = run + lexicon.rarity(word) if there else 0.0
        longest = max(longest, run)
    return sum(taken) / max(len(words), 1), longest


def _together(one: Sentence, other: Sentence) -> bool:
    """Whether two sentences may be parts of one window: the same writer's, and neither is the subject."""
    return one.own == other.own and one.start >= 0
