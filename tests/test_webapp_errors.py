"""Exceptions to statuses and pages: one table, and nothing of a fault of ours is told to strangers."""

import json
import logging
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from msgspec import Struct

from search.engine import Engine
from search.errors import (
    CorpusDamaged,
    CorpusLocked,
    CorpusMissing,
    CursorError,
    EngineUnavailable,
    NotFound,
    QueryError,
)
from webapp import create_app
from webapp.answers import encode
from webapp.cli import Mail
from webapp.context import BadValue
from webapp.errors import problem


class Failing:
    """An engine that answers everything with an exception."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        def fail(*args: object, **more: object) -> None:
            raise self.error

        return fail


def client(error: Exception) -> FlaskClient:
    return create_app(cast(Engine, Failing(error)), Mail(), marks=True).test_client()


@pytest.mark.parametrize(("error", "status"), [
    (QueryError("no", "a(", 1, 2, "close it"), 400), (CursorError("no"), 400), (BadValue("no"), 400),
    (NotFound("no"), 404), (CorpusMissing("no"), 503), (CorpusLocked("no"), 503), (CorpusDamaged("no"), 503),
    (EngineUnavailable("no"), 503),
    (ValueError("secret"), 500), (KeyError("secret"), 500), (RecursionError("secret"), 500),
])  # fmt: skip
def test_each_exception_has_its_status(error: Exception, status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    assert problem(error).status == status
    for path in ("/", "/?q=a", "/m/00000000", "/m/00000000.eml", "/m/00000000/html", "/t/00000000", "/status"):
        answer = client(error).get(path)
        assert answer.status_code == status, path
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
        assert "Content-Security-Policy" in answer.headers
    answer = client(error).get("/status.json")
    assert answer.status_code == json.loads(answer.data)["status"] == status


def test_a_fault_of_ours_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    client(ValueError("secret")).get("/status")
    assert "secret" in caplog.text


def test_other_methods_are_refused() -> None:
    answer = client(NotFound("no")).post("/status", data={"a": "b"})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_lone_surrogates_can_be_written() -> None:
    class Page(Struct):
        words: str

    assert json.loads(encode(Page("a\ud800"))) == {"words": "a\ud800"}
    assert encode(Page("é")) == b'{"words":"\xc3\xa9"}'
