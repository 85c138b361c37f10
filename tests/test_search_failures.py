"""Failures by stage, code and archive: the same counts and lists from both engines, on the site and in the terminal."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec import json

from ingest.threads import prepare
from mappings.records import ArchiveState, Failure, Place
from search.engine import Batch, Engine
from search.failures import Tally, Which
from tests.test_search_contract import Maker, empty, kind, mail, make
from webapp import create_app
from webapp.cli import Mail, main

__all__ = ["Maker", "empty", "kind", "make"]  # the fixtures


@pytest.fixture
def engine(empty: Engine) -> Engine:
    """Two archives with six failures of three kinds, one of a mail that is kept."""
    message, raw = mail("kept", "Half of it.\n")
    kept = prepare(message, raw, Place("/b", "box", 1))
    found = [
        ("/a", "open", "not-mail", ""), ("/a", "open", "not-mail", ""), ("/a", "open", "truncated", ""),
        ("/b", "open", "not-mail", ""), ("/b", "parse", "too-deep", message.id), ("/b", "parse", "too-deep", ""),
    ]  # fmt: skip
    with empty.writer() as writer:
        for archive in ("/a", "/b"):
            failures = [
                Failure(archive=place, member=str(number), stage=stage, code=code, reason="Odd.", message=id)
                for number, (place, stage, code, id) in enumerate(found) if place == archive
            ]  # fmt: skip
            messages = [kept] if archive == "/b" else []
            writer.take(Batch(state=ArchiveState(archive=archive), messages=messages, failures=failures))
    return empty


def listed(engine: Engine, **which: str) -> list[str]:
    return [failure.member for _, failure in engine.failures(which=Which(**which))]


def test_each_kind_is_counted_and_listed(engine: Engine) -> None:
    counted = engine.tally()
    assert [(one.archive, one.stage, one.code, one.lost, one.kept) for one in counted] == [
        ("/a", "open", "not-mail", 2, 0), ("/a", "open", "truncated", 1, 0), ("/b", "open", "not-mail", 1, 0),
        ("/b", "parse", "too-deep", 1, 1)]  # fmt: skip
    assert sum(one.lost + one.kept for one in counted) == engine.status().failures == 6
    failed = {state.archive: state.failed for state in engine.status().archives}
    assert failed == {place: sum(one.lost for one in counted if one.archive == place) for place in ("/a", "/b")}
    assert listed(engine) == ["0", "1", "2", "3", "4", "5"]
    assert listed(engine, code="not-mail") == ["0", "1", "3"]
    assert listed(engine, stage="open", archive="/a") == ["0", "1", "2"]
    assert listed(engine, stage="parse", code="not-mail") == []
    second = engine.failures(1, which=Which(code="not-mail"))[0][0]
    assert [one.member for _, one in engine.failures(9, second, Which(code="not-mail"))] == ["1", "3"]
    with engine.writer() as writer:
        writer.forget_failures([number for number, _ in engine.failures(which=Which(archive="/a"))])
    assert {one.archive for one in engine.tally()} == {"/b"}


def test_the_page_adds_up_and_leads_on(engine: Engine) -> None:
    client = create_app(engine, Mail()).test_client()
    page = client.get("/failures").text
    assert "6 failures = 5 lost + 1 whose mail is kept" in page
    assert "/failures?stage=open&amp;code=not-mail" in page
    assert "/failures?archive=%2Fb" in page
    told = json.decode(client.get("/failures.json?stage=open&archive=/a").data)
    assert (told["lost"], told["kept"], len(told["failures"])) == (3, 0, 3)
    assert [(one["stage"], one["code"], one["lost"] + one["kept"]) for one in told["kinds"]] == [
        ("open", "not-mail", 2), ("open", "truncated", 1)]  # fmt: skip
    assert {one["archive"]: one["lost"] for one in told["archives"]} == {"/a": 3, "/b": 1}
    for path in ("/failures?code=%22%3Cb%3E", "/failures?archive=/nowhere&after=99", "/failures?stage=" + "x" * 40):
        assert client.get(path).status_code == 200, path
    assert client.get("/failures?after=x").status_code == 400
    assert "/failures" in client.get("/status").text


def test_the_command(tmp_path: Path) -> None:
    def run(*words: object) -> tuple[int, str]:
        ended = CliRunner().invoke(main, [*map(str, words), "--engine", str(tmp_path / "corpus")])
        return ended.exit_code, ended.output

    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "good.eml").write_bytes(b"From: a@b.example\nSubject: x\n\n%s\n" % name.encode())
        (tmp_path / name / "bad.zip").write_bytes(b"PK\x03\x04 and then nothing")
    (tmp_path / "two" / "odd.bin").write_bytes(b"\x00\x01\x02\x03" * 100)
    assert run("ingest", tmp_path / "one", tmp_path / "two")[0] == 1
    everything = json.decode(run("failures", "--json")[1])
    assert everything["total"] == sum(one["lost"] + one["kept"] for one in everything["counts"]) >= 3
    some = json.decode(run("failures", "--json", "--archive", "one/bad.zip")[1])
    assert {failure["archive"] for failure in some["failures"]} == {str(tmp_path / "one" / "bad.zip")}
    code = some["failures"][0]["code"]
    assert f"{2 * some['total']} in all" in run("failures", "--code", code, "--stage", "open")[1]
    assert run("failures", "--archive", "bad.zip")[0] == 2
    assert run("failures", "--archive", "nowhere")[0] == 2
    assert "There are no failures." in run("failures", "--code", "unheard-of")[1]
    (tmp_path / "one" / "bad.zip").write_bytes(b"From: c@d.example\nSubject: mended\n\nMended.\n")
    (tmp_path / "two" / "bad.zip").write_bytes(b"From: e@f.example\nSubject: mended\n\nAlso.\n")
    run("failures", "--retry", "--archive", "one/bad.zip")
    left = json.decode(run("failures", "--json")[1])
    assert left["total"] == everything["total"] - some["total"]
    assert Tally(**left["counts"][0]).archive.startswith(str(tmp_path / "two"))
