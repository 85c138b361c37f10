"""Which messages stand on a page of the embedded engine: orders, ties, cursors, threads."""

import tantivy
from msgspec import Struct
from tantivy import Occur, Query

from search.embedded_queries import between
from search.embedded_store import GHOSTS
from search.pages import Cursor, read_cursor, window
from search.results import Order

BUCKETS = 60_000  # Tantivy gives up on an aggregation with more than 65,000


class Found(Struct, frozen=True):
    """One hit: the number of a message, or minus that of a ghost."""

    number: int
    score: float = 0.0
    thread_hits: int = 1


class _Ranked(Struct, frozen=True):
    number: int  # as the index has it
    score: float
    key: int  # its date and id as one number
    thread: int


class Ranking:
    """One compiled query on one view of the index."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, query: Query) -> None:
        self._searcher = searcher
        self._schema = schema
        self._query = query

    def total(self) -> int:
        """How many documents match."""
        return int(self._searcher.search(self._query, 1).count)  # type: ignore[attr-defined]  # its stub lacks it

    def threads(self, total: int) -> int:
        """In how many threads the `total` that match are: exact, by ranges of labels where one aggregation would give
        up."""
        if total <= BUCKETS:
            return self._threads_of(self._query)
        highest = self._searcher.aggregate(self._query, {"last": {"max": {"field": "thread"}}})["last"]["value"]
        return sum(
            self._threads_of(self._with(self._range("thread", low, low + BUCKETS)))
            for low in range(0, int(highest or 0) + 1, BUCKETS)
        )

    def _threads_of(self, query: Query) -> int:
        asked = {"threads": {"terms": {"field": "thread", "size": BUCKETS}}}
        return len(self._searcher.aggregate(query, asked)["threads"]["buckets"])

    def page(self, order: Order, by_thread: bool, limit: int, cursor_text: str) -> tuple[list[Found], str]:
        """A page's hits, and the cursor of the next page ("" on the last)."""
        cursor = read_cursor(cursor_text, order, by_thread)
        if by_thread:
            return self._page_of_threads(order, limit, cursor)
        if order in ("relevance", "cited"):
            best = self._top(order, cursor.skip + limit + 1)
            shown = best[cursor.skip : cursor.skip + limit]
            more = len(best) > cursor.skip + limit
            return _found(shown), Cursor(order, False, cursor.skip + limit).write() if more else ""
        return self._page_by_date(order, limit, cursor)

    def _page_by_date(self, order: Order, limit: int, cursor: Cursor) -> tuple[list[Found], str]:
        query = self._query
        if cursor.key is not None:
            low, high = window(cursor.key, "newest" if order == "newest" else "oldest")
            query = self._with(self._range(order, low, high))
        best = self._top(order, limit + 1 + len(cursor.shown), query)
        best = [one for one in best if one.number not in cursor.shown]
        shown = best[:limit]
        if len(best) <= limit:
            return _found(shown), ""
        key = shown[-1].key
        same = [one.number for one in shown if one.key == key]
        if key == cursor.key:
            same += cursor.shown
        return _found(shown), Cursor(order, False, 0, key, tuple(same)).write()

    def _page_of_threads(self, order: Order, limit: int, cursor: Cursor) -> tuple[list[Found], str]:
        """The best hit of each thread; a thread stands where its best hit stands."""
        wanted = cursor.skip + 4 * limit
        while True:
            best = self._top(order, wanted)
            seen: set[int] = set()
            page: list[_Ranked] = []
            end = 0
            for position, one in enumerate(best):
                if one.thread in seen:
                    continue
                seen.add(one.thread)
                if position < cursor.skip:
                    continue
                if len(page) == limit:
                    end = position
                    break
                page.append(one)
            if end or len(best) < wanted:
                break
            wanted *= 4
        counts = self._hits_by_thread([one.thread for one in page])
        found = [Found(_number(one.number), one.score, counts.get(one.thread, 1)) for one in page]
        return found, Cursor(order, True, end).write() if end else ""

    def _hits_by_thread(self, threads: list[int]) -> dict[int, int]:
        if not threads:
            return {}
        chosen = self._with(Query.term_set_query(self._schema, "thread", threads))
        asked = {"threads": {"terms": {"field": "thread", "size": len(threads)}}}
        buckets = self._searcher.aggregate(chosen, asked)["threads"]["buckets"]
        return {int(bucket["key"]): int(bucket["doc_count"]) for bucket in buckets}

    def _top(self, order: Order, wanted: int, query: Query | None = None) -> list[_Ranked]:
        """The first `wanted` hits in order, ties resolved by date and id (newest first when by relevance)."""
        query = query or self._query
        limit = min(wanted, max(1, self._searcher.num_docs))
        if order == "cited":
            return self._most_cited(limit)
        if order != "relevance":
            descending = tantivy.Order.Desc if order == "newest" else tantivy.Order.Asc
            hits = self._searcher.search(query, limit, count=False, order_by_field=order, order=descending).hits
            return self._facts([(0.0, address) for _, address in hits], order)
        fetched = limit + 10
        while True:
            hits = self._searcher.search(query, fetched, count=False).hits
            # the last one's equals may not all be here yet
            if len(hits) < fetched or hits[-1][0] != hits[limit - 1][0]:
                break
            fetched = fetched * 2 + 10
        ranked = sorted(self._facts(hits, "newest"), key=lambda one: (-one.score, -one.key))
        return ranked[:limit]

    def _most_cited(self, limit: int) -> list[_Ranked]:
        """The first hits by `cited`, which tells of number and second; within a second they go by `newest`."""
        fetched = limit + 10
        while True:
            hits = self._searcher.search(
                self._query, fetched, count=False, order_by_field="cited", order=tantivy.Order.Desc
            ).hits
            if len(hits) < fetched or hits[-1][0] != hits[limit - 1][0]:
                break
            fetched = fetched * 2 + 10
        facts = self._facts([(0.0, address) for _, address in hits], "newest")
        keyed = zip((key for key, _ in hits), facts, strict=True)
        return [one for _, one in sorted(keyed, key=lambda pair: (-pair[0], -pair[1].key))][:limit]

    def _facts(self, hits: list[tuple[float, tantivy.DocAddress]], key: str) -> list[_Ranked]:
        if not hits:
            return []
        addresses = [address for _, address in hits]
        columns = [self._searcher.fast_field_values(name, addresses) for name in ("num", key, "thread")]
        return [
            _Ranked(int(number or 0), score, int(at or 0), int(thread or 0))
            for (score, _), number, at, thread in zip(hits, *columns, strict=True)
        ]

    def _range(self, field: str, low: int | None, high: int | None) -> Query:
        return between(self._schema, field, low, high)

    def _with(self, narrower: Query) -> Query:
        return Query.boolean_query([(Occur.Must, self._query), (Occur.Must, narrower)])


def _number(document: int) -> int:
    return document if document < GHOSTS else GHOSTS - document


def _found(ranked: list[_Ranked]) -> list[Found]:
    return [Found(_number(one.number), one.score) for one in ranked]
