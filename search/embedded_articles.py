"""Lists of articles in the embedded corpus: narrowed, ordered, counted by outlet, language and year."""

from typing import Any

from search import embedded_citations as citations
from search import embedded_shelf, shelved
from search.citing import ArticleOrder, Articles, ArticlesWanted
from search.embedded_citing import article_rows
from search.embedded_store import Store
from search.pages import Cursor, read_cursor
from search.results import Facet
from search.words import tokens

# what has no date or outlet stands last in any order
_ORDERS: dict[ArticleOrder, str] = {
    "newest": "a.date DESC, a.id",
    "oldest": "a.date = '', a.date, a.id",
    "added": "a.added DESC, a.id",
    "outlet": "a.outlet_key = '', a.outlet_key, a.date DESC, a.id",
    "citations": "coalesce(n.cites, 0) DESC, a.date DESC, a.id",
}


def articles(store: Store, wanted: ArticlesWanted, order: ArticleOrder, limit: int, cursor_text: str) -> Articles:
    """One page of the articles; CursorError."""
    cursor = read_cursor(cursor_text, order, False)
    table, where, values = _narrowed(store, wanted, order == "citations")
    total = store.number(f"SELECT count(*) FROM {table} WHERE {where}", values)
    found = store.all(
        f"SELECT a.num FROM {table} WHERE {where} ORDER BY {_ORDERS[order]} LIMIT ? OFFSET ?",
        [*values, limit + 1, cursor.skip],
    )
    nums = [num for (num,) in found]
    more = len(nums) > limit
    return Articles(
        total=total, rows=tuple(article_rows(store, nums[:limit])), facets=_facets(store, table, where, values),
        next=Cursor(order, False, cursor.skip + limit).write() if more else "",
    )  # fmt: skip


def _narrowed(store: Store, wanted: ArticlesWanted, counted: bool) -> tuple[str, str, list[Any]]:
    """The articles `a`, with their counts `n` where they are asked for, the condition, its values."""
    shown = citations.shown(embedded_shelf.settings(store))
    table = "articles a"
    if counted or not wanted.uncited:
        table += (
            " LEFT JOIN (SELECT article, count(*) AS cites FROM citations c"
            f" WHERE {shown} GROUP BY 1) n ON n.article = a.num"
        )
    terms, values = ["1"], list[Any]()
    if words := tokens(wanted.words):
        terms.append("a.num IN (SELECT rowid FROM article_words WHERE article_words MATCH ?)")
        values.append(embedded_shelf.asked(words))
    if wanted.outlet:
        terms.append("a.outlet_key = ?")
        values.append(shelved.outlet_key(wanted.outlet))
    for column, value in (("lang", wanted.lang), ("year", wanted.year)):
        if value:
            terms.append(f"a.{column} = ?")
            values.append(value)
    if not wanted.uncited:
        terms.append("n.cites > 0")
    if wanted.cites:
        condition, of_message = citations.of_message(store, wanted.cites)
        terms.append(f"a.num IN (SELECT c.article FROM citations c WHERE {condition} AND {shown})")
        values += of_message
    return table, " AND ".join(terms), values


def _facets(store: Store, table: str, where: str, values: list[Any]) -> tuple[Facet, ...]:
    counted = {
        name: store.all(f"SELECT a.{name}, count(*) FROM {table} WHERE {where} AND a.{name} <> '' GROUP BY 1", values)
        for name in shelved.FACETS
    }
    return shelved.facets(counted)
