"""What people are told when a cluster can't or won't: sentences, never a part shown as the whole, never a traceback."""

import json
import socket
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("elasticsearch")

from elasticsearch import ApiError, Elasticsearch
from elasticsearch import ConnectionError as Gone
from flask.testing import FlaskClient

from ingest.threads import prepare, settle
from mappings import load
from mappings.records import ArchiveState, Message, Place
from search import elastic_documents
from search.documents import document
from search.elastic import Cluster, Op
from search.elastic_engine import ElasticEngine
from search.elastic_errors import StateGone
from search.engine import Batch
from search.errors import EngineUnavailable
from search.parse import parse
from tests.test_search_contract import corpus, fill, names
from tests.test_search_elastic import Fresh, asked
from webapp import create_app
from webapp.cli import Mail

SEARCHES = ("/?q=harbour", "/.json?q=harbour&order=oldest", "/?q=harbour&threads=1")


@pytest.fixture(scope="module")
def engine(elastic: Fresh) -> Iterator[ElasticEngine]:
    """A corpus that each test leaves as it was."""
    found = ElasticEngine.open(elastic(), create=True)
    fill(found, corpus())
    yield found
    found.close()


@pytest.fixture
def site(engine: ElasticEngine) -> FlaskClient:
    """Its pages."""
    return create_app(engine, Mail()).test_client()


def base(engine: ElasticEngine) -> str:
    """The server's address without a prefix."""
    return engine.status().engine.rpartition("/")[0]


def told(site: FlaskClient, path: str) -> str:
    """What a page says that can't be made now."""
    answer = site.get(path)
    assert answer.status_code == 503, (path, answer.text)
    assert "fault of ours" not in answer.text
    return str(answer.json["detail"]) if ".json" in path else answer.text


def away(status: int, body: object) -> Callable[..., Any]:
    """A server that answers this to everything."""

    def perform(*arguments: object, **named: object) -> Any:
        raise ApiError("told", SimpleNamespace(status=status), body)  # type: ignore[arg-type]

    return perform


def test_a_closed_index(engine: ElasticEngine, site: FlaskClient) -> None:
    index = f"{base(engine)}/{engine._cluster.behind('messages')}"
    asked(f"{index}/_close", "POST")
    try:
        for path in (*SEARCHES, "/", "/status"):
            assert "is closed" in told(site, path)
    finally:
        asked(f"{index}/_open", "POST")
    assert site.get("/?q=harbour").status_code == 200


def test_a_shard_that_no_node_has(elastic: Fresh) -> None:
    engine = ElasticEngine.open(elastic(), create=True)
    fill(engine, corpus())
    server, cluster = base(engine), engine._cluster
    site = create_app(engine, Mail()).test_client()
    for name in ("messages", "raws", "records"):
        body = load(name)
        body["settings"]["index"] |= {"routing.allocation.require._name": "nobody"}
        body["aliases"] = {cluster.name(name): {}}
        asked(f"{server}/{cluster.behind(name)}", "DELETE")
        asked(f"{server}/{cluster.name(name)}-2?wait_for_active_shards=0", "PUT", body)
        paths = SEARCHES if name == "messages" else (f"/m/{corpus()[0][0].id}",)
        for path in paths:
            assert "no node that could answer" in told(site, path), name
    for path in ("/status", "/status.json", "/"):
        assert "no node that could answer" in told(site, path)
    engine.close()


