"""Files that mails carry, in a cluster: each once, the mails that carry it, the text drawn from it."""

import base64
import uuid
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from msgspec import json, to_builtins

from mappings.records import File, FileState, Prepared
from search import elastic_marks as marks
from search.chunks import chunks
from search.elastic import Cluster, Op
from search.errors import NotFound
from search.file_texts import as_found, carried, pack, unpack

_THERE = frozenset({409})
_FEW = 50  # texts in one answer
_AT_ONCE = 200


def note(cluster: Cluster, fresh: Iterable[Prepared]) -> set[str]:
    """Notes files that new messages carry; gives the ids of the messages that carry one that was known before, whose
    text may be here."""
    carriers: dict[str, list[str]] = {}
    found: dict[str, File] = {}
    for prepared in fresh:
        for attachment in carried(prepared.message):
            found.setdefault(attachment.sha256, as_found(attachment))
            carriers.setdefault(attachment.sha256, []).append(prepared.message.id)
    ops = [Op("create", "files", sha256, _body(file)) for sha256, file in found.items()]
    statuses = cluster.bulk(ops, tolerated=_THERE)
    return {id for sha256, status in zip(found, statuses, strict=True) if status == 409 for id in carriers[sha256]}


def files(cluster: Cluster, sha256s: Iterable[str]) -> dict[str, File]:
    """Files with their texts; those that no mail carries are left out."""
    docs = cluster.get("files", sha256s, size=_FEW)
    return {id: _file(doc.source) for id, doc in docs.items()}


def texts(cluster: Cluster, sha256s: Iterable[str]) -> dict[str, str]:
    """The texts of those files that have one."""
    docs = cluster.get("files", sha256s, source=("text",), size=_FEW)
    return {id: unpack(base64.b64decode(doc.source["text"])) for id, doc in docs.items() if "text" in doc.source}


def carriers(cluster: Cluster, sha256: str, limit: int, skip: int) -> tuple[int, list[str]]:
    """How many messages carry a file, and the ids of some, by date and id; NotFound."""
    if not cluster.get("files", [sha256], source=False):
        raise NotFound(f"No mail here carries a file {sha256}.")
    body = {
        "query": _of([sha256]), "size": limit, "from": skip, "_source": False, "track_total_hits": True,
        "sort": [{"date": {"order": "asc", "missing": "_last"}}, {"id": "asc"}],
    }  # fmt: skip
    hits = cluster.search("records", body)["hits"]
    return int(hits["total"]["value"]), [hit["_id"] for hit in hits["hits"]]


def in_states(cluster: Cluster, states: Collection[FileState]) -> Iterator[tuple[File, str]]:
    """Files in these states, without their texts, each with the id of a message that carries it."""
    cluster.freshen("files", "records")
    source = ["sha256", "size", "media", "state", "code", "reason"]
    docs = cluster.scan("files", {"terms": {"state": sorted(states)}}, ["sha256"], source=source)
    for part in chunks(docs, _AT_ONCE):
        found = {doc.id: _file(doc.source) for doc in part}
        first = {"top_hits": {"size": 1, "_source": False, "sort": [{"id": "asc"}]}}
        asked = {"terms": {"field": "files", "include": sorted(found), "size": len(found)}, "aggs": {"first": first}}
        body = {"query": _of(found), "size": 0, "track_total_hits": False, "aggs": {"files": asked}}
        for bucket in cluster.search("records", body)["aggregations"]["files"]["buckets"]:
            yield found[bucket["key"]], bucket["first"]["hits"]["hits"][0]["_id"]


def keep(cluster: Cluster, found: Iterable[File]) -> None:
    """Stores what became of files, and notes the documents that change by it."""
    kept = list(found)
    docs = cluster.get("files", (file.sha256 for file in kept), size=_FEW)
    ops, changed = [], []
    for file in kept:
        if file.sha256 in docs:
            body = _body(file)
            ops.append(Op("index", "files", file.sha256, body))
            if docs[file.sha256].source.get("text") != json.decode(body).get("text"):
                changed.append(file.sha256)
    cluster.refresh("records")
    ids = [doc.id for doc in cluster.scan("records", _of(changed), ["id"], source=False)] if changed else []
    stale = [marks.stale(f"files-{uuid.uuid4().hex}", ids)] if ids else []
    cluster.bulk([*stale, *ops, *stale])


def counts(cluster: Cluster) -> dict[str, int]:
    """How many files there are in each state, of those that searches see."""
    body = {"size": 0, "track_total_hits": False, "aggs": {"states": {"terms": {"field": "state", "size": 20}}}}
    buckets = cluster.search("files", body)["aggregations"]["states"]["buckets"]
    return {bucket["key"]: int(bucket["doc_count"]) for bucket in sorted(buckets, key=lambda one: str(one["key"]))}


def _of(sha256s: Iterable[str]) -> dict[str, Any]:
    return {"terms": {"files": sorted(sha256s)}}


def _body(file: File) -> bytes:
    found = {"state": file.state, "size": file.size} | to_builtins(file)
    if packed := pack(file.text):
        found["text"] = base64.b64encode(packed).decode()
    return json.encode(found)


def _file(source: dict[str, Any]) -> File:
    text = unpack(base64.b64decode(source["text"])) if "text" in source else ""
    values = {name: value for name, value in source.items() if name != "text"}
    return File(**values, text=text)
