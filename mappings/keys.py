"""Keys that both sides compute alike: of a Message-ID, and of the ghost that stands for an absent mail."""

from hashlib import blake2b


def hash64(data: bytes) -> int:
    """A signed 64-bit hash (BLAKE2b), never 0: 0 stands for "none"."""
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big", signed=True) or 1


def link_key(message_id: str) -> int:
    """The key of a Message-ID, given without angle brackets."""
    return hash64(message_id.encode("utf-8", "surrogatepass"))


def ghost_id(message_id: str) -> str:
    """The id of the ghost for a Message-ID: "g" and its link key in 16 hex digits."""
    return ghost_of(link_key(message_id))


def ghost_of(key: int) -> str:
    """The id of the ghost for a link key; `ghost_key` undoes it."""
    return f"g{key & 0xFFFFFFFFFFFFFFFF:016x}"


def ghost_key(id: str) -> int:
    """The link key that a ghost's id was made from; ValueError if it is not such an id."""
    if len(id) != 17 or id[0] != "g":
        raise ValueError(f"{id!r} is not a ghost's id")
    return int.from_bytes(bytes.fromhex(id[1:]), "big", signed=True)
