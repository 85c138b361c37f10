"""Where marks are kept: what the desk asks of each engine's own store of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from mappings.desk import Kind, Mark
from search.desk import Desked, Tag


class Sought(Struct, frozen=True, kw_only=True):
    """Which marks are meant; what is not said does not narrow."""

    kind: Kind | None = None
    keys: Sequence[str] | None = None  # tags by their folded names
    beginning: str = ""  # what a tag's folded name begins with
    by: str = ""
    messages: Sequence[str] | None = None
    act: str = ""  # of the last change
    words: Sequence[str] = ()  # of a note, all of them
    prefix: str = ""  # what a word of a note begins with
    gone: bool | None = False  # None for those that are gone, too


class Drawer(Protocol):
    """Marks in one engine. What is stored is seen at once."""

    def any(self) -> bool:
        """Whether there is a mark at all; quick."""

    def get(self, ids: Iterable[str]) -> dict[str, Mark]:
        """Marks by their ids; those that are not there are left out."""

    def find(self, sought: Sought) -> Iterator[Mark]:
        """The marks that are meant, in the order of ids."""

    def page(self, sought: Sought, limit: int, after: tuple[int, str] | None) -> tuple[int, list[Mark]]:
        """How many there are, and the newest after the one made then, with that id."""

    def messages(self, sought: Sought) -> list[str]:
        """The ids of the messages that carry such marks, each once."""

    def tags(self) -> list[Tag]:
        """The tags in use, by name."""

    def authors(self) -> list[tuple[str, int]]:
        """Who wrote notes, and how many; by name."""

    def counts(self) -> Desked:
        """How many marks there are."""

    def change(self, ids: Iterable[str], how: Callable[[Mapping[str, Mark]], Iterable[Mark]]) -> list[Mark]:
        """Reads marks, and stores what `how` makes of those that are there, with nobody in between: it may be asked
        again, of some of them. The marks as they are stored."""
