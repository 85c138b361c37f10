"""What is asked of citations in a cluster: what an article cites, who cites a message, what waits."""

from collections.abc import Iterable
from typing import Any

from msgspec import convert

from mappings.articles import ArticleRow, Judged, Settings
from search import elastic_citations as citations
from search import elastic_shelf, judging
from search.chunks import chunks
from search.cited import Citing
from search.citing import Absent
from search.elastic import Cluster
from search.elastic_citations import any_of, every, filtered
from search.elastic_store import Store

_MOST = 10_000
_NEWEST: list[Any] = [
    {"date": {"order": "desc", "missing": "_last"}}, {"article": "asc"}, {"seq": "asc"},
]  # fmt: skip

Json = dict[str, Any]


def cites(cluster: Cluster, article: str) -> list[Judged]:
    """What an article cites, in the order of its passages, silent ones too."""
    settings = elastic_shelf.settings(cluster)
    found = every(cluster, {"term": {"article": article}}, citations.BY_PLACE)
    return [judging.judged(citations.row(source), settings) for source in found]


def mails(store: Store, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By what a message is called the ids of it and its copies; ghosts that have not come are not among them."""
    here = citations.here(store, ids)
    members = with_copies(store, here.values())
    return {name: members[id] for name, id in here.items()}


def with_copies(store: Store, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By message the ids of it and its copies."""
    wanted = list(dict.fromkeys(ids))
    keys = citations.copy_keys(store, wanted)
    members = members_of(store, set(keys.values()))
    return {id: tuple(members.get(keys.get(id, 0), (id,))) for id in wanted}


def members_of(store: Store, keys: Iterable[int]) -> dict[int, list[str]]:
    """The ids of the messages in groups of copies, by their keys."""
    found: dict[int, list[str]] = {}
    for part in chunks(sorted(keys), _MOST):
        docs = store.cluster.scan("records", {"terms": {"copy_key": part}}, ["id"], columns=["id", "copy_key"])
        for doc in docs:
            found.setdefault(doc.source["copy_key"], []).append(doc.source["id"])
    return found


def about(store: Store, ids: Iterable[str], query: Json, source: Any = True) -> dict[str, list[Json]]:
    """By message or ghost the citations of it or of a copy of it, newest article first, as far as they match."""
    wanted = list(dict.fromkeys(ids))
    if not wanted or not citations.any_kept(store.cluster):
        return {}
    called = mails(store, wanted)
    lost = [id for id in wanted if id not in called and judging.is_id(id)]
    targets = sorted({target for members in called.values() for target in members})
    found: dict[str, list[Json]] = {}
    for part in chunks(targets, _MOST):
        for one in every(store.cluster, filtered({"terms": {"target": part}}, query), _NEWEST, source):
            found.setdefault(one["target"], []).append(one)
    for part in chunks(lost, _MOST):
        asked = filtered(citations.ABSENT, {"terms": {"message": part}}, query)
        for one in every(store.cluster, asked, _NEWEST, source):
            found.setdefault(one["message"], []).append(one)
    return {id: listed for id in wanted if (listed := _merged(found, called.get(id, (id,))))}


def _merged(found: dict[str, list[Json]], names: tuple[str, ...]) -> list[Json]:
    """Citations of several copies in one order, the newest article first."""
    lists = [found[name] for name in names if name in found]
    if len(lists) == 1:
        return lists[0]
    listed = [one for each in lists for one in each]
    listed.sort(key=lambda one: (one["article"], one["seq"]))
    listed.sort(key=lambda one: (one.get("date") or "").encode(), reverse=True)
    return listed


def cited_by(store: Store, ids: Iterable[str]) -> dict[str, list[Judged]]:
    """By message the citations of it or of a copy of it, newest article first, without the silent ones."""
    settings = elastic_shelf.settings(store.cluster)
    likely = filtered({"term": {"ruled": 0}}, {"range": {"probability": {"gte": settings.probable}}})
    found = about(store, ids, any_of({"term": {"ruled": 1}}, likely))
    return {id: [judging.judged(citations.row(one), settings) for one in listed] for id, listed in found.items()}


def cited_counts(store: Store, ids: Iterable[str]) -> dict[str, int]:
    """By message how many articles cite it or a copy of it (tier shown); those that none cites are left out."""
    shown = citations.shown(elastic_shelf.settings(store.cluster))
    found = about(store, ids, shown, ["article", "seq", "target", "message", "date"])
    return {id: len({one["article"] for one in listed}) for id, listed in found.items()}


def citing(store: Store, ids: Iterable[str]) -> dict[str, Citing]:
    """By message or ghost the articles that cite it or a copy of it, as its document tells of them."""
    if not citations.any_kept(store.cluster):
        return {}
    shown = citations.shown(elastic_shelf.settings(store.cluster))
    found = about(store, ids, shown, ["article", "seq", "target", "message", "date"])
    articles = {one["article"] for listed in found.values() for one in listed}
    docs = elastic_shelf.get(store.cluster, sorted(articles), source=["outlet"])
    told = {}
    for id, listed in found.items():
        here = sorted({one["article"] for one in listed} & docs.keys())
        outlets = {outlet for article in here if (outlet := docs[article].source.get("outlet"))}
        told[id] = Citing(tuple(here), tuple(sorted(outlets)))
    return told


def absent(cluster: Cluster, limit: int) -> list[Absent]:
    """What is cited and not here, most articles first."""
    settings = elastic_shelf.settings(cluster)
    shown = filtered(citations.ABSENT, citations.shown(settings))
    asked = {"names": {
        "terms": {"field": "absent", "size": limit, "order": [{"articles": "desc"}, {"_key": "asc"}]},
        "aggs": {"articles": {"cardinality": {"field": "article", "precision_threshold": 40_000}}},
    }}  # fmt: skip
    told = citations.search(cluster, shown, [], 0, aggs=asked)["aggregations"] if limit > 0 else {}
    names = [bucket["key"] for bucket in told["names"]["buckets"]] if told else []
    by_name: dict[str, list[Json]] = {}
    for one in every(cluster, filtered(shown, {"terms": {"absent": names}}), _NEWEST):
        by_name.setdefault(one["absent"], []).append(one)
    rows = {row.id: row for row in article_rows(cluster, {one["article"] for each in by_name.values() for one in each})}
    return [_absent(by_name[name], rows) for name in names if name in by_name]


def _absent(found: list[Json], rows: dict[str, ArticleRow]) -> Absent:
    first = min(found, key=lambda one: (-one["probability"], one["article"], one["seq"]))
    citation = citations.row(first).citation
    articles = dict.fromkeys(one["article"] for one in found)
    return Absent(
        named=judging.called(citation), collection=citation.collection, number=citation.number,
        message=citation.message, articles=tuple(rows[id] for id in articles if id in rows),
    )  # fmt: skip


def article_rows(cluster: Cluster, ids: Iterable[str]) -> list[ArticleRow]:
    """Articles as lists show them, in the order of the ids asked for."""
    wanted = list(ids)
    docs = elastic_shelf.get(cluster, wanted, source=["row"])
    counts = _counts(cluster, wanted, elastic_shelf.settings(cluster)) if docs else {}
    return [
        convert(docs[id].source["row"] | counts.get(id, {}), ArticleRow) for id in wanted if id in docs
    ]  # fmt: skip


def _counts(cluster: Cluster, ids: list[str], settings: Settings) -> dict[str, Json]:
    shown = citations.shown(settings)
    aggs: Json = {"by": {"terms": {"field": "article", "size": len(ids)}, "aggs": {
        "cites": {"filter": shown}, "probable": {"filter": citations.probable(settings)},
        "absent": {"filter": filtered(shown, citations.ABSENT)},
    }}}  # fmt: skip
    told = citations.search(cluster, {"terms": {"article": ids}}, [], 0, aggs=aggs)["aggregations"]
    return {
        bucket["key"]: {name: bucket[name]["doc_count"] for name in ("cites", "probable", "absent")}
        for bucket in (told["by"]["buckets"] if told else ())
    }  # fmt: skip


def review(cluster: Cluster, after: str, limit: int) -> tuple[int, list[tuple[str, Judged]]]:
    """How many probable citations have no verdict, and the next ones with their places in that order."""
    settings = elastic_shelf.settings(cluster)
    more: Json = {}
    if after:
        probability, article, name = judging.read_place(after)
        more["search_after"] = [probability, article, judging.cut(name)]
    sort: list[Any] = [{"probability": "desc"}, {"article": "asc"}, {"name": "asc"}]
    told = citations.search(cluster, citations.probable(settings), sort, limit, **more)["hits"]
    rows = [citations.row(hit["_source"]) for hit in told["hits"]]
    listed = [(judging.write_place(row.citation), judging.judged(row, settings)) for row in rows]
    return int(told["total"]["value"]), listed


def newest(cluster: Cluster, limit: int) -> list[Judged]:
    """Those of the tier shown, the latest found or confirmed first."""
    settings = elastic_shelf.settings(cluster)
    sort: list[Any] = [{"at": "desc"}, {"article": "asc"}, {"seq": "asc"}]
    hits = citations.search(cluster, citations.shown(settings), sort, limit)["hits"]["hits"]
    return [judging.judged(citations.row(hit["_source"]), settings) for hit in hits]


def tiers(cluster: Cluster) -> dict[str, int]:
    """How many citations there are in each tier, and of what is not here: of an article one for each message."""
    settings = elastic_shelf.settings(cluster)
    shown, probable, best = citations.shown(settings), citations.probable(settings), {"term": {"best": True}}
    silent = {"bool": {"filter": [best], "must_not": [shown, probable]}}
    asked = {"shown": shown, "probable": probable, "silent": silent, "absent": filtered(shown, citations.ABSENT)}
    aggs = {name: {"filter": query} for name, query in asked.items()}
    told = citations.search(cluster, {"match_all": {}}, [], 0, aggs=aggs)["aggregations"]
    return {name: int(told[name]["doc_count"]) for name in asked if told and told[name]["doc_count"]}
