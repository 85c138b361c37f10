"""`/notes`: all notes, the newest first, by author, tag and words; the same as a table and as a feed (RFC 4287)."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, request
from msgspec import Struct
from werkzeug.wrappers import Response

from mappings.desk import Mark
from mappings.records import MessageRow
from search.chunks import chunks
from search.desk import AT_ONCE, NotesWanted, Tag, every_note
from search.errors import NotFound
from webapp.answers import answer
from webapp.context import engine, site, text_value, whole_number
from webapp.desk import Marked, marks_of
from webapp.feeds import feed
from webapp.formats import SHORT, link, machine_date, message_link
from webapp.operations import FEED, TABLE, number, operation, text
from webapp.pages.desk import shown
from webapp.tables import table

pages = Blueprint("notes", __name__)
USUAL, MOST = 50, 200  # notes on one page
NEWEST = 50  # entries of the feed
COLUMNS = (
    "note", "by", "at", "changed", "on these words", "from", "to", "message", "message's page", "subject", "sender",
    "message's date", "tags",
)  # fmt: skip
NARROWED = (text("by", "whose", 80), text("tag", "on messages with it", 80), text("words", "in the note"))


class NoteLine(Struct, frozen=True, kw_only=True):
    """A note with the message that it is on, None for one that is not here, and what else is on that."""

    mark: Mark
    row: MessageRow | None
    marks: Marked

    @property
    def link(self) -> str:
        """The note's address."""
        return f"{message_link(self.mark.message)}#note-{self.mark.id[:SHORT]}"


class NotesAsk(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the list is asked for; all of the page's state."""

    by: str = ""
    tag: str = ""
    words: str = ""
    limit: int = USUAL

    def link(self, path: str = "/notes", cursor: str = "", **changed: str) -> str:
        """The address of the list with other values."""
        values: dict[str, str | int] = {"by": self.by, "tag": self.tag, "words": self.words,
                                        "limit": "" if self.limit == USUAL else self.limit}  # fmt: skip
        return link(path, **values | changed, cursor=cursor)

    def wanted(self) -> NotesWanted:
        """The same as a question to the engine."""
        return NotesWanted(by=self.by, tag=self.tag, words=self.words)


class NotesPage(Struct, frozen=True, kw_only=True):
    """A page of notes, with those who wrote some and the tags to narrow by."""

    asked: NotesAsk
    total: int
    notes: tuple[NoteLine, ...]
    next: str
    authors: tuple[tuple[str, int], ...]
    tags: tuple[Tag, ...]


def asked() -> NotesAsk:
    """What the address asks for; BadValue."""
    shown()
    return NotesAsk(by=text_value("by", 80), tag=text_value("tag", 80), words=text_value("words"),
                    limit=whole_number("limit", USUAL, 1, MOST))  # fmt: skip


@pages.get("/notes")
@pages.get("/notes.json", endpoint="json")
@operation("all notes, the newest first", NotesPage, *NARROWED, number("limit", high=MOST),
           text("cursor", longest=1000))  # fmt: skip
def notes() -> Response:
    """One page of the notes."""
    ask = asked()
    found = engine().notes(ask.wanted(), limit=ask.limit, cursor=text_value("cursor", 1000))
    return answer("notes.html", NotesPage(
        asked=ask, total=found.total, notes=tuple(lines(found.notes)), next=found.next,
        authors=tuple(engine().authors()), tags=tuple(engine().tags()),
    ))  # fmt: skip


def lines(marks: Sequence[Mark]) -> Iterator[NoteLine]:
    """Notes with their messages."""
    others = marks_of({mark.message for mark in marks})
    rows: dict[str, MessageRow | None] = {}
    for mark in marks:
        if mark.message not in rows:
            try:
                rows[mark.message] = engine().row(mark.message)
            except NotFound:  # it is kept for when the message comes
                rows[mark.message] = None
        yield NoteLine(mark=mark, row=rows[mark.message], marks=others.get(mark.message, Marked()))


@pages.get("/notes.csv")
@operation("all notes as a table", TABLE, *NARROWED)
def as_table() -> Response:
    """The notes that the page would list, all of them."""
    return table("notes.csv", COLUMNS, map(cells, every(asked())))


def every(ask: NotesAsk) -> Iterator[NoteLine]:
    """All notes that are asked for."""
    for part in chunks(every_note(engine(), ask.wanted()), AT_ONCE):
        yield from lines(part)


def cells(line: NoteLine) -> tuple[str | int, ...]:
    """A note as a line of the table."""
    mark, row, anchor = line.mark, line.row, line.mark.anchor
    root = request.host_url.rstrip("/")
    return (
        mark.text, mark.by, machine_date(mark.at), machine_date(mark.changed), anchor.quote if anchor else "",
        anchor.start if anchor else "", anchor.end if anchor else "", mark.message, root + line.link,
        row.subject if row else "", row.from_[0].address if row and row.from_ else "",
        machine_date(row.date) if row else "", ", ".join(tag.name for tag in line.marks.tags),
    )  # fmt: skip


@pages.get("/notes.atom", endpoint="feed")
@operation("the newest notes as a feed", FEED, *NARROWED)
def as_feed() -> Response:
    """The newest notes."""
    ask = asked()
    found = list(lines(engine().notes(ask.wanted(), limit=NEWEST).notes))
    last = max((line.mark.changed for line in found), default=0)
    host = request.host_url.rstrip("/")
    return feed("notes.xml", title=site().title, notes=found, last=last, host=host, ask=ask)
