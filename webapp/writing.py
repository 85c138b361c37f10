"""What pages may write: only where the site was served for it, only from our own forms, one at a time."""

import re
import secrets
import threading
import time
from collections.abc import Callable
from typing import cast
from urllib.parse import quote, unquote

from flask import Flask, g, request
from werkzeug.wrappers import Response

from search.engine import Writer
from search.errors import CorpusLocked
from webapp.context import LONGEST, BadValue, engine, site
from webapp.operations import text
from webapp.text import plain

TOKEN = "unsealed-form"  # noqa: S105 - the name of a cookie
NAME = "unsealed-name"  # who decides: a cookie, so that it is typed once
LONGEST_NAME = 80
LARGEST = 1_000_000  # bytes of a form
FORM = (
    text("token", "the form's own, which a cookie repeats", 100, required=True),
    text("by", "who decides", LONGEST_NAME), text("note", longest=500),
    text("back", "the page of this site that it leads back to"),
)  # fmt: skip
YEAR = 31_536_000  # seconds
PATIENCE = 3.0  # seconds that another's write is waited for
# The pages that a form may lead back to: none of another site.
BACK = re.compile(r"/(?:(?:a|m|t|p)/[0-9a-fg]{8,64}|review(?:/verdicts)?|cite|notes|tags)?(?:[?#][^\s\\]*)?\Z")
_ONE = threading.Lock()


class Refused(Exception):
    """Something may not be written; `str()` is a sentence for people."""


class Decided(Exception):
    """Somebody else has decided otherwise meanwhile; `str()` is a sentence for people."""


def form_token() -> str:
    """What a form carries and a cookie repeats: only a page of this site can know it (a "double submit"). Browsers send
    no origin from these pages, since they send no referrer."""
    if "form_token" not in g:
        g.form_token = known_token() or secrets.token_urlsafe(32)
    return cast(str, g.form_token)


def known_token() -> str:
    """The token that the browser has; "" for none of ours."""
    found = request.cookies.get(TOKEN, "")
    return found if re.fullmatch(r"[\w-]{43}", found, re.ASCII) else ""


def reviewer() -> str:
    """Who decided last in this browser."""
    return unquote(request.cookies.get(NAME, ""))[:LONGEST_NAME]


def check() -> None:
    """Refuses a form that is not ours, or that comes where nothing may be written."""
    if not site().writable:
        raise Refused("This site was served to be read: nothing can be decided here.")
    fetched = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin", "null")
    ours = origin == "null" or origin.lower().partition("://")[2] == request.host.lower()
    token = known_token()
    if fetched != "same-origin" or not ours or not token:
        raise Refused("This did not come from a form of this site. Cookies must be on for it.")
    if not secrets.compare_digest(token, request.form.get("token", "").encode("ascii", "replace").decode()):
        raise Refused("This form is too old. Load its page again; nothing was stored.")


def field(name: str, longest: int = LONGEST) -> str:
    """A value of the form, without the marks and controls that nobody sees; BadValue when it is too long."""
    value = request.form.get(name, "").replace("\r\n", "\n")
    if len(value) > longest:
        raise BadValue(f"“{name}” is {len(value):,} characters long; {longest:,} is the most.")
    return plain(value).strip()


def decider() -> str:
    """Who decides, as the form says; remembered from now on."""
    g.reviewer = " ".join(field("by", LONGEST_NAME).split())
    return cast(str, g.reviewer)


def back(usual: str) -> str:
    """Where the form leads afterwards: the page of ours that it was on, or the usual one."""
    asked = request.form.get("back", "")
    return f"{request.script_root}{asked}" if len(asked) <= LONGEST and BACK.match(asked) else usual


def store(action: Callable[[Writer], None]) -> None:
    """Writes, once it is this request's turn, searchable at once; CorpusLocked while another process writes."""
    until = time.monotonic() + PATIENCE
    with _ONE:
        while True:
            try:
                with engine().writer() as writer:
                    action(writer)
                    writer.index()
                return
            except CorpusLocked:
                if time.monotonic() > until:
                    raise
            time.sleep(0.1)


def remember(response: Response) -> Response:
    """Sets the cookies that a page asked for; no other site's pages can make a browser send them with a form."""
    path = f"{request.script_root}/"
    if "form_token" in g and g.form_token != known_token():
        response.set_cookie(TOKEN, g.form_token, httponly=True, samesite="Lax", path=path, secure=request.is_secure)
    if "reviewer" in g:
        response.set_cookie(NAME, quote(g.reviewer), max_age=YEAR, httponly=True, samesite="Lax", path=path,
                            secure=request.is_secure)  # fmt: skip
    return response


def register(app: Flask) -> None:
    """Puts the cookies on an app, and a bound to forms."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    app.after_request(remember)
