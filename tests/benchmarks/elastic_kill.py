"""Kills the server, and in turn the ingest, at random moments: the digest is that of an undisturbed corpus.

python -m tests.benchmarks.elastic_kill --count 4000 --kills 20
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from ingest import pipeline
from search.engine import open_engine
from tests.benchmarks.generate import Generator, write_mbox
from tests.benchmarks.kill9 import CHILD
from tests.conftest import forget
from tests.elastic_server import Server, running


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--away", type=float, default=5.0, help="seconds that the server stays away")
    parser.add_argument("--long", type=float, default=30.0, help="seconds that it stays away the first time")
    options = parser.parse_args()
    pick = random.Random(options.count)
    with tempfile.TemporaryDirectory() as place, running() as server:
        folder = Path(place)
        write_mbox(folder / "boxes", Generator(options.count, 31), files=6)
        calm = open_engine(str(folder / "calm"), create=True)
        pipeline.load(calm, [folder / "boxes"])
        wanted = calm.digest()
        calm.close()
        began = time.monotonic()
        child(server, "undisturbed", folder / "boxes").wait()
        whole = time.monotonic() - began
        verdict(server, "undisturbed", wanted, f"{whole:.1f} s")
        for number in range(options.kills):
            name = f"kill-{number}"
            moment = pick.uniform(0.1, 0.95) * whole
            began = time.monotonic()
            if number % 2:
                kill_ingest(server, name, folder / "boxes", moment)
            else:
                kill_server(server, name, folder / "boxes", moment, options.away if number else options.long)
            what = "ingest" if number % 2 else "server"
            took = time.monotonic() - began
            verdict(server, name, wanted, f"{what} killed after {moment:.1f} s, done after {took:.1f} s")
            forget(server.address, name)


def child(server: Server, name: str, mails: Path) -> "subprocess.Popen[bytes]":
    """An ingest in a process of its own."""
    command = [sys.executable, "-c", CHILD, f"{server.address}/{name}", "1", str(mails)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def kill_server(server: Server, name: str, mails: Path, moment: float, away: float) -> None:
    """The ingest must outlive it."""
    ingest = child(server, name, mails)
    time.sleep(moment)
    server.kill()
    time.sleep(away)
    server.start()
    if ingest.wait(timeout=300):
        raise SystemExit(f"{name}: the ingest ended with {ingest.returncode}")


def kill_ingest(server: Server, name: str, mails: Path, moment: float) -> None:
    """The next one must go on."""
    ingest = child(server, name, mails)
    time.sleep(moment)
    ingest.kill()
    ingest.wait()
    if child(server, name, mails).wait(timeout=300):
        raise SystemExit(f"{name}: the second ingest failed")


def verdict(server: Server, name: str, wanted: str, what: str) -> None:
    """The digest must be the one wanted, the counts add up."""
    with closing(open_engine(f"{server.address}/{name}")) as engine:
        status = engine.status()
        found = engine.digest()
        read = sum(one.read for one in status.archives)
        new = sum(one.new for one in status.archives)
        good = found == wanted and new == status.messages and not status.unindexed
        print(f"{what}: {'as it should be' if good else 'WRONG'}: {read} read, {new} new, {status.messages} messages, "
              f"{status.unindexed} not searchable, digest {found[:12]}", flush=True)  # fmt: skip
    if not good:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
