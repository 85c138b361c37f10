"""How the embedded corpus packs messages: raw bytes and records into compressed blocks, and the slim rows of lists."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, Future

import zstandard
from msgspec import Struct, msgpack

from mappings.records import Prepared
from search.embedded_base64 import shrink
from search.embedded_store import Slim, slim_encoder

BLOCK = 256 * 1024  # bytes; neighbours repeat each other's words: larger blocks are smaller on disk, slower to read
SLIM_BLOCK = 32 * 1024
LEVEL = 3  # of zstd
PREVIEW = 160  # characters
_FIRST_RECIPIENTS = 3
_PEOPLE = 100  # addresses that the subject rule looks at

record_encoder = msgpack.Encoder()


class Packed(Struct, frozen=True):
    """A block on its way; offset and size in it of each value, two a message for raw bytes and record, one for rows."""

    data: Future[bytes]
    places: list[tuple[int, ...]]


def pack(fresh: Sequence[Prepared], pool: Executor) -> list[Packed]:
    """Blocks of raw bytes and records. A record stands behind its raw bytes, so that the text, which is in both, is
    there only once in effect."""
    pairs = ((shrink(prepared.raw), prepared.record or record_encoder.encode(prepared.message)) for prepared in fresh)
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


def slim(prepared: Prepared) -> bytes:
    """A message's slim row as it is stored."""
    message = prepared.message
    named = message.to + message.cc
    people = [who.address.lower() for who in (*message.from_, *named, *message.bcc) if who.address]
    own = next((s for s in message.segments if s.kind == "own" and s.end - s.start > 1), None)
    preview = " ".join(message.text[own.start : own.start + 3 * PREVIEW].split())[:PREVIEW] if own else ""
    attribution = next((s.who for s in message.segments if s.who), "")
    return slim_encoder.encode(
        Slim(
            message.message_id, prepared.references, message.subject, message.from_, named[:_FIRST_RECIPIENTS],
            len(named) + len(message.bcc), message.zone, message.date_source,
            sum(not attachment.inline for attachment in message.attachments), prepared.place.collection, message.lang,
            preview, tuple(dict.fromkeys(people[:_PEOPLE])), attribution[:200],
            message.thread_index[:200],
        )
    )  # fmt: skip
