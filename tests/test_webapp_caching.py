"""What a browser has already is not made anew; and whose pages may read the JSON."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from webapp_mails import mail

from ingest.pipeline import load
from search.engine import Engine, open_engine
from search.parse import parse
from webapp import create_app
from webapp.cli import Mail


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(str(tmp_path / "corpus"), create=True)
    take_in(made, tmp_path, 1)
    yield made
    made.close()


def take_in(engine: Engine, folder: Path, number: int) -> None:
    path = folder / f"{number}.eml"
    path.write_bytes(mail(number, f"Harbour {number}"))
    load(engine, [path])


def test_an_answer_is_named_and_made_once(engine: Engine, tmp_path: Path) -> None:
    client = create_app(engine, Mail()).test_client()
    for path in ("/", "/.json?q=harbour", "/?q=harbour", "/status", "/help.json", "/api.json"):
        first = client.get(path)
        name = first.headers["ETag"]
        again = client.get(path, headers={"If-None-Match": name})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", name), path
        assert "Content-Security-Policy" in again.headers
        other = client.get(path + ("&" if "?" in path else "?") + "limit=7", headers={"If-None-Match": name})
        assert other.status_code == 200, path
    name = client.get("/.json?q=harbour").headers["ETag"]
    elsewhere = open_engine(str(tmp_path / "corpus"))
    take_in(elsewhere, tmp_path, 2)
    elsewhere.close()
    fresh = client.get("/.json?q=harbour", headers={"If-None-Match": name})
    assert (fresh.status_code, fresh.get_json()["result"]["total"]) == (200, 2)


def test_marks_change_what_is_shown_only_where_they_are_shown(engine: Engine) -> None:
    shown, hidden = (create_app(engine, Mail(), marks=marks).test_client() for marks in (True, False))
    names = [client.get("/?q=harbour").headers["ETag"] for client in (shown, hidden)]
    engine.star([engine.search(parse("harbour")).hits[0].row.id])
    answers = [client.get("/?q=harbour", headers={"If-None-Match": name}).status_code
               for client, name in zip((shown, hidden), names, strict=True)]  # fmt: skip
    assert answers == [200, 304]


def test_what_is_not_found_or_may_be_written_on_has_no_name(engine: Engine) -> None:
    client = create_app(engine, Mail()).test_client()
    for path in ("/m/0123456789abcdef", "/nowhere.json", "/.json?q=%22"):
        assert "ETag" not in client.get(path).headers, path
    assert "ETag" not in create_app(engine, Mail(), writable=True).test_client().get("/").headers


def test_other_sites_read_the_json_only_where_the_operator_says_so(engine: Engine) -> None:
    closed, shared = (create_app(engine, Mail(), shared=shared).test_client() for shared in (False, True))
    for path in ("/.json", "/api.json", "/nowhere.json"):
        assert "Access-Control-Allow-Origin" not in closed.get(path).headers
        assert closed.get(path).headers["Cross-Origin-Resource-Policy"] == "same-origin"
        answer = shared.get(path, headers={"Origin": "https://elsewhere.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Access-Control-Allow-Origin" not in shared.get("/").headers
