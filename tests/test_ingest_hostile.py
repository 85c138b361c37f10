"""Input made to hurt, in small: everything is counted; the benchmark `hostile` has the large ones."""

from pathlib import Path

import pytest

from ingest import pipeline
from ingest.archives import Item
from ingest.bodies import LONGEST
from ingest.prepare import Setting, prepare_chunk
from ingest.structure import MOST_PARTS
from mappings.records import Failure
from search.engine import open_engine
from search.words import tokens
from tests.benchmarks import hostile
from tests.test_ingest_archives_makers import mboxrd

SMALL = [
    name for name, case in hostile.CASES.items()
    if case.make in (hostile.escaping_tar, hostile.cycle, hostile.deep_mails, hostile.deep_parts)
]  # fmt: skip


@pytest.mark.parametrize("name", SMALL)
def test_everything_is_counted_and_read_once(tmp_path: Path, name: str) -> None:
    case = hostile.CASES[name]
    (tmp_path / "mails").mkdir()
    case.make(tmp_path / "mails")
    engine = open_engine(str(tmp_path / "corpus"), create=True)
    outcome = pipeline.load(engine, [tmp_path / "mails"], workers=1)
    assert (outcome.read, outcome.new, outcome.failed) == (case.read, case.new, case.failed)
    assert {failure.code for _, failure in engine.failures()} == set(case.codes)
    again = pipeline.load(engine, [tmp_path / "mails"], workers=1)
    assert again.new == 0
    engine.close()


def failures(raw: bytes) -> list[Failure]:
    chunk = prepare_chunk(Setting("/a", "", "fast"), [Item(raw, "one", "")])
    assert len(chunk.messages) == 1
    return chunk.failures


def test_what_is_left_unread_in_a_mail_is_a_failure_that_names_the_mail() -> None:
    part = b"--b\nContent-Disposition: attachment\n\nx\n"
    many = hostile.head("many", 'Content-Type: multipart/mixed; boundary="b"') + part * (MOST_PARTS + 1) + b"--b--\n"
    (failure,) = failures(many)
    assert (failure.stage, failure.code, failure.member) == ("parse", "too-many-parts", "one")
    assert failure.message
    assert [found.code for found in failures(hostile.head("field", "X-Long: " + "x" * (2 << 20)))] == ["header-cut"]
    assert [found.code for found in failures(hostile.head("text") + b"word " * (LONGEST // 4))] == ["text-cut"]
    assert failures(hostile.head("plain") + b"Hello.\n") == []


def test_chunks_above_the_limit_are_read_alone_and_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from concurrent.futures import ThreadPoolExecutor

    monkeypatch.setattr(pipeline, "LARGE", 2000)
    monkeypatch.setattr(pipeline, "CHUNK_BYTES", 1)
    mails = [hostile.head(f"m{number}") + b"x" * (5000 if number % 3 == 0 else 10) + b"\n" for number in range(10)]
    (tmp_path / "box.mbox").write_bytes(mboxrd(mails))
    engine = open_engine(str(tmp_path / "corpus"), create=True)
    with ThreadPoolExecutor(2) as pool:
        outcome = pipeline.load(engine, [tmp_path / "box.mbox"], workers=2, executor=pool)
    assert (outcome.read, outcome.new) == (10, 10)
    assert [engine.message(f"m{number}@example.org").subject for number in range(10)] == [f"m{n}" for n in range(10)]
    assert engine.status().archives[0].done
    engine.close()


def test_a_long_text_has_the_same_terms_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("elasticsearch")
    from search.elastic_documents import terms

    text = "Harbour wall, Ünïcode 会議は来週です\n" * 50 + "a" * 300 + " end"
    expected = " ".join(tokens(text))
    monkeypatch.setattr("search.elastic_documents._PIECE", 400)
    assert terms(text) == expected
