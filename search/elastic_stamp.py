"""Whether a corpus in a cluster is still as it was: of each index how many documents are seen, and the last change."""

from hashlib import blake2b
from typing import Any

from msgspec import json

from mappings import DESK, INDEXES
from search.elastic import Cluster

# every change of a document gets the next number of its shard; a deletion is told by the count
_ASKED: dict[str, Any] = {
    "size": 0, "track_total_hits": True,
    "aggs": {"indexes": {"terms": {"field": "_index", "size": 1000}, "aggs": {"last": {"max": {"field": "_seq_no"}}}}},
}  # fmt: skip


class ElasticStamp:
    """Tells of changes; see `search.stamps.Stamped`."""

    _cluster: Cluster

    def stamp(self, *, desk: bool = False) -> str:
        """Another text whenever anything became visible to readers: one request, which the cluster's cache answers."""
        first, *others = (name for name in INDEXES if desk or name not in DESK)
        names = ",".join([first, *map(self._cluster.name, others)])  # the cluster puts its prefix before the first
        told = self._cluster.search(names, _ASKED, ignore_unavailable="true", request_cache="true")
        seen = sorted((one["key"], one["doc_count"], one["last"]["value"])
                      for one in told["aggregations"]["indexes"]["buckets"])  # fmt: skip
        return blake2b(json.encode(seen), digest_size=12).hexdigest()
