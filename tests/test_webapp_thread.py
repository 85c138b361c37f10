"""A conversation's page: what is open, what a quotation leads to, steps through what a search finds, later pages."""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from webapp_mails import mail, parted

from ingest.pipeline import load
from mappings.records import Address, Message, MessageRow, Segment
from search.engine import Engine, open_engine
from search.parse import parse
from webapp import create_app
from webapp.cli import Mail
from webapp.html import steps
from webapp.nearby import in_result, related
from webapp.pages import thread
from webapp.sources import Quoted
from webapp.tree import draw

PEOPLE = ("Ann Lee <ann@council.example>", "Bob Ray <bob@council.example>")
COUNT = 7


def words(number: int) -> str:
    return f"Point {number} of the ledger is settled by the committee tonight.\nNobody objects to number {number}."


def answer(number: int, to: int, extra: str = "") -> bytes:
    """The answer number so many, which quotes another one whole."""
    quoted = "\n".join(f"> {line}" for line in words(to).split("\n"))
    who = PEOPLE[to % 2].partition(" <")[0]
    body = f"{words(number)} {extra}\n\nOn Mon, {to % 27 + 1} Aug 2015, {who} wrote:\n{quoted}\n"
    refs = f"References: <m{to}@council.example>\nIn-Reply-To: <m{to}@council.example>\n"
    return mail(number, "Re: The ledger", body, extra=refs, sender=PEOPLE[number % 2])


class Talk:
    """A conversation of some messages, on an engine, with its site."""

    def __init__(self, folder: Path, url: str) -> None:
        self.raw = {1: mail(1, "The ledger", words(1), sender=PEOPLE[1])}
        self.raw |= {number: answer(number, number - 1, "saffron" * (number % 2)) for number in range(2, COUNT)}
        refs = "References: <m1@council.example>\nIn-Reply-To: <m1@council.example>\n"
        csv = ("text/csv", 'Content-Disposition: attachment; filename="saffron.csv"\n', b"a,b\n1,2\n")
        self.raw[COUNT] = parted(COUNT, "Re: The ledger", [("text/plain", "", b"See the table."), csv], extra=refs)
        box = folder / "mails"
        box.mkdir()
        for number, raw in self.raw.items():
            (box / f"{number}.eml").write_bytes(raw)
        self.engine: Engine = open_engine(url, create=True)
        load(self.engine, [box])
        self.client: FlaskClient = create_app(self.engine, Mail()).test_client()
        self.thread = self.engine.row(self.id(1)).thread[:16]

    def id(self, number: int) -> str:
        return sha256(self.raw[number]).hexdigest()[:16]

    def html(self, query: str = "") -> str:
        found = self.client.get(f"/t/{self.thread}{query}")
        assert found.status_code == 200
        return found.text

    def json(self, query: str = "") -> Any:
        return json.loads(self.client.get(f"/t/{self.thread}.json{query}").data)

    def open(self, query: str = "") -> list[str]:
        """The messages that are open, by id."""
        return re.findall(r'data-id="([0-9a-f]+)">.{0,400}?<details open>', self.html(query), re.DOTALL)


@pytest.fixture(scope="module", params=["embedded", "elastic"])
def talk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    folder = tmp_path_factory.mktemp("talk")
    url = str(folder / "corpus") if request.param == "embedded" else request.getfixturevalue("elastic")()
    made = Talk(folder, url)
    yield made
    made.engine.close()


def test_what_is_found_is_open_and_the_rest_is_folded(talk: Talk) -> None:
    everything = [talk.id(number) for number in range(1, COUNT + 1)]
    found = [talk.id(number) for number in (3, 4, 5, 6, 7)]  # 4 and 6 quote what was found
    assert talk.open() == everything
    assert talk.open("?q=saffron") == [talk.id(3), talk.id(5), talk.id(7)]
    assert talk.open("?q=saffron&open=all") == everything
    assert talk.open("?q=saffron&open=none") == talk.open("?open=none") == []
    assert set(talk.open("?q=settled")) >= set(found[:-1])
    assert talk.open("?q=nothing") == everything
    assert "Nothing here" in talk.html("?q=nothing")
    assert talk.client.get(f"/t/{talk.thread}?open=some").status_code == 400
    assert talk.open("?q=(broken") == everything


