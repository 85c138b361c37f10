"""`/t/<id>`: a conversation, whole messages in order of time beside its tree, ghosts in place, hits in steps."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, cast, get_args

from flask import Blueprint, redirect
from msgspec import Struct
from werkzeug.wrappers import Response

from mappings.records import Message, MessageRow
from search.desk import Tag
from search.query import Query
from webapp.answers import answer, wants_json
from webapp.context import choice, engine, shelf, text_value, whole_number
from webapp.conversation import Copies, collapse, in_time
from webapp.desk import NOTHING, Marked, known_tags, marks_in
from webapp.formats import anchor, quoted_as, thread_link
from webapp.found import Beside, Field, found_in, read_query
from webapp.operations import number, one_of, operation, text
from webapp.placing import placed
from webapp.sources import Quoted
from webapp.text import NOWHERE, Origin, Origins

pages = Blueprint("thread", __name__)
CHUNK = 50  # messages on one page: the next ones come as one scrolls to them
OUTLINE = 2000  # lines of a tree beside it
ALWAYS = 20_000  # code points of each message
Order = Literal["oldest", "tree"]
Open = Literal["all", "none"]


class Step(Struct, frozen=True, kw_only=True):
    """A message that the search finds: which one of how many, and the addresses of those before and after it."""

    number: int
    before: str = ""
    after: str = ""


class Entry(Struct, frozen=True, kw_only=True):
    """One message of a conversation (None for a ghost), with what it answers and where else it was found."""

    row: MessageRow
    message: Message | None = None
    parent: MessageRow | None = None
    adjacent: bool = False  # the parent stands right above
    answers_at: str = ""  # the parent's address
    copies: tuple[MessageRow, ...] = ()
    answers: tuple[MessageRow, ...] = ()  # of a ghost: the messages that refer to it directly
    cited: int = 0  # how many articles cite it
    placed: str = ""  # by what it was put below its parent, if it names no mail
    marks: Marked = NOTHING
    open: bool = True
    step: Step | None = None
    beside: tuple[Field, ...] = ()  # what matched beside its subject and text
    origins: Origins = NOWHERE  # where its quotations are from, by where they begin


class ThreadPage(Struct, frozen=True, kw_only=True):
    """A page of a conversation; `outline` is its tree with the address of each message, `found` how many messages of
    it the search finds."""

    id: str
    subject: str
    first: int | None
    last: int | None
    messages: int
    ghosts: int
    people: tuple[tuple[str, int], ...]
    order: Order
    page: int
    pages: int
    q: str
    outline: tuple[tuple[MessageRow, str], ...]
    entries: tuple[Entry, ...]
    open: Open | None
    addresses: tuple[str, ...]  # of all pages
    ways: dict[str, str]  # the addresses of the same in another order, or with other messages open
    known_tags: tuple[Tag, ...] = ()
    found: int = 0
    first_found: str = ""  # the address of the first one

    @property
    def first_here(self) -> int:
        """The number of the first message on this page."""
        return (self.page - 1) * CHUNK + 1

    @property
    def last_here(self) -> int:
        """The number of the last one."""
        return self.first_here + len(self.entries) - 1


class View(NamedTuple):
    """How a conversation is shown: all that its address holds beside the page."""

    id: str
    order: Order
    open: Open | None  # None: those that the search finds, or all without one
    q: str
    on_page: dict[str, int]  # id of a row -> the page it is on

    def link(self, page: int = 1) -> str:
        """The address of a page."""
        order = "" if self.order == "oldest" else self.order
        return thread_link(self.id, page=page if page > 1 else "", order=order, open=self.open or "", q=self.q)

    def ways(self) -> dict[str, str]:
        """Its address in each order, and with all messages open, none, or those that it opens by itself."""
        orders = {order: self._replace(order=order).link() for order in get_args(Order)}
        opens = {open: self._replace(open=open).link() for open in get_args(Open)}
        return orders | opens | {"some": self._replace(open=None).link()}

    def to(self, row: MessageRow, page: int) -> str:
        """The address of a message, seen from a page."""
        there = self.on_page.get(row.id, page)
        return f"{'' if there == page else self.link(there)}#{anchor(row.id)}"


@pages.get("/t/<mail:id>")
@pages.get("/t/<mail:id>.json", endpoint="json")
@operation("the conversation that a mail is in", ThreadPage, one_of("order", get_args(Order)), number("page"),
           one_of("open", get_args(Open), "messages, else those that are found"),
           text("q", "marks words and steps through what is found"),
           leads="an id that is not the conversation's own: to its place there")  # fmt: skip
def thread(id: str) -> Response:
    """The conversation that a message or ghost is in; its address is that of its first message."""
    found = engine().thread(id)
    order = cast(Order, choice("order", get_args(Order)) or "oldest")
    tree, copies = collapse(found.rows, engine().copies)
    rows = in_time(tree) if order == "oldest" else tree
    view = View(
        id=found.id, order=order, open=cast(Open | None, choice("open", get_args(Open)) or None), q=text_value("q"),
        on_page={row.id: index // CHUNK + 1 for index, row in enumerate(rows)},
    )  # fmt: skip
    stand_ins = {copy.id: row for row, behind in copies.items() for copy in behind}
    if not found.id.startswith(id) and not wants_json():
        wanted = next((stands for copy, stands in stand_ins.items() if copy.startswith(id)), id)
        here = next((row for row in rows if row.id.startswith(wanted)), rows[0])
        return redirect(f"{view.link(view.on_page[here.id])}#{anchor(here.id)}", 302)
    last = max(1, -(-len(rows) // CHUNK))
    number = whole_number("page", 1, 1, last)
    shown = rows[(number - 1) * CHUNK : number * CHUNK]
    query = read_query(view.q)
    hits = {stand_ins.get(one, one) for one in found_in(engine(), query, found.id)}
    outline = tree if len(rows) <= OUTLINE else [row for row in tree if view.on_page[row.id] == number]
    matching = [row for row in rows if row.id in hits]
    return answer(
        "thread.html",
        ThreadPage(
            id=found.id, subject=found.subject, first=found.first, last=found.last,
            messages=sum(not row.ghost for row in rows), ghosts=sum(row.ghost for row in rows), people=people(rows),
            order=order, page=number, pages=last, q=view.q, open=view.open, ways=view.ways(),
            addresses=tuple(view.link(page) for page in range(1, last + 1)),
            outline=tuple((row, view.to(row, number)) for row in outline),
            entries=tuple(entries(shown, {row.id: row for row in rows}, copies, stepped(matching, view), view, query)),
            known_tags=tuple(known_tags()), found=len(matching),
            first_found=view.to(matching[0], number) if matching else "",
        ),
    )  # fmt: skip


def stepped(matching: Sequence[MessageRow], view: View) -> dict[str, Step]:
    """The steps from each message that was found to those before and after it, as they are shown."""
    found = {}
    for index, row in enumerate(matching):
        page = view.on_page[row.id]
        found[row.id] = Step(
            number=index + 1,
            before=view.to(matching[index - 1], page) if index else "",
            after=view.to(matching[index + 1], page) if index + 1 < len(matching) else "",
        )  # fmt: skip
    return found


def entries(shown: Sequence[MessageRow], rows: dict[str, MessageRow], copies: Copies, found: dict[str, Step],
            view: View, query: Query) -> Iterator[Entry]:  # fmt: skip
    """The rows of one page with their full messages, fetched at once."""
    full = {message.id: message for message in engine().messages([row.id for row in shown if not row.ghost])}
    full |= {message.id: message for message in engine().messages(parents(shown, full))}
    cited = shelf().cited_counts(row.id for row in shown)
    marks = marks_in([full[row.id] for row in shown if row.id in full])
    quoted = Quoted(rows, full)
    beside = Beside(engine(), query).of({id: mail for id, mail in full.items() if id in found})
    above = ""
    for row in shown:
        mail = full.get(row.id)
        page = view.on_page[row.id]
        yield Entry(
            row=row, message=mail, parent=rows.get(row.parent), adjacent=row.parent == above,
            answers_at=view.to(rows[row.parent], page) if row.parent in rows else "", copies=copies.get(row.id, ()),
            answers=tuple(one for one in rows.values() if one.parent == row.id and not one.ghost) if row.ghost else (),
            marks=marks.get(row.id, NOTHING), cited=cited.get(row.id, 0),
            placed=placed(mail, full.get(row.parent)) if mail else "",
            open=view.open == "all" or (view.open is None and (not found or row.id in found)),
            step=found.get(row.id), beside=beside.get(row.id, ()),
            origins={at: Origin(view.to(one, page), *quoted_as(one)) for at, one in quoted.of(mail).items()}
            if mail else NOWHERE,
        )  # fmt: skip
        above = row.id


def parents(shown: Sequence[MessageRow], full: dict[str, Message]) -> list[str]:
    """The mails on other pages that messages here stand below: it is their words that these quote."""
    return [row.parent for row in shown if row.parent and row.parent not in full and not row.parent.startswith("g")]


def people(rows: Sequence[MessageRow]) -> tuple[tuple[str, int], ...]:
    """Who wrote how many, most first."""
    counts: dict[str, int] = {}
    for row in rows:
        if row.from_ and not row.ghost:
            name = row.from_[0].name or row.from_[0].address
            counts[name] = counts.get(name, 0) + 1
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
