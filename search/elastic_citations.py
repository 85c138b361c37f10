"""Citations and verdicts in a cluster: an article's are settled anew whenever something about them changes.

What was found stands with the article, in one document; the citations that are searched are made from it. A note says
that they are to be made: what a killed process left undone is done by the next `index`.
"""

import base64
import uuid
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Any

from msgspec import convert, json, msgpack, to_builtins

from mappings.articles import Citation, CitedState, Settings, Verdict
from search import elastic_marks as marks
from search import elastic_shelf, judging, shelved
from search.chunks import chunks
from search.elastic import Cluster, Doc, Op
from search.elastic_store import Store
from search.errors import CorpusMissing
from search.ids import ghost_number, is_prefix
from search.judging import Known, Row

_MOST = 10_000  # values in one query, and hits in one answer
_GONE = frozenset({404})

Json = dict[str, Any]
Counted = set[tuple[str, str]]
"""Article, and message or ghost, of the citations that count."""

_found = msgpack.Decoder(list[Citation])


def shown(settings: Settings) -> Json:
    """The citations that count: the best of an article for a message, of the tier shown."""
    likely = filtered({"term": {"ruled": 0}}, {"range": {"probability": {"gte": settings.shown}}})
    return filtered({"term": {"best": True}}, any_of({"term": {"ruled": 1}}, likely))


def probable(settings: Settings) -> Json:
    """Those that are to be confirmed."""
    between = {"gte": settings.probable, "lt": settings.shown}
    return filtered({"term": {"best": True}}, {"term": {"ruled": 0}}, {"range": {"probability": between}})


def filtered(*queries: Json) -> Json:
    """All of them, none of them scored."""
    return {"bool": {"filter": list(queries)}}


def any_of(*queries: Json) -> Json:
    """Any of them."""
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}


ABSENT: Json = {"bool": {"must_not": [{"exists": {"field": "target"}}]}}


def search(cluster: Cluster, query: Json, sort: list[Any], size: int, **more: Any) -> Json:
    """A search among citations; an empty answer where there is no such index."""
    body = {"query": filtered(query), "sort": sort, "size": size, "track_total_hits": True}
    try:
        return cluster.search("citations", body | more)
    except CorpusMissing:
        return {"hits": {"hits": [], "total": {"value": 0}}, "aggregations": {}}


def every(cluster: Cluster, query: Json, sort: Sequence[Json], source: Any = True) -> Iterator[Json]:
    """Every citation of a query in the order of `sort`, which tells all of them apart: what their documents hold."""
    more: Json = {"_source": source}
    while True:
        hits = search(cluster, query, list(sort), _MOST, **more)["hits"]["hits"]
        yield from (hit["_source"] for hit in hits)
        if len(hits) < _MOST:
            return
        more["search_after"] = hits[-1]["sort"]


BY_PLACE: list[Json] = [{"article": "asc"}, {"seq": "asc"}]


def row(source: Json) -> Row:
    """A citation as it is kept, from its document."""
    verdict = source["body"].get("verdict")
    return Row(
        citation=convert(source["body"]["citation"], Citation), target=source.get("target") or "",
        verdict=convert(verdict, Verdict) if verdict else None, ruled=source["ruled"], best=source["best"],
    )  # fmt: skip


def any_kept(cluster: Cluster) -> bool:
    """Whether any article cites anything."""
    return bool(search(cluster, {"match_all": {}}, [], 0, terminate_after=1)["hits"]["total"]["value"])


def here(store: Store, names: Iterable[str]) -> dict[str, str]:
    """Ids of the messages that are here, by what citations and verdicts call them: ids, or ids of ghosts whose mails
    have come."""
    wanted = set(names)
    whole = {name.lower(): name for name in wanted if len(name) == 64 and is_prefix(name)}
    found = {whole[id]: id for id in store.cluster.get("records", sorted(whole), source=False)}
    links = {key: name for name in wanted if (key := ghost_number(name))}
    for part in chunks(sorted(links), _MOST):
        docs = list(store.cluster.scan("records", {"terms": {"own_key": part}}, ["id"], source=["own_key"]))
        found |= {links[doc.source["own_key"]]: doc.id for doc in reversed(docs)}  # the first by id, as everywhere
    return found


