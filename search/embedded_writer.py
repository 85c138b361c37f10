"""Writing to the embedded corpus: one batch one transaction, the index fed beside it and committed after it."""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Self

import tantivy
from msgspec import json

from mappings.records import ArchiveState, File, Place, Prepared, Ruling
from mappings.signatures import Key, Later
from search import embedded_copies, embedded_files, embedded_ghosts, embedded_later, embedded_members, embedded_quoting
from search.documents import document, standing
from search.embedded_audit import archives
from search.embedded_directory import EmbeddedDirectoryWriter
from search.embedded_documents import Documents
from search.embedded_keeping import EmbeddedShelfWriter
from search.embedded_packing import Packed, Packing, packing
from search.embedded_persons import Noting
from search.embedded_store import GHOSTS, Store, translated
from search.engine import Arranged, Batch, Counts, Member, Pair
from search.errors import CorpusLocked


class EmbeddedWriter(EmbeddedShelfWriter, EmbeddedDirectoryWriter):
    """The one writer of an embedded corpus; see `search.engine.Writer`."""

    def __init__(self, store: Store, index: Callable[[], tantivy.Index]) -> None:
        self._store = store
        self._index = index  # called once the lock is held
        self._lock: int | None = None
        self._noting = Noting(store)

    def __enter__(self) -> Self:
        lock = os.open(self._store.folder / "lock", os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise CorpusLocked(f"Another process is writing to {self._store.folder}.") from None
        self._lock = lock
        with contextlib.ExitStack() as undo, translated():
            undo.callback(self._unlock)
            self._documents = Documents(self._store, self._index())
            self._remember()
            self._documents.catch_up()
            undo.pop_all()
        self._pool = ThreadPoolExecutor(1, "compress")
        return self

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _remember(self) -> None:
        """Reads from the tables what is kept in memory beside them."""
        self._noting.forget()
        self._next = self._store.number("SELECT max(num) FROM messages") + 1
        self._end = self._store.end()
        self._joins: dict[int, int] = dict(self._store.all("SELECT label, target FROM joins"))
        self._archives: dict[tuple[str, str], int] = {}

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.ExitStack() as last:
            last.callback(self._unlock)
            last.callback(self._store.blocks.sync)
            last.callback(self._pool.shutdown)
            with translated():
                self._documents.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with translated():
            self._documents.collect()
            try:
                with self._store.transaction():
                    yield
            except BaseException:
                self._documents.discard()
                self._remember()
                raise

    def state(self, archive: str, collection: str) -> ArchiveState | None:
        """The ledger's line for an archive."""
        with translated():
            found = archives(self._store, "WHERE archive = ? AND collection = ?", (archive, collection))
        return found[0] if found else None

    def begin(self, messages: Sequence[Prepared]) -> Packing:
        """Begins to pack those of the messages that are not here."""
        with translated():
            numbers = self._numbers(p.message.id for p in messages)
        fresh: dict[str, Prepared] = {}
        for prepared in messages:
            if prepared.message.id not in numbers:
                fresh.setdefault(prepared.message.id, prepared)
        return packing(list(fresh.values()), self._pool)

    def take(self, batch: Batch) -> Counts:
        """Stores a batch and moves the ledger on, all or nothing. A message already here only gains its place."""
        with self._transaction():
            numbers = self._numbers(p.message.id for p in batch.messages)
            fresh: list[tuple[int, Prepared]] = []
            for prepared in batch.messages:
                if prepared.message.id not in numbers:
                    numbers[prepared.message.id] = self._next
                    fresh.append((self._next, prepared))
                    self._next += 1
            counts = Counts(new=len(fresh), already=len(batch.messages) - len(fresh), failed=batch.lost())
            archive = self._note_archive(batch.state, counts)
            self._note_failures(batch)
            mails = [p for _, p in fresh]
            packed = batch.begun
            if not isinstance(packed, Packing) or packed.ids != [p.message.id for p in mails]:
                packed = packing(mails, self._pool)
            labels = self._link(fresh)
            new = {num for num, _ in fresh}
            again = [(numbers[p.message.id], p.place.collection) for p in batch.messages]
            self._documents.gain([pair for pair in again if pair[0] not in new])
            self._note_places(archive, [(numbers[p.message.id], p.place) for p in batch.messages])
            drafts = [document(num, labels[num], p.message, [p.place.collection], []) for num, p in fresh]
            embedded_quoting.note(self._store, fresh)
            self._noting.fresh([(num, prepared.message) for num, prepared in fresh])
            self._insert(fresh, labels, numbers, packed)  # waits for what is packed beside this thread
            self._store.note_intake(min(new, default=0))
            self._documents.add(fresh, drafts)
            self._documents.stale(embedded_files.note(self._store, fresh))
        return counts

    def _numbers(self, ids: Iterable[str]) -> dict[str, int]:
        keys = (bytes.fromhex(id) for id in ids)
        rows = self._store.among("SELECT id, num FROM messages WHERE id IN ({})", keys)
        return {id.hex(): num for id, num in rows}

    def _note_archive(self, state: ArchiveState, counts: Counts) -> int:
        """Writes the ledger's line; gives the archive's number."""
        read = state.read + counts.new + counts.already + counts.failed
        self._store.connection().execute(
            "INSERT INTO archives (archive, collection, size, modified, head, position, done, kind, read, new, already,"
            " failed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (archive, collection) DO UPDATE SET"
            " size = excluded.size, modified = excluded.modified, head = excluded.head, position = excluded.position,"
            " done = excluded.done, kind = excluded.kind, read = excluded.read, new = excluded.new,"
            " already = excluded.already, failed = excluded.failed",
            (state.archive, state.collection, state.size, state.modified, state.head, state.position, state.done,
             state.kind, read, state.new + counts.new, state.already + counts.already, state.failed + counts.failed),
        )  # fmt: skip
        key = (state.archive, state.collection)
        if key not in self._archives:
            row = self._store.one("SELECT num FROM archives WHERE archive = ? AND collection = ?", key)
            self._archives[key] = row[0]
        return self._archives[key]

    def _note_failures(self, batch: Batch) -> None:
        now = int(time.time())
        self._store.connection().executemany(
            "INSERT INTO failures (archive, collection, member, offset, stage, code, reason, message, at, file)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (f.archive, f.collection, f.member, f.offset, f.stage, f.code, f.reason, f.message, f.at or now, f.file)
                for f in batch.failures
            ],
        )

    def keep_files(self, files: Iterable[File]) -> None:
        """Stores what became of files, all or nothing; the mails that carry them are indexed anew."""
        with self._transaction():
            self._documents.stale(embedded_files.keep(self._store, files))

    def keep_source(self, collection: str, template: str) -> None:
        """Notes the template of a collection's public addresses, in place of what was noted before."""
        with self._transaction():
            self._store.keep_source(collection, template)

    def forget_failures(self, numbers: Iterable[int]) -> None:
        """Strikes failures that a retry resolved."""
        with self._transaction():
            self._store.connection().executemany("DELETE FROM failures WHERE num = ?", ((n,) for n in numbers))

    def _link(self, fresh: Sequence[tuple[int, Prepared]]) -> dict[int, int]:
        """The label of each new message: the component its links are in; components that meet become one."""
        keys = {key for _, prepared in fresh for key in prepared.links if key}
        listed = json.encode(list(keys)).decode()
        rows = self._store.all("SELECT key, label FROM links WHERE key IN (SELECT value FROM json_each(?))", (listed,))
        known = {key: self._root(label) for key, label in rows}
        before = set(known)
        labels: dict[int, int] = {}
        for num, prepared in fresh:
            met = {self._root(known[key]) for key in prepared.links if key in known}
            label = self._join_all(met) if met else num
            labels[num] = label
            for key in prepared.links:
                if key:
                    known[key] = label
        connection = self._store.connection()
        added = sorted([(key, self._root(known[key])) for key in known.keys() - before])  # in order they go in faster
        connection.executemany("INSERT INTO links VALUES (?, ?)", added)
        labels = {num: self._root(label) for num, label in labels.items()}
        connection.executemany("INSERT OR IGNORE INTO loose VALUES (?)", [(label,) for label in set(labels.values())])
        return labels

    def _root(self, label: int) -> int:
        while (target := self._joins.get(label)) is not None:
            label = target
        return label

    def _join_all(self, labels: set[int]) -> int:
        """One label for all of them: the one with the most messages, since the others' are indexed anew."""
        if len(labels) == 1:
            return next(iter(labels))
        sizes = {
            label: self._store.number("SELECT count(*) FROM messages WHERE label = ?", (label,)) for label in labels
        }
        target = max(labels, key=lambda label: (sizes[label], -label))
        connection = self._store.connection()
        for label in labels - {target}:
            self._joins[label] = target
            connection.execute("INSERT INTO joins VALUES (?, ?)", (label, target))
            for table, base in (("messages", 0), ("ghosts", GHOSTS)):
                rows = self._store.all(f"SELECT num + {base} FROM {table} WHERE label = ?", (label,))
                self._documents.stale(num for (num,) in rows)
                connection.execute(f"UPDATE {table} SET label = ? WHERE label = ?", (target, label))
            connection.execute("DELETE FROM threads WHERE label = ?", (label,))
            connection.execute("DELETE FROM loose WHERE label = ?", (label,))
        connection.execute("INSERT OR IGNORE INTO loose VALUES (?)", (target,))
        return target

    def _note_places(self, archive: int, places: Sequence[tuple[int, Place]]) -> None:
        self._store.connection().executemany(
            "INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(num, archive, p.member, p.offset, p.flags, _packed(p.labels), p.number) for num, p in places],
        )

    def _insert(
        self,
        fresh: Sequence[tuple[int, Prepared]],
        labels: dict[int, int],
        numbers: dict[str, int],
        packed: Packing,
    ) -> None:
        stored = zip(self._store_blocks(packed.pairs), self._store_blocks(packed.slims), strict=True)
        rows = []
        carriers = {p.message.carrier for _, p in fresh if p.message.carrier} - numbers.keys()
        found = numbers | self._numbers(carriers) if carriers else numbers
        for (num, p), (place, slim_place) in zip(fresh, stored, strict=True):
            m = p.message
            rows.append((
                num, bytes.fromhex(m.id), labels[num], m.date, p.links[0] if p.links else 0, p.subject_key, p.orphan,
                found.get(m.carrier, 0), m.size, standing(m), *place, *slim_place,
            ))  # fmt: skip
        connection = self._store.connection()
        connection.executemany(
            "INSERT INTO messages (num, id, label, date, own_key, subject_key, orphan, carrier, size,"
            " recipients, block, raw_at, raw_size, record_at, record_size, slim_block, slim_at, slim_size)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )

    def _store_blocks(self, blocks: list[Future[Packed]]) -> list[tuple[int, ...]]:
        """Writes packed blocks; gives each message's block, and offsets and sizes in it."""
        found: list[tuple[int, ...]] = []
        results = [block.result() for block in blocks]
        self._store.blocks.write(self._end, [packed.data for packed in results])
        for packed in results:
            self._store.connection().execute(
                "INSERT INTO blocks VALUES (?, ?, ?)", (self._end, len(packed.data), packed.head)
            )
            found.extend((self._end, *place) for place in packed.places)
            self._end += len(packed.data)
        return found

    def put_keys(self, keys: Iterable[Key]) -> None:
        """Adds keys that signatures are checked with."""
        with self._transaction():
            embedded_later.put_keys(self._store, keys)

    def drop_keys(self, keys: Iterable[Key]) -> None:
        """Removes keys."""
        with self._transaction():
            embedded_later.drop_keys(self._store, keys)

    def amend(self, found: Mapping[str, Later]) -> None:
        """Stores what was found out about messages since they were stored, by id, all or nothing."""
        with self._transaction():
            numbers = self._numbers(found)
            embedded_later.amend(self._store, {numbers[id]: later for id, later in found.items() if id in numbers})
            self._documents.stale(numbers.values())

    def rule(self, rulings: Iterable[Ruling]) -> None:
        """Stores what a person decided on copies; the threads concerned are loose, those that are joined one."""
        with self._transaction():
            for labels in embedded_copies.rule(self._store, rulings):
                self._join_all(labels)

    def loose(self) -> list[int]:
        """Labels of the threads that changed since they were last arranged."""
        return [row[0] for row in self._store.all("SELECT label FROM loose ORDER BY label")]

    def members(self, labels: Sequence[int]) -> dict[int, list[Member]]:
        """The messages that carry each of these labels."""
        return embedded_members.of_threads(self._store, labels)

    def kin(self, window: int) -> list[tuple[Member, Member]]:
        """Pairs (orphan reply, older message of the same subject) of different labels, one of them loose."""
        return embedded_members.kin(self._store, window)

    def quoting(self) -> Iterator[Pair]:
        """Replies that name no mail with mails whose words they may quote, one of the two in a loose thread."""
        return embedded_quoting.pairs(self._store, partial(embedded_members.several, self._store))

    def join(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Makes one thread of the two messages' of each pair, given by their numbers, all or nothing."""
        with self._transaction():
            for pair in pairs:
                rows = self._store.all("SELECT label FROM messages WHERE num IN (?, ?)", pair)
                self._join_all({label for (label,) in rows})

    def arrange(self, threads: Iterable[tuple[int, Arranged]]) -> None:
        """Stores threads' trees and ghosts in one transaction; their labels are no longer loose."""
        with self._transaction():
            for label, thread in threads:
                self._arrange(label, thread)

    def _arrange(self, label: int, thread: Arranged) -> None:
        connection = self._store.connection()
        connection.execute("DELETE FROM loose WHERE label = ?", (label,))
        old = embedded_ghosts.of_label(self._store, label)
        if len(thread.leaves) == 1 and not thread.ghosts and not old:
            return  # a message alone is as it was inserted
        rows = self._store.all("SELECT id, num, copy_key FROM messages WHERE label = ?", (label,))
        numbers: dict[str, int] = {id.hex(): num for id, num, _ in rows}
        copies = {numbers[leaf.id]: leaf.copies for leaf in thread.leaves if leaf.id in numbers}
        self._documents.stale(embedded_copies.regroup(self._store, {num: key for _, num, key in rows}, copies))
        kept, changed = embedded_ghosts.keep(self._store, label, thread.ghosts, old)
        self._documents.stale(changed)
        numbers |= kept
        rows = [
            (numbers.get(leaf.parent, 0), leaf.depth, pos, numbers[leaf.id]) for pos, leaf in enumerate(thread.leaves)
        ]
        for table, sign in (("messages", 1), ("ghosts", -1)):
            connection.executemany(
                f"UPDATE {table} SET parent = ?, depth = ?, pos = ? WHERE num = ?",
                [(*row[:3], sign * row[3]) for row in rows if sign * row[3] > 0],
            )
        connection.execute(
            "INSERT OR REPLACE INTO threads VALUES (?, ?, ?)", (label, numbers[thread.id], thread.subject)
        )

    def index(self, *, wait: bool = True) -> None:
        """Makes everything stored searchable: before it returns, or soon after."""
        self._resettle()
        with translated():
            self._documents.commit(wait=wait)
            self._store.move_log()

    def reindex(self) -> Iterator[int]:
        """Rebuilds the full-text index from what is stored; yields how many messages are done."""
        self._reword()
        self._resettle()
        with translated():
            yield from self._documents.rebuild()


def _packed(labels: tuple[str, ...]) -> str:
    return json.encode(labels).decode() if labels else ""
