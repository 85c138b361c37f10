"""Candidates for what an article cites, from a cluster, and messages in the order in which they came in."""

import time
from collections.abc import Iterator
from typing import Any

from search.candidates import FIELDS, PEOPLE, asked, groups, own_words, people, phrase, ranked, whole
from search.chunks import chunks
from search.citing import Candidate, Wanted
from search.elastic import Cluster
from search.elastic_queries import between
from search.elastic_store import Store

LATE = 10 * 60 * 1000  # milliseconds: what was stamped so long ago is stored, or will be stamped anew
_AT_ONCE = 200
_SORT: list[Any] = [{"_score": "desc"}, {"newest": "desc"}, {"num": "desc"}]

Json = dict[str, Any]


def candidates(cluster: Cluster, wanted: Wanted, limit: int) -> list[Candidate]:
    """Messages that hold the words, best first; copies too, ghosts not."""
    query = compiled(wanted)
    if query is None or limit < 1:
        return []
    fetched = asked(limit)
    while True:
        body = {"query": query, "size": fetched, "sort": _SORT, "_source": False, "track_total_hits": False}
        hits = cluster.search("messages", body, search_type="dfs_query_then_fetch")["hits"]["hits"]
        if whole([float(hit["sort"][0]) for hit in hits], fetched, limit):
            break
        fetched *= 4
    return ranked(((float(hit["sort"][0]), int(hit["sort"][1]), hit["_id"]) for hit in hits), limit)


def compiled(wanted: Wanted) -> Json | None:
    """What is wanted as a query; None if that is nothing."""
    scored = [*_groups(wanted), *_phrases(wanted)]
    filters: list[Json] = [{"term": {"is": "message"}}]
    taking_part = [_taking_part(address) for address in people(wanted)]
    if (not scored and not taking_part) or (wanted.people and not taking_part):
        return None
    least = 1
    if scored and taking_part:
        filters.append({"bool": {"should": taking_part, "minimum_should_match": 1 + wanted.both}})
    elif taking_part:
        scored, least = taking_part, 1 + wanted.both
    if wanted.after is not None or wanted.before is not None:
        filters.append(between("date", wanted.after, wanted.before))
    if wanted.since:
        filters.append(between("came", wanted.since + 1, None))
    return {"bool": {
        "must": [{"bool": {"should": scored, "minimum_should_match": least}}], "filter": filters,
    }}  # fmt: skip


def _groups(wanted: Wanted) -> Iterator[Json]:
    for group in groups(wanted):
        yield {"dis_max": {"queries": [
            {"term": {field: {"value": word, "boost": worth * weight}}}
            for word, weight in group for field, worth in FIELDS.items()
        ]}}  # fmt: skip


def _phrases(wanted: Wanted) -> Iterator[Json]:
    for text in wanted.phrases:
        if words := phrase(text):
            yield {"dis_max": {"queries": [
                {"match_phrase": {field: {"query": " ".join(words), "boost": worth}}}
                for field, worth in FIELDS.items()
            ]}}  # fmt: skip


def _taking_part(address: str) -> Json:
    """The mails that somebody sent or got."""
    any_field = [{"term": {field: address}} for field in PEOPLE]
    return {"constant_score": {"filter": {"bool": {"should": any_field}}, "boost": 1.0}}


def stamp() -> int:
    """What a message is stamped with as it comes in: milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def newest(cluster: Cluster) -> int:
    """A count that every message which is stored later, or is being stored by any process now, lies above: the last
    stamp, or ten minutes ago, if that is earlier, since clocks differ and storing takes a while."""
    cluster.freshen("records", "messages")
    body = {"size": 0, "track_total_hits": True, "aggs": {"last": {"max": {"field": "came"}}}}
    told = cluster.search("records", body)
    last = told["aggregations"]["last"]["value"]
    if last is None:  # none, or none that was stamped by the version that stored it
        return int(bool(told["hits"]["total"]["value"]))
    return min(int(last), stamp() - LATE)


def texts(store: Store, start: int) -> Iterator[tuple[int, str, str]]:
    """(count, id, own words) of every message that came in after `start`, in that order; the count is one to go on
    from, as `newest` gives it."""
    store.cluster.freshen("records")
    asked = between("came", start + 1, None) if start else {"match_all": {}}
    latest = stamp() - LATE
    docs = store.cluster.walk("records", asked, ["came", "id"], source=["came", "stored", "later"])
    for part in chunks(docs, _AT_ONCE):
        messages = store.read({doc.id: doc.source for doc in part})
        for doc in part:
            count = min(int(doc.source.get("came") or 1), latest)
            yield count, doc.id, own_words(messages[doc.id])
