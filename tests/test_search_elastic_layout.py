"""A corpus in a cluster whose mappings, analysis or replicas are not what they are to be: told, and mended."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

pytest.importorskip("elasticsearch")

from ingest.threads import prepare, settle
from mappings import load
from mappings.records import ArchiveState, Place
from search import elastic_filling as filling
from search.elastic import Cluster
from search.elastic_engine import ElasticEngine
from search.elastic_layout import mapping_differences
from search.elastic_lease import Lease
from search.elastic_reindex import NAME, running
from search.engine import Batch, Engine, open_engine
from search.errors import CorpusDamaged, CorpusError, CorpusLocked, CorpusMissing
from search.parse import parse
from tests.test_search_contract import corpus, fill, names
from tests.test_search_elastic import Fresh, asked
from webapp import create_app
from webapp.cli import Mail, main

ONE = {"number_of_replicas": "1", "auto_expand_replicas": "false"}


@pytest.fixture
def engine(elastic: Fresh) -> ElasticEngine:
    """An empty corpus."""
    return ElasticEngine.open(elastic(), create=True)


def changed(engine: ElasticEngine, index: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Replaces an index by an empty one whose settings or mapping were changed."""
    cluster = engine._cluster
    server, _, _ = cluster.shown.rpartition("/")
    old = cluster.behind(index)
    body = load(index)
    change(body)
    body["aliases"] = {cluster.name(index): {}}
    asked(f"{server}/{old}", "DELETE")
    stem, _, last = old.rpartition("-")
    asked(f"{server}/{stem}-{int(last) + 1}", "PUT", body)


def another(body: dict[str, Any]) -> None:
    """The mapping of an older version."""
    fields = body["mappings"]["properties"]
    del fields["quoted"]
    fields["month"] = {"type": "keyword"}
    fields["subject"]["analyzer"] = "standard"
    fields["sender"] = {"type": "keyword"}
    body["settings"]["analysis"]["normalizer"]["lower"]["filter"] = []
    body["mappings"]["dynamic"] = True


TOLD = {
    'field "quoted" is missing', 'field "month" is keyword, expected long',
    'field "subject": analyzer is standard, expected whitespace', 'field "sender" is not expected',
    "setting analysis.normalizer.lower.filter is , expected lowercase", "dynamic is true, expected strict",
}  # fmt: skip


