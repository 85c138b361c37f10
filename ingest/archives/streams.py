"""Bytes in order with a look ahead, from a file or out of a compressed stream, within a budget."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Protocol

import zstandard

from ingest.archives.errors import ArchiveError, Bomb, Damaged, TooLarge, Truncated, Unreadable

BLOCK = 1 << 20
FREE = 256 << 20  # bytes that may come out of any unit, however small
RATIO = 400  # and beyond that, so many times its size on disk; mailboxes reach 5 to 60, bombs 1,000 and more

DICTIONARY = 512 << 20  # bytes an xz stream may ask for to be unpacked; `xz -9` asks for 65 MiB

_FAULTS = (zlib.error, lzma.LZMAError, zstandard.ZstdError, OSError, EOFError, ValueError, MemoryError)


class Budget:
    """How much a unit may unpack to, all layers together: also bounds overlapping members and nested bombs."""

    def __init__(self, size: int) -> None:
        self.left = max(FREE, size * RATIO)

    def charge(self, count: int) -> None:
        """Takes `count` bytes off; Bomb when there is nothing left."""
        self.left -= count
        if self.left < 0:
            raise Bomb("It unpacks to far more than a mail archive of its size does; reading was given up.")


class Source:
    """A stream of bytes. What fails once is kept in `failed` and raised after the bytes before it were read."""

    def __init__(self, pull: Callable[[], bytes], file: IO[bytes] | None = None, size: int = -1) -> None:
        """`pull` gives the next bytes, b"" at the end. `file` is the file itself where the stream is one, whole."""
        self._pull = pull
        self._held = b""
        self._ended = False
        self.file = file
        self.size = size
        self.failed: ArchiveError | None = None

    def _more(self) -> bytes:
        if self._ended:
            return b""
        try:
            got = self._pull()
        except ArchiveError as error:
            self.failed, got = error, b""
        self._ended = not got
        return got

    def peek(self, count: int) -> bytes:
        """The next `count` bytes, fewer at the end; they stay to be read."""
        if len(self._held) < count:
            parts, size = [self._held], len(self._held)
            while size < count and (got := self._more()):
                parts.append(got)
                size += len(got)
            self._held = b"".join(parts)
        return self._held[:count]

    def read(self, count: int = BLOCK) -> bytes:
        """The next bytes, at most `count` and at least one; b"" at the end. ArchiveError."""
        got = self._held or self._more()
        if not got and self.failed:
            raise self.failed
        self._held = got[count:]
        return got[:count]

    def skip(self, count: int) -> None:
        """Passes over bytes."""
        if self.file is not None and count > len(self._held):
            self.file.seek(count - len(self._held), 1)
            self._held = b""
            return
        while count > 0 and (got := self.read(min(count, BLOCK))):
            count -= len(got)

    def drain(self) -> None:
        """Reads to the end, for the sake of what fails there."""
        while self.read():
            pass


def whole(source: Source, most: int, otherwise: str) -> bytes:
    """All that is left of a source. TooLarge, with the sentence `otherwise`, above `most` bytes."""
    parts, size = [], 0
    while got := source.read():
        size += len(got)
        if size > most:
            raise TooLarge(otherwise)
        parts.append(got)
    return b"".join(parts)


def from_file(file: IO[bytes], size: int) -> Source:
    """The first `size` bytes of a file that was just opened; what is appended meanwhile waits for the next run."""

    def pull() -> bytes:
        try:
            return file.read(max(0, min(BLOCK, size - file.tell())))
        except OSError as error:
            raise Unreadable(f"Reading failed: {error.strerror or error}.") from error

    return Source(pull, file, size)


def from_chunks(chunks: Iterator[bytes]) -> Source:
    """A stream out of a generator; empty chunks are fine."""

    def pull() -> bytes:
        for chunk in chunks:
            if chunk:
                return chunk
        return b""

    return Source(pull)


class Decoder(Protocol):
    """The interface of `bz2.BZ2Decompressor`, which the other kinds are brought to."""

    @property
    def eof(self) -> bool:
        """Whether the frame has ended."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes without further input."""

    @property
    def unused_data(self) -> bytes:
        """What follows the frame."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """About `max_length` bytes at most."""


class Inflate:
    """zlib's decoder: `wbits` 31 for gzip (RFC 1952), -15 for raw deflate (RFC 1951)."""

    def __init__(self, wbits: int) -> None:
        self._inner = zlib.decompressobj(wbits)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        """Whether the frame has ended."""
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        """What follows the frame."""
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """At most `max_length` bytes."""
        got = self._inner.decompress(self._inner.unconsumed_tail + data, max(0, max_length))
        self.needs_input = not self._inner.unconsumed_tail and len(got) < max_length
        return got


class Unzstd:
    """Zstandard's decoder (RFC 8878), fed in small pieces: it bounds no output, and 4 bytes can give 128 KiB."""

    PIECE = 1024

    def __init__(self) -> None:
        self._inner = zstandard.ZstdDecompressor().decompressobj()
        self._rest = memoryview(b"")

    @property
    def eof(self) -> bool:
        """Whether the frame has ended."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes without further input."""
        return not self._rest

    @property
    def unused_data(self) -> bytes:
        """What follows the frame."""
        return self._inner.unused_data + bytes(self._rest)

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """What the next pieces give: little more than `max_length` bytes as a rule, 45 MB at worst."""
        if data:
            self._rest = memoryview(bytes(self._rest) + data)
        parts, size = [], 0
        while self._rest and size < max_length and not self._inner.eof:
            piece, self._rest = self._rest[: self.PIECE], self._rest[self.PIECE :]
            parts.append(self._inner.decompress(bytes(piece)))
            size += len(parts[-1])
        return b"".join(parts)


def decoder(kind: str) -> Decoder:
    """A fresh decoder for one frame: "gzip", "deflate" (raw), "bzip2", "xz" or "zstd"."""
    if kind == "gzip":
        return Inflate(31)
    if kind == "deflate":
        return Inflate(-15)
    if kind == "bzip2":
        return bz2.BZ2Decompressor()
    if kind == "xz":
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=DICTIONARY)
    return Unzstd()


def unpacked(source: Source, kind: str, budget: Budget) -> Iterator[bytes]:
    """The content of a compressed stream, frame after frame (all four formats may be strung together).

    Zeros after the last frame are padding; anything else there is Damaged. Truncated, Bomb.
    """
    data = source.read()
    while data:
        unit = decoder(kind)
        yield from _frame(source, unit, data, budget)
        data = _next_frame(source, unit.unused_data)


def _next_frame(source: Source, data: bytes) -> bytes:
    """What follows a frame, without padding."""
    data = data.lstrip(b"\0")
    while not data and (got := source.read()):
        data = got.lstrip(b"\0")
    return data


def _frame(source: Source, unit: Decoder, data: bytes, budget: Budget) -> Iterator[bytes]:
    while not unit.eof:
        if unit.needs_input and not data:
            data = source.read()
            if not data and not (got := step(unit, b"", budget)):
                if unit.eof:
                    return
                raise Truncated("The compressed data ends too early.")
            elif not data:
                yield got
                continue
        yield step(unit, data, budget)
        data = b""


def step(unit: Decoder, data: bytes, budget: Budget) -> bytes:
    """One call of a decoder, its errors translated and its output charged. Damaged, Bomb."""
    try:
        got = unit.decompress(data, BLOCK)
    except _FAULTS as error:
        raise Damaged(f"The compressed data is damaged ({error}).") from error
    budget.charge(len(got))
    return got
