"""An extraction that is killed or fails: nothing is lost, nothing is listed twice, the next run goes on."""

import subprocess
import sys
from pathlib import Path

import pytest

from ingest import pipeline
from ingest.extraction import stage
from search.engine import open_engine
from search.errors import EngineUnavailable
from tests.test_ingest_extraction_stage import found, write
from tests.test_search_contract import Maker, kind, make

__all__ = ["kind", "make"]  # the fixtures
ROOT = Path(__file__).parents[1]
COUNT = 60
SCRIPT = """
import sys, time
from ingest.extraction import stage
from search.engine import open_engine
stage.KEPT_TOGETHER = 5
keep = stage._Stage._keep
def told(self, done):
    keep(self, done)
    print("kept", flush=True)
    time.sleep(0.2)
stage._Stage._keep = told
stage.extract(open_engine(sys.argv[1]), workers=2)
"""


def test_killed_again_and_again(tmp_path: Path) -> None:
    for number in range(COUNT):
        write(tmp_path / "mail", f"m{number}", ("a.txt", f"file number{number} sluice".encode()))
    corpus = tmp_path / "corpus"
    engine = open_engine(str(corpus), create=True)
    pipeline.load(engine, [tmp_path / "mail"])
    left = COUNT
    for lines in (1, 2):
        victim = subprocess.Popen([sys.executable, "-c", SCRIPT, corpus], cwd=ROOT, stdout=subprocess.PIPE)
        assert victim.stdout is not None
        for _ in range(lines):
            assert victim.stdout.readline() == b"kept\n"
        victim.kill()
        victim.wait()
        victim.stdout.close()
        now = engine.status().files["waiting"]
        assert 0 < now <= left - 5 * lines
        left = now
    assert stage.extract(engine, workers=1).read == left
    assert engine.status().files == {"text": COUNT}
    for number in range(COUNT):
        assert found(engine, f"attachment:number{number}") == [f"m{number}"]
    engine.close()


def test_a_failure_that_was_noted_before_its_file_is_listed_once(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make()
    write(tmp_path / "mail", "bad", ("a.zip", b"PK\x03\x04 and no more"))
    pipeline.load(engine, [tmp_path / "mail"])

    def full(self: object, files: object) -> None:
        raise EngineUnavailable("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(type(engine.writer()), "keep_files", full)
        with pytest.raises(EngineUnavailable):
            stage.extract(engine, workers=1)
    assert engine.status().files == {"waiting": 1}
    assert stage.extract(engine, workers=1).failed == 1
    assert [failure.code for _, failure in engine.failures()] == ["damaged"]
