"""What only a corpus in a cluster can do: be shared by writers, be away, be damaged there; and its words."""

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("elasticsearch")

from ingest.threads import prepare, settle
from mappings import INDEXES, MESSAGES, load
from mappings.records import ArchiveState, Place
from search.elastic import Cluster, Op
from search.elastic_documents import terms
from search.elastic_engine import ElasticEngine
from search.elastic_writer import ElasticWriter
from search.engine import Batch, Engine, open_engine
from search.errors import CorpusDamaged, CorpusError, CorpusMissing, EngineUnavailable
from search.parse import parse
from search.words import tokens
from tests.test_search_contract import corpus, fill, mail, names
from webapp.cli import main

Fresh = Callable[[], str]


@pytest.fixture
def address(elastic: Fresh) -> str:
    """Where nothing is yet."""
    return elastic()


def asked(url: str, method: str = "GET", body: object = None) -> Any:
    """What the server answers to a request past the engine."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def test_mappings_are_strict_and_say_what_they_hold() -> None:
    for name in INDEXES:
        found = load(name)["mappings"]
        assert found["dynamic"] == "strict"
        assert len(found["_meta"]["comment"]) > 20
        assert set(found["_meta"]["fields"]) <= set(found["properties"])


def test_addresses_that_can_not_be_right() -> None:
    for url in ("http://ann:secret@127.0.0.1:9200/x", "http://127.0.0.1:9200/A b", "http://:9200/x"):
        with pytest.raises(CorpusError):
            Cluster.connect(url)


def test_nobody_answers() -> None:
    with pytest.raises(EngineUnavailable, match="does not answer"):
        open_engine("http://127.0.0.1:1/x")


def test_nothing_there(address: str) -> None:
    with pytest.raises(CorpusMissing):
        open_engine(address)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80) | st.sampled_from(
    ["x.org don't 3.14 a_b", "Zébu ÆTHER ﬁ", "会議は来週です abc中文def", "नमस्ते दुनिया",
     "a\u00adb \u0130stanbul", "x" * 300]))
def test_the_server_holds_the_very_terms_of_the_embedded_index(elastic: Fresh, text: str) -> None:
    handed = terms(text)
    if not handed:
        assert tokens(text) == []
        return
    base = elastic_base(elastic)
    analyzer = load(MESSAGES)["mappings"]["properties"]["own"]["analyzer"]
    found = asked(f"{base}/_analyze", "POST", {"analyzer": analyzer, "text": handed})
    assert [token["token"] for token in found["tokens"]] == tokens(text)


_base: list[str] = []


def elastic_base(elastic: Fresh) -> str:
    """The server's address without a prefix."""
    if not _base:
        _base.append(elastic().rpartition("/")[0])
    return _base[0]


def test_both_engines_have_one_digest(address: str, tmp_path: Path) -> None:
    engines: list[Engine] = [open_engine(address, create=True), open_engine(str(tmp_path / "corpus"), create=True)]
    for engine in engines:
        fill(engine, corpus())
    assert engines[0].digest() == engines[1].digest()
    for engine in engines:
        engine.close()


def test_writers_at_once_make_the_corpus_of_one(elastic: Fresh) -> None:
    alone = open_engine(elastic(), create=True)
    shared = elastic()
    mails = [
        mail(f"t{number}", f"turn {number}\n", subject=f"Re: Matter {number % 7}", date=1_400_000_000 + number * 60,
             references=(f"t{number - 7}@x.example",) if number >= 7 else ())
        for number in range(280)
    ]  # fmt: skip
    prepared = [prepare(message, raw, Place("/a", "box", at, "c")) for at, (message, raw) in enumerate(mails)]

    def write(url: str, parts: list[int], gate: threading.Barrier) -> int:
        new = 0
        engine = open_engine(url, create=True)
        with engine.writer() as writer:
            gate.wait()
            for part in parts:
                state = ArchiveState(archive="/a", collection=f"c{part}")
                new += writer.take(Batch(state=state, messages=prepared[part::8])).new
                # these are taken in by both
                new += writer.take(Batch(state=state, messages=prepared[::24])).new
                settle(writer)
            settle(writer)
            writer.index()
        engine.close()
        return new

    write(alone_url(alone), list(range(8)), threading.Barrier(1))
    gate = threading.Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        flying = [pool.submit(write, shared, list(range(half, 8, 2)), gate) for half in range(2)]
        new = [done.result() for done in flying]
    both = open_engine(shared)
    assert both.digest() == alone.digest()
    status = both.status()
    assert (status.messages, status.unindexed) == (280, 0)
    assert sum(new) == 280
    assert both.search(parse("turn"), by_thread=True).threads == alone.search(parse("turn"), by_thread=True).threads
    both.close()
    alone.close()


