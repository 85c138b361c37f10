"""The front door: each number leads to what it counts, sums add up, nothing is stale, strange words are no markup."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from webapp_mails import mail
from webapp_site import Corpus

from ingest.pipeline import load
from search.engine import Engine, open_engine
from webapp import about, create_app
from webapp.cli import Mail, main


@pytest.fixture(scope="module", params=["embedded", "elastic"])
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    cluster = request.getfixturevalue("elastic")() if request.param == "elastic" else ""
    made = Corpus(tmp_path_factory.mktemp("front"), cluster=cluster)
    yield made
    made.engine.close()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(str(tmp_path / "corpus"), create=True)
    yield made
    made.close()


def page(engine: Engine, **values: Any) -> tuple[str, dict[str, Any]]:
    client = create_app(engine, Mail(), **values).test_client()
    return client.get("/").text, dict(client.get("/.json").get_json())


def test_each_tally_leads_to_as_many_messages(corpus: Corpus) -> None:
    html = corpus.html("/")
    tallies = re.findall(r'<li><a href="(/\?q=[^"]+)"[^>]*>.*?<span class="count">([\d,]+)</span>', html)
    assert len(tallies) > 12
    for address, count in tallies:
        path = unescape(address).replace("/?", "/.json?")
        found = corpus.get(path).get_json()
        assert found.get("result", found)["total"] == int(count.replace(",", "")), (address, found)


def test_what_was_read_adds_up(corpus: Corpus) -> None:
    found = corpus.get("/.json").get_json()
    read = found["read"]
    assert read["read"] == read["new"] + read["already"] + read["failed"] > 0
    assert found["result"]["total"] + found["duplicates"] == found["messages"]
    assert found["failures"] >= sum(kind["lost"] + kind["kept"] for kind in found["kinds"]) > 0
    html = corpus.html("/")
    for number in (read["read"], read["new"], read["already"], read["failed"], found["ghosts"], found["duplicates"]):
        assert re.search(rf"\b{number}\b", html), number


def test_names_stand_for_addresses_where_mails_tell_them(corpus: Corpus) -> None:
    found = corpus.get("/.json").get_json()
    senders = next(facet for facet in found["result"]["facets"] if facet["name"] == "from")["values"]
    assert any(one["label"] != one["value"] and "@" in one["value"] for one in senders)
    assert all(one["query"].startswith("from:") and one["value"] in one["query"] for one in senders)


def test_a_name_is_told_only_where_mails_agree_on_it(engine: Engine, tmp_path: Path) -> None:
    senders = ["Ann Lee <ann@a.example>"] * 3 + ["Ann Lee <ann@b.example>"] * 3 + ["Tim <list@c.example>"]
    for number, sender in enumerate(senders):
        path = tmp_path / f"{number}.eml"
        path.write_bytes(mail(number, f"Subject {number}", f"Text {number}", sender=sender))
        load(engine, [path])
    _, found = page(engine)
    listed = next(facet for facet in found["result"]["facets"] if facet["name"] == "from")["values"]
    labels = {one["value"]: one["label"] for one in listed}
    assert labels == {"ann@a.example": "Ann Lee, a.example", "ann@b.example": "Ann Lee, b.example",
                      "list@c.example": "list@c.example"}  # fmt: skip


def test_no_stranger_s_words_are_markup(corpus: Corpus) -> None:
    html = corpus.html("/")
    assert '<i>"files"</i>' not in html
    assert "council &lt;i&gt;" in html
    assert not re.search(r"<script(?! src=)", html)


def test_an_empty_corpus_says_what_to_do(engine: Engine) -> None:
    html, found = page(engine)
    assert "0 messages" in html
    assert "unsealed ingest" in html
    assert (found["messages"], found["result"]["total"], found["sources"]) == (0, 0, [])


def test_one_message_and_then_another_are_shown_at_once(engine: Engine, tmp_path: Path) -> None:
    client = create_app(engine, Mail()).test_client()
    assert "0 messages" in client.get("/").text
    for number, said in ((1, "1 message<"), (2, "2 messages<")):
        path = tmp_path / f"{number}.eml"
        path.write_bytes(mail(number, f"Subject {number}"))
        elsewhere = open_engine(str(tmp_path / "corpus"))
        load(elsewhere, [path])
        elsewhere.close()
        html = client.get("/").text
        assert said in html
        assert f"Subject {number}" in html


def test_it_is_made_once_while_nothing_changes(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus.html("/")
    asked: list[str] = []
    monkeypatch.setattr(type(corpus.engine), "status", lambda self: asked.append("status"))
    corpus.html("/")
    corpus.get("/.json")
    assert asked == []


def test_title_and_text_of_the_operator(engine: Engine) -> None:
    text = "Mails of *one* house.\n\n<script>alert(1)</script> [go](javascript:alert(1)) ![](http://trap.example/x.png)\n"
    html, found = page(engine, title="The <House> papers", about=text)
    assert "<h1>The &lt;House&gt; papers</h1>" in html
    assert "<em>one</em>" in html
    assert "&lt;script&gt;alert(1)" in html
    assert "javascript:alert(1)" not in re.sub(r">[^<]*<", "><", html)
    assert "<img" not in html
    assert found["about"] == text


def test_the_operator_s_file_is_read_or_refused_in_words(tmp_path: Path) -> None:
    good = tmp_path / "about.md"
    good.write_text("\ufeffHälló", encoding="utf-8")
    assert about.read(good) == "Hälló"
    for name, data, said in (("gone.md", None, "can't be read"), ("latin.md", b"\xe9", "not UTF-8"),
                             ("large.md", b"x" * 100_001, "bytes long")):  # fmt: skip
        path = tmp_path / name
        if data is not None:
            path.write_bytes(data)
        found = CliRunner().invoke(main, ["serve", "--about", str(path), "--engine", str(tmp_path / "none")])
        assert found.exit_code == 2
        assert said in found.output
