"""`unsealed batch`: lists and tables, forms of the answer, exit statuses."""

import csv
import io
import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ingest.pipeline import load
from search.engine import open_engine
from webapp.cli import main


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("batch")
    (folder / "mails").mkdir()
    for number in range(3):
        (folder / "mails" / f"{number}.eml").write_text(
            f"From: ann@x.example\nSubject: plan {number}\nDate: Mon, {number + 1} Jan 2001 00:00:00 +0000\n\nWords.\n"
        )
    with closing(open_engine(str(folder / "corpus"), create=True)) as engine:
        load(engine, [folder / "mails"])
    return folder / "corpus"


def run(*arguments: object, stdin: str = "") -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)
    assert "Traceback" not in result.stderr
    return result


def test_a_list_from_the_standard_input(corpus: Path) -> None:
    result = run("batch", "-", "--engine", corpus, stdin="plan\nzzz\n")
    assert result.exit_code == 0
    assert result.stdout == "3 in 3 conversations from 2001-01-01 to 2001-01-03: plan\n0 in 0 conversations: zzz\n"


def test_a_line_that_cannot_be_read_is_told_and_counted(corpus: Path) -> None:
    result = run("batch", "-", "--engine", corpus, "--json", stdin="(a\nplan\n")
    assert result.exit_code == 1
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(one["line"], one.get("messages", 0)) for one in told] == [(1, 0), (2, 3)]
    assert "never closed" in told[0]["error"]


def test_a_table_in_and_a_table_out(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("who,what\n1,plan\n2,subject:2\n")
    result = run("batch", tmp_path / "list.csv", "--column", "what", "--csv", "--site", "https://x.example/",
                 "--engine", corpus)  # fmt: skip
    assert result.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    found = [(row["line"], row["query"], row["messages"]) for row in rows]
    assert found == [("2", "plan", "3"), ("3", "subject:2", "1")]
    assert rows[0]["link"] == "https://x.example/?q=plan"


@pytest.mark.parametrize(("arguments", "words"), [
    (["-"], "no queries"), (["-", "--column", "x"], "no queries"), (["/no/such"], "No such file"),
    (["-", "--csv", "--json"], "exclude"),
])  # fmt: skip
def test_wrong_use(corpus: Path, arguments: list[str], words: str) -> None:
    result = run("batch", *arguments, "--engine", corpus)
    assert result.exit_code == 2
    assert words in result.stderr


def test_a_column_that_is_not_there(corpus: Path) -> None:
    result = run("batch", "-", "--column", "x", "--engine", corpus, stdin="a,b\n1,2\n")
    assert (result.exit_code, result.stderr) == (2, "unsealed: There is no column “x”; the first line has a, b.\n")
