"""The API: the OpenAPI document says what the routes are, what they read and what they answer, and nothing else."""

import importlib
import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Request
from webapp_site import Corpus
from werkzeug.datastructures import ImmutableMultiDict

from webapp import openapi
from webapp.operations import operation_of


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    made = Corpus(tmp_path_factory.mktemp("api"))
    yield made
    made.engine.close()


@pytest.fixture(scope="module")
def document(corpus: Corpus) -> dict[str, Any]:
    answer = corpus.get("/api.json")
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    return dict(answer.get_json())


def needed(name: str) -> Any:
    """A module of the extra `dev`; without it the test is skipped, but on CI it fails."""
    return importlib.import_module(name) if os.environ.get("CI") == "true" else pytest.importorskip(name)


def rules(app: Flask) -> Iterator[tuple[str, str, Any]]:
    """Each path with a method and its view, static files left out."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                yield openapi.path(rule), method.lower(), app.view_functions[rule.endpoint]


def test_every_view_says_what_it_does(corpus: Corpus) -> None:
    silent = sorted({path for path, _, view in rules(corpus.app) if operation_of(view) is None})
    assert silent == [], "put @operation(…) of webapp.operations above their views"


def test_the_document_has_every_route_and_no_other(corpus: Corpus, document: dict[str, Any]) -> None:
    there = {(path, method) for path, method, _ in rules(corpus.app)}
    told = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert told == there


def test_every_page_has_a_json_twin(corpus: Corpus) -> None:
    gets = [(path, operation_of(view)) for path, method, view in rules(corpus.app) if method == "get"]
    paths = {path for path, said in gets if said and not isinstance(said.gives, str | None)}
    assert {f"{path}.json" for path in paths if not path.endswith(".json")} == {
        path for path in paths if path.endswith(".json")
    } - {"/suggest.json"}, "what a script alone asks for is no page"


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    needed("openapi_spec_validator").validate(document)


def test_its_names_lead_somewhere(document: dict[str, Any]) -> None:
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert named <= set(document["components"]["schemas"])
    ids = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]
    assert len(ids) == len(set(ids))


def sample(corpus: Corpus, path: str) -> str:
    """A path with arguments that are there, or as good as."""
    id = corpus.id(next(iter(corpus.mails)))
    values = {"id": id, "other": id, "sha256": "0" * 64, "number": "1", "collection": "c", "name": "from"}
    return re.sub(r"{(\w+)}", lambda found: str(values.get(found[1], "1")), path)


def test_what_pages_read_is_told_and_what_is_told_is_read(corpus: Corpus, document: dict[str, Any],
                                                          monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    read: set[str] = set()

    class Noted(ImmutableMultiDict[str, str]):
        def get(self, key: str, *args: Any, **more: Any) -> Any:  # type: ignore[override]
            read.add(key)
            return super().get(key, *args, **more)

    class Asked(Request):
        parameter_storage_class = Noted  # type: ignore[assignment]

    monkeypatch.setattr(corpus.app, "request_class", Asked)
    wrong = {}
    for path, methods in document["paths"].items():
        if "get" in methods and path.endswith(".json"):
            read.clear()
            answer = corpus.get(sample(corpus, path))
            told = {one["name"] for one in methods["get"]["parameters"] if one["in"] == "query"}
            for name in told - read:  # some are only looked at when they are there
                corpus.get(f"{sample(corpus, path)}?{name}=")
            if read != told and (read - told or answer.status_code == 200):
                wrong[path] = {"read, not told": sorted(read - told), "told, not read": sorted(told - read)}
    assert wrong == {}


def test_values_that_are_told_are_taken_and_others_refused(corpus: Corpus, document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        if "get" not in methods or not path.endswith(".json") or corpus.get(sample(corpus, path)).status_code != 200:
            continue
        for one in methods["get"]["parameters"]:
            schema, where = one["schema"], f"{sample(corpus, path)}?{one['name']}="
            good = list(schema.get("enum", ())) + [schema[end] for end in ("minimum",) if end in schema]
            bad = ["no-such-thing"] if "enum" in schema else []
            bad += [str(schema["minimum"] - 1), "x"] if "minimum" in schema else []
            bad += ["x" * (schema["maxLength"] + 1)] if "maxLength" in schema and one["in"] == "query" else []
            for value in good:
                assert corpus.get(where + str(value)).status_code in (200, 404), where + str(value)
            for value in bad:
                answer = corpus.get(where + value)
                assert answer.status_code == 400, where + value[:50]
                assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(("path", "status"), [
    ("/m/0123456789abcdef.json", 404), ("/no-such-page.json", 404), ("/.json?q=%22", 400), ("/.json?limit=0", 400),
    ("/.json?cursor=x", 400), ("/t/0123456789abcdef.json", 404), (f"/file/{'0' * 64}.json", 404),
])  # fmt: skip
def test_what_goes_wrong_is_a_problem(corpus: Corpus, path: str, status: int) -> None:
    answer = corpus.get(path)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    told = answer.get_json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]


def test_the_page_lists_every_call_and_object(corpus: Corpus, document: dict[str, Any]) -> None:
    page = corpus.html("/api")
    assert [path for path in document["paths"] if f"<code>{path}</code>" not in page] == []
    anchors = set(re.findall(r'id="([^"]+)"', page))
    assert set(document["components"]["schemas"]) <= anchors
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors
