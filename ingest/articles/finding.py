"""Everything below a path that may be an article, as pieces, through folders, archives and tables."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from ingest.archives import salvage, tars, zips
from ingest.archives.errors import ArchiveError, TooDeep
from ingest.archives.folder import open_plain
from ingest.archives.names import is_ignored, readable
from ingest.archives.sniff import PACKED
from ingest.archives.streams import Budget, Source, from_chunks, from_file, unpacked, whole
from ingest.articles import feeds, lists, tables, warcs
from ingest.articles.kinds import HEAD, kind_of
from ingest.articles.pieces import PASSED, Piece, Problem, Told

DEEPEST = 8  # archives inside archives
LARGEST = 64 << 20  # bytes of one file, or of one feed or JSON value
PAGE = 16 << 20  # bytes of a page or text
_SINGLE = {"page": "text/html", "mhtml": "multipart/related", "markdown": "text/markdown", "text": "text/plain",
           "document": "application/octet-stream"}  # fmt: skip
_ASIDE = re.compile(r"(?P<stem>.+)(?:_files|-Dateien|_fichiers|_archivos|_bestanden|\.files)$")
_OTHERS = {
    "empty": "The file is empty.", "other": "This is no page, text or table of articles.",
    "columns": "Its columns are none that articles have: name them with --map, as in url=Link,text=Body.",
    "mail": "This is mail, which `unsealed ingest` takes in.",
    "mails": "This is a table of mails, which `unsealed ingest` takes in; --map names the columns of one of articles.",
}  # fmt: skip
_NAMED = re.compile(rb"%PDF-")


class Level(Struct, frozen=True):
    """How deep inside a file we are, its budget, what its tables' columns hold, and the folder that they name files of
    (None where they may name none)."""

    budget: Budget
    told: Mapping[str, str]
    depth: int = 0
    folder: Path | None = None

    def deeper(self) -> "Level":
        """One archive further in. TooDeep."""
        if self.depth >= DEEPEST:
            raise TooDeep(f"Archives inside archives, more than {DEEPEST} deep.")
        return Level(self.budget, self.told, self.depth + 1)


def things(path: Path, told: Mapping[str, str] | None = None, besides: Path | None = None) -> Iterator[Piece | Problem]:
    """The articles at or below a path, in the order of names; nothing of the folder `besides`.

    What is no article is a Problem with the code `PASSED`. Symbolic links below a folder are not followed.
    """
    if not path.is_dir():
        yield from _file(path, "", told or {})
        return
    for file in _files(path, besides):
        yield from _file(file, readable(str(file.relative_to(path))), told or {})


def _files(root: Path, besides: Path | None) -> Iterator[Path]:
    """Every file below a folder; the list of what is still to be done takes the place of recursion."""
    todo: list[Path] = [root]
    while todo:
        path = todo.pop()
        try:
            entries = sorted(os.scandir(path), key=lambda entry: os.fsencode(entry.name))
        except OSError:
            yield path  # reading will say why
            continue
        names = {entry.name for entry in entries}
        folders = []
        for entry in entries:
            if is_ignored(entry.name) or entry.is_symlink():
                continue
            if entry.is_dir(follow_symlinks=False):
                if not _is_aside(entry.name, names) and Path(entry.path) != besides:
                    folders.append(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                yield Path(entry.path)
        todo += reversed(folders)


def _is_aside(name: str, names: set[str]) -> bool:
    """Whether a folder holds the pictures and scripts of a page that a browser saved beside it."""
    found = _ASIDE.fullmatch(name)
    return bool(found and {f"{found['stem']}.html", f"{found['stem']}.htm"} & names)


def _file(path: Path, member: str, told: Mapping[str, str]) -> Iterator[Piece | Problem]:
    try:
        with open_plain(path) as file:
            size = os.fstat(file.fileno()).st_size
            if not size:
                yield Problem(code=PASSED if member else "empty", reason="The file is empty.", member=member)
                return
            level = Level(Budget(size), told, folder=path.parent)
            yield from _things(from_file(file, size), level, member, path.name)
    except ArchiveError as error:
        yield Problem(code=error.code, reason=str(error), member=error.member or member, offset=error.offset)
    except OSError as error:
        yield Problem(code="unreadable", reason=f"It can't be read: {error.strerror or error}.", member=member)


def _things(source: Source, level: Level, member: str, name: str) -> Iterator[Piece | Problem]:
    """What a stream holds, whatever it is. ArchiveError for what fails in its own bytes."""
    kind = kind_of(source.peek(HEAD), name, dict(level.told))
    if kind in PACKED.values():
        content = from_chunks(unpacked(source, kind, level.budget))
        yield from _things(content, level.deeper(), member, re.sub(r"\.(?:gz|bz2|xz|zst)$", "", name, flags=re.I))
    elif kind in ("zip", "tar"):
        yield from _members(source, kind, level.deeper(), member)
    elif kind == "warc":
        yield from warcs.read(source, member)
    elif kind == "table":
        for thing in tables.read(source, member, level.told):
            yield _filed(thing, level) if isinstance(thing, Piece) and thing.told.file else thing
    elif kind in ("feed", "json", "addresses"):
        data = whole(source, LARGEST, f"It is larger than {LARGEST:,} bytes.")
        if kind == "json":
            yield from tables.read_value(data, member, level.told)
        else:
            yield from feeds.read(data, member) if kind == "feed" else lists.read(data, member)
    elif kind in _SINGLE:
        yield _single(source, kind, member, name)
    elif source.failed:
        raise source.failed
    else:
        yield Problem(code=PASSED, reason=_OTHERS.get(kind, _OTHERS["other"]), member=member)


def _single(source: Source, kind: str, member: str, name: str) -> Piece:
    """A file that is one article."""
    most = LARGEST if kind in ("document", "mhtml") else PAGE
    data = whole(source, most, f"It is larger than {most:,} bytes, which no article is.")
    media = "application/pdf" if _NAMED.match(data) else _SINGLE[kind]
    return Piece(kind=kind, data=data, media=media, member=member, told=Told(file=name))  # type: ignore[arg-type]


def _filed(row: Piece, level: Level) -> Piece | Problem:
    """The article in the file that a table's row names, with what the row says of it."""
    name, folder = row.told.file, level.folder
    if row.told.text.strip() or row.told.html.strip():
        return row
    place = folder and Path(os.path.realpath(folder / name))
    if folder is None or place is None or not place.is_relative_to(os.path.realpath(folder)) or not place.is_file():
        if row.told.address:
            return row
        reason = f'Line {row.line:,}: there is no file "{name[:200]}" beside or below this table.'
        return Problem(code="no-file", reason=reason, member=row.member, offset=row.offset)
    found = [*_file(place, row.member, {})]
    if len(found) == 1 and isinstance(found[0], Piece) and found[0].kind in _SINGLE:
        piece = found[0]
        return Piece(
            kind=piece.kind, data=piece.data, media=piece.media, told=row.told, member=row.member, offset=row.offset,
            line=row.line, name=row.name or name,
        )  # fmt: skip
    reason = next((one.reason for one in found if isinstance(one, Problem)), "It is not one article.")
    return Problem(code="no-file", reason=f'Line {row.line:,}: "{name[:200]}": {reason}', member=row.member,
                   offset=row.offset)  # fmt: skip


def _members(source: Source, kind: str, level: Level, member: str) -> Iterator[Piece | Problem]:
    """What the members of a zip or tar hold."""
    budget = level.budget
    opened = zips.members(source, budget, 0, salvage.members) if kind == "zip" else tars.members(source, budget)
    for entry in opened:
        if is_ignored(entry.name):
            continue
        name = f"{member}!{readable(entry.name)}" if member else readable(entry.name)
        try:
            if entry.source is None:
                raise entry.error or ArchiveError("It could not be opened.")
            yield from _things(entry.source, level, name, readable(entry.name).rpartition("/")[2])
        except ArchiveError as error:
            if error.fatal or source.failed or (kind == "tar" and entry.source is not None and entry.source.failed):
                error.member = error.member or name
                raise
            yield Problem(code=error.code, reason=str(error), member=error.member or name, offset=error.offset)
