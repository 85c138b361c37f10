"""Lists of articles in a cluster: narrowed, ordered, counted by outlet, language and year."""

from typing import Any

from search import elastic_citations as citations
from search import elastic_shelf, shelved
from search.citing import ArticleOrder, Articles, ArticlesWanted
from search.elastic_citing import about, article_rows
from search.elastic_store import Store
from search.pages import Cursor, read_cursor
from search.words import tokens

_DATE = {"date": {"order": "desc", "missing": "_last"}}
_SORTS: dict[ArticleOrder, list[Any]] = {
    "newest": [_DATE, {"id": "asc"}],
    "oldest": [{"date": {"order": "asc", "missing": "_last"}}, {"id": "asc"}],
    "added": [{"added": "desc"}, {"id": "asc"}],
    "outlet": [{"outlet_key": {"order": "asc", "missing": "_last"}}, _DATE, {"id": "asc"}],
    "citations": [{"cites": {"order": "desc", "missing": 0}}, _DATE, {"id": "asc"}],
}

_VALUES = 10_000  # of a facet, from which the most frequent are listed

Json = dict[str, Any]


def articles(store: Store, wanted: ArticlesWanted, order: ArticleOrder, limit: int, cursor_text: str) -> Articles:
    """One page of the articles; CursorError."""
    cursor = read_cursor(cursor_text, order, False)
    aggs = {name: {"terms": {"field": name, "size": _VALUES}} for name in shelved.FACETS}
    told = elastic_shelf.search(
        store.cluster, _narrowed(store, wanted), _SORTS[order], limit + 1, source=False, aggs=aggs, skip=cursor.skip
    )
    ids = [hit["_id"] for hit in told["hits"]["hits"]]
    return Articles(
        total=int(told["hits"]["total"]["value"]), rows=tuple(article_rows(store.cluster, ids[:limit])),
        next=Cursor(order, False, cursor.skip + limit).write() if len(ids) > limit else "",
        facets=shelved.facets({
            name: [(bucket["key"], bucket["doc_count"]) for bucket in value["buckets"]]
            for name, value in told["aggregations"].items()
        }),
    )  # fmt: skip


def _narrowed(store: Store, wanted: ArticlesWanted) -> Json:
    shown = citations.shown(elastic_shelf.settings(store.cluster))
    terms: list[Json] = [{"term": {"words": word}} for word in tokens(wanted.words)]
    asked = {"outlet_key": shelved.outlet_key(wanted.outlet), "lang": wanted.lang, "year": wanted.year}
    given = {"outlet_key": wanted.outlet, "lang": wanted.lang, "year": wanted.year}
    terms += [{"term": {field: shelved.plain_text(asked[field])}} for field, value in given.items() if value]
    if not wanted.uncited:
        terms.append({"range": {"cites": {"gt": 0}}})
    if wanted.cites:
        found = about(store, [wanted.cites], shown, ["article", "seq", "target", "message", "date"])
        terms.append({"ids": {"values": sorted({one["article"] for one in found.get(wanted.cites, ())})}})
    return {"bool": {"filter": terms}}
