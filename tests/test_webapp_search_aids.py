"""What helps a search along: all values of a facet, suggestions, did you mean, why nothing is found."""

from collections.abc import Iterator

import pytest
from webapp_site import COLLECTION, Corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """The site."""
    made = Corpus(tmp_path_factory.mktemp("aids"))
    yield made
    made.engine.close()


def test_a_facet_lists_all_its_values_over_the_match(corpus: Corpus) -> None:
    found = corpus.get("/facet/from.json").json
    whole = corpus.get("/.json?q=has:date%20OR%20date:none").json["result"]["total"]
    assert found["total"] == len(found["values"]) >= 3
    assert sum(value["count"] for value in found["values"]) <= whole
    for value in found["values"]:
        asked = corpus.client.get("/.json", query_string={"q": value["query"]}).json["result"]["total"]
        assert asked == value["count"], value
    html = corpus.html("/facet/from?q=budget")
    assert html.count('name="not"') == corpus.get("/facet/from.json?q=budget").json["total"]
    assert "<i>" not in corpus.html("/facet/collection"), "names are escaped"
    assert corpus.get("/facet/collection.json").json["values"][0]["value"] == COLLECTION


def test_values_of_a_facet_are_looked_for_and_paged(corpus: Corpus) -> None:
    every = [value["value"] for value in corpus.get("/facet/from.json").json["values"]]
    wanted = [value for value in every if "ann" in value]
    assert [value["value"] for value in corpus.get("/facet/from.json?words=ANN").json["values"]] == wanted
    assert "No value has that in it" in corpus.html("/facet/from?words=zzzz")
    assert corpus.get("/facet/from.json?page=2").json["values"] == []


@pytest.mark.parametrize("path", ["/facet/from?page=0", "/facet/from?q=(", "/facet/from?words=" + "a" * 300])
def test_a_facet_asked_wrongly_is_told(corpus: Corpus, path: str) -> None:
    assert corpus.get(path).status_code == 400


@pytest.mark.parametrize("name", ["subject", "has", "nothing", "is"])
def test_there_is_no_page_for_what_is_no_facet(corpus: Corpus, name: str) -> None:
    assert corpus.get(f"/facet/{name}").status_code == 404


def test_suggestions_are_told_with_the_caret(corpus: Corpus) -> None:
    found = corpus.get("/suggest.json?q=budget from:an&at=14").json["suggestions"]
    assert found[0]["kind"] == "person"
    assert found[0]["q"].startswith('budget from:"ann')
    assert corpus.get("/suggest.json?q=budget%20&at=7").json == {"suggestions": []}
    assert corpus.get("/suggest.json?q=a&at=-1").status_code == 400
    assert corpus.get("/suggest.json?q=" + "a" * 2001).status_code == 400


def test_a_misspelt_word_is_put_right_by_one_link(corpus: Corpus) -> None:
    html = corpus.html("/?q=budgte+from:ann")
    assert 'Did you mean <a href="/?q=budget+from%3Aann">' in html
    found = corpus.get("/.json?q=budgte+from:ann").json["meant"]
    right = corpus.get("/.json?q=budget+from:ann").json["result"]["total"]
    assert (found["q"], found["total"]) == ("budget from:ann", right)
    assert corpus.get("/.json?q=budget").json["meant"] is None
    assert corpus.get("/.json?q=budgte+date:1905").json["meant"] is None, "it would find nothing either"


def test_of_a_search_without_result_each_term_is_counted(corpus: Corpus) -> None:
    found = corpus.get("/.json?q=budget+zzzzqq+has:pdf").json
    assert found["result"]["total"] == 0
    terms = {term["text"]: term for term in found["nothing"]["terms"]}
    for q, term in terms.items():
        assert term["alone"] == corpus.client.get("/.json", query_string={"q": q}).json["result"]["total"]
        rest = corpus.client.get("/.json", query_string={"q": term["without"]}).json["result"]["total"]
        assert term["rest"] == rest
    assert terms["zzzzqq"]["alone"] == 0 < terms["budget"]["alone"]
    assert [term["filter"] for term in terms.values()] == [False, False, True]


def test_filters_that_match_nothing_together_say_so(corpus: Corpus) -> None:
    html = corpus.html("/?q=from:ann+date:1905")
    assert "Your filters match nothing" in html
    assert 'href="/?q=from%3Aann"' in html
    html = corpus.html("/?q=zzzzqq+yyyyqq")
    assert "Your words match nothing" in html
    assert "Did you mean" not in html
