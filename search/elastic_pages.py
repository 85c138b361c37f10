"""Pages of a cluster's results: orders, cursors, threads counted exactly, facets and the histogram.

A page's address must live for ever, so that no point in time stands behind it. By date it goes on after the sort key of
the last hit, which is that hit's own and never changes: whatever is stored meanwhile, no hit is met twice or left out.
By relevance the key begins with a score, which is made of the whole index's statistics: equal as long as the index and
the copy of it that answers are the same (so one query's pages ask one copy, see `_copy`), and moved a little by every
mail that is added, when a hit near a page's end may come twice or be passed over; so it is with every engine that
scores. Conversations go on after so many, since Elasticsearch collapses after a key only by that very field; one that
gets a new mail meanwhile moves to the front and shifts the others by one. 50,000 conversations deep a page of them
takes about 0.2 s (120,000 mails).
"""

from hashlib import blake2b
from typing import Any

from msgspec import Struct, json

from search.elastic import Cluster
from search.errors import CursorError
from search.facets import read_facets
from search.pages import Cursor, aggregations, histogram, read_cursor
from search.results import Facet, Histogram, Order

Json = dict[str, Any]

_SORTS: dict[str, list[Json]] = {
    "relevance": [{"_score": "desc"}, {"newest": "desc"}, {"num": "desc"}],
    "newest": [{"newest": "desc"}, {"num": "desc"}],
    "cited": [{"cited": "desc"}, {"newest": "desc"}, {"num": "desc"}],
    "oldest": [{"oldest": "asc"}, {"num": "asc"}],
}
_DEEPEST = 1_000_000  # the mapping's max_result_window: so many conversations can be leafed through
_AT_ONCE = 20_000  # threads counted by one aggregation; more are counted in parts
_PART = 10_000


class Found(Struct, frozen=True):
    """One hit: the id of a message or ghost."""

    id: str
    score: float = 0.0
    thread_hits: int = 1


class Asked(Struct, frozen=True, kw_only=True):
    """One search: the compiled query and how its page is to be."""

    query: Json
    ranked: bool
    order: Order
    by_thread: bool
    limit: int
    cursor: str
    over_all: bool  # with facets and histogram
    tagged: dict[str, list[str]] = {}  # tags that are counted over all, with the ids of their messages


class Answer(Struct, frozen=True, kw_only=True):
    """A page before its rows are read."""

    total: int
    found: list[Found]
    next: str
    threads: int | None
    facets: tuple[Facet, ...]
    histogram: Histogram | None


def answer(cluster: Cluster, asked: Asked) -> Answer:
    """One page. CursorError for a cursor that is not of this order."""
    cursor = read_cursor(asked.cursor, asked.order, asked.by_thread)
    sort = _SORTS[asked.order]
    body: Json = {
        "query": asked.query, "size": asked.limit + 1, "sort": sort, "_source": False, "track_total_hits": True,
    }  # fmt: skip
    if asked.by_thread:
        if cursor.skip + asked.limit >= _DEEPEST:
            raise CursorError("So far down no conversations are listed; narrow the search.")
        body |= {"collapse": {"field": "thread"}, "from": cursor.skip}
    elif cursor.after:
        if len(cursor.after) != len(sort):
            raise CursorError("This page's address is damaged; start from the first page.")
        body["search_after"] = cursor.after
    if asked.over_all:
        body["aggs"] = _exact(aggregations())
        if asked.tagged:
            of_tags = {key: {"ids": {"values": ids}} for key, ids in asked.tagged.items()}
            body["aggs"]["tags"] = {"filters": {"filters": of_tags}}
    # scores that take all shards into account, so that they do not depend on where a message lies
    params = {"search_type": "dfs_query_then_fetch", "preference": _copy(asked.query)} if asked.ranked else {}
    told = cluster.search("messages", body, **params)
    hits = told["hits"]["hits"]
    total = int(told["hits"]["total"]["value"])
    shown = hits[: asked.limit]
    counts = _hits_by_thread(cluster, asked.query, shown) if asked.by_thread else {}
    found = [
        Found(
            hit["_id"], float(hit["sort"][0]) if asked.order == "relevance" else 0.0, counts.get(_thread(hit), 1)
        )
        for hit in shown
    ]  # fmt: skip
    after = ""
    if len(hits) > asked.limit and asked.by_thread:
        after = Cursor(asked.order, True, cursor.skip + asked.limit).write()
    elif len(hits) > asked.limit:
        after = Cursor(asked.order, False, after=tuple(shown[-1]["sort"])).write()
    values = told.get("aggregations", {})
    return Answer(
        total=total, found=found, next=after,
        threads=threads(cluster, asked.query, total) if asked.by_thread else None,
        facets=read_facets(values, total, _tags(values)) if asked.over_all else (),
        histogram=histogram(values, total, lambda seconds: _fixed(cluster, asked.query, seconds))
        if asked.over_all else None,
    )  # fmt: skip


def _copy(query: Json) -> str:
    """Names the copy of the index that is to answer: replicas forget deleted documents at other times than their
    primary, and score a little otherwise. Another one answers when that one is away."""
    return blake2b(json.encode(query), digest_size=8).hexdigest()


def _exact(asked: Json) -> Json:
    """Terms of several shards are put together from so many of each that their counts are right."""
    return {
        name: {"terms": {"field": value["terms"]["field"], "size": value["terms"]["size"], "shard_size": 20_000}}
        for name, value in asked.items() if "terms" in value
    }  # fmt: skip


def _thread(hit: Json) -> int:
    return int(hit.get("fields", {}).get("thread", [0])[0])


def _hits_by_thread(cluster: Cluster, query: Json, hits: list[Json]) -> dict[int, int]:
    labels = sorted({_thread(hit) for hit in hits})
    if not labels:
        return {}
    buckets = _aggregate(
        cluster, {"bool": {"filter": [query, {"terms": {"thread": labels}}]}},
        {"terms": {"field": "thread", "size": len(labels)}},
    )["buckets"]  # fmt: skip
    return {int(bucket["key"]): int(bucket["doc_count"]) for bucket in buckets}


def _tags(values: Json) -> dict[str, int]:
    return {key: bucket["doc_count"] for key, bucket in values.get("tags", {"buckets": {}})["buckets"].items()}


def threads(cluster: Cluster, query: Json, total: int) -> int:
    """In how many threads the matches are; exact, which Elasticsearch's own `cardinality` is not."""
    if total <= _AT_ONCE:
        return len(_aggregate(cluster, query, {"terms": {"field": "thread", "size": _AT_ONCE}})["buckets"])
    asked: Json = {"size": _PART, "sources": [{"thread": {"terms": {"field": "thread"}}}]}
    found = 0
    while True:
        told = _aggregate(cluster, query, {"composite": asked})
        found += len(told["buckets"])
        if len(told["buckets"]) < _PART:
            return found
        asked["after"] = told["after_key"]


def _fixed(cluster: Cluster, query: Json, seconds: int) -> dict[int, int]:
    asked = {"histogram": {"field": "date", "interval": seconds, "min_doc_count": 1}}
    buckets = _aggregate(cluster, query, asked)["buckets"]
    return {int(bucket["key"]) // seconds: int(bucket["doc_count"]) for bucket in buckets}


def _aggregate(cluster: Cluster, query: Json, asked: Json) -> Json:
    body = {"query": {"bool": {"filter": [query]}}, "size": 0, "track_total_hits": False, "aggs": {"asked": asked}}
    found: Json = cluster.search("messages", body)["aggregations"]["asked"]
    return found