def alone_url(engine: Engine) -> str:
    """The address an engine was opened by."""
    return engine.status().engine


class Broken(Exception):
    """The process ended here."""


@pytest.mark.parametrize("dies_at", range(1, 9))
def test_a_batch_that_was_cut_off_anywhere_is_stored_once(
    address: str, dies_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(address, create=True)
    fill(engine, corpus()[:5])
    late = [prepare(*one, Place("/b", "", at, "c")) for at, one in enumerate(corpus()[3:])]
    batch = Batch(state=ArchiveState(archive="/b", collection="c", position="9"), messages=late)
    sent = 0
    real = Cluster._send

    def send(self: Cluster, ops: list[Op], *rest: Any) -> list[int]:
        nonlocal sent
        sent += 1
        if sent == dies_at:
            real(self, ops[::2], *rest)  # a part of it arrived
            raise Broken
        return real(self, ops, *rest)

    monkeypatch.setattr(Cluster, "_send", send)
    try:
        with engine.writer() as writer:
            writer.take(batch)
    except Broken:
        pass
    monkeypatch.undo()
    with engine.writer() as writer:
        state = writer.state("/b", "c")
        if state is None:
            writer.take(batch)
            state = writer.state("/b", "c")
        settle(writer)
        writer.index()
    assert state is not None
    assert (state.read, state.new, state.already) == (len(late), len(late) - 2, 2)
    whole = engine.digest()
    assert engine.status().unindexed == 0
    assert names(engine, "report number 7") == ["r7"]
    assert all(not wrong for _, wrong in engine.verify())
    engine.close()
    calm = open_engine(address + "-calm", create=True)
    fill(calm, corpus()[:5])
    with calm.writer() as writer:
        writer.take(batch)
        settle(writer)
        writer.index()
    assert calm.digest() == whole
    calm.close()


def test_bytes_that_changed_in_the_cluster_are_told(address: str) -> None:
    engine = ElasticEngine.open(address, create=True)
    fill(engine, corpus())
    cluster = engine._cluster
    for doc in list(cluster.scan("raws", {"exists": {"field": "chunks"}}, ["_doc"], size=100)) or _raws(cluster):
        data = doc.source["data"]
        flipped = data[:40] + ("A" if data[40] != "A" else "B") + data[41:]
        cluster.bulk([Op("index", "raws", doc.id, json.dumps({"data": flipped, "chunks": 0}).encode())])
    assert all(wrong for _, wrong in engine.verify())
    with pytest.raises(CorpusDamaged):
        engine.raw(corpus()[0][0].id)
    engine.close()


def _raws(cluster: Cluster) -> list[Any]:
    cluster.refresh("raws")
    return list(cluster.scan("raws", {"match_all": {}}, ["_doc"], size=100))


def test_a_large_mail_comes_back_to_the_letter(address: str) -> None:
    import os

    engine = open_engine(address, create=True)
    message, _ = mail("large", "much\n")
    raw = os.urandom(11 << 20)
    from hashlib import sha256

    from msgspec.structs import replace

    message = replace(message, id=sha256(raw).hexdigest(), size=len(raw))
    fill(engine, [(message, raw), *corpus()[:2]])
    assert engine.raw(message.id) == raw
    assert all(not wrong for _, wrong in engine.verify())
    engine.close()


def test_a_writer_that_was_killed_keeps_the_lease_from_others_only_for_a_while(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.elastic_lease.LASTS", 1.0)
    engine = ElasticEngine.open(address, create=True)
    fill(engine, corpus()[:3])
    killed = ElasticWriter(engine._cluster)
    killed._lease.hold()
    fill(engine, corpus()[3:], archive="/b")
    assert names(engine, "report number 7") == ["r7"]
    engine.close()


@pytest.mark.parametrize("query", [
    "harbour", "the", "budget OR harbour", '"the harbour"', "harb*", "harbuor~", "plan", "from:ann the", "-plan report",
])
def test_both_engines_score_alike(both: tuple[Engine, Engine], query: str) -> None:
    found = [[(hit.row.id, round(hit.score, 3)) for hit in engine.search(parse(query)).hits] for engine in both]
    assert found[0] == found[1] != []


@pytest.fixture(scope="module")
def both(elastic: Fresh, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Engine]]:
    """The same mails in a folder and in a cluster, indexed anew: statistics count documents that were replaced."""
    engines = tuple(open_engine(at, create=True) for at in (str(tmp_path_factory.mktemp("corpus")), elastic()))
    for engine in engines:
        fill(engine, corpus())
        with engine.writer() as writer:
            list(writer.reindex())
    yield engines[0], engines[1]
    for engine in engines:
        engine.close()


def test_the_commands(address: str, tmp_path: Path) -> None:
    box = tmp_path / "box.mbox"
    box.write_bytes(b"".join(
        b"From x Thu Jan  1 00:00:00 2015\nFrom: Ann <ann@x.example>\nMessage-ID: <%d@x.example>\nSubject: Plan %d\n"
        b"Date: Thu, 1 Jan 2015 0%d:00:00 +0000\n\nThe harbour plan.\n\n" % (n, n, n) for n in range(5)))  # fmt: skip

    def run(*arguments: str, status: int = 0) -> Any:
        result = CliRunner().invoke(main, [*arguments, "--engine", address, "--json"], catch_exceptions=False)
        assert result.exit_code == status, result.output
        return json.loads(result.stdout)

    assert run("ingest", str(box))["new"] == 5
    assert run("ingest", str(box))["unchanged"] == 1
    assert run("status")["messages"] == 5
    hits = run("search", "harbour", "subject:3")["result"]["hits"]
    assert [hit["row"]["subject"] for hit in hits] == ["Plan 3"]
    assert run("show", hits[0]["row"]["id"][:12])["message"]["subject"] == "Plan 3"
    assert run("failures") == {"total": 0, "counts": [], "failures": []}
    assert run("verify") == {"checked": 5, "bad": []}
    assert run("reindex") == {"indexed": 5}
    assert len(run("search", "harbour")["result"]["hits"]) == 5


def test_a_corpus_moves_into_a_cluster_and_back(address: str, tmp_path: Path) -> None:
    def run(*arguments: str) -> Any:
        result = CliRunner().invoke(main, [*arguments, "--json"], catch_exceptions=False)
        assert result.exit_code in (0, 1), result.output  # 1: done, with failures that are counted
        return json.loads(result.stdout)

    first, last = str(tmp_path / "first"), str(tmp_path / "last")
    run("demo", "--no-serve", "--no-cite", "--engine", first)
    assert run("copy", "--from", first, "--to", address)["same"]
    assert run("copy", "--from", address, "--to", last)["same"]
    assert run("copy", "--from", first, "--to", address)["same"]
    stored, moved = run("status", "--engine", first), run("status", "--engine", last)
    for name in stored.keys() - {"engine", "stored_bytes"}:
        assert stored[name] == moved[name], name


def test_a_site_whose_server_is_away_says_so(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from elasticsearch import ConnectionError as Gone

    from webapp import create_app
    from webapp.cli import Mail

    engine = ElasticEngine.open(address, create=True)
    fill(engine, corpus())
    client = create_app(engine, Mail()).test_client()
    there = engine._cluster._client.perform_request

    def away(*arguments: object, **named: object) -> Any:
        raise Gone("refused")

    monkeypatch.setattr(engine._cluster._client, "perform_request", away)
    for path in ("/", "/.json?q=harbour", "/status"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "does not answer" in answer.text
    monkeypatch.setattr(engine._cluster._client, "perform_request", there)
    assert client.get("/?q=harbour").status_code == 200
    engine.close()


def test_one_of_two_hosts_is_enough(address: str) -> None:
    scheme, _, place = address.partition("://")
    engine = open_engine(f"{scheme}://127.0.0.1:1,{place}", create=True)
    fill(engine, corpus())
    for _ in range(4):
        assert names(engine, "leaking") == ["a1", "a2"]
    engine.close()
