"""`/facet/<name>`: all values of a facet over a whole match, to narrow by or to leave out."""

from flask import Blueprint, abort
from msgspec import Struct
from werkzeug.wrappers import Response

from search import facets
from search.parse import parse
from search.query import Query
from search.results import FacetValue
from webapp.answers import answer
from webapp.context import Ask, choice, engine, text_value, whole_number
from webapp.operations import flag, number, operation, text

pages = Blueprint("facet", __name__)
ROWS = 100  # values on a page


class FacetPage(Struct, frozen=True, kw_only=True):
    """A page of a facet's values, the most frequent first; `cut`: there are rarer ones that words alone reach."""

    ask: Ask
    name: str
    query: Query
    words: str
    values: tuple[FacetValue, ...]
    total: int
    page: int
    pages: int
    cut: bool = False


@pages.get("/facet/<name>")
@pages.get("/facet/<name>.json", endpoint="json")
@operation("all values of a facet over a whole match", FacetPage, text("q"),
           text("words", "that are in the value", 200), number("page"), flag("copies", "copies of a mail apart"))
def facet(name: str) -> Response:
    """The values of one facet."""
    if name not in facets.FIELDS:
        abort(404)
    asked = Ask(q=text_value("q"), copies=choice("copies", ("0", "1")) == "1")
    query, words = parse(asked.q), text_value("words", 200)
    page = whole_number("page", 1, 1, 1_000_000)
    found = engine().values(
        facets.FIELDS[name], query, holding=words, limit=ROWS, skip=(page - 1) * ROWS, copies=asked.copies
    )  # fmt: skip
    return answer(
        "facet.html",
        FacetPage(
            ask=asked, name=name, query=query, words=words, values=tuple(facets.ranked(name, found.values)),
            total=found.total, page=page, pages=max(1, -(-found.total // ROWS)), cut=found.cut,
        ),
    )  # fmt: skip
