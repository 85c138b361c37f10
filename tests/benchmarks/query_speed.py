"""How long a search takes: in process with count, first page and facets; and the pages over HTTP.

Queries are drawn as people's would be: words by Zipf's law, two words, phrases that occur, senders, spans of time,
beginnings of words, and mixtures. `python -m tests.benchmarks.query_speed --help`
"""

import http.client
import random
import re
import socket
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from copy import copy
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from search.engine import Engine, open_engine
from search.parse import parse
from search.query import Query
from tests.benchmarks.generate import Generator, prepared
from tests.benchmarks.measure import UNSEALED, ingest, kill, parser, percentile, report, start, status_of, table

LAYOUT = {"word": 75, "two words": 60, "phrase": 35, "from": 30, "span of time": 30, "prefix": 25, "mixture": 45}


class Asker:
    """Draws queries for a generated corpus; equal seeds, equal queries."""

    def __init__(self, generator: Generator, seed: int) -> None:
        self.rng = random.Random(seed)
        self.people = generator.active
        self.words = generator.words
        self.phrases = list(_phrases(islice(generator, 3000)))

    def word(self) -> str:
        """A word as often as it is written, in a language as often as that is; the two dozen commonest less often."""
        languages = ("en", "en", "en", "en", "de", "fr", "ru", "pl", "ja")
        return self.rng.choice(self.words.tables[self.rng.choice(languages)])

    def span(self) -> str:
        """A year, a month, a few weeks, or all before or after a day."""
        year, month, day = 2013 + self.rng.randrange(5), 1 + self.rng.randrange(12), 1 + self.rng.randrange(28)
        return self.rng.choice((
            f"date:{year}", f"date:{year}-{month:02d}", f"date:{year}-{month:02d}..{year}-12",
            f"after:{year}-{month:02d}-{day:02d}", f"before:{year}-{month:02d}-{day:02d}",
        ))  # fmt: skip

    def query(self, kind: str) -> str:
        """One query of a kind."""
        person = self.rng.choice(self.people)
        sender = self.rng.choice((person.name.split()[-1], person.address.partition("@")[0], f'"{person.address}"'))
        word, other = self.word(), self.word()
        long = next(w for w in self.rng.choices(self.words.tables["en"], k=100) if len(w) > 5)  # what ~ goes with
        made = {
            "word": word, "two words": f"{word} {other}", "phrase": f'"{self.rng.choice(self.phrases)}"',
            "from": f"from:{sender}", "span of time": f"{word} {self.span()}",
            "prefix": f"{long[:self.rng.randrange(3, 6)]}*",
        }  # fmt: skip
        mixtures = (
            f"{word} has:attachment {self.span()}", f"({word} OR {other}) from:{sender}", f"{word} -{other}",
            f"subject:{word}", f"own:{word} quoted:{other}", f"with:{sender} {word}", f"{word} OR {other}",
            f"list:budget-team.council.example.org {word}", f"lang:fr {word}", f"{long}~",
            f"larger:100k {self.span()}",
        )  # fmt: skip
        return made.get(kind) or self.rng.choice(mixtures)

    def draw(self, count: int) -> list[tuple[str, str]]:
        """So many (kind, query), kinds mixed."""
        kinds = self.rng.choices(list(LAYOUT), weights=list(LAYOUT.values()), k=count)
        return [(kind, self.query(kind)) for kind in kinds]


def _phrases(raws: Iterator[bytes]) -> Iterator[str]:
    """Two or three words in a row out of plain English bodies."""
    for number, raw in enumerate(raws):
        head, _, text = raw.partition(b"\n\n")
        if b"\nContent-Transfer-Encoding: 7bit" in head and b"text/plain" in head:
            words = re.findall(r"[a-z]{2,}(?: [a-z]{2,}){1,2}", text.decode("ascii", "ignore"))
            yield from words[number % 7 : 40 : 7]


def timed(engine: Engine, queries: Sequence[tuple[str, Query]], **settings: Any) -> list[tuple[float, str, str, int]]:
    """(milliseconds, kind, query, matches) for each: count, first page with its highlights, facets, histogram."""
    found = []
    for kind, query in queries:
        began = time.perf_counter()
        page = engine.search(query, **settings)
        found.append(((time.perf_counter() - began) * 1000, kind, query.text, page.total))
    return found


def summary(name: str, times: Sequence[float]) -> tuple[object, ...]:
    """A line of the table."""
    return (name, len(times), *(percentile(times, share) for share in (0.5, 0.9, 0.95, 0.99, 1.0)))


