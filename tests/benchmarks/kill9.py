"""Kills ingests at random moments: nothing reported as done is lost, and a last run ends where an undisturbed one does.

Three series: one corpus killed again and again, each run going on from the last; a fresh corpus for every kill, at any
moment from start to end; the same with ^C. `python -m tests.benchmarks.kill9 --help`
"""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

from mappings.records import Status
from tests.benchmarks.generate import Generator, write_maildir, write_mbox
from tests.benchmarks.measure import UNSEALED, parser, report, run, start, tree

GRACE = 10.0  # seconds that worker processes have to notice that their parent is gone
CHILD = """
import sys
from pathlib import Path
from ingest import pipeline
from ingest.progress import Progress
from search.engine import open_engine

class Said(Progress):
    def update(self, archive, done, outcome):
        print(outcome.read, outcome.new, flush=True)

if __name__ == "__main__":
    corpus, workers, *paths = sys.argv[1:]
    engine = open_engine(corpus, create=True)
    pipeline.load(engine, pipeline.find(map(Path, paths)), workers=int(workers), progress=Said())
    engine.close()
"""


class Broken(Exception):
    """Something was lost, or differs; one sentence."""


def facts(corpus: Path) -> tuple[Status, str]:
    """What a corpus says of itself, and its digest."""
    from search.engine import open_engine

    with closing(open_engine(str(corpus))) as engine:
        return engine.status(), engine.digest()


def check(corpus: Path, messages: int, digest: str) -> None:
    """Counts must add up to so many messages read, all be searchable, the digest be this one; Broken."""
    status, found = facts(corpus)
    for one in status.archives:
        if one.read != one.new + one.already + one.failed or not one.done:
            raise Broken(f"counts or end are wrong: {one}")
    if (total := sum(one.read for one in status.archives)) != messages:
        raise Broken(f"{total:,} messages were read, there are {messages:,}")
    if status.unindexed or status.messages != sum(one.new for one in status.archives):
        raise Broken(f"{status.messages:,} messages stored, {status.unindexed:,} of them not searchable")
    if found != digest:
        raise Broken(f"the digest is {found}, that of an undisturbed run {digest}")


def leftovers(pids: Iterable[int]) -> list[int]:
    """Those of the processes that still live once they had time to end."""
    end = time.monotonic() + GRACE
    alive = list(pids)
    while alive and time.monotonic() < end:
        alive = [pid for pid in alive if _lives(pid)]
        time.sleep(0.02)
    return alive


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False


class Victim:
    """An ingest in a process of its own that says what it has stored, until it is killed."""

    def __init__(self, corpus: Path, paths: Sequence[Path], workers: int) -> None:
        self.corpus = corpus
        self.lines: list[bytes] = []
        self.before = facts(corpus)[0].messages if (corpus / "corpus.sqlite").exists() else 0
        command = [sys.executable, "-c", CHILD, corpus, str(workers), *paths]
        self.process: subprocess.Popen[bytes] = start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def wait(self, seconds: float = 0.0, lines: int = 0) -> None:
        """Waits so long, and for so many lines, unless it ends before."""
        assert self.process.stdout is not None
        self.lines = [self.process.stdout.readline() for _ in range(lines)]
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)

    def kill(self) -> bool:
        """Kills the process alone, not its workers; Broken if what it had said was stored is not. False if it had
        ended before."""
        pids = tree(self.process.pid)
        self.process.kill()
        said, cries = self.process.communicate()
        if self.process.returncode not in (0, -signal.SIGKILL):
            raise Broken(f"ingest ended with status {self.process.returncode}: {cries.decode()[-2000:]}")
        if alive := leftovers(pids):
            for pid in alive:
                os.kill(pid, signal.SIGKILL)
            raise Broken(f"{len(alive)} worker processes outlived the ingest")
        told = [line for line in (b"".join(self.lines) + said).split(b"\n")[:-1] if line]
        new = int(told[-1].split()[1]) if told else 0
        stored = facts(self.corpus)[0].messages if (self.corpus / "corpus.sqlite").exists() else 0
        if stored < self.before + new:
            raise Broken(f"{self.before + new:,} messages were reported as stored, {stored:,} are there")
        return self.process.returncode != 0


def finish(corpus: Path, paths: Sequence[Path], workers: int = 1) -> None:
    """The last run, by the command line."""
    run([*UNSEALED, "ingest", *paths, "--engine", corpus, "--workers", str(workers), "--no-extract", "--json"])


