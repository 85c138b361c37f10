"""Much of a cluster's corpus at once: whole results, the bytes and the places of many."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from mappings.records import MessageRow, Place
from search import elastic_audit
from search.bulk import ROWS, Result, parts
from search.chunks import chunks
from search.elastic import KEPT, Cluster
from search.elastic_queries import Compiler
from search.elastic_store import Store, stored
from search.errors import SearchError
from search.query import Query


class ElasticBulk:
    """Reading much of a corpus in a cluster; see `search.bulk.Bulk`."""

    _cluster: Cluster
    _store: Store
    _compiler: Compiler

    def every(self, query: Query, *, newest: bool = False, copies: bool = False) -> Result:
        """All that matches at this moment, by date."""
        asked = self._compiler.compile(query.tree, copies)
        opened = self._cluster.request("POST", f"/{self._cluster.name('messages')}/_pit", keep_alive=KEPT)
        pit = {"id": opened["id"], "keep_alive": KEPT}
        counted = {"query": {"bool": {"filter": [asked]}}, "size": 0, "track_total_hits": True, "pit": pit}
        total = int(self._cluster.search("messages", counted)["hits"]["total"]["value"])
        return Result(total, self._rows_of(asked, ["-newest", "-num"] if newest else ["oldest", "num"], pit))

    def _rows_of(self, asked: dict[str, Any], sort: list[str], pit: dict[str, str]) -> Iterator[MessageRow]:
        try:
            docs = self._cluster.scan("messages", asked, sort, source=False, size=ROWS, pit=pit)
            for part in chunks(docs, ROWS):
                yield from self._store.rows([doc.id for doc in part])
        finally:
            with suppress(SearchError):  # what is not closed ends by itself
                self._cluster.request("DELETE", "/_pit", {"id": pit["id"]}, missing={})

    def raws(self, rows: Iterable[MessageRow]) -> Iterator[tuple[MessageRow, bytes | None]]:
        """The bytes of each message as they came, in this order; None for those that can't be read back."""
        for part in parts(rows):
            docs = self._cluster.get("records", (row.id for row in part), source=["stored", "size"])
            wanted = {id: (stored(doc.source), doc.source["size"]) for id, doc in docs.items()}
            found = self._store.blocks.raws(wanted)
            yield from ((row, found.get(row.id)) for row in part)

    def places_of(self, ids: Sequence[str]) -> dict[str, list[Place]]:
        """By message every place that it was found in."""
        wanted = (id for id in ids if not id.startswith("g"))
        docs = self._cluster.get("records", wanted, source=["places"])
        return {id: elastic_audit.places(doc.source) for id, doc in docs.items()}
