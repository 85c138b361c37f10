"""Ghosts in the embedded corpus: kept as threads tell of them, gone once their mails have come."""

from collections.abc import Iterable
from typing import Any

from mappings.keys import ghost_key
from search.embedded_store import GHOSTS, Store
from search.engine import Ghost

Known = dict[int, tuple[Any, ...]]  # by key: number, then what is known


def of_label(store: Store, label: int) -> Known:
    """The ghosts of a thread as they are stored."""
    rows = store.all("SELECT key, num, message_id, subject, who FROM ghosts WHERE label = ?", (label,))
    return {row[0]: row[1:] for row in rows}


def keep(store: Store, label: int, ghosts: Iterable[Ghost], old: Known) -> tuple[dict[str, int], list[int]]:
    """Brings a thread's ghosts to what it says now; gives minus their numbers by id, and the documents to make anew."""
    connection = store.connection()
    gone = dict(old)
    numbers: dict[str, int] = {}
    stale: list[int] = []
    for ghost in ghosts:
        key = ghost_key(ghost.id)
        known = gone.pop(key, None)
        row = (ghost.message_id, ghost.subject, ghost.who)
        if known is None:
            cursor = connection.execute(
                "INSERT INTO ghosts (key, message_id, subject, who, label, parent, depth, pos)"
                " VALUES (?, ?, ?, ?, ?, 0, 0, 0)"
                " ON CONFLICT (key) DO UPDATE SET label = excluded.label RETURNING num",
                (key, *row, label),
            )
            num = cursor.fetchone()[0]
        else:
            num = known[0]
            if known[1:] != row:
                connection.execute(
                    "UPDATE ghosts SET message_id = ?, subject = ?, who = ? WHERE num = ?", (*row, num)
                )
        if known is None or known[1:] != row:
            stale.append(GHOSTS + num)
        numbers[ghost.id] = -num
    for known in gone.values():  # the mails have come
        connection.execute("DELETE FROM ghosts WHERE num = ?", (known[0],))
        stale.append(GHOSTS + known[0])
    return numbers, stale