def test_what_was_found_is_stepped_through(talk: Talk) -> None:
    entries = talk.json("?q=saffron")["entries"]
    steps = {entry["row"]["id"][:16]: entry["step"] for entry in entries if entry.get("step")}
    assert [steps[talk.id(number)]["number"] for number in (3, 5, 7)] == [1, 2, 3]
    assert steps[talk.id(3)].get("before", "") == ""
    assert steps[talk.id(3)]["after"] == f"#m-{talk.id(5)}"
    assert steps[talk.id(5)]["before"] == f"#m-{talk.id(3)}"
    assert steps[talk.id(7)].get("after", "") == ""
    html = talk.html("?q=saffron")
    assert "3 of 7 messages" in html
    assert "<span>2 of 3</span>" in html
    assert f'rel="next" class="after" href="#m-{talk.id(5)}"' in html
    assert "file name: <bdi><mark>saffron</mark>.csv</bdi>" in html, "where it matched if not in the text"


def test_a_quotation_leads_to_its_message_and_only_there(talk: Talk) -> None:
    html = talk.html()
    for number in range(2, COUNT):
        assert f'<a class="source" href="#m-{talk.id(number - 1)}">Quoted from <bdi>' in html
    assert html.count('class="source"') == COUNT - 2


def test_pages_lead_to_each_other_and_nothing_is_left_out(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread, "CHUNK", 3)
    pages = [talk.json(f"?page={page}") for page in (1, 2, 3)]
    shown = [entry["row"]["id"][:16] for page in pages for entry in page["entries"]]
    assert shown == [talk.id(number) for number in range(1, COUNT + 1)]
    assert talk.client.get(f"/t/{talk.thread}?page=4").status_code == 400
    html = talk.html("?page=2&q=saffron")
    assert f'href="/t/{talk.thread}?q=saffron#m-{talk.id(3)}"' in html, "a quotation leads to another page"
    assert f'<a rel="next" href="/t/{talk.thread}?page=3&amp;q=saffron">' in html
    steps = {entry["row"]["id"][:16]: entry["step"] for entry in talk.json("?page=2&q=saffron")["entries"]
             if entry.get("step")}  # fmt: skip
    assert steps[talk.id(5)]["before"] == f"/t/{talk.thread}?q=saffron#m-{talk.id(3)}"
    assert steps[talk.id(5)]["after"] == f"/t/{talk.thread}?page=3&q=saffron#m-{talk.id(7)}"
    sent = talk.client.get(f"/t/{talk.id(5)}?q=saffron&open=all")
    assert sent.headers["Location"].endswith(f"/t/{talk.thread}?page=2&open=all&q=saffron#m-{talk.id(5)}")


def test_a_message_leads_to_those_beside_it_in_what_was_found(talk: Talk) -> None:
    def among(number: int, q: str) -> Any:
        page = json.loads(talk.client.get(f"/m/{talk.id(number)}.json", query_string={"q": q}).data)
        found = page["among"]
        return found and [found["position"], found["count"], *((found.get(side) or {}).get("id", "")[:16]
                                                             for side in ("before", "after"))]  # fmt: skip

    assert among(5, "saffron") == [2, 3, talk.id(3), talk.id(7)]
    assert among(3, "saffron") == [1, 3, "", talk.id(5)]
    assert among(7, "saffron has:attachment") == [1, 1, "", ""]
    assert among(4, "saffron") is None
    assert among(5, "") is None
    assert among(5, "(broken") is None
    html = talk.client.get(f"/m/{talk.id(5)}?q=saffron").text
    assert f'<a rel="prev" class="found-before" href="/m/{talk.id(3)}?q=saffron">' in html
    assert '2 of <a href="/?q=saffron">3 found</a>' in html
    html = talk.client.get(f"/m/{talk.id(5)}").text
    assert f'<a rel="next" class="talk-after" href="/m/{talk.id(6)}">' in html


def test_mails_of_one_second_are_told_apart_in_what_was_found(tmp_path: Path) -> None:
    mails = [mail(number, f"Saffron {number}", date="Date: Mon, 3 Aug 2015 14:00:00 -0400\n") for number in range(1, 5)]
    for number, one in enumerate(mails):
        (tmp_path / f"{number}.eml").write_bytes(one)
    engine = open_engine(str(tmp_path / "corpus"), create=True)
    load(engine, sorted(tmp_path.glob("*.eml")))
    walk = [in_result(engine, parse("saffron"), engine.message(sha256(one).hexdigest())) for one in mails]
    assert sorted(one.position for one in walk if one) == [1, 2, 3, 4]
    steps = {one.before.id if one.before else "": one.position for one in walk if one}
    assert len(steps) == 4, "each stands behind another"
    assert {one.count for one in walk if one} == {4}
    engine.close()


