"""How the embedded corpus packs messages: raw bytes and records into compressed blocks, and slim rows."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, Future

import zstandard
from msgspec import Struct, msgpack

from mappings.records import Prepared
from search.base64_runs import shrink
from search.slims import slim

BLOCK = 256 * 1024  # bytes; neighbours repeat each other's words: larger blocks are smaller on disk, slower to read
SLIM_BLOCK = 32 * 1024
LEVEL = 3  # of zstd

record_encoder = msgpack.Encoder()


class Packed(Struct, frozen=True):
    """A block on its way; offset and size in it of each value, two a message for raw bytes and record, one for rows."""

    data: Future[bytes]
    places: list[tuple[int, ...]]


def pack(fresh: Sequence[Prepared], pool: Executor) -> list[Packed]:
    """Blocks of raw bytes and records. A record stands behind its raw bytes, so that the text, which is in both, is
    there only once in effect."""
    pairs = ((shrink(prepared.raw), record_encoder.encode(prepared.message)) for prepared in fresh)
    return _packed(pairs, BLOCK, pool)


def pack_slims(fresh: Sequence[Prepared], pool: Executor) -> list[Packed]:
    """Blocks of slim rows."""
    return _packed(((slim(prepared),) for prepared in fresh), SLIM_BLOCK, pool)


def _packed(values: Iterable[tuple[bytes, ...]], size: int, pool: Executor) -> list[Packed]:
    """Blocks of about `size` bytes, compressed in `pool`'s thread beside this one; what is together stays together."""
    blocks: list[Packed] = []
    held: list[bytes] = []
    places: list[tuple[int, ...]] = []
    filled = 0
    for parts in values:
        length = sum(map(len, parts))
        if held and filled + length > size:
            blocks.append(Packed(pool.submit(_compress, held), places))
            held, places, filled = [], [], 0
        place: list[int] = []
        for part in parts:
            place += (filled, len(part))
            filled += len(part)
        places.append(tuple(place))
        held += parts
    if held:
        blocks.append(Packed(pool.submit(_compress, held), places))
    return blocks


def _compress(values: list[bytes]) -> bytes:
    return zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(b"".join(values))
