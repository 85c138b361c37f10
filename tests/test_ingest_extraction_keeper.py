"""The process that reads files is killed when one hangs, crashes or eats memory: it costs that file's text only."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.extraction import Answer, Job, Limits
from ingest.extraction.keeper import Keeper, resident

STUB = (sys.executable, "-m", "tests.extraction_stub")


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    """One whose parser misbehaves on demand, with tight limits."""
    found = Keeper(Limits(seconds=3.0, memory=200), STUB)
    yield found
    found.close()


def ask(keeper: Keeper, name: str, data: bytes = b"abc") -> Answer:
    """What becomes of a file of that name."""
    return keeper.read(Job(data, name))


def pid(answer: Answer) -> int:
    """The process that answered."""
    return int(answer.text.split()[-1])


def test_one_process_reads_many_files(keeper: Keeper) -> None:
    answers = [ask(keeper, "a"), ask(keeper, "b", bytes(20 << 20)), ask(keeper, "c", b"")]
    assert [answer.text.split()[:2] for answer in answers] == [["a", "3"], ["b", str(20 << 20)], ["c", "0"]]
    assert len({pid(answer) for answer in answers}) == 1


@pytest.mark.parametrize(("name", "code"), [
    ("abort", "crashed"), ("segfault", "crashed"), ("exit", "crashed"), ("memory", "memory"),
])  # fmt: skip
def test_a_file_that_breaks_its_reader_costs_its_own_text_only(keeper: Keeper, name: str, code: str) -> None:
    before = pid(ask(keeper, "before"))
    broken = ask(keeper, name)
    assert (broken.state, broken.code) == ("failed", code)
    assert broken.reason.endswith(".")
    after = ask(keeper, "after")
    assert after.state == "text"
    assert pid(after) != before


def test_a_file_that_takes_too_long_is_given_up_in_time(keeper: Keeper) -> None:
    began = time.monotonic()
    broken = ask(keeper, "hang")
    assert (broken.state, broken.code, broken.reason) == ("failed", "timeout", "Reading it took more than 3 seconds.")
    assert time.monotonic() - began < 20
    assert ask(keeper, "after").state == "text"


def test_memory_asked_for_at_once_is_refused_by_the_system(keeper: Keeper) -> None:
    broken = ask(keeper, "at-once")
    assert (broken.state, broken.code) == ("failed", "crashed")


def test_what_a_parser_prints_spoils_nothing(keeper: Keeper) -> None:
    first = ask(keeper, "rubbish")
    assert first.text.startswith("rubbish 3 ")
    assert pid(ask(keeper, "next")) == pid(first)
    assert ask(keeper, "surrogate").code == "reader-failed"


def test_an_answer_that_is_none_is_a_failure() -> None:
    keeper = Keeper(Limits(seconds=5.0), (sys.executable, "-c", "print('rubbish' * 100, flush=True); input()"))
    assert ask(keeper, "any").code == "crashed"
    keeper.close()
    missing = Keeper(Limits(seconds=5.0), (sys.executable, "-c", "raise SystemExit(1)"))
    assert ask(missing, "any").code == "crashed"
    missing.close()


def test_closing_ends_the_process(keeper: Keeper) -> None:
    running = pid(ask(keeper, "a"))
    assert resident(running) > 1 << 20
    keeper.close()
    with pytest.raises(ProcessLookupError):
        os.kill(running, 0)


def test_a_reader_that_hangs_ends_by_itself_when_its_keeper_was_killed(tmp_path: Path) -> None:
    script = (
        "import sys, threading, time; from ingest.extraction import *; from ingest.extraction.keeper import Keeper;"
        f"k = Keeper(Limits(seconds=1.0), {STUB!r}); a = k.read(Job(b'', 'a')); print(a.text, flush=True);"
        "k._limits = Limits(seconds=600.0); k.read(Job(b'', 'hang'))"
    )
    root = Path(__file__).parents[1]
    parent = subprocess.Popen((sys.executable, "-c", script), cwd=root, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline().split()[-1])
    time.sleep(0.5)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 30
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        stat = Path(f"/proc/{child}/stat")
        if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
            break  # dead; whoever inherited it has not looked yet
        time.sleep(0.2)
    assert time.monotonic() < deadline
