"""How the embedded corpus packs messages: raw bytes and records into compressed blocks, and slim rows."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future

import zstandard
from msgspec import Struct, msgpack

from mappings.records import Prepared
from search.base64_runs import shrink
from search.slims import slim

BLOCK = 256 * 1024  # bytes; neighbours repeat each other's words: larger blocks are smaller on disk, slower to read
SLIM_BLOCK = 32 * 1024
LEVEL = 2  # of zstd

record_encoder = msgpack.Encoder()
_thread = threading.local()  # a compressor's tables take a megabyte: each thread keeps its own


class Packed(Struct, frozen=True):
    """A block; offset and size in it of each value: two values a message for raw bytes and record, one for slim rows.

    Its first `head` bytes can be read alone: they hold the records, or all of the slim rows.
    """

    data: bytes
    head: int
    places: list[tuple[int, ...]]


class Packing(Struct, frozen=True):
    """Some messages' ids, and their blocks in the making: of records and raw bytes, of slim rows."""

    ids: list[str]
    pairs: list[Future[Packed]]
    slims: list[Future[Packed]]


def packing(fresh: Sequence[Prepared], pool: Executor) -> Packing:
    """Begins to pack messages, in `pool`'s thread beside this one."""
    return Packing([p.message.id for p in fresh], pack(fresh, pool), pack_slims(fresh, pool))


def pack(fresh: Sequence[Prepared], pool: Executor) -> list[Future[Packed]]:
    """Blocks of records and raw bytes, to be made in `pool`'s thread beside this one. The records stand first: results
    need them alone, and the text, which is in both, is there only once in effect."""
    pairs = [(p.raw, p.record or record_encoder.encode(p.message)) for p in fresh]
    return [pool.submit(_pair_block, part) for part in _parts(pairs, BLOCK)]


def pack_slims(fresh: Sequence[Prepared], pool: Executor) -> list[Future[Packed]]:
    """Blocks of slim rows, likewise."""
    return [pool.submit(_row_block, part) for part in _parts([(slim(prepared),) for prepared in fresh], SLIM_BLOCK)]


def _parts(values: Sequence[tuple[bytes, ...]], size: int) -> Iterator[Sequence[tuple[bytes, ...]]]:
    """Neighbours, of about `size` bytes in all."""
    start = filled = 0
    for end, value in enumerate(values):
        length = sum(map(len, value))
        if filled and filled + length > size:
            yield values[start:end]
            start, filled = end, 0
        filled += length
    if values:
        yield values[start:]


def _pair_block(pairs: Sequence[tuple[bytes, ...]]) -> Packed:
    raws, raw_places = _joined([shrink(raw) for raw, _ in pairs], sum(len(record) for _, record in pairs))
    records, record_places = _joined([record for _, record in pairs], 0)
    places = [(*raw, *record) for raw, record in zip(raw_places, record_places, strict=True)]
    return _block(records, raws, places)


def _row_block(rows: Sequence[tuple[bytes, ...]]) -> Packed:
    data, places = _joined([row for (row,) in rows], 0)
    return _block(data, b"", places)


def _joined(values: Sequence[bytes], start: int) -> tuple[bytes, list[tuple[int, ...]]]:
    places: list[tuple[int, ...]] = []
    for value in values:
        places.append((start, len(value)))
        start += len(value)
    return b"".join(values), places


def _block(first: bytes, rest: bytes, places: list[tuple[int, ...]]) -> Packed:
    try:
        made: zstandard.ZstdCompressor = _thread.made
    except AttributeError:
        made = _thread.made = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
    compressor = made.compressobj(size=len(first) + len(rest))
    head = compressor.compress(first) + compressor.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    return Packed(head + compressor.compress(rest) + compressor.flush(), len(head), places)
