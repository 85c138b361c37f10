"""`/articles`: the articles by date, outlet, language and what they cite; `/articles.csv` the same as a table."""

from collections.abc import Iterator
from typing import cast, get_args

from flask import Blueprint, request
from msgspec import Struct
from werkzeug.wrappers import Response

from mappings.articles import ArticleRow
from mappings.records import MessageRow
from search.citing import ArticleOrder, Articles, ArticlesWanted
from webapp.answers import answer
from webapp.context import choice, engine, shelf, text_value, whole_number
from webapp.formats import article_link, link
from webapp.operations import TABLE, flag, number, one_of, operation, text
from webapp.tables import table

pages = Blueprint("articles", __name__)
USUAL, MOST = 50, 200  # articles on one page
COLUMNS = ("id", "page", "address", "title", "outlet", "authors", "date", "language", "cites", "to be confirmed",
           "cited, not here")  # fmt: skip
ASKED = (
    text("words"), text("outlet", longest=300), text("lang", longest=20), text("year", longest=4),
    text("cites", "(a message)", 65), flag("citing", "that cite something"), one_of("order", get_args(ArticleOrder)),
    number("limit", high=MOST), text("cursor", longest=1000),
)  # fmt: skip


class ArticlesAsk(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the list is asked for; all of the page's state."""

    q: str = ""
    outlet: str = ""
    lang: str = ""
    year: str = ""
    cites: str = ""
    citing: bool = False  # only those that cite something
    order: ArticleOrder = "newest"
    limit: int = USUAL
    cursor: str = ""

    def link(self, path: str = "/articles", **changed: str | bool) -> str:
        """The address of the list with other values, from its first page unless a cursor is given."""
        values: dict[str, str | int] = {
            "words": self.q, "outlet": self.outlet, "lang": self.lang, "year": self.year, "cites": self.cites,
            "citing": int(self.citing), "order": "" if self.order == "newest" else self.order,
            "limit": "" if self.limit == USUAL else self.limit,
        }  # fmt: skip
        return link(path, **values | {name: int(value) if isinstance(value, bool) else value
                                      for name, value in changed.items()})  # fmt: skip

    def wanted(self) -> ArticlesWanted:
        """The same as a question to the engine."""
        return ArticlesWanted(words=self.q, outlet=self.outlet, lang=self.lang, year=self.year, cites=self.cites,
                              uncited=not self.citing)  # fmt: skip

    @property
    def narrows(self) -> bool:
        """Whether it leaves any article out."""
        return bool(self.q or self.outlet or self.lang or self.year or self.cites or self.citing)


class ArticlesPage(Struct, frozen=True, kw_only=True):
    """A page of articles; `cited` is the message that they are to cite, if that was asked."""

    asked: ArticlesAsk
    result: Articles
    cited: MessageRow | None = None


def ask() -> ArticlesAsk:
    """The request as a question; BadValue, NotFound for a message that is not here."""
    cites = text_value("cites", 65)
    return ArticlesAsk(
        q=text_value("words"), outlet=text_value("outlet", 300), lang=text_value("lang", 20),
        year=text_value("year", 4), cites=engine().row(cites).id if cites else "",
        citing=choice("citing", ("0", "1")) == "1",
        order=cast(ArticleOrder, choice("order", get_args(ArticleOrder)) or "newest"),
        limit=whole_number("limit", USUAL, 1, MOST), cursor=text_value("cursor", 1000),
    )  # fmt: skip


@pages.get("/articles")
@pages.get("/articles.json", endpoint="json")
@operation("the articles", ArticlesPage, *ASKED)
def articles() -> Response:
    """One page of them."""
    asked = ask()
    result = shelf().articles(asked.wanted(), order=asked.order, limit=asked.limit, cursor=asked.cursor)
    cited = engine().row(asked.cites) if asked.cites else None
    return answer("articles.html", ArticlesPage(asked=asked, result=result, cited=cited))


@pages.get("/articles.csv", endpoint="csv")
@operation("the same as a table for spreadsheets", TABLE, *ASKED)
def as_table() -> Response:
    """All that the list has, in its order."""
    return table("articles.csv", COLUMNS, (cells(row) for row in every(ask())))


def every(asked: ArticlesAsk) -> Iterator[ArticleRow]:
    """The articles of all pages."""
    cursor = ""
    while True:
        found = shelf().articles(asked.wanted(), order=asked.order, limit=MOST, cursor=cursor)
        yield from found.rows
        if not (cursor := found.next):
            return


def cells(row: ArticleRow) -> tuple[str | int, ...]:
    """An article as a line of the table."""
    page = request.host_url.rstrip("/") + article_link(row.id)
    return (row.id, page, row.address, row.title, row.outlet, "; ".join(row.authors), row.date, row.lang, row.cites,
            row.probable, row.absent)  # fmt: skip
