"""The embedded corpus on disk: its folder, its SQLite tables, slim rows."""

import errno
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from msgspec import json

from mappings.keys import ghost_of, link_key
from mappings.records import MessageRow
from search import ghosts
from search.chunks import chunks
from search.embedded_blocks import Blocks
from search.errors import CorpusDamaged, CorpusError, CorpusMissing, EngineUnavailable, SearchError
from search.ids import ghost_link, is_prefix, only
from search.slims import Slim, slim_decoder

FORMAT = 4  # of the tables and the index together; another number asks for another program
GHOSTS = 1 << 40  # a ghost's document number is this plus its row's
DATABASE = "corpus.sqlite"
LATER = {  # older corpora may lack these tables
    "embedded_shelf.sql": "derived", "embedded_persons.sql": "persons", "embedded_intake.sql": "intakes",
}  # fmt: skip
SCRIPTS = ("embedded.sql", *LATER)
BLOCKS = "blocks.zst"
INDEX = "index"
PARAMETERS = 500  # of one statement
MOST_NUMBERED = 1000  # messages of one number
_SLIM_BLOCKS = 256  # held in memory, of 32 KiB


@contextmanager
def translated() -> Iterator[None]:
    """Turns what SQLite, the index and the disk raise into this package's errors."""
    try:
        yield
    except SearchError:
        raise
    except sqlite3.OperationalError as error:
        text = str(error)
        if "full" in text:
            raise EngineUnavailable("The disk is full; nothing that was reported as stored is lost.") from error
        if "malformed" in text or "not a database" in text:
            raise CorpusDamaged(f"The corpus can't be read: {text}.") from error
        raise EngineUnavailable(f"The corpus does not answer: {text}.") from error
    except sqlite3.DatabaseError as error:
        raise CorpusDamaged(f"The corpus can't be read: {error}.") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise EngineUnavailable("The disk is full; nothing that was reported as stored is lost.") from error
        raise EngineUnavailable(f"The corpus does not answer: {error.strerror or error}.") from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing, with no other writer in between."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk may have rolled back already
            connection.execute("ROLLBACK")
        raise


def marks(values: Sequence[object]) -> str:
    """`?,?,?` for so many values."""
    return ",".join("?" * len(values))