def known(store: Store, names: Iterable[str]) -> Known:
    """What is here of what citations and verdicts name."""
    ids = here(store, names)
    return Known(ids, {id: f"copies:{key}" for id, key in copy_keys(store, ids.values()).items()})


def copy_keys(store: Store, ids: Iterable[str]) -> dict[str, int]:
    """By message the key of the group of copies that it is in; those without copies are left out."""
    docs = store.cluster.get("records", sorted(set(ids)), source=["copy_key"])
    return {id: key for id, doc in docs.items() if (key := doc.source["copy_key"])}


def settle(store: Store, article: str, new: Sequence[Citation] | None = None, add: bool = False,
           state: CitedState | None = None) -> None:  # fmt: skip
    """Puts an article's citations anew under what is true now: verdicts, copies, what has come; `new` is what a run
    found, `state` how far it looked. The documents that change by it are noted."""
    cluster = store.cluster
    doc = elastic_shelf.get(cluster, [article], source=["found", "date"]).get(article)
    if doc is None:
        return
    said = verdicts(cluster, article)
    kept = _unpacked(doc)
    names = {citation.message for citation in (*kept, *(new or ()))}
    facts = known(store, names | {verdict.message for verdict in said})
    settings = elastic_shelf.settings(cluster)
    if new is not None:
        kept = judging.merged(judging.rows(article, kept, said, facts), new, add, facts)
    rows = judging.rows(article, kept, said, facts)
    before = list(every(cluster, {"term": {"article": article}}, BY_PLACE))
    now = [_document(article, seq, doc.source.get("date"), one) for seq, one in enumerate(rows)]
    counts: Json = {"cites": len(counted(now, settings))}
    if new is not None:
        counts |= {"found": base64.b64encode(shelved.pack(msgpack.encode(kept))).decode()}
    if state is not None:
        counts |= {"state": to_builtins(state)}
    noted = note(cluster, [article])
    cluster.bulk([Op("update", "articles", article, json.encode({"doc": counts}))])
    changed = counted(before, settings) ^ counted(now, settings)
    ops = [Op("index", "citations", f"{article}-{seq}", json.encode(one)) for seq, one in enumerate(now)]
    ops += [Op("delete", "citations", f"{article}-{seq}") for seq in range(len(now), len(before))]
    cluster.bulk([*stale(store, {name for _, name in changed}), *ops], refresh=True, tolerated=_GONE)
    cluster.refresh("articles")
    cluster.bulk([Op("delete", "marks", noted)], tolerated=_GONE)


def note(cluster: Cluster, articles: Iterable[str]) -> str:
    """Notes that the citations of articles are to be settled; the note's id."""
    name = f"settle-{uuid.uuid4().hex}"
    body = {"name": name, "kind": "settle", "body": {"articles": sorted(articles)}}
    cluster.bulk([Op("index", "marks", name, json.encode(body))])
    return name


def _unpacked(doc: Doc) -> list[Citation]:
    packed = doc.source.get("found")
    return _found.decode(shelved.unpack(base64.b64decode(packed), "What an article cites")) if packed else []


def _document(article: str, seq: int, date: str | None, row: Row) -> Json:
    citation = row.citation
    found: Json = {
        "article": article, "seq": seq, "date": date, "target": row.target or None,
        "message": citation.message if judging.is_id(citation.message) else None,
        "name": judging.sort_name(citation), "ruled": row.ruled, "best": row.best,
        "absent": None if row.target else judging.absent_name(citation), "probability": citation.probability,
        "at": row.at, "body": {"citation": to_builtins(citation)},
    }  # fmt: skip
    if row.verdict:
        found["body"]["verdict"] = to_builtins(row.verdict)
    return found


def counted(sources: Iterable[Json], settings: Settings) -> Counted:
    """Those of documents that count, where they name a message or ghost."""
    return {
        (source["article"], source.get("target") or source.get("message") or source["absent"]) for source in sources
        if source["best"] and judging.tier(source["probability"], source["ruled"], settings) == "shown"
    }  # fmt: skip


