"""Facets on a page: chosen, left out, taken off; spans of time narrowed and widened."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from test_search_contract import ANN, BOB, fill, mail
from webapp_site import Corpus

from search.engine import Engine, open_engine
from search.parse import parse
from webapp.narrowing import Group, between, days, groups, redated, wider


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """The site."""
    made = Corpus(tmp_path_factory.mktemp("narrowing"))
    yield made
    made.engine.close()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Nine mails of two senders."""
    made = open_engine(str(tmp_path_factory.mktemp("few") / "corpus"), create=True)
    fill(made, [mail(f"m{i}", f"words {i}\n", from_=(ANN if i % 3 else BOB,)) for i in range(9)])
    yield made
    made.close()


def shown(engine: Engine, q: str, name: str) -> Group | None:
    """A facet as the page for a query has it."""
    query = parse(q)
    return next((group for group in groups(engine.search(query), query) if group.name == name), None)


def test_what_stands_in_the_query_comes_first_and_can_be_taken_off(engine: Engine) -> None:
    chosen = shown(engine, 'words from:"ann@harbour.example"', "from")
    assert chosen is not None
    assert [(one.label, one.messages, one.stands, one.without) for one in chosen.choices] == [
        ("ann@harbour.example", 6, "chosen", "words")]
    left_out = shown(engine, '-from:"ann@harbour.example" words', "from")
    assert left_out is not None
    assert [(one.label, one.stands, one.without) for one in left_out.choices] == [
        ("ann@harbour.example", "excluded", "words"), ("bob.stone@harbour.example", "", "")]


def test_a_facet_whose_values_are_all_left_out_is_still_there(engine: Engine) -> None:
    group = shown(engine, "-domain:harbour.example", "domain")
    assert group is not None
    assert [one.stands for one in group.choices] == ["excluded"]
    assert group.choices[0].without == ""


def test_a_form_leads_to_the_narrowed_search(corpus: Corpus) -> None:
    def led(**values: str) -> str:
        answer = corpus.client.get("/", query_string=values)
        assert answer.status_code == 302
        return parse_qs(urlsplit(answer.location).query).get("q", [""])[0]

    assert led(q="budget", **{"not": 'from:"ann@x.org"'}) == 'budget -from:"ann@x.org"'
    assert led(q="budget", add="lang:fr") == "budget lang:fr"
    assert led(q="budget date:2014", since="2015", until="2016-03") == "budget date:2015..2016-03"
    assert led(q="budget", since="2015", until="2015") == "budget date:2015"
    assert led(q="budget date:2014", since="", until="") == "budget"
    assert "order=oldest" in corpus.client.get("/?q=a&order=oldest&not=lang:fr").location


@pytest.mark.parametrize("values", [{"since": "soon"}, {"since": "2016", "until": "2015"}, {"not": '"'}, {"add": "("}])
def test_what_can_not_be_read_is_told(corpus: Corpus, values: dict[str, str]) -> None:
    answer = corpus.client.get("/", query_string={"q": "budget"} | values)
    assert answer.status_code == 400
    assert "can’t be read" in answer.text


@pytest.mark.parametrize(("q", "term"), [
    ("date:2015-08-03T14", "date:2015-08-03"), ("date:2015-08-03", "date:2015-08"), ("on:2015-08", "date:2015"),
    ("date:2015-02-03..2015-04", "date:2015"), ("date:2015", "date:2010..2019"), ("date:2010..2019", ""),
    ("date:2009..2011", ""), ("after:2015", ""), ("word", ""), ("-date:2015", ""), ("date:none", ""),
    ("after:2015-03-01 before:2015-03-04", "date:2015-03"), ("date:9999", "date:9990..9999"),
])  # fmt: skip
def test_zooming_out_goes_to_the_next_larger_span(q: str, term: str) -> None:
    assert wider(parse(q)) == term


def test_a_new_span_takes_the_place_of_the_old_one() -> None:
    assert redated(parse("a date:2015 -date:2016 before:2017 date:doubtful"), "date:2014") == (
        "a -date:2016 date:doubtful date:2014")
    assert redated(parse("a date:none"), "date:2014") == "a date:2014"
    assert days(parse("after:2015-03-01")) == ("2015-03-01", "")
    assert days(parse("date:2015..2016")) == ("2015-01-01", "2016-12-31")
    assert days(parse("date:2015-08-03T14..2015-08-03T15")) == ("2015-08-03T14", "2015-08-03T15")
    for q in ("date:2015-08-03T14..2015-08-03T15", "date:2015-08-03T14:05..2015-08-04", "date:2015"):
        assert parse(between(*days(parse(q)))).tree == parse(q).tree, "a form sent as it is changes nothing"


def test_copies_are_shown_apart_when_asked_for(corpus: Corpus) -> None:
    folded = corpus.get("/.json?q=is:primary").json["result"]["total"]
    apart = corpus.get("/.json?copies=1").json["result"]["total"]
    whole = corpus.get("/.json?q=is:message").json["result"]["total"]
    assert folded <= apart == corpus.engine.status().messages
    assert whole == folded
    lines = corpus.get("/export.jsonl?copies=1").data.splitlines()
    assert len(lines) == apart
    assert "/export.csv?order=newest&amp;copies=1" in corpus.html("/?copies=1")
