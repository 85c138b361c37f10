"""A new index of a corpus in a cluster, filled beside the one that is searched, which it then replaces.

Readers see the whole of it at every moment: before the change of names, what was written since the filling began is
brought into the new index while the lease keeps other writers from making more searchable in the old one.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mappings import MESSAGES
from search import elastic_filling as filling
from search import elastic_marks as marks
from search.chunks import chunks
from search.elastic import Cluster, Refusal
from search.elastic_documents import ghost_ops, groups, missing, remade
from search.elastic_lease import Lease
from search.elastic_store import Store

_PART = 500
_ALL: dict[str, Any] = {"match_all": {}}
_WAITS = 90.0  # seconds: longer than a killed process's lease lasts
NAME = "reindex"


def running(cluster: Cluster) -> bool:
    """Whether an index is being filled: then notes of what is to be indexed anew must stay for it."""
    held = cluster.get("marks", [NAME]).get(NAME)
    return held is not None and held.source["body"]["until"] > time.time()  # else it was killed


def reindex(store: Store, lease: Lease, noted: Callable[[list[Refusal]], None]) -> Iterator[int]:
    """Fills the new index and gives it the old one's name; yields how many messages are done. `noted` is told of
    documents that the cluster refuses. CorpusLocked if another process does the same."""
    cluster = store.cluster
    own = Lease(cluster, NAME, _WAITS)
    own.hold()
    try:
        old = cluster.behind(MESSAGES)
        stem, _, last = old.rpartition("-")
        new = f"{stem}-{int(last) + 1}"
        for left in _left(cluster, stem, old):
            cluster.request("DELETE", f"/{left}", missing={})
        cluster.create_index(MESSAGES, new, False)
        settings = filling.replicas(cluster, MESSAGES)[MESSAGES]
        filling.set_replicas(cluster, filling.NONE, f"={new}")
        done = 0
        refusals: list[Refusal] = []
        cluster.refresh("records")
        for part in chunks(cluster.walk("records", _ALL, ["id"], source=False), _PART):
            own.hold()
            cluster.bulk(remade(store, [doc.id for doc in part], f"={new}"), refusals=refusals)
            done += len(part)
            yield done
        filling.set_replicas(cluster, settings, f"={new}")
        lease.hold()
        _catch_up(store, new, refusals, (own, lease))
        alias = cluster.name(MESSAGES)
        cluster.request("POST", "/_aliases", {"actions": [
            {"remove": {"index": old, "alias": alias}}, {"add": {"index": new, "alias": alias}}]})  # fmt: skip
        noted(refusals)
        yield done
    finally:
        lease.release()
        own.release()
    cluster.request("DELETE", f"/{old}", missing={})


def _left(cluster: Cluster, stem: str, used: str) -> list[str]:
    """Indexes that runs which were cut off left behind."""
    found = cluster.request("GET", f"/{stem}-*/_alias", missing={})
    return [name for name in found if re.fullmatch(re.escape(stem) + r"-\d+", name) and name != used]


def _catch_up(store: Store, new: str, refusals: list[Refusal], leases: Iterable[Lease]) -> None:
    """Brings into the new index what others stored and changed since its filling began."""
    cluster = store.cluster
    cluster.refresh("records", "ghosts")
    cluster.request("POST", f"/{new}/_refresh")
    docs = marks.waiting(cluster, "stale")
    refused = {refusal.op.id for refusal in refusals}
    ids = {id for doc in docs for id in doc.source["body"]["ids"]} | set(missing(cluster, f"={new}")) - refused
    copies = {key for doc in docs for key in doc.source["body"]["copies"]}
    ids |= {id for group in groups(store, copies).values() for id in group.members}
    for part in chunks(sorted(ids), _PART):
        for lease in leases:
            lease.hold()
        cluster.bulk(remade(store, part, f"={new}"), refusals=refusals)
    for ghosts in chunks(cluster.walk("ghosts", _ALL, ["key"]), _PART):
        for lease in leases:
            lease.hold()
        cluster.bulk(ghost_ops(store, (doc.source for doc in ghosts), f"={new}"), refusals=[])
    cluster.request("POST", f"/{new}/_refresh")