def stale(store: Store, names: Iterable[str]) -> list[Op]:
    """What notes that the documents of messages, their copies, and ghosts are to be made anew."""
    ids = {name for name in names if judging.is_id(name)}
    if not ids:
        return []
    keys = copy_keys(store, (id for id in ids if len(id) == 64))
    return [marks.stale(f"cited-{uuid.uuid4().hex}", ids, set(keys.values()))]


def verdicts(cluster: Cluster, article: str = "") -> list[Verdict]:
    """Verdicts, of an article or all, in the order of articles and messages."""
    asked: Json = {"term": {"kind": "verdict"}}
    if article:
        asked = filtered(asked, {"prefix": {"name": {"value": f"verdict-{article}-"}}})
    docs = cluster.scan("marks", asked, ["name"])
    found = [convert(doc.source["body"], Verdict) for doc in docs]
    return sorted(found, key=lambda verdict: (verdict.article, verdict.message.encode()))


def verdict_id(verdict: Verdict) -> str:
    """The id of a verdict's document."""
    name = blake2b(verdict.message.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"verdict-{verdict.article}-{name}"


def verdict_op(verdict: Verdict) -> Op:
    """What stores a verdict."""
    name = verdict_id(verdict)
    body = {"name": name, "kind": "verdict", "body": to_builtins(verdict)}
    return Op("index", "marks", name, json.encode(body))


def state(cluster: Cluster, article: str) -> CitedState | None:
    """How far an article was matched."""
    doc = elastic_shelf.get(cluster, [article], source=["state"])[article]
    return convert(doc.source["state"], CitedState) if doc.source.get("state") else None


def unsettled(store: Store, ids: Iterable[str]) -> tuple[set[str], list[Doc]]:
    """The articles that mail which came, or copies that were found, put in another light: those that cite messages
    whose documents are to be made anew, what was absent and is here now, and what a killed process left undone, with
    the notes that say so."""
    cluster = store.cluster
    notes = marks.waiting(cluster, "settle")
    articles = {article for note in notes for article in note.source["body"]["articles"]}
    if any_kept(cluster):
        for part in chunks(sorted(ids), _MOST):
            docs = every(cluster, {"terms": {"target": part}}, BY_PLACE, ["article"])
            articles |= {doc["article"] for doc in docs}
        named = filtered(ABSENT, {"exists": {"field": "message"}})
        lost = list(every(cluster, named, BY_PLACE, ["article", "message"]))
        come = here(store, {doc["message"] for doc in lost})
        articles |= {doc["article"] for doc in lost if doc["message"] in come}
    return articles, notes


def any_of_article(cluster: Cluster, article: str) -> bool:
    """Whether an article cites anything, or was said to."""
    return bool(search(cluster, {"term": {"article": article}}, [], 0)["hits"]["total"]["value"])


def told_by(store: Store, article: str) -> list[Op]:
    """What notes that the documents which tell of an article are to be made anew."""
    found = every(store.cluster, {"term": {"article": article}}, BY_PLACE)
    return stale(store, {name for _, name in counted(found, elastic_shelf.settings(store.cluster))})


def drop(cluster: Cluster, article: str) -> None:
    """Removes what is known of an article's citations."""
    found = every(cluster, {"term": {"article": article}}, BY_PLACE, ["article", "seq"])
    ops = [Op("delete", "citations", f"{article}-{one['seq']}") for one in found]
    ops += [Op("delete", "marks", verdict_id(verdict)) for verdict in verdicts(cluster, article)]
    cluster.bulk(ops, tolerated=_GONE)
    cluster.refresh("citations", "marks")


def counts(cluster: Cluster, articles: Iterable[str], settings: Settings) -> dict[str, int]:
    """How many messages articles cite, tier shown; those that cite none are left out."""
    found: dict[str, int] = {}
    for part in chunks(sorted(articles), _MOST):
        asked = filtered({"terms": {"article": part}}, shown(settings))
        told = search(cluster, asked, [], 0, aggs={"by": {"terms": {"field": "article", "size": len(part)}}})
        buckets = told["aggregations"]["by"]["buckets"] if told["aggregations"] else []
        found |= {bucket["key"]: int(bucket["doc_count"]) for bucket in buckets}
    return found
