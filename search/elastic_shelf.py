"""Articles, their captures and the settings in a cluster."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

from msgspec import convert, json, to_builtins

from mappings.articles import Article, Capture, Settings
from search import elastic_blobs as blobs
from search import shelved
from search.cited import KEYWORD
from search.elastic import Cluster, Doc, Op
from search.errors import CorpusDamaged, CorpusMissing, NotFound
from search.ids import is_prefix

_SETTINGS = "settings"
_MOST = 8000  # bytes of a keyword that is sorted by

Json = dict[str, Any]


def full_id(cluster: Cluster, id: str) -> str:
    """The id of the one article that an id or a prefix of one names; NotFound."""
    found: list[str] = []
    digits = id.lower()
    if is_prefix(digits):
        if len(digits) == 64:
            found = list(get(cluster, [digits], source=False))
        else:
            docs = search(cluster, {"prefix": {"id": {"value": digits}}}, [{"id": "asc"}], 2, source=False)
            found = [doc["_id"] for doc in docs["hits"]["hits"]]
    if len(found) > 1:
        raise NotFound(f"More than one article's id begins with {id}.")
    if not found:
        raise NotFound(f"There is no article {id}.")
    return found[0]


def get(cluster: Cluster, ids: Iterable[str], source: Any = True) -> dict[str, Doc]:
    """Articles' documents by id; none where a version filled the corpus that knew of no articles."""
    try:
        return cluster.get("articles", ids, source=source)
    except CorpusMissing:
        return {}


def search(cluster: Cluster, query: Json, sort: list[Any], size: int, **more: Any) -> Json:
    """A search among articles; an empty answer where there is no such index."""
    body = {"query": {"bool": {"filter": [query]}}, "sort": sort, "size": size, "track_total_hits": True}
    if "skip" in more:
        body["from"] = more.pop("skip")
    if "source" in more:
        body["_source"] = more.pop("source")
    return cluster.search_if_there("articles", body | more)


def count(cluster: Cluster) -> int:
    """How many articles there are."""
    return int(search(cluster, {"match_all": {}}, [], 0)["hits"]["total"]["value"])


def read(cluster: Cluster, id: str) -> Article:
    """An article in full, by its whole id; NotFound."""
    doc = get(cluster, [id], source=["body"]).get(id)
    if doc is None:
        raise NotFound(f"There is no article {id}.")
    return shelved.unpack_article(base64.b64decode(doc.source["body"]))


def ids(cluster: Cluster) -> Iterator[str]:
    """Ids of all articles, in order of ids."""
    try:
        for doc in cluster.scan("articles", {"match_all": {}}, ["id"], source=False):
            yield doc.id
    except CorpusMissing:
        return


def hashed(key: str) -> str:
    """An address or text as it is compared, short enough for a keyword."""
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def at(cluster: Cluster, *keys: str) -> str:
    """The id of the article that has the first of these keys that one has; "" for none."""
    for key in keys:
        if key:
            found = search(cluster, {"term": {"keys": hashed(key)}}, [{"id": "asc"}], 1, source=False)["hits"]["hits"]
            if found:
                return str(found[0]["_id"])
    return ""


def keep(cluster: Cluster, article: Article, bodies: Mapping[str, bytes]) -> str:
    """Stores an article; its id."""
    article = shelved.plain(article)
    bodies = shelved.checked(bodies, article.captures)
    held = set(get(cluster, [article.id], source=False))
    known = article.id if held else at(cluster, *shelved.keys(article))
    if known:
        article = shelved.merged(read(cluster, known), article)
    new = bodies.keys() - blobs.there(cluster, bodies)
    for sha256 in sorted(new):
        blobs.put(cluster, sha256, "capture", sha256, shelved.pack(bodies[sha256]))
    body = json.encode({"doc": _document(cluster, article), "doc_as_upsert": True})
    cluster.bulk([Op("update", "articles", article.id, body)], refresh=True)
    return article.id


