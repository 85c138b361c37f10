"""Ghosts in the embedded corpus: kept as threads tell of them, gone once their mails have come."""

from collections.abc import Iterable

from msgspec import json

from mappings.keys import ghost_key
from search.embedded_store import GHOSTS, Store
from search.ghosts import Ghost

Known = dict[int, tuple[int, str]]  # by key: number, then the ghost as it is stored


def of_label(store: Store, label: int) -> Known:
    """The ghosts of a thread as they are stored."""
    rows = store.all("SELECT key, num, ghost FROM ghosts WHERE label = ?", (label,))
    return {key: (num, ghost) for key, num, ghost in rows}


def keep(store: Store, label: int, ghosts: Iterable[Ghost], old: Known) -> tuple[dict[str, int], list[int]]:
    """Brings a thread's ghosts to what it says now; gives minus their numbers by id, and the documents to make anew."""
    connection = store.connection()
    gone = dict(old)
    numbers: dict[str, int] = {}
    stale: list[int] = []
    for ghost in ghosts:
        key = ghost_key(ghost.id)
        told = json.encode(ghost).decode()
        known = gone.pop(key, None)
        if known is None or known[1] != told:
            cursor = connection.execute(
                "INSERT INTO ghosts (key, ghost, label, parent, depth, pos) VALUES (?, ?, ?, 0, 0, 0)"
                " ON CONFLICT (key) DO UPDATE SET label = excluded.label, ghost = excluded.ghost RETURNING num",
                (key, told, label),
            )
            numbers[ghost.id] = -cursor.fetchone()[0]
            stale.append(GHOSTS - numbers[ghost.id])
        else:
            numbers[ghost.id] = -known[0]
    for known in gone.values():  # the mails have come
        connection.execute("DELETE FROM ghosts WHERE num = ?", (known[0],))
        stale.append(GHOSTS + known[0])
    return numbers, stale
