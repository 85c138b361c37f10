"""Archives on disk -> the bytes of every message in them, and where it stood; by content, never by name.

    for unit in units(path):              # or a Problem
        position, head = resume(unit, ledger_line)
        if position is not None:
            for thing in read(unit, position):    # Items and Problems; thing.position is where to go on after it

Nothing here raises for what an archive holds: what can't be read is a Problem in its place.
"""

import os
from collections.abc import Iterator

from ingest.archives import folder
from ingest.archives.errors import ArchiveError
from ingest.archives.items import END, Item, Problem, Unit
from ingest.archives.packed import Level, problem, things
from ingest.archives.streams import Budget, from_file
from ingest.archives.units import resume, units

__all__ = ["Item", "Problem", "Unit", "read", "resume", "units"]


def read(unit: Unit, position: str = "") -> Iterator[Item | Problem]:
    """The messages of a unit, from a position that an earlier thing of it gave; "" is the start.

    Streams: memory holds a message at a time and a few MiB, whatever the archive's size. Of a file that grows meanwhile
    only the `unit.size` bytes are read that there were when it was found.
    """
    if unit.kind in ("folder", "maildir"):
        yield from folder.read(unit, position)
    elif position != END:
        yield from _read_file(unit, position)


def _read_file(unit: Unit, position: str) -> Iterator[Item | Problem]:
    try:
        with folder.open_plain(unit.path) as file:
            size = min(unit.size, os.fstat(file.fileno()).st_size)
            if not size:
                yield Problem("open", "empty", "The file is empty.")
                return
            level = Level(Budget(size), columns=unit.columns)
            yield from things(from_file(file, size), level, position=position, name=unit.path.name)
    except ArchiveError as error:
        yield problem(error)
    except OSError as error:
        yield Problem("open", "unreadable", f"It can't be read: {error.strerror or error}.")
