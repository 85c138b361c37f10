"""The shelf of a corpus in a cluster: made where older versions had none, mended after what cut a call off."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

pytest.importorskip("elasticsearch")

from mappings import YOUNGER
from mappings.articles import CitedState, Settings, Verdict
from search.citing import ArticlesWanted, Wanted
from search.desk import NotesWanted
from search.elastic import Cluster
from search.elastic_engine import ElasticEngine
from search.engine import open_engine
from tests.shelf_articles import article, citation, cite, keep
from tests.test_search_contract import corpus, fill, mail, names
from tests.test_search_elastic import Fresh, asked
from tests.test_search_elastic_layout import changed


@pytest.fixture
def engine(elastic: Fresh) -> Iterator[ElasticEngine]:
    """An empty corpus."""
    engine = ElasticEngine.open(elastic(), create=True)
    yield engine
    engine.close()


def test_an_older_corpus_gets_what_it_lacks(engine: ElasticEngine) -> None:
    cluster = engine._cluster
    changed(engine, "records", lambda body: body["mappings"]["properties"].pop("came") and None)
    for index in YOUNGER:
        asked(f"{cluster.shown.rpartition('/')[0]}/{cluster.behind(index)}", "DELETE")
    assert engine.articles(ArticlesWanted()).total == 0  # one who only reads
    assert engine.cited_counts(["f" * 64]) == {}
    assert engine.most_cited() == engine.absent() == engine.newest_citations() == engine.verdicts() == []
    assert engine.review() == (0, [])
    assert list(engine.article_ids()) == []
    assert engine.derived("x") is None
    assert engine.article_at("x", "y") == ""
    assert engine.status().articles == 0
    assert engine.marks(["f" * 64]) == {}
    assert engine.tags() == engine.authors() == list(engine.every_mark()) == engine.history("f" * 64) == []
    assert engine.notes(NotesWanted()).total == engine.desked().tags == 0
    assert names(engine, "tag:* OR note:x OR is:starred") == []
    assert not any(one.hinders for one in engine.status().differences if one.index in YOUNGER)
    newer = open_engine(cluster.shown)
    assert newer.status().differences == ()
    fill(newer, corpus())
    (one,) = keep(newer, article())
    cite(newer, one, citation(one, corpus()[0][0].id))
    assert names(newer, "is:cited") == ["a1"]
    newer.tag([corpus()[0][0].id], add=["late"])
    assert names(newer, "tag:late") == ["a1"]
    newer.close()


@pytest.mark.parametrize("acts", ["keep", "judge"])
def test_what_is_cut_off_is_whole_after_the_next_index(
    engine: ElasticEngine, monkeypatch: pytest.MonkeyPatch, acts: str
) -> None:
    fill(engine, corpus())
    mails = [message.id for message, _ in corpus()]
    (one,) = keep(engine, article())
    found = {"keep": {mails[1]}, "judge": {mails[2]}}[acts]
    send, left = Cluster.bulk, [0]

    def bulk(self: Cluster, *args: Any, **options: Any) -> list[int]:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return send(self, *args, **options)

    monkeypatch.setattr(Cluster, "bulk", bulk)
    whole = False
    for at in range(2, 12):  # the first of them takes the lease
        with engine.writer() as writer:
            writer.unjudge(one, mails[2])
            writer.unjudge(one, mails[0])
        cite(engine, one, citation(one, mails[0]))
        writer = engine.writer()
        left[0] = at
        try:
            if acts == "keep":
                writer.keep_citations(CitedState(article=one), [citation(one, mails[1])])
            else:
                writer.judge([Verdict(article=one, message=mails[0], cites=False),
                              Verdict(article=one, message=mails[2], cites=True)])  # fmt: skip
            whole = left[0] > 0
        except KeyboardInterrupt:
            forget_leases(engine)
        left[0] = 0
        with engine.writer() as healing:
            healing.index()
        cited = {judged.citation.message for judged in engine.cites(one) if judged.tier == "shown"}
        assert cited in ({mails[0]}, found), at
        assert set(engine.cited_counts(mails)) == cited
        wanted = [engine.message(id).message_id.partition("@")[0] for id in cited]
        assert names(engine, "is:cited") == wanted
        (row,) = engine.articles(ArticlesWanted(), order="citations").rows
        assert row.cites == 1
        if whole:
            break
    assert whole


def forget_leases(engine: ElasticEngine) -> None:
    """A killed process' leases end after a while; not waited for here."""
    cluster = engine._cluster
    cluster.refresh("marks")
    docs = cluster.scan("marks", {"term": {"kind": "lease"}}, ["name"])
    for doc in docs:
        cluster.request("DELETE", f"/{cluster.name('marks')}/_doc/{doc.id}", missing={}, refresh="true")


def test_mail_that_is_stored_later_is_never_missed(engine: ElasticEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(engine, corpus())
    upto = engine.newest()
    fill(engine, [mail("late", "unmistakable\n")], archive="/b")
    assert len(engine.candidates(Wanted(groups=[{"unmistakable": 1.0}], since=upto))) == 1
    # stored by a process that was killed before its document was
    send = Cluster.bulk

    def bulk(self: Cluster, ops: Any, **options: Any) -> list[int]:
        return send(self, [op for op in ops if op.index != "messages"], **options)

    monkeypatch.setattr("search.elastic_candidates.LATE", -1000)
    with monkeypatch.context() as patch:
        patch.setattr(Cluster, "bulk", bulk)
        fill(engine, [mail("killed", "unheard\n")], archive="/c")
    upto = engine.newest()
    assert engine.candidates(Wanted(groups=[{"unheard": 1.0}])) == []
    time.sleep(0.01)
    with engine.writer() as writer:
        writer.index()
    assert len(engine.candidates(Wanted(groups=[{"unheard": 1.0}], since=upto))) == 1


def test_two_who_write_at_once_leave_one_s_findings(engine: ElasticEngine) -> None:
    fill(engine, corpus())
    mails = [message.id for message, _ in corpus()]
    one, other = keep(engine, article(), article("two", "Other."))
    found = [{mails[0], mails[1]}, {mails[2]}]

    def write(at: int) -> None:
        with engine.writer() as writer:
            for _ in range(3):
                listed = [citation(one, id, start=20 * n) for n, id in enumerate(sorted(found[at]))]
                writer.keep_citations(CitedState(article=one, model=str(at)), listed)
                writer.judge([Verdict(article=other, message=mails[at], cites=True, by=str(at))])

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(write, at) for at in (0, 1)]:
            done.result()
    with engine.writer() as writer:
        writer.index()
    state = engine.cited_state(one)
    assert state is not None
    cited = {judged.citation.message for judged in engine.cites(one)}
    assert cited == found[int(state.model)]
    assert {judged.citation.message for judged in engine.cites(other)} == {mails[0], mails[1]}
    counts = engine.cited_counts(mails)
    assert set(counts) == cited | {mails[0], mails[1]}
    assert sorted(names(engine, "is:cited")) == sorted(
        engine.message(id).message_id.partition("@")[0] for id in counts)  # fmt: skip


def test_documents_made_anew_keep_when_they_came(engine: ElasticEngine) -> None:
    fill(engine, corpus())
    (one,) = keep(engine, article())
    since = list(engine.texts())[-1][0]
    cite(engine, one, citation(one, corpus()[0][0].id))
    with engine.writer() as writer:
        writer.set_settings(Settings(shown=0.99))
        writer.index()
    docs = engine._cluster.scan("messages", {"exists": {"field": "came"}}, ["num"], columns=["num", "came"])
    assert len({doc.source["came"] for doc in docs}) == 1
    assert since > 0
