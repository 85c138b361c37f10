"""How many messages each word of a corpus is in: what tells a rare word from a common one."""

import math
from collections import Counter
from collections.abc import Iterable

import msgspec
import zstandard

from search.words import fold, tokens, word_pattern

COMMON = 0.08  # a word that more than this share of the messages has says little
NAME = "citations-lexicon"


class _Stored(msgspec.Struct):
    """What is kept of a lexicon: its words in one string, and their counts in the same order."""

    messages: int
    upto: int
    words: str
    counts: list[int]
    written: dict[str, str]


class Lexicon:
    """The words of a corpus as its index has them. `upto` is the count of the last message that was read."""

    def __init__(self) -> None:
        self.messages = 0
        self.upto = 0
        self.counts: Counter[str] = Counter()
        self._weights: dict[str, float] = {}
        self.written: dict[str, str] = {}  # words with accents as they are written: the index has none

    def read(self, texts: Iterable[tuple[int, str, str]]) -> None:
        """Takes in messages: (count, id, own words) of each."""
        self._weights.clear()
        for count, _, text in texts:
            words = set(tokens(text))
            self.counts.update(words)
            self.messages += 1
            self.upto = max(self.upto, count)
            if not text.isascii():
                for word in set(word_pattern(text).findall(text)):
                    if not word.isascii() and (folded := fold(word)) in words:
                        self.written.setdefault(folded, word.lower())

    def rarity(self, word: str) -> float:
        """0 for a word that all messages have, 10 for one that none has, with its share's logarithm between."""
        return 10 * (1 - math.log(self.counts.get(word, 0) + 1) / math.log(self.messages + 2))

    def common(self, word: str) -> bool:
        """Whether a word is in so many messages that it says nothing about one of them."""
        return self.counts.get(word, 0) > COMMON * self.messages + 20

    def weigh(self, words: Iterable[str]) -> float:
        """The rarity of some words, each once, without common ones."""
        return sum(map(self._telling, set(words)))

    def _telling(self, word: str) -> float:
        weight = self._weights.get(word)
        if weight is None:
            weight = self._weights[word] = 0.0 if self.common(word) else self.rarity(word)
        return weight

    def dump(self) -> bytes:
        """What `load` reads."""
        stored = _Stored(self.messages, self.upto, "\n".join(self.counts), list(self.counts.values()), self.written)
        return zstandard.compress(msgspec.msgpack.encode(stored), 3)

    @classmethod
    def load(cls, data: bytes | None) -> "Lexicon":
        """The lexicon that was kept; an empty one for None."""
        lexicon = cls()
        if data is not None:
            stored = msgspec.msgpack.decode(zstandard.decompress(data), type=_Stored)
            lexicon.messages, lexicon.upto, lexicon.written = stored.messages, stored.upto, stored.written
            if stored.words:
                lexicon.counts = Counter(dict(zip(stored.words.split("\n"), stored.counts, strict=True)))
        return lexicon
