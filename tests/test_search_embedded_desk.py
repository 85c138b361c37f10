"""The desk's file in a folder: made when it is needed, shared by threads and processes, errors told in a sentence."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from search.engine import open_engine
from search.errors import CorpusError, SearchError
from search.parse import parse
from tests.test_search_contract import corpus, fill

TAG = """
import sys
from search.engine import open_engine
engine = open_engine(sys.argv[1])
for at in range(20):
    engine.tag([f"{at:064x}"], add=[sys.argv[2]])
engine.close()
"""


def test_nothing_is_made_before_something_is_written(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "corpus"), create=True)
    assert engine.search(parse("tag:x")).total == 0
    assert engine.marks(["ab" * 32]) == {}
    assert not (tmp_path / "corpus" / "desk.sqlite").exists()
    engine.star(["ab" * 32])
    assert (tmp_path / "corpus" / "desk.sqlite").exists()
    engine.close()


def test_a_later_version_and_a_damaged_file_are_told(tmp_path: Path) -> None:
    place = tmp_path / "corpus"
    engine = open_engine(str(place), create=True)
    engine.star(["ab" * 32])
    engine.close()
    with sqlite3.connect(place / "desk.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    engine = open_engine(str(place))
    with pytest.raises(CorpusError, match="later version"):
        engine.marks(["ab" * 32])
    engine.close()
    for one in place.glob("desk.sqlite*"):
        one.unlink()
    (place / "desk.sqlite").write_bytes(b"no database" * 1000)
    engine = open_engine(str(place))
    with pytest.raises(SearchError):
        engine.star(["ab" * 32])
    engine.close()


def test_processes_and_threads_write_at_once(tmp_path: Path) -> None:
    place = str(tmp_path / "corpus")
    open_engine(place, create=True).close()
    running = [subprocess.Popen([sys.executable, "-c", TAG, place, name]) for name in ("one", "two")]
    assert [process.wait(120) for process in running] == [0, 0]
    engine = open_engine(place)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda at: engine.tag([f"{at:064x}"], add=["three"]), range(20)))
    assert [(tag.name, tag.messages) for tag in engine.tags()] == [("one", 20), ("three", 20), ("two", 20)]
    engine.close()


def test_what_another_process_tags_is_found_and_counted(tmp_path: Path) -> None:
    place = str(tmp_path / "corpus")
    engine, other = open_engine(place, create=True), open_engine(place)
    fill(engine, corpus())
    id = corpus()[0][0].id
    for at, name in enumerate(("first", "second", "third"), 1):
        other.tag([id], add=[name])
        found = engine.search(parse("tag:*"))
        assert found.total == 1
        assert [len(facet.values) for facet in found.facets if facet.name == "tag"] == [at]
    other.close()
    engine.close()
