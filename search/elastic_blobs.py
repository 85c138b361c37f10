"""Bytes of any size in a cluster, in chunks: a blob is there once its head is, and replaced when that is."""

import base64
import uuid
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from msgspec import json

from search.elastic import Cluster, Op
from search.errors import CorpusDamaged, CorpusMissing

CHUNK = 4 << 20  # bytes
_AT_ONCE = 4  # chunks that are read together
_GONE = frozenset({404})


def derived_id(name: str) -> str:
    """The id of what is derived from the corpus and kept under a name."""
    return f"derived-{blake2b(name.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"


def put(cluster: Cluster, id: str, kind: str, name: str, data: bytes) -> None:
    """Stores a blob in place of what was under its id."""
    old = cluster.get("blobs", [id], source=["stem", "chunks"]).get(id)
    stem = uuid.uuid4().hex
    count = -(-len(data) // CHUNK) if len(data) > CHUNK else 0
    cluster.bulk(_chunk_ops(stem, data, count))
    head = {
        "kind": kind, "name": name, "stem": stem, "chunks": count,
        "data": "" if count else base64.b64encode(data).decode(),
    }  # fmt: skip
    cluster.bulk([Op("index", "blobs", id, json.encode(head))], refresh=True)
    if old:
        cluster.bulk(_chunks_gone(old.source["stem"], old.source["chunks"]), tolerated=_GONE)


def _chunk_ops(stem: str, data: bytes, count: int) -> Iterator[Op]:
    for number in range(count):
        part = base64.b64encode(data[number * CHUNK : (number + 1) * CHUNK]).decode()
        body = {"kind": "chunk", "name": stem, "data": part, "stem": stem, "chunks": 0}
        yield Op("index", "blobs", f"{stem}/{number + 1}", json.encode(body))


def _chunks_gone(stem: str, count: int) -> Iterator[Op]:
    return (Op("delete", "blobs", f"{stem}/{number + 1}") for number in range(count))


def get(cluster: Cluster, id: str) -> bytes | None:
    """A blob's bytes, None if there is none; CorpusDamaged if a part of it is missing."""
    try:
        head = cluster.get("blobs", [id]).get(id)
    except CorpusMissing:  # filled by a version that knew of no articles
        return None
    if head is None:
        return None
    stem, count = head.source["stem"], head.source["chunks"]
    if not count:
        return base64.b64decode(head.source["data"])
    parts = []
    for at in range(0, count, _AT_ONCE):
        names = [f"{stem}/{number + 1}" for number in range(at, min(at + _AT_ONCE, count))]
        docs = cluster.get("blobs", names)
        if len(docs) < len(names):
            raise CorpusDamaged(f"A part of {id} is missing from {cluster.shown}.")
        parts += [base64.b64decode(docs[name].source["data"]) for name in names]
    return b"".join(parts)


def there(cluster: Cluster, ids: Iterable[str]) -> set[str]:
    """Those of the ids that there are blobs of."""
    return set(cluster.get("blobs", ids, source=False))


def drop(cluster: Cluster, ids: Iterable[str]) -> None:
    """Removes blobs."""
    for id, head in cluster.get("blobs", ids, source=["stem", "chunks"]).items():
        cluster.bulk([Op("delete", "blobs", id)], refresh=True, tolerated=_GONE)
        cluster.bulk(_chunks_gone(head.source["stem"], head.source["chunks"]), tolerated=_GONE)


def names(cluster: Cluster) -> list[str]:
    """The names that derived data is kept under."""
    docs = cluster.scan("blobs", {"term": {"kind": "derived"}}, ["name"], source=["name"])
    return sorted(doc.source["name"] for doc in docs)
