"""What a corpus in a cluster holds and whether it is whole: counts, ledger, failures, digest, verification."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from msgspec import convert, json
from msgspec.structs import asdict, replace

from mappings import INDEXES
from mappings.records import ArchiveState, Failure, Place, Status
from search import elastic_citing, elastic_files, elastic_filling, elastic_shelf
from search.chunks import chunks
from search.elastic import Cluster
from search.elastic_errors import NotAllowed
from search.elastic_layout import differences
from search.elastic_store import Store, message_row, stored
from search.errors import CorpusDamaged, EngineUnavailable
from search.failures import Tally, Which
from search.ghosts import Ghost
from search.layout import sentence

_ALL: dict[str, Any] = {"match_all": {}}


def places(source: dict[str, Any]) -> list[Place]:
    """Where a message was found, from its record document, in order."""
    return sorted(
        (Place(archive, member, offset, collection, flags, tuple(labels), number)
         for archive, member, offset, collection, flags, labels, number in source["places"]),
        key=lambda place: (place.archive, place.member, place.offset, place.collection),
    )  # fmt: skip


def placed(cluster: Cluster) -> Iterator[tuple[str, Place]]:
    """Every place of every message, with the message's id."""
    fresh(cluster)
    for doc in cluster.scan("records", _ALL, ["id"], source=["places"]):
        for place in places(doc.source):
            yield doc.id, place


def archives(cluster: Cluster) -> list[ArchiveState]:
    """The ledger, in the order of reading."""
    docs = cluster.scan("archives", {"exists": {"field": "archive"}}, ["created", "archive", "collection"])
    return [convert(doc.source["state"], ArchiveState) for doc in docs if "state" in doc.source]


def fresh(cluster: Cluster) -> None:
    """Lets counts see all that is stored, as far as the user may."""
    indexes = "records", "threads", "ghosts", "archives", "failures", "files"
    # a refresh waits a minute for a shard that is away, where a search says so at once
    cluster.reach(*indexes)
    cluster.freshen(*indexes)


def status(cluster: Cluster) -> Status:
    """Counts for the whole corpus; CorpusDamaged where its layout is so different that they can't be had."""
    differing = differences(cluster)
    try:
        counted = _counts(cluster)
    except EngineUnavailable as error:
        if any(one.hinders for one in differing):
            raise CorpusDamaged(sentence(cluster.shown, differing)) from error
        raise
    note = elastic_filling.note(cluster)
    return replace(counted, differences=tuple(differing), notes=(note,) if note else ())


def _counts(cluster: Cluster) -> Status:
    fresh(cluster)
    aggs = {
        "bytes": {"sum": {"field": "size"}}, "first": {"min": {"field": "date"}}, "last": {"max": {"field": "date"}},
        "dated": {"value_count": {"field": "date"}}, "places": {"sum": {"field": "found"}},
        "collections": {"terms": {"field": "collections", "size": 10_000}},
    }  # fmt: skip
    told = cluster.search("records", {"query": _ALL, "size": 0, "track_total_hits": True, "aggs": aggs})
    values, messages = told["aggregations"], int(told["hits"]["total"]["value"])
    counted = {bucket["key"]: int(bucket["doc_count"]) for bucket in values["collections"]["buckets"]}
    dated = int(values["dated"]["value"])
    body = {"query": _ALL, "size": 0, "track_total_hits": True, "aggs": {"size": {"sum": {"field": "size"}}}}
    trees = cluster.search("threads", body)
    alone = messages - int(trees["aggregations"]["size"]["value"])
    searchable = cluster.count("messages", {"term": {"is": "message"}})
    hidden = {"bool": {"filter": [{"term": {"is": "duplicate"}}], "must_not": [{"term": {"is": "primary"}}]}}
    return Status(
        engine=cluster.shown, messages=messages, raw_bytes=int(values["bytes"]["value"]),
        threads=alone + int(trees["hits"]["total"]["value"]), ghosts=cluster.count("ghosts", _ALL),
        duplicates=cluster.count("messages", hidden), places=int(values["places"]["value"]),
        undated=messages - dated, stored_bytes=stored_bytes(cluster),
        first=int(values["first"]["value"]) if dated else None, last=int(values["last"]["value"]) if dated else None,
        unindexed=max(0, messages - searchable), failures=cluster.count("failures", _ALL),
        archives=tuple(archives(cluster)),
        collections=dict(sorted(counted.items(), key=lambda item: (-item[1], item[0]))),
        files=elastic_files.counts(cluster), articles=elastic_shelf.count(cluster),
        citations=elastic_citing.tiers(cluster),
    )  # fmt: skip


