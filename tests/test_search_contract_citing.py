"""Citations on both engines: kept, judged, counted for copies, in the queue of review, for mails that come later."""

import pytest
from msgspec.structs import replace

from mappings.articles import CitedState, Judged, Settings, Span, Verdict
from mappings.keys import ghost_id
from search.citing import ArticlesWanted
from search.engine import Engine
from search.errors import CursorError, NotFound
from tests.shelf_articles import article, citation, cite, keep
from tests.test_search_contract import DAY, T0, Maker, corpus, empty, fill, kind, mail, make

__all__ = ["empty", "kind", "make"]  # the fixtures


def ids_of(engine: Engine) -> dict[str, str]:
    """Fills an engine; ids by name."""
    mails = corpus()
    fill(engine, mails)
    return {message.message_id.partition("@")[0]: message.id for message, _ in mails}


def tiers(found: list[Judged]) -> list[tuple[str, str]]:
    return [(one.citation.message, one.tier) for one in found]


def judge(engine: Engine, *verdicts: Verdict) -> None:
    with engine.writer() as writer:
        writer.judge(verdicts)
        writer.index()


def test_citations_are_kept_in_the_order_of_passages(empty: Engine) -> None:
    ids = ids_of(empty)
    one, two = keep(empty, article("one", date="2016"), article("two", "Other words.", date="2017"))
    found = [citation(one, ids["b1"], 0.95, 40, span=Span(3, 9)), citation(one, ids["a1"], 0.6, 0),
             citation(one, ids["d1"], 0.2, 20)]  # fmt: skip
    cite(empty, one, *found)
    cite(empty, two, citation(two, ids["b1"], 0.99))
    assert tiers(empty.cites(one)) == [(ids["a1"], "probable"), (ids["d1"], "silent"), (ids["b1"], "shown")]
    assert empty.cites(one[:8])[2].citation == found[0]
    by = empty.cited_by([ids["a1"], ids["b1"], ids["d1"], ids["c1"], "f" * 64])
    assert {id: [one.citation.article for one in listed] for id, listed in by.items()} == {
        ids["a1"]: [one], ids["b1"]: [two, one]}  # fmt: skip
    assert empty.cited_counts(ids.values()) == {ids["b1"]: 2}
    assert [(one.row and one.row.id, one.articles) for one in empty.most_cited()] == [(ids["b1"], 2)]
    state = empty.cited_state(one)
    assert state is not None
    assert state.model == "test"
    assert 0 < state.upto <= empty.newest()
    other = keep(empty, article("three", "More."))[0]
    assert empty.cited_state(other) is None
    with pytest.raises(NotFound):
        empty.cites("0" * 64)
    with pytest.raises(NotFound):
        cite(empty, "0" * 64)


def test_a_run_replaces_what_was_found_or_adds_to_it(empty: Engine) -> None:
    ids = ids_of(empty)
    (one,) = keep(empty, article())
    cite(empty, one, citation(one, ids["a1"]), citation(one, ids["b1"], start=20))
    cite(empty, one, citation(one, ids["a1"], 0.97), citation(one, ids["c1"], start=40), add=True)
    assert [(j.citation.message, j.citation.probability) for j in empty.cites(one)] == [
        (ids["a1"], 0.97), (ids["b1"], 0.95), (ids["c1"], 0.95)]  # fmt: skip
    cite(empty, one, citation(one, ids["d1"]))
    assert [j.citation.message for j in empty.cites(one)] == [ids["d1"]]
    assert empty.cited_counts(ids.values()) == {ids["d1"]: 1}


def test_an_article_that_cites_a_mail_twice_counts_once(empty: Engine) -> None:
    ids = ids_of(empty)
    (one,) = keep(empty, article())
    cite(empty, one, citation(one, ids["a1"], 0.99, 0), citation(one, ids["a1"], 0.6, 30))
    assert empty.cited_counts([ids["a1"]]) == {ids["a1"]: 1}
    assert empty.review()[0] == 0
    (row,) = empty.articles(ArticlesWanted()).rows
    assert (row.cites, row.probable) == (1, 0)
    assert [j.tier for j in empty.cited_by([ids["a1"]])[ids["a1"]]] == ["shown", "probable"]


