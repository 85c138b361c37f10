"""Keys and later findings in a cluster: keys stand among the marks, findings with the message's record."""

import base64
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import convert, json, to_builtins

from mappings.signatures import Key, Later
from search import elastic_marks as marks
from search.elastic import Cluster, Op
from search.later import key_id, packed

_GONE = frozenset({404})


def keys(cluster: Cluster) -> list[Key]:
    """Every key that was added, by name."""
    docs = cluster.scan("marks", {"term": {"kind": "key"}}, ["name"])
    return sorted((convert(doc.source["body"], Key) for doc in docs), key=lambda key: (key.kind, key.name, key.text))


def put_keys(cluster: Cluster, added: Iterable[Key]) -> None:
    """Adds keys; one that is there already takes what is known of it anew."""
    ops = []
    for key in added:
        name = f"key-{key_id(key)}"
        ops.append(Op("index", "marks", name, json.encode({"name": name, "kind": "key", "body": to_builtins(key)})))
    cluster.bulk(ops, refresh=True)


def drop_keys(cluster: Cluster, dropped: Iterable[Key]) -> None:
    """Removes keys."""
    ops = [Op("delete", "marks", f"key-{key_id(key)}") for key in dropped]
    cluster.bulk(ops, refresh=True, tolerated=_GONE)


def amend(cluster: Cluster, found: Mapping[str, Later]) -> None:
    """Stores what was found out about messages, by id; their documents are noted before, to be made anew."""
    ops = [marks.stale(uuid.uuid4().hex, found)]
    for id, later in found.items():
        body = {"doc": {"later": base64.b64encode(packed(later)).decode()}}
        ops.append(Op("update", "records", id, json.encode(body)))
    cluster.bulk(ops, tolerated=_GONE)


def later_of(source: dict[str, Any]) -> bytes | None:
    """What was found out about a message, from its record document."""
    return base64.b64decode(source["later"]) if source.get("later") else None
