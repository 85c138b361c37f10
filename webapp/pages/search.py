"""`/`: the search and its results, and the front door when nothing is asked for."""

from typing import get_args

from flask import Blueprint, redirect, request
from msgspec import Struct
from werkzeug.wrappers import Response

from search.desk import Tag
from search.parse import parse
from search.query import And, Node, Or, Phrase, Query, Word
from search.results import Order, Page
from webapp import narrowing
from webapp.answers import answer
from webapp.context import MOST, Ask, ask, engine, shelf, text_value
from webapp.desk import Marked, known_tags, marks_of
from webapp.nothing import Meant, Nothing, meant, why_nothing
from webapp.operations import flag, number, one_of, operation, text
from webapp.pages.front import FrontPage, front
from webapp.senders import with_people

pages = Blueprint("search", __name__)
ASKED = (
    text("q"), one_of("order", get_args(Order)), flag("threads", "one hit a conversation"), number("limit", high=MOST),
    text("cursor", longest=1000), flag("copies", "copies of a mail apart"),
    text("add", "a term to narrow by", 1000), text("not", "a term to leave out", 1000),
    text("since", "a date, month or year", 40), text("until", "the same", 40),
)  # fmt: skip


class SearchPage(Struct, frozen=True, kw_only=True):
    """A page of results."""

    ask: Ask
    order: Order
    query: Query
    result: Page
    nothing: Nothing | None = None
    meant: Meant | None = None  # did you mean
    cited: dict[str, int] = {}  # by message how many articles cite it
    articles: bool = False  # some message here is cited
    marks: dict[str, Marked] = {}  # by message what people put on it
    known_tags: tuple[Tag, ...] = ()


@pages.get("/")
@pages.get("/.json", endpoint="json")
@operation("results for a query; without any, what the corpus holds", (FrontPage, SearchPage), *ASKED,
           leads="to the narrowed search, when a form for narrowing was sent (add, not, since, until)")
def search() -> Response:
    """Results for `q`, or the front page."""
    asked = ask()
    query = parse(asked.q)
    if (wanted := changed(asked, query)) is not None:
        return redirect(asked.link(q=wanted))
    if not asked.q and not asked.cursor and asked.order is None and not asked.threads and not asked.copies:
        return front()
    order: Order = asked.order or ("relevance" if has_words(query.tree) else "newest")
    result = engine().search(query, order=order, by_thread=asked.threads, limit=asked.limit, cursor=asked.cursor,
                             copies=asked.copies)  # fmt: skip
    result = with_people(result, query, asked.copies)
    nothing = why_nothing(query, asked) if not result.total and not asked.cursor else None
    return answer(
        "search.html",
        SearchPage(ask=asked, order=order, query=query, result=result, nothing=nothing, cited=cited(result),
                   articles=bool(shelf().newest_citations(1)),
                   meant=None if asked.cursor else meant(query, asked, result.total),
                   marks=marks_of(hit.row.id for hit in result.hits), known_tags=tuple(known_tags())),
    )  # fmt: skip


def changed(asked: Ask, query: Query) -> str | None:
    """The query that a form for narrowing makes of this one, None when none was sent; QueryError for its dates."""
    since, until = text_value("since", 40), text_value("until", 40)
    less, more = text_value("not", 1000), text_value("add", 1000)
    given = request.args.keys() & {"add", "not", "since", "until"}
    if not given:
        return None
    q = narrowing.redated(query, narrowing.between(since, until)) if given & {"since", "until"} else asked.q
    if less:
        q = narrowing.narrowed(q, "-" + less)
    if more:
        q = narrowing.narrowed(q, more)
    parse(q)
    return q


def cited(result: Page) -> dict[str, int]:
    """How many articles cite each hit that any does."""
    return shelf().cited_counts(hit.row.id for hit in result.hits)


def has_words(tree: Node | None) -> bool:
    """True when some word is looked for, so that relevance means something. The parser bounds how deep a tree is."""
    match tree:
        case And(parts) | Or(parts):
            return any(has_words(part) for part in parts)
        case Word() | Phrase():
            return True
    return False
