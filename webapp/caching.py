"""Answers that a browser has already: `ETag` from the corpus's stamp (RFC 9110 §8.8.3), so that none is made anew."""

import secrets
from datetime import UTC, datetime
from hashlib import blake2b

from flask import Flask, current_app, g, request
from werkzeug.wrappers import Response

from search.errors import SearchError
from webapp.context import engine, site

NAME = "unsealed-run"  # where an app notes what tells this run of the program from others: pages change with it


def tag() -> str:
    """What an answer to this request depends on, as one name; "" where it is not known at little cost."""
    if request.method not in ("GET", "HEAD") or request.endpoint in (None, "static") or site().writable:
        return ""  # what may be written on is shown with tokens, names and notices of the moment
    if engine().waits:  # the stamp would cost a request of its own
        return ""
    try:
        stamp = engine().stamp(desk=site().marks)
    except SearchError:  # the page says so
        return ""
    today = datetime.now(UTC).date().isoformat()  # `newer_than:2w` is another span tomorrow
    parts = (current_app.extensions[NAME], stamp, today, request.url, request.headers.get("Cookie", ""))
    return blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()


def answer_at_once() -> Response | None:
    """304 where the browser has the very answer."""
    g.tag = tag()
    if g.tag and request.if_none_match.contains_weak(g.tag):
        return Response(status=304)
    return None


def add_tag(response: Response) -> Response:
    """Names an answer that was found."""
    if g.get("tag") and response.status_code in (200, 304):
        response.set_etag(g.tag, weak=True)
    return response


def register(app: Flask) -> None:
    """Puts both on an app."""
    app.extensions[NAME] = secrets.token_hex(8)
    app.before_request(answer_at_once)
    app.after_request(add_tag)
