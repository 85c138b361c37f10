"""The directory of people in the embedded corpus: who takes part in which mail, who is who, what was decided."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from msgspec import json

from mappings.persons import Decision, Person, PersonRow, Sighting, handle_id
from mappings.records import Address, Message
from search import embedded_shelf
from search.embedded_store import Store
from search.errors import NotFound
from search.merging import merged, row
from search.pages import Cursor, read_cursor
from search.person_facts import (
    GOT,
    LISTED,
    MOST,
    WROTE,
    Named,
    handle,
    list_handle,
    named_decoder,
    pack,
    sort_name,
    taking_part,
    unpack,
    words,
    written,
)
from search.persons import NAME, Facts, PersonOrder, Persons
from search.shelved import plain_text
from search.words import tokens

_MARK = "people"  # in `meta`: up to which message it is noted who takes part
_AT_ONCE = 5_000  # messages
_ORDERS: dict[PersonOrder, str] = {
    "mails": "wrote + got DESC, id", "sent": "wrote DESC, id", "received": "got DESC, id", "name": "name, id",
}  # fmt: skip
# of copies of one mail, the one that stands for all, as search/embedded_documents.py has it
FIRST = """SELECT num FROM (SELECT num, min(printf('%08d', 99999999 - recipients) || hex(id)) FROM messages
    WHERE copy_key <> 0 GROUP BY copy_key)"""


class Noting:
    """Notes who takes part in messages, each call within a transaction; `forget` after one that failed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[tuple[str, str], int] = {}  # name and address as written -> sighting, 0 for nobody
        self._lists: dict[str, int] = {}  # list's id -> sighting

    def forget(self) -> None:
        """Forgets the numbers of sightings: they may not have been stored."""
        self._known.clear()
        self._lists.clear()

    def fresh(self, messages: Sequence[tuple[int, Named | Message]]) -> None:
        """Notes messages that are being stored, unless earlier ones wait."""
        if messages and self._mark() == messages[0][0] - 1:
            self.note(messages)

    def catch_up(self, transaction: Callable[[], AbstractContextManager[None]]) -> None:
        """Notes those that wait, some at a time."""
        while rows := self._store.all(
            "SELECT num, block, record_at, record_size FROM messages WHERE num > ? ORDER BY num LIMIT ?",
            (self._mark(), _AT_ONCE),
        ):
            with transaction():
                self.note(list(_read(self._store, rows)))

    def _mark(self) -> int:
        row = self._store.one("SELECT value FROM meta WHERE key = ?", (_MARK,))
        return int(row[0]) if row else 0

    def note(self, messages: Sequence[tuple[int, Named | Message]]) -> None:
        """Notes messages, given in the order of their numbers."""
        rows: list[tuple[int, int, int]] = []
        for num, message in messages:
            for part, people in taking_part(message):
                for who in people:
                    if sighting := self._known.get((who.name, who.address)) or self._sighting(who):
                        rows.append((num, part, sighting))
            if message.list_id:
                rows.append((num, LISTED, self._lists.get(message.list_id) or self._list(message.list_id)))
        connection = self._store.connection()
        connection.executemany("INSERT OR IGNORE INTO parts VALUES (?, ?, ?)", rows)
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_MARK, messages[-1][0]))

    def _sighting(self, who: Address) -> int:
        found = self._numbered(handle(who), written(who))
        self._known[who.name, who.address] = found
        return found

    def _list(self, list_id: str) -> int:
        found = self._lists[list_id] = self._numbered(list_handle(list_id), "")
        return found

    def _numbered(self, handle: str, name: str) -> int:
        if not handle:
            return 0
        pair = (plain_text(handle), plain_text(name))
        added = self._store.connection().execute(
            "INSERT OR IGNORE INTO sightings (handle, name, person) VALUES (?1, ?2,"
            " coalesce((SELECT person FROM person_handles WHERE handle = ?1), 0))", pair,
        )  # fmt: skip
        if added.rowcount:
            return int(added.lastrowid or 0)
        return self._store.number("SELECT num FROM sightings WHERE handle = ? AND name = ?", pair)


def _read(store: Store, rows: Iterable[Any]) -> Iterator[tuple[int, Named]]:
    held, data = -1, b""
    for num, block, at, size in rows:
        if block != held:
            held, data = block, store.records(block)
        yield num, named_decoder.decode(data[at : at + size])


def sightings(store: Store) -> list[Sighting]:
    """How all mails name people; of copies one counts."""
    hidden = f"copy_key <> 0 AND num NOT IN ({FIRST})"
    rows = store.all(
        f"WITH hidden AS MATERIALIZED (SELECT num FROM messages WHERE {hidden})"
        " SELECT p.sighting, p.part, count(*), min(m.date), max(m.date) FROM parts p JOIN messages m ON m.num ="
        " p.message WHERE p.message NOT IN (SELECT num FROM hidden) GROUP BY 1, 2"
    )
    counts: dict[int, dict[int, tuple[int, int | None, int | None]]] = {}
    for sighting, part, *told in rows:
        counts.setdefault(sighting, {})[part] = tuple(told)
    found = []
    for num, of, name in store.all("SELECT num, handle, name FROM sightings ORDER BY handle, name"):
        parts = counts.get(num, {})
        dates = [date for part in parts.values() for date in part[1:] if date is not None]
        if parts:
            found.append(Sighting(
                handle=of, name=name, wrote=parts.get(WROTE, (0,))[0], got=parts.get(GOT, (0,))[0],
                listed=parts.get(LISTED, (0,))[0], first=min(dates, default=None), last=max(dates, default=None),
            ))  # fmt: skip
    return found


