"""The documents of the embedded corpus: added beside the tables, committed after them, mended after a crash."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import tantivy
from msgspec import Struct, json, msgpack

from mappings.records import Message, Prepared
from search import embedded_citing, embedded_files
from search.cited import tell
from search.documents import document, ghost_document, nature
from search.embedded_queries import between
from search.embedded_store import GHOSTS, Store
from search.errors import EngineUnavailable
from search.file_texts import wanted
from search.ghosts import Ghost
from search.later import amended

HEAP = 128_000_000  # bytes that Tantivy gathers before it writes a segment
_MOST_WAITING = 5_000  # documents
_BATCH = 200  # documents read back at a time

record_decoder = msgpack.Decoder(Message)


class _Group(Struct):
    """Copies of one mail: the number of the one that stands for all, how many there are."""

    primary: int
    size: int


class _Commit(Struct, frozen=True):
    """A commit of the index on its way: up to which message, and which generation of `stale`, it will hold."""

    done: Future[int]
    last: int
    generation: int


class Documents:
    """Tantivy's side of the writer. What SQLite holds and the index lacks is known by two marks: every message above
    `meta.indexed`, and those in `stale`, whose generation tells what a commit has and has not seen.

    A commit writes a segment out, which takes a while; documents that come meanwhile wait in memory.
    """

    def __init__(self, store: Store, index: tantivy.Index) -> None:
        self._store = store
        self._index = index
        self._schema = index.schema
        self._writer: tantivy.IndexWriter | None = None
        self._behind = True
        self._pool = ThreadPoolExecutor(1, "commit")
        self._commit: _Commit | None = None
        self._waiting: list[dict[str, Any]] = []
        self.generation = store.number("SELECT max(generation) FROM stale") + 1

    def _open(self) -> tantivy.IndexWriter:
        if self._writer is None:
            with _told():
                self._writer = self._index.writer(HEAP, 1)
        return self._writer

    def _put(self, found: dict[str, Any]) -> None:
        if self._commit is not None and not self._commit.done.done():
            self._waiting.append(found)
            if len(self._waiting) < _MOST_WAITING:
                return
            self._commit.done.exception()  # waits
        else:
            self._waiting.append(found)
        writer = self._open()
        with _told():
            for one in self._waiting:
                writer.add_document(tantivy.Document.from_dict(one, self._schema))
        self._waiting.clear()

    def discard(self) -> None:
        """Throws away what was added since the last commit: it will be read back from the tables."""
        if self._commit is not None:
            self._commit.done.exception()
        self._waiting.clear()
        if self._writer is not None:
            self._writer.rollback()
            self._writer = None
        self._behind = True

    def close(self) -> None:
        """Ends the writer; what was not committed is read back next time."""
        try:
            self.collect(wait=True)
        finally:
            self.discard()
            self._pool.shutdown()

    def collect(self, *, wait: bool = False) -> None:
        """Moves the marks if a commit has ended; not to be called within a transaction."""
        commit = self._commit
        if commit is None or not (wait or commit.done.done()):
            return
        if error := commit.done.exception():
            self._commit = None
            self.discard()
            raise EngineUnavailable(f"The full-text index can't be written: {error}.") from error
        self._index.reload()
        with self._store.transaction() as connection:
            connection.execute("UPDATE meta SET value = ? WHERE key = 'indexed'", (commit.last,))
            connection.execute("DELETE FROM stale WHERE generation <= ?", (commit.generation,))
        self._commit = None

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
        self.stale(gained)
        keys = self._store.among("SELECT copy_key FROM messages WHERE num IN ({}) AND copy_key <> 0", gained)
        self.stale(group.primary for group in self._groups(key for (key,) in keys).values())

    def stale(self, numbers: Iterable[int]) -> None:
        """Notes documents to index anew, within the transaction that changes what they are made from."""
        self._store.connection().executemany(
            "INSERT OR REPLACE INTO stale VALUES (?, ?)", ((n, self.generation) for n in numbers))

    def add(self, fresh: Sequence[tuple[int, Prepared]], drafts: Sequence[dict[str, Any]]) -> None:
        """Adds new messages, given with their numbers and documents; each stands for itself until copies are found."""
        self.catch_up()
        for (num, prepared), draft in zip(fresh, drafts, strict=True):
            draft["is"] = _marks(num, prepared.message, None)
            self._put(draft)

    def _groups(self, keys: Iterable[int]) -> dict[int, _Group]:
        """Copies by their key."""
        listed = json.encode(list(keys)).decode()
        rows = self._store.all(
            # The fullest stands for all: the sender's own copy alone may name the Bcc. SQLite takes num from the row
            # that holds the minimum.
            # `<> 0` lets it use the index of copies.
            "SELECT m.copy_key, m.num, count(*), min(printf('%08d', 99999999 - m.recipients) || hex(m.id))"
            " FROM json_each(?) k CROSS JOIN messages m ON m.copy_key = k.value AND m.copy_key <> 0"
            " GROUP BY m.copy_key",
            (listed,),
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
                    "SELECT num, label, copy_key, block, record_at, record_size, body FROM messages"
                    " LEFT JOIN later ON message = num WHERE num IN ({}) ORDER BY block, num",
                    part,
                )
            )
            groups = self._groups({row[2] for row in rows if row[2]})
            cited = embedded_citing.citing(self._store, part)
            messages = self._messages((row[0], *row[3:]) for row in rows)
            for num, label, copy_key, *_ in rows:
                message = messages[num]
                group = groups.get(copy_key)
                shared = copy_key if group and group.primary == num else 0
                marks = _marks(num, message, group)
                texts = embedded_files.texts(self._store, wanted([message]))
                found = document(num, label, message, self._collections(num, shared), marks, texts=texts)
                yield tell(found, cited[num]) if num in cited else found

    def _messages(self, rows: Iterable[tuple[Any, ...]]) -> dict[int, Message]:
        """Messages by number, read from where rows (number, block, offset, size, later) say that their records are."""
        found: dict[int, Message] = {}
        held, data = -1, b""
        for num, block, at, size, later in rows:
            if block != held:
                held, data = block, self._store.records(block)
            found[num] = amended(record_decoder.decode(data[at : at + size]), later)
        return found

    def _ghosts(self, where: str, values: Sequence[int] = ()) -> Iterator[dict[str, Any]]:
        for num, label, ghost in self._store.all(f"SELECT num, label, ghost FROM ghosts {where}", values):
            found = ghost_document(GHOSTS + num, label, json.decode(ghost, type=Ghost))
            yield tell(found, embedded_citing.citing_ghost(self._store, num))

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

    def commit(self, *, wait: bool) -> None:
        """Makes all that is stored searchable: at once if told to wait, else in a while."""
        self.collect(wait=True)
        self.catch_up()
        self._put_stale([row[0] for row in self._store.all("SELECT num FROM stale ORDER BY num")])
        self._begin()
        self.collect(wait=wait)

    def _begin(self) -> None:
        last = self._store.number("SELECT max(num) FROM messages")
        self._commit = _Commit(self._pool.submit(self._open().commit), last, self.generation)
        self.generation += 1

    def rebuild(self) -> Iterator[int]:
        """Fills the index anew from the tables; readers see the old one until it is done."""
        self.collect(wait=True)
        self.discard()  # what is added and not committed outlives a deletion of all
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
        self._begin()
        self.collect(wait=True)
        yield done


@contextmanager
def _told() -> Iterator[None]:
    """Tantivy's errors as ours; it raises ValueError for a full disk as for a wrong document."""
    try:
        yield
    except ValueError as error:
        raise EngineUnavailable(f"The full-text index can't be written: {error}.") from error


def _marks(num: int, message: Message, group: _Group | None) -> list[str]:
    marks = ["message"]
    if group is None or group.primary == num:
        marks.append("primary")
    if group is not None and group.size > 1:
        marks.append("duplicate")
    marks += nature(message)
    return marks
