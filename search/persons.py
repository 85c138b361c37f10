"""What engines keep and answer about people: the directory's part of the engine protocol."""

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from mappings.persons import Decision, Evidence, Known, Person, PersonRow, Sighting
from search.query import Query

PersonOrder = Literal["mails", "sent", "received", "name"]
Part = Literal["wrote", "got"]  # the sender; those in To, Cc and Bcc
NAME = "people"  # what the facts that the directory is made from are kept under


class Facts(Struct, frozen=True, kw_only=True):
    """What the directory is made from: all handles, why some are one person's, and how much mail they were drawn
    from (as `Shelf.newest` counts)."""

    known: tuple[Known, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    upto: int = 0


class Persons(Struct, frozen=True, kw_only=True):
    """A page of people."""

    total: int
    rows: tuple[PersonRow, ...]
    next: str = ""  # cursor of the next page, "" on the last


class Share(Struct, frozen=True):
    """A person and in how many mails of a match."""

    person: PersonRow
    mails: int


class Shares(Struct, frozen=True, kw_only=True):
    """Those who wrote or got the mails of a match, most first; `total` is how many there are in all, `more` says that
    there are yet more than these."""

    rows: tuple[Share, ...] = ()
    total: int = 0
    more: bool = False


class Exchange(Struct, frozen=True):
    """How many mails of a match one person wrote to another, by id."""

    sender: str
    recipient: str
    mails: int


class Directory(Protocol):
    """Reading the directory of people. A person's id may be that of any of its handles."""

    def person(self, id: str) -> Person:
        """A person in full; NotFound."""

    def persons(self, words: str = "", *, order: PersonOrder = "mails", limit: int = 50, cursor: str = "") -> Persons:
        """Those of whose names and addresses words begin with all of these; CursorError."""

    def who(self, handles: Iterable[str]) -> dict[str, PersonRow]:
        """The persons of handles, by handle; those that are in no directory are left out."""

    def handles(self, name: str) -> list[str]:
        """What `person:` means: the handles of the person with that id, else of all those whom `persons` finds, as far
        as a query can hold them."""

    def shares(self, query: Query, part: Part, limit: int = 20) -> Shares:
        """Who wrote, or got, the mails that match."""

    def exchanges(self, query: Query, ids: Sequence[str]) -> list[Exchange]:
        """Who of these persons wrote to whom of them in the mails that match, most mails first; not to themselves."""

    def frequencies(self, words: Sequence[str]) -> tuple[int, dict[str, int]]:
        """How many documents there are, and how many of them have each word among the sender's own."""

    def decisions(self) -> list[Decision]:
        """What people decided on people, the latest first."""


class DirectoryWriter(Protocol):
    """Writing to the directory."""

    def sightings(self) -> list[Sighting]:
        """How all mails name people and lists, as of the last `index`."""

    def keep_people(self, facts: Facts) -> None:
        """Makes the directory of these facts and of what was decided, in place of what it was."""

    def decide(self, decision: Decision) -> None:
        """Stores a decision; the directory changes accordingly."""

    def undecide(self, id: str) -> None:
        """Takes a decision back; NotFound."""
