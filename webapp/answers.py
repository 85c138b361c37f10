"""A page's Struct to HTML, or to JSON where the address ends in `.json`: once for all pages."""

import json
from typing import NamedTuple

import msgspec
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response


class Answer(NamedTuple):
    """What a view gives back: the template, the page's values, the status."""

    template: str
    page: msgspec.Struct
    status: int = 200


def wants_json() -> bool:
    """True on the JSON twin of a page."""
    return request.path.endswith(".json")


def twin() -> str:
    """The address of this page's JSON twin."""
    query = request.query_string.decode("ascii", "replace")
    return f"{request.script_root}{request.path}.json{'?' + query if query else ''}"


def encode(page: msgspec.Struct) -> bytes:
    """The page as JSON, UTF-8; lone surrogates, which UTF-8 has no place for, as escapes."""
    try:
        return msgspec.json.encode(page)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(page)).encode("ascii")


def respond(answer: Answer) -> Response:
    """The response for an answer, in the form that the address asks for."""
    if wants_json():
        return Response(encode(answer.page), answer.status, content_type="application/json")
    html = render_template(answer.template, page=answer.page, twin=twin())
    return Response(html.encode("utf-8", "replace"), answer.status, content_type="text/html; charset=utf-8")


class Site(Flask):
    """Flask whose views may return an `Answer`."""

    def make_response(self, rv: ResponseReturnValue | Answer) -> Response:  # type: ignore[override]
        """Turns what a view returned into a response."""
        return super().make_response(respond(rv) if isinstance(rv, Answer) else rv)
