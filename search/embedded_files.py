"""Files that mails carry, in the embedded corpus: each once, the mails that carry it, the text drawn from it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from mappings.records import File, FileState, Prepared
from search.embedded_store import Store
from search.errors import NotFound
from search.file_texts import as_found, carried, pack, unpack

_AT_ONCE = 500
_COLUMNS = "sha256, size, media, state, code, reason, text"


def note(store: Store, fresh: Sequence[tuple[int, Prepared]]) -> list[int]:
    """Notes which files new messages carry; gives the numbers of those that carry one whose text is here."""
    pairs = [(num, as_found(attachment)) for num, prepared in fresh for attachment in carried(prepared.message)]
    if not pairs:
        return []
    connection = store.connection()
    connection.executemany(
        "INSERT OR IGNORE INTO files (sha256, size, media, state, code, reason) VALUES (?, ?, ?, ?, '', '')",
        [(bytes.fromhex(file.sha256), file.size, file.media, file.state) for _, file in pairs],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO carried SELECT num, ? FROM files WHERE sha256 = ?",
        [(num, bytes.fromhex(file.sha256)) for num, file in pairs],
    )
    keys = {bytes.fromhex(file.sha256) for _, file in pairs}
    known = {
        sha256.hex()
        for (sha256,) in store.among("SELECT sha256 FROM files WHERE sha256 IN ({}) AND text IS NOT NULL", keys)
    }
    return [num for num, file in pairs if file.sha256 in known] if known else []


def files(store: Store, sha256s: Iterable[str]) -> dict[str, File]:
    """Files with their texts; those that no mail carries are left out."""
    keys = {bytes.fromhex(sha256) for sha256 in sha256s}
    rows = store.among(f"SELECT {_COLUMNS} FROM files WHERE sha256 IN ({{}})", keys)
    return {row[0].hex(): _file(row) for row in rows}


def texts(store: Store, sha256s: Iterable[str]) -> dict[str, str]:
    """The texts of those files that have one."""
    keys = {bytes.fromhex(sha256) for sha256 in sha256s}
    rows = store.among("SELECT sha256, text FROM files WHERE sha256 IN ({}) AND text IS NOT NULL", keys)
    return {sha256.hex(): unpack(text) for sha256, text in rows}


def carriers(store: Store, sha256: str, limit: int, skip: int) -> tuple[int, list[int]]:
    """How many messages carry a file, and the numbers of some, by date and id; NotFound."""
    row = store.one("SELECT num FROM files WHERE sha256 = ?", (bytes.fromhex(sha256),))
    if row is None:
        raise NotFound(f"No mail here carries a file {sha256}.")
    rows = store.all(
        "SELECT m.num FROM carried c JOIN messages m ON m.num = c.message WHERE c.file = ?"
        " ORDER BY m.date IS NULL, m.date, m.id LIMIT ? OFFSET ?",
        (row[0], limit, skip),
    )
    return store.number("SELECT count(*) FROM carried WHERE file = ?", row), [num for (num,) in rows]


def in_states(store: Store, states: Collection[FileState]) -> Iterator[tuple[File, str]]:
    """Files in these states, without their texts, each with the id of the first message that carries it."""
    last, listed = 0, sorted(states)
    # of each state by itself, so that none is sorted
    of_state = f"SELECT * FROM (SELECT num FROM files WHERE state = ? AND num > ? ORDER BY num LIMIT {_AT_ONCE})"
    numbers = " UNION ALL ".join([of_state] * len(listed))
    while rows := store.all(
        "SELECT f.num, f.sha256, f.size, f.media, f.state, f.code, f.reason, NULL,"
        " (SELECT m.id FROM messages m WHERE m.num = (SELECT min(c.message) FROM carried c WHERE c.file = f.num))"
        f" FROM files f WHERE f.num IN ({numbers}) ORDER BY f.num LIMIT {_AT_ONCE}",
        [value for state in listed for value in (state, last)],
    ):
        last = rows[-1][0]
        for row in rows:
            if row[-1] is not None:
                yield _file(row[1:-1]), row[-1].hex()


def keep(store: Store, found: Iterable[File]) -> list[int]:
    """Stores what became of files; gives the numbers of the messages whose documents change by it."""
    connection = store.connection()
    changed: list[int] = []
    for file in found:
        key = bytes.fromhex(file.sha256)
        before = store.one("SELECT num, text FROM files WHERE sha256 = ?", (key,))
        if before is None:
            continue
        packed = pack(file.text)
        connection.execute(
            "UPDATE files SET media = ?, state = ?, code = ?, reason = ?, text = ? WHERE num = ?",
            (file.media, file.state, file.code, file.reason, packed, before[0]),
        )
        if packed != before[1]:
            changed += [num for (num,) in store.all("SELECT message FROM carried WHERE file = ?", (before[0],))]
    return changed


def counts(store: Store) -> dict[str, int]:
    """How many files there are in each state."""
    return dict(store.all("SELECT state, count(*) FROM files GROUP BY state ORDER BY state"))


def _file(row: Sequence[Any]) -> File:
    sha256, size, media, state, code, reason, text = row
    return File(
        sha256=sha256.hex(), size=size, media=media, state=state, code=code, reason=reason, text=unpack(text)
    )  # fmt: skip
