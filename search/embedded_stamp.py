"""Whether an embedded corpus is still as it was: SQLite's count of commits, and the index's own list of segments."""

import sqlite3
import threading
from pathlib import Path

import tantivy

from search.embedded_desk_file import DeskFile
from search.embedded_store import DATABASE, INDEX, Store, translated


class EmbeddedStamp:
    """Tells of changes; see `search.stamps.Stamped`."""

    _store: Store
    _desk: DeskFile
    _index: tantivy.Index | None

    def __init__(self) -> None:
        self._watching = threading.Lock()
        self._watches: dict[Path, sqlite3.Connection] = {}
        self._segments: tuple[int, int] = (0, 0)

    def stamp(self, *, desk: bool = False) -> str:
        """Another text whenever anything was stored or became searchable; of the desk only if told."""
        with translated(), self._watching:
            commits = self._commits(self._store.folder / DATABASE)
            segments = _changed(self._store.folder / INDEX / "meta.json")
            if self._index is not None and segments != self._segments:
                self._index.reload()  # else readers see a commit of another process half a second later
                self._segments = segments
            marks = self._commits(self._desk.path) if desk and self._desk.there() else 0
            return f"{commits}-{segments[0]}-{segments[1]}-{marks}"

    def _commits(self, path: Path) -> int:
        """SQLite's count of others' commits (https://sqlite.org/pragma.html#pragma_data_version), by a connection that
        writes nothing, so that all are others'."""
        if path not in self._watches:
            self._watches[path] = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        return int(self._watches[path].execute("PRAGMA data_version").fetchone()[0])

    def unwatch(self) -> None:
        """Closes what watches."""
        with self._watching:
            while self._watches:
                self._watches.popitem()[1].close()


def _changed(path: Path) -> tuple[int, int]:
    """What changes with a file that is always replaced whole; zeros for one that is gone."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_mtime_ns, found.st_ino
