"""The members of a zip file without a directory, such as one whose download broke off: by their local headers."""

import struct
import zlib
from collections.abc import Iterator
from typing import IO

from msgspec import Struct

from ingest.archives.errors import ArchiveError, Damaged, Encrypted, Unsupported
from ingest.archives.streams import Budget, Source, decoder, from_chunks, step
from ingest.archives.zips import LOCAL, METHODS, Member, checked, content, slices

_NEAR = 64  # bytes after a member's data within which the next header begins: a data descriptor has 24 at most
_UNKNOWN = 0xFFFFFFFF  # a size that stands in the ZIP64 field instead


class _Header(Struct, frozen=True):
    """What a local header says (APPNOTE.TXT §4.3.7)."""

    name: str
    flags: int
    method: int
    crc: int
    size: int  # packed; unknown when `streamed`
    start: int  # where the data begin

    @property
    def streamed(self) -> bool:
        """Whether size and checksum were written after the data, when they were known."""
        return bool(self.flags & 0x8)


def members(file: IO[bytes], budget: Budget, first: int = 0) -> Iterator[Member]:
    """The files from number `first` on, up to where the chain of headers breaks. A member's source must be read before
    the next member is asked for."""
    at, number = 0, 0
    while (header := _header(file, at)) is not None:
        source, end = _open(file, header, budget)
        if number >= first and not header.name.endswith("/"):
            error = source if isinstance(source, ArchiveError) else None
            yield Member(number, header.name, None if isinstance(source, ArchiveError) else source, error)
        if header.streamed:
            if isinstance(source, ArchiveError):
                return
            try:
                source.drain()
            except ArchiveError as failure:
                if failure.fatal:
                    raise
                return
        at = _next(file, end[0])
        if at < 0:
            return
        number += 1


def _open(file: IO[bytes], header: _Header, budget: Budget) -> tuple[Source | ArchiveError, list[int]]:
    """A member's content and where its data end, which for one that was streamed is known once it was read."""
    end = [header.start + header.size]
    if header.flags & 0x1:
        return Encrypted("It is protected with a password."), end
    if header.streamed:
        if header.method not in METHODS:
            return Unsupported("Its length is not known, the zip file's directory being lost."), end
        return from_chunks(_streamed(file, header, budget, end)), end
    packed = Source(slices(file, header.start, header.size))
    try:
        return from_chunks(checked(content(packed, header.method, budget), header.crc)), end
    except ArchiveError as error:
        return error, end


def _streamed(file: IO[bytes], header: _Header, budget: Budget, end: list[int]) -> Iterator[bytes]:
    """Unpacks until the compressed data say that they end."""
    unit = decoder(METHODS[header.method])
    pull = slices(file, header.start, 1 << 62)
    crc = 0
    while not unit.eof:
        data = pull() if unit.needs_input else b""
        end[0] += len(data)
        got = step(unit, data, budget)
        crc = zlib.crc32(got, crc)
        yield got
    end[0] -= len(unit.unused_data)
    file.seek(end[0])
    after = file.read(8)  # §4.3.9: the checksum, often behind a mark of its own
    if crc != int.from_bytes(after[4:8] if after.startswith(b"PK\x07\x08") else after[:4], "little"):
        raise Damaged("Its checksum is wrong: some of its bytes are not what they were.")


def _header(file: IO[bytes], at: int) -> _Header | None:
    file.seek(at)
    raw = file.read(LOCAL.size)
    if len(raw) < LOCAL.size:
        return None
    magic, _, flags, method, _, _, crc, *_, name_size, extra_size = LOCAL.unpack(raw)
    if magic != b"PK\x03\x04":
        return None
    name = file.read(name_size).decode("utf-8" if flags & 0x800 else "cp437", "replace")
    size = _packed_size(raw, file.read(extra_size))
    start = at + LOCAL.size + name_size + extra_size
    return _Header(name, flags, method, crc, 0 if flags & 0x8 else size, start)


def _packed_size(raw: bytes, extra: bytes) -> int:
    """The packed size, from the ZIP64 field (§4.5.3) if it is there."""
    packed, plain = struct.unpack_from("<2L", raw, 18)
    while packed == _UNKNOWN and len(extra) >= 4:
        kind, length = struct.unpack_from("<2H", extra)
        values = extra[4 : 4 + length]
        if kind == 1:
            at = 8 if plain == _UNKNOWN else 0
            return int.from_bytes(values[at : at + 8], "little")
        extra = extra[4 + length :]
    return int(packed)


def _next(file: IO[bytes], end: int) -> int:
    """Where the next local header begins, past a data descriptor; -1 if there is none."""
    file.seek(end)
    near = file.read(_NEAR).find(b"PK\x03\x04")
    return end + near if near >= 0 else -1

