"""`unsealed cite` and `unsealed articles`: wrong use, exit statuses, JSON, what is printed, files written."""

import csv
import json
import re
import signal
import subprocess
import sys
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ingest.articles import fetching, matching
from ingest.articles.pieces import Piece, Told
from ingest.articles.told import Teller
from mappings.articles import Article, Citation, Fact, Span
from search.engine import Engine, open_engine
from tests import article_files as files
from webapp.cli import main

TEXT = "A headline\n\nThe mail said “hello number two”, and nobody laughed.\n\nThen it ended."


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert "Traceback" not in result.stderr
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def mail(number: int) -> str:
    return (
        f"Message-ID: <{number}@example.org>\nFrom: Ann <ann@example.org>\nTo: Bob <bob@example.org>\nSubject: plan\n"
        f"Date: Mon, 1 Jan 2001 00:00:0{number} +0000\n\nHello number {number}.\n"
    )


class Finds:
    """Finds that each article's second paragraph cites the mail numbered 2, and its third 1, hardly."""

    model = "test"
    lacks = ("Translations are not looked for.",)

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def cite(self, article: Article, *, since: int = 0) -> list[Citation]:
        found = []
        for number, probability, passage in (("2", 0.97, 1), ("1", 0.2, 2), ("3", 0.04, 0)):
            for id in self.engine.published(number, ""):
                text = self.engine.message(id).text
                found.append(Citation(
                    article=article.id, message=id, method="words", probability=probability,
                    passage=Span(article.passages[passage].start, article.passages[passage].end),
                    span=Span(0, len(text.strip())), copies=tuple(self.engine.published("4", "")),
                    facts=(Fact(topic="date", agrees=False, article="2016", message="2001"),),
                ))  # fmt: skip
        return found


