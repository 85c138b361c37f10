"""The single messages of one folder, and those of a Maildir: a file each."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote_to_bytes

from msgspec import Struct

from ingest.archives.errors import ArchiveError, Unreadable
from ingest.archives.items import END, Item, Problem, Unit
from ingest.archives.mbox import is_single
from ingest.archives.names import is_bookkeeping, is_ignored, maildir_flags, readable
from ingest.archives.packed import Level, problem, things
from ingest.archives.sniff import HEAD, sniff
from ingest.archives.streams import BLOCK, Budget, Source, from_file

DELIVERED = ("cur", "new")  # a Maildir's folders of messages; what is in tmp was never delivered
_SAFE = "/:,=@ !+()[]{}&'~"  # ";" divides a position


class Found(Struct, frozen=True):
    """A file or link below a folder: its name there, and what tells that it changed."""

    name: str  # "x.eml", "cur/x:2,S"; may hold undecodable bytes as surrogates
    size: int
    modified: int
    link: bool = False

    @property
    def delivered(self) -> bool:
        """Whether it stands where a Maildir's messages do."""
        return self.name.startswith(("cur/", "new/"))


class Listing(Struct):
    """A folder's entries, each list sorted: own files and links, and folders below. `maildir`: it has the layout."""

    files: list[Found]
    folders: list[str]
    maildir: bool = False

    def fingerprint(self) -> str:
        """SHA-256 over names, sizes and times."""
        digest = hashlib.sha256()
        for file in self.files:
            digest.update(b"%b\0%d\0%d\n" % (os.fsencode(file.name), file.size, file.modified))
        return digest.hexdigest()


def is_layout(folders: set[str]) -> bool:
    """Whether folders of these names make their parent a Maildir. Copies often lose the empty ones of the three."""
    return "cur" in folders or {"new", "tmp"} <= folders


def list_folder(path: Path) -> Listing:
    """What is in a folder; in a Maildir the messages are among its own files. Unreadable."""
    own = _scan(path, "")
    if not is_layout({name for name in own.folders if "/" not in name}):
        return own
    own.maildir = True
    for name in ("cur", "new", "tmp"):
        if name in own.folders:
            own.folders.remove(name)
            if name in DELIVERED:
                inner = _scan(path, f"{name}/")
                own.files += inner.files
                own.folders += inner.folders
    own.files.sort(key=lambda file: os.fsencode(file.name))
    own.folders.sort(key=os.fsencode)
    return own


def _scan(path: Path, prefix: str) -> Listing:
    found = Listing([], [])
    try:
        with os.scandir(path / prefix) as entries:
            for entry in entries:
                _add(entry, prefix, found)
    except OSError as error:
        raise Unreadable(f"The folder can't be read: {error.strerror or error}.") from error
    found.files.sort(key=lambda file: os.fsencode(file.name))
    found.folders.sort(key=os.fsencode)
    return found


def _add(entry: os.DirEntry[str], prefix: str, found: Listing) -> None:
    """Adds an entry; pipes, devices and sockets are never opened."""
    name = prefix + entry.name
    if entry.is_dir(follow_symlinks=False):
        if not is_ignored(entry.name) or _is_hidden_maildir(entry):
            found.folders.append(name)
    elif not is_ignored(entry.name) and (entry.is_file(follow_symlinks=False) or entry.is_symlink()):
        try:
            facts = entry.stat(follow_symlinks=False)
            found.files.append(Found(name, facts.st_size, facts.st_mtime_ns, entry.is_symlink()))
        except OSError:
            found.files.append(Found(name, -1, 0))  # reading will say why


def _is_hidden_maildir(entry: os.DirEntry[str]) -> bool:
    """Maildir++ keeps its subfolders as `.Sent`, `.Archive.2015` beside cur."""
    return any(os.path.isdir(os.path.join(entry.path, name)) for name in DELIVERED)  # noqa: PTH112, PTH118


def classify(path: Path, size: int) -> str:
    """What a file is: `sniff`'s kind, but an mbox of one message is a "message"; "unreadable" if it can't be opened."""
    try:
        with open_plain(path) as file:
            return _classified(from_file(file, size))
    except (OSError, ArchiveError):
        return "unreadable"


def _classified(source: Source) -> str:
    kind = sniff(source.peek(HEAD)).kind
    if source.failed:
        return "unreadable"
    return "message" if kind == "mbox" and source.size <= BLOCK and is_single(source.peek(BLOCK)) else kind


def open_plain(path: Path) -> BinaryIO:
    """A regular file, open for reading: what has become a pipe since it was listed must not make us wait."""
    file = open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")  # noqa: SIM115, PTH123
    if not os.path.isfile(file.fileno()):  # noqa: PTH113
        file.close()
        raise Unreadable("It is no regular file.")
    return file


def kind_of(file: Found, folder: Path) -> str:
    """What a listed file is: `classify`'s kind, "link", or "empty". What was delivered to a Maildir is a "message"."""
    if file.size == 0:
        return "empty"
    if file.link:
        return "link"
    return "message" if file.delivered else classify(folder / file.name, file.size)


def belongs(file: Found, kind: str) -> bool:
    """Whether a file of a kind is part of its folder's unit: archives are units of their own, empty files and
    bookkeeping are nothing."""
    if kind == "other":
        return not is_bookkeeping(file.name)
    return kind in ("message", "text", "emlx", "ole", "tnef", "unreadable", "link")


def read(unit: Unit, position: str = "") -> Iterator[Item | Problem]:
    """The messages of a folder or Maildir in the order of their names' bytes. A position is the last name read, and
    after ";" how far inside that file."""
    if position == END:
        return
    name, _, inner = position.partition(";")
    last = unquote_to_bytes(name)
    try:
        listing = list_folder(unit.path)
    except ArchiveError as error:
        yield problem(error)
        return
    for file in listing.files:
        here = os.fsencode(file.name)
        if here > last or (here == last and inner):
            yield from _file(unit, file, inner if here == last else "")


def _file(unit: Unit, file: Found, inner: str) -> Iterator[Item | Problem]:
    after = quote(file.name, safe=_SAFE, errors="surrogateescape")
    member = readable(file.name)
    path = unit.path / file.name
    if file.link:
        yield from _link(unit, path, member, after)
        return
    if file.size == 0:
        return
    try:
        with open_plain(path) as opened:
            size = os.fstat(opened.fileno()).st_size
            source = from_file(opened, size)
            if not file.delivered and not belongs(file, _classified(source)):
                return
            for thing in things(source, Level(Budget(size)), member, inner, maildir_flags(file.name)):
                if isinstance(thing, Item) and file.name.endswith(".emlx"):
                    from ingest.archives.emlx import filled

                    thing = filled(thing, path)
                thing.position = after if thing.position == END else f"{after};{thing.position}"
                yield thing
    except ArchiveError as error:
        error.member = error.member or member
        yield problem(error, after)
    except OSError as error:
        yield Problem("open", "unreadable", f"It can't be read: {error.strerror or error}.", member, position=after)


def _link(unit: Unit, path: Path, member: str, after: str) -> Iterator[Problem]:
    """Nothing for a link to what is read anyway; a word for one that leads elsewhere."""
    target = os.path.realpath(path)
    root = os.path.realpath(unit.root)
    if not os.path.exists(target):  # noqa: PTH110
        yield Problem("open", "link", "This link leads nowhere.", member, position=after)
    elif os.path.commonpath([target, root]) != root:
        reason = "This link leads out of the folder and was not followed; name its target to have it read."
        yield Problem("open", "link", reason, member, position=after)