def interrupted(corpus: Path, paths: Sequence[Path], seconds: float, workers: int) -> bool:
    """^C, as a terminal sends it to the whole process group, after so many seconds; whether it came in time."""
    process = start([*UNSEALED, "ingest", *paths, "--engine", corpus, "--workers", str(workers), "--no-extract"],
                    stderr=subprocess.PIPE)  # fmt: skip
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
    cries = process.communicate()[1].decode()
    # Before the command is up, the interpreter's own answer to ^C is all there is.
    loud = "Traceback" in cries and (corpus / "corpus.sqlite").exists()
    if loud or process.returncode not in (0, 130, 1, -signal.SIGINT):
        raise Broken(f"^C ended it with status {process.returncode}: {cries[-2000:]}")
    return process.returncode != 0


def sources(base: Path, count: int) -> list[Path]:
    """Mail to read: a large mbox, thirty small ones, a Maildir."""
    base = base / f"kill-{count}"
    base.mkdir(exist_ok=True)
    large, small, folder = base / "large.mbox", base / "small", base / "maildir"
    if not (base / "ready").exists():
        for path in (small, folder):
            shutil.rmtree(path, ignore_errors=True)
        write_mbox(large, Generator(count // 2, 11))
        write_mbox(small, Generator(count // 4, 12), files=30)
        write_maildir(folder, Generator(count // 4, 13))
        (base / "ready").touch()
    return [large, small, folder]


def chain(corpus: Path, paths: Sequence[Path], kills: int, took: float, rng: random.Random) -> int:
    """One corpus, killed again and again; how many kills hit a running ingest."""
    shutil.rmtree(corpus, ignore_errors=True)
    hits = 0
    for number in range(kills):
        victim = Victim(corpus, paths, 1 + number % 2)
        victim.wait(0.35 + rng.random() * 3 * took / kills)
        hits += victim.kill()
    finish(corpus, paths)
    return hits


def separate(name: str, corpus: Path, paths: Sequence[Path], kills: int, took: float, rng: random.Random,
             verdict: Callable[[], None]) -> tuple[int, int]:  # fmt: skip
    """A fresh corpus for every kill or ^C, until so many hit a running ingest; hits and tries."""
    hits = tries = 0
    while hits < kills and tries < 4 * kills:
        shutil.rmtree(corpus, ignore_errors=True)
        moment, workers = rng.random() * took, 1 + tries % 2
        tries += 1
        if name == "^C":
            hit = interrupted(corpus, paths, moment, workers)
        else:
            victim = Victim(corpus, paths, workers)
            victim.wait(moment)
            hit = victim.kill()
        if not hit:
            took *= 0.9  # the machine has become faster
        hits += hit
        finish(corpus, paths, workers)
        verdict()
    return hits, tries


def main() -> None:
    """Reads the arguments, kills, compares."""
    options = parser(__doc__)
    options.add_argument("--count", type=int, default=16_000)
    options.add_argument("--kills", type=int, default=30, help="in each series")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    rng = random.Random(given.seed)
    given.bench.mkdir(parents=True, exist_ok=True)
    paths, calm, corpus = sources(given.bench, given.count), given.bench / "calm", given.bench / "killed"
    shutil.rmtree(calm, ignore_errors=True)
    began = time.monotonic()
    finish(calm, paths)
    took = time.monotonic() - began
    status, digest = facts(calm)
    count = sum(one.read for one in status.archives)
    print(f"undisturbed: {count:,} read, {status.messages:,} stored in {took:.1f} s, digest {digest[:16]}", flush=True)
    hits = {"chain": chain(corpus, paths, given.kills, took, rng), "fresh": 0, "^C": 0}
    check(corpus, count, digest)
    print(f"one corpus: {given.kills} kills, {hits['chain']} of a running ingest; digest equal", flush=True)
    for name in ("fresh", "^C"):
        hits[name], tries = separate(name, corpus, paths, given.kills, took, rng, lambda: check(corpus, count, digest))
        print(f"{name}: {hits[name]} hits of a running ingest in {tries} tries; digests equal", flush=True)
    report({"messages": count, "kills": given.kills, "hits": hits, "digest": digest, "seconds": took}, given.json)


if __name__ == "__main__":
    main()