@pytest.fixture(autouse=True)
def finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "opened", lambda engine, writer, progress: Finds(engine))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus of four mails, published under their numbers."""
    folder = tmp_path / "mail"
    folder.mkdir()
    for number in range(1, 5):
        (folder / f"{number}.eml").write_text(mail(number))
    assert run("ingest", folder, "--engine", tmp_path / "corpus").exit_code == 0
    return tmp_path / "corpus"


@pytest.fixture
def clippings(tmp_path: Path) -> Path:
    folder = tmp_path / "clippings"
    folder.mkdir()
    (folder / "one.txt").write_text(TEXT)
    (folder / "two.html").write_text(files.page(head=files.SAID))
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return folder


def told(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_an_object_an_article_with_numbers_and_words(corpus: Path, clippings: Path) -> None:
    result = run("cite", clippings, "--engine", corpus, "--json")
    assert result.exit_code == 0
    one, two = told(result)
    assert (one["path"], two["path"]) == (str(clippings / "one.txt"), str(clippings / "two.html"))
    best, worst = one["citations"]
    assert (best["number"], best["tier"], best["probability"], best["method"]) == ("2", "shown", 0.97, "words")
    assert (worst["number"], worst["tier"]) == ("1", "silent")
    assert best["passage"] == "The mail said “hello number two”, and nobody laughed."
    assert TEXT[slice(*best["passage_at"])] == best["passage"]
    assert best["span"] == "Hello number 2."
    assert best["copies"] == ["4"]
    assert best["conflicts"] == ["2016 / 2001"]
    assert len(best["message"]) == 64
    assert "Translations are not looked for." in result.stderr
    again = run("cite", clippings, "--engine", corpus, "--json")
    assert told(again) == [one, two]
    (single,) = told(run("cite", clippings / "one.txt", "--engine", corpus, "--json"))
    assert single == one


def test_rows_of_a_table_are_told_with_line_and_id(corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_text("".join(json.dumps({"id": f"L{n}", "lang": "en", "text": f"{TEXT} {n}"}) + "\n" for n in (1, 2)))
    result = run("cite", path, "--engine", corpus, "--json")
    assert [(one["path"], one["file"], one["line"], one["name"]) for one in told(result)] == [
        (f"{path}#L1", str(path), 1, "L1"), (f"{path}#L2", str(path), 2, "L2"),
    ]  # fmt: skip


def test_what_people_see(corpus: Path, clippings: Path) -> None:
    result = run("cite", clippings, "--engine", corpus)
    assert result.exit_code == 0
    assert re.search(r"2 +articles read", result.stdout)
    assert re.search(r"1 +file passed over", result.stdout)
    assert "2 articles matched" in result.stdout
    assert "0.97 shown words" in result.stdout
    assert "0.20" not in result.stdout
    second = run("cite", clippings, "--engine", corpus)
    assert "0 articles matched" in second.stdout
    assert "2 with nothing new" in second.stdout
    assert run("cite", "--engine", corpus).exit_code == 0


def test_wrong_use_is_a_sentence(corpus: Path, clippings: Path, tmp_path: Path) -> None:
    for arguments, words in (
        (["https://paper.example/1"], "with --fetch"), ([tmp_path / "nothing"], "There is nothing at"),
        ([clippings, "--map", "colour=red"], 'An article has no "colour"'),
        ([clippings / "picture.png"], "no page, text or table"),
    ):  # fmt: skip
        result = run("cite", *arguments, "--engine", corpus)
        assert result.exit_code == 2
        assert words in result.output
    table = tmp_path / "t.csv"
    table.write_text("url,text\nhttps://x.example/1,some words of it\n")
    result = run("cite", table, "--map", "text=Body", "--engine", corpus)
    assert (result.exit_code, "it has url, text" in result.output) == (2, True)


def test_a_missing_corpus_is_said_when_nothing_comes_in(tmp_path: Path, clippings: Path) -> None:
    assert run("cite", "--engine", tmp_path / "none").exit_code == 2
    assert not (tmp_path / "none").exists()
    assert run("cite", clippings, "--engine", tmp_path / "fresh").exit_code == 0


def test_failures_are_counted_listed_and_tried_again(corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": TEXT}) + "\nbroken\n")
    assert run("cite", path, "--engine", corpus).exit_code == 1
    listed = json.loads(run("failures", "--stage", "article", "--engine", corpus, "--json").stdout)
    assert listed["total"] == 1
    assert (listed["failures"][0]["archive"], listed["failures"][0]["code"]) == (str(path), "broken-row")
    assert run("failures", "--retry", "--engine", corpus).exit_code == 1
    path.write_text(json.dumps({"text": TEXT}) + "\n" + json.dumps({"text": "no longer broken row"}) + "\n")
    result = run("failures", "--retry", "--engine", corpus)
    assert (result.exit_code, "1 resolved, 0 left" in result.stdout) == (0, True)


def test_matching_can_wait(corpus: Path, clippings: Path) -> None:
    assert told(run("cite", clippings, "--engine", corpus, "--no-match", "--json"))[0]["citations"] == []
    assert "2 articles matched" in run("cite", "--engine", corpus).stdout


def test_addresses_are_fetched(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def fetch(self: fetching.Fetcher, told: Told) -> Piece:
        seen.append(told.address)
        return Piece(kind="page", data=files.page().encode(), media="text/html", told=told, at=9, status=200)

    monkeypatch.setattr(fetching.Fetcher, "fetch", fetch)
    result = run("cite", "https://lantern.example/1", "--fetch", "--engine", corpus, "--json")
    assert told(result)[0]["path"] == "https://lantern.example/1"
    assert run("cite", "https://lantern.example/1", "--fetch", "--engine", corpus).exit_code == 0
    assert seen == ["https://lantern.example/1"]
    with closing(open_engine(str(corpus))) as engine:
        (id,) = engine.article_ids()
        assert engine.article(id).captures[0].source == "https://lantern.example/1"


def test_new_mail_is_matched_with_the_articles_that_are_here(corpus: Path, clippings: Path, tmp_path: Path) -> None:
    run("cite", clippings, "--engine", corpus)
    for name, option, matched in (("five", "--no-cite", None), ("six", "--no-extract", 2)):
        path = tmp_path / f"{name}.eml"
        path.write_text(mail(5).replace("number", name))
        told = json.loads(run("ingest", path, option, "--engine", corpus, "--json").stdout)
        assert (told["cited"] and told["cited"]["matched"]) == matched
    path.write_text(mail(6))
    assert "2 articles matched" in run("ingest", path, "--engine", corpus).stdout


def test_without_articles_an_ingest_does_not_match(corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "five.eml"
    path.write_text(mail(5))
    assert json.loads(run("ingest", path, "--engine", corpus, "--json").stdout)["cited"] is None


SLOW = """
import sys, time
from ingest.articles import intake
from webapp.cli import main
things = intake.things
def slow(place, told, besides):
    for number, thing in enumerate(things(place, told, besides)):
        if number == 20:
            print("ready", file=sys.stderr, flush=True)
        time.sleep(0.01)
        yield thing
