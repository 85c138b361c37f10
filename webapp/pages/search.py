"""`/`: the search and its results, and the front door when nothing is asked for."""

from typing import get_args

from flask import Blueprint, redirect, request
from msgspec import Struct
from werkzeug.wrappers import Response

from search.desk import Tag
from search.parse import parse
from search.query import And, Node, Not, Or, Phrase, Query, Word
from search.results import Order, Page
from webapp import narrowing
from webapp.answers import answer
from webapp.context import MOST, Ask, ask, engine, shelf, text_value
from webapp.desk import Marked, known_tags, marks_of
from webapp.operations import flag, number, one_of, operation, text
from webapp.pages.front import FrontPage, front

pages = Blueprint("search", __name__)
# fields whose terms are words looked for; all others narrow
WORDS = {"", "subject", "body", "own", "quoted", "attachment"}
ASKED = (
    text("q"), one_of("order", get_args(Order)), flag("threads", "one hit a conversation"), number("limit", high=MOST),
    text("cursor", longest=1000), flag("copies", "copies of a mail apart"),
    text("add", "a term to narrow by", 1000), text("not", "a term to leave out", 1000),
    text("since", "a date, month or year", 40), text("until", "the same", 40),
)  # fmt: skip


class Nothing(Struct, frozen=True, kw_only=True):
    """Why nothing was found: how many the words alone match, how many the filters alone, and those queries."""

    words: str = ""
    words_total: int = 0
    filters: str = ""
    filters_total: int = 0


class SearchPage(Struct, frozen=True, kw_only=True):
    """A page of results."""

    ask: Ask
    order: Order
    query: Query
    result: Page
    nothing: Nothing | None = None
    cited: dict[str, int] = {}  # by message how many articles cite it
    articles: bool = False  # some message here is cited
    marks: dict[str, Marked] = {}  # by message what people put on it
    known_tags: tuple[Tag, ...] = ()


@pages.get("/")
@pages.get("/.json", endpoint="json")
@operation("results for a query; without any, what the corpus holds", (FrontPage, SearchPage), *ASKED,
           leads="the narrowed search, when a form for narrowing was sent (add, not, since, until)")
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
    nothing = why_nothing(query) if not result.total and not asked.cursor else None
    return answer(
        "search.html",
        SearchPage(ask=asked, order=order, query=query, result=result, nothing=nothing, cited=cited(result),
                   articles=bool(shelf().newest_citations(1)),
                   marks=marks_of(hit.row.id for hit in result.hits), known_tags=tuple(known_tags())),
    )  # fmt: skip


def changed(asked: Ask, query: Query) -> str | None:
    """The query that a form for narrowing makes of this one, None when none was sent; QueryError for its dates."""
    given = request.args
    if not given.keys() & {"add", "not", "since", "until"}:
        return None
    q = asked.q
    if given.keys() & {"since", "until"}:
        q = narrowing.redated(query, narrowing.between(text_value("since", 40), text_value("until", 40)))
    if term := text_value("not", 1000):
        q = narrowing.narrowed(q, "-" + term)
    if term := text_value("add", 1000):
        q = narrowing.narrowed(q, term)
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


def is_filter(tree: Node | None) -> bool:
    """True for what narrows a result rather than looks for words: people, dates, kinds, exclusions."""
    match tree:
        case Word() | Phrase():
            return tree.field not in WORDS
        case And(parts) | Or(parts):
            return all(is_filter(part) for part in parts)
        case Not():
            return True
    return True


def filters_only(query: Query) -> bool:
    """True when nothing in a query looks for words."""
    return is_filter(query.tree)


def why_nothing(query: Query) -> Nothing | None:
    """Asks again with the words alone and with the filters alone; None when there is only the one or the other."""
    words: list[str] = []
    filters: list[str] = []
    for chip in query.chips:
        (filters if is_filter(parse(chip.text).tree) else words).append(chip.text)
    if not words or not filters:
        return None
    first, second = parse(" ".join(words)), parse(" ".join(filters))
    return Nothing(
        words=first.text, words_total=engine().search(first, limit=1, facets=False).total,
        filters=second.text, filters_total=engine().search(second, limit=1, facets=False).total,
    )
