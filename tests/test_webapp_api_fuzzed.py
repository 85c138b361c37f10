"""The API as its own document says it is, asked with made-up values: no faults, answers of the shape that is told."""

import importlib
import os
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from webapp_press import Press
from webapp_site import Corpus
from werkzeug.test import run_wsgi_app

if os.environ.get("CI") == "true":
    importlib.import_module("schemathesis")  # on CI its absence is a failure
schemathesis = pytest.importorskip("schemathesis")
checks = pytest.importorskip("schemathesis.specs.openapi.checks")
from schemathesis.checks import not_a_server_error  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")
EXAMPLES = {"embedded": 15, "elastic": 4}  # of each operation
CHECKS = [
    not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_headers_conformance, checks.response_schema_conformance,
]  # fmt: skip


@pytest.fixture(scope="module", params=list(EXAMPLES))
def press(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Press, int]]:
    cluster = request.getfixturevalue("elastic")() if request.param == "elastic" else ""
    corpus = Corpus(tmp_path_factory.mktemp("fuzzed"), cluster=cluster)
    yield Press(corpus), EXAMPLES[request.param]
    corpus.engine.close()


def here(press: Press) -> dict[str, list[str]]:
    """Values of addresses that lead to something, beside those that are made up."""
    corpus = press.corpus
    ghost = corpus.get("/.json?q=is:ghost").get_json()["result"]["hits"][0]["row"]["id"]
    mails = [corpus.id(name) for name in ("first", "answer", "files", "html") if name in corpus.mails]
    full = corpus.engine.message(corpus.id("files"))
    return {
        "id": [*mails, mails[0][:8], ghost], "other": mails, "number": [one.part for one in full.attachments],
        "sha256": [one.sha256 for one in full.attachments if one.sha256], "collection": ["council"],
    }  # fmt: skip


def whole(app: Flask) -> Callable[..., list[bytes]]:
    """An app whose answers are read to their end and closed, as servers do; an export holds its turn until then."""

    def answer(environ: Any, start: Any) -> list[bytes]:
        environ.pop("HTTP_ACCEPT_ENCODING", None)  # it is sent, but what is packed is not unpacked
        body, status, headers = run_wsgi_app(app, environ, buffered=True)
        start(status, list(headers))
        return list(body)

    return answer


def asked(operation: Any, values: dict[str, list[str]], examples: int) -> int:
    """Asks an operation with made-up values, and three times of four for what is here; how often it was asked."""
    tried = 0

    @settings(max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        nonlocal tried
        tried += 1
        chosen = zlib.crc32(repr(case.query).encode())
        for name in case.path_parameters or {}:
            if chosen % 4 and name in values:
                case.path_parameters[name] = values[name][chosen % len(values[name])]
        case.call_and_validate(checks=CHECKS)

    ask()
    return tried


def test_what_is_asked_at_random_is_answered_as_told(press: tuple[Press, int]) -> None:
    made, examples = press
    schema = schemathesis.openapi.from_wsgi("/api.json", whole(made.corpus.app))
    known, articles = here(made), [made.id(name) for name in made.articles]
    wrong, tried = [], 0
    for found in schema.get_all_operations():
        operation = found.ok()
        values = known | {"id": articles} if operation.path.startswith("/a/") else known
        try:
            tried += asked(operation, values, examples)
        except Exception as error:
            wrong.append(f"{operation.method.upper()} {operation.path}: {error}")
    assert not wrong, "\n\n".join(wrong)
    assert tried > 100
