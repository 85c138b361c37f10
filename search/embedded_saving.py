"""Saved searches of the embedded engine, in `desk.sqlite`; what came in last, by the numbers of messages."""

from collections.abc import Iterable

import tantivy
from msgspec import json
from tantivy import Occur

from mappings.saved import Saved
from search.embedded_desk_file import DeskFile
from search.embedded_index import schema
from search.embedded_queries import Compiler, between
from search.embedded_store import GHOSTS, Store, translated
from search.errors import BadMark, NotFound
from search.query import Query
from search.saving import Intake, Taken, in_order


class EmbeddedSearches:
    """See `search.saving.Searches`."""

    _shut: bool
    _store: Store
    _desk: DeskFile
    _compiler: Compiler

    def _searcher(self) -> tantivy.Searcher:
        raise NotImplementedError

    def searches(self) -> list[Saved]:
        """All of them, by name."""
        with translated():
            rows = [] if self._shut else self._desk.all("SELECT body FROM searches")
        return in_order(json.decode(body, type=Saved) for (body,) in rows)

    def saved(self, id: str) -> Saved:
        """One; NotFound."""
        with translated():
            rows = [] if self._shut else self._desk.all("SELECT body FROM searches WHERE id = ?", (id,))
        if not rows:
            raise NotFound("There is no such saved search.")
        return json.decode(rows[0][0], type=Saved)

    def put_searches(self, searches: Iterable[Saved]) -> int:
        """Stores searches in place of those with their ids; how many."""
        rows = [(one.id, json.encode(one).decode()) for one in searches]
        if self._shut:
            raise BadMark("Nothing can be written here.")
        if rows:
            with translated(), self._desk.transaction() as connection:
                connection.executemany("INSERT OR REPLACE INTO searches VALUES (?, ?)", rows)
        return len(rows)

    def drop_search(self, id: str) -> None:
        """Forgets one; NotFound."""
        self.saved(id)
        with translated(), self._desk.transaction() as connection:
            connection.execute("DELETE FROM searches WHERE id = ?", (id,))

    def taken_in(self, query: Query, *, after: int = 0, limit: int = 50) -> Intake:
        """What came in last of what matches; messages are numbered as they come in."""
        with translated():
            asked = tantivy.Query.boolean_query([
                (Occur.Must, self._compiler.compile(query.tree)),
                (Occur.Must, between(schema(), "num", after + 1, GHOSTS)),
            ])  # fmt: skip
            searcher = self._searcher()
            total = int(searcher.search(asked, 1).count)  # type: ignore[attr-defined]  # its stub lacks it
            hits = searcher.search(
                asked, max(1, limit), count=False, order_by_field="num", order=tantivy.Order.Desc
            ).hits
            numbers = [int(number) for number, _ in hits[:limit]]
            rows = self._store.rows(numbers)
            times = [self._store.one("SELECT at FROM intakes WHERE num <= ? ORDER BY num DESC LIMIT 1", (number,))
                     for number in numbers]  # fmt: skip
        return Intake(total, tuple(
            Taken(row, int(at[0]) if at else 0) for row, at in zip(rows, times, strict=True)))  # fmt: skip
