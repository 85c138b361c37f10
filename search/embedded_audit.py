"""What an embedded corpus holds and whether it is whole: counts, ledger, failures, digest, verification."""

import sqlite3
from collections.abc import Iterator, Sequence
from hashlib import sha256

from msgspec import MsgspecError, json
from msgspec.structs import replace

from mappings.records import ArchiveState, Failure, Place, Status
from search import embedded_citing, embedded_files
from search.base64_runs import grow
from search.embedded_documents import record_decoder
from search.embedded_layout import differences
from search.embedded_store import Store
from search.errors import CorpusDamaged, SearchError
from search.failures import Tally, Which
from search.layout import sentence

_LEDGER = ("archive", "collection", "size", "modified", "head", "position", "kind", "read", "new", "already", "failed")


def places(store: Store, number: int) -> list[Place]:
    """Every place a message was found in, in order."""
    rows = store.all(
        "SELECT a.archive, p.member, p.offset, a.collection, p.flags, p.labels, p.number FROM places p"
        " JOIN archives a ON a.num = p.archive WHERE p.message = ? ORDER BY 1, 2, 3, 4",
        (number,),
    )
    return [
        Place(archive, member, offset, collection, flags,
              json.decode(labels, type=tuple[str, ...]) if labels else (), number)
        for archive, member, offset, collection, flags, labels, number in rows
    ]  # fmt: skip


def placed(store: Store) -> Iterator[tuple[str, Place]]:
    """Every place of every message, with the message's id."""
    rows = store.connection().execute(
        "SELECT m.id, a.archive, p.member, p.offset, a.collection FROM places p JOIN archives a ON a.num = p.archive"
        " JOIN messages m ON m.num = p.message"
    )
    for id, archive, member, offset, collection in rows:
        yield id.hex(), Place(archive, member, offset, collection)


def archives(store: Store, where: str = "", values: Sequence[str] = ()) -> list[ArchiveState]:
    """The ledger, or those of its lines that `where` names, in the order of reading."""
    rows = store.all(f"SELECT done, {', '.join(_LEDGER)} FROM archives {where} ORDER BY num", values)
    return [ArchiveState(done=bool(row[0]), **dict(zip(_LEDGER, row[1:], strict=True))) for row in rows]


def status(store: Store) -> Status:
    """Counts for the whole corpus; CorpusDamaged where its tables are so different that they can't be had."""
    differing = tuple(differences(store))
    try:
        return replace(_counts(store), differences=differing)
    except sqlite3.OperationalError as error:
        if any(one.hinders for one in differing):
            raise CorpusDamaged(sentence(str(store.folder), differing)) from error
        raise


def _counts(store: Store) -> Status:
    messages, raw_bytes, first, last, dated = store.one(
        "SELECT count(*), coalesce(sum(size), 0), min(date), max(date), count(date) FROM messages"
    )
    groups = store.one(
        "SELECT count(*), coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM messages WHERE copy_key <> 0"
        " GROUP BY copy_key HAVING n > 1)"
    )
    by_collection = store.all(
        "SELECT a.collection, count(DISTINCT p.message) FROM places p JOIN archives a ON a.num = p.archive"
        " GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    return Status(
        engine=str(store.folder), messages=messages, raw_bytes=raw_bytes, first=first, last=last,
        threads=store.number("SELECT count(DISTINCT label) FROM messages"),
        ghosts=store.number("SELECT count(*) FROM ghosts"), duplicates=groups[1] - groups[0],
        places=store.number("SELECT count(*) FROM places"), undated=messages - dated,
        stored_bytes=sum(path.stat().st_size for path in store.folder.rglob("*") if path.is_file()),
        unindexed=store.number(
            "SELECT count(*) FROM (SELECT num FROM messages WHERE num > (SELECT value FROM meta WHERE key = 'indexed')"
            " UNION SELECT num FROM stale)"
        ),
        failures=store.number("SELECT count(*) FROM failures"), archives=tuple(archives(store)),
        collections=dict(by_collection), files=embedded_files.counts(store),
        articles=store.number("SELECT count(*) FROM articles"), citations=embedded_citing.tiers(store),
    )  # fmt: skip


def failures(store: Store, limit: int, after: int, which: Which) -> list[tuple[int, Failure]]:
    """Failures with their numbers, oldest first, those numbered above `after`."""
    names = ("archive", "collection", "member", "offset", "stage", "code", "reason", "message", "at", "file")
    rows = store.all(
        f"SELECT num, {', '.join(names)} FROM failures WHERE num > ? AND (? = '' OR stage = ?) AND (? = '' OR code = ?)"
        " AND (? = '' OR archive = ?) ORDER BY num LIMIT ?",
        (after, which.stage, which.stage, which.code, which.code, which.archive, which.archive, limit),
    )
    return [(row[0], Failure(**dict(zip(names, row[1:], strict=True)))) for row in rows]


def tally(store: Store) -> list[Tally]:
    """How many failures there are, by archive, stage and code, in that order."""
    rows = store.all(
        "SELECT archive, stage, code, sum(message = ''), sum(message <> '') FROM failures"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    return [Tally(archive=row[0], stage=row[1], code=row[2], lost=row[3], kept=row[4]) for row in rows]


def digest(store: Store) -> str:
    """SHA-256 over ids, threads, parents and places, in the order of ids."""
    found = sha256()
    last = b""
    while rows := store.all("SELECT id, num FROM messages WHERE id > ? ORDER BY id LIMIT 1000", (last,)):
        last = rows[-1][0]
        for (_, number), row in zip(rows, store.rows([num for _, num in rows]), strict=True):
            found.update(json.encode((row.id, row.thread, row.parent, row.depth, row.copies)))
            found.update(json.encode([(p.archive, p.member, p.offset, p.collection) for p in places(store, number)]))
    for (ghost,) in store.all("SELECT ghost FROM ghosts ORDER BY key"):
        found.update(ghost.encode())
    return found.hexdigest()


def verify(store: Store) -> Iterator[tuple[str, str]]:
    """Re-reads every message's bytes and record; (id, "") where they are as they were, else (id, what is wrong)."""
    last = 0
    while rows := store.all(
        "SELECT num, id, size, block, raw_at, raw_size, record_at, record_size FROM messages"
        " WHERE num > ? ORDER BY num LIMIT 1000",
        (last,),
    ):
        last = rows[-1][0]
        held, data, problem = -1, b"", ""
        for _, id, size, block, raw_at, raw_size, record_at, record_size in rows:
            if block != held:
                held, problem = block, ""
                try:
                    data = store.block(block)
                except SearchError as error:
                    problem = str(error)
            form, record = data[raw_at : raw_at + raw_size], data[record_at : record_at + record_size]
            yield id.hex(), problem or _wrong(id, form, size, record)


def _wrong(id: bytes, form: bytes, size: int, record: bytes) -> str:
    try:
        same = sha256(grow(form, size)).digest() == id
    except (ValueError, MsgspecError):
        same = False
    if not same:
        return "its bytes are not what they were"
    try:
        if record_decoder.decode(record).id != id.hex():
            return "its record is another message's"
    except (ValueError, MsgspecError):
        return "its record can't be read"
    return ""
