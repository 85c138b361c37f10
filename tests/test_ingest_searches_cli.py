"""`unsealed searches`: kept, run for what is new, removed; wrong use."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ingest.pipeline import load
from search.engine import open_engine
from webapp.cli import main


def mails(folder: Path, *numbers: int) -> Path:
    folder.mkdir()
    for number in numbers:
        (folder / f"{number}.eml").write_text(
            f"From: ann@x.example\nSubject: plan {number}\nDate: Mon, {number} Jan 2001 00:00:00 +0000\n\nWords.\n")
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    with closing(open_engine(str(tmp_path / "corpus"), create=True)) as engine:
        load(engine, [mails(tmp_path / "mails", 8, 15)])
    return tmp_path / "corpus"


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert "Traceback" not in result.stderr
    return result


def new(corpus: Path, *more: str) -> list[tuple[int, int]]:
    result = run("searches", "run", *more, "--engine", corpus, "--json")
    assert result.exit_code == 0
    return [(one["messages"], one["new"]) for one in json.loads(result.stdout)["searches"]]


def test_run_tells_what_came_in_since(corpus: Path, tmp_path: Path) -> None:
    added = run("searches", "add", "The plan", "subject:plan", "-zzz", "--by", "Ann", "--engine", corpus, "--json")
    assert added.exit_code == 0, added.stderr
    saved = json.loads(added.stdout)
    assert (saved["name"], saved["query"], saved["by"]) == ("The plan", "subject:plan -zzz", "Ann")
    assert new(corpus) == [(2, 0)]
    with closing(open_engine(str(corpus))) as engine:
        load(engine, [mails(tmp_path / "more", 1)])
    assert new(corpus, "--keep") == [(3, 1)]
    assert new(corpus) == [(3, 1)]
    assert new(corpus) == [(3, 0)]
    assert "0 new of 3" in run("searches", "run", saved["id"], "--engine", corpus).stdout
    assert "The plan: subject:plan -zzz" in run("searches", "list", "--engine", corpus).stdout
    assert run("searches", "remove", saved["id"], "--engine", corpus).exit_code == 0
    assert run("searches", "list", "--engine", corpus).stdout == "No searches are saved.\n"


@pytest.mark.parametrize("arguments", [
    ["add", "x", "(y"], ["add", " ", "y"], ["add", "x"], ["remove", "000000000000"], ["run", "000000000000"],
])  # fmt: skip
def test_wrong_use_is_told(corpus: Path, arguments: list[str]) -> None:
    result = run("searches", *arguments, "--engine", corpus)
    assert result.exit_code == 2
    assert result.stderr
