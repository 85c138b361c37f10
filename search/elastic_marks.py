"""Notes in the cluster of work that is waiting: threads to arrange, documents to make anew."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from msgspec import json

from search.elastic import Cluster, Doc, Op

_TOLERATED = frozenset({404, 409})


def loose(name: str, labels: Iterable[int]) -> Op:
    """Notes that threads with these labels are to be arranged."""
    body = {"name": f"{name}-loose", "kind": "loose", "body": {"labels": sorted(labels)}}
    return Op("index", "marks", body["name"], json.encode(body))  # type: ignore[arg-type]


def stale(name: str, ids: Iterable[str], copies: Iterable[int] = ()) -> Op:
    """Notes documents to make anew: of these messages, and of all copies with these keys."""
    body = {"name": f"{name}-stale", "kind": "stale", "body": {"ids": sorted(ids), "copies": sorted(copies)}}
    return Op("index", "marks", body["name"], json.encode(body))  # type: ignore[arg-type]


def source(collection: str, template: str) -> Op:
    """Notes where the mails of a collection were published."""
    name = f"source-{blake2b(collection.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"
    body = {"name": name, "kind": "source", "body": {"collection": collection, "template": template}}
    return Op("index", "marks", name, json.encode(body))


def waiting(cluster: Cluster, kind: str) -> list[Doc]:
    """The notes of a kind, of whichever process."""
    cluster.refresh("marks")
    return list(cluster.scan("marks", {"term": {"kind": kind}}, ["name"], size=100))


def done(cluster: Cluster, docs: Sequence[Doc]) -> None:
    """Strikes notes, but for those that were written again since they were read."""
    cluster.bulk([Op("delete", "marks", doc.id, seen=doc.seen) for doc in docs], tolerated=_TOLERATED)
