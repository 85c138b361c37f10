"""Archives among the files that mails carry: their members, within limits of depth, count, size and ratio."""

import bz2
import gzip
import lzma
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, cast

from msgspec import Struct

from ingest.extraction import Damaged, Encrypted, NoReader

DEPTH = 5  # archives within archives
MEMBERS = 2_000  # of one file, whatever their depth
BYTES = 256 << 20  # unpacked, of one file, whatever their depth
MEMBER = 64 << 20  # bytes of one member
RATIO = 200  # of a member that is larger than a megabyte unpacked
FOREIGN = {"application/x-7z-compressed": "7z", "application/vnd.rar": "rar"}  # what libarchive opens
_MEGABYTE = 1 << 20


class Budget(Struct):
    """What is left for the members of one file; `short` tells what ran out, for people."""

    members: int = MEMBERS
    bytes: int = BYTES
    short: str = ""


class Member(Struct, frozen=True):
    """One file of an archive. `problem` says why it could not be unpacked, "" for nothing."""

    name: str
    data: bytes = b""
    problem: str = ""


def members(data: bytes, media: str, name: str, budget: Budget) -> Iterator[Member]:
    """The files in an archive, as far as the budget goes. Damaged, NoReader."""
    try:
        if media == "application/zip":
            yield from _zip(data, budget)
        elif media == "application/x-tar":
            yield from _tar(data, budget)
        elif media in FOREIGN:
            yield from _foreign(data, media, budget)
        elif opened := _opened(data, media):
            yield _single(opened, name, len(data), budget)
        else:
            raise NoReader(media)
    except (zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, EOFError, OSError, ValueError) as error:
        raise Damaged("damaged", f"It can't be unpacked: {error}.") from None


def _may(budget: Budget) -> bool:
    """Whether one more member may be unpacked; counts it."""
    if budget.members <= 0:
        budget.short = f"only its first {MEMBERS:,} files were looked at"
        return False
    budget.members -= 1
    return True


def _read(stream: IO[bytes], packed: int, budget: Budget) -> tuple[bytes, str]:
    """At most as much as is allowed, and what was wrong with the rest."""
    return _joined(iter(lambda: stream.read(_MEGABYTE), b""), packed, budget)


def _joined(given: Iterable[bytes], packed: int, budget: Budget) -> tuple[bytes, str]:
    most = min(MEMBER, budget.bytes)
    pieces: list[bytes] = []
    size = 0
    for piece in given:
        pieces.append(piece)
        size += len(piece)
        if size > most or (size > _MEGABYTE and size > RATIO * max(packed, 1)):
            budget.bytes -= min(size, budget.bytes)
            bomb = size <= most
            budget.short = "a file in it unpacks to suspiciously much" if bomb else "it unpacks to too much"
            return b"", budget.short
    budget.bytes -= size
    return b"".join(pieces), ""


def _zip(data: bytes, budget: Budget) -> Iterator[Member]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            if not _may(budget):
                return
            if info.flag_bits & 1:
                yield Member(info.filename, problem="encrypted")
                continue
            try:
                with archive.open(info) as stream:
                    yield Member(info.filename, *_read(stream, info.compress_size, budget))
            except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
                yield Member(info.filename, problem=f"it can't be unpacked: {error}")
            except Exception as error:  # zlib.error and its like
                yield Member(info.filename, problem=f"it is damaged: {error}")


def _tar(data: bytes, budget: Budget) -> Iterator[Member]:
    with tarfile.open(fileobj=BytesIO(data), mode="r:") as archive:
        for info in archive:
            if not info.isfile():  # links lead elsewhere
                continue
            if not _may(budget):
                return
            stream = archive.extractfile(info)
            if stream is not None:
                yield Member(info.name, *_read(stream, info.size, budget))


def _foreign(data: bytes, media: str, budget: Budget) -> Iterator[Member]:
    """What libarchive opens. We are in a process that may be killed, so that it can run here."""
    from ingest.unarchiver import Begin, Fault, Piece, frames

    def content() -> Iterator[bytes]:
        while isinstance(frame := next(told, None), Piece):
            yield frame.data
        if isinstance(frame, Fault):
            faults.append(frame)

    faults: list[Fault] = []
    with TemporaryFile() as file:
        file.write(data)
        file.flush()
        told = frames(file.fileno(), FOREIGN[media])
        for frame in told:
            if isinstance(frame, Fault) and frame.last:  # of the archive itself
                if frame.code == "missing":
                    raise NoReader(media, hint=f" without {frame.reason} (pip install 'unsealed[libarchive]')")
                raise Encrypted if frame.code == "encrypted" else Damaged("damaged", frame.reason)
            if not isinstance(frame, Begin):
                continue  # what is left of a file that was too large
            if not _may(budget):
                return
            name = frame.name.decode("utf-8", "replace")
            found, problem = _joined(content(), len(data), budget)
            if faults:
                fault = faults.pop()
                problem = "encrypted" if fault.code == "encrypted" else f"it can't be unpacked: {fault.reason}"
            yield Member(name, found, problem)


def _opened(data: bytes, media: str) -> IO[bytes] | None:
    """A compressed file as a stream of what is in it; None for what is none."""
    source = BytesIO(data)
    if media == "application/gzip":
        return cast(IO[bytes], gzip.GzipFile(fileobj=source))
    if media == "application/x-bzip2":
        return cast(IO[bytes], bz2.BZ2File(source))
    if media == "application/x-xz":
        return cast(IO[bytes], lzma.LZMAFile(source))
    if media == "application/zstd":
        import zstandard

        return cast(IO[bytes], zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True))
    return None


def _single(stream: IO[bytes], name: str, packed: int, budget: Budget) -> Member:
    """What a compressed file holds, under its own name without the ending."""
    _may(budget)
    stem, dot, ending = name.rpartition(".")
    inner = f"{stem}.tar" if ending.lower() in ("tgz", "tbz", "tbz2", "txz") else stem if dot else name
    return Member(inner or "contents", *_read(stream, packed, budget))
