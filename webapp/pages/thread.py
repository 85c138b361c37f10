"""`/t/<id>`: a conversation, whole bodies in order of time beside its tree, ghosts in place."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, redirect
from msgspec import Struct
from werkzeug.wrappers import Response

from mappings.records import Message, MessageRow
from webapp.answers import answer, wants_json
from webapp.context import choice, engine, shelf, text_value, whole_number
from webapp.conversation import Copies, collapse, in_time
from webapp.formats import anchor, thread_link
from webapp.operations import number, one_of, operation, text
from webapp.placing import placed

pages = Blueprint("thread", __name__)
CHUNK = 200  # messages on one page
OUTLINE = 1000  # lines of a tree beside it
ORDERS = ("oldest", "tree")


class Entry(Struct, frozen=True, kw_only=True):
    """One message of a conversation (None for a ghost), with what it answers and where else it was found."""

    row: MessageRow
    message: Message | None = None
    parent: MessageRow | None = None
    adjacent: bool = False  # the parent stands right above
    copies: tuple[MessageRow, ...] = ()
    answers: tuple[MessageRow, ...] = ()  # of a ghost: the messages that refer to it directly
    cited: int = 0  # how many articles cite it
    placed: str = ""  # by what it was put below its parent, if it names no mail


class ThreadPage(Struct, frozen=True, kw_only=True):
    """A page of a conversation; `outline` is its tree with the number of the page each row is on."""

    id: str
    subject: str
    first: int | None
    last: int | None
    messages: int
    ghosts: int
    people: tuple[tuple[str, int], ...]
    order: str
    page: int
    pages: int
    q: str
    outline: tuple[tuple[MessageRow, int], ...]
    entries: tuple[Entry, ...]


@pages.get("/t/<mail:id>")
@pages.get("/t/<mail:id>.json", endpoint="json")
@operation("the conversation that a mail is in", ThreadPage, one_of("order", ORDERS), number("page"),
           text("q", "marks words"), leads="an id that is not the conversation's own: to its place there")  # fmt: skip
def thread(id: str) -> Response:
    """The conversation that a message or ghost is in; its address is that of its first message."""
    found = engine().thread(id)
    order = choice("order", ORDERS) or "oldest"
    tree, copies = collapse(found.rows, engine().copies)
    rows = in_time(tree) if order == "oldest" else tree
    if not found.id.startswith(id) and not wants_json():
        stand_ins = {copy.id: row for row, behind in copies.items() for copy in behind}
        wanted = next((stands for copy, stands in stand_ins.items() if copy.startswith(id)), id)
        here = next((place for place, row in enumerate(rows) if row.id.startswith(wanted)), 0)
        number = here // CHUNK + 1
        target = thread_link(found.id, page=number if number > 1 else "", order="" if order == "oldest" else order)
        return redirect(f"{target}#{anchor(rows[here].id)}", 302)
    last = max(1, -(-len(rows) // CHUNK))
    number = whole_number("page", 1, 1, last)
    shown = rows[(number - 1) * CHUNK : number * CHUNK]
    on_page = {row.id: index // CHUNK + 1 for index, row in enumerate(rows)}
    outline = tree if len(rows) <= OUTLINE else [row for row in tree if on_page[row.id] == number]
    return answer(
        "thread.html",
        ThreadPage(
            id=found.id, subject=found.subject, first=found.first, last=found.last,
            messages=sum(not row.ghost for row in rows), ghosts=sum(row.ghost for row in rows), people=people(rows),
            order=order, page=number, pages=last, q=text_value("q"),
            outline=tuple((row, on_page[row.id]) for row in outline),
            entries=tuple(entries(shown, {row.id: row for row in rows}, copies)),
        ),
    )  # fmt: skip


def entries(shown: Sequence[MessageRow], rows: dict[str, MessageRow], copies: Copies) -> Iterator[Entry]:
    """The rows of one page with their full messages, fetched at once."""
    full = {message.id: message for message in engine().messages([row.id for row in shown if not row.ghost])}
    full |= {message.id: message for message in engine().messages(parents(shown, full))}
    cited = shelf().cited_counts(row.id for row in shown)
    above = ""
    for row in shown:
        yield Entry(
            row=row, message=full.get(row.id), parent=rows.get(row.parent), adjacent=row.parent == above,
            copies=copies.get(row.id, ()),
            answers=tuple(one for one in rows.values() if one.parent == row.id and not one.ghost) if row.ghost else (),
            cited=cited.get(row.id, 0),
            placed=placed(full[row.id], full.get(row.parent)) if row.id in full else "",
        )  # fmt: skip
        above = row.id


def parents(shown: Sequence[MessageRow], full: dict[str, Message]) -> list[str]:
    """The mails on other pages that messages here stand below without naming any."""
    unnamed = [row.parent for row in shown if (mail := full.get(row.id)) and not mail.references + mail.in_reply_to]
    return [id for id in unnamed if id and id not in full and not id.startswith("g")]


def people(rows: Sequence[MessageRow]) -> tuple[tuple[str, int], ...]:
    """Who wrote how many, most first."""
    counts: dict[str, int] = {}
    for row in rows:
        if row.from_ and not row.ghost:
            name = row.from_[0].name or row.from_[0].address
            counts[name] = counts.get(name, 0) + 1
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
