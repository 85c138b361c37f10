"""`unsealed export`: files that are whole or not there, what is told, wrong use, exit statuses."""

import csv
import io
import json
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ingest.pipeline import load
from search.engine import open_engine
from search.errors import EngineUnavailable
from webapp.cli import main


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert "Traceback" not in result.stderr
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty mails."""
    folder = tmp_path_factory.mktemp("export")
    (folder / "mails").mkdir()
    for number in range(30):
        (folder / "mails" / f"{number}.eml").write_text(
            f"From: ann@x.example\nSubject: plan {number}\nDate: Mon, 1 Jan 2001 00:00:{number:02} +0000\n\n"
            f"Number {number}.{'' if number == 7 else chr(10)}"
        )
    with closing(open_engine(str(folder / "corpus"), create=True)) as engine:
        load(engine, [folder / "mails"])
    return folder / "corpus"


def test_a_table_goes_to_the_standard_output(corpus: Path) -> None:
    result = run("export", "plan", "--engine", corpus, "--order", "newest")
    assert result.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(result.stdout.removeprefix("\ufeff"))))
    assert [row["subject"] for row in rows] == [f"plan {number}" for number in reversed(range(30))]
    assert "30 of 30 messages written." in result.stderr


@pytest.mark.parametrize("form", ["csv", "jsonl", "mbox", "eml"])
def test_a_file_takes_its_name_when_it_is_whole(corpus: Path, tmp_path: Path, form: str) -> None:
    file = tmp_path / "out"
    result = run("export", "--format", form, "--output", file, "--engine", corpus, "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)["written"]
    assert (told["total"], told["messages"], told["whole"]) == (30, 30, True)
    assert told["ended"] == (form == "mbox")
    assert list(tmp_path.iterdir()) == [file]
    assert file.stat().st_size > 1000


def test_one_that_fails_leaves_nothing_and_what_was_there(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "out.csv"
    file.write_text("before")

    def failing(*_: object) -> object:
        raise EngineUnavailable("The disk is gone.")

    monkeypatch.setattr("search.embedded_bulk.EmbeddedBulk.places_of", failing)
    result = run("export", "--output", file, "--engine", corpus)
    assert (result.exit_code, result.stderr) == (2, "unsealed: The disk is gone.\n")
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]


def test_one_that_is_stopped_leaves_nothing(corpus: Path, tmp_path: Path) -> None:
    script = (
        "import os, signal\nfrom search import embedded_bulk\nfrom webapp.cli import main\n"
        "old = embedded_bulk.EmbeddedBulk.places_of\n"
        "def stopping(self, ids):\n    os.kill(os.getpid(), signal.SIGINT)\n    return old(self, ids)\n"
        "embedded_bulk.EmbeddedBulk.places_of = stopping\nmain()\n"
    )
    arguments = [sys.executable, "-c", script, "export", "--engine", str(corpus), "--output", str(tmp_path / "out.csv")]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 128 + signal.SIGINT
    assert "nothing is kept" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_message_that_cannot_be_read_back_is_named(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.embedded_bulk.EmbeddedBulk.raws", lambda self, rows: ((row, None) for row in rows))
    result = run("export", "subject:7", "--format", "mbox", "--output", tmp_path / "out", "--engine", corpus)
    assert result.exit_code == 1
    assert "0 of 1 messages written." in result.stderr
    assert "could not be read back" in result.stderr


@pytest.mark.parametrize(("arguments", "words"), [
    (["(ann"], "(ann"),
    (["x", "--format", "pdf"], "pdf"),
    (["x", "--json"], "--output"),
    (["x", "--nope"], "--nope"),
    (["x", "--output", "/no/such/folder/x"], "/no/such/folder"),
])  # fmt: skip
def test_wrong_use_is_told(corpus: Path, arguments: list[str], words: str) -> None:
    result = run("export", *arguments, "--engine", corpus)
    assert result.exit_code == 2
    assert words in result.stderr