class Store:
    """The SQLite side of a corpus. Every thread reads through a connection of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self.blocks = Blocks(folder / BLOCKS)
        self._slims = lru_cache(maxsize=_SLIM_BLOCKS)(self.records)  # neighbours are often asked for together

    @classmethod
    def open(cls, folder: Path, *, create: bool) -> "Store":
        """The corpus in `folder`. CorpusMissing unless `create`; CorpusError for a folder that holds other things."""
        path = folder / DATABASE
        with translated():
            if not path.exists():
                if folder.exists() and (not folder.is_dir() or any(not _unfinished(one) for one in folder.iterdir())):
                    raise CorpusError(f"{folder} is not a corpus.")
                if not create:
                    raise CorpusMissing(f"There is no corpus at {folder}.")
                folder.mkdir(parents=True, exist_ok=True)
                _create(path)
            store = cls(folder)
            row = store.one("SELECT value FROM meta WHERE key = 'format'")
            for script, last in LATER.items() if row is not None else ():
                if not store.one("SELECT 1 FROM sqlite_schema WHERE name = ?", (last,)):
                    store.connection().executescript(script_text(script))
        if row is None or row[0] != FORMAT:
            has = "none" if row is None else row[0]
            raise CorpusError(
                f"{folder} was made by another version of this program (its format is {has}, here it is {FORMAT}); this"
                " one has to read the archives into a new corpus."
            )
        return store

    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = _connect(self.folder / DATABASE)
            self._local.connection = connection
            self._open.append(connection)
        return connection

    def close(self) -> None:
        """Closes every connection that was opened."""
        while self._open:
            self._open.pop().close()
        self._local = threading.local()
        self.blocks.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, on this thread's connection."""
        with transaction(self.connection()) as connection:
            yield connection

    def all(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[Any]:
        """Every row of a statement."""
        return self.connection().execute(sql, values).fetchall()

    def one(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The first row, or None."""
        return self.connection().execute(sql, values).fetchone()

    def number(self, sql: str, values: Sequence[Any] = ()) -> int:
        """The one number that a statement gives."""
        return int(self.one(sql, values)[0] or 0)

    def among(self, sql: str, values: Iterable[Any]) -> Iterator[Any]:
        """Rows of a statement that holds `IN ({})`, for any number of values."""
        for chunk in chunks(values, PARAMETERS):
            yield from self.all(sql.format(marks(chunk)), chunk)

    def block(self, offset: int) -> bytes:
        """The content of the block at `offset`; CorpusDamaged if it is not as it was written."""
        return self.blocks.read(offset, self._sizes(offset)[0])

    def records(self, offset: int) -> bytes:
        """The records in the block at `offset`, which stand first in it."""
        return self.blocks.read_head(offset, self._sizes(offset)[1])

    def _sizes(self, offset: int) -> tuple[int, int]:
        row: tuple[int, int] | None = self.one("SELECT size, head FROM blocks WHERE block = ?", (offset,))
        if row is None:
            raise CorpusDamaged(f"The block at {offset} is missing from {self.folder}.")
        return row

    def slim(self, block: int, at: int, size: int) -> Slim:
        """The slim row that stands there."""
        return slim_decoder.decode(self._slims(block)[at : at + size])

    def note_intake(self, first: int) -> None:
        """Notes that messages from this number on come in now; 0 for none."""
        if first:
            self.connection().execute("INSERT OR REPLACE INTO intakes VALUES (?, ?)", (first, int(time.time())))

    def forget_index(self) -> None:
        """Notes that the full-text index holds nothing."""
        with self.transaction() as connection:
            connection.execute("UPDATE meta SET value = 0 WHERE key = 'indexed'")
            connection.execute("DELETE FROM stale")
            connection.execute(f"INSERT INTO stale SELECT num + {GHOSTS}, 0 FROM ghosts")

    def move_log(self) -> None:
        """Moves what was written into the tables' file, as far as readers allow."""
        with translated():
            self.blocks.sync()  # before the tables that speak of them
            self.connection().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def end(self) -> int:
        """Where the next block goes."""
        return self.number("SELECT max(block + size) FROM blocks")

    def numbers(self, id: str) -> list[int]:
        """Numbers of the messages that an id, a prefix of one (8 digits or more) or a Message-ID names."""
        found: list[int] = []
        if is_prefix(id):
            low, high = bytes.fromhex(id.ljust(64, "0")), bytes.fromhex(id.ljust(64, "f"))
            rows = self.all("SELECT num FROM messages WHERE id BETWEEN ? AND ? LIMIT 2", (low, high))
            found = [row[0] for row in rows]
        if not found:
            key = link_key(id.strip("<>"))
            rows = self.all("SELECT num FROM messages WHERE own_key = ? AND own_key <> 0 ORDER BY id", (key,))
            found = [row[0] for row in rows]
        return found

    def published(self, number: str, collection: str | None = None) -> list[int]:
        """Numbers of the messages that were published under a number, in a collection or any."""
        rows = self.all(
            "SELECT DISTINCT p.message FROM places p JOIN archives a ON a.num = p.archive"
            " WHERE p.number = ?1 AND p.number <> '' AND (a.collection = ?2 OR ?2 IS NULL) ORDER BY 1 LIMIT ?3",
            (number, collection, MOST_NUMBERED),
        )
        return [row[0] for row in rows]

    def sources(self) -> dict[str, str]:
        """Collection -> template of the public addresses of its mails."""
        rows = self.all("SELECT substr(key, 8), value FROM meta WHERE key LIKE 'source:%' ORDER BY 1")
        return dict(rows)

    def keep_source(self, collection: str, template: str) -> None:
        """Notes a collection's template, in place of what was noted before."""
        self.connection().execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"source:{collection}", template))

    def find(self, id: str) -> int:
        """The number of the one message that an id names, minus that of a ghost; NotFound."""
        if id.startswith("g"):
            key = ghost_link(id)
            # a mail that has arrived takes the place of its ghost
            row = self.one("SELECT num FROM messages WHERE own_key = ? AND own_key <> 0 ORDER BY id", (key,))
            row = row or self.one("SELECT -num FROM ghosts WHERE key = ?", (key,))
            # or of one that no mail named: it is what the quoting mail now answers
            row = row or self.one(
                "SELECT m.parent FROM quotings q JOIN messages m USING (num) WHERE q.ghost = ? AND q.ghost <> 0"
                " AND m.parent <> 0 ORDER BY m.id",
                (key,),
            )
            return int(only(row or (), id))
        return only(self.numbers(id), id)

    def rows(self, numbers: Sequence[int]) -> list[MessageRow]:
        """Slim rows in the order of the numbers asked for; negative ones are ghosts."""
        found: dict[int, MessageRow] = {}
        listed = list(self.among(_ROWS, (n for n in numbers if n > 0)))
        groups = {key: counts for key, *counts in self.among(_GROUPS, {row[-2] for row in listed} - {0})}
        for row in listed:
            found[row[0]] = _message_row(row, self.slim(*row[5:8]), groups.get(row[-2], (1, row[-1])))
        for row in self.among(_GHOST_ROWS, (-n for n in numbers if n < 0)):
            found[-row[0]] = _ghost_row(row)
        return [found[n] for n in numbers if n in found]


