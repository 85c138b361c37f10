"""`unsealed people`: listed, shown with evidence, joined, split, undone."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from webapp.cli import main

MAILS = {
    "home": "From: Ann Marsh <ann.marsh@home.example>\nTo: bob@x.example\nSubject: From home\n\nHello.\n",
    "work": "From: Ann Marsh <amarsh@work.example>\nTo: press@x.example\nSubject: From work\n\nHello again.\n",
    "list": "From: Bob Ray <bob@x.example>\nTo: Ann Marsh <noreply@work.example>\nSubject: Robot\n\nWho are you?\n",
}


@pytest.fixture
def corpus(tmp_path: Path) -> str:
    folder = tmp_path / "mails"
    folder.mkdir()
    for name, text in MAILS.items():
        (folder / f"{name}.eml").write_text(text)
    engine = str(tmp_path / "corpus")
    assert run(engine, "ingest", str(folder)).exit_code == 0
    return engine


def run(engine: str, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--engine", engine])


def told(engine: str, *words: str) -> object:
    found = run(engine, "people", *words, "--json")
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def handles(engine: str, who: str) -> list[str]:
    person = told(engine, "show", who)["person"]  # type: ignore[index, call-overload]
    return sorted(one["handle"] for one in person["known"])


def test_ingest_tells_people_apart_and_says_why(corpus: str) -> None:
    listed = run(corpus, "people").stdout
    assert "2 sent 1 received Bob Ray" in listed or "2 sent 0 received Ann Marsh" in listed
    assert handles(corpus, "ann.marsh@home.example") == ["amarsh@work.example", "ann.marsh@home.example"]
    shown = run(corpus, "people", "show", "amarsh").stdout
    assert "because: amarsh@work.example and ann.marsh@home.example" in shown
    assert handles(corpus, "noreply@work.example") == ["noreply@work.example"]
    assert [row["name"] for row in told(corpus, "list", "bob")["rows"]] == ["Bob Ray"]  # type: ignore[index, call-overload]


def test_decisions_stand_until_they_are_taken_back(corpus: str) -> None:
    (split,) = told(corpus, "split", "amarsh", "amarsh@work.example", "--by", "Eve")  # type: ignore[misc, attr-defined]
    assert handles(corpus, "amarsh@work.example") == ["amarsh@work.example"]
    assert run(corpus, "people", "--again").exit_code == 0
    assert handles(corpus, "amarsh@work.example") == ["amarsh@work.example"]
    told(corpus, "join", "amarsh@work.example", "bob@x.example", "--by", "Eve")
    assert handles(corpus, "bob@x.example") == ["amarsh@work.example", "bob@x.example"]
    assert "said Eve" in run(corpus, "people", "undo").stdout
    for decision in told(corpus, "undo"):  # type: ignore[attr-defined]
        told(corpus, "undo", decision["id"])
    assert split["kind"] == "split"
    assert handles(corpus, "amarsh@work.example") == ["amarsh@work.example", "ann.marsh@home.example"]


@pytest.mark.parametrize(("words", "sentence"), [
    (("show", "nobody"), "Nobody in the directory goes by nobody."),
    (("show", "example"), "people go by example; name one by its id"),
    (("split", "bob@x.example", "bob@x.example"), "nothing would be left"),
    (("split", "bob@x.example", "who@x.example"), "is not an address or a name of Bob Ray"),
    (("join", "amarsh@work.example", "ann.marsh@home.example"), "is one person already"),
    (("undo", "0" * 12), "There is no decision"),
])  # fmt: skip
def test_what_makes_no_sense_is_said_in_a_sentence(corpus: str, words: tuple[str, ...], sentence: str) -> None:
    found = run(corpus, "people", *words)
    assert found.exit_code == 2
    assert sentence in found.output
