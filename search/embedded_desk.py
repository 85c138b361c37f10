"""The desk's part of the embedded engine: tags, stars and notes, and the messages that a search finds by them."""

from collections.abc import Iterable
from typing import Any

import tantivy

from search import embedded_queries
from search.drawer import Drawer
from search.embedded_desk_file import DeskFile
from search.embedded_drawer import EmbeddedDrawer
from search.embedded_index import schema
from search.embedded_store import Store, translated
from search.keeping_desk import DeskKeeper
from search.remembering import Remembered

REMEMBERED = 1000  # answers


class EmbeddedDesk(DeskKeeper):
    """See `search.desk.Desk`."""

    _store: Store
    _desk: DeskFile
    _compiler: embedded_queries.Compiler
    _remembered: Remembered[Any]

    def stamp(self, *, desk: bool = False) -> str:
        """See `search.stamps.Stamped`."""
        raise NotImplementedError

    def _drawer(self) -> Drawer:
        return EmbeddedDrawer(self._desk)

    def _members(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """By message the ids of it and its copies."""
        wanted = list(dict.fromkeys(ids))
        with translated():
            rows = self._store.among(
                "SELECT id, copy_key FROM messages WHERE id IN ({}) AND copy_key <> 0", filter(None, map(_key, wanted))
            )
            keys = {id.hex(): key for id, key in rows}
            groups: dict[int, list[str]] = {}
            for id, key in self._store.among(
                "SELECT id, copy_key FROM messages WHERE copy_key IN ({}) AND copy_key <> 0", set(keys.values())
            ):
                groups.setdefault(key, []).append(id.hex())
        return {id: tuple(groups[keys[id]]) if id in keys else (id,) for id in wanted}

    def _marked(self, field: str, value: str) -> list[int]:
        """Numbers of the messages that a term of a query asks for, copies included."""
        if self._shut:
            self._marked_ids(field, value)  # says that they are not shown
        stamp = self.stamp(desk=True)
        found: list[int] = self._remembered.get(stamp, (field, value), lambda: self._numbers_of(field, value))
        return found

    def _numbers_of(self, field: str, value: str) -> list[int]:
        ids = filter(None, map(_key, self._marked_ids(field, value)))
        found: set[int] = set()
        keys: set[int] = set()
        for num, key in self._store.among("SELECT num, copy_key FROM messages WHERE id IN ({})", ids):
            (keys if key else found).add(key or num)
        grouped = self._store.among("SELECT num FROM messages WHERE copy_key IN ({}) AND copy_key <> 0", keys)
        return sorted(found.union(num for (num,) in grouped))

    def _tag_counts(self, query: tantivy.Query, searcher: tantivy.Searcher) -> dict[str, int]:
        """How many matches of a compiled query bear each tag."""
        if not self._open():
            return {}
        tagged, number, chosen = self._remembered.get(self.stamp(desk=True), "tags", self._tagged)
        if not number:
            return {}
        both = tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in (query, chosen)])
        hits = searcher.search(both, number, count=False).hits
        found = set(searcher.fast_field_values("num", [address for _, address in hits])) if hits else set()
        return {key: len(numbers & found) for key, numbers in tagged.items()}

    def _tagged(self) -> tuple[dict[str, set[int]], int, tantivy.Query]:
        """The tags that results are counted by, each with its messages, and how many these are in all."""
        tagged = {key: set(self._marked("tag", key)) for key in self._counted_tags()}
        every = sorted(set[int]().union(*tagged.values()))
        number = tantivy.Query.term_set_query(schema(), "num", every) if every else tantivy.Query.empty_query()
        return tagged, len(every), tantivy.Query.const_score_query(number, 0.0)


def _key(id: str) -> bytes:
    """A message's id as the tables have it; nothing for what is none."""
    try:
        return bytes.fromhex(id)
    except ValueError:
        return b""
