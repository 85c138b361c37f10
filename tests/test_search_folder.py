"""What only a corpus in a folder can do: be locked, be no corpus, be damaged on the disk, be left half made."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from search.engine import Engine, open_engine
from search.errors import CorpusDamaged, CorpusError, CorpusLocked, CorpusMissing
from search.parse import parse
from tests.test_search_contract import QUESTIONS, corpus, fill, names


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine that holds the contract's corpus."""
    engine = open_engine(str(tmp_path / "corpus"), create=True)
    fill(engine, corpus())
    yield engine
    engine.close()


def test_one_writer_at_a_time(engine: Engine, tmp_path: Path) -> None:
    second = open_engine(str(tmp_path / "corpus"))
    with engine.writer(), pytest.raises(CorpusLocked), second.writer():
        pass
    with second.writer():
        pass
    second.close()


def test_places_that_are_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing):
        open_engine(str(tmp_path / "nothing"))
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter.txt").write_text("Dear Sir")
    for create in (False, True):
        with pytest.raises(CorpusError, match="not a corpus"):
            open_engine(str(tmp_path / "letters"), create=create)
        with pytest.raises(CorpusError, match="not a corpus"):
            open_engine(str(tmp_path / "letters" / "letter.txt"), create=create)


def test_an_index_that_cannot_be_read_is_made_anew(engine: Engine, tmp_path: Path) -> None:
    answers = {query: names(engine, query) for query in QUESTIONS}
    engine.close()
    (tmp_path / "corpus" / "index" / "meta.json").write_text("{}")
    broken = open_engine(str(tmp_path / "corpus"))
    assert broken.message(corpus()[0][0].id).subject == "Harbour wall"
    with pytest.raises(CorpusDamaged, match="reindex"):
        broken.search(parse("harbour"))
    with broken.writer() as writer:
        writer.index()
    assert {query: names(broken, query) for query in QUESTIONS} == answers
    broken.close()


def test_bytes_that_changed_on_disk_are_told(engine: Engine, tmp_path: Path) -> None:
    engine.close()
    path = tmp_path / "corpus" / "blocks.zst"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    broken = open_engine(str(tmp_path / "corpus"))
    assert any(wrong for _, wrong in broken.verify())
    with pytest.raises(CorpusDamaged):
        broken.raw(corpus()[0][0].id)
    broken.close()


def test_a_corpus_whose_making_was_cut_off_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name in ("corpus.new", "corpus.new-journal", "blocks.zst"):
        (folder / name).write_bytes(b"half")
    with pytest.raises(CorpusMissing):
        open_engine(str(folder))
    made = open_engine(str(folder), create=True)
    fill(made, corpus())
    assert all(wrong == "" for _, wrong in made.verify())
    made.close()