def test_too_many_buckets(engine: ElasticEngine, site: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.elastic_pages._AT_ONCE", 0)
    monkeypatch.setattr("search.elastic_pages._PART", 1_000_000)  # more than search.max_buckets
    text = told(site, "/?q=harbour&threads=1")
    assert "search.max_buckets" in text
    assert "Narrow it" in text
    assert "The search was cut" in text


BUSY = {"error": {"type": "es_rejected_execution_exception", "reason": "rejected execution of TimedRunnable"}}
FULL = {"error": {"type": "circuit_breaking_exception", "reason": "[parent] Data too large"}}
MASTERLESS = {"error": {"type": "master_not_discovered_exception", "reason": None}}
LATE = {"error": {"type": "cluster_block_exception", "reason": "by: [SERVICE_UNAVAILABLE/1/state not recovered]"}}
FAILED = {"error": {
    "type": "search_phase_execution_exception", "reason": "all shards failed", "root_cause": [],
    "failed_shards": [{"shard": 0, "reason": {"type": "node_disconnected_exception", "reason": "[n][t] disconnected"}}],
}}  # fmt: skip


@pytest.mark.parametrize(("status", "body", "words"), [
    (429, BUSY, "is too busy"), (429, FULL, "more memory"), (503, MASTERLESS, "no master"), (503, LATE, "just started"),
    (503, FAILED, "a node went away"), (502, "<html>Bad Gateway</html>", "can&#39;t answer now"),
    (504, None, "can&#39;t answer now"), (500, {"error": {"type": "odd", "reason": "?"}}, "500 odd"),
    (418, {"error": "short"}, "418"), (200, {"error": {"caused_by": [1]}}, "refuses"),
])  # fmt: skip
def test_what_a_server_may_answer(
    engine: ElasticEngine, site: FlaskClient, monkeypatch: pytest.MonkeyPatch, status: int, body: object, words: str
) -> None:
    monkeypatch.setattr(engine._cluster._client, "perform_request", away(status, body))
    for path in ("/?q=harbour", "/status", f"/m/{corpus()[0][0].id}", f"/t/{corpus()[0][0].id}"):
        assert words in told(site, path).replace("’", "&#39;"), path
    monkeypatch.undo()
    assert site.get("/?q=harbour").status_code == 200


@pytest.mark.parametrize(("change", "words"), [
    ({"timed_out": True}, "longer than 20 seconds"),
    ({"_shards": {"total": 2, "successful": 1, "failed": 1}}, "nothing is shown rather than a part"),
    ({"_shards": {"total": 2, "successful": 1, "failed": 0}}, "nothing is shown rather than a part"),
])  # fmt: skip
def test_a_part_is_never_shown_as_the_whole(
    engine: ElasticEngine, site: FlaskClient, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], words: str
) -> None:
    there = engine._cluster._client.perform_request

    def perform(method: str, path: str, **named: Any) -> Any:
        answer = there(method, path, **named)
        if path.endswith("/_search"):
            return SimpleNamespace(body=answer.body | change)
        return answer

    monkeypatch.setattr(engine._cluster._client, "perform_request", perform)
    for path in SEARCHES:
        assert words in told(site, path)
    with pytest.raises(EngineUnavailable):
        engine.digest()