intake.things = slow
main()
"""


def test_a_signal_stops_and_the_next_run_goes_on(corpus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(200):
        (folder / f"{number:03}.txt").write_text(f"The text of article number {number}, with words of its own.")
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, "cite", str(folder), "--no-match", "--engine", str(corpus)],
        cwd=Path(__file__).parent.parent, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the same command goes on" in out
    with closing(open_engine(str(corpus))) as engine:
        stored = len(list(engine.article_ids()))
    assert 20 <= stored < 200
    result = run("cite", folder, "--no-match", "--engine", corpus)
    assert re.search(rf"{200 - stored} +new", result.stdout)
    assert re.search(rf"{stored} +already", result.stdout)


# --- articles


@pytest.fixture
def cited(corpus: Path, clippings: Path) -> Path:
    assert run("cite", clippings, "--engine", corpus).exit_code == 0
    return corpus


def ids(corpus: Path) -> dict[str, str]:
    found = json.loads(run("articles", "list", "--engine", corpus, "--json").stdout)
    return {row["title"]: row["id"] for row in found["rows"]}


def test_articles_are_listed_and_shown(cited: Path, clippings: Path) -> None:
    listed = run("articles", "list", "--engine", cited).stdout
    assert "The Lantern: The crane and the brother (1 cited)" in listed
    assert "A headline" in run("articles", "list", "headline", "--engine", cited).stdout
    assert "No articles" in run("articles", "list", "--outlet", "Nobody", "--engine", cited).stdout
    id = ids(cited)["A headline"]
    shown = run("articles", "show", id[:12], "--engine", cited).stdout
    assert "title: A headline" in shown
    assert "nobody laughed" in shown
    assert "SHA-256" in shown
    assert "0.97 shown words" in shown
    raw = run("articles", "show", id, "--raw", "--engine", cited)
    assert raw.stdout_bytes == (clippings / "one.txt").read_bytes()
    whole = json.loads(run("articles", "show", id, "--json", "--engine", cited).stdout)
    assert whole["article"]["text"] == TEXT
    assert whole["citations"][0]["number"] == "2"
    assert run("articles", "show", "ffffffff", "--engine", cited).exit_code == 2


def test_a_verdict_stands_over_the_next_run(cited: Path, clippings: Path) -> None:
    id = ids(cited)["A headline"]
    first, second = told(run("cite", clippings / "one.txt", "--engine", cited, "--json"))[0]["citations"]
    assert run("articles", "judge", id, first["message"], "--no", "--by", "Eve", "--engine", cited).exit_code == 0
    assert run("articles", "judge", id, second["message"], "--yes", "--engine", cited).exit_code == 0
    found = told(run("cite", clippings / "one.txt", "--again", "--engine", cited, "--json"))[0]["citations"]
    assert [(one["number"], one["tier"], one["verdict"]) for one in found] == [
        ("1", "shown", True), ("2", "silent", False),
    ]  # fmt: skip
    assert run("articles", "judge", id, first["message"], "--undo", "--engine", cited).exit_code == 0
    found = told(run("cite", clippings / "one.txt", "--engine", cited, "--json"))[0]["citations"]
    assert [one["tier"] for one in found if one["number"] == "2"] == ["shown"]
    assert run("articles", "judge", id, first["message"], "--engine", cited).exit_code == 2


def test_settings_move_the_tiers(cited: Path, clippings: Path) -> None:
    assert "Shown from 0.85" in run("articles", "settings", "--engine", cited).stdout
    assert run("articles", "settings", "--probable", "0.99", "--engine", cited).exit_code == 2
    changed = run("articles", "settings", "--shown", "0.99", "--probable", "0.1", "--whole", "--engine", cited)
    assert changed.exit_code == 0
    found = json.loads(run("articles", "settings", "--engine", cited, "--json").stdout)
    assert (found["shown"], found["probable"], found["whole"]) == (0.99, 0.1, True)
    citations = told(run("cite", clippings / "one.txt", "--engine", cited, "--json"))[0]["citations"]
    assert [one["tier"] for one in citations] == ["probable", "probable"]


def test_articles_are_removed_all_or_none(cited: Path) -> None:
    first, second = ids(cited).values()
    assert run("articles", "remove", first, "ffffffff", "--engine", cited).exit_code == 2
    assert len(ids(cited)) == 2
    assert run("articles", "remove", first[:10], "--engine", cited).exit_code == 0
    assert list(ids(cited).values()) == [second]


def test_export(cited: Path, clippings: Path, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in run("articles", "export", "--engine", cited).stdout.splitlines()]
    by_title = {one["title"]: one for one in lines}
    assert by_title["A headline"]["citations"][0]["number"] == "2"
    table = list(csv.DictReader(StringIO(run("articles", "export", "--csv", "--engine", cited).stdout)))
    assert {(row["title"], row["number"], row["tier"]) for row in table} == {
        ("A headline", "2", "shown"), ("The crane and the brother", "2", "shown"),
    }  # fmt: skip
    folder = tmp_path / "out"
    assert run("articles", "export", "--captures", folder, "--engine", cited).exit_code == 0
    manifest = list(csv.DictReader(StringIO((folder / "manifest.csv").read_text(encoding="utf-8"))))
    written = {(folder / row["file"]).read_bytes() for row in manifest}
    assert written == {(clippings / "one.txt").read_bytes(), (clippings / "two.html").read_bytes()}
    out = tmp_path / "all.csv"
    assert run("articles", "export", "--csv", "--silent", "--output", out, "--engine", cited).exit_code == 0
    assert len(list(csv.DictReader(StringIO(out.read_text(encoding="utf-8"))))) == 4


def test_cells_run_nothing_in_a_spreadsheet(corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"title": "=HYPERLINK(1)", "outlet": "@x", "text": TEXT}) + "\n")
    run("cite", path, "--engine", corpus)
    (row,) = csv.DictReader(StringIO(run("articles", "export", "--csv", "--engine", corpus).stdout))
    assert (row["title"], row["outlet"]) == ("'=HYPERLINK(1)", "'@x")


def test_a_mail_without_a_number_is_named_by_its_document(tmp_path: Path, clippings: Path) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    text = (
        "UNCLASSIFIED\n\nFrom: Ann Lee <ann@example.org>\nSent: Monday, August 3, 2015 2:12 PM\nTo: Bob Ray\n"
        "Subject: Re: plan\n\nThen we agree on it.\n\n-----Original Message-----\nFrom: Bob Ray\n"
        "Sent: Monday, August 3, 2015 1:02 PM\nTo: Ann Lee\nSubject: plan\n\nShall we mend the wall together?\n"
    )
    (folder / "C05700001.txt").write_text(text)
    assert run("ingest", folder, "--engine", tmp_path / "corpus").exit_code == 0
    with closing(open_engine(str(tmp_path / "corpus"))) as engine:
        teller = Teller(engine)
        found = sorted((len(place.member), teller.numbers(id)) for id, place in engine.placed())
    assert [numbers for _, numbers in found] == [["C05700001"], ["C05700001"]]