def test_a_verdict_stands_before_every_later_run(empty: Engine) -> None:
    ids = ids_of(empty)
    (one,) = keep(empty, article())
    cite(empty, one, citation(one, ids["a1"], 0.6), citation(one, ids["b1"], 0.99, 20))
    yes, no = (Verdict(article=one, message=ids[name], cites=name == "a1", by="Eve", at=5) for name in ("a1", "b1"))
    judge(empty, yes, no)
    assert tiers(empty.cites(one)) == [(ids["a1"], "shown"), (ids["b1"], "silent")]
    assert empty.verdicts() == sorted([yes, no], key=lambda verdict: verdict.message)
    assert empty.cites(one)[0].verdict == yes
    cite(empty, one, citation(one, ids["b1"], 0.9999, 20), citation(one, ids["c1"], 0.95, 30))
    assert tiers(empty.cites(one)) == [(ids["a1"], "shown"), (ids["b1"], "silent"), (ids["c1"], "shown")]
    assert empty.cited_counts(ids.values()) == {ids["a1"]: 1, ids["c1"]: 1}
    keep(empty, article(text="Corrected text."))
    assert empty.cited_counts(ids.values()) == {ids["a1"]: 1, ids["c1"]: 1}
    with empty.writer() as writer:
        writer.unjudge(one, ids["b1"])
        writer.unjudge(one, ids["d1"])
        writer.index()
    assert empty.verdicts() == [yes]
    assert tiers(empty.cites(one))[1] == (ids["b1"], "shown")
    with pytest.raises(NotFound):
        judge(empty, replace(yes, article="0" * 64))


def test_a_citation_by_hand_is_a_verdict(empty: Engine) -> None:
    ids = ids_of(empty)
    (one,) = keep(empty, article())
    hand = Verdict(article=one, message=ids["a1"], cites=True, by="Eve", at=7, passage=Span(4, 12), span=Span(0, 5))
    judge(empty, hand)
    (found,) = empty.cites(one)
    assert (found.citation.method, found.citation.probability, found.tier) == ("hand", 1.0, "shown")
    assert (found.citation.passage, found.citation.span, found.verdict) == (Span(4, 12), Span(0, 5), hand)
    cite(empty, one, citation(one, ids["b1"]))
    assert [one.citation.method for one in empty.cites(one)] == ["words", "hand"]
    cite(empty, one, citation(one, ids["a1"], 0.3))  # found by itself, where it was marked
    assert [(one.citation.method, one.tier) for one in empty.cites(one)] == [("words", "shown")]
    with empty.writer() as writer:
        writer.unjudge(one, ids["a1"])
    assert [(one.citation.method, one.tier) for one in empty.cites(one)] == [("words", "silent")]
    judge(empty, replace(hand, message=ids["b1"]))
    with empty.writer() as writer:
        writer.unjudge(one, ids["b1"])
    assert empty.verdicts() == []
    assert [one.citation.method for one in empty.cites(one)] == ["words"]


def test_copies_share_their_citations_and_verdicts(empty: Engine) -> None:
    first = mail("one", "Sign here.\n", subject="Deed")
    copy = mail("one", "Sign here.\n", subject="Re: Deed", headers=(("To", "bob"),))
    fill(empty, [first])
    one, two = keep(empty, article(), article("two", "Other words."))
    cite(empty, one, citation(one, first[0].id))
    judge(empty, Verdict(article=one, message=first[0].id, cites=True))
    fill(empty, [copy], archive="/b")
    cite(empty, two, citation(two, copy[0].id, 0.8))
    ids = [first[0].id, copy[0].id]
    assert empty.cited_counts(ids) == dict.fromkeys(ids, 1)
    assert [len(found) for found in empty.cited_by(ids).values()] == [2, 2]
    judge(empty, Verdict(article=two, message=first[0].id, cites=True))
    assert empty.cited_counts(ids) == dict.fromkeys(ids, 2)
    assert [one.articles for one in empty.most_cited()] == [2]
    assert empty.articles(ArticlesWanted(cites=copy[0].id)).total == 2
    cite(empty, one, citation(one, copy[0].id, 0.3))
    assert [one.tier for one in empty.cites(one)] == ["shown"]  # the yes was to its copy
    with empty.writer() as writer:
        writer.unjudge(one, copy[0].id)
    assert [one.tier for one in empty.cites(one)] == ["silent"]
    assert empty.cited_counts(ids) == dict.fromkeys(ids, 1)


