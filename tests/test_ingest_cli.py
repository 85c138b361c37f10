"""Ingest's commands: wrong use, exit statuses, JSON, signals, and output that can't steer a terminal."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import console
from ingest.console import print_json
from mappings.plain import clean, clean_text
from search.engine import open_engine
from webapp.cli import main

HERE = Path(__file__).parent.parent


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert "Traceback" not in result.stderr
    return result


def mail(number: int, subject: str = "plan") -> bytes:
    head = f"Message-ID: <{number}@example.org>\nFrom: Ann <ann@example.org>\nTo: Bob <bob@example.org>\n"
    date = "Date: Mon, 1 Jan 2001 00:00:00 +0000\n"
    return f"{head}Subject: {subject} {number}\n{date}\nHello number {number}.\n".encode()


def mbox(path: Path, numbers: range) -> Path:
    path.write_bytes(b"".join(b"From a@b Mon Jan  1 00:00:00 2001\n" + mail(n) + b"\n" for n in numbers))
    return path


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus of five mails."""
    mbox(tmp_path / "five.mbox", range(5))
    result = run("ingest", tmp_path / "five.mbox", "--engine", tmp_path / "corpus")
    assert result.exit_code == 0, result.output
    return tmp_path / "corpus"


def answer(*arguments: object) -> Any:
    result = run(*arguments, "--json")
    return json.loads(result.stdout)


# --- ingest


def test_ingest_counts_and_a_second_run_changes_nothing(tmp_path: Path) -> None:
    box, engine = mbox(tmp_path / "box", range(7)), tmp_path / "corpus"
    first = answer("ingest", box, "--engine", engine, "--collection", "town")
    assert (first["read"], first["new"], first["already"], first["failed"]) == (7, 7, 0, 0)
    second = run("ingest", box, "--engine", engine, "--collection", "town")
    assert second.exit_code == 0
    assert "Nothing has changed" in second.stdout
    mbox(box, range(9))
    third = answer("ingest", box, "--engine", engine, "--collection", "town")
    assert (third["read"], third["new"]) == (2, 2)
    assert answer("status", "--engine", engine)["messages"] == 9


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    box, engine = mbox(tmp_path / "box", range(7)), tmp_path / "corpus"
    dry = answer("ingest", box, "--engine", engine, "--dry-run")
    assert (dry["read"], dry["new"], dry["dry_run"]) == (7, 7, True)
    assert not engine.exists()
    run("ingest", box, "--engine", engine)
    mbox(box, range(8))
    again = answer("ingest", box, "--engine", engine, "--dry-run")
    assert again["new"] == 1


def test_a_damaged_archive_is_done_with_counted_failures(tmp_path: Path) -> None:
    import gzip

    folder, engine = tmp_path / "mails", tmp_path / "corpus"
    folder.mkdir()
    mbox(folder / "good", range(3))
    packed = gzip.compress(mbox(tmp_path / "other", range(100, 2000)).read_bytes())
    (folder / "cut.gz").write_bytes(packed[: len(packed) // 2])
    result = run("ingest", folder, "--engine", engine)
    assert result.exit_code == 1
    assert "unsealed failures" in result.stdout
    listed = answer("failures", "--engine", engine)
    assert listed["total"] == 1
    assert listed["failures"][0]["archive"].endswith("cut.gz")
    (folder / "cut.gz").write_bytes(packed)
    retried = run("failures", "--retry", "--engine", engine, "--json")
    assert retried.exit_code == 0
    told = json.loads(retried.stdout)
    assert (told["resolved"], told["remaining"]) == (1, 0)
    assert answer("status", "--engine", engine)["messages"] in (1903, 1904), "the cut one may have been kept as well"


def test_the_corpus_in_the_folder_that_is_read_is_left_out(tmp_path: Path) -> None:
    mbox(tmp_path / "box", range(3))
    engine = tmp_path / "corpus"
    for new in (3, 0):
        assert answer("ingest", tmp_path, "--engine", engine)["new"] == new
    assert answer("failures", "--engine", engine)["total"] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ingest", "{tmp}/missing"], "nothing at"),
        (["ingest", "{tmp}/empty"], "nothing to read"),
        (["ingest", "{tmp}/box", "--workers", "0"], "--workers"),
        (["ingest", "{tmp}/box", "--parser", "outlook"], "--parser"),
        (["ingest"], "PATH"),
        (["ingest", "{tmp}/box", "--engine", "{tmp}/notes"], "not a corpus"),
        (["ingest", "{tmp}/box", "--engine", "{tmp}/box"], "not a corpus"),
        (["status", "--engine", "{tmp}/nowhere"], "no corpus"),
        (["status", "--engine", "{tmp}/notes"], "not a corpus"),
        (["failures", "--engine", "{tmp}/nowhere"], "no corpus"),
        (["verify", "--engine", "{tmp}/nowhere"], "no corpus"),
        (["reindex", "--engine", "{tmp}/nowhere"], "no corpus"),
        (["unseal"], "unseal"),
    ],
)
def test_wrong_use_is_one_sentence_and_status_2(tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "shopping.txt").write_text("milk")
    mbox(tmp_path / "box", range(2))
    if "--engine" not in arguments and arguments != ["unseal"]:
        arguments = [*arguments, "--engine", "{tmp}/new"]
    result = run(*(argument.format(tmp=tmp_path) for argument in arguments))
    assert result.exit_code == 2
    assert words.lower() in result.stderr.lower()
    assert not result.stdout
    assert not (tmp_path / "new").exists(), "wrong use must leave nothing behind"


