"""The documents of the embedded corpus: added beside the tables, committed after them, mended after a crash."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import tantivy
from msgspec import Struct, json, msgpack

from mappings.keys import ghost_key
from mappings.records import Message, Prepared
from search.embedded_index import document, ghost_document
from search.embedded_queries import between
from search.embedded_store import GHOSTS, Store

HEAP = 256_000_000  # bytes that Tantivy gathers before it writes a segment
_BATCH = 200  # documents read back at a time

record_decoder = msgpack.Decoder(Message)


class _Group(Struct):
    """Copies of one mail: the number of the one that stands for all, how many there are."""

    primary: int
    size: int


class Documents:
    """Tantivy's side of the writer. What SQLite holds and the index lacks is known by two marks: every message above
    `meta.indexed`, and those in `stale`."""

    def __init__(self, store: Store, index: tantivy.Index) -> None:
        self._store = store
        self._index = index
        self._schema = index.schema
        self._writer: tantivy.IndexWriter | None = None
        self._behind = True

    def _open(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(HEAP, 1)
        return self._writer

    def _put(self, found: dict[str, Any]) -> None:
        self._open().add_document(tantivy.Document.from_dict(found, self._schema))

    def discard(self) -> None:
        """Throws away what was added since the last commit: it will be read back from the tables."""
        if self._writer is not None:
            self._writer.rollback()
            self._writer = None
        self._behind = True

    def close(self) -> None:
        """Ends the writer; what was not committed is read back next time."""
        if self._writer is not None:
            self._writer.rollback()
            self._writer = None

    def catch_up(self) -> None:
        """Adds what the tables hold above the mark and the index may lack, after a crash or a discard."""
        if not self._behind:
            return
        mark = self._store.number("SELECT value FROM meta WHERE key = 'indexed'")
        numbers = [row[0] for row in self._store.all("SELECT num FROM messages WHERE num > ? ORDER BY num", (mark,))]
        if numbers:
            above = between(self._schema, "num", mark + 1, GHOSTS)
            self._open().delete_documents_by_query(above)
            for found in self._read_back(numbers):
                self._put(found)
        self._behind = False

    def gain(self, again: Sequence[tuple[int, str]]) -> None:
        """Marks messages as stale that are about to be found in a collection they were not in yet."""
        wanted = {num for num, _ in again}
        rows = self._store.among(
            "SELECT DISTINCT p.message, a.collection FROM places p JOIN archives a ON a.num = p.archive"
            " WHERE p.message IN ({})",
            wanted,
        )
        held = set(rows)
        gained = {num for num, collection in again if (num, collection) not in held}
        self._stale(gained)
        keys = self._store.among("SELECT copy_key FROM messages WHERE num IN ({}) AND copy_key <> 0", gained)
        self._stale(group.primary for group in self._groups(key for (key,) in keys).values())

    def _stale(self, numbers: Iterable[int]) -> None:
        self._store.connection().executemany("INSERT OR IGNORE INTO stale VALUES (?)", ((n,) for n in numbers))

    def add(self, fresh: Sequence[tuple[int, int, Prepared]]) -> None:
        """Adds new messages, given with number and label; those that they are copies of are marked stale."""
        self.catch_up()
        if not fresh:
            return
        first = fresh[0][0]
        keys = {prepared.copy_key for _, _, prepared in fresh if prepared.copy_key}
        groups = self._groups(keys)
        self._stale(old.primary for old in self._groups(keys, below=first).values())
        for num, label, prepared in fresh:
            group = groups.get(prepared.copy_key)
            if group is None or group.size == 1:
                collections = [prepared.place.collection]
            else:
                collections = self._collections(num, prepared.copy_key if num == group.primary else 0)
            self._put(document(num, label, prepared.message, collections, _marks(num, prepared.message, group)))

    def _groups(self, keys: Iterable[int], below: int = GHOSTS) -> dict[int, _Group]:
        """Copies by their key, of the messages numbered lower than `below`."""
        listed = json.encode(list(keys)).decode()
        rows = self._store.all(
            # The fullest stands for all: the sender's own copy alone may name the Bcc. SQLite takes num from the row
            # that holds the minimum.
            "SELECT copy_key, num, count(*), min(printf('%08d', 99999999 - recipients) || hex(id)) FROM messages"
            " WHERE copy_key IN (SELECT value FROM json_each(?)) AND num < ? GROUP BY copy_key",
            (listed, below),
        )
        return {row[0]: _Group(row[1], row[2]) for row in rows}

    def _collections(self, num: int, copy_key: int) -> list[str]:
        """The collections of a message's places, with those of its copies if their key is given."""
        rows = self._store.all(
            "SELECT DISTINCT a.collection FROM places p JOIN archives a ON a.num = p.archive WHERE p.message = ?"
            " OR p.message IN (SELECT num FROM messages WHERE copy_key = ? AND copy_key <> 0) ORDER BY 1",
            (num, copy_key),
        )
        return [row[0] for row in rows]

    def _read_back(self, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
        """Documents of the messages with these numbers, made from the tables."""
        for start in range(0, len(numbers), _BATCH):
            part = numbers[start : start + _BATCH]
            rows = list(
                self._store.among(
                    "SELECT num, label, copy_key, block, record_at, record_size FROM messages"
                    " WHERE num IN ({}) ORDER BY block, num",
                    part,
                )
            )
            groups = self._groups({row[2] for row in rows if row[2]})
            held, data = -1, b""
            for num, label, copy_key, block, at, size in rows:
                if block != held:
                    held, data = block, self._store.block(block)
                message = record_decoder.decode(data[at : at + size])
                group = groups.get(copy_key)
                shared = copy_key if group and group.primary == num else 0
                yield document(num, label, message, self._collections(num, shared), _marks(num, message, group))

    def _ghosts(self, where: str, values: Sequence[int] = ()) -> Iterator[dict[str, Any]]:
        for num, label, key, message_id, subject, who in self._store.all(
            f"SELECT num, label, key, message_id, subject, who FROM ghosts {where}", values
        ):  # fmt: skip
            id = f"g{key & 0xFFFFFFFFFFFFFFFF:016x}"
            assert ghost_key(id) == key
            yield ghost_document(GHOSTS + num, label, id, message_id, subject, who)

    def _put_stale(self, numbers: Sequence[int]) -> None:
        writer = self._open()
        for num in numbers:
            writer.delete_documents_by_term("num", num)
        for found in self._read_back([num for num in numbers if num < GHOSTS]):
            self._put(found)
        for num in numbers:
            if num >= GHOSTS:
                for found in self._ghosts("WHERE num = ?", (num - GHOSTS,)):
                    self._put(found)

    def commit(self) -> None:
        """Makes all that is stored searchable, and moves the marks."""
        self.catch_up()
        stale = [row[0] for row in self._store.all("SELECT num FROM stale ORDER BY num")]
        self._put_stale(stale)
        self._finish(stale)

    def _finish(self, stale: Sequence[int]) -> None:
        last = self._store.number("SELECT max(num) FROM messages")
        if self._writer is not None:
            try:
                self._writer.commit()
            except ValueError:
                self.discard()
                raise
            self._index.reload()
        connection = self._store.connection()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE meta SET value = ? WHERE key = 'indexed'", (last,))
        connection.executemany("DELETE FROM stale WHERE num = ?", ((num,) for num in stale))
        connection.execute("COMMIT")

    def rebuild(self) -> Iterator[int]:
        """Fills the index anew from the tables; readers see the old one until it is done."""
        self._open().delete_all_documents()
        self._behind = False
        done = 0
        numbers = [row[0] for row in self._store.all("SELECT num FROM messages ORDER BY num")]
        for found in self._read_back(numbers):
            self._put(found)
            done += 1
            if done % 1000 == 0:
                yield done
        for found in self._ghosts(""):
            self._put(found)
        self._finish([row[0] for row in self._store.all("SELECT num FROM stale")])
        yield done


def _marks(num: int, message: Message, group: _Group | None) -> list[str]:
    marks = ["message"]
    if group is None or group.primary == num:
        marks.append("primary")
    if group is not None and group.size > 1:
        marks.append("duplicate")
    if message.carrier:
        marks.append("attached")
    return marks