def test_what_is_cited_and_not_here_is_listed_until_it_comes(empty: Engine) -> None:
    ids = ids_of(empty)
    ghost = ghost_id("lost@x.example")  # a mail here answers it
    strange = ghost_id("strange@x.example")  # nobody names it
    unknown = "ab" * 32
    one, two = keep(empty, article("one", date="2015"), article("two", "Other words.", date="2016"))
    numbered = citation("", "", 0.99, 60, named="courriel n° 4178", collection="podesta", number="4178")
    cite(empty, one, citation(one, ghost, 0.99), citation(one, strange, 0.99, 20, named="<strange@x.example>"),
         citation(one, unknown, 0.99, 40), numbered, citation(one, ids["a1"], start=80))  # fmt: skip
    cite(empty, two, replace(numbered, article=two, named="e-mail 4178"), citation(two, ghost, 0.6))
    found = empty.absent()
    assert [(one.named, one.collection, one.number, len(one.articles)) for one in found] == [
        ("courriel n° 4178", "podesta", "4178", 2), (unknown, "", "", 1),
        *sorted([(ghost, "", "", 1), ("<strange@x.example>", "", "", 1)],
                key=lambda one: ghost if one[0] == ghost else strange),
    ]  # fmt: skip
    assert [row.id for row in found[0].articles] == [two, one]
    rows = empty.articles(ArticlesWanted()).rows
    assert {row.id: (row.cites, row.absent) for row in rows} == {one: (5, 4), two: (1, 1)}
    assert empty.cited_counts([ghost, strange, ids["a1"]]) == {ghost: 1, strange: 1, ids["a1"]: 1}
    first = empty.most_cited()[0]
    assert (first.row, first.named, first.articles) == (None, "courriel n° 4178", 2)
    lost = mail("lost", "Here I am.\n", date=T0 + 42 * DAY)
    fill(empty, [lost], archive="/later")
    assert ghost not in [one.named for one in empty.absent()]
    assert lost[0].id in [one.citation.message for one in empty.cites(one)]
    assert empty.cited_counts([lost[0].id]) == {lost[0].id: 1}
    assert [one.tier for one in empty.cited_by([lost[0].id])[lost[0].id]] == ["probable", "shown"]
    judge(empty, Verdict(article=two, message=lost[0].id, cites=True))
    assert empty.cited_counts([lost[0].id]) == {lost[0].id: 2}


def test_the_queue_of_review_keeps_its_order(empty: Engine) -> None:
    ids = ids_of(empty)
    one, two = sorted(keep(empty, article(), article("two", "Other words.")))
    cite(empty, one, *(citation(one, ids[name], probability, at) for name, probability, at in (
        ("a1", 0.6, 0), ("b1", 0.8, 20), ("c1", 0.95, 30), ("d1", 0.3, 40))))  # fmt: skip
    cite(empty, two, citation(two, ids["a1"], 0.8), citation(two, "", 0.7, 20, named="a lost mail"))
    total, queue = empty.review(limit=10)
    assert total == 4
    order = [(one.citation.article, one.citation.key[1]) for _, one in queue]
    assert order == [(one, ids["b1"]), (two, ids["a1"]), (two, "a lost mail"), (one, ids["a1"])]
    walked, after = [], ""
    while page := empty.review(after=after)[1]:
        ((after, found),) = page
        walked.append(found.citation.key)
        about, name = found.citation.key
        judge(empty, Verdict(article=about, message=name, cites=len(walked) > 2, at=9))
    assert walked == order
    assert empty.review() == (0, [])
    assert [one.citation.key for one in empty.newest_citations()][:2] in (
        [order[2], order[3]], [order[3], order[2]])  # fmt: skip
    for wrong in ("nonsense", "W10"):
        with pytest.raises(CursorError):
            empty.review(after=wrong)


