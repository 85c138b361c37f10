"""Searches for what articles cite, on both engines: marks, numbers, outlets, the order by citations."""

import pytest

from mappings.articles import Settings, Verdict
from mappings.keys import ghost_id
from search.engine import Engine
from search.errors import QueryError
from search.explain import explain, unparse
from search.parse import parse
from tests.shelf_articles import article, citation, cite, keep
from tests.test_search_contract import DAY, T0, corpus, empty, fill, kind, mail, make, names

__all__ = ["empty", "kind", "make"]  # the fixtures


def filled(engine: Engine) -> tuple[dict[str, str], list[str]]:
    """A corpus whose a1 is cited by three articles, b1 by two, g1 by one, and a ghost by one; ids by name, articles."""
    mails = corpus()
    fill(engine, mails)
    ids = {message.message_id.partition("@")[0]: message.id for message, _ in mails}
    made = keep(engine, article("a", "One.", outlet="Le Monde"), article("b", "Two.", outlet="Der Spiegel"),
                article("c", "Three.", outlet=""))  # fmt: skip
    with engine.writer() as writer:
        writer.set_settings(Settings())
    for one in made:
        cite(engine, one, citation(one, ids["a1"]))
    for one in made[:2]:
        cite(engine, one, citation(one, ids["b1"], start=20), citation(one, ids["c1"], 0.6, 40), add=True)
    lost = citation(made[2], ghost_id("lost@x.example"), start=40)
    cite(engine, made[2], citation(made[2], ids["g1"], start=20), lost, add=True)
    return ids, made


@pytest.mark.parametrize(("query", "wanted"), [
    ("is:cited", ["a1", "b1", "g1"]),
    ("cited:>2", ["a1"]),
    ("cited:>=2", ["a1", "b1"]),
    ("cited:2..5", ["a1", "b1"]),
    ("cited:2", ["b1"]),
    ("cited:<=1 is:cited", ["g1"]),
    ("cited:..2 is:cited", ["b1", "g1"]),
    ('outlet:"le monde"', ["a1", "b1"]),
    ("outlet:spiegel", []),
    ("outlet:DER-SPIEGEL", ["a1", "b1"]),
    ("own:harbour is:cited", ["a1"]),
    ("is:ghost is:cited", ["lost"]),
    ("-is:cited own:harbour", ["f1"]),
    ("cited:0 own:harbour", ["f1"]),
])  # fmt: skip
def test_what_articles_cite_is_found(empty: Engine, query: str, wanted: list[str]) -> None:
    filled(empty)
    assert sorted(names(empty, query)) == sorted(wanted)


def test_all_questions_on_one_corpus(empty: Engine) -> None:
    ids, made = filled(empty)
    assert names(empty, f"cited-by:{made[2][:10]}") == names(empty, f"cited-by:{made[2]}") == ["a1", "g1"]
    assert names(empty, f"cited-by:{'0' * 64}") == []
    assert names(empty, "", "cited")[:3] == ["a1", "b1", "g1"]
    facet = next(one for one in empty.search(parse("")).facets if one.name == "outlet")
    assert [(value.value, value.count, value.query) for value in facet.values] == [
        ("Der Spiegel", 2, 'outlet:"Der Spiegel"'), ("Le Monde", 2, 'outlet:"Le Monde"')]  # fmt: skip
    assert ids["a1"] in [hit.row.id for hit in empty.search(parse(facet.values[0].query)).hits]


