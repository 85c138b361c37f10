"""The archives at or below a path, and what of each is still to be read."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

from ingest.archives.errors import ArchiveError
from ingest.archives.folder import Found, Listing, belongs, classify, kind_of, list_folder, open_plain
from ingest.archives.items import Problem, Unit
from mappings.records import ArchiveState

FIRST = 64 << 10  # bytes at a file's start, and
LAST = 4 << 10  # before its end, that tell whether it only grew


def units(path: str | os.PathLike[str]) -> Iterator[Unit | Problem]:
    """The archives at or below a path, each path once, in the order of their paths.

    A mailbox, zip, tar or compressed file is a unit. The other files of one folder together are one, kind "folder": its
    messages, and what is no mail, so that it is counted once. A Maildir is one, with the loose files beside its `cur`.
    Passed over unseen: dot-files, mail programs' indexes, empty files, empty folders. Symbolic links are followed only
    when `path` is one. What can't be looked into is a Problem whose `member` is its absolute path.
    """
    root = Path(os.path.abspath(path))  # noqa: PTH100  # a link that was named keeps its name
    try:
        facts = root.stat()
    except OSError as error:
        code = "missing" if isinstance(error, FileNotFoundError | NotADirectoryError) else "unreadable"
        yield Problem("open", code, f"It can't be opened: {error.strerror or error}.", str(root))
        return
    if stat.S_ISDIR(facts.st_mode):
        yield from _walk(root)
    elif stat.S_ISREG(facts.st_mode):
        kind = classify(root, facts.st_size)
        known = kind not in ("empty", "ignored", "unreadable")
        yield Unit(root, kind if known else "other", facts.st_size, facts.st_mtime_ns, root)
    else:
        yield Problem("open", "unreadable", "It is neither a file nor a folder.", str(root))


def with_columns(unit: Unit | Problem, told: Mapping[str, str], *, table: bool) -> Unit | Problem:
    """A unit whose tables' columns hold what they are told to; `table`: it is one itself, whatever it looked like."""
    if isinstance(unit, Problem):
        return unit
    return replace(unit, kind="table" if table else unit.kind, columns=tuple(sorted(told.items())))


def _walk(root: Path) -> Iterator[Unit | Problem]:
    """Every unit below a folder. The list of what is still to be done takes the place of recursion."""
    from ingest.archives.emlx import is_kept_apart

    todo: list[Path | Unit] = [root]
    while todo:
        path = todo.pop()
        if isinstance(path, Unit):
            yield path
            continue
        try:
            listing = list_folder(path)
        except ArchiveError as error:
            yield Problem("open", error.code, str(error), str(path))
            continue
        own, archives = _sorted_out(path, listing, root)
        if own:
            yield own
        folders = [name for name in listing.folders if not is_kept_apart(path, name, listing.folders)]
        below: list[Path | Unit] = [path / name for name in folders]
        todo += sorted([*archives, *below], key=_key, reverse=True)


def _key(entry: Path | Unit) -> bytes:
    return os.fsencode(entry.path if isinstance(entry, Unit) else entry)


def _sorted_out(path: Path, listing: Listing, root: Path) -> tuple[Unit | None, list[Unit]]:
    """The unit that a folder's own files make, if there are any, and those that are archives of their own."""
    own: list[Found] = []
    archives: list[Unit] = []
    for file in listing.files:
        kind = kind_of(file, path)
        if belongs(file, kind):
            own.append(file)
        elif kind not in ("empty", "ignored", "other"):
            archives.append(Unit(path / file.name, kind, file.size, file.modified, root))
    if not own:
        return None, archives
    mine = Listing(own, [], listing.maildir)
    size = sum(max(0, file.size) for file in own)
    kind = "maildir" if listing.maildir else "folder"
    return Unit(path, kind, size, max(file.modified for file in own), root, listing=mine.fingerprint()), archives


def resume(unit: Unit, state: ArchiveState | None) -> tuple[str | None, str]:
    """Where to begin reading a unit, and the fingerprint to keep in the ledger as `head`.

    The position is None for a unit that was read whole and has not changed, "" for one to be read from its start. An
    mbox that grew, as far as its first 64 KiB and the last 4 KiB of what it was can tell, goes on where it ended.
    Everything else that changed is read again.
    """
    head = fingerprint(unit, unit.size)
    if state is None or not head or state.kind != unit.kind:
        return "", head
    if state.size == unit.size and state.modified == unit.modified and state.head == head:
        return (None if state.done else state.position), head
    grown = unit.kind == "mbox" and unit.size > state.size and state.position.isdecimal()
    if grown and fingerprint(unit, state.size) == state.head and _goes_on(unit, int(state.position)):
        return state.position, head
    return "", head


def fingerprint(unit: Unit, size: int) -> str:
    """SHA-256 of the first and last of a file's first `size` bytes; a folder's listing; "" if it can't be read."""
    if unit.listing:
        return unit.listing
    try:
        with open_plain(unit.path) as file:
            digest = hashlib.sha256(file.read(min(FIRST, size)))
            file.seek(max(0, size - LAST))
            digest.update(file.read(min(LAST, size)))
            digest.update(repr(unit.columns).encode() if unit.columns else b"")
    except (OSError, ArchiveError):
        return ""
    return digest.hexdigest()


def _goes_on(unit: Unit, position: int) -> bool:
    """Whether a new message begins at a position: else the last one was read while it was being written."""
    try:
        with open_plain(unit.path) as file:
            file.seek(max(0, position - 1))
            before = file.read(1) if position else b"\n"
            after = file.read(FIRST).lstrip(b"\r\n")
    except (OSError, ArchiveError):
        return False
    return before == b"\n" and (not after or after.startswith(b"From "))