def test_a_wrong_command_is_guessed_among_those_of_all_modules() -> None:
    result = run("serches")
    assert result.exit_code == 2
    assert "'searches'" in result.stderr


def test_a_file_without_mail_is_nothing_done(tmp_path: Path) -> None:
    (tmp_path / "shopping.txt").write_text("milk\n")
    result = run("ingest", tmp_path / "shopping.txt", "--engine", tmp_path / "corpus")
    assert result.exit_code == 2
    assert "1  failed" in result.stdout
    assert "Nothing in it could be read." in result.stdout


def test_a_locked_corpus_is_one_sentence(tmp_path: Path, corpus: Path) -> None:
    mbox(tmp_path / "box", range(10, 12))
    holder = open_engine(str(corpus))
    with holder.writer():
        for command in (["ingest", tmp_path / "box"], ["reindex"], ["failures", "--retry"]):
            result = run(*command, "--engine", corpus)
            assert result.exit_code == 2
            assert "Another process is writing" in result.stderr
            assert result.stderr.count("\n") == 1
        assert run("status", "--engine", corpus).exit_code == 0, "readers never wait"
    holder.close()


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    from search.embedded_writer import EmbeddedWriter

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(EmbeddedWriter, "_note_places", full)
    result = run("ingest", mbox(tmp_path / "box", range(2)), "--engine", tmp_path / "corpus")
    assert result.exit_code == 2
    assert "disk is full" in result.stderr
    assert result.stderr.count("\n") == 1


def test_status_says_what_adds_up(corpus: Path) -> None:
    told = run("status", "--engine", corpus).stdout
    assert "5 read = 5 new + 0 already there + 0 failed" in " ".join(told.split())
    assert answer("status", "--engine", corpus)["archives"][0]["read"] == 5


def test_verify_and_reindex(corpus: Path) -> None:
    assert answer("verify", "--engine", corpus) == {"checked": 5, "bad": []}
    assert answer("reindex", "--engine", corpus) == {"indexed": 5}
    assert run("failures", "--engine", corpus).stdout == "There are no failures.\n"


# --- signals, with a real process whose reader is slow

SLOW = """
import sys, time
from ingest import pipeline
from webapp.cli import main
read = pipeline.archives.read
def slow(unit, position):
    for number, item in enumerate(read(unit, position)):
        if number == 30:
            print("ready", file=sys.stderr, flush=True)
        time.sleep(0.01)
        yield item
pipeline.archives.read = slow
pipeline.CHUNK_MESSAGES = 10
main()
"""


