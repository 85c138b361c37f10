"""Two nodes, two ingests and two sites at once, a node killed and started again in between: nothing is lost, and
searches go on.

python -m tests.benchmarks.elastic_cluster --count 8000

A third of the archive is there before, since an empty corpus is filled without replicas and needs every node. With two
nodes that may be master one of them alone votes (an even number of votes would be no use), and the cluster
stands or falls with it. First the other is killed while both ingests run; then, once they are done, the one that votes.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from ingest import pipeline
from search.engine import open_engine
from tests.benchmarks.generate import Generator, write_mbox
from tests.elastic_server import Server, free_port

ASKED = ("harbour", "report", "contract", "the", "budget")
PAUSE = 0.2  # seconds between a site's searches
GOES_ON = 20.0  # seconds for which searches are watched after all is done


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=8000)
    parser.add_argument("--away", type=float, default=30.0, help="seconds that a node stays away")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, two_nodes() as nodes:
        parts = write(Path(place), options.count)
        wanted = calm(Path(place) / "calm", parts)
        hosts = ",".join(node.address.removeprefix("http://") for node in nodes)
        address = f"http://{hosts}/pair"
        voting, other = by_vote(nodes)
        ingest(address, parts[0]).wait()
        green(voting)
        with ExitStack() as stack:
            watches = [stack.enter_context(watched(address)) for _ in range(2)]
            began = time.monotonic()
            ingests = [ingest(address, part) for part in parts[1:]]
            time.sleep(10)
            away(other, options.away, "the one that does not vote")
            ended = [one.wait(timeout=900) for one in ingests]
            print(f"the ingests ended with {ended} after {time.monotonic() - began:.0f} s", flush=True)
            report(watches, "while both ingests ran and that node was away")
            green(voting)
            verdict(address, wanted)
            away(voting, options.away, "the one that votes")
            green(voting)
            time.sleep(GOES_ON)
            report(watches, "while the node that votes was away and after")
        verdict(address, wanted)


@contextmanager
def two_nodes() -> Iterator[list[Server]]:
    """A cluster of two, both of which may be master."""
    ports = [free_port(), free_port()]
    hosts = json.dumps([f"127.0.0.1:{port}" for port in ports])
    with ExitStack() as stack:
        nodes = []
        for name, port in zip("ab", ports, strict=True):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="unsealed-node-")))
            folder.chmod(0o755)
            node = Server(folder, {
                "discovery.type": "", "discovery.seed_hosts": hosts, "cluster.initial_master_nodes": '["a","b"]',
                "node.name": name, "transport.port": str(port), "cluster.name": "pair",
            })  # fmt: skip
            stack.callback(node.stop)
            nodes.append(node)
            node.start(wait=False)
        for node in nodes:
            node.wait()
        while asked(nodes[0], "/_cluster/health")["number_of_nodes"] < 2:
            time.sleep(0.5)
        yield nodes


def asked(node: Server, path: str) -> Any:
    """What a node answers."""
    with urllib.request.urlopen(node.address + path, timeout=60) as answer:
        return json.load(answer)


def by_vote(nodes: list[Server]) -> tuple[Server, Server]:
    """The node that votes, and the other."""
    path = "/_cluster/state/metadata?filter_path=metadata.cluster_coordination.last_committed_config"
    votes = asked(nodes[0], path)["metadata"]["cluster_coordination"]["last_committed_config"]
    names = {id: node["name"] for id, node in asked(nodes[0], "/_nodes")["nodes"].items()}
    print(f"who votes: {[names[vote] for vote in votes]}", flush=True)
    first = "ab".index(names[votes[0]])
    return nodes[first], nodes[1 - first]


def green(node: Server) -> None:
    """Waits until every replica is there."""
    began = time.monotonic()
    while True:
        try:
            if asked(node, "/_cluster/health?wait_for_status=green&wait_for_nodes=2&timeout=5s")["status"] == "green":
                print(f"both nodes hold everything after {time.monotonic() - began:.0f} s", flush=True)
                return
        except OSError:
            time.sleep(1)


def write(folder: Path, count: int) -> list[Path]:
    """An archive in three parts that have threads in common."""
    write_mbox(folder / "boxes", Generator(count, 31), files=6)
    parts = [folder / "first", folder / "one", folder / "two"]
    for number, box in enumerate(sorted((folder / "boxes").iterdir())):
        part = parts[number % 3]
        part.mkdir(exist_ok=True)
        box.rename(part / box.name)
    return parts


def calm(folder: Path, parts: list[Path]) -> str:
    """The digest of one undisturbed ingest on this machine."""
    with closing(open_engine(str(folder), create=True)) as engine:
        pipeline.load(engine, parts)
        return engine.digest()


def ingest(address: str, part: Path) -> "subprocess.Popen[bytes]":
    """An ingest in a process of its own."""
    command = [sys.executable, "-m", "webapp.cli", "ingest", str(part), "--engine", address, "--workers", "1"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def away(node: Server, seconds: float, which: str) -> None:
    """Kills a node and starts it again after a while."""
    print(f"{which} is killed for {seconds:.0f} s", flush=True)
    node.kill()
    time.sleep(seconds)
    node.start(wait=False)
    print("it is started again", flush=True)


class Watch(threading.Thread):
    """Searches through a site all the time; notes when one failed, how, and how long it took."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.noted: list[tuple[float, int, float]] = []  # when, status (0 for no answer), seconds
        self.done = threading.Event()

    def run(self) -> None:
        """Until `done`."""
        number = 0
        while not self.done.wait(PAUSE):
            number += 1
            began = time.monotonic()
            try:
                with urllib.request.urlopen(f"{self.url}.json?q={ASKED[number % len(ASKED)]}", timeout=90) as answer:
                    json.load(answer)
                status = 200
            except urllib.error.HTTPError as error:
                status = error.code
                error.close()
            except OSError:
                status = 0
            self.noted.append((began, status, time.monotonic() - began))


@contextmanager
def watched(address: str) -> Iterator[Watch]:
    """A site in a process of its own, and its watch."""
    command = [sys.executable, "-m", "webapp.cli", "serve", "--port", "0", "--engine", address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as site:
        assert site.stdout
        watch = Watch(site.stdout.readline().split()[0])
        watch.start()
        try:
            yield watch
        finally:
            watch.done.set()
            watch.join()
            site.terminate()


def report(watches: list[Watch], when: str) -> None:
    """What each site's searches met; the notes begin anew."""
    for number, watch in enumerate(watches, 1):
        noted, watch.noted = watch.noted, []
        failed = [one for one in noted if one[1] != 200]
        span = failed[-1][0] + failed[-1][2] - failed[0][0] if failed else 0.0
        kinds = sorted({one[1] for one in failed})
        slowest = max((one[2] for one in noted), default=0.0)
        print(f"site {number}, {when}: {len(noted)} searches, {len(failed)} failed {kinds or ''} within {span:.0f} s; "
              f"the slowest took {slowest:.1f} s", flush=True)  # fmt: skip


def verdict(address: str, wanted: str) -> None:
    """The digest must be that of the calm ingest."""
    with closing(open_engine(address)) as engine:
        status, found = engine.status(), engine.digest()
        bad = sum(bool(wrong) for _, wrong in engine.verify())
        good = found == wanted and not status.unindexed and not bad
        print(f"{'nothing is lost' if good else 'WRONG'}: {status.messages} messages, {status.unindexed} not "
              f"searchable, {bad} damaged, digest {found[:12]}; {' '.join(status.notes) or 'replicas as usual'}",
              flush=True)  # fmt: skip
    if not good:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
