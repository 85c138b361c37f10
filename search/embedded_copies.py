"""Copies in the embedded corpus: their groups, and what people decided on them."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from msgspec import json

from mappings.records import Ruling
from search.embedded_store import Store


def groups(store: Store) -> Iterator[tuple[str, ...]]:
    """The ids of each group, the smallest first."""
    rows = store.all("SELECT copy_key, id FROM messages WHERE copy_key <> 0 ORDER BY copy_key, id")
    for _, found in groupby(rows, itemgetter(0)):
        yield tuple(id.hex() for _, id in found)


def rulings(store: Store) -> dict[str, Ruling]:
    """Every ruling, by the message's id, in the order of ids."""
    rows = store.all("SELECT id, ruling FROM rulings ORDER BY id")
    return {id: json.decode(ruling, type=Ruling) for id, ruling in rows}


def rule(store: Store, made: Iterable[Ruling]) -> Iterator[set[int]]:
    """Stores rulings within a transaction; yields the labels that a joining key brings together."""
    connection = store.connection()
    joined: dict[int, list[bytes]] = {}
    for ruling in made:
        id = bytes.fromhex(ruling.id)
        connection.execute("INSERT OR REPLACE INTO rulings VALUES (?, ?)", (ruling.id, json.encode(ruling).decode()))
        connection.execute("INSERT OR IGNORE INTO loose SELECT label FROM messages WHERE id = ?", (id,))
        for key in ruling.joins:
            joined.setdefault(key, []).append(id)
    for ids in joined.values():
        labels = {label for (label,) in store.among("SELECT label FROM messages WHERE id IN ({})", ids)}
        if len(labels) > 1:
            yield labels


def regroup(store: Store, before: dict[int, int], after: dict[int, int]) -> set[int]:
    """Stores the groups of a thread's messages, given with those they were in; the messages to index anew: who stands
    for a group, and what it shows, hangs on all that are in it."""
    changed = {num: key for num, key in after.items() if before[num] != key}
    if not changed:
        return set()
    rows = ((key, num) for num, key in changed.items())
    store.connection().executemany("UPDATE messages SET copy_key = ? WHERE num = ?", rows)
    touched = {*changed.values(), *(before[num] for num in changed)} - {0}
    return {num for num, key in after.items() if key in touched} | changed.keys()
