"""Who takes part in the mails of a match, and who wrote to whom, in a cluster."""

from collections.abc import Sequence
from typing import Any

from mappings.persons import NAMED, PersonRow
from search import elastic_persons
from search.elastic import Cluster
from search.elastic_queries import taking_part
from search.persons import Exchange, Part, Share, Shares
from search.weights import PARTS

_VALUES = 20_000  # handles and names that are counted of a match
_SPARE = 10  # persons whose exact counts are asked for beyond those shown

Json = dict[str, Any]


def _takes(part: Part, handles: Sequence[str]) -> Json:
    """Mails that one of a person's handles wrote or got; names without an address as they were noted, exactly."""
    addresses = [handle for handle in handles if not handle.startswith(NAMED)]
    found: list[Json] = [{"prefix": {part: {"value": f"{handle}\t"}}} for handle in handles if handle.startswith(NAMED)]
    return {"bool": {"should": [*found, taking_part(PARTS[part], addresses)], "minimum_should_match": 1}}


def shares(cluster: Cluster, query: Json, part: Part, limit: int) -> Shares:
    """Who wrote, or got, the mails that match."""
    aggs = {"all": {"terms": {"field": part, "size": _VALUES, "shard_size": _VALUES}}}
    told = _aggregate(cluster, query, aggs)["all"]
    counts: dict[str, int] = {}
    for bucket in told["buckets"]:
        handle = bucket["key"].partition("\t")[0]
        counts[handle] = counts.get(handle, 0) + bucket["doc_count"]
    people: dict[str, int] = {}
    rows: dict[str, PersonRow] = {}
    for handle, found in elastic_persons.who(cluster, counts).items():
        rows[found.id] = found
        people[found.id] = people.get(found.id, 0) + counts[handle]
    likely = sorted(people, key=lambda id: (-people[id], id))[: limit + _SPARE]
    exact = _exact(cluster, query, part, likely)
    best = sorted((id for id in likely if exact[id]), key=lambda id: (-exact[id], id))[:limit]
    return Shares(
        rows=tuple(Share(rows[id], exact[id]) for id in best), total=len(people), more=len(people) > len(best),
    )  # fmt: skip


def _exact(cluster: Cluster, query: Json, part: Part, ids: Sequence[str]) -> dict[str, int]:
    """In how many mails of a match each person has that part: a mail to two of its addresses counts once."""
    if not ids:
        return {}
    filters = {id: _takes(part, handles) for id, handles in _handles(cluster, ids).items()}
    buckets = _aggregate(cluster, query, {"each": {"filters": {"filters": filters}}})["each"]["buckets"]
    return {id: int(bucket["doc_count"]) for id, bucket in buckets.items()}


def _handles(cluster: Cluster, ids: Sequence[str]) -> dict[str, list[str]]:
    told = elastic_persons.search(cluster, {"terms": {"ids": list(ids)}}, [{"id": "asc"}], len(ids), ["handles"])
    return {hit["_id"]: hit["_source"]["handles"] for hit in told["hits"]["hits"]}


def exchanges(cluster: Cluster, query: Json, ids: Sequence[str]) -> list[Exchange]:
    """Who of these persons wrote to whom of them in the mails that match, most first."""
    known = _handles(cluster, ids)
    if not known:
        return []
    got = {"filters": {"filters": {id: _takes("got", handles) for id, handles in known.items()}}}
    wrote = {"filters": {"filters": {id: _takes("wrote", handles) for id, handles in known.items()}}}
    senders = _aggregate(cluster, query, {"wrote": wrote | {"aggs": {"got": got}}})["wrote"]["buckets"]
    found = [
        Exchange(sender, recipient, int(bucket["doc_count"]))
        for sender, one in senders.items() for recipient, bucket in one["got"]["buckets"].items()
        if bucket["doc_count"] and sender != recipient
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.mails, one.sender, one.recipient))


def frequencies(cluster: Cluster, words: Sequence[str]) -> tuple[int, dict[str, int]]:
    """How many documents there are, and how many of them have each word among the sender's own."""
    filters = {word: {"term": {"own": {"value": word}}} for word in words}
    if not filters:
        return cluster.count("messages", {"match_all": {}}), {}
    body = {"size": 0, "track_total_hits": True, "aggs": {"each": {"filters": {"filters": filters}}}}
    told = cluster.search("messages", body)
    buckets = told["aggregations"]["each"]["buckets"]
    return int(told["hits"]["total"]["value"]), {word: int(buckets[word]["doc_count"]) for word in words}


def _aggregate(cluster: Cluster, query: Json, aggs: Json) -> Json:
    body = {"query": {"bool": {"filter": [query]}}, "size": 0, "track_total_hits": False, "aggs": aggs}
    found: Json = cluster.search("messages", body)["aggregations"]
    return found
