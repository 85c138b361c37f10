"""What the benchmarks share: running a command under observation, sizes on disk, percentiles, tables."""

import argparse
import contextlib
import json
import math
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
UNSEALED = (sys.executable, "-c", "from webapp.cli import main; main()")
BENCH = Path(tempfile.gettempdir()) / "bench"


@dataclass(frozen=True, slots=True)
class Run:
    """A command that ended: seconds on the wall and of CPU (children included), the largest sum of resident bytes of
    its whole process tree or, if more, of one process as the kernel counted it, exit status (minus the signal that
    ended it), what it printed."""

    seconds: float
    cpu: float
    peak: int
    status: int
    out: str
    err: str


def tree(pid: int) -> list[int]:
    """The process and all its descendants that live."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def resident(pid: int) -> int:
    """Resident bytes of the process and its descendants, pages that they share counted for each."""
    total = 0
    for one in tree(pid):
        try:
            total += int(Path(f"/proc/{one}/statm").read_text().split()[1])
        except (OSError, IndexError):
            continue
    return total * os.sysconf("SC_PAGE_SIZE")


def anonymous(pid: int) -> int:
    """Resident bytes of the process that no file stands behind."""
    try:
        found = re.search(r"RssAnon:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) << 10 if found else 0


def start(command: Sequence[object], **settings: Any) -> subprocess.Popen[bytes]:
    """Starts a command in the checkout, in a process group of its own."""
    settings.setdefault("stdout", subprocess.DEVNULL)
    settings.setdefault("stderr", subprocess.DEVNULL)
    settings.update(cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True)
    return subprocess.Popen([*map(str, command)], **settings)


def run(command: Sequence[object], *, env: dict[str, str] | None = None, check: bool = True) -> Run:
    """Runs a command to its end; RuntimeError with what it said if it fails and `check` holds."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        process = start(command, stdout=out, stderr=err, env={**os.environ, **(env or {})})
        peak = 0
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            peak = max(peak, resident(process.pid))
            time.sleep(0.02)
        seconds = time.monotonic() - began
        peak = max(peak, usage.ru_maxrss << 10)  # looking now and then misses what lasts a moment
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        ended = Run(seconds, usage.ru_utime + usage.ru_stime, peak, process.returncode,
                    out.read().decode(errors="replace"), err.read().decode(errors="replace"))  # fmt: skip
    if check and ended.status != 0:
        raise RuntimeError(f"{command} ended with status {ended.status}:\n{ended.out[-2000:]}\n{ended.err[-4000:]}")
    return ended


def kill(process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGKILL) -> None:
    """Sends a signal to the process and its descendants, and waits for the process to end."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
    process.wait()


def ingest(corpus: Path, *paths: Path, workers: int = 1, fresh: bool = False) -> tuple[Run, dict[str, Any]]:
    """`unsealed ingest` under observation, and its counts; exit status 1 (done with counted failures) is fine."""
    if fresh:
        shutil.rmtree(corpus, ignore_errors=True)
    command = [*UNSEALED, "ingest", *paths, "--engine", corpus, "--workers", str(workers), "--no-extract", "--json"]
    ended = run(command, check=False)
    if ended.status not in (0, 1):
        raise RuntimeError(f"ingest ended with status {ended.status}:\n{ended.out[-2000:]}\n{ended.err[-4000:]}")
    counts: dict[str, Any] = json.loads(ended.out)
    return ended, counts


def status_of(corpus: Path) -> dict[str, Any]:
    """`unsealed status --json`."""
    found: dict[str, Any] = json.loads(run([*UNSEALED, "status", "--engine", corpus, "--json"]).out)
    return found


def disk(folder: Path) -> int:
    """Bytes that a folder takes on disk, SQLite's log first written back."""
    for path in folder.glob("*.sqlite"):
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


def warm(path: Path) -> int:
    """Reads every file once, so that all that are compared find them in the page cache; bytes read."""
    total = 0
    for each in [path] if path.is_file() else sorted(path.rglob("*")):
        if each.is_file():
            with each.open("rb") as file:
                while block := file.read(1 << 20):
                    total += len(block)
    return total


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of them do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns for a terminal, numbers to the right."""
    cells = [list(head), *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) if at == 0 else cell.rjust(width)
                  for at, (cell, width) in enumerate(zip(row, widths, strict=True)))
        for row in cells
    ]  # fmt: skip
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def parser(doc: str | None) -> argparse.ArgumentParser:
    """An argument parser with the two options that every benchmark has."""
    made = argparse.ArgumentParser(description=(doc or "").split("\n", maxsplit=1)[0])
    made.add_argument("--bench", type=Path, default=BENCH, help="where generated mail and corpora are kept")
    made.add_argument("--json", type=Path, help="write the figures here as well")
    return made


def report(figures: dict[str, Any], path: Path | None) -> None:
    """Writes the figures as JSON where they were asked for."""
    if path is not None:
        path.write_text(json.dumps(figures, indent=2) + "\n")