def test_a_mapping_that_differs_is_told_field_by_field_and_reindex_mends_it(
    engine: ElasticEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(engine, corpus())
    assert engine.status().differences == ()
    changed(engine, "messages", another)
    found = engine.status().differences
    assert {one.what for one in found} == TOLD
    assert {(one.index, one.remedy) for one in found} == {("messages", "`unsealed reindex` makes the index anew.")}
    text = CliRunner().invoke(main, ["status", "--engine", engine.status().engine], catch_exceptions=False).stdout
    assert 'messages: field "quoted" is missing\n' in text
    assert text.count("`unsealed reindex` makes the index anew.\n") == 1
    page = create_app(engine, Mail()).test_client().get("/status").text
    assert "field &#34;month&#34; is keyword, expected long" in page
    with pytest.raises(CorpusError, match="unsealed reindex"):  # each document would be refused
        fill(engine, corpus(), archive="/b")
    with engine.writer() as writer:
        assert list(writer.reindex())[-1] == len(corpus())
    status = engine.status()
    assert (status.differences, status.unindexed) == ((), 0)
    assert names(engine, "quoted:leaking") == ["a2"]
    fill(engine, corpus(), archive="/b")
    engine.close()


def test_an_index_that_only_a_copy_can_mend(engine: ElasticEngine) -> None:
    changed(engine, "records", lambda body: body["mappings"]["properties"].pop("files") and None)
    (one,) = engine.status().differences
    assert (one.index, one.what, one.hinders) == ("records", 'field "files" is missing', True)
    assert "unsealed copy" in one.remedy
    with pytest.raises(CorpusError, match="records: field"):
        fill(engine, corpus())
    changed(engine, "records", lambda body: body["mappings"]["properties"].update(size={"type": "keyword"}))
    with pytest.raises(CorpusDamaged, match="is keyword, expected long"):
        engine.status()
    engine.close()


def test_a_corpus_that_lacks_an_index(engine: ElasticEngine) -> None:
    cluster = engine._cluster
    server, _, _ = cluster.shown.rpartition("/")
    asked(f"{server}/{cluster.behind('files')}", "DELETE")
    with pytest.raises(CorpusMissing):
        open_engine(cluster.shown)
    open_engine(cluster.shown, create=True).close()  # its making was cut off
    fill(engine, corpus())
    asked(f"{server}/{cluster.behind('raws')}", "DELETE")
    for create in (False, True):
        with pytest.raises(CorpusDamaged, match=f"lacks {cluster.name('raws')}"):
            open_engine(cluster.shown, create=create)
    engine.close()


def test_nothing_differs_from_itself() -> None:
    one = load("messages")["mappings"]
    assert list(mapping_differences("messages", one, one)) == []
    held = {"dynamic": "strict", "properties": {"a": {"properties": {"b": {"type": "long"}}}}}
    asked_for = {"dynamic": "strict", "properties": {"a": {"properties": {"b": {"type": "long", "index": False}}}}}
    (found,) = mapping_differences("x", held, asked_for)
    assert found.what == 'field "a.b": index is not set, expected false'


def test_readers_see_everything_all_the_time_while_the_index_is_made_anew(
    engine: ElasticEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.elastic_reindex._PART", 5)
    fill(engine, corpus())
    wanted = names(engine, "harbour")
    conversations = engine.search(parse("harbour"), by_thread=True).threads
    reader = ElasticEngine.open(engine.status().engine)
    seen: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                page = reader.search(parse("harbour"), by_thread=True)
                seen.append((names(reader, "harbour"), page.threads))
            except Exception as error:  # told by the assertion below
                seen.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        for _ in range(3):
            with engine.writer() as writer:
                list(writer.reindex())
    finally:
        done.set()
        thread.join()
    assert len(seen) > 10
    assert [one for one in seen if one != (wanted, conversations)] == []
    reader.close()
    engine.close()


def test_what_others_store_while_an_index_is_filled_is_in_the_new_one(
    engine: ElasticEngine, elastic: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.elastic_reindex._PART", 3)
    fill(engine, corpus()[:8])
    steps = []
    with engine.writer() as writer:
        for done in writer.reindex():
            if not steps:
                fill(engine, corpus()[5:], collection="late", archive="/b")  # new mails, and old ones in more places
                assert {"d1", "e1", "f1"} < set(names(engine, "collection:late"))
            steps.append(done)
        monkeypatch.setattr("search.elastic_reindex._WAITS", 0.1)
        going = writer.reindex()
        next(going)
        with engine.writer() as second, pytest.raises(CorpusLocked):
            next(second.reindex())
        going.close()
    calm = ElasticEngine.open(elastic(), create=True)
    fill(calm, corpus()[:8])
    fill(calm, corpus()[5:], collection="late", archive="/b")
    for query in ("collection:late", "harbour", "is:ghost", "is:duplicate", "report"):
        assert names(engine, query) == names(calm, query), query
    assert engine.digest() == calm.digest()
    assert engine.status().unindexed == 0
    calm.close()
    engine.close()


def test_a_reindex_that_was_cut_off_leaves_nothing_behind(
    engine: ElasticEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(engine, corpus())
    server, _, prefix = engine.status().engine.rpartition("/")
    cluster = engine._cluster
    cluster.create_index("messages", f"{prefix}-messages-7", False)
    cluster.create_index("messages", f"{prefix}-messages-2", False)
    with monkeypatch.context() as patched:
        patched.setattr("search.elastic_lease.LASTS", -1.0)
        Lease(cluster, NAME).hold()
    assert not running(cluster)  # so that an ingest's notes are struck
    with engine.writer() as writer:
        list(writer.reindex())
    assert list(asked(f"{server}/{prefix}-messages-*")) == [f"{prefix}-messages-2"]
    assert cluster.behind("messages") == f"{prefix}-messages-2"
    engine.close()


def replicated(engine: ElasticEngine) -> Cluster:
    """An empty corpus that is to have one replica of everything."""
    filling.set_replicas(engine._cluster, ONE, "messages", "records", "raws")
    return engine._cluster


def kept(cluster: Cluster) -> list[str]:
    """How many replicas there are to be now."""
    found = filling.replicas(cluster, "messages", "records", "raws")
    return [found[index]["number_of_replicas"] for index in ("messages", "records", "raws")]


def test_no_replicas_while_an_empty_corpus_is_filled(engine: ElasticEngine) -> None:
    cluster = replicated(engine)
    prepared = [prepare(message, raw, Place("/a", "box", at, "c")) for at, (message, raw) in enumerate(corpus())]
    first, second = engine.writer(), engine.writer()
    with first, second:
        first.take(Batch(state=ArchiveState(archive="/a", collection="c"), messages=prepared[:5]))
        assert kept(cluster) == ["0", "0", "0"]
        (note,) = engine.status().notes
        assert "No replicas are kept" in note
        second.take(Batch(state=ArchiveState(archive="/b", collection="c"), messages=prepared[5:]))
        settle(second)
        second.index()
        second.__exit__(None, None, None)
        assert kept(cluster) == ["0", "0", "0"]  # the other one is still at work
    assert kept(cluster) == ["1", "1", "1"]
    assert engine.status().notes == ()
    fill(engine, corpus(), archive="/c")
    assert kept(cluster) == ["1", "1", "1"]
    engine.close()


KILLED = """
import sys
from mappings.records import ArchiveState, Place
from ingest.threads import prepare
from search.engine import Batch, open_engine
from tests.test_search_contract import corpus
writer = open_engine(sys.argv[1]).writer()
with writer:
    mails = [prepare(message, raw, Place("/a", "box", at, "c")) for at, (message, raw) in enumerate(corpus()[:5])]
    writer.take(Batch(state=ArchiveState(archive="/a", collection="c", position="5"), messages=mails))
    print("stored", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("more", [0, 5], ids=["without more mails", "with more"])
def test_replicas_come_back_after_a_writer_was_killed(engine: ElasticEngine, more: int) -> None:
    cluster = replicated(engine)
    command = [sys.executable, "-c", KILLED, engine.status().engine]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1]
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == b"stored\n"
        os.kill(child.pid, signal.SIGKILL)
    assert kept(cluster) == ["0", "0", "0"]
    assert engine.status().notes
    with engine.writer() as writer:
        state = writer.state("/a", "c")
        assert state
        assert state.new == 5
        writer.take(Batch(state=state, messages=[
            prepare(*one, Place("/a", "box", 5, "c")) for one in corpus()[5 : 5 + more]]))  # fmt: skip
        assert kept(cluster) == ["1", "1", "1"]  # nothing is empty any more
        settle(writer)
        writer.index()
    assert engine.status().notes == ()
    assert (engine.status().messages, engine.status().unindexed) == (5 + more, 0)
    engine.close()


def test_a_writer_elsewhere_that_is_not_heard_of_counts_as_gone(
    engine: ElasticEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = replicated(engine)
    prepared = [prepare(*one, Place("/a", "box", 0, "c")) for one in corpus()[:2]]
    monkeypatch.setattr("socket.gethostname", lambda: "elsewhere")
    gone = engine.writer()
    gone.take(Batch(state=ArchiveState(archive="/a", collection="c"), messages=prepared))
    monkeypatch.undo()
    fill(engine, corpus(), archive="/b")
    assert kept(cluster) == ["0", "0", "0"]
    later = time.time() + filling.LASTS + 1
    monkeypatch.setattr("time.time", lambda: later)
    fill(engine, corpus(), archive="/c")
    assert kept(cluster) == ["1", "1", "1"]
    engine.close()


def test_two_ingests_at_once_make_the_corpus_of_one(elastic: Fresh, tmp_path: Path) -> None:
    boxes = [tmp_path / "one.mbox", tmp_path / "two.mbox"]
    for part, box in enumerate(boxes):
        box.write_bytes(b"".join(
            b"From x Thu Jan  1 00:00:00 2015\nFrom: Ann <ann@x.example>\nMessage-ID: <%d@x.example>\n"
            b"Subject: Re: Plan %d\nIn-Reply-To: <%d@x.example>\nDate: Thu, 1 Jan 2015 00:00:%02d +0000\n\nMail %d.\n\n"
            % (n, n % 9, n // 3, n % 60, n) for n in range(part, 400, 2)))  # fmt: skip
    shared, alone = elastic(), str(tmp_path / "alone")
    open_engine(shared, create=True).close()
    command = [sys.executable, "-m", "webapp.cli", "ingest", "--workers", "1", "--json", "--engine", shared]
    flying = [
        subprocess.Popen([*command, str(box)], cwd=Path(__file__).parents[1], stdout=subprocess.PIPE) for box in boxes
    ]
    told = [json.loads(one.communicate(timeout=300)[0]) for one in flying]
    assert [one["new"] for one in told] == [200, 200]
    run = CliRunner().invoke(main, ["ingest", *map(str, boxes), "--engine", alone], catch_exceptions=False)
    assert run.exit_code == 0
    both: list[Engine] = [open_engine(shared), open_engine(alone)]
    assert both[0].digest() == both[1].digest()
    assert (both[0].status().unindexed, both[0].status().notes) == (0, ())
    for one in both:
        one.close()