def facts(store: Store) -> Facts:
    """What the directory is made from."""
    return unpack(embedded_shelf.derived(store, NAME))


def keep(store: Store, facts: Facts) -> None:
    """Stores facts within a transaction, and makes the directory of them."""
    embedded_shelf.keep_derived(store, NAME, pack(facts))
    settle(store, facts)


def settle(store: Store, facts: Facts) -> None:
    """Makes the directory, within a transaction: only who changed is written."""
    connection = store.connection()
    wanted = {one.id: one for one in merged(facts.known, facts.evidence, decisions(store))}
    held = {id: (num, body) for num, id, body in store.all("SELECT num, id, body FROM persons")}
    bodies = {id: json.encode(one).decode() for id, one in wanted.items()}
    changed = [id for id in wanted if id not in held or held[id][1] != bodies[id]]
    touched = [held[id][0] for id in {*changed, *(held.keys() - wanted.keys())} if id in held]
    for num in touched:
        connection.execute("DELETE FROM person_handles WHERE person = ?", (num,))
    connection.executemany("DELETE FROM persons WHERE id = ?", [(id,) for id in held.keys() - wanted.keys()])
    for id in sorted(changed):
        one = wanted[id]
        connection.execute(
            "INSERT INTO persons (id, name, words, wrote, got, row, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
            " ON CONFLICT (id) DO UPDATE SET (name, words, wrote, got, row, body) = (?2, ?3, ?4, ?5, ?6, ?7)",
            (id, sort_name(one), words(one), one.wrote, one.got, json.encode(row(one)).decode(), bodies[id]),
        )
        num = held[id][0] if id in held else store.number("SELECT num FROM persons WHERE id = ?", (id,))
        connection.executemany(
            "INSERT OR REPLACE INTO person_handles VALUES (?, ?, ?)",
            [(handle_id(known.handle), known.handle, num) for known in one.known],
        )
    connection.execute(
        "UPDATE sightings SET person = coalesce((SELECT person FROM person_handles h WHERE h.handle ="
        " sightings.handle), 0) WHERE person <> coalesce((SELECT person FROM person_handles h WHERE h.handle ="
        " sightings.handle), 0)"
    )


def person(store: Store, id: str) -> Person:
    """The person that one of its handles' ids names; NotFound."""
    row = store.one("SELECT body FROM person_handles h JOIN persons p ON p.num = h.person WHERE h.id = ?", (id,))
    if row is None:
        raise NotFound(f"There is nobody {id} in the directory; `unsealed people --again` brings it up to date.")
    return json.decode(row[0], type=Person)


def persons(store: Store, asked: str, order: PersonOrder, limit: int, cursor_text: str) -> Persons:
    """Those whose words begin with all the words asked; CursorError."""
    cursor = read_cursor(cursor_text, order, False)
    begun = [f"% {word}%" for word in tokens(asked)]
    where = " AND ".join(["words LIKE ?"] * len(begun)) or "1"
    rows = store.all(
        f"SELECT row FROM persons WHERE {where} ORDER BY {_ORDERS[order]} LIMIT ? OFFSET ?",
        [*begun, limit + 1, cursor.skip],
    )
    return Persons(
        total=store.number(f"SELECT count(*) FROM persons WHERE {where}", begun),
        rows=tuple(_row(one[0]) for one in rows[:limit]),
        next=Cursor(order, False, cursor.skip + limit).write() if len(rows) > limit else "",
    )


def _row(text: str) -> PersonRow:
    return json.decode(text, type=PersonRow)


def who(store: Store, handles: Iterable[str]) -> dict[str, PersonRow]:
    """The persons of handles."""
    rows = store.among(
        "SELECT h.handle, p.row FROM person_handles h JOIN persons p ON p.num = h.person WHERE h.handle IN ({})",
        dict.fromkeys(handles),
    )
    return {of: _row(text) for of, text in rows}


def handles(store: Store, name: str) -> list[str]:
    """The handles of the person with that id, else of all those whom it may name, as far as a query can hold them."""
    rows = store.all(
        "SELECT o.handle FROM person_handles h JOIN person_handles o ON o.person = h.person WHERE h.id = ?"
        " ORDER BY o.handle", (name.lower(),),
    )  # fmt: skip
    begun = [f"% {word}%" for word in tokens(name)]
    if not rows and begun:
        where = " AND ".join(["p.words LIKE ?"] * len(begun))
        rows = store.all(
            f"SELECT h.handle FROM persons p JOIN person_handles h ON h.person = p.num WHERE {where}"
            " ORDER BY p.wrote + p.got DESC, p.id, h.handle LIMIT ?", [*begun, MOST],
        )  # fmt: skip
    return [of for (of,) in rows]


def decisions(store: Store) -> list[Decision]:
    """What people decided on people, the latest first."""
    found = [json.decode(body, type=Decision) for (body,) in store.all("SELECT body FROM person_decisions")]
    return sorted(found, key=lambda one: (-one.at, one.id))


def decide(store: Store, decision: Decision) -> None:
    """Stores a decision within a transaction, and follows it."""
    store.connection().execute(
        "INSERT OR REPLACE INTO person_decisions VALUES (?, ?)", (decision.id, json.encode(decision).decode())
    )
    settle(store, facts(store))


def undecide(store: Store, id: str) -> None:
    """Takes a decision back within a transaction; NotFound."""
    if not store.connection().execute("DELETE FROM person_decisions WHERE id = ?", (id,)).rowcount:
        raise NotFound(f"There is no decision {id}.")
    settle(store, facts(store))
