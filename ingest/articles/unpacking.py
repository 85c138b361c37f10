"""Content-Encoding undone, within a limit: what a server's answer really is."""

import zlib

import zstandard

from ingest.articles.pieces import NotReadable

LARGEST = 32 << 20  # bytes of one answer, unpacked


def unpacked(data: bytes, encoding: str, largest: int = LARGEST) -> bytes:
    """The body of an answer whose Content-Encoding names what was done to it, the last one last. NotReadable."""
    for name in reversed([part.strip().lower() for part in encoding.split(",") if part.strip()]):
        if name in ("identity", "none", "utf-8"):
            continue
        try:
            data = _undone(data, name, largest)
        except (zlib.error, zstandard.ZstdError, EOFError, ValueError, MemoryError) as error:
            raise NotReadable("damaged", f"What was answered can't be unpacked ({error}).") from error
        if len(data) > largest:
            raise NotReadable("too-large", f"What was answered is larger than {largest:,} bytes.")
    return data


def _undone(data: bytes, name: str, largest: int) -> bytes:
    if name in ("gzip", "x-gzip"):
        return zlib.decompressobj(31).decompress(data, largest + 1)
    if name == "deflate":
        raw = data[:1] and (data[0] & 0x0F) != 8  # some send it without zlib's header
        return zlib.decompressobj(-15 if raw else 15).decompress(data, largest + 1)
    if name == "zstd":
        with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(data) as reader:
            return reader.read(largest + 1)
    if name == "br":
        return _brotli(data, largest)
    raise NotReadable("unsupported", f'What was answered is packed by "{name[:40]}", which is not read.')


def _brotli(data: bytes, largest: int) -> bytes:
    from io import BytesIO

    from fastwarc.stream_io import BrotliReader

    stream = BrotliReader(BytesIO(data))
    parts, size = [], 0
    while size <= largest and (got := stream.read(1 << 16)):
        parts.append(got)
        size += len(got)
    return b"".join(parts)
