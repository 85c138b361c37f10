"""Saved searches on the site, and feeds: kept by whoever may write, hidden from readers, valid Atom."""

import json
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from webapp_site import Corpus

from webapp import create_app
from webapp.cli import Mail

ATOM = "{http://www.w3.org/2005/Atom}"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    made = Corpus(tmp_path_factory.mktemp("site"))
    yield made
    made.engine.close()


@pytest.fixture
def writer(corpus: Corpus) -> Iterator[FlaskClient]:
    """A browser on a site that is served with --review."""
    yield create_app(corpus.engine, Mail(), writable=True).test_client()
    for one in corpus.engine.searches():
        corpus.engine.drop_search(one.id)


def post(client: FlaskClient, **fields: str) -> int:
    page = client.get("/?q=budget").text
    token = re.search(r'name="token" value="([\w-]+)"', page)
    return client.post("/searches", data={"token": token[1] if token else "", **fields}).status_code


def feed(client: FlaskClient, path: str) -> ElementTree.Element:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    return ElementTree.fromstring(answer.data)


def test_a_search_is_saved_looked_through_and_removed(corpus: Corpus, writer: FlaskClient) -> None:
    assert 'name="do" value="save"' in writer.get("/?q=budget").text
    assert post(writer, do="save", name="<b>Budget</b>", q="budget", by="Ann") == 303
    (row,) = json.loads(writer.get("/searches.json").data)["rows"]
    assert (row["saved"]["query"], row["saved"]["by"], row["new"]) == ("budget", "Ann", 0)
    assert row["total"] > 0
    html = writer.get("/searches").text
    assert "&lt;b&gt;Budget" in html
    assert f"/searches/{row['saved']['id']}.atom" in html
    id = row["saved"]["id"]
    assert post(writer, do="seen", id=id) == 303
    assert post(writer, do="remove", id=id) == 303
    assert post(writer, do="remove", id=id) == 404
    assert json.loads(writer.get("/searches.json").data)["rows"] == []


@pytest.mark.parametrize(("fields", "status"), [
    ({"do": "save", "name": "", "q": "x"}, 400), ({"do": "save", "name": "x", "q": "(x"}, 400),
    ({"do": "save", "name": "x" * 200, "q": "x"}, 400), ({"do": "nonsense"}, 400), ({}, 400),
    ({"do": "save", "name": "x", "q": "x", "token": "wrong"}, 403),
])  # fmt: skip
def test_what_cannot_be_saved_is_said(writer: FlaskClient, fields: dict[str, str], status: int) -> None:
    assert post(writer, **fields) == status


def test_readers_see_none_and_save_none(corpus: Corpus, writer: FlaskClient) -> None:
    post(writer, do="save", name="Secret", q="budget")
    id = json.loads(writer.get("/searches.json").data)["rows"][0]["saved"]["id"]
    html = corpus.html("/searches")
    assert "Secret" not in html
    assert "served to be read" in html
    assert corpus.get(f"/searches/{id}.atom").status_code == 404
    assert 'value="save"' not in corpus.html("/?q=budget")
    assert corpus.client.post("/searches", data={"do": "save", "name": "x", "q": "x"}).status_code == 403
    assert writer.get(f"/searches/{id}.atom").status_code == 200


def test_a_feed_is_valid_and_its_ids_stay(corpus: Corpus, writer: FlaskClient) -> None:
    post(writer, do="save", name='A & "B" <c>', q="attack")
    id = json.loads(writer.get("/searches.json").data)["rows"][0]["saved"]["id"]
    for client, path in ((writer, f"/searches/{id}.atom"), (corpus.client, "/feed.atom?q=attack"),
                         (corpus.client, "/feed.atom")):  # fmt: skip
        found = feed(client, path)
        assert found.tag == f"{ATOM}feed"
        assert found.findtext(f"{ATOM}id") == f"http://localhost{path}"
        assert MOMENT.fullmatch(found.findtext(f"{ATOM}updated") or "")
        links = {link.get("rel"): link.get("href") for link in found.findall(f"{ATOM}link")}
        assert links["self"] == f"http://localhost{path}"
        entries = found.findall(f"{ATOM}entry")
        ids = [entry.findtext(f"{ATOM}id") for entry in entries]
        assert len(ids) == len(set(ids)) > 3
        for entry in entries:
            assert (entry.findtext(f"{ATOM}title") or "").strip()
            assert MOMENT.fullmatch(entry.findtext(f"{ATOM}updated") or "")
            assert MOMENT.fullmatch(entry.findtext(f"{ATOM}published") or "1970-01-01T00:00:00Z")
            assert (entry.findtext(f"{ATOM}author/{ATOM}name") or "").strip()
            assert all(len(entry.findall(f"{ATOM}{one}")) == 1 for one in ("id", "title", "updated", "summary"))
        assert ids == [entry.findtext(f"{ATOM}id") for entry in feed(client, path).findall(f"{ATOM}entry")]


def test_a_feed_of_nothing_and_of_nonsense(corpus: Corpus) -> None:
    found = feed(corpus.client, "/feed.atom?q=zzzzz")
    assert found.findall(f"{ATOM}entry") == []
    assert found.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"
    assert corpus.get("/feed.atom?q=(").status_code == 400
    assert corpus.get("/searches/000000000000.atom").status_code == 404


def test_every_search_page_names_its_feed_and_what_finds_nothing_yet_can_be_saved(
    corpus: Corpus, writer: FlaskClient
) -> None:
    assert 'href="/feed.atom?q=budget"' in corpus.html("/?q=budget")
    nothing = writer.get("/?q=zzzzz").text
    assert 'value="save"' in nothing
    assert "/export.csv" not in nothing
    assert post(writer, do="save", name="Not yet", q="zzzzz") == 303
    (row,) = json.loads(writer.get("/searches.json").data)["rows"]
    assert (row["total"], row["new"]) == (0, 0)