def test_documents_follow_what_changes(empty: Engine) -> None:
    ids, made = filled(empty)
    with empty.writer() as writer:
        writer.judge([Verdict(article=made[0], message=ids["c1"], cites=True),
                      Verdict(article=made[2], message=ids["g1"], cites=False)])  # fmt: skip
        writer.index()
    assert names(empty, "is:cited") == ["a1", "b1", "c1"]
    with empty.writer() as writer:
        writer.unjudge(made[2], ids["g1"])
        writer.drop_article(made[0])
        writer.index()
    assert names(empty, "cited:2") == ["a1"]
    assert names(empty, "outlet:'Le Monde'") == []
    with empty.writer() as writer:
        writer.set_settings(Settings(shown=0.5))
        writer.index()
    assert names(empty, "is:cited") == ["a1", "b1", "c1", "g1"]
    keep(empty, article("b", "Two.", outlet="The Mirror"))
    with empty.writer() as writer:
        writer.index()
    assert names(empty, 'outlet:"the mirror"') == ["a1", "b1", "c1"]
    lost = mail("lost", "Here I am.\n", date=T0 + 42 * DAY)
    fill(empty, [lost], archive="/later")
    assert names(empty, "is:cited") == ["a1", "b1", "c1", "lost", "g1"]
    with empty.writer() as writer:
        list(writer.reindex())
    assert names(empty, "is:cited") == ["a1", "b1", "c1", "lost", "g1"]


def test_a_copy_s_citation_counts_for_the_hit_that_stands_for_all(empty: Engine) -> None:
    first = mail("one", "Sign here.\n", subject="Deed")
    copies = [mail("one", "Sign here.\n", subject="Deed", headers=(("To", to),)) for to in ("bob", "clo")]
    fill(empty, [first, *copies])
    one, two, three = keep(empty, *(article(name, f"Words {name}.") for name in ("one", "two", "three")))
    for made, (message, _) in zip((one, two, three), (first, *copies), strict=True):
        cite(empty, made, citation(made, message.id))
    assert names(empty, "cited:3") == ["one"]
    assert names(empty, "is:duplicate cited:3") == ["one"] * 3
    late = mail("one", "Sign here.\n", subject="Deed", headers=(("To", "dan"),))
    fill(empty, [late], archive="/b")
    assert names(empty, "is:duplicate cited:3") == ["one"] * 4


def test_the_order_by_citations_is_whole(empty: Engine) -> None:
    ids, _ = filled(empty)
    for by_thread in (False, True):
        found, cursor = [], ""
        while True:
            page = empty.search(parse(""), order="cited", by_thread=by_thread, limit=3, cursor=cursor)
            found += [hit.row for hit in page.hits]
            if not (cursor := page.next):
                break
        assert len({row.id for row in found}) == len(found)
        assert found[0].id == ids["a1"]
        if not by_thread:
            assert len(found) == len(ids)
            rest = [(row.date is not None, row.date or 0, row.id) for row in found[3:]]
            assert rest == sorted(rest, reverse=True)


@pytest.mark.parametrize(("query", "words", "again"), [
    ("cited:>2", "that at least 3 articles cite", "cited:3.."),
    ("cited:0", "that no article cites", "cited:0"),
    ("cited:1..", "that at least 1 article cites", "cited:1.."),
    ("cited:2..5", "that 2 to 5 articles cite", "cited:2..5"),
    ("cited:1", "that 1 article cites", "cited:1"),
    ("cited:..4", "that at most 4 articles cite", "cited:..4"),
    ("cited:<2", "that at most 1 article cites", "cited:..1"),
    ("is:cited", "mail that articles cite", "is:cited"),
    ('outlet:"Le Monde"', 'cited in "Le Monde"', 'outlet:"Le Monde"'),
    ("cited-by:3F786850", "cited by the article 3f786850", "cited-by:3f786850"),
])  # fmt: skip
def test_the_operators_are_read_explained_and_written(query: str, words: str, again: str) -> None:
    tree = parse(query).tree
    assert tree is not None
    assert explain(tree) == words
    assert unparse(tree) == again
    assert parse(again).tree == tree


@pytest.mark.parametrize("query", [
    "cited:x", "cited:..", "cited:5..2", "cited:<0", "cited-by:xyz", "cited-by:abc", "outlet:", "cited:>", "cited:-1",
    "cited:1.5",
])  # fmt: skip
def test_what_can_t_be_read_is_told(query: str) -> None:
    with pytest.raises(QueryError):
        parse(query)