class Site:
    """`unsealed serve` on a free port, asked over one connection that stays open."""

    def __init__(self, corpus: Path) -> None:
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = start([*UNSEALED, "serve", "--engine", corpus, "--port", self.port])
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        end = time.monotonic() + 60
        while True:
            try:
                self.get("/status")
                return
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    kill(self.process)
                    raise
                self.connection.close()
                time.sleep(0.1)

    def beside(self) -> "Site":
        """The same site over a connection of its own."""
        other = copy(self)
        other.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        return other

    def get(self, path: str) -> tuple[float, int]:
        """Milliseconds until the whole page is there, and its size; RuntimeError unless it is a 200."""
        began = time.perf_counter()
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:300]!r}")
        return took, len(body)

    def address(self, path: str) -> str:
        """Where a path leads: the address that it redirects to, or itself."""
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        answer.read()
        return answer.getheader("Location", path).partition("#")[0]


def long_threads(corpus: Path, size: int, count: int = 5) -> list[tuple[str, int]]:
    """(id of a message, messages) of the threads whose size is nearest to `size`."""
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as connection:
        rows = connection.execute(
            "SELECT min(id), count(*) FROM messages GROUP BY label ORDER BY abs(count(*) - ?) LIMIT ?", (size, count)
        ).fetchall()
    return [(id.hex(), number) for id, number in rows]


def over_http(corpus: Path, asked: Sequence[str]) -> list[tuple[object, ...]]:
    """Lines for the search page, a thread of 200 messages and a message, as a browser gets them."""
    site = Site(corpus)
    try:
        for text in asked[:5]:
            site.get(f"/?q={quote(text)}")
        pages = [site.get(f"/?q={quote(text)}") for text in asked[5:]]
        threads = long_threads(corpus, 200)
        addresses = [site.address(f"/t/{id}") for id, _ in threads]
        long = [site.get(address) for address in addresses for _ in range(5)][1:]
        messages = [site.get(f"/m/{id}") for id, _ in threads for _ in range(4)]
    finally:
        kill(site.process)
    print(f"threads: {[number for _, number in threads]} messages, page of {long[0][1]:,} bytes; "
          f"search page of {pages[0][1]:,} bytes")  # fmt: skip
    return [summary("search page, HTTP", [took for took, _ in pages]),
            summary("thread page, HTTP", [took for took, _ in long]),
            summary("message page, HTTP", [took for took, _ in messages])]  # fmt: skip


def main() -> None:
    """Reads the arguments, asks, prints."""
    options = parser(__doc__)
    options.add_argument("--count", type=int, default=300_000)
    options.add_argument("--queries", type=int, default=300)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--no-http", action="store_true")
    given = options.parse_args()
    mbox, corpus = prepared(given.bench, given.count, "mbox"), given.bench / f"corpus-{given.count}"
    if not corpus.exists() or status_of(corpus)["messages"] < given.count * 0.9:
        ingest(corpus, mbox, fresh=True)
    asker = Asker(Generator(given.count), given.seed)
    drawn = [(kind, parse(text)) for kind, text in asker.draw(given.queries + 20)]
    rows: list[tuple[object, ...]] = []
    with closing(open_engine(str(corpus))) as engine:
        timed(engine, drawn[:20])
        found = timed(engine, drawn[20:])
        rows.append(summary("all, in process", [one[0] for one in found]))
        for kind in LAYOUT:
            rows.append(summary(f"  {kind}", [one[0] for one in found if one[1] == kind] or [0.0]))
        rows.append(summary("again, newest first", [one[0] for one in timed(engine, drawn[20:], order="newest")]))
        rows.append(summary("again, by thread", [one[0] for one in timed(engine, drawn[20:], by_thread=True)]))
        rows.append(summary("again, no facets", [one[0] for one in timed(engine, drawn[20:], facets=False)]))
    for took, kind, text, total in sorted(found, reverse=True)[:8]:
        print(f"{took:7.1f} ms  {total:>9,} matches  {kind}: {text}")
    if not given.no_http:
        rows += over_http(corpus, [query.text for _, query in drawn[20:125]])
    head = ("milliseconds", "queries", "p50", "p90", "p95", "p99", "worst")
    print(table(head, rows))
    report({str(row[0]).strip(): dict(zip(head[1:], row[1:], strict=True)) for row in rows}, given.json)


if __name__ == "__main__":
    main()
