"""Replies that name no mail in a cluster, and the mails whose words they may quote."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from search.chunks import chunks
from search.elastic import Cluster
from search.engine import Member, Pair

_MOST = 10_000  # values in one query
_FACTS = ("id", "num", "label", "date", "sketch", "quoted", "quoted_first", "quoted_last")
_SEVERAL = ("sketch", "quoted")
_QUOTES = {"exists": {"field": "quoted"}}

Json = dict[str, Any]


def pairs(
    cluster: Cluster, roots: Mapping[int, int], members: Callable[[Sequence[Json]], Iterable[Member]],
    labels: dict[int, int],
) -> Iterator[Pair]:  # fmt: skip
    """See `search.engine.Writer.quoting`. `roots` are the loose labels, with those that stand for them now; `members`
    gives messages by their columns. The labels of those that are given are added to `labels`, by number."""
    loose: dict[str, Json] = {}
    for part in chunks(sorted(roots), _MOST):
        loose |= _facts(cluster, [{"terms": {"label": part}}, _QUOTES])
    found = list(_met(loose.values(), _bearing(cluster, "sketch", _numbers(loose.values(), "quoted"))))
    if cluster.count("records", _QUOTES) > len(loose):
        own: dict[str, Json] = {}
        for part in chunks(sorted(roots), _MOST):
            own |= _facts(cluster, [{"terms": {"label": part}}, {"exists": {"field": "sketch"}}])
        others = _bearing(cluster, "quoted", _numbers(own.values(), "sketch"))
        found += _met([fact for fact in others if fact["id"] not in loose], own.values())
    facts = {fact["id"]: fact for pair in found for fact in pair}
    top = {id: roots.get(fact["label"], fact["label"]) for id, fact in facts.items()}
    labels |= {fact["num"]: top[id] for id, fact in facts.items()}
    known = dict(zip(facts, members(list(facts.values())), strict=True))
    for reply, older in sorted(found, key=lambda pair: (pair[0]["num"], pair[1]["num"])):
        one, two = reply["id"], older["id"]
        settled = reply["label"] not in roots or older["label"] not in roots
        apart = top[one] != top[two]
        yield Pair(known[one], known[two], tuple(reply["quoted"]), tuple(older["sketch"]), apart, settled)


def _facts(cluster: Cluster, asked: list[Json]) -> dict[str, Json]:
    """Columns of the records that a query finds, by id."""
    query = {"bool": {"filter": asked}}
    docs = cluster.scan("records", query, ["num"], columns=_FACTS, several=_SEVERAL, size=5_000)
    return {doc.id: doc.source for doc in docs}


def _numbers(facts: Iterable[Json], field: str) -> list[int]:
    return sorted({number for fact in facts for number in fact[field]})


def _bearing(cluster: Cluster, field: str, numbers: Collection[int]) -> Collection[Json]:
    """Columns of the records that have one of the numbers in a field."""
    found: dict[str, Json] = {}
    for part in chunks(numbers, _MOST):
        found |= _facts(cluster, [{"terms": {field: part}}])
    return found.values()


def _met(replies: Iterable[Json], mails: Iterable[Json]) -> Iterator[tuple[Json, Json]]:
    """Each reply with each mail of the right date that shares a number."""
    sought: dict[int, list[Json]] = {}
    for reply in replies:
        for number in reply["quoted"]:
            sought.setdefault(number, []).append(reply)
    for mail in mails:
        met = {reply["id"]: reply for number in mail["sketch"] for reply in sought.get(number, ())}
        for reply in met.values():
            if reply["quoted_first"] <= mail["date"] <= reply["quoted_last"] and reply is not mail:
                yield reply, mail
