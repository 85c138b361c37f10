"""What engines tell of a corpus' own values and words: the vocabulary's part of the engine protocol."""

from typing import Protocol

from msgspec import Struct

from search.query import Query, TextField

EVERYTHING = Query()
LONGEST = 200  # characters of what a value begins with or holds
MOST = 50_000  # values of a field that are put in order; rarer ones are reached by a narrower question


class Values(Struct, frozen=True):
    """Values of a field with the number of matches, the most frequent first; `total`: how many values there are;
    `cut`: there are more than are put in order."""

    values: tuple[tuple[str, int], ...]
    total: int = 0
    cut: bool = False


class Near(Struct, frozen=True):
    """How many messages have a word, and the words that are nearly the same, the most frequent first."""

    count: int
    words: tuple[tuple[str, int], ...] = ()


class Vocabulary(Protocol):
    """The values of fields that are kept whole (`mappings/messages.json`), and the words of texts."""

    def values(self, field: str, query: Query = EVERYTHING, *, holding: str = "", limit: int = 50, skip: int = 0,
               copies: bool = False) -> Values:
        """A field's values over a whole match, those alone that have `holding` in them, whatever its case."""

    def beginning(self, field: str, start: str, limit: int = 10) -> list[tuple[str, int]]:
        """Values of a field that begin so (lower case), the most frequent in the corpus first, with their counts."""

    def near(self, word: str, field: TextField = "") -> Near:
        """What is nearly a word (as the index has it) in a field of text, or anywhere: one letter more, less, swapped
        or other; if there is none, of longer words those that begin alike and differ by two."""
