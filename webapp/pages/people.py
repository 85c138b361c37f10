"""`/people`: who writes and gets most mail; `/people.csv` the same as a table."""

from collections.abc import Iterator
from typing import cast, get_args

from flask import Blueprint, request
from msgspec import Struct
from werkzeug.wrappers import Response

from mappings.persons import PersonRow
from search.persons import PersonOrder, Persons
from webapp.answers import answer
from webapp.context import choice, engine, text_value, whole_number
from webapp.formats import day, link, person_link
from webapp.operations import TABLE, number, one_of, operation, text
from webapp.tables import table

pages = Blueprint("people", __name__)
USUAL, MOST = 50, 200  # people on one page
COLUMNS = ("id", "page", "name", "addresses", "addresses and names", "sent", "received", "first", "last", "kind")
ASKED = (
    text("words", "beginnings of words of names and addresses"), one_of("order", get_args(PersonOrder)),
    number("limit", high=MOST), text("cursor", longest=1000),
)  # fmt: skip


class PeopleAsk(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the list is asked for; all of the page's state."""

    words: str = ""
    order: PersonOrder = "mails"
    limit: int = USUAL
    cursor: str = ""

    def link(self, path: str = "/people", **changed: str) -> str:
        """The address of the list with other values, from its first page unless a cursor is given."""
        values: dict[str, str | int] = {
            "words": self.words, "order": "" if self.order == "mails" else self.order,
            "limit": "" if self.limit == USUAL else self.limit,
        }  # fmt: skip
        return link(path, **values | changed)


class PeoplePage(Struct, frozen=True, kw_only=True):
    """A page of people."""

    asked: PeopleAsk
    result: Persons


def ask() -> PeopleAsk:
    """The request as a question; BadValue."""
    return PeopleAsk(
        words=text_value("words"), order=cast(PersonOrder, choice("order", get_args(PersonOrder)) or "mails"),
        limit=whole_number("limit", USUAL, 1, MOST), cursor=text_value("cursor", 1000),
    )  # fmt: skip


@pages.get("/people")
@pages.get("/people.json", endpoint="json")
@operation("who writes and gets most mail", PeoplePage, *ASKED)
def people() -> Response:
    """One page of them."""
    asked = ask()
    found = engine().persons(asked.words, order=asked.order, limit=asked.limit, cursor=asked.cursor)
    return answer("people.html", PeoplePage(asked=asked, result=found))


@pages.get("/people.csv", endpoint="csv")
@operation("the same as a table for spreadsheets", TABLE, *ASKED)
def as_table() -> Response:
    """All that the list has, in its order."""
    return table("people.csv", COLUMNS, (cells(row) for row in every(ask())))


def every(asked: PeopleAsk) -> Iterator[PersonRow]:
    """The people of all pages."""
    cursor = ""
    while True:
        found = engine().persons(asked.words, order=asked.order, limit=MOST, cursor=cursor)
        yield from found.rows
        if not (cursor := found.next):
            return


def cells(row: PersonRow) -> tuple[str | int, ...]:
    """A person as a line of the table."""
    page = request.host_url.rstrip("/") + person_link(row.id)
    first, last = ("" if date is None else day(date) for date in (row.first, row.last))
    addresses = "; ".join(row.addresses)
    return row.id, page, row.name, addresses, row.handles, row.wrote, row.got, first, last, row.role