def test_html_says_where_words_are_marked(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(mail(1, "Saffron", "<p>All the <b>saffron</b></p>" * 40, kind="text/html"))
    engine = open_engine(str(tmp_path / "corpus"), create=True)
    load(engine, [tmp_path / "one.eml"])
    client = create_app(engine, Mail()).test_client()
    id = engine.search(parse("saffron")).hits[0].row.id[:16]
    plain = client.get(f"/m/{id}?view=html").text
    assert "are marked in the" not in plain
    assert re.search(r'<iframe class="html tall-\d+" sandbox="allow-popups allow-popups-to-escape-sandbox"', plain)
    searched = client.get(f"/m/{id}?view=html&q=saffron").text
    assert f'were searched for are marked in the <a href="/m/{id}?q=saffron">text</a>' in searched
    engine.close()


def test_the_frame_grows_with_what_is_in_it() -> None:
    sizes = [steps("word " * count + "\n" * count, 0) for count in (0, 10, 40, 400, 100_000)]
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[-1]) == (2, 20)
    assert steps("word", 3) > steps("word", 0)


def test_searches_lead_on_from_a_message(talk: Talk) -> None:
    searches = dict(related(talk.engine.message(talk.id(2))))
    assert searches["from Ann Lee"] == 'from:"ann@council.example"'
    for words, query in searches.items():
        assert talk.engine.search(parse(query)).total, words
    assert searches["of 2015-08-03 (UTC)"] == "on:2015-08-03"


def row(id: str, parent: str = "", day: int = 3, name: str = "Ann Lee") -> MessageRow:
    return MessageRow(id=id, parent=parent, from_=(Address(name),), date=1_438_560_000 + (day - 3) * 86_400)


def quoting(text: str, **said: Any) -> Message:
    at = text.index(">")
    segments = (Segment("own", 0, at), Segment("quoted", at, len(text), 1, words=at, **said))
    return Message(id="reply", size=1, text=text, segments=segments)


def test_the_source_of_a_quotation_is_told_by_its_words_before_its_attribution() -> None:
    rows = {one.id: one for one in (row("a"), row("b", "a"), row("c", "a", name="Bob Ray"), row("reply", "c", 4))}
    said = {"who": "Ann wrote:", "name": "Ann Lee", "date": "2015-08-03"}
    full = {id: Message(id=id, size=1, text=text) for id, text in {
        "a": "The hearing of the\nbudget is moved.", "b": "An altogether other text by the same hand.", "c": "Mine.",
    }.items()}  # fmt: skip
    quoted = Quoted(rows, full)
    wrapped = quoting("Yes.\n> The hearing of the budget is\n> moved.", **said)
    assert [one.id for one in quoted.of(wrapped).values()] == ["a"]
    assert [one.id for one in quoted.of(quoting("Yes.\n> An altogether other text by", **said)).values()] == ["b"]
    assert [one.id for one in quoted.of(quoting("Yes.\n> The hearing of the budget")).values()] == ["a"]
    other = quoting("Yes.\n> Nobody here wrote that at all.")
    assert quoted.of(other) == {}
    assert [one.id for one in quoted.of(quoting("Yes.\n> Nobody here wrote that at all.", **said)).values()] == ["a"]
    elsewhere = quoting("Yes.\n> Nobody here wrote that at all.", name="Ann Lee", who="Ann:", date="2001-01-01")
    assert quoted.of(elsewhere) == {}


def test_a_tree_has_a_lane_for_each_branch_and_none_for_mere_answers() -> None:
    line = [row("a"), row("b", "a"), row("c", "b")]
    assert draw(line).lanes == (0, 0, 0)
    assert not draw(line).branches
    tree = draw([*line, row("d", "a"), row("e", "d")])
    assert tree.lanes == (0, 1, 1, 1, 1)
    assert tree.branches
    assert tree.dots.count("M") == 5
    assert tree.lines.count("M") == 4
    assert draw([]).height == 0
    deep = [row("0"), *(row(f"{n}", f"{n - 1}") for n in range(1, 3000))]
    forks = [row(f"x{n}", f"{n}") for n in range(2999)]
    assert max(draw([*deep, *forks]).lanes) <= 12
