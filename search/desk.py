"""What engines keep and answer about tags, stars and notes: the desk's part of the engine protocol."""

from collections.abc import Iterable, Iterator
from typing import Protocol, Self

from msgspec import Struct

from mappings.desk import Anchor, Mark

AT_ONCE = 500  # notes that are read at a time where all are wanted


class Act(Struct, frozen=True):
    """Something that was done at once: its name, by which it is undone, and the marks as they are now."""

    id: str
    marks: tuple[Mark, ...] = ()


class Tag(Struct, frozen=True):
    """A tag that some message carries: on how many, and when it was last put on one (seconds since 1970)."""

    name: str
    messages: int
    last: int


class Desked(Struct, frozen=True):
    """How many marks there are of each kind, and on how many messages."""

    tags: int = 0
    stars: int = 0
    notes: int = 0
    messages: int = 0


class NotesWanted(Struct, frozen=True, kw_only=True):
    """Which notes a list is to show; what is "" does not narrow."""

    by: str = ""
    tag: str = ""  # those on messages that carry it
    words: str = ""  # in the note, all of them


class Notes(Struct, frozen=True, kw_only=True):
    """A page of notes, newest first."""

    total: int
    notes: tuple[Mark, ...]
    next: str = ""  # cursor of the next page, "" on the last


class Desk(Protocol):
    """Tags, stars and notes. They are written at once, also while another process has the corpus' one writer; what is
    written is seen at once, by searches too. A mark on one copy of a mail counts for all of them, and one on a message
    that is not here is kept for when it comes. Nothing is overwritten: each change stays in the mark's history, and
    every act can be undone. In a list of marks of a message come its star, its tags by name, its notes by place.

    What is asked of an engine that is `discreet` is answered as if nobody had written anything.
    """

    def discreet(self) -> Self:
        """The same corpus for those who may not see the desk: there are no marks, and a search for any is a QueryError.
        Nothing is opened, and it need not be closed."""

    def marks(self, ids: Iterable[str]) -> dict[str, list[Mark]]:
        """By message the marks of it and of its copies, each tag once; messages without any are left out."""

    def mark(self, id: str) -> Mark:
        """One mark, also one that is gone; NotFound."""

    def history(self, message: str) -> list[Mark]:
        """All marks that a message and its copies ever had, the last changed first."""

    def tags(self) -> list[Tag]:
        """The tags in use, by name."""

    def notes(self, wanted: NotesWanted, *, limit: int = 50, cursor: str = "") -> Notes:
        """One page of the notes, the newest first; CursorError."""

    def authors(self) -> list[tuple[str, int]]:
        """Who wrote notes, and how many; by name."""

    def desked(self) -> Desked:
        """How many marks there are."""

    def every_mark(self) -> Iterator[Mark]:
        """Every mark with its history, those that are gone, too, in the order of ids."""

    def put_marks(self, marks: Iterable[Mark]) -> int:
        """Stores marks as another corpus has them; how many. Of one that is here, too, the longer history stays."""

    def tag(self, ids: Iterable[str], *, add: Iterable[str] = (), remove: Iterable[str] = (), by: str = "") -> Act:
        """Puts tags on messages and takes tags off them and their copies; BadMark for what is no tag's name. Of a
        tag that they have, or have not, nothing becomes."""

    def star(self, ids: Iterable[str], on: bool = True, *, by: str = "") -> Act:
        """Puts a star on messages, or takes it off."""

    def note(self, message: str, text: str, *, anchor: Anchor | None = None, by: str = "") -> Act:
        """Writes a note; BadMark for an empty one."""

    def edit_note(self, id: str, text: str, *, seen: int = 0, by: str = "") -> Act:
        """Writes a note anew; NotFound. `seen`: how many changes of it the writer knows of; Overtaken if there are
        more."""

    def remove_marks(self, ids: Iterable[str], *, by: str = "") -> Act:
        """Removes marks, by their ids."""

    def rename_tag(self, old: str, new: str, *, by: str = "") -> Act:
        """Gives a tag another name, on all messages; NotFound. If there is such a tag, the two become one."""

    def undo(self, act: str, *, only: str = "", by: str = "") -> Act:
        """Undoes an act, or what it did to `only` one mark; but for marks that were changed again since."""


def every_note(desk: Desk, wanted: NotesWanted) -> Iterator[Mark]:
    """All notes that are wanted, the newest first."""
    cursor = ""
    while True:
        found = desk.notes(wanted, limit=AT_ONCE, cursor=cursor)
        yield from found.notes
        if not (cursor := found.next):
            return
