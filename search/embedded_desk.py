"""The desk's part of the embedded engine: tags, stars and notes, and the messages that a search finds by them."""

from collections.abc import Iterable

from search import embedded_queries
from search.drawer import Drawer
from search.embedded_desk_file import DeskFile
from search.embedded_drawer import EmbeddedDrawer
from search.embedded_store import Store, translated
from search.keeping_desk import DeskKeeper


class EmbeddedDesk(DeskKeeper):
    """See `search.desk.Desk`."""

    _store: Store
    _desk: DeskFile
    _compiler: embedded_queries.Compiler

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
        ids = filter(None, map(_key, self._marked_ids(field, value)))
        found: set[int] = set()
        keys: set[int] = set()
        for num, key in self._store.among("SELECT num, copy_key FROM messages WHERE id IN ({})", ids):
            (keys if key else found).add(key or num)
        grouped = self._store.among("SELECT num FROM messages WHERE copy_key IN ({}) AND copy_key <> 0", keys)
        return sorted(found.union(num for (num,) in grouped))


def _key(id: str) -> bytes:
    """A message's id as the tables have it; nothing for what is none."""
    try:
        return bytes.fromhex(id)
    except ValueError:
        return b""
