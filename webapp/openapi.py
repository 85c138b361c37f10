"""The API as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1): routes, what views say of them, Structs."""

import re
import sys
from collections.abc import Iterator
from typing import Any

from flask import Flask
from msgspec import Struct, json
from werkzeug.routing import Rule

from webapp.converters import WORDS
from webapp.errors import PROBLEM, Problem
from webapp.operations import PAGE, Operation, Parameter, operation_of

VERSION = "1"  # of the API; another one breaks readers of this one
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
SCHEMAS = "#/components/schemas/"
ABOUT = (
    "Everything that the site shows, as JSON at the page's own address with `.json` behind its path. Nothing asks for "
    "a key. An id is a mail's SHA-256 or a beginning of it of at least eight digits; dates are seconds since 1970 "
    "(UTC), or ISO 8601 where they are texts. What goes wrong is a problem (RFC 9457)."
)


class Route(Struct, frozen=True, kw_only=True):
    """A rule of the site with one of its methods, as the document has it."""

    path: str  # `/m/{id}.json`
    method: str  # `get`
    endpoint: str
    tag: str
    operation: Operation
    arguments: tuple[Parameter, ...]  # in the path

    @property
    def is_json(self) -> bool:
        """Whether it is the JSON twin of a page."""
        return self.path.endswith(".json")


def routes(app: Flask) -> Iterator[Route]:
    """All that the site answers, in the order of its table of contents; views that say nothing of themselves are left
    out, and static files."""
    for rule in app.url_map.iter_rules():
        found = operation_of(app.view_functions.get(rule.endpoint))
        if found:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield Route(path=path(rule), method=method.lower(), endpoint=rule.endpoint,
                            tag=rule.endpoint.partition(".")[0], operation=found,
                            arguments=tuple(arguments(app, rule)))  # fmt: skip


def path(rule: Rule) -> str:
    """A rule as OpenAPI writes it."""
    return re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule)


def arguments(app: Flask, rule: Rule) -> Iterator[Parameter]:
    """What stands in a rule's path."""
    for kind, name in re.findall(r"<(?:(\w+):)?(\w+)>", rule.rule):
        pattern = f"^(?:{app.url_map.converters[kind or 'default'].regex})$"
        words = WORDS.get(kind, "")
        yield Parameter(name=name, words=words, schema={"type": "string", "pattern": pattern}, required=True)


def document(app: Flask, title: str) -> dict[str, Any]:
    """The document; `servers` is left to whoever knows where the site is mounted."""
    found = list(routes(app))
    kinds = {id(kind): kind for route in found for kind in structs(route.operation)}
    schemas, components = json.schema_components(
        [*kinds.values(), Problem], ref_template=SCHEMAS + "{name}"
    )
    references = dict(zip(kinds, schemas, strict=False))
    paths: dict[str, dict[str, Any]] = {}
    for route in found:
        paths.setdefault(route.path, {})[route.method] = described(route, references)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": VERSION, "description": ABOUT},
        "tags": [{"name": tag, "description": noun(app, tag)} for tag in dict.fromkeys(one.tag for one in found)],
        "paths": paths,
        "components": {"schemas": components},
    }


def structs(operation: Operation) -> tuple[Any, ...]:
    """The types that a page's JSON may have."""
    given = operation.gives
    if given is None or isinstance(given, str):
        return ()
    return given if isinstance(given, tuple) else (given,)


def noun(app: Flask, tag: str) -> str:
    """What a module of pages says of itself in its first line."""
    module = sys.modules[app.blueprints[tag].import_name]
    return (module.__doc__ or tag).partition("\n")[0].replace("`", "")


def described(route: Route, references: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """An operation of the document."""
    said = route.operation
    made: dict[str, Any] = {
        "operationId": route.endpoint.replace(".", "_"), "tags": [route.tag], "summary": said.does,
        "parameters": [*(parameter(one, "path") for one in route.arguments),
                       *(parameter(one, "query") for one in said.parameters)],
        "responses": responses(route, references),
    }  # fmt: skip
    if said.form:
        fields = {one.name: one.schema | {"description": one.words} for one in said.form}
        schema = {"type": "object", "properties": fields, "required": [one.name for one in said.form if one.required]}
        made["requestBody"] = {"required": True, "content": {FORM: {"schema": schema}}}
    return made


def parameter(one: Parameter, where: str) -> dict[str, Any]:
    """A value of the address."""
    made: dict[str, Any] = {"name": one.name, "in": where, "schema": one.schema, "required": one.required}
    return made | {"description": one.words} if one.words else made


def responses(route: Route, references: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """What may come back."""
    said = route.operation
    made: dict[str, Any] = {}
    if route.method == "post" and said.gives is None:
        made["303"] = {"description": said.leads or "Done; leads back."}
    if said.gives is not None:
        made["200"] = {"description": said.does, "content": content(route, references)}
    if said.leads and route.method != "post":
        made["302"] = {"description": said.leads}
    schema = {"$ref": f"{SCHEMAS}{Problem.__name__}"}
    told = {PROBLEM: {"schema": schema}} if route.is_json else {PAGE: {}}
    wrong = {400: bool(said.parameters or said.form), 403: bool(said.form), 404: bool(route.arguments)}
    for status in sorted({*(status for status, may in wrong.items() if may), *said.statuses}):
        made[str(status)] = {"description": SAID.get(status, "Refused."), "content": told}
    return made | {"default": {"description": "The corpus does not answer, or a fault of ours.", "content": told}}


SAID = {
    400: "A value can’t be read; for a query, the spot is told.", 403: "The site was served to be read, or the form is "
    "not its own.", 404: "Not in this corpus.", 409: "Somebody decided otherwise meanwhile.",
}  # fmt: skip


def content(route: Route, references: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """The body of what is found."""
    given = route.operation.gives
    if isinstance(given, str):
        return {given: {}}
    if not route.is_json:
        return {PAGE: {}}
    found = [references[id(kind)] for kind in structs(route.operation)]
    return {JSON: {"schema": found[0] if len(found) == 1 else {"anyOf": found}}}
