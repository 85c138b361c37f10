"""How long pages take over HTTP with several readers at once: search pages, conversations, messages, what the front
says; and the memory of the site meanwhile.

Each reader waits for a page, reads for a while (`--think` seconds on average, 0 for a machine that never rests), and
asks for the next. `python -m tests.benchmarks.page_speed --help`
"""

import random
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from tests.benchmarks.generate import Generator, prepared
from tests.benchmarks.measure import anonymous, ingest, kill, parser, percentile, report, resident, status_of, table
from tests.benchmarks.query_speed import Asker, Site, long_threads

THREAD = 200  # messages of the conversations that are read
LIMITS = {"search": 100.0, "conversation": 150.0}  # milliseconds for 95 of 100
# of a hundred requests, how many are for each kind of page
SHARES = {"search": 60, "conversation": 15, "message": 20, "front": 5}


class Reader(threading.Thread):
    """One who reads: a connection of their own, and the times that pages took, by kind."""

    def __init__(self, site: Site, asked: Sequence[tuple[str, str]], think: float, seed: int) -> None:
        super().__init__(daemon=True)
        self.site, self.asked, self.think = site.beside(), asked, think
        self.rng = random.Random(seed)
        self.times: list[tuple[str, float, int]] = []
        self.problem: Exception | None = None

    def run(self) -> None:
        """Asks for all; a page that is no page ends it."""
        try:
            for kind, path in self.asked:
                if self.think:
                    time.sleep(self.rng.expovariate(1 / self.think))
                self.times.append((kind, *self.site.get(path)))
        except Exception as problem:
            self.problem = problem


class Watch(threading.Thread):
    """The most memory that the site took at any of the moments looked at: all of it, and what is its own, without the
    pages of the index that the system lends it and takes back."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak, self.own, self.done = pid, 0, 0, threading.Event()

    def run(self) -> None:
        """Looks twice a second until it is told to stop."""
        while not self.done.wait(0.5):
            self.peak = max(self.peak, resident(self.pid))
            self.own = max(self.own, anonymous(self.pid))


def drawn(corpus: Path, site: Site, asker: Asker, count: int, seed: int) -> list[tuple[str, str]]:
    """Kinds of pages and their addresses, mixed as readers' would be."""
    rng = random.Random(seed)
    queries = [text for _, text in asker.draw(count)]
    long = long_threads(corpus, THREAD, 20)
    threads = [site.address(f"/t/{id}") for id, _ in long]
    kinds = rng.choices(list(SHARES), list(SHARES.values()), k=count)
    address = {
        "search": lambda at: f"/?q={quote(queries[at])}", "conversation": lambda at: rng.choice(threads),
        "message": lambda at: f"/m/{rng.choice(long)[0]}", "front": lambda at: "/",
    }  # fmt: skip
    return [(kind, address[kind](at)) for at, kind in enumerate(kinds)]


def drive(site: Site, asked: Sequence[tuple[str, str]], clients: int, think: float) -> list[tuple[str, float, int]]:
    """What each page took, (kind, milliseconds, bytes), with that many readers at once."""
    readers = [Reader(site, asked[at::clients], think, at) for at in range(clients)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
        if reader.problem:
            raise reader.problem
    return [one for reader in readers for one in reader.times]


def rows(name: str, times: Sequence[tuple[str, float, int]]) -> list[tuple[object, ...]]:
    """Lines of the table, one a kind of page."""
    found: list[tuple[object, ...]] = []
    for kind in SHARES:
        took = [one[1] for one in times if one[0] == kind]
        if took:
            largest = max(one[2] for one in times if one[0] == kind)
            shares = (percentile(took, share) for share in (0.5, 0.95, 0.99, 1.0))
            found.append((f"{kind}, {name}", len(took), *shares, largest // 1000))
    return found


def main() -> None:
    """Reads the arguments, serves, asks, prints."""
    options = parser(__doc__)
    options.add_argument("--count", type=int, default=300_000)
    options.add_argument("--clients", type=int, default=8)
    options.add_argument("--pages", type=int, default=800)
    options.add_argument("--think", type=float, default=1.0, metavar="SECONDS")
    options.add_argument("--seed", type=int, default=7)
    given = options.parse_args()
    mbox, corpus = prepared(given.bench, given.count, "mbox"), given.bench / f"corpus-{given.count}"
    if not corpus.exists() or status_of(corpus)["messages"] < given.count * 0.9:
        ingest(corpus, mbox, fresh=True)
    site = Site(corpus)
    watch = Watch(site.process.pid)
    try:
        asked = drawn(corpus, site, Asker(Generator(given.count), given.seed), given.pages, given.seed)
        drive(site, asked[: len(asked) // 10], 1, 0)
        watch.start()
        found = rows("one reader", drive(site, asked[: len(asked) // 4], 1, 0))
        reading = drive(site, asked, given.clients, given.think)
        found += rows(f"{given.clients} readers", reading)
        found += rows(f"{given.clients} that never rest", drive(site, asked, given.clients, 0))
    finally:
        watch.done.set()
        kill(site.process)
    head = ("milliseconds", "pages", "p50", "p95", "p99", "worst", "kB")
    print(table(head, found))
    for kind, limit in LIMITS.items():
        p95 = percentile([one[1] for one in reading if one[0] == kind] or [0.0], 0.95)
        print(f"{kind}: p95 {p95:.0f} ms, {'within' if p95 <= limit else 'beyond'} {limit:.0f}")
    print(f"memory of the site at its peak: {watch.own >> 20} MiB, {watch.peak >> 20} with the index's pages")
    figures = {str(row[0]): dict(zip(head[1:], row[1:], strict=True)) for row in found}
    report({**figures, "peak": watch.peak, "own": watch.own}, given.json)


if __name__ == "__main__":
    main()
