"""A page's Struct to HTML, or to JSON where the address ends in `.json`: once for all pages."""

import json

import msgspec
from flask import render_template, request
from werkzeug.wrappers import Response


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


def answer(template: str, page: msgspec.Struct, status: int = 200, kind: str = "application/json") -> Response:
    """The page in the form that the address asks for; `kind` is the media type of its JSON."""
    if wants_json():
        return Response(encode(page), status, content_type=kind)
    html = render_template(template, page=page, twin=twin())
    return Response(html.encode("utf-8", "replace"), status, content_type="text/html; charset=utf-8")