def start(*arguments: object) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, *map(str, arguments)], cwd=HERE, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline() == "ready\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stores_what_is_at_hand_and_the_next_run_goes_on(tmp_path: Path, number: signal.Signals) -> None:
    box, engine = mbox(tmp_path / "box", range(300)), tmp_path / "corpus"
    process = start("ingest", box, "--engine", engine, "--json")
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err == "Stopping once the batch at hand is stored; once more quits at once.\n"
    told = json.loads(out)
    assert told["interrupted"]
    assert 30 <= told["read"] == told["new"] < 300
    found = answer("search", "hello", "--engine", engine)
    assert found["result"]["total"] == told["new"], "what is stored can be searched"
    rest = answer("ingest", box, "--engine", engine)
    assert (rest["new"], rest["already"]) == (300 - told["new"], 0)


def test_a_second_signal_ends_at_once_and_loses_nothing_stored(tmp_path: Path) -> None:
    box, engine = mbox(tmp_path / "box", range(300)), tmp_path / "corpus"
    process = start("ingest", box, "--engine", engine, "--json", "--workers", "2")
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode in (-signal.SIGTERM, -signal.SIGINT, 130)
    assert time.monotonic() - began < 15
    assert answer("ingest", box, "--engine", engine)["failed"] == 0
    assert answer("status", "--engine", engine)["messages"] == 300


def test_a_killed_run_leaves_no_worker_and_loses_nothing_stored(tmp_path: Path) -> None:
    box, engine = mbox(tmp_path / "box", range(300)), tmp_path / "corpus"
    process = start("ingest", box, "--engine", engine, "--json", "--workers", "2")
    process.kill()
    process.communicate(timeout=20)  # ends only when no child holds the pipes any more
    assert answer("ingest", box, "--engine", engine)["failed"] == 0
    assert answer("status", "--engine", engine)["messages"] == 300
    assert answer("verify", "--engine", engine) == {"checked": 300, "bad": []}


def test_progress_on_a_terminal_and_its_end(tmp_path: Path) -> None:
    import pty

    box, engine = mbox(tmp_path / "box\x1b[31m", range(300)), tmp_path / "corpus"
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW.replace("0.01", "0.002"), "ingest", str(box), "--engine", str(engine)], cwd=HERE,
        stdout=subprocess.PIPE, stderr=slave, env={**os.environ, "TERM": "xterm", "COLUMNS": "200"},
    )  # fmt: skip
    os.close(slave)
    shown = b""
    try:
        while data := os.read(master, 65536):
            shown += data
    except OSError:  # how Linux says that the other side is closed
        pass
    os.close(master)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert b"300  read" in out
    assert b"already 0 failed" in shown
    assert "box\ufffd[31m".encode() in shown
    assert shown.rindex(b"\x1b[?25h") > shown.rindex(b"\x1b[?25l"), "the cursor is shown again"


# --- what a mail holds can't steer the terminal


@given(st.text())
@settings(max_examples=100, deadline=None)
def test_clean_text_has_nothing_that_acts(text: str) -> None:
    for one in (clean(text), clean_text(text)):
        assert not set(one) & {chr(n) for n in (*range(9), *range(11, 32), *range(127, 160))}
        assert not set(one) & set("\u202a\u202e\u2066\u2069\u200e\u200f\u2028")
    assert "\n" not in clean(text)
    assert clean_text("a\r\n\tb\n") == "a\n\tb\n"


@pytest.mark.parametrize("value", ["\x1b[2J", "\x9b31m", "a\u202eb", "\ud800", "\x7f"])
def test_json_is_the_same_value_without_anything_that_acts(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"subject": value})
    out = capsys.readouterr().out
    assert json.loads(out) == {"subject": value}
    assert all(char.isprintable() or char == "\n" for char in out)


def test_failures_are_printed_without_escape_sequences(tmp_path: Path) -> None:
    folder = tmp_path / "in\x1b[31mbox"
    folder.mkdir()
    (folder / "cut.zip").write_bytes(b"PK\x03\x04 and no more")
    engine = tmp_path / "corpus"
    commands = (["ingest", folder], ["failures"], ["status"])
    results = [run(*command, "--engine", engine) for command in commands]
    assert "cut.zip" in results[1].stdout
    assert not any("\x1b" in result.output for result in results)


def test_exit_statuses_are_those_documented() -> None:
    told = run("--help").stdout
    assert (console.DONE, console.COUNTED, console.WRONG, console.INTERRUPTED) == (0, 1, 2, 130)
    assert "130" in told
    assert os.EX_OK == console.DONE
