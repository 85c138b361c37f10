"""The members of a zip file as streams (PKWARE APPNOTE.TXT 6.3)."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from msgspec import Struct

from ingest.archives.errors import ArchiveError, Damaged, Encrypted, TooLarge, Truncated, Unreadable, Unsupported
from ingest.archives.streams import BLOCK, Budget, Source, from_chunks, unpacked, whole

SPOOLED = 2 << 30  # bytes of a zip inside an archive; above, it is not read
WHOLE = 256 << 20  # bytes of a member that another one asks for
IN_MEMORY = 32 << 20  # of those, what is kept off the disk

LOCAL = struct.Struct("<4s5H3I2H")  # local file header, §4.3.7
METHODS = {8: "deflate", 12: "bzip2", 93: "zstd", 95: "xz"}  # §4.4.5; 0 is stored
_FAULTS = (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, RuntimeError, struct.error,
           OverflowError, LookupError)  # fmt: skip


class Member(Struct):
    """One file inside an archive: its number in there, its name, its content or why there is none.

    `sibling` gives the bytes of another file of the archive by its name (KeyError), where that can be had.
    """

    number: int
    name: str
    source: Source | None = None
    error: ArchiveError | None = None
    sibling: "Callable[[str], bytes] | None" = None


Salvage = Callable[[IO[bytes], Budget, int], Iterator[Member]]


def members(source: Source, budget: Budget, first: int, salvage: Salvage) -> Iterator[Member]:
    """The files of a zip from number `first` on, in the order of its directory. ArchiveError.

    A source that is no file is copied to a temporary one first. Folders and symbolic links yield nothing. Without a
    directory `salvage` gives the members.
    """
    with Seekable(source) as file:
        try:
            infos = zipfile.ZipFile(file).infolist()
        except _FAULTS as error:
            yield from salvage(file, budget, first)
            reason = f"The zip file's directory is missing or damaged ({error}); what could be found without was read."
            raise Damaged(reason) from error
        names = {info.filename: info for info in infos}

        def sibling(name: str) -> bytes:
            return whole(_open(file, names[name], budget), WHOLE, f"It is larger than {WHOLE:,} bytes.")

        for number, info in enumerate(infos):
            if number < first or info.is_dir() or stat.S_ISLNK(info.external_attr >> 16):
                continue
            try:
                yield Member(number, info.filename, _open(file, info, budget), sibling=sibling)
            except ArchiveError as error:
                yield Member(number, info.filename, error=error)


class Seekable:
    """A source as a file that can be sought in: itself, or a temporary copy."""

    def __init__(self, source: Source, most: int = 0) -> None:
        self.source = source
        self.most = most or SPOOLED
        self.copy: SpooledTemporaryFile[bytes] | None = None

    def __enter__(self) -> IO[bytes]:
        if self.source.file is not None:
            return self.source.file
        self.copy = SpooledTemporaryFile(IN_MEMORY)
        size = 0
        try:
            while got := self.source.read():
                size += len(got)
                if size > self.most:
                    raise TooLarge(f"An archive inside an archive is larger than {self.most:,} bytes.")
                self.copy.write(got)
        except ArchiveError:
            self.copy.close()
            raise
        except OSError as error:
            self.copy.close()
            raise Unreadable(f"No room for a temporary copy: {error.strerror or error}.") from error
        return self.copy

    def __exit__(self, *_: object) -> None:
        if self.copy is not None:
            self.copy.close()


def _open(file: IO[bytes], info: zipfile.ZipInfo, budget: Budget) -> Source:
    if info.flag_bits & 0x1:
        raise Encrypted("It is protected with a password.")
    packed = Source(slices(file, _data_start(file, info), info.compress_size))
    if info.compress_type == zipfile.ZIP_LZMA:
        chunks = _by_library(file, info, budget)
    else:
        chunks = content(packed, info.compress_type, budget)
    return from_chunks(checked(chunks, info.CRC))


def content(packed: Source, method: int, budget: Budget) -> Iterator[bytes]:
    """A member's bytes out of its packed ones. Unsupported."""
    if method == zipfile.ZIP_STORED:
        return _stored(packed, budget)
    if method in METHODS:
        return unpacked(packed, METHODS[method], budget)
    name = {1: "shrink", 6: "implode", 9: "deflate64", 14: "lzma", 97: "wavpack", 98: "ppmd", 99: "encrypted"}
    raise Unsupported(f"Its compression method ({name.get(method, f'number {method}')}) is not one that can be read.")


def _data_start(file: IO[bytes], info: zipfile.ZipInfo) -> int:
    """Where a member's data begin: its local header may be longer than the directory says."""
    try:
        file.seek(info.header_offset)
        raw = file.read(LOCAL.size)
    except (OSError, ValueError) as error:
        raise Damaged(f"Its place in the zip file can't be read ({error}).") from error
    if len(raw) < LOCAL.size:
        raise Truncated("The zip file ends before it.")
    fields = LOCAL.unpack(raw)
    if fields[0] != b"PK\x03\x04":
        raise Damaged("It does not stand where the zip file's directory says.")
    return int(info.header_offset + LOCAL.size + fields[9] + fields[10])


def slices(file: IO[bytes], start: int, length: int) -> Callable[[], bytes]:
    """Gives a stretch of a file piece by piece; the file may be sought in between."""
    at, end = start, start + length

    def pull() -> bytes:
        nonlocal at
        if at >= end:
            return b""
        try:
            file.seek(at)
            got = file.read(min(BLOCK, end - at))
        except (OSError, ValueError) as error:
            raise Unreadable(f"Reading failed ({error}).") from error
        if not got:
            raise Truncated("The zip file ends inside it.")
        at += len(got)
        return got

    return pull


def _stored(packed: Source, budget: Budget) -> Iterator[bytes]:
    while got := packed.read():
        budget.charge(len(got))
        yield got


def _by_library(file: IO[bytes], info: zipfile.ZipInfo, budget: Budget) -> Iterator[bytes]:
    """LZMA members, whose stream has a header of zip's own (§5.8)."""
    try:
        with zipfile.ZipFile(file) as box, box.open(info) as member:
            while got := member.read(BLOCK):
                budget.charge(len(got))
                yield got
    except ArchiveError:
        raise
    except (*_FAULTS, zlib.error) as error:
        raise Damaged(f"The compressed data is damaged ({error}).") from error


def checked(chunks: Iterator[bytes], expected: int) -> Iterator[bytes]:
    """The same chunks; Damaged after them when their checksum is not the one the zip file has."""
    crc = 0
    for chunk in chunks:
        crc = zlib.crc32(chunk, crc)
        yield chunk
    if crc != expected:
        raise Damaged("Its checksum is wrong: some of its bytes are not what they were.")