def test_a_reader_s_search_says_how_long_it_may_take(engine: ElasticEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    there = engine._cluster._client.perform_request

    def perform(method: str, path: str, **named: Any) -> Any:
        if path.endswith("/_search"):
            sent.append(named["body"])
        return there(method, path, **named)

    monkeypatch.setattr(engine._cluster._client, "perform_request", perform)
    engine.search(parse("harbour"), by_thread=True)
    assert [body["timeout"] for body in sent] == ["20s"] * len(sent)
    sent.clear()
    list(engine._cluster.patiently().scan("records", {"match_all": {}}, ["id"]))
    assert all("timeout" not in body for body in sent)  # an ingest would rather wait


def test_a_walk_reads_one_state_and_lets_go_of_it(elastic: Fresh) -> None:
    engine = ElasticEngine.open(elastic(), create=True)
    fill(engine, corpus()[:6])
    walk = engine._cluster.walk("records", {"match_all": {}}, ["id"], size=2)
    met = [next(walk).id]
    fill(engine, corpus()[6:], archive="/b")
    met += [doc.id for doc in walk]
    assert met == sorted(message.id for message, _ in corpus()[:6])
    assert len(list(engine._cluster.walk("records", {"match_all": {}}, ["id"], size=5))) == len(corpus())
    engine.close()


def test_a_walk_whose_state_is_forgotten_says_so(engine: ElasticEngine) -> None:
    cluster = engine._cluster
    sent: list[str] = []
    there = cluster._client.perform_request

    def perform(method: str, path: str, **named: Any) -> Any:
        if path == "/_pit":
            sent.append(named["body"]["id"])
        return there(method, path, **named)

    walk = cluster.walk("records", {"match_all": {}}, ["id"], size=2)
    next(walk)
    cluster._client.perform_request = perform  # type: ignore[method-assign]
    assert walk.gi_frame  # type: ignore[attr-defined]
    forgotten = walk.gi_frame.f_locals["pit"]["id"]  # type: ignore[attr-defined]
    there("DELETE", "/_pit", headers={"accept": "application/json", "content-type": "application/json"},
          body={"id": forgotten})  # fmt: skip
    with pytest.raises(StateGone, match="start again"):
        list(walk)
    cluster._client.perform_request = there  # type: ignore[method-assign]
    assert len(sent) == 1


def odd(wanted: str) -> Callable[..., dict[str, Any]]:
    """Documents as they are, but for that of one message, which no cluster will have."""

    def made(number: int, label: int, message: Message, *rest: Any) -> dict[str, Any]:
        found = document(number, label, message, *rest)
        return found | {"odd": 1} if message.id == wanted else found

    return made


def test_a_document_that_is_refused_is_a_failure_of_its_message(
    elastic: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = ElasticEngine.open(elastic(), create=True)
    message, raw = corpus()[0]
    monkeypatch.setattr(elastic_documents, "document", odd(message.id))
    counts = fill(engine, corpus())
    assert (counts.new, counts.failed, counts.unsearchable) == (len(corpus()), 0, 1)
    assert engine.raw(message.id) == raw
    assert names(engine, "leaking") == ["a2"]  # the others of its batch are there
    (found,) = [failure for _, failure in engine.failures()]
    assert (found.stage, found.code, found.message, found.archive) == ("index", "refused", message.id, "/a")
    assert "strict_dynamic_mapping_exception" in found.reason
    status = engine.status()
    assert (status.messages, status.unindexed, status.failures) == (len(corpus()), 1, 1)
    with engine.writer() as writer:
        assert list(writer.reindex())[-1] == len(corpus())
    assert [failure.message for _, failure in engine.failures()] == [message.id]
    monkeypatch.undo()
    with engine.writer() as writer:
        list(writer.reindex())
    assert names(engine, "leaking") == ["a1", "a2"]
    assert engine.failures() == []
    engine.close()


def test_what_is_too_large_for_one_request_goes_in_halves(elastic: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = ElasticEngine.open(elastic(), create=True)
    there = engine._cluster._client.perform_request

    def small(method: str, path: str, **named: Any) -> Any:
        if path == "/_bulk" and sum(map(len, named["body"])) > 5_000:
            away(413, "<html>Request Entity Too Large</html>")()
        return there(method, path, **named)

    monkeypatch.setattr(engine._cluster._client, "perform_request", small)
    cluster = engine._cluster
    ops = [Op("index", "messages", str(n), json.dumps({"num": n, "own": "long " * 100}).encode()) for n in range(40)]
    ops[7] = Op("index", "messages", "7", json.dumps({"own": "long " * 2000}).encode())
    refusals: list[Any] = []
    statuses = cluster.bulk(ops, refresh=True, refusals=refusals)
    assert [one.op.id for one in refusals] == ["7"]
    assert "larger than" in refusals[0].reason
    assert statuses.count(201) == 39
    assert cluster.count("messages", {"match_all": {}}) == 39
    with pytest.raises(EngineUnavailable, match="refuses a document"):
        cluster.bulk(ops)
    engine.close()


def test_a_cluster_that_stays_away_ends_the_run_with_a_sentence(
    elastic: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = ElasticEngine.open(elastic(), create=True)
    batch = Batch(state=ArchiveState(archive="/a", collection="c", position="9", done=True), messages=[
        prepare(message, raw, Place("/a", "box", at, "c")) for at, (message, raw) in enumerate(corpus())])  # fmt: skip
    monkeypatch.setattr("search.elastic.PATIENCE", 1.0)
    there = Cluster._send
    sent = 0

    def leaves(self: Cluster, *arguments: Any) -> list[int]:
        nonlocal sent
        sent += 1
        if sent == 3:
            monkeypatch.setattr(self._client, "perform_request", gone)
        return there(self, *arguments)

    def gone(*arguments: object, **named: object) -> Any:
        raise Gone("refused")

    monkeypatch.setattr(Cluster, "_send", leaves)
    with pytest.raises(EngineUnavailable, match=r"for 1 seconds.*goes on from there"), engine.writer() as w:
        w.take(batch)
    monkeypatch.undo()
    with engine.writer() as writer:
        assert writer.state("/a", "c") is None
        assert writer.take(batch).new == len(corpus())
        settle(writer)
        writer.index()
    assert engine.status().unindexed == 0
    engine.close()


def test_what_there_is_no_room_for_is_sent_again(elastic: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = ElasticEngine.open(elastic(), create=True)
    monkeypatch.setattr("search.elastic_patience._FIRST", 0.001)
    there = Cluster._answers
    times: list[int] = []

    def crowded(self: Cluster, ops: list[Op], refresh: bool) -> list[tuple[int, Any]]:
        times.append(len(ops))
        held = ops if len(times) % 3 == 0 else [op for number, op in enumerate(ops) if number % 3]
        answers = dict(zip(map(id, held), there(self, held, refresh) if held else [], strict=True))
        return [answers.get(id(op), (429, BUSY["error"])) for op in ops]

    monkeypatch.setattr(Cluster, "_answers", crowded)
    fill(engine, corpus())
    monkeypatch.undo()
    assert len(times) > 20
    assert engine.status().messages == len(corpus())
    assert engine.status().unindexed == 0
    engine.close()




def test_a_host_that_is_silent_is_passed_over(elastic: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    address = elastic()
    monkeypatch.setattr("search.elastic.TIMEOUT", 2.0)
    engine = ElasticEngine.open(address, create=True)
    fill(engine, corpus())
    engine.close()
    scheme, _, place = address.partition("://")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        reader = ElasticEngine.open(f"{scheme}://127.0.0.1:{silent.getsockname()[1]},{place}")
        for _ in range(4):
            assert names(reader, "leaking") == ["a1", "a2"]
        reader.close()


def test_who_waits_for_a_cluster_is_told_what_for(
    engine: ElasticEngine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("search.elastic.PATIENCE", 2.0)
    monkeypatch.setattr("search.elastic_patience._QUIET", 0.5)
    monkeypatch.setattr(engine._cluster._client, "perform_request", away(429, BUSY))
    with pytest.raises(EngineUnavailable, match="is too busy"):
        engine.digest()
    (line,) = caplog.messages
    assert "is too busy. It is tried again for up to 2 seconds." in line


def test_an_ingest_waits_for_indexes_that_were_made_a_moment_ago(
    engine: ElasticEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = 0
    there = Elasticsearch.perform_request

    def perform(self: Any, method: str, path: str, **named: Any) -> Any:
        nonlocal times
        times += path.endswith("/_search")
        if path.endswith("/_search") and times <= 2:
            away(503, {"error": {"type": "no_shard_available_action_exception", "reason": None}})()
        return there(self, method, path, **named)

    monkeypatch.setattr("elasticsearch.Elasticsearch.perform_request", perform)
    ElasticEngine.open(engine._cluster.shown, create=True).close()
    assert times == 3