def stored_bytes(cluster: Cluster) -> int:
    """What the corpus takes in the cluster, copies on other nodes left out; 0 for a user who may not know."""
    names = ",".join(map(cluster.name, INDEXES))
    try:
        path = f"/{names}/_stats/store"
        told = cluster.request("GET", path, filter_path="_all.primaries.store.size_in_bytes", ignore_unavailable="true")
    except NotAllowed:
        return 0
    return int(told["_all"]["primaries"]["store"]["size_in_bytes"])


def failures(cluster: Cluster, limit: int, after: int, which: Which) -> list[tuple[int, Failure]]:
    """Failures with their numbers, oldest first, those numbered above `after`."""
    asked = {name: value for name, value in asdict(which).items() if value}
    wanted = [{"range": {"num": {"gt": after}}}, *({"term": {name: value}} for name, value in asked.items())]
    body = {"query": {"bool": {"filter": wanted}}, "size": limit, "sort": [{"num": "asc"}]}
    hits = cluster.search("failures", body)["hits"]["hits"]
    return [(hit["_source"]["num"], convert(hit["_source"]["failure"], Failure)) for hit in hits]


def tally(cluster: Cluster) -> list[Tally]:
    """How many failures there are, by archive, stage and code, in that order."""
    names = ("archive", "stage", "code", "kept")
    counted: dict[tuple[str, str, str], list[int]] = {}
    composite: dict[str, Any] = {"size": 1000, "sources": [{name: {"terms": {"field": name}}} for name in names]}
    while True:
        body = {"query": _ALL, "size": 0, "track_total_hits": False, "aggs": {"kinds": {"composite": composite}}}
        answer = cluster.search("failures", body)["aggregations"]["kinds"]
        for bucket in answer["buckets"]:
            key = bucket["key"]
            counts = counted.setdefault((key["archive"], key["stage"], key["code"]), [0, 0])
            counts[bool(key["kept"])] += int(bucket["doc_count"])
        if "after_key" not in answer:
            break
        composite["after"] = answer["after_key"]
    return [
        Tally(archive=archive, stage=stage, code=code, lost=lost, kept=kept)
        for (archive, stage, code), (lost, kept) in sorted(counted.items())
    ]


def digest(store: Store) -> str:
    """SHA-256 over ids, threads, parents and places, in the order of ids: as the embedded engine makes it."""
    cluster = store.cluster
    fresh(cluster)
    found = sha256()
    for docs in chunks(cluster.walk("records", _ALL, ["id"]), 1000):
        copies = store.copies(doc.source["copy_key"] for doc in docs)
        spots = store.spots({doc.id: doc.source["label"] for doc in docs})
        for doc in docs:
            row = message_row(doc.source, spots[doc.id], copies)
            found.update(json.encode((row.id, row.thread, row.parent, row.depth, row.copies)))
            listed = [(p.archive, p.member, p.offset, p.collection) for p in places(doc.source)]
            found.update(json.encode(listed))
    for doc in cluster.walk("ghosts", _ALL, ["key"]):
        found.update(json.encode(convert(doc.source["ghost"], Ghost)))
    return found.hexdigest()


def verify(store: Store) -> Iterator[tuple[str, str]]:
    """Re-reads every message's bytes and record; (id, "") where they are as they were, else (id, what is wrong)."""
    fresh(store.cluster)
    docs = store.cluster.walk("records", _ALL, ["id"], source=["id", "size", "stored"])
    for part in chunks(docs, 5_000):
        # neighbours in a block are read together
        listed = sorted(((doc.id, int(doc.source["size"]), stored(doc.source)) for doc in part), key=lambda one: one[2])
        yield from store.blocks.check(listed)
