"""Much at once, on both engines: whole results in order, bytes, places; exports, and their way back through ingest."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from ingest.pipeline import find, load
from search import bulk, export_mails
from search.engine import Engine, open_engine
from search.errors import QueryError
from search.exports import Export, Form, export, file_name
from search.parse import parse
from tests.test_search_contract import Maker, empty, engine, fill, filled, kind, mail, make

__all__ = ["empty", "engine", "filled", "kind", "make"]  # the fixtures

HEAD = "From: Ann <ann@x.example>\nTo: bob@x.example\nDate: {date}\nMessage-ID: <{name}@x.example>\nSubject: {name}\n\n"


def raw(name: str, body: str, date: str = "Mon, 3 Aug 2015 14:02:00 -0400", head: str = HEAD) -> bytes:
    return (head.format(name=name, date=date) + body).encode()


# What an mbox can do to a mail, and what a reader of it can.
AWKWARD = {
    "plain": raw("plain", "Words.\n"),
    "from": raw("from", "One.\n\nFrom here it goes on.\n>From there too.\n>>From everywhere.\n"),
    "divides": raw("divides", "Before.\n\nFrom ann@x.example Mon Aug  3 14:02:00 2015\nSubject: not a mail\n\nx\n"),
    "blank": raw("blank", "Ends with blank lines.\n\n\n"),
    "crlf": raw("crlf", "Lines of\nthe net.\n\nFrom afar.\n").replace(b"\n", b"\r\n"),
    "crlf-blank": raw("crlf-blank", "Then nothing.\n\n").replace(b"\n", b"\r\n"),
    "undated": raw("undated", "When?\n", head="From: Ann <ann@x.example>\nSubject: {name}\n\n"),
    "nobody": raw("nobody", "Who?\n", head="From: nobody at all\nDate: {date}\nSubject: {name}\n\n"),
    "no-body": raw("no-body", ""),
    "counted": raw("counted", "Twenty-one bytes now.\n", head="Content-Length: 22\n" + HEAD),
    "old": raw("old", "Long ago.\n", date="Wed, 1 Jan 1975 00:00:00 +0000"),
    "far": raw("far", "Later.\n", date="Mon, 1 Jan 2300 00:00:00 +0000"),
    "octets": raw("octets", "\n").replace(b"\n\n\n", b"\n\n\xff\xfe\x00 From \n\n"),
    "formula": raw("=cmd()", "=1+1\n").replace(b"bob@x.example", b'"=2+3" <bob@x.example>'),
}


def taken_in(engine: Engine, folder: Path, mails: dict[str, bytes]) -> None:
    """Mails as files, ingested."""
    folder.mkdir()
    for name, data in mails.items():
        (folder / f"{name}.eml").write_bytes(data)
    load(engine, [folder], collection="awkward")


@pytest.fixture(scope="module")
def awkward(request: pytest.FixtureRequest, kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A corpus of the awkward mails, for tests that only read."""
    maker = Maker(request, kind, tmp_path_factory.mktemp("awkward"))
    found = maker()
    taken_in(found, tmp_path_factory.mktemp("awkward-mails") / "mails", AWKWARD)
    yield found
    maker.close()


def made(engine: Engine, query: str, form: Form, *, newest: bool = False) -> tuple[Export, bytes]:
    found = export(engine, parse(query), form, newest=newest)
    data = b"".join(found.parts)
    assert found.written.whole
    return found, data


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_result_is_walked_to_its_end_in_order(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"search.{'elastic' if filled.waits else 'embedded'}_bulk.ROWS", 3)
    for query in ("", "is:message", "report", "is:ghost", "date:none", "zzzz"):
        for newest in (False, True):
            result = filled.every(parse(query), newest=newest)
            order = "newest" if newest else "oldest"
            page = filled.search(parse(query), order=order, limit=100)
            ids = [row.id for row in result.rows]
            assert ids == [hit.row.id for hit in page.hits], (query, order)
            assert result.total == page.total == len(ids)


def test_what_comes_in_meanwhile_is_not_in_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"search.{'elastic' if engine.waits else 'embedded'}_bulk.ROWS", 3)
    result = engine.every(parse("report"))
    first = next(result.rows)
    fill(engine, [mail(f"late{i}", "report\n", subject="Late") for i in range(5)], archive="/b")
    assert len([first, *result.rows]) == result.total == 12


