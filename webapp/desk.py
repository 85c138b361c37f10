"""Tags, stars and notes as pages show them: a message's own, its notes beside the words that they are about."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from mappings.articles import Span
from mappings.desk import Mark
from mappings.records import Message
from search.desk import Tag
from webapp.anchors import place
from webapp.context import engine, site
from webapp.formats import SHORT
from webapp.marks import Footnote


class Noted(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A note, with its number on the page, and where the words that it is about stand in the text."""

    number: int
    mark: Mark
    words: Span | None = None  # None for a note on the whole message, or on words that are not in this text

    @property
    def key(self) -> str:
        """What its address on a page ends with."""
        return self.mark.id[:SHORT]


class Marked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What people put on one message, or on a copy of it."""

    star: Mark | None = None
    tags: tuple[Mark, ...] = ()
    notes: tuple[Noted, ...] = ()

    @property
    def footnotes(self) -> tuple[Footnote, ...]:
        """Where the text has words that notes are about."""
        return tuple(Footnote(one.words.start, one.words.end, one.number, one.key) for one in self.notes if one.words)


NOTHING = Marked()


def marked(marks: Sequence[Mark], message: Message | None = None, first: int = 1) -> Marked:
    """A message's marks; its notes are numbered from `first` on, and placed in the text if there is one."""
    notes = [mark for mark in marks if mark.kind == "note"]
    return Marked(
        star=next((mark for mark in marks if mark.kind == "star"), None),
        tags=tuple(mark for mark in marks if mark.kind == "tag"),
        notes=tuple(
            Noted(number=number, mark=mark, words=place(message.text, mark.anchor) if message and mark.anchor else None)
            for number, mark in enumerate(notes, first)
        ),
    )  # fmt: skip


def marks_of(ids: Iterable[str]) -> dict[str, Marked]:
    """What people put on messages, by their ids, without the places in texts; none where it is not shown."""
    if not site().marks:
        return {}
    return {id: marked(marks) for id, marks in engine().marks(ids).items()}


def marks_in(messages: Sequence[Message]) -> dict[str, Marked]:
    """The same for whole messages on one page, their notes placed and numbered one after the other."""
    if not site().marks:
        return {}
    found, first = dict[str, Marked](), 1
    marks = engine().marks(message.id for message in messages)
    for message in messages:
        if message.id in marks:
            found[message.id] = marked(marks[message.id], message, first)
            first += len(found[message.id].notes)
    return found


def known_tags() -> list[Tag]:
    """The tags in use, to choose from where they can be given."""
    return engine().tags() if site().writable else []
