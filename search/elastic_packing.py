"""How the cluster keeps mails: raw bytes and records in compressed blocks of many, large mails in their own."""

import base64
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b, sha256
from typing import Any

import zstandard
from msgspec import MsgspecError, Struct, json, msgpack

from mappings.records import Message, Prepared
from search.base64_runs import grow, shrink
from search.elastic import Cluster, Op
from search.errors import CorpusDamaged

BLOCK = 128 * 1024  # bytes; a page of results reads as many blocks as it has hits
ALONE = 64 * 1024  # raw mails larger than this have blocks of their own: nobody reads them for a list of hits
CHUNK = 4 << 20  # bytes of a large block's chunks
LEVEL = 3  # of zstd

_encoder = msgpack.Encoder()
_decoder = msgpack.Decoder(Message)

Stored = tuple[str, int, int, str, int, int]
"""Where a message stands: block, offset and size of its raw bytes' form, then of its record."""


class Block(Struct, frozen=True):
    """A compressed block under its name, which is the hash of its content."""

    id: str
    data: bytes

    def ops(self) -> Iterator[Op]:
        """What stores it."""
        parts = [self.data[at : at + CHUNK] for at in range(0, len(self.data), CHUNK)]
        more = parts if len(parts) > 1 else []
        head = {"data": "" if more else base64.b64encode(self.data).decode(), "chunks": len(more)}
        for number, part in enumerate(more, 1):
            body = {"data": base64.b64encode(part).decode(), "chunks": 0}
            yield Op("index", "raws", f"{self.id}/{number}", json.encode(body))
        yield Op("index", "raws", self.id, json.encode(head))


class _Filling:
    """A block that is being filled."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    def add(self, part: bytes) -> tuple[int, int]:
        """Offset and size of a part."""
        at = self.size
        self.parts.append(part)
        self.size += len(part)
        return at, len(part)

    def close(self) -> Block:
        """The block, compressed; this one is empty again."""
        content = b"".join(self.parts)
        self.parts, self.size = [], 0
        data = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(content)
        return Block(blake2b(content, digest_size=16).hexdigest(), data)


def pack(messages: Sequence[Prepared]) -> tuple[list[Block], list[Stored]]:
    """Blocks, and each message's place in them. A record stands behind its raw bytes: what is in both is kept once."""
    blocks: list[Block] = []
    filling = _Filling()
    waiting: list[int] = []  # messages in the block that is being filled
    found: dict[int, Stored] = {}
    parts: dict[int, tuple[Block | None, tuple[int, int], tuple[int, int]]] = {}

    def close() -> None:
        if filling.parts:
            block = filling.close()
            blocks.append(block)
            for number in waiting:
                own, raw, record = parts.pop(number)
                found[number] = ((own or block).id, *raw, block.id, *record)
            waiting.clear()

    for number, prepared in enumerate(messages):
        form, record = shrink(prepared.raw), prepared.record or _encoder.encode(prepared.message)
        own = None
        if len(form) > ALONE:
            alone = _Filling()
            raw = alone.add(form)
            own = alone.close()
            blocks.append(own)
        else:
            raw = filling.add(form)
        parts[number] = own, raw, filling.add(record)
        waiting.append(number)
        if filling.size >= BLOCK:
            close()
    close()
    return blocks, [found[number] for number in range(len(messages))]


class Blocks:
    """Reads blocks; the few that one call asks for are fetched together."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def read(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Blocks' contents; those that are missing or damaged are left out."""
        docs = self._cluster.get("raws", ids, size=50)
        found: dict[str, bytes] = {}
        for id, doc in docs.items():
            try:
                data = base64.b64decode(doc.source["data"])
                if doc.source["chunks"]:
                    data = b"".join(self._chunks(id, doc.source["chunks"]))
                content = zstandard.ZstdDecompressor().decompress(data)
            except (zstandard.ZstdError, ValueError, KeyError):
                continue
            if blake2b(content, digest_size=16).hexdigest() == id:
                found[id] = content
        return found

    def _chunks(self, id: str, count: int) -> Iterator[bytes]:
        names = [f"{id}/{number}" for number in range(1, count + 1)]
        for at in range(0, count, 4):
            docs = self._cluster.get("raws", names[at : at + 4])
            for name in names[at : at + 4]:
                yield base64.b64decode(docs[name].source["data"])

    def records(self, stored: dict[str, Stored]) -> dict[str, Message]:
        """The full records of messages, by id; CorpusDamaged."""
        contents = self.read(place[3] for place in stored.values())
        found = {}
        for id, (_, _, _, block, at, size) in stored.items():
            try:
                found[id] = _decoder.decode(contents[block][at : at + size])
            except (KeyError, MsgspecError):
                raise CorpusDamaged(f"The record of message {id} can't be read.") from None
        return found

    def raw(self, id: str, stored: Stored, size: int) -> bytes:
        """A message's bytes as they came; CorpusDamaged if they are not what they were."""
        data = self.raws({id: (stored, size)})[id]
        if data is None:
            raise CorpusDamaged(f"The stored bytes of message {id} are not what they were.")
        return data

    def raws(self, wanted: dict[str, tuple[Stored, int]]) -> dict[str, bytes | None]:
        """The bytes of messages, whose places and sizes are given; None where they are not what they were."""
        contents = self.read(stored[0] for stored, _ in wanted.values())
        found: dict[str, bytes | None] = {}
        for id, ((block, at, length, *_), size) in wanted.items():
            try:
                data = grow(contents[block][at : at + length], size)
            except (KeyError, ValueError, MsgspecError):
                data = b""
            found[id] = data if sha256(data).hexdigest() == id else None
        return found

    def check(self, messages: Sequence[tuple[str, int, Stored]]) -> Iterator[tuple[str, str]]:
        """Each message (id, size, place) with what is wrong with it, "" for nothing."""
        contents: dict[str, bytes] = {}
        for id, size, stored in messages:
            wanted = {stored[0], stored[3]} - contents.keys()
            if wanted:
                contents = {key: contents[key] for key in {stored[0], stored[3]} & contents.keys()} | self.read(wanted)
            yield id, _wrong(id, size, stored, contents)


def _wrong(id: str, size: int, stored: Stored, contents: dict[str, Any]) -> str:
    raw_block, raw_at, raw_size, block, at, length = stored
    if raw_block not in contents or block not in contents:
        return "the block it stands in is missing or is not what it was"
    try:
        if sha256(grow(contents[raw_block][raw_at : raw_at + raw_size], size)).hexdigest() != id:
            return "its bytes are not what they were"
    except (ValueError, MsgspecError):
        return "its bytes are not what they were"
    try:
        if _decoder.decode(contents[block][at : at + length]).id != id:
            return "its record is another message's"
    except (ValueError, MsgspecError):
        return "its record can't be read"
    return ""