def _document(cluster: Cluster, article: Article) -> Json:
    # a text's key is that of the article that had it first
    own = [key for key in shelved.keys(article) if at(cluster, key) in ("", article.id)]
    return {
        "id": article.id, "date": keyword(article.date), "year": shelved.year(article) or None,
        "lang": article.lang or None, "outlet": article.outlet or None,
        "outlet_key": shelved.outlet_key(article.outlet) or None, "added": article.added,
        "keys": [hashed(key) for key in own], "words": " ".join(shelved.words(article)),
        "captures": [capture.sha256 for capture in article.captures], "row": to_builtins(shelved.row(article)),
        "body": base64.b64encode(shelved.pack_article(article)).decode(),
    }  # fmt: skip


def keyword(text: str) -> str | None:
    """A text that is sorted by, None for an empty one, which then stands last."""
    return text.encode("utf-8", "replace")[:_MOST].decode("utf-8", "ignore") or None


def drop(cluster: Cluster, id: str) -> None:
    """Removes an article with the captures that no other one has."""
    article = read(cluster, id)
    cluster.bulk([Op("delete", "articles", id)], refresh=True)
    for capture in article.captures:
        of_others = search(cluster, {"term": {"captures": capture.sha256}}, [], 0)
        if not of_others["hits"]["total"]["value"]:
            blobs.drop(cluster, [capture.sha256])


def has_capture(cluster: Cluster, sha256: str) -> bool:
    """Whether an article has bytes of that hash; what a killed process stored without its article does not count."""
    listed = search(cluster, {"term": {"captures": sha256}}, [], 0)["hits"]["total"]["value"]
    return bool(listed) and bool(blobs.there(cluster, [sha256]))


def capture(cluster: Cluster, sha256: str) -> tuple[Capture, bytes]:
    """An article's bytes as they were read, with the record of the first article that has them; NotFound."""
    key = sha256.lower()
    asked = {"term": {"captures": key}}
    hits = search(cluster, asked, [{"added": "asc"}, {"id": "asc"}], 1, source=False)["hits"]["hits"]
    packed = blobs.get(cluster, key) if hits else None
    if packed is None:
        raise NotFound(f"There is no capture {sha256}.")
    data = shelved.unpack(packed, f"The capture {key}")
    if shelved.wrong(key, data):
        raise CorpusDamaged(f"The stored bytes of the capture {key} are not what they were.")
    return next(one for one in read(cluster, hits[0]["_id"]).captures if one.sha256 == key), data


def verify(cluster: Cluster) -> Iterator[tuple[str, str]]:
    """Re-reads every capture; (its SHA-256, "") where it is as it was, else (its SHA-256, what is wrong)."""
    cluster.freshen("articles", "blobs")
    found = {sha256 for doc in cluster.walk("articles", {"match_all": {}}, ["id"], source=["captures"])
             for sha256 in doc.source["captures"]}  # fmt: skip
    for sha256 in sorted(found):
        try:
            yield sha256, shelved.wrong_packed(sha256, blobs.get(cluster, sha256))
        except CorpusDamaged as error:
            yield sha256, str(error)


def settings(cluster: Cluster) -> Settings:
    """Where the tiers begin."""
    doc = cluster.get("marks", [_SETTINGS]).get(_SETTINGS)
    return convert(doc.source["body"], Settings) if doc else Settings()


def keep_settings(cluster: Cluster, settings: Settings) -> None:
    """Stores where the tiers begin."""
    body = {"name": _SETTINGS, "kind": _SETTINGS, "body": to_builtins(settings)}
    cluster.bulk([Op("index", "marks", _SETTINGS, json.encode(body))], refresh=True)


def outlets(cluster: Cluster, name: str) -> list[str]:
    """The ways in which articles write an outlet's name, whatever the case, accents and marks."""
    asked = {"term": {"outlet_key": shelved.outlet_key(name)}}
    aggs = {"outlets": {"terms": {"field": "outlet", "size": 1000, "order": {"_key": "asc"}}}}
    told = search(cluster, asked, [{"id": "asc"}], 0, aggs=aggs)["aggregations"]
    return [bucket["key"][:KEYWORD] for bucket in told["outlets"]["buckets"]] if told else []
