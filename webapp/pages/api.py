"""`/api`: what programs can ask of the site, to read and as an OpenAPI 3.1 document (`/api.json`)."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from flask import Blueprint, Flask, current_app, request
from msgspec import Struct, json
from werkzeug.wrappers import Response

from webapp import openapi
from webapp.answers import answer, wants_json
from webapp.context import site
from webapp.operations import Operation, Parameter, operation

pages = Blueprint("api", __name__)


class Piece(Struct, frozen=True):
    """A few words on a type; `kind` is the Struct they name."""

    words: str
    kind: str = ""


class Field(Struct, frozen=True, kw_only=True):
    """A field of a Struct's JSON."""

    name: str
    type: tuple[Piece, ...]
    required: bool


class Kind(Struct, frozen=True, kw_only=True):
    """An object of the answers."""

    name: str
    words: str
    fields: tuple[Field, ...]


class Call(Struct, frozen=True, kw_only=True):
    """What a view does, under all addresses that it has."""

    method: str
    paths: tuple[str, ...]
    does: str
    leads: str
    arguments: tuple[Parameter, ...]
    gives: tuple[Piece, ...]


class Noun(Struct, frozen=True, kw_only=True):
    """The calls of one module of pages."""

    name: str
    words: str
    calls: tuple[Call, ...]


class ApiPage(Struct, frozen=True, kw_only=True):
    """The document, to read."""

    about: str
    nouns: tuple[Noun, ...]
    kinds: tuple[Kind, ...]


@pages.get("/api")
@pages.get("/api.json", endpoint="json")
@operation("what programs can ask, as an OpenAPI document", dict[str, Any])
def api() -> Response:
    """The document, or the page that tells what stands in it."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    made = document(app, site().title)
    if wants_json():
        made = made | {"servers": [{"url": request.script_root or "/"}]}
        return Response(json.encode(made), content_type=openapi.JSON)
    return answer("api.html", ApiPage(about=openapi.ABOUT, nouns=tuple(nouns(app, made)), kinds=tuple(kinds(made))))


document = cache(openapi.document)


def nouns(app: Flask, made: dict[str, Any]) -> Iterator[Noun]:
    """The calls by module."""
    calls: dict[str, dict[int, list[openapi.Route]]] = {}
    for route in openapi.routes(app):
        calls.setdefault(route.tag, {}).setdefault(id(route.operation), []).append(route)
    for tag in made["tags"]:
        found = tuple(call(made, routes) for routes in calls[tag["name"]].values())
        yield Noun(name=tag["name"], words=tag["description"], calls=found)


def call(made: dict[str, Any], routes: list[openapi.Route]) -> Call:
    """One of them."""
    first, said = routes[0], routes[0].operation
    return Call(
        method=first.method.upper(), paths=tuple(sorted({route.path for route in routes}, key=len)), does=said.does,
        leads=said.leads, arguments=(*first.arguments, *said.parameters, *said.form),
        gives=tuple(given(made, said, routes)),
    )  # fmt: skip


def given(made: dict[str, Any], said: Operation, routes: list[openapi.Route]) -> Iterator[Piece]:
    """What comes back."""
    if isinstance(said.gives, str):
        yield Piece(said.gives)
    for route in routes:
        if route.is_json:
            body = made["paths"][route.path]["get"]["responses"]["200"]["content"][openapi.JSON]["schema"]
            yield from pieces(body)


def kinds(made: dict[str, Any]) -> Iterator[Kind]:
    """The objects of the answers, by name."""
    for name, schema in sorted(made["components"]["schemas"].items(), key=lambda item: item[0].lower()):
        needed = schema.get("required", ())
        fields = tuple(
            Field(name=field, type=tuple(pieces(one)), required=field in needed)
            for field, one in schema.get("properties", {}).items()
        )
        if not fields:  # an array that has its fields by position
            fields = tuple(Field(name=str(at), type=tuple(pieces(one)), required=True)
                           for at, one in enumerate(schema.get("prefixItems", ())))  # fmt: skip
        yield Kind(name=name, words=schema.get("description", ""), fields=fields)


def pieces(schema: dict[str, Any]) -> Iterator[Piece]:
    """A JSON Schema in words. How deep it nests is ours to say: as deep as our types."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(openapi.SCHEMAS)
        yield Piece(name.rpartition(".")[2], name)
    elif "anyOf" in schema:
        for at, one in enumerate(schema["anyOf"]):
            if at:
                yield Piece(" or ")
            yield from pieces(one)
    elif "enum" in schema:
        yield Piece(" | ".join(f"“{value}”" if isinstance(value, str) else str(value) for value in schema["enum"]))
    elif schema.get("type") == "array" and isinstance(schema.get("items"), dict):
        yield Piece("list of ")
        yield from pieces(schema["items"])
    elif schema.get("type") == "array":
        yield Piece("[")
        for at, one in enumerate(schema.get("prefixItems", ())):
            if at:
                yield Piece(", ")
            yield from pieces(one)
        yield Piece("]")
    elif schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        yield Piece("by name ")
        yield from pieces(schema["additionalProperties"])
    else:
        yield Piece(str(schema.get("type", schema.get("const", "anything"))))
