"""Tables of articles: a piece for each row of CSV or JSON Lines, or for each object of a JSON value."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ingest.archives.rows import Row, rows, shape_of
from ingest.archives.streams import Source
from ingest.articles.columns import recognised
from ingest.articles.pieces import Piece, Problem, Told
from ingest.charsets import clean, decode

HEAD = 1 << 16
KINDS = 1000  # sets of columns that are remembered
NO_ROLES = "It has neither an address nor a text."
_LISTS = ("articles", "items", "results", "data", "entries", "documents", "docs", "rows", "records", "hits")


def read(source: Source, member: str, told: Mapping[str, str]) -> Iterator[Piece | Problem]:
    """A piece for each row; a row that is none is a Problem with its line. ArchiveError."""
    shape = shape_of(source.peek(HEAD))
    if shape is None:
        return
    roles = recognised(shape.columns, told)
    seen = {shape.columns: roles}  # the objects of JSON Lines need not all be alike
    for row in rows(source, shape, 0):
        line = row.line + (1 if shape.delimiter else 0)
        if not shape.delimiter and not row.reason:
            names = tuple(row.fields)
            roles = seen[names] if names in seen else recognised(names, told)
            if len(seen) < KINDS:
                seen[names] = roles
        media = "text/csv" if shape.delimiter else "application/json"
        yield _piece(row, roles, member, line, media)


def read_value(data: bytes, member: str, told: Mapping[str, str]) -> Iterator[Piece | Problem]:
    """A piece for each object in a JSON list, or in the list that an object holds, or for the one object."""
    text = decode(data)[0]
    try:
        spans = list(_objects(text))
    except (ValueError, RecursionError) as error:
        yield Problem(code="broken-row", reason=f"It can't be read as JSON ({error}).", member=member)
        return
    offset = at = 0
    for value, start, end in spans:
        offset, at = offset + len(text[at:start].encode("utf-8", "surrogatepass")), start
        raw = text[start:end].encode("utf-8", "surrogatepass")
        line = text.count("\n", 0, start) + 1
        row = Row(value, offset, offset + len(raw), line, raw=raw)
        yield _piece(row, recognised(tuple(value), told), member, line, "application/json")


def _objects(text: str) -> Iterator[tuple[dict[str, Any], int, int]]:
    """(object, start, end) of every article in a JSON value. ValueError, RecursionError."""
    decoder = json.JSONDecoder()
    start = _past(text, 1 if text.startswith("\ufeff") else 0)
    if text[start : start + 1] == "{":
        value, end = decoder.raw_decode(text, start)
        name = next((name for name in _LISTS if isinstance(value.get(name), list)), "")
        if _past(text, end) < len(text):
            raise ValueError(f"there is more after its end, at character {end:,}")
        if not name or recognised(tuple(value)):
            yield value, start, end
            return
        at = text.find("[", text.find(json.dumps(name), start))
    else:
        at = start
    at = _past(text, at + 1)
    while at < len(text) and text[at] != "]":
        value, end = decoder.raw_decode(text, at)
        if isinstance(value, dict):
            yield value, at, end
        at = _past(text, end)
        if text[at : at + 1] == ",":
            at = _past(text, at + 1)


def _past(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _piece(row: Row, roles: Mapping[str, str], member: str, line: int, media: str) -> Piece | Problem:
    """The article that a row describes."""
    values = {} if row.reason else {role: row.fields.get(column) for role, column in roles.items()}
    said = {role: _said(value) for role, value in values.items() if role not in ("author",)}
    told = Told(
        address=said.get("url", ""), title=said.get("title", ""), outlet=said.get("outlet", ""),
        authors=_names(values.get("author")), date=said.get("date", ""), lang=said.get("lang", ""),
        text=_long(values.get("text")), html=_long(values.get("html")), file=said.get("file", ""),
    )  # fmt: skip
    if not (told.text.strip() or told.html.strip() or told.address or told.file):
        reason = f"Line {line:,}: {row.reason or NO_ROLES}"
        return Problem(code="broken-row", reason=reason, member=member, offset=row.start)
    return Piece(
        kind="row" if told.text.strip() else "fragment" if told.html.strip() else "address", data=row.raw, media=media,
        told=told, member=member, offset=row.start, line=line, name=said.get("id", ""),
    )  # fmt: skip


def _said(value: Any) -> str:
    """A field on one line: the name of what is an object, lists with commas."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("title") or value.get("url") or ""
    if isinstance(value, list):
        value = ", ".join(filter(None, map(_said, value)))
    return " ".join(_long(value).split())


def _long(value: Any) -> str:
    if value is None or isinstance(value, dict | bool):
        return ""
    if isinstance(value, list):
        return "\n\n".join(filter(None, map(_long, value)))
    text = str(value)
    return clean(text) if text.isascii() else decode(text.encode("utf-8", "surrogateescape"))[0]


def _names(value: Any) -> tuple[str, ...]:
    """The authors in a field: a list, or names with semicolons or bars between, or commas between whole names."""
    if isinstance(value, list):
        return tuple(filter(None, map(_said, value)))
    text = _said(value)
    for mark in (";", "|", " & "):
        if mark in text:
            return tuple(name for part in text.split(mark) if (name := part.strip()))
    parts = [part.strip() for part in text.split(",")]
    whole = all(" " in part for part in parts)
    return tuple(parts) if whole and len(parts) > 1 else (text,) if text else ()
