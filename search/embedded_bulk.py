"""Much of an embedded corpus at once: whole results, the bytes and the places of many."""

from collections.abc import Iterable, Iterator, Sequence

import tantivy

from mappings.records import MessageRow, Place
from search import embedded_audit
from search.bulk import ROWS, Result
from search.embedded_index import schema
from search.embedded_queries import Compiler
from search.embedded_ranking import Ranking
from search.embedded_store import Store, translated
from search.errors import CorpusDamaged, NotFound
from search.query import Query
from search.results import Order


class EmbeddedBulk:
    """Reading much of an embedded corpus; see `search.bulk.Bulk`."""

    _store: Store
    _compiler: Compiler

    def _searcher(self) -> tantivy.Searcher:
        raise NotImplementedError

    def raw(self, id: str) -> bytes:
        """The bytes as they came; NotFound, CorpusDamaged."""
        raise NotImplementedError

    def every(self, query: Query, *, newest: bool = False, copies: bool = False) -> Result:
        """All that matches at this moment, by date."""
        with translated():
            # one searcher sees one state of the index
            ranking = Ranking(self._searcher(), schema(), self._compiler.compile(query.tree, copies))
            return Result(ranking.total(), self._rows_of(ranking, "newest" if newest else "oldest"))

    def _rows_of(self, ranking: Ranking, order: Order) -> Iterator[MessageRow]:
        cursor = ""
        while True:
            with translated():
                found, cursor = ranking.page(order, False, ROWS, cursor)
                rows = self._store.rows([one.number for one in found])
            yield from rows
            if not cursor:
                return

    def raws(self, rows: Iterable[MessageRow]) -> Iterator[tuple[MessageRow, bytes | None]]:
        """The bytes of each message as they came, in this order; None for those that can't be read back."""
        for row in rows:
            if not row.ghost:
                try:
                    yield row, self.raw(row.id)
                except (CorpusDamaged, NotFound):
                    yield row, None

    def places_of(self, ids: Sequence[str]) -> dict[str, list[Place]]:
        """By message every place that it was found in."""
        with translated():
            wanted = [bytes.fromhex(id) for id in ids if not id.startswith("g")]
            rows = self._store.among("SELECT id, num FROM messages WHERE id IN ({})", wanted)
            return {id.hex(): embedded_audit.places(self._store, num) for id, num in rows}
