"""People on the site: the list, a person's page, decisions where the site may write; on both engines."""

import json
from collections.abc import Iterator

import pytest
from webapp_site import Corpus

from ingest.people.directory import follow
from mappings.persons import handle_id
from webapp import create_app
from webapp.cli import Mail
from webapp.writing import TOKEN

SAME = {
    "home": b"From: Ann Marsh <ann.marsh@home.example>\r\nTo: <bob@x.example>\r\n"
            b"Date: Mon, 3 Aug 2015 10:00:00 +0000\r\n"
            b"Subject: From home\r\n\r\nThe ledger is in the cellar.\r\n",
    "work": b"From: Ann Marsh <amarsh@work.example>\r\nTo: <bob@x.example>, \"<b>Eve</b>\" <eve@x.example>\r\n"
            b"Date: Tue, 4 Aug 2015 10:00:00 +0000\r\nSubject: From work\r\n\r\nBurn it.\r\n",
}  # fmt: skip
ANN = handle_id("ann.marsh@home.example")


@pytest.fixture(scope="module", params=["embedded", "elastic"])
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    from ingest.pipeline import load

    cluster = request.getfixturevalue("elastic")() if request.param == "elastic" else ""
    folder = tmp_path_factory.mktemp("people")
    made = Corpus(folder, cluster=cluster)
    more = folder / "more"
    more.mkdir()
    for name, raw in SAME.items():
        (more / f"{name}.eml").write_bytes(raw)
    load(made.engine, [more])
    assert follow(made.engine) is not None
    yield made
    made.engine.close()


def twin(corpus: Corpus, path: str) -> dict[str, object]:
    answer = corpus.client.get(path, follow_redirects=True)
    assert answer.status_code == 200, (path, answer.text[-300:])
    found = json.loads(answer.data)
    assert isinstance(found, dict)
    return found


def test_the_list_leads_to_everybody_and_is_a_table_too(corpus: Corpus) -> None:
    html = corpus.html("/people?words=marsh")
    assert "Ann Marsh" in html
    assert html.count("<tr>") == 2  # with the head
    found = twin(corpus, "/people.json?words=marsh")
    assert found["result"]["rows"][0]["wrote"] == 2  # type: ignore[index]
    lines = corpus.get("/people.csv?words=marsh").text.splitlines()
    assert len(lines) == 2
    assert "ann.marsh@home.example" in lines[1]
    assert "Nobody goes by that" in corpus.html("/people?words=zebra")
    assert corpus.get("/people?order=x").status_code == 400


def test_a_page_tells_who_somebody_is_and_why(corpus: Corpus) -> None:
    first = corpus.client.get(f"/p/{ANN}")
    other = corpus.client.get(f"/p/{handle_id('amarsh@work.example')}")
    assert {first.status_code, other.status_code} == {200, 302}  # one of the two ids is the person's own
    page = twin(corpus, f"/p/{ANN}.json")
    assert (page["wrote"], page["got"]) == (2, 0)
    html = corpus.client.get(f"/p/{ANN}", follow_redirects=True).text
    for said in ("ann.marsh@home.example", "amarsh@work.example", "an address is made of it", "From home"):
        assert said in html
    assert "<b>Eve</b>" not in html  # a name is not markup
    assert "&lt;b&gt;Eve&lt;/b&gt;" in html
    assert "<button" not in html.partition("<aside")[2]  # who only reads decides nothing
    assert corpus.get("/p/000000000000").status_code == 404


def test_every_number_is_what_its_link_finds(corpus: Corpus) -> None:
    page = twin(corpus, f"/p/{ANN}.json")
    shares = page["to"]["rows"]  # type: ignore[index]
    assert [(share["person"]["name"], share["mails"]) for share in shares] == [
        ("bob@x.example", 2), ("<b>Eve</b>", 1)
    ]  # fmt: skip
    for share in shares:
        q = f"wrote:{ANN} got:{share['person']['id']}"
        assert twin(corpus, f"/.json?q={q}")["result"]["total"] == share["mails"]  # type: ignore[index]


def test_a_decision_is_stored_where_the_site_may_write(corpus: Corpus) -> None:
    client = create_app(corpus.engine, Mail(), writable=True).test_client()
    person = corpus.engine.person(ANN)
    assert "Somebody else" in client.get(f"/p/{person.id}").text
    token = client.get_cookie(TOKEN)
    assert token is not None
    form = {"token": token.value, "by": "Eve", "handle": "amarsh@work.example", "decision": "split"}
    assert corpus.client.post(f"/p/{person.id}", data=form).status_code == 403
    assert client.post(f"/p/{person.id}", data=form | {"token": "x"}).status_code == 403
    assert client.post(f"/p/{person.id}", data=form | {"handle": "who@x"}).status_code == 400
    assert client.post(f"/p/{person.id}", data=form).status_code == 303
    assert len(corpus.engine.person(ANN).known) == 1
    (decision,) = corpus.engine.decisions()
    assert (decision.by, decision.kind) == ("Eve", "split")
    assert "is somebody else than" in client.get(f"/p/{ANN}", follow_redirects=True).text
    assert client.post(f"/p/{ANN}", data=form | {"decision": "undo", "of": decision.id}).status_code == 303
    joined = form | {"decision": "join", "other": "bob@x.example"}
    assert client.post(f"/p/{ANN}", data=joined).status_code == 303
    assert len(corpus.engine.person(ANN).known) == 3
    (decision,) = corpus.engine.decisions()
    assert client.post(f"/p/{ANN}", data=form | {"decision": "undo", "of": decision.id}).status_code == 303
    assert client.post(f"/p/{ANN}", data=form | {"decision": "undo", "of": decision.id}).status_code == 404
    assert len(corpus.engine.person(ANN).known) == 2


def test_a_result_is_counted_by_person_whatever_addresses_they_use(corpus: Corpus) -> None:
    person = f"wrote:{ANN}"
    for q, mails in (("ledger OR burn", 2), ("ledger", 1), ("subject:work", 1)):
        facets = twin(corpus, f"/.json?q={q}")["result"]["facets"]  # type: ignore[index]
        values = {one["label"]: (one["query"], one["count"]) for one in by_name(facets)["person"]}
        assert values["Ann Marsh"][0] in (person, f"wrote:{handle_id('amarsh@work.example')}")
        assert values["Ann Marsh"][1] == mails == twin(corpus, f"/.json?q=({q}) {person}")["result"]["total"]  # type: ignore[index]


def by_name(facets: list[dict[str, object]]) -> dict[str, list[dict[str, str]]]:
    return {str(one["name"]): one["values"] for one in facets}  # type: ignore[misc]


def test_a_person_is_chosen_and_left_out_under_their_name(corpus: Corpus) -> None:
    chosen, excluded = corpus.html(f"/?q=wrote:{ANN}"), corpus.html(f"/?q=-wrote:{ANN}")
    assert "<bdi>from Ann Marsh</bdi>" in chosen
    assert 'aria-label="Ann Marsh, chosen: take away"' in chosen
    assert 'aria-label="Ann Marsh, left out: take away"' in excluded
    assert f"the person {ANN}" not in chosen + excluded
    assert "wrote:0123456789ab" in corpus.html("/?q=wrote:0123456789ab")  # nobody's id: no fault