def test_bytes_and_places_of_many(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_BYTES", 1000)
    rows = list(filled.every(parse("is:ghost OR is:message")).rows)
    assert any(row.ghost for row in rows)
    found = [(row.id, data) for row, data in filled.raws(rows)]
    assert [id for id, _ in found] == [row.id for row in rows if not row.ghost]
    assert all(data is not None and sha256(data).hexdigest() == id for id, data in found)
    places = filled.places_of([row.id for row in rows])
    assert places == {id: filled.places(id) for id, _ in found}


def test_lists_of_mails_are_bounded_by_their_bytes(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = list(filled.every(parse("is:ghost OR is:message")).rows)
    monkeypatch.setattr(bulk, "_BYTES", 700)
    lists = list(bulk.parts(rows))
    assert [row for part in lists for row in part] == [row for row in rows if not row.ghost]
    assert all(len(part) == 1 or sum(row.size for row in part) <= 700 for part in lists)
    assert 1 < len(lists) < len(rows)


def test_a_table_has_a_row_for_each_and_says_how_many(filled: Engine) -> None:
    found, data = made(filled, "", "csv")
    rows = table(data)
    assert [int(row["row"]) for row in rows] == list(range(1, found.written.total + 1))
    assert {row["of"] for row in rows} == {str(found.written.total)}
    first = rows[0]
    assert (first["date"], first["subject"]) == ("2014-05-13T16:53:20+00:00", "Harbour wall")
    assert first["from"] == "Ann Ågren <ann@harbour.example>"
    assert next(row for row in rows if row["subject"] == "Plan")["attachments"] == "harbour-plan.pdf"
    assert first["sha256"] == filled.search(parse("own:leaking")).hits[0].row.id


def test_json_lines_hold_all_that_is_known(filled: Engine) -> None:
    _, data = made(filled, "is:ghost OR subject:plan", "jsonl")
    lines = [json.loads(line) for line in data.splitlines()]
    assert [(line["row"], line["of"]) for line in lines] == [(n, len(lines)) for n in range(1, len(lines) + 1)]
    plan = next(line for line in lines if line.get("message", {}).get("subject") == "Plan")
    assert plan["message"]["attachments"][0]["name"] == "harbour-plan.pdf"
    assert plan["places"][0]["collection"] == "harbour"
    assert any(line["ghost"]["ghost"] for line in lines if "ghost" in line)


def test_no_cell_is_a_formula(awkward: Engine) -> None:
    for form in ("csv", "eml"):
        _, data = made(awkward, "subject:cmd", form)  # type: ignore[arg-type]
        text = data if form == "csv" else zipfile.ZipFile(io.BytesIO(data)).read("manifest.csv")
        cells = [cell for row in csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")) for cell in row]
        assert "'=cmd()" in cells
        assert not [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell], form


@pytest.mark.parametrize("form", ["mbox", "eml"])
def test_mails_come_back_through_ingest_as_they_were(awkward: Engine, tmp_path: Path, form: Form) -> None:
    ids = {name: sha256(data).hexdigest() for name, data in AWKWARD.items()}
    found, data = made(awkward, "", form)
    assert found.written.messages == len(ids)
    file = tmp_path / f"out.{'zip' if form == 'eml' else form}"
    file.write_bytes(data)
    again = open_engine(str(tmp_path / "again"), create=True)
    outcome = load(again, find([file]))
    assert (outcome.read, outcome.failed) == (len(ids), 0), [one for _, one in again.failures()]
    there = {row.id for row in again.every(parse("is:message")).rows}
    again.close()
    assert {name for name, id in ids.items() if id not in there} == set()


def test_an_mbox_ends_mails_that_have_no_line_end_and_says_so(empty: Engine, tmp_path: Path) -> None:
    taken_in(empty, tmp_path / "mails", {"cut": raw("cut", "No end"), "plain": AWKWARD["plain"]})
    found, data = made(empty, "", "mbox")
    assert (found.written.messages, found.written.ended) == (2, 1)
    assert b"No end\n\n" in data
    _, data = made(empty, "", "eml")
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert raw("cut", "No end") in [archive.read(name) for name in archive.namelist()]


def test_a_zip_lists_what_it_holds_by_hash(awkward: Engine) -> None:
    _, data = made(awkward, "", "eml")
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    listed = table(archive.read("manifest.csv"))
    assert len(listed) == len(AWKWARD) == len(archive.namelist()) - 1
    for row in listed:
        assert sha256(archive.read(row["file"])).hexdigest() == row["sha256"]
        assert row["file name"].endswith(".eml")
    assert listed[0]["at"] == "1975-01-01T00:00:00+00:00"
    assert listed[-1]["file"].startswith("mails/undated-")


def test_what_cannot_be_read_back_is_told(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = next(row.id for row in filled.every(parse("subject:plan")).rows)
    raws = filled.raws
    monkeypatch.setattr(filled, "raws", lambda rows: (
        (row, None if row.id == lost else data) for row, data in raws(rows)))  # fmt: skip
    found, data = made(filled, "from:ann", "mbox")
    assert found.written.damaged == [lost]
    found, data = made(filled, "from:ann", "eml")
    listed = table(zipfile.ZipFile(io.BytesIO(data)).read("manifest.csv"))
    assert [(row["sha256"], row["file"]) for row in listed if row["problem"]] == [(lost, "")]


def test_ghosts_are_left_out_of_mails_and_counted(filled: Engine) -> None:
    found, data = made(filled, "is:ghost", "mbox")
    assert (data, found.written.messages, found.written.ghosts) == (b"", 0, found.written.total)
    assert found.written.total > 0


def test_a_manifest_that_is_long_goes_to_disk(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_mails, "_IN_MEMORY", 10)
    found, data = made(filled, "", "eml")
    assert len(table(zipfile.ZipFile(io.BytesIO(data)).read("manifest.csv"))) == found.written.messages


def test_a_file_is_named_by_its_query() -> None:
    assert file_name(parse('from:ann "budget, hearing"'), "eml") == "unsealed-from-ann-budget-hearing.zip"
    assert file_name(parse("議"), "csv") == file_name(parse(""), "csv") == "unsealed-all.csv"
    assert len(file_name(parse("word " * 50), "mbox")) < 80


def test_a_query_that_cannot_be_read_fails_before_the_first_byte(filled: Engine) -> None:
    with pytest.raises(QueryError):
        export(filled, parse("(ann"), "csv")


