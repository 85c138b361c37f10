"""Saved searches in an index of the cluster; what came in last, by the time that is noted of each message."""

from collections.abc import Iterable

from msgspec import convert, json, to_builtins

from mappings.saved import Saved
from search.elastic import Cluster, Op
from search.elastic_queries import Compiler, between
from search.elastic_store import Store
from search.errors import BadMark, CorpusMissing, NotFound
from search.query import Query
from search.saving import Intake, Taken, in_order


class ElasticSearches:
    """See `search.saving.Searches`."""

    _shut: bool
    _cluster: Cluster
    _store: Store
    _compiler: Compiler

    def searches(self) -> list[Saved]:
        """All of them, by name."""
        if self._shut:
            return []
        try:
            docs = list(self._cluster.scan("searches", {"match_all": {}}, ["id"], source=["body"]))
        except CorpusMissing:  # filled by a version that kept none
            return []
        return in_order(convert(doc.source["body"], Saved) for doc in docs)

    def saved(self, id: str) -> Saved:
        """One; NotFound."""
        try:
            docs = {} if self._shut else self._cluster.get("searches", [id], source=["body"])
        except CorpusMissing:
            docs = {}
        if id not in docs:
            raise NotFound("There is no such saved search.")
        return convert(docs[id].source["body"], Saved)

    def put_searches(self, searches: Iterable[Saved]) -> int:
        """Stores searches in place of those with their ids; how many."""
        ops = [Op("index", "searches", one.id, json.encode({"id": one.id, "body": to_builtins(one)}))
               for one in searches]  # fmt: skip
        if self._shut:
            raise BadMark("Nothing can be written here.")
        if ops:
            self._cluster.bulk(ops, refresh=True)
        return len(ops)

    def drop_search(self, id: str) -> None:
        """Forgets one; NotFound."""
        self.saved(id)
        self._cluster.bulk([Op("delete", "searches", id)], refresh=True, tolerated=frozenset({404}))

    def taken_in(self, query: Query, *, after: int = 0, limit: int = 50) -> Intake:
        """What came in last of what matches, by the millisecond."""
        filters = [self._compiler.compile(query.tree), {"term": {"is": "message"}}]
        if after:
            filters.append(between("came", after + 1, None))
        told = self._cluster.search("messages", {
            "query": {"bool": {"filter": filters}}, "size": limit, "_source": False, "track_total_hits": True,
            "sort": [{"came": {"order": "desc", "missing": "_last"}}, {"num": "desc"}], "docvalue_fields": ["came"],
        })["hits"]  # fmt: skip
        came = {hit["_id"]: int(hit.get("fields", {}).get("came", [0])[0]) // 1000 for hit in told["hits"]}
        rows = self._store.rows(list(came))
        return Intake(int(told["total"]["value"]), tuple(Taken(row, came[row.id]) for row in rows))
