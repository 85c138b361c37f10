"""What `search` and `show` print with --json is what the site answers; what `analyze` says of a query."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from webapp_mails import mail

from ingest.pipeline import load
from search.engine import open_engine
from webapp import create_app
from webapp.cli import Mail, main


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("twins")
    (folder / "mails").mkdir()
    for number in range(230):  # more than a page of a conversation
        extra = "In-Reply-To: <0@council.example>\r\n" if number else ""
        (folder / "mails" / f"{number}.eml").write_bytes(mail(number, f"Harbour {number}", "the quay", extra=extra))
    engine = open_engine(str(folder / "corpus"), create=True)
    load(engine, [folder / "mails"])
    engine.close()
    return folder / "corpus"


def printed(folder: Path, *words: str) -> Any:
    found = CliRunner().invoke(main, [*words, "--engine", str(folder), "--json"])
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def answered(folder: Path, path: str) -> Any:
    engine = open_engine(str(folder))
    try:
        return create_app(engine, Mail(), marks=True).test_client().get(path).get_json()
    finally:
        engine.close()


def timeless(found: Any) -> Any:
    found["result"].pop("took")
    return found


@pytest.mark.parametrize(("words", "path"), [
    (["harbour"], "/.json?q=harbour"), (["harbour", "--threads", "--limit", "3"], "/.json?q=harbour&threads=1&limit=3"),
    (["--order", "oldest"], "/.json?order=oldest"), (["zebra", "has:pdf"], "/.json?q=zebra+has:pdf"),
])  # fmt: skip
def test_search_prints_what_the_site_answers(folder: Path, words: list[str], path: str) -> None:
    assert timeless(printed(folder, "search", *words)) == timeless(answered(folder, path))


def test_search_without_words_lists_messages_and_takes_more_than_a_page_may(folder: Path) -> None:
    assert len(printed(folder, "search", "--limit", "230")["result"]["hits"]) == 230


def test_show_prints_what_the_site_answers(folder: Path) -> None:
    id = printed(folder, "search", "subject:229")["result"]["hits"][0]["row"]["id"]
    assert printed(folder, "show", id[:12]) == answered(folder, f"/m/{id}.json")


def test_a_conversation_is_printed_whole(folder: Path) -> None:
    id = printed(folder, "search", "subject:229")["result"]["hits"][0]["row"]["id"]
    found, site = printed(folder, "show", id, "--thread"), answered(folder, f"/t/{id}.json")
    assert site["pages"] > 1
    assert len(found["entries"]) == 230 > len(site["entries"])
    assert found.keys() == site.keys()
    assert found["entries"][: len(site["entries"])] == site["entries"]


def test_analyze_tells_what_each_term_finds(folder: Path) -> None:
    found = printed(folder, "analyze", "harbour", "zebra")
    assert [(term["text"], term["total"]) for term in found["terms"]] == [("harbour", 230), ("zebra", 0)]
    assert found["total"] == 0
    assert found["query"]["tree"]["type"] == "And"
    assert found["warnings"] == ["Nothing in this corpus matches zebra."]
    told = CliRunner().invoke(main, ["analyze", "quay", "-(subject:1 OR subject:2)", "--engine", str(folder)]).stdout
    assert "none of" in told
    assert 'subject "1"' in told
    assert "228  all of them together" in told


def test_analyze_needs_no_corpus_and_points_at_what_it_cannot_read(tmp_path: Path) -> None:
    assert printed(tmp_path / "none", "analyze", "from:ann")["total"] is None
    found = CliRunner().invoke(main, ["analyze", "(ann", "--engine", str(tmp_path / "none")])
    assert found.exit_code == 2
    assert "^" in found.output
