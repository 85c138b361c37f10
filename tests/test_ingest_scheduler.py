"""Mails read by Dask's workers: a real scheduler and real worker processes, some of which die or are not as they should
be. All of it runs in processes of its own."""

import configparser
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ingest.demo.build import build
from ingest.scheduler import READERS
from search.engine import open_engine
from webapp.cli import main

ROOT = Path(__file__).resolve().parents[1]
SOON = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []  # nothing outlives the tests
NEEDS = pytest.mark.usefixtures("distributed")

Start = Callable[..., str]


@pytest.fixture
def distributed() -> None:
    """Skips where Dask is missing; with CI=true that is a failure."""
    if not importlib.util.find_spec("distributed"):
        if os.environ.get("CI") == "true":
            pytest.fail("needs the package distributed", pytrace=False)
        pytest.skip("needs the package distributed")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a scheduler with workers of these kinds; gives its address."""
    running: list[subprocess.Popen[bytes]] = []
    notes = tmp_path / "notes"
    notes.mkdir()

    def run(name: str, *arguments: str, kind: str = "") -> None:
        told = [*SOON, sys.executable, "-m", f"distributed.cli.dask_{name}", "--host", "127.0.0.1", "--no-dashboard"]
        env = os.environ | {
            "PYTHONPATH": str(ROOT), "UNSEALED_TEST_WORKER": kind, "UNSEALED_TEST_NOTES": str(notes),
            "DASK_TEMPORARY_DIRECTORY": str(tmp_path),
        }  # fmt: skip
        with (tmp_path / "dask.log").open("ab") as log:
            running.append(subprocess.Popen([*told, *arguments], env=env, cwd=tmp_path, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log))  # fmt: skip

    def started(*kinds: str) -> str:
        file = tmp_path / "scheduler.json"
        run("scheduler", "--port", "0", "--scheduler-file", str(file))
        deadline = time.monotonic() + 60
        while not file.exists() or not file.read_text().endswith("}"):
            assert time.monotonic() < deadline, (tmp_path / "dask.log").read_text()
            time.sleep(0.05)
        address: str = json.loads(file.read_text())["address"]
        for number, kind in enumerate(kinds):
            run("worker", address, "--nthreads", "1", "--no-nanny", "--name", f"w{number}", "--preload",
                str(ROOT / "tests" / "dask_worker.py"), kind=kind)  # fmt: skip
        while (tmp_path / "dask.log").read_text().count("Registered to:") < len(kinds):
            assert time.monotonic() < deadline, (tmp_path / "dask.log").read_text()
            time.sleep(0.05)
        return address

    yield started
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def archives(tmp_path: Path) -> list[str]:
    """The demo's archives."""
    folder = tmp_path / "archives"
    folder.mkdir()
    return [str(path) for path in build(folder)]


