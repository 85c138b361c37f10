"""`unsealed tag`, `unsealed notes`, and what copy, status and reindex make of marks, on both engines."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ingest import copying
from mappings.desk import Anchor
from search.engine import Engine, open_engine
from tests.test_search_contract import Maker, corpus, fill, kind, make, names
from webapp.cli import main

__all__ = ["kind", "make"]  # the fixtures


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[tuple[str, Engine]]:
    """A corpus in a folder, open."""
    place = str(tmp_path / "corpus")
    engine = open_engine(place, create=True)
    fill(engine, corpus())
    yield place, engine
    engine.close()


def run(*arguments: str, status: int = 0) -> Result:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == status, result.output
    return result


def told(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def test_a_whole_result_is_tagged_and_taken_back(folder: tuple[str, Engine]) -> None:
    place, engine = folder
    said = run("tag", "subject:wall", "-leaking", "--add", "Tax", "--star", "--by", "Eve", "--engine", place).output
    assert "1 messages of 1 found changed" in said
    assert names(engine, "tag:tax is:starred") == ["a3"]
    found = told("tag", "subject:wall", "--add", "tax", "--by", "Eve", "--engine", place)
    assert (found["found"], found["changed"]) == (3, 2)
    assert engine.tags()[0].messages == 3
    assert told("tag", "--undo", found["acts"][0], "--engine", place)["changed"] == 2
    assert "Nothing was to be changed" in run("tag", "tag:tax", "--add", "TAX", "--engine", place).output
    assert "1  Tax" in run("tag", "--engine", place).output
    run("tag", "--rename", "tax", "Money", "--engine", place)
    assert told("tag", "--engine", place)["tags"][0]["name"] == "Money"
    run("tag", "tag:money", "--remove", "money", "--unstar", "--engine", place)
    assert "No message is tagged." in run("tag", "--engine", place).output
    assert engine.marks([message.id for message, _ in corpus()]) == {}


@pytest.mark.parametrize("arguments", [
    ["wall"], ["--add", "x"], ["wall", "--rename", "a", "b"], ["--undo", "x", "--rename", "a", "b"],
    ["wall", "--add", 'a"b'], ["--rename", "none", "b"], ["wall", "--nonsense"], ['"', "--add", "x"],
])  # fmt: skip
def test_what_can_not_be_done_ends_with_a_sentence(folder: tuple[str, Engine], arguments: list[str]) -> None:
    assert "Traceback" not in run("tag", *arguments, "--engine", folder[0], status=2).output
    assert folder[1].desked().messages == 0


def test_notes_are_listed_and_taken_out(folder: tuple[str, Engine]) -> None:
    place, engine = folder
    assert "No notes." in run("notes", "--engine", place).output
    id = corpus()[0][0].id
    engine.note(id, "=Look\x1b[2J at it", anchor=Anchor("wall", 12, 16), by="Eve")
    engine.note(id, "Second", by="Tom")
    engine.tag([id], add=["press"])
    said = run("notes", "look", "--engine", place).output
    assert "“wall”" in said
    assert "\x1b" not in said
    assert "Second" not in said
    assert "1 of 1 notes." in said
    assert [note["text"] for note in told("notes", "--by", "Tom", "--engine", place)["notes"]] == ["Second"]
    assert told("notes", "--tag", "press", "--engine", place, "--limit", "1")["total"] == 2
    rows = list(csv.reader(io.StringIO(run("notes", "--csv", "--engine", place).stdout)))
    assert len(rows) == 3
    (row,) = [row for row in rows if row[1] == "Eve"]
    assert row[0].startswith("'=Look")
    assert row[-1] == "press"
    run("notes", "--csv", "--json", "--engine", place, status=2)


def test_status_counts_marks(folder: tuple[str, Engine]) -> None:
    place, engine = folder
    assert "that you put on" not in run("status", "--engine", place).output
    engine.star([message.id for message, _ in corpus()[:2]])
    assert "stars that you put on messages" in run("status", "--engine", place).output
    assert told("status", "--engine", place)["marks"]["stars"] == 2
    assert engine.status().marks == {}  # which pages show


def test_marks_go_along_with_a_copy_and_outlive_a_new_index(folder: tuple[str, Engine], make: Maker) -> None:
    _, source = folder
    id = corpus()[0][0].id
    source.tag([id], add=["one", "two"], by="Eve")
    source.tag([id], remove=["two"], by="Bob")
    source.note(id, "Words", by="Eve")
    target = make()
    found = copying.copy(source, target)
    assert (found.same, found.marks) == (True, 3)
    assert list(target.every_mark()) == list(source.every_mark())
    with target.writer() as writer:
        list(writer.reindex())
    assert names(target, "tag:one has:note") == ["a1"]
    assert copying.copy(source, target).marks == 3
    assert list(target.every_mark()) == list(source.every_mark())
