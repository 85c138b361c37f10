"""What the headers of 7z and RAR archives say that libarchive does not pass on.

Of a 7z, whether its beginning is sound and its end is there: libarchive says nothing of it, or only that it failed. Of
a RAR, the checksums, which it does not hold against files that are stored as they are, and which files go on in another
volume, where it stops without a word; of version 5, which are behind a password: it tells since 3.7.7 (October 2024)
only, and before that takes encrypted bytes for the file's own.

Sources: 7zFormat.txt in https://www.7-zip.org/sdk.html; https://www.rarlab.com/technote.htm, "RAR 5.0 archive format";
for RAR before 5 technote.txt in RAR 4.20.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress

from msgspec import Struct

RAR4, RAR5 = b"Rar!\x1a\x07\0", b"Rar!\x1a\x07\x01\0"
_START = struct.Struct("<6s2sL20s")  # magic, version, checksum of the rest: place, size and checksum of the directory
_PLACE = struct.Struct("<QQL")
_BLOCK = struct.Struct("<HB2H")  # checksum, type, flags, size
_FIELDS = struct.Struct("<2LB2L2BHL")  # sizes packed and unpacked, system, checksum, time, …, length of the name, …
_LONGEST = 2 << 20  # bytes of a header
_NEAR = 512  # bytes that hold most headers
_FILE, _ENCRYPTION = 2, 1  # types of a header, and of a record in its extra area
_OLD_FILE = 0x74


class Entry(Struct, frozen=True):
    """What a header says of a file."""

    name: bytes  # "" where it is written in a way of its own
    locked: bool  # behind a password
    checksum: int | None  # CRC-32 of its content
    begun: bool  # its first part is in the volume before
    cut: bool  # its last part is in the volume after


def directory(file: int) -> tuple[bool, int, int]:
    """Of a 7z whether its first 32 bytes are whole and sound, how long its directory is, and how many bytes of it and
    what comes before are missing."""
    start = os.pread(file, _START.size, 0)
    if len(start) < _START.size:
        return False, 0, 0
    *_, checksum, place = _START.unpack(start)
    offset, size, _ = _PLACE.unpack(place)
    return checksum == zlib.crc32(place), size, max(0, _START.size + offset + size - os.fstat(file).st_size)


def entries(file: int) -> list[Entry]:
    """The files, folders and links of a RAR in their order, as far as the headers can be followed."""
    found = _entries if os.pread(file, len(RAR5), 0) == RAR5 else _old_entries
    return list(found(file))


def _old_entries(file: int) -> Iterator[Entry]:
    at = len(RAR4)
    while len(data := os.pread(file, _NEAR, at)) >= _BLOCK.size:
        _, kind, flags, size = _BLOCK.unpack_from(data)
        if size < _BLOCK.size:
            return
        body = int.from_bytes(data[_BLOCK.size : _BLOCK.size + 4], "little") if flags & 0x8000 else 0
        if kind == _OLD_FILE:
            data = os.pread(file, size, at)
            start = _BLOCK.size + _FIELDS.size
            if len(data) < start:
                return
            _, _, _, checksum, _, _, _, length, _ = _FIELDS.unpack_from(data, _BLOCK.size)
            if flags & 0x100:  # larger than 4 GiB
                body += int.from_bytes(data[start : start + 4], "little") << 32
                start += 8
            begun, cut, locked = bool(flags & 1), bool(flags & 2), bool(flags & 4)
            name = b"" if flags & 0x200 else data[start : start + length]
            yield Entry(name, locked, None if begun or cut or locked else checksum, begun, cut)
        at += size + body


def _entries(file: int) -> Iterator[Entry]:
    at = len(RAR5)
    while data := os.pread(file, _NEAR, at):
        try:
            size, start = _number(data, 4)  # after the checksum
            end = start + size
            if size > _LONGEST:
                return
            if end > len(data):
                data = os.pread(file, end, at)
            kind, here = _number(data, start)
            flags, here = _number(data, here)
            extra = body = 0
            if flags & 1:
                extra, here = _number(data, here)
            if flags & 2:
                body, here = _number(data, here)
            if kind == _FILE:
                yield _entry(data, here, data[max(here, end - extra) : end] if extra else b"", flags)
        except IndexError:
            return
        at += end + body


def _entry(data: bytes, here: int, extra: bytes, common: int) -> Entry:
    """A file whose fields begin at `here`, those that all headers have left out; `common` are the flags there.
    IndexError."""
    begun, cut = bool(common & 8), bool(common & 0x10)
    flags, here = _number(data, here)
    for _ in range(2):  # size, attributes
        _, here = _number(data, here)
    here += 4 * bool(flags & 2)  # time
    checksum = None
    if flags & 4:
        checksum = None if begun or cut else int.from_bytes(data[here : here + 4], "little")
        here += 4
    for _ in range(2):  # compression, system
        _, here = _number(data, here)
    length, here = _number(data, here)
    locked = bool(extra) and _ENCRYPTION in _records(extra)
    return Entry(data[here : here + length], locked, None if locked else checksum, begun, cut)


def _records(extra: bytes) -> set[int]:
    """The types of the records in an extra area."""
    kinds = set()
    here = 0
    with suppress(IndexError):
        while here < len(extra):
            size, here = _number(extra, here)
            kinds.add(_number(extra, here)[0])
            here += size
    return kinds


def _number(data: bytes, here: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and where it ends. IndexError."""
    value = 0
    for place in range(10):
        byte = data[here + place]
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, here + place + 1
    raise IndexError
