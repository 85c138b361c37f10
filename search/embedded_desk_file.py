"""`desk.sqlite`: what people write beside an embedded corpus, in short transactions, made when it is first needed."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from search.chunks import chunks
from search.embedded_store import PARAMETERS, marks, script_text, transaction, translated
from search.errors import CorpusError

NAME = "desk.sqlite"
SCRIPTS = ("embedded_desk.sql", "embedded_searches.sql")  # one after the other; how many were run is the file's version


class DeskFile:
    """The file in a corpus's folder. Every thread has a connection of its own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []

    def there(self) -> bool:
        """Whether anything was ever written."""
        return self.path.exists()

    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit; CorpusError for a file of a later version."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
            self._open.append(found)
            _upgrade(found, self.path)
            self._local.connection = found
        return found

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, with nobody in between."""
        with translated(), transaction(self.connection()) as connection:
            yield connection

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Every row of a statement; none where nothing was ever written."""
        with translated():
            return self.connection().execute(sql, values).fetchall() if self.there() else []

    def among(self, sql: str, values: Iterable[Any], more: Sequence[Any] = ()) -> Iterator[Any]:
        """Rows of a statement that begins with `IN ({})`, for any number of values."""
        for chunk in chunks(values, PARAMETERS):
            yield from self.all(sql.format(marks(chunk)), [*chunk, *more])

    def close(self) -> None:
        """Closes every connection that was opened."""
        while self._open:
            self._open.pop().close()
        self._local = threading.local()


def _upgrade(connection: sqlite3.Connection, path: Path) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(SCRIPTS):
        raise CorpusError(f"{path} was written by a later version of this program.")
    if version < len(SCRIPTS):
        connection.execute("PRAGMA journal_mode = WAL")
        for script in SCRIPTS[version:]:
            connection.executescript(script_text(script))  # two processes at once make the same
        connection.execute(f"PRAGMA user_version = {len(SCRIPTS)}")
    connection.execute("PRAGMA synchronous = NORMAL")