def test_settings_move_the_tiers(empty: Engine) -> None:
    ids = ids_of(empty)
    (one,) = keep(empty, article())
    cite(empty, one, citation(one, ids["a1"], 0.6), citation(one, ids["b1"], 0.95, 20))
    with empty.writer() as writer:
        writer.set_settings(Settings(shown=0.5, probable=0.2))
        writer.index()
    assert empty.cited_counts(ids.values()) == {ids["a1"]: 1, ids["b1"]: 1}
    with empty.writer() as writer:
        writer.set_settings(Settings(shown=0.99, probable=0.7))
        writer.index()
    assert empty.cited_counts(ids.values()) == {}
    assert tiers(empty.cites(one)) == [(ids["a1"], "silent"), (ids["b1"], "probable")]


def test_an_article_that_goes_leaves_nothing(empty: Engine) -> None:
    ids = ids_of(empty)
    one, two = keep(empty, article(), article("two", "Other words."))
    cite(empty, one, citation(one, ids["a1"]), citation(one, "", 0.95, 20, named="lost"))
    cite(empty, two, citation(two, ids["a1"]))
    judge(empty, *(Verdict(article=one, message=ids[name], cites=name == "a1") for name in ("a1", "b1")))
    with empty.writer() as writer:
        writer.drop_article(one[:12])
        writer.index()
    assert empty.verdicts() == empty.absent() == []
    assert [one.citation.article for one in empty.newest_citations()] == [two]
    assert empty.cited_counts(ids.values()) == {ids["a1"]: 1}
    assert keep(empty, article()) == [one]
    assert empty.cites(one) == []
    assert empty.cited_state(one) is None


def test_a_call_that_fails_changes_nothing(empty: Engine) -> None:
    ids = ids_of(empty)
    (one,) = keep(empty, article())
    cite(empty, one, citation(one, ids["a1"]))
    before = empty.cites(one), empty.cited_state(one)

    def broken() -> object:
        yield citation(one, ids["b1"])
        raise RuntimeError

    with empty.writer() as writer, pytest.raises(RuntimeError):
        writer.keep_citations(CitedState(article=one), broken())  # type: ignore[arg-type]
    with empty.writer() as writer, pytest.raises(NotFound):
        writer.judge([Verdict(article=one, message=ids["a1"], cites=False),
                      Verdict(article="f" * 64, message=ids["a1"], cites=False)])  # fmt: skip
    assert (empty.cites(one), empty.cited_state(one)) == before
    assert empty.verdicts() == []


def test_hostile_citations_are_kept(empty: Engine) -> None:
    (one,) = keep(empty, article())
    names = ["\ud800", "\0", "x" * 40_000, "g" + "z" * 16, "Ω" * 9_000, "", "AB" * 32]
    cite(empty, one, *(citation(one, "", 0.95, 20 * at, named=name, number=name, collection=name)
                       for at, name in enumerate(names)))  # fmt: skip
    assert len(empty.cites(one)) == len(names)
    assert len(empty.absent()) == len(names)
    judge(empty, *(Verdict(article=one, message=name, cites=False, note="\ud800\0") for name in names))
    assert {one.tier for one in empty.cites(one)} == {"silent"}
    assert empty.cited_by(names) == empty.cited_counts(names) == {}


def test_a_corpus_without_articles_answers(empty: Engine, make: Maker) -> None:
    assert empty.most_cited() == empty.absent() == empty.newest_citations() == empty.verdicts() == []
    assert empty.review() == (0, [])
    assert empty.articles(ArticlesWanted()).total == 0
    assert empty.cited_by(["f" * 64]) == empty.cited_counts(["f" * 64]) == {}
