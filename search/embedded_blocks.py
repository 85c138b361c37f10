"""The file of compressed blocks beside the embedded corpus' tables: appended to, never changed, read from anywhere."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import zstandard

from search.errors import CorpusDamaged


class Blocks:
    """Blocks by their offset in the file. What counts is what the tables say: bytes beyond are an unfinished batch."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._reading: int | None = os.open(path, os.O_RDONLY)
        self._writing: int | None = None

    def read(self, offset: int, size: int) -> bytes:
        """The content of the block of `size` bytes at `offset`; CorpusDamaged if it is not as it was written."""
        with self._checked(offset):
            return bytes(self._decompressor().decompress(self._bytes(offset, size)))

    def read_head(self, offset: int, size: int) -> bytes:
        """The content of a block's first `size` bytes, at the end of which it was flushed; its checksum is not seen."""
        with self._checked(offset):
            return bytes(self._decompressor().decompressobj().decompress(self._bytes(offset, size)))

    def _bytes(self, offset: int, size: int) -> bytes:
        if self._reading is None:
            raise CorpusDamaged(f"{self._path} was closed.")
        return os.pread(self._reading, size, offset)

    def _decompressor(self) -> zstandard.ZstdDecompressor:
        found: zstandard.ZstdDecompressor | None = getattr(self._local, "decompressor", None)
        if found is None:
            found = self._local.decompressor = zstandard.ZstdDecompressor()
        return found

    @contextmanager
    def _checked(self, offset: int) -> Iterator[None]:
        try:
            yield
        except zstandard.ZstdError as error:
            raise CorpusDamaged(f"The block at {offset} of {self._path} can't be read: {error}.") from error

    def write(self, offset: int, blocks: Sequence[bytes]) -> None:
        """Writes blocks one behind the other from `offset` on; OSError when the disk is full."""
        if self._writing is None:
            self._writing = os.open(self._path, os.O_WRONLY)
        left = memoryview(b"".join(blocks))
        while left:
            written = os.pwrite(self._writing, left, offset)
            left, offset = left[written:], offset + written

    def sync(self) -> None:
        """Waits until what was written is on the disk."""
        if self._writing is not None:
            os.fsync(self._writing)

    def close(self) -> None:
        """Lets go of the file."""
        for descriptor in (self._reading, self._writing):
            if descriptor is not None:
                os.close(descriptor)
        self._reading = self._writing = None
