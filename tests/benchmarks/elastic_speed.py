"""Ingest into a cluster against the ceiling: the documents that an ingest leaves there, sent by a bare bulk loop.

python -m tests.benchmarks.elastic_speed MBOX http://127.0.0.1:9200
"""

import argparse
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch, helpers
from msgspec import json

from ingest import pipeline
from search.elastic import Cluster, Op
from search.engine import open_engine

Action = dict[str, Any]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mails", type=Path)
    parser.add_argument("server")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    for number in range(options.rounds):
        name = f"speed-{time.time_ns()}"
        last: dict[tuple[str, str], Op] = {}
        rate = ours(f"{options.server}/{name}", options.mails, options.workers, {})
        ours(f"{options.server}/{name}r", options.mails, options.workers, last)
        bare_rate = bare(options.server, f"{name}b", last, rate[1])
        print(f"round {number + 1}: ours {rate[0]:,.0f} messages/s, bare loop {bare_rate:,.0f}: "
              f"{100 * rate[0] / bare_rate:.0f} %", flush=True)  # fmt: skip
        request = urllib.request.Request(f"{options.server}/{name}*", method="DELETE")
        urllib.request.urlopen(request, timeout=60).read()


def ours(url: str, mails: Path, workers: int, last: dict[tuple[str, str], Op]) -> tuple[float, int]:
    """Messages a second, parsing and threads included, and how many; notes the last form of each document."""
    real = Cluster._send

    def send(self: Cluster, ops: list[Op], *rest: Any) -> list[int]:
        last.update(((op.index, op.id), op) for op in ops if op.kind in ("index", "create"))
        return real(self, ops, *rest)

    if url.endswith("r"):
        Cluster._send = send  # type: ignore[method-assign]
    engine = open_engine(url, create=True)
    began = time.monotonic()
    outcome = pipeline.load(engine, [mails], workers=workers)
    seconds = time.monotonic() - began
    engine.close()
    Cluster._send = real  # type: ignore[method-assign]
    return outcome.read / seconds, outcome.read


def bare(server: str, name: str, last: dict[tuple[str, str], Op], count: int) -> float:
    """Messages a second when their documents are sent by the client's own helper, two threads."""
    cluster = Cluster.connect(f"{server}/{name}")
    cluster.create()

    def actions() -> Iterator[Action]:
        for (index, id), op in last.items():
            yield {"_index": cluster.name(index), "_id": id, "_source": json.decode(op.body)}

    listed = list(actions())
    client = Elasticsearch(server)
    began = time.monotonic()
    for ok, _ in helpers.parallel_bulk(client, listed, thread_count=2, chunk_size=500):
        assert ok
    cluster.refresh("messages", "records")
    seconds = time.monotonic() - began
    client.close()
    cluster.close()
    return count / seconds


if __name__ == "__main__":
    main()
