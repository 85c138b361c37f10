"""Whatever a stream of bytes turns out to be, taken apart down to the messages: the nesting of archives."""

import re
from collections.abc import Iterator

from msgspec import Struct

from ingest.archives import mbox
from ingest.archives.errors import ArchiveError, TooDeep, Truncated
from ingest.archives.items import END, Item, Problem
from ingest.archives.names import is_bookkeeping, is_ignored, maildir_flags, readable
from ingest.archives.sniff import HEAD, PACKED, sniff
from ingest.archives.streams import Budget, Source, from_chunks, unpacked
from mappings.sources import number_of

DEEPEST = 8  # archives inside archives, the outermost counted
ARCHIVES = ("zip", "tar", "7z", "rar", "cab", "iso", "lha")
CUT = "cut"  # the position after a message that its damaged source cut short: what failed is still to be told

_RARE = ("text", "emlx", "babyl", "mmdf", "ole", "tnef", "pst")
_NUMBER = re.compile(r"\d+")


class Level(Struct, frozen=True):
    """How deep inside a unit we are, the unit's budget, and what its tables' columns were said to hold."""

    budget: Budget
    depth: int = 0
    columns: tuple[tuple[str, str], ...] = ()

    def deeper(self) -> "Level":
        """One archive further in. TooDeep."""
        if self.depth >= DEEPEST:
            raise TooDeep(f"Archives inside archives, more than {DEEPEST} deep.")
        return Level(self.budget, self.depth + 1, self.columns)


def things(
    source: Source, level: Level, member: str = "", position: str = "", flags: str = "", name: str = ""
) -> Iterator[Item | Problem]:
    """The messages in a stream, whatever it is, from a position on.

    Positions: `END`; in a mailbox or table a byte offset; in an archive a member's number and, after ";", the position
    inside that member; a compressed stream has its content's. `name` is the file's where `member` is not. What fails in
    an archive's own bytes is raised as ArchiveError after what could be read; what fails in one of its members is a
    Problem, and the next member follows.
    """
    if position == END:
        return
    head = source.peek(HEAD)
    found = sniff(head)
    if found.kind == "message":
        for thing in _message(source, member, position, flags):
            if isinstance(thing, Item):
                thing.number = number_of(member or name)
            yield thing
    elif found.kind == "table" or (level.columns and _is_table(head, level)):
        yield from _table(source, level, member, position)
    elif found.kind == "mbox":
        yield from mbox.split(source, position, member, flags)
    elif found.kind in PACKED.values():
        yield from _content(source, found.kind, level.deeper(), member, position, flags)
    elif found.kind in ARCHIVES:
        yield from _members(source, found.kind, level.deeper(), member, position)
    elif found.kind in _RARE:
        yield from _rare(source, found.kind, level, member, position, flags, name)
    elif source.failed:
        raise source.failed
    elif found.kind == "other" and not is_bookkeeping(member):
        yield Problem("open", found.code, found.reason, member)


def _is_table(head: bytes, level: Level) -> bool:
    from ingest.archives import tables  # as below, a reader that is not always wanted is imported where it is

    return tables.is_table(head, dict(level.columns))


def _table(source: Source, level: Level, member: str, position: str) -> Iterator[Item | Problem]:
    from ingest.archives import tables

    return tables.read(source, position, member, dict(level.columns))


def _rare(
    source: Source, kind: str, level: Level, member: str, position: str, flags: str, name: str
) -> Iterator[Item | Problem]:
    """The messages of a file of one of the kinds in `_RARE`."""
    from ingest.archives import delimited, emlx, outlook, texts

    if kind == "text":
        return texts.read(source, member, name or member, flags)
    if kind == "emlx":
        return emlx.read(source, member, flags)
    if kind in ("babyl", "mmdf"):
        split = delimited.babyl if kind == "babyl" else delimited.mmdf
        return split(source, position, member)
    if kind == "pst":
        return outlook.data_file(source, level.budget, member, position)
    return outlook.single(source, kind, member, flags)


def _message(source: Source, member: str, position: str, flags: str) -> Iterator[Item | Problem]:
    parts: list[bytes] = []
    size = 0
    try:
        while got := source.read():
            size += len(got)
            if size <= mbox.LARGEST and position != CUT:
                parts.append(got)
            else:
                parts.clear()
    except ArchiveError:
        if parts:
            yield Item(b"".join(parts), member, CUT, flags=flags)
        raise
    if size > mbox.LARGEST:
        yield Problem("split", "too-large", f"The message is {size:,} bytes long, more than {mbox.LARGEST:,}.", member)
    elif parts:
        yield Item(b"".join(parts), member, END, flags=flags)


def _content(
    source: Source, kind: str, level: Level, member: str, position: str, flags: str
) -> Iterator[Item | Problem]:
    content = from_chunks(unpacked(source, kind, level.budget))
    try:
        yield from things(content, level, member, position, flags)
    except ArchiveError as error:
        raise source.failed or error from None


def _members(source: Source, kind: str, level: Level, member: str, position: str) -> Iterator[Item | Problem]:
    """What the members of an archive hold."""
    from ingest.archives import foreign, outlook, salvage, tars, zips

    first, _, inner = position.partition(";")
    start = int(first) if _NUMBER.fullmatch(first) else 0
    if kind == "zip":
        opened = zips.members(source, level.budget, start, salvage.members)
    elif kind == "tar":
        opened = tars.members(source, level.budget, start)
    else:
        opened = foreign.members(source, kind, level.budget, start)
    for entry in opened:
        if is_ignored(entry.name) or outlook.is_attached(entry.name):
            continue
        name = f"{member}!{readable(entry.name)}" if member else readable(entry.name)
        after = str(entry.number + 1)
        try:
            if entry.source is None:
                raise entry.error or ArchiveError("It could not be opened.")
            within = inner if entry.number == start else ""
            found = outlook.mac(entry, name, within) or things(
                entry.source, level, name, within, maildir_flags(entry.name)
            )
            for thing in found:
                thing.position = after if thing.position == END else f"{entry.number};{thing.position}"
                yield thing
        except ArchiveError as error:
            error.member = error.member or name
            # A tar that ends inside a member has ended; a zip's other members are still there.
            failed = entry.source.failed if entry.source is not None else None
            cut = failed is not None and (failed.last or (kind == "tar" and isinstance(failed, Truncated)))
            if error.fatal or source.failed or cut:
                raise
            yield problem(error, after)


def problem(error: ArchiveError, position: str = END) -> Problem:
    """An error as what the reader yields."""
    return Problem("open", error.code, str(error), error.member, error.offset, position)
