"""`/help`: how to search, from the table that the parser itself reads."""

from typing import NamedTuple

from flask import Blueprint
from msgspec import Struct, field
from werkzeug.wrappers import Response

from search.operators import HAS, IS, OPERATORS, Operator
from webapp.answers import answer

pages = Blueprint("help", __name__)


class Address(NamedTuple):
    """One kind of page: its path, what it shows, the values it takes."""

    path: str
    does: str
    takes: str = ""


ADDRESSES = (
    Address("/", "results; the front page without q",
            "q, order (relevance, newest, oldest, cited), threads=1, limit, cursor"),
    Address("/m/<id>", "a mail", "view (text, html, route), q marks words, whole=1 shows the longest text in full"),
    Address("/m/<id>/source", "the mail as it came, to read"),
    Address("/m/<id>.eml", "the same to save, byte for byte"),
    Address("/m/<id>/html", "its HTML made harmless"),
    Address("/m/<id>/part/<number>", "one of its attachments, to save"),
    Address("/m/<id>/inline/<number>", "one of its pictures"),
    Address("/m/<id>/conversation", "leads to its conversation"),
    Address("/file/<sha256>", "an attached file, its text, every mail that carries it", "page, whole=1, q marks words"),
    Address("/m/<id>/differences/<other>", "what differs between two copies of a mail"),
    Address("/n/<collection>/<number>", "leads to the mail that was published under a number"),
    Address("/t/<id>", "the conversation that a mail is in", "order (oldest, tree), page, q marks words"),
    Address("/articles", "the articles", "words, outlet, lang, year, cites (a message), citing=1, "
            "order (newest, oldest, added, outlet, citations), limit, cursor"),
    Address("/articles.csv", "the same as a table for spreadsheets", "as /articles"),
    Address("/a/<id>", "an article: its passages beside the mails that they cite"),
    Address("/a/<id>/capture/<sha256>", "its bytes as they were read, where the site gives them away"),
    Address("/cited", "the mails that most articles cite", "limit"),
    Address("/cited/absent", "what articles cite and this corpus has not", "limit"),
    Address("/citations.csv", "all citations as a table"),
    Address("/citations.atom", "the newest citations as a feed"),
    Address("/review", "probable citations, one by one, to say yes or no to", "after"),
    Address("/review/verdicts", "what people decided", "page"),
    Address("/cite", "a citation added by hand", "article, message (an address, id or number)"),
    Address("/status", "what was read and what failed", "archives (page), after (number of a failure)"),
    Address("/failures", "what failed, by kind and archive", "stage, code, archive, after (number of a failure)"),
    Address("/help", "this sheet"),
)


class HelpPage(Struct, frozen=True, kw_only=True):
    """The operators and the values of `has:` and `is:`."""

    operators: tuple[Operator, ...]
    has: dict[str, str]
    is_: dict[str, str] = field(name="is")
    addresses: tuple[Address, ...] = ADDRESSES


@pages.get("/help")
@pages.get("/help.json", endpoint="json")
def sheet() -> Response:
    """The help sheet."""
    return answer("help.html", HelpPage(operators=OPERATORS, has=HAS, is_=IS))
