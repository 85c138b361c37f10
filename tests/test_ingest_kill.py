"""Ingests that are killed: what was reported as stored is there; the next run ends where an undisturbed one does."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.benchmarks.generate import Generator, write_maildir, write_mbox
from tests.benchmarks.kill9 import Victim, check, facts, finish, interrupted
from tests.benchmarks.measure import run

COUNT = 600


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Twelve mboxes and a Maildir."""
    base = tmp_path_factory.mktemp("mail")
    write_mbox(base / "boxes", Generator(COUNT * 2 // 3, 21), files=12)
    write_maildir(base / "folder", Generator(COUNT // 3, 22))
    return [base / "boxes", base / "folder"]


@pytest.fixture(scope="module")
def digest(mail: Sequence[Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """That of an ingest that nothing disturbed."""
    corpus = tmp_path_factory.mktemp("calm") / "corpus"
    finish(corpus, mail)
    status, found = facts(corpus)
    assert sum(one.read for one in status.archives) == COUNT
    assert 0 < status.messages <= COUNT
    return found


def test_killed_again_and_again(mail: Sequence[Path], digest: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    for lines, workers in ((1, 1), (3, 2), (4, 1)):
        victim = Victim(corpus, mail, workers)
        victim.wait(lines=lines)  # each line says that a batch is stored
        assert victim.kill(), "it had ended before it could be killed"
    finish(corpus, mail)
    check(corpus, COUNT, digest)


def test_interrupted_by_the_keyboard(mail: Sequence[Path], digest: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    interrupted(corpus, mail, 0.6, 1)
    finish(corpus, mail)
    check(corpus, COUNT, digest)


def test_killed_while_the_corpus_is_made(mail: Sequence[Path], digest: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    dies = "import os, pathlib, sys; pathlib.Path.rename = lambda *_: os.kill(os.getpid(), 9); "
    run([sys.executable, "-c", f"{dies}from search.engine import open_engine; open_engine(sys.argv[1], create=True)",
         corpus], check=False)  # fmt: skip
    finish(corpus, mail)
    check(corpus, COUNT, digest)
