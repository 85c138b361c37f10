"""What a request asks for, parsed once into typed values; and what the site was made with."""

from typing import cast, get_args

from flask import current_app, request
from msgspec import Struct

from search.citing import Shelf
from search.engine import Engine
from search.results import Order
from webapp.formats import link
from webapp.mail import MailReader

LONGEST = 2000  # code points of a query
MOST = 100  # hits on one page
USUAL = 20


class BadValue(Exception):
    """A value in the address can't be used; `str()` is a sentence for people."""


class Busy(Exception):
    """As much of a kind is under way as there may be; `str()` is a sentence for people."""


class Site(Struct, frozen=True, kw_only=True):
    """What `create_app` was given."""

    engine: Engine
    mail: MailReader
    title: str
    about: str = ""  # of the corpus, in Markdown
    most: int = MOST  # hits on one page
    writable: bool = False
    marks: bool = False  # tags, stars and notes are shown


class Ask(Struct, frozen=True, omit_defaults=True):
    """What a search page is asked for; the whole state of the page, so it is all in the address."""

    q: str = ""
    order: Order | None = None  # None: relevance for words, else newest
    threads: bool = False  # one hit a conversation
    copies: bool = False  # copies of a mail apart
    cursor: str = ""
    limit: int = USUAL

    def link(self, *, q: str | None = None, order: str | None = None, threads: bool | None = None,
             copies: bool | None = None, cursor: str = "") -> str:
        """The address of the same page with other values, from its first hit unless a cursor is given."""
        return link(
            "/",
            q=self.q if q is None else q,
            order=(order if order is not None else self.order) or "",
            threads=int(self.threads if threads is None else threads),
            copies=int(self.copies if copies is None else copies),
            limit="" if self.limit == USUAL else self.limit,
            cursor=cursor,
        )


def site() -> Site:
    """What the running site was made with."""
    return cast(Site, current_app.extensions["unsealed"])


def engine() -> Engine:
    """The corpus."""
    return site().engine


def shelf() -> Shelf:
    """The articles, and what they cite of the corpus."""
    return engine()


def text_value(name: str, longest: int = LONGEST, *, strip: bool = True) -> str:
    """A value of the address, on one line and without control characters; BadValue when it is too long."""
    value = request.args.get(name, "")
    if len(value) > longest:
        raise BadValue(f"“{name}” is {len(value):,} characters long; {longest:,} is the most.")
    line = "".join(" " if ord(char) < 32 or ord(char) == 127 else char for char in value)
    return line.strip() if strip else line


def whole_number(name: str, usual: int, low: int, high: int) -> int:
    """A whole number between `low` and `high`; BadValue for anything else."""
    value = text_value(name, 40)
    if not value:
        return usual
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise BadValue(f"“{name}” is a whole number from {low:,} to {high:,}, not “{value}”.")
    return int(value)


def choice(name: str, values: tuple[str, ...]) -> str:
    """One of the values, "" when none is given; BadValue for anything else."""
    value = text_value(name, 40)
    if value and value not in values:
        raise BadValue(f"“{name}” is one of {', '.join(values)}, not “{value}”.")
    return value


def ask() -> Ask:
    """The request as a search; BadValue."""
    return Ask(
        q=text_value("q"),
        order=cast(Order | None, choice("order", get_args(Order)) or None),
        threads=choice("threads", ("0", "1")) == "1",
        copies=choice("copies", ("0", "1")) == "1",
        cursor=text_value("cursor", 1000),
        limit=whole_number("limit", USUAL, 1, site().most),
    )
