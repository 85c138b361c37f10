"""Copies in a cluster: their groups, and what people decided on them, which stands among the marks."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from msgspec import convert, json, to_builtins

from mappings.records import Ruling
from search.elastic import Cluster, Op


def groups(cluster: Cluster) -> Iterator[tuple[str, ...]]:
    """The ids of each group, the smallest first."""
    cluster.freshen("records")
    grouped = {"bool": {"must_not": [{"term": {"copy_key": 0}}]}}
    docs = cluster.scan("records", grouped, ["copy_key", "id"], columns=["copy_key", "id"])
    for _, found in groupby(docs, lambda doc: doc.source["copy_key"]):
        yield tuple(doc.id for doc in found)


def rulings(cluster: Cluster) -> dict[str, Ruling]:
    """Every ruling, by the message's id, in the order of ids."""
    cluster.freshen("marks")
    docs = cluster.scan("marks", {"term": {"kind": "ruling"}}, ["name"])
    return {doc.id.removeprefix("ruling-"): convert(doc.source["body"], Ruling) for doc in docs}


def ops(made: Iterable[Ruling]) -> Iterator[Op]:
    """What stores rulings."""
    for ruling in made:
        name = f"ruling-{ruling.id}"
        body = {"name": name, "kind": "ruling", "body": to_builtins(ruling)}
        yield Op("index", "marks", name, json.encode(body))


def touched(before: dict[str, int], after: dict[str, int]) -> set[int]:
    """The groups that lose or gain members, of messages given with the groups they were in and are in."""
    return {key for id, now in after.items() if before[id] != now for key in (before[id], now)} - {0}
