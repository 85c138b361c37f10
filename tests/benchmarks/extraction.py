"""Attachments: files a second of each kind, limits of time and memory, and what is drawn from real mails.

`python -m tests.benchmarks.extraction [PATH…]`: the paths are archives whose attachments are read; without any, only
made-up files are.
"""

import csv
import io
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingest import pipeline
from ingest.demo.files import xlsx
from ingest.extraction import Job, Limits, stage
from ingest.extraction.keeper import Keeper
from search.engine import Engine, open_engine
from tests import extraction_files as make
from tests.archive_files import zipped
from tests.benchmarks.measure import parser, report, table

STUB = (sys.executable, "-m", "tests.extraction_stub")
LATE = 5.0  # seconds by which a file may be given up late: a process has to end


def words(number: int, count: int) -> str:
    """Made-up words, others for each number."""
    return " ".join(f"w{number}x{at}" for at in range(count))


def rows(number: int) -> str:
    """A table of 200 rows."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([number, row, words(row, 3)] for row in range(200))
    return out.getvalue()


KINDS: dict[str, Callable[[int], bytes]] = {
    "plain text": lambda n: words(n, 2_000).encode(),
    "HTML": lambda n: f"<html><body><p>{words(n, 2_000)}</p></body></html>".encode(),
    "calendar": lambda n: f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:{words(n, 20)}\r\nEND:VEVENT\r\n".encode(),
    "PDF, 20 pages": lambda n: make.pdf(words(n, 60), pages=20),
    "Word": lambda n: make.docx(words(n, 2_000)),
    "Excel": lambda n: xlsx(rows(n)),
    "PowerPoint": lambda n: make.pptx(words(n, 200)),
    "OpenDocument": lambda n: make.odt(words(n, 2_000)),
    "RTF": lambda n: rb"{\rtf1\ansi %s\par}" % words(n, 2_000).encode(),
    "zip of 20 texts": lambda n: zipped({f"{at}.txt": words(n + at, 200) for at in range(20)}),
}


def speed(count: int) -> dict[str, Any]:
    """Files a second and their mean size, by one process, of each kind."""
    found: dict[str, Any] = {}
    keeper = Keeper(Limits())
    keeper.read(Job(KINDS["Word"](0)))  # starts the process and loads the library
    for kind, of in KINDS.items():
        files = [of(number) for number in range(count)]
        began = time.perf_counter()
        states = Counter(keeper.read(Job(data)).state for data in files)
        seconds = time.perf_counter() - began
        assert states == {"text": count}, (kind, states)
        found[kind] = {"rate": count / seconds, "bytes": sum(map(len, files)) // count}
    keeper.close()
    print(table(("kind", "files/s", "bytes each"), [(kind, one["rate"], one["bytes"]) for kind, one in found.items()]))
    return found


def limits() -> dict[str, Any]:
    """Seconds until files that hang or eat memory are given up, the limit being two seconds and 200 MB."""
    keeper = Keeper(Limits(seconds=2.0, memory=200), STUB)
    found: dict[str, Any] = {}
    for name in ("hang", "memory", "abort", "segfault"):
        began = time.perf_counter()
        answer = keeper.read(Job(b"", name))
        found[name] = {"code": answer.code, "seconds": time.perf_counter() - began}
        assert answer.state == "failed"
        assert found[name]["seconds"] < 2.0 + LATE, found
    keeper.close()
    print(table(("a file that", "is given up as", "after seconds"),
                [(name, one["code"], one["seconds"]) for name, one in found.items()]))  # fmt: skip
    return found


def real(paths: list[Path], corpus: Path, workers: int) -> dict[str, Any]:
    """What is drawn from the attachments of real mails, by their kind."""
    shutil.rmtree(corpus, ignore_errors=True)
    engine = open_engine(str(corpus), create=True)
    pipeline.load(engine, paths)
    outcome = stage.extract(engine, workers=workers)
    kinds = by_kind(engine)
    failures = Counter(failure.code for _, failure in pipeline.failures(engine) if failure.stage == stage.STAGE)
    print(table(("kind", "files", "text", "empty", "encrypted", "no reader", "failed"),
                [(kind or "unknown", sum(states.values()), *(states[state] for state in
                  ("text", "empty", "encrypted", "unread", "failed"))) for kind, states in kinds]))  # fmt: skip
    print(f"{outcome.read:,} files in {outcome.seconds:.1f} s; failures: {dict(failures)}")
    engine.close()
    return {
        "read": outcome.read, "seconds": outcome.seconds, "failures": dict(failures),
        "kinds": {kind: dict(states) for kind, states in kinds},
    }  # fmt: skip


def by_kind(engine: Engine) -> list[tuple[str, Counter[str]]]:
    """States of files by media type, the most frequent type first."""
    found: dict[str, Counter[str]] = {}
    for file, _ in engine.files_in(["text", "empty", "encrypted", "unread", "failed"]):
        found.setdefault(file.media.partition(";")[0], Counter())[file.state] += 1
    return sorted(found.items(), key=lambda one: (-sum(one[1].values()), one[0]))


def main() -> None:
    """Runs and reports."""
    asked = parser(__doc__)
    asked.add_argument("paths", nargs="*", type=Path)
    asked.add_argument("--count", type=int, default=200, help="made-up files of each kind")
    asked.add_argument("--workers", type=int, default=1)
    given = asked.parse_args()
    figures = {"speed": speed(given.count), "limits": limits()}
    if given.paths:
        given.bench.mkdir(parents=True, exist_ok=True)
        figures["real"] = real(given.paths, given.bench / "extraction", given.workers)
    report(figures, given.json)


if __name__ == "__main__":
    main()
