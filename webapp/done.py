"""What the last form did to tags, stars and notes: told once, on the page that follows, with a way back."""

import re

from flask import Flask, g, request
from msgspec import Struct
from werkzeug.wrappers import Response

from webapp.formats import plural

NAME = "unsealed-did"  # a cookie, until the next page has told it
_WRITTEN = re.compile(r"([0-9a-f]{32})\.([a-z]{3,8})\.(\d{1,9})\.(\d{1,12})")
SAID = {
    "star": "Starred {}.", "unstar": "The star was taken off {}.", "tag": "Tagged {}.",
    "untag": "The tag was taken off {}.",
    "put": "Kept.", "note": "The note was kept.", "edit": "The note was changed.", "remove": "The note was removed.",
    "rename": "The tag was renamed on {}.", "undo": "Undone.",
}  # fmt: skip


class Done(Struct, frozen=True, kw_only=True):
    """An act: its name, by which it is undone, what it was, how much changed, and what was left out for its number."""

    act: str
    did: str
    changed: int
    left: int = 0

    @property
    def said(self) -> str:
        """The same in a sentence."""
        if not self.changed:
            return "Nothing was to be changed."
        said = SAID.get(self.did, "Kept.").format(plural(self.changed, "message"))
        return f"{said} {plural(self.left, 'message')} more were left: narrow the search." if self.left else said


def tell(done: Done) -> None:
    """Has the next page tell it."""
    g.did = f"{done.act}.{done.did}.{done.changed}.{done.left}"


def done() -> Done | None:
    """What this page is to tell; it is told once."""
    match = _WRITTEN.fullmatch(request.cookies.get(NAME, ""))
    if match is None or "did" in g:
        return None
    g.told = True
    return Done(act=match[1], did=match[2], changed=int(match[3]), left=int(match[4]))


def remember(response: Response) -> Response:
    """Sets the cookie, or takes it away."""
    path = f"{request.script_root}/"
    if "did" in g:
        response.set_cookie(NAME, g.did, max_age=60, httponly=True, samesite="Lax", path=path,
                            secure=request.is_secure)  # fmt: skip
    elif "told" in g:
        response.delete_cookie(NAME, path=path)
    return response


def register(app: Flask) -> None:
    """Puts the cookie on an app."""
    app.after_request(remember)
