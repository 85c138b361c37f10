"""Many searches on the site: pasted, uploaded, as a page, a table and JSON; bounds; who may send it."""

import csv
import io
import json
from collections.abc import Iterator

import pytest
from webapp_site import Corpus

from search.parse import parse
from webapp.pages import batch


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    made = Corpus(tmp_path_factory.mktemp("site"))
    yield made
    made.engine.close()


def test_pasted_queries_are_answered_in_order(corpus: Corpus) -> None:
    answer = corpus.client.post("/batch", data={"queries": "budget\r\nfrom:(ann\r\n<script>alert(1)</script>"})
    assert answer.status_code == 200
    assert 'href="/?q=budget"' in answer.text
    assert "<script>alert" not in answer.text
    assert "3 searches" in answer.text
    assert "1 of them could not be read" in answer.text
    assert "from:(ann" in answer.text.partition("<form class=\"words\"")[2], "the list is there to be asked again"


def test_the_same_as_json_and_as_a_table(corpus: Corpus) -> None:
    page = json.loads(corpus.client.post("/batch.json", data={"queries": "budget\n(\n"}).data)
    total = corpus.engine.search(parse("budget")).total
    assert page["found"][0] == {"line": 1, "query": "budget", "read": '"budget"', "messages": total,
                                "conversations": page["found"][0]["conversations"],
                                "first": page["found"][0]["first"], "last": page["found"][0]["last"]}  # fmt: skip
    assert page["found"][1]["error"]
    answer = corpus.client.post("/batch.csv", data={"queries": "budget\n@x\n"})
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert rows[1][1:4] == ["budget", '"budget"', str(total)]
    assert rows[1][-1] == "http://localhost/?q=budget"
    assert rows[2][1] == "'@x"


def test_a_file_goes_before_what_is_pasted(corpus: Corpus) -> None:
    data = {"file": (io.BytesIO("id,Query\n1,budget\n2,hearing\n".encode("utf-16")), "list.csv"), "queries": "zzz"}
    found = json.loads(corpus.client.post("/batch.json", data=data).data)["found"]
    assert [(one["line"], one["query"]) for one in found] == [(2, "budget"), (3, "hearing")]
    data = {"file": (io.BytesIO(b"id,what\n1,budget\n"), "list.txt"), "column": "what"}
    found = json.loads(corpus.client.post("/batch.json", data=data).data)["found"]
    assert [one["query"] for one in found] == ["budget"]
    data = {"file": (io.BytesIO(b""), ""), "queries": "zzz"}
    assert len(json.loads(corpus.client.post("/batch.json", data=data).data)["found"]) == 1


def test_bounds_are_kept_and_told(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "MOST", 2)
    answer = corpus.client.post("/batch", data={"queries": "a\nb\nc\nd\ne"})
    assert "3 more lines left out" in answer.text
    monkeypatch.setattr(batch, "LONGEST", 10)
    answer = corpus.client.post("/batch.json", data={"queries": "x" * 11})
    assert answer.status_code == 400
    assert "characters long" in json.loads(answer.data)["detail"]
    assert corpus.client.post("/batch", data={"queries": "x", "column": "nope"}).status_code == 400


def test_so_many_at_a_time(corpus: Corpus) -> None:
    with batch._turns.one(), batch._turns.one():
        assert corpus.client.post("/batch", data={"queries": "budget"}).status_code == 503
    assert corpus.client.post("/batch", data={"queries": "budget"}).status_code == 200


def test_a_page_of_another_site_cannot_send_it(corpus: Corpus) -> None:
    answer = corpus.client.post("/batch", data={"queries": "budget"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_nothing_asked_is_the_form(corpus: Corpus) -> None:
    for answer in (corpus.get("/batch"), corpus.client.post("/batch", data={})):
        assert answer.status_code == 200
        assert 'name="queries"' in answer.text
        assert "<table" not in answer.text