# parent's and thread's ids come along, so that a row needs no second look
_THREAD_ID = "(SELECT f.id FROM threads t JOIN messages f ON f.num = t.first WHERE t.label = m.label)"
_PARENT_ID = """(SELECT p.id FROM messages p WHERE p.num = m.parent),
    (SELECT p.key FROM ghosts p WHERE p.num = -m.parent)"""
_ROWS = f"""SELECT m.num, m.id, m.depth, m.date, m.size, m.slim_block, m.slim_at, m.slim_size,
    {_THREAD_ID}, {_PARENT_ID},
    m.copy_key, (SELECT count(*) FROM places p WHERE p.message = m.num)
    FROM messages m WHERE m.num IN ({{}})"""
# once for a group, since a mailing to thousands makes thousands of copies
_GROUPS = """SELECT c.copy_key, count(DISTINCT c.num), count(*) FROM messages c JOIN places p ON p.message = c.num
    WHERE c.copy_key IN ({}) AND c.copy_key <> 0 GROUP BY 1"""
_GHOST_ROWS = f"""SELECT m.num, m.ghost, m.depth, {_THREAD_ID}, {_PARENT_ID}
    FROM ghosts m WHERE m.num IN ({{}})"""


def _id_of(message: bytes | None, ghost: int | None) -> str:
    if message is not None:
        return message.hex()
    return "" if ghost is None else ghost_of(ghost)


def _message_row(row: Any, slim: Slim, group: Sequence[int]) -> MessageRow:
    _, id, depth, date, size, _, _, _, thread, parent, ghost_parent, _, _ = row
    copies, places = group
    return MessageRow(
        id=id.hex(), thread=(thread or id).hex(), parent=_id_of(parent, ghost_parent), depth=depth,
        message_id=slim.message_id, subject=slim.subject, from_=slim.from_, to=slim.to, recipients=slim.recipients,
        date=date, zone=slim.zone, date_source=slim.date_source, size=size, attachments=slim.attachments,
        collection=slim.collection, lang=slim.lang, preview=slim.preview, copies=copies - 1, places=places,
    )  # fmt: skip


def _ghost_row(row: Any) -> MessageRow:
    _, ghost, depth, thread, parent, ghost_parent = row
    return ghosts.row(json.decode(ghost, type=ghosts.Ghost), _id_of(thread, None), _id_of(parent, ghost_parent), depth)


# the writer decides when the log is moved over, since the file of blocks must be on the disk before
_PRAGMAS = (
    "synchronous = NORMAL", "wal_autocheckpoint = 0", "cache_size = -65536", "temp_store = MEMORY",
    "mmap_size = 1073741824",
)  # fmt: skip


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _unfinished(path: Path) -> bool:
    """Whether a file was left by a process that ended while it made a corpus."""
    return path.name == BLOCKS or path.name.startswith(Path(DATABASE).stem + ".new")


def script_text(name: str) -> str:
    """One of `SCRIPTS`."""
    return resources.files("search").joinpath(name).read_text(encoding="utf-8")


def _create(path: Path) -> None:
    """Makes an empty database; it appears under its name only once it is whole."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    connection = sqlite3.connect(draft)
    connection.execute("PRAGMA page_size = 8192")
    for script in SCRIPTS:
        connection.executescript(script_text(script))
    connection.execute("INSERT INTO meta VALUES ('format', ?), ('indexed', 0)", (FORMAT,))
    connection.commit()
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    (path.parent / BLOCKS).touch()
    draft.rename(path)
