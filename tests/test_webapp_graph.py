"""The graph of who writes to whom: its places, its page with a table twin; on both engines."""

import json
import random
from urllib.parse import parse_qs, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser
from test_webapp_people import ANN, Corpus, corpus

from search.parse import parse
from webapp.layout import HEIGHT, WIDTH, places

__all__ = ["corpus"]  # the fixture


def parsed(corpus: Corpus, path: str) -> LexborHTMLParser:
    answer = corpus.client.get(path, follow_redirects=True)
    assert answer.status_code == 200, (path, answer.text[-300:])
    return LexborHTMLParser(answer.text)


@pytest.mark.parametrize("count", [0, 1, 2, 12, 40])
def test_labels_do_not_overlap_and_stay_inside(count: int) -> None:
    chance = random.Random(count)
    sizes = tuple((float(chance.randint(40, 160)), 35.0) for _ in range(count))
    edges = tuple((chance.randrange(count), chance.randrange(count), chance.randint(1, 500)) for _ in range(2 * count))
    found = places(sizes, edges)
    assert len(found) == count
    for at, ((x, y), (wide, high)) in enumerate(zip(found, sizes, strict=True)):
        assert wide / 2 <= x <= WIDTH - wide / 2
        assert high / 2 <= y <= HEIGHT - high / 2
        for (left, top), (other, tall) in zip(found[:at], sizes[:at], strict=True):
            assert abs(x - left) >= (wide + other) / 2 - 1 or abs(y - top) >= (high + tall) / 2 - 1
    places.cache_clear()
    assert places(sizes, edges) == found


def test_a_drawing_has_a_table_twin_and_numbers_that_its_links_find(corpus: Corpus) -> None:
    page = json.loads(corpus.get(f"/p/{corpus.engine.person(ANN).id}/graph.json").data)
    assert page["mails"] == 2
    html = parsed(corpus, f"/p/{ANN}/graph")
    rows = html.css("table.exchanges tbody tr")
    assert len(rows) == len(page["exchanges"]) == len(html.css("svg a.edge")) == 2
    for row in rows:
        link = row.css_first("td.n a")
        assert link is not None
        q = parse_qs(urlsplit(str(link.attributes["href"])).query)["q"][0]
        found = json.loads(corpus.client.get("/.json", query_string={"q": q}).data)
        assert found["result"]["total"] == int(link.text())
    assert {node.css_first("text").text() for node in html.css("svg a.node")} == {  # type: ignore[union-attr]
        "Ann Marsh", "bob@x.example", "<b>Eve</b>"
    }  # fmt: skip
    assert html.css_first("svg b") is None


def test_it_is_drawn_for_the_corpus_and_for_a_search(corpus: Corpus) -> None:
    whole = json.loads(corpus.get("/graph.json").data)
    assert whole["mails"] == corpus.engine.search(parse("")).total
    found = json.loads(corpus.get("/graph.json?q=cellar").data)
    assert (found["mails"], found["senders"], [one["mails"] for one in found["exchanges"]]) == (1, 1, [1])
    few = json.loads(corpus.get("/graph.json?most=2").data)
    assert len(few["people"]) == 2
    lines = corpus.get("/graph.csv?q=cellar").text.splitlines()
    assert lines[1].startswith("Ann Marsh,")
    assert "Nobody here writes to anybody" in corpus.html("/graph?q=zebra")
    assert corpus.get("/graph?q=(").status_code == 400
    assert corpus.get("/graph?most=99").status_code == 400
    assert corpus.get("/p/000000000000/graph").status_code == 404


def test_the_table_is_sorted_by_its_columns(corpus: Corpus) -> None:
    for sort, column in (("from", 0), ("to", 1)):
        names = [row.css("th, td")[column].text().casefold()
                 for row in parsed(corpus, f"/graph?sort={sort}").css("table.exchanges tbody tr")]  # fmt: skip
        assert names == sorted(names)
    counts = [int(cell.text()) for cell in parsed(corpus, "/graph").css("table.exchanges td.n")]
    assert counts == sorted(counts, reverse=True)


def test_lists_and_offices_can_be_left_out(corpus: Corpus) -> None:
    people = json.loads(corpus.get("/graph.json?lists=0").data)["people"]
    assert people
    assert not [one for one in people if one["person"].get("role")]
