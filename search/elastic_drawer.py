"""Marks in an index of their own in the cluster."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import convert, json, to_builtins

from mappings.desk import Mark
from search import marking
from search.desk import Desked, Tag
from search.drawer import Sought
from search.elastic import Cluster, Op
from search.errors import CorpusMissing, EngineUnavailable

_MOST = 10_000  # values in one query
_TRIES = 20  # that a change is made again, because others were quicker
_OVERTAKEN = 409

Json = dict[str, Any]


class ElasticDrawer:
    """See `search.drawer.Drawer`. Where a version filled the corpus that knew of no desk, nothing is there."""

    def __init__(self, cluster: Cluster, changed: Callable[[], None]) -> None:
        self._cluster = cluster
        self._changed = changed  # is called when something was stored

    def any(self) -> bool:
        """Whether there is a mark at all."""
        return bool(self._search({"match_all": {}}, 1)["hits"]["hits"])

    def get(self, ids: Iterable[str]) -> dict[str, Mark]:
        """Marks by their ids; those that are not there are left out."""
        try:
            return {id: _mark(doc.source) for id, doc in self._cluster.get("desk", ids, source=["body"]).items()}
        except CorpusMissing:
            return {}

    def find(self, sought: Sought) -> Iterator[Mark]:
        """The marks that are meant, in the order of ids."""
        for query in _queries(sought):
            try:
                for doc in self._cluster.scan("desk", query, ["id"], source=["body"]):
                    yield _mark(doc.source)
            except CorpusMissing:
                return

    def page(self, sought: Sought, limit: int, after: tuple[int, str] | None) -> tuple[int, list[Mark]]:
        """How many there are, and the newest after the one made then, with that id."""
        body: Json = {"sort": [{"at": "desc"}, {"id": "asc"}], "track_total_hits": True}
        if after:
            body["search_after"] = list(after)
        total, found = 0, list[Mark]()
        for query in _queries(sought):
            answer = self._search(query, limit, **body)
            total += answer["hits"]["total"]["value"]
            found += [_mark(hit["_source"]) for hit in answer["hits"]["hits"]]
        return total, sorted(found, key=lambda mark: (-mark.at, mark.id))[:limit]

    def messages(self, sought: Sought) -> list[str]:
        """The ids of the messages that carry such marks, each once."""
        found: dict[str, None] = {}
        for query in _queries(sought):
            try:
                docs = self._cluster.scan("desk", query, ["id"], columns=["message"], size=_MOST)
                found |= dict.fromkeys(doc.source["message"] for doc in docs)
            except CorpusMissing:
                break
        return list(found)

    def tagged(self, keys: Sequence[str]) -> dict[str, list[str]]:
        """By tag, folded, the ids of the messages that it was put on."""
        found: dict[str, list[str]] = {key: [] for key in keys}
        query = _query(Sought(kind="tag", keys=keys))
        try:
            for doc in self._cluster.scan("desk", query, ["id"], columns=["key", "message"], size=_MOST):
                found[doc.source["key"]].append(doc.source["message"])
        except CorpusMissing:
            pass
        return found

    def tags(self) -> list[Tag]:
        """The tags in use, by name."""
        newest = {"top_hits": {"size": 1, "sort": [{"at": "desc"}, {"id": "asc"}], "_source": ["name", "at"]}}
        messages = {"cardinality": {"field": "message", "precision_threshold": 40_000}}
        asked = {"terms": {"field": "key", "size": _MOST, "order": {"_key": "asc"}},
                 "aggs": {"messages": messages, "newest": newest}}  # fmt: skip
        found = []
        for bucket in self._buckets(_query(Sought(kind="tag")), asked):
            last = bucket["newest"]["hits"]["hits"][0]["_source"]
            found.append(Tag(last["name"], int(bucket["messages"]["value"]), last["at"]))
        return found

    def authors(self) -> list[tuple[str, int]]:
        """Who wrote notes, and how many; by name."""
        asked = {"terms": {"field": "by", "size": _MOST, "order": {"_key": "asc"}}}
        return [(one["key"], one["doc_count"]) for one in self._buckets(_query(Sought(kind="note")), asked)]

    def counts(self) -> Desked:
        """How many marks there are."""
        kinds = self._buckets(_query(Sought()), {"terms": {"field": "kind"}})
        found = {one["key"]: one["doc_count"] for one in kinds}
        messages = {"messages": {"cardinality": {"field": "message", "precision_threshold": 40_000}}}
        told = self._search(_query(Sought()), 0, aggs=messages).get("aggregations", {})
        on = int(told["messages"]["value"]) if told else 0
        return Desked(found.get("tag", 0), found.get("star", 0), found.get("note", 0), on)

    def change(self, ids: Iterable[str], how: Callable[[Mapping[str, Mark]], Iterable[Mark]]) -> list[Mark]:
        """Reads marks, and stores what `how` makes of those that are there: what others changed meanwhile is read and
        made again."""
        made: list[Mark] = []
        waiting = list(ids)
        for _ in range(_TRIES):
            docs = self._cluster.get("desk", waiting)
            found = {id: _mark(doc.source) for id, doc in docs.items()}
            wanted = list(how(found))
            ops = [_op(mark, docs[mark.id].seen if mark.id in docs else None) for mark in wanted]
            statuses = self._cluster.bulk(ops, refresh=True, tolerated=frozenset({_OVERTAKEN}))
            late = {mark.id for mark, status in zip(wanted, statuses, strict=True) if status == _OVERTAKEN}
            made += [mark for mark in wanted if mark.id not in late]
            self._changed()
            if not late:
                return made
            done = {mark.id for mark in made}
            waiting = [id for id in waiting if id not in done]
        raise EngineUnavailable("Others are writing the same marks; try again in a moment.")

    def _search(self, query: Json, size: int, **more: Any) -> Json:
        body = {"query": {"bool": {"filter": [query]}}, "size": size, "track_total_hits": False, **more}
        return self._cluster.search_if_there("desk", body)

    def _buckets(self, query: Json, asked: Json) -> list[Json]:
        answer = self._search(query, 0, aggs={"asked": asked})
        return list(answer["aggregations"]["asked"]["buckets"]) if answer["aggregations"] else []


def _mark(source: Json) -> Mark:
    return convert(source["body"], Mark)


def _op(mark: Mark, seen: tuple[int, int] | None) -> Op:
    body = {
        "id": mark.id, "message": mark.message, "kind": mark.kind, "key": marking.key_of(mark.name) or None,
        "name": mark.name, "by": mark.by, "at": mark.at, "gone": mark.gone,
        "act": mark.history[-1].act if mark.history else "",
        "words": " ".join(marking.words_of(mark)) if mark.kind == "note" else None, "body": to_builtins(mark),
    }  # fmt: skip
    return Op("index" if seen else "create", "desk", mark.id, json.encode(body), seen)


def _queries(sought: Sought) -> Iterator[Json]:
    """What is sought, in as many queries as its messages need."""
    if sought.messages is None:
        yield _query(sought)
        return
    for start in range(0, len(sought.messages), _MOST):
        yield {"bool": {"filter": [
            _query(sought), {"terms": {"message": list(sought.messages[start : start + _MOST])}},
        ]}}  # fmt: skip


def _query(sought: Sought) -> Json:
    terms = [
        {"term": {field: {"value": value}}}
        for field, value in (("kind", sought.kind), ("by", sought.by), ("act", sought.act)) if value
    ]  # fmt: skip
    if sought.gone is not None:
        terms.append({"term": {"gone": {"value": sought.gone}}})  # type: ignore[dict-item]
    found: list[Json] = [*terms]
    if sought.keys is not None:
        found.append({"terms": {"key": list(sought.keys)}} if any(sought.keys) else {"match_all": {}})
    if sought.beginning:
        found.append({"prefix": {"key": {"value": sought.beginning}}})
    found += [{"term": {"words": {"value": word}}} for word in sought.words]
    if sought.prefix:
        found.append({"prefix": {"words": {"value": sought.prefix}}})
    return {"bool": {"filter": found}} if found else {"match_all": {}}
