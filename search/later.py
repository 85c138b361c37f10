"""What is stored beside messages once they are there: keys, and what a later check found out about a message."""

from hashlib import blake2b

from msgspec import json, msgpack
from msgspec.structs import replace

from mappings.records import Message
from mappings.signatures import Key, Later

_encoder = msgpack.Encoder()
_decoder = msgpack.Decoder(Later)


def key_id(key: Key) -> str:
    """Equal for keys of the same name and text."""
    return blake2b(json.encode((key.kind, key.name, key.text)), digest_size=16).hexdigest()


def packed(later: Later) -> bytes:
    """As it is stored."""
    return _encoder.encode(later)


def amended(message: Message, later: bytes | None) -> Message:
    """The message as it is known now."""
    if not later:
        return message
    found = _decoder.decode(later)
    return replace(message, signatures=found.signatures, arc=found.arc)
