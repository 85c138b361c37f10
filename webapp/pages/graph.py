"""`/graph`: who writes to whom, in the corpus or a search's result; `/p/<id>/graph`: in a person's mails."""

from typing import Literal, cast, get_args

from flask import Blueprint
from msgspec import Struct
from werkzeug.wrappers import Response

from mappings.persons import Person
from search.parse import parse
from search.persons import Exchange, Share
from search.query import Query
from webapp.answers import answer
from webapp.context import choice, engine, text_value, whole_number
from webapp.formats import link, person_link
from webapp.operations import TABLE, flag, number, one_of, operation, text
from webapp.tables import table

pages = Blueprint("graph", __name__)
Sort = Literal["mails", "from", "to"]
USUAL, MOST = 30, 40  # people
SHAPE = (number("most", "people", 2, MOST), flag("lists", "0: without lists and offices"))
COLUMNS = ("from", "from id", "to", "to id", "mails")


class GraphAsk(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the page is asked for; all of its state."""

    q: str = ""
    person: str = ""
    most: int = USUAL
    lists: bool = True
    sort: Sort = "mails"

    def link(self, tail: str = "", **changed: str | int) -> str:
        """The address of the same page with other values."""
        values: dict[str, str | int] = {
            "q": "" if self.person else self.q, "most": "" if self.most == USUAL else self.most,
            "lists": "" if self.lists else "0", "sort": "" if self.sort == "mails" else self.sort,
        }  # fmt: skip
        values |= changed
        return person_link(self.person, f"/graph{tail}", **values) if self.person else link(f"/graph{tail}", **values)


class GraphPage(Struct, frozen=True, kw_only=True):
    """Those who wrote or got most of the mails that match, and how many each wrote to each."""

    asked: GraphAsk
    query: Query
    mails: int  # that match
    senders: int  # who wrote any of them
    recipients: int
    people: tuple[Share, ...]  # with the mails that they wrote and got, added up
    exchanges: tuple[Exchange, ...]
    person: Person | None = None

    @property
    def rows(self) -> list[tuple[Share, Share, int]]:
        """The exchanges as lines of the table, in the order asked for."""
        people = {share.person.id: share for share in self.people}
        rows = [(people[one.sender], people[one.recipient], one.mails) for one in self.exchanges]
        if self.asked.sort != "mails":
            first = self.asked.sort == "from"
            rows.sort(key=lambda row: (_by_name(row[0] if first else row[1]), -row[2]))
        return rows


def _by_name(share: Share) -> tuple[str, str]:
    return share.person.name.casefold(), share.person.id


def ask(person: str = "") -> GraphAsk:
    """The request as a question; BadValue."""
    return GraphAsk(
        q=f"person:{person}" if person else text_value("q"), person=person, most=whole_number("most", USUAL, 2, MOST),
        lists=choice("lists", ("0", "1")) != "0", sort=cast(Sort, choice("sort", get_args(Sort)) or "mails"),
    )  # fmt: skip


def made(asked: GraphAsk, person: Person | None = None) -> GraphPage:
    """The page for a question. QueryError."""
    query = parse(asked.q)
    spare = asked.most if asked.lists else 2 * asked.most + 20
    wrote, got = engine().shares(query, "wrote", spare), engine().shares(query, "got", spare)
    shares: dict[str, Share] = {}
    for share in (*wrote.rows, *got.rows):
        if asked.lists or not share.person.role:
            before = shares[share.person.id].mails if share.person.id in shares else 0
            shares[share.person.id] = Share(share.person, before + share.mails)
    people = sorted(shares.values(), key=lambda share: (-share.mails, share.person.id))[: asked.most]
    return GraphPage(
        asked=asked, query=query, mails=engine().count(query),
        senders=wrote.total, recipients=got.total, people=tuple(people), person=person,
        exchanges=tuple(engine().exchanges(query, [share.person.id for share in people])),
    )  # fmt: skip


@pages.get("/graph")
@pages.get("/graph.json", endpoint="json")
@operation("who writes to whom, in the corpus or among what is found", GraphPage, text("q"), *SHAPE,
           one_of("sort", get_args(Sort)))  # fmt: skip
def graph() -> Response:
    """The graph of a search's result, or of all mails."""
    return answer("graph.html", made(ask()))


@pages.get("/p/<person:id>/graph")
@pages.get("/p/<person:id>/graph.json", endpoint="person_json")
@operation("who writes to whom in a person's mails", GraphPage, *SHAPE, one_of("sort", get_args(Sort)))
def of_person(id: str) -> Response:
    """The graph of a person's mails."""
    found = engine().person(id)
    return answer("graph.html", made(ask(found.id), found))


@pages.get("/graph.csv", endpoint="csv")
@operation("the same as a table for spreadsheets", TABLE, text("q"), *SHAPE, one_of("sort", get_args(Sort)))
def as_table() -> Response:
    """The exchanges of the graph."""
    return listed(made(ask()))


@pages.get("/p/<person:id>/graph.csv", endpoint="person_csv")
@operation("the same as a table for spreadsheets", TABLE, *SHAPE, one_of("sort", get_args(Sort)))
def of_person_as_table(id: str) -> Response:
    """The exchanges of a person's graph."""
    found = engine().person(id)
    return listed(made(ask(found.id), found))


def listed(page: GraphPage) -> Response:
    """All exchanges of a page as a table."""
    rows = ((one.person.name, one.person.id, other.person.name, other.person.id, mails)
            for one, other, mails in page.rows)  # fmt: skip
    return table("who-writes-to-whom.csv", COLUMNS, rows)