def ingest(
    archives: list[str], corpus: Path, *arguments: str, settings: str = ""
) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, warnings being errors; `settings` are made before."""
    code = f"import ingest.scheduler as scheduler; {settings}\nfrom webapp.cli import main; main(prog_name='unsealed')"
    told = [sys.executable, "-W", "error", "-c", code, "ingest", *archives, "--engine", str(corpus), "--no-extract"]
    return subprocess.run([*told, *arguments], capture_output=True, text=True, cwd=ROOT, timeout=120)


def digest(corpus: Path) -> str:
    engine = open_engine(str(corpus))
    found = engine.digest()
    engine.close()
    return found


def alone(archives: list[str], corpus: Path) -> str:
    """The digest of what this process reads by itself."""
    result = CliRunner().invoke(main, ["ingest", *archives, "--engine", str(corpus), "--no-extract", "--json"])
    assert result.exit_code in (0, 1), result.output
    return digest(corpus)


@NEEDS
def test_two_workers_read_what_one_process_does(start: Start, archives: list[str], tmp_path: Path) -> None:
    address = start("", "")
    result = ingest(archives, tmp_path / "many", "--scheduler", address)
    assert result.returncode in (0, 1), result.stderr
    assert "Traceback" not in result.stderr, result.stderr
    assert "lost" not in result.stderr
    assert digest(tmp_path / "many") == alone(archives, tmp_path / "one")
    readers = {note.name.partition("-")[0] for note in (tmp_path / "notes").iterdir()}
    assert len(readers) == 2
    again = ingest(archives, tmp_path / "many", "--scheduler", address, "--json")
    told = json.loads(again.stdout)
    assert (told["unchanged"], told["new"]) == (told["archives"], 0)


@NEEDS
def test_a_worker_that_dies_is_stood_in_for_by_another(start: Start, archives: list[str], tmp_path: Path) -> None:
    result = ingest(archives, tmp_path / "many", "--scheduler", start("dies", ""))
    assert result.returncode in (0, 1), result.stderr
    assert "Traceback" not in result.stderr, result.stderr
    assert "lost" not in result.stderr
    assert digest(tmp_path / "many") == alone(archives, tmp_path / "one")


@NEEDS
def test_what_dead_workers_were_given_is_read_here(start: Start, archives: list[str], tmp_path: Path) -> None:
    address = start("dies", "dies")
    quickly = "scheduler.PATIENCE, scheduler.LOOK = 0.5, 0.1"
    result = ingest(archives, tmp_path / "many", "--scheduler", address, settings=quickly)
    assert result.returncode in (0, 1), result.stderr
    assert "Traceback" not in result.stderr, result.stderr
    assert f"Workers of {address} were lost; what they were given is read here." in result.stderr
    assert digest(tmp_path / "many") == alone(archives, tmp_path / "one")


@NEEDS
def test_what_workers_raise_ends_nothing(start: Start, archives: list[str], tmp_path: Path) -> None:
    result = ingest(archives, tmp_path / "many", "--scheduler", start("raises", ""))
    assert result.returncode in (0, 1), result.stderr
    assert "Traceback" not in result.stderr, result.stderr
    assert digest(tmp_path / "many") == alone(archives, tmp_path / "one")


@NEEDS
@pytest.mark.parametrize(("kinds", "sentence"), [
    (["", "lacks"], "lacks Unsealed, or has another version of it than this machine."),
    (["", "older"], "has another fast-mail-parser (0.0.1, here "),
    ([], "has no workers."),
])  # fmt: skip
def test_workers_that_would_read_otherwise_are_refused(
    kinds: list[str], sentence: str, start: Start, archives: list[str], tmp_path: Path
) -> None:
    address = start(*kinds)
    result = ingest(archives, tmp_path / "many", "--scheduler", address, settings="scheduler.CONNECT = 3")
    assert (result.returncode, result.stdout) == (2, "")
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "many").exists()


@NEEDS
@pytest.mark.parametrize(("address", "sentence"), [
    ("tcp://127.0.0.1:1", "No scheduler of Dask answers at tcp://127.0.0.1:1."),
    ("carrier://pigeon:1", "carrier://pigeon:1 is not an address of a scheduler, as tcp://host:8786 is."),
    ("127.0.0.1:8786", "127.0.0.1:8786 is not an address of a scheduler, as tcp://host:8786 is."),
])  # fmt: skip
def test_an_address_where_nobody_answers(address: str, sentence: str, archives: list[str], tmp_path: Path) -> None:
    result = ingest(archives, tmp_path / "many", "--scheduler", address, settings="scheduler.CONNECT = 2")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert sentence in result.stderr


def command(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["ingest", str(ROOT / "tests" / "corpus"), *arguments])


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = command("--scheduler", "tcp://127.0.0.1:1")
    assert result.exit_code == 2
    assert "pip install 'unsealed[dask]'" in result.output


def test_the_versions_compared_are_those_of_all_that_reads() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    needed = {re.match(r"[\w-]+", line)[0] for line in config["options"]["install_requires"].split("\n") if line}  # type: ignore[index]
    elsewhere = {"click", "rich", "flask", "jinja2", "waitress", "zstandard", "tantivy", "lark", "nh3", "kreuzberg"}
    elsewhere |= {"trafilatura", "lxml", "lxml_html_clean", "fastwarc", "protego", "markdown-it-py"}  # read articles
    assert needed - elsewhere == set(READERS)


def test_a_scheduler_has_its_own_count_of_workers() -> None:
    result = command("--scheduler", "tcp://127.0.0.1:1", "--workers", "2")
    assert result.exit_code == 2
    assert "exclude each other" in result.output
