"""Exception to status and page: one table."""

import logging

from flask import Flask
from msgspec import Struct, field
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response

from search.errors import (
    BadMark,
    CorpusError,
    CorpusLocked,
    CursorError,
    EngineUnavailable,
    NotFound,
    Overtaken,
    QueryError,
    TooMuch,
)
from webapp.answers import answer
from webapp.context import BadValue, Busy
from webapp.writing import Decided, Refused

PROBLEM = "application/problem+json"
log = logging.getLogger("unsealed")


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong (RFC 9457), for people; for a query also the spot: `q[start:end]` in code points."""

    status: int
    title: str
    sentence: str = field(name="detail")
    hint: str = ""
    q: str = ""
    start: int = -1
    end: int = -1


TABLE: dict[type[Exception], tuple[int, str]] = {
    QueryError: (400, "The query can’t be read"),
    CursorError: (400, "This page of results is gone"),
    BadMark: (400, "That can’t be kept"),
    Overtaken: (409, "Somebody was quicker"),
    BadValue: (400, "The address can’t be read"),
    NotFound: (404, "Not in this corpus"),
    Busy: (503, "One moment"),
    CorpusLocked: (503, "Nothing can be written now"),
    CorpusError: (503, "The corpus can’t be opened"),
    Refused: (403, "Not allowed here"),
    Decided: (409, "Somebody was quicker"),
    EngineUnavailable: (503, "The corpus does not answer"),
    TooMuch: (503, "The search was cut"),
}
HINTS: dict[type[Exception], str] = {
    Busy: "Try again when one of them is done.",
    CorpusLocked: "Your decision was not stored. Once the other process is done, go back and send it again.",
    Overtaken: "Nothing was stored. Go back, load the page again, and write yours anew.",
    Decided: "Nothing was stored. Take that verdict back first, if it is wrong.",
    CursorError: "Start again from the first page of results.",
    NotFound: "An id is at least eight of the hexadecimal digits that name a message; check that it was copied whole.",
    CorpusError: "The corpus may be in use by another process or moved; “unsealed status” says more.",
    EngineUnavailable: "Try again in a moment; “unsealed status” says more.",
    TooMuch: "Narrow it: more words, a sender, a shorter span of time.",
}


def problem(error: Exception) -> Problem:
    """What to say of an exception; one that is not in the table is a fault of ours and says nothing of the corpus."""
    for kind in type(error).__mro__:
        if kind in TABLE:
            status, title = TABLE[kind]
            found = Problem(status=status, title=title, sentence=str(error), hint=HINTS.get(kind, ""))
            if isinstance(error, QueryError):
                return Problem(
                    status=status, title=title, sentence=str(error), hint=error.hint, q=error.text,
                    start=error.start, end=error.end,
                )
            return found
    if isinstance(error, HTTPException) and error.code:
        sentence = "There is no such page." if error.code == 404 else error.description or ""
        return Problem(status=error.code, title=error.name, sentence=sentence)
    sentence = "The page can’t be made; the log of the server says why."
    return Problem(status=500, title="A fault of ours", sentence=sentence)


def handle(error: Exception) -> Response:
    """The response to any exception."""
    if isinstance(error, HTTPException) and error.code and 300 <= error.code < 400:
        return Response.force_type(error.get_response(), {})
    found = problem(error)
    if found.status == 500:
        log.error("a page failed", exc_info=error)
    response = answer("error.html", found, found.status, PROBLEM)
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ("GET", "HEAD", "OPTIONS")))
    return response


def register(app: Flask) -> None:
    """Puts the table on an app."""
    app.register_error_handler(Exception, handle)
