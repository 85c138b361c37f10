"""The directory of people as both engines keep it: how mails name people, packed facts, what lists sort and find by."""

import zstandard
from msgspec import MsgspecError, Struct, field, msgpack

from mappings.persons import NAMED, Person
from mappings.records import Address, Message
from search.errors import CorpusDamaged
from search.merging import spoken
from search.persons import Facts
from search.words import tokens

LONGEST = 300  # characters of a handle or name that are kept
MOST = 1000  # handles that one query asks for
WROTE, GOT, LISTED = 0, 1, 2


class Named(Struct):
    """As much of a message as tells who takes part."""

    from_: tuple[Address, ...] = field(default=(), name="from")
    sender: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    list_id: str = ""


named_decoder = msgpack.Decoder(Named)


def handle(who: Address) -> str:
    """The handle of a mailbox; "" for one that names nobody."""
    if who.address:
        return who.address.lower()[:LONGEST]
    words = tokens(who.name)
    return NAMED + " ".join(words)[:LONGEST] if words else ""


def written(who: Address) -> str:
    """A mailbox's name as it is kept."""
    return " ".join(who.name.split())[:LONGEST]


def taking_part(message: Named | Message) -> tuple[tuple[int, tuple[Address, ...]], ...]:
    """The sender of a message and those who get it."""
    return ((WROTE, message.from_ or message.sender), (GOT, message.to), (GOT, message.cc), (GOT, message.bcc))


def pairs(message: Message) -> dict[str, list[str]]:
    """Who wrote a message and who got it, as fields of a cluster's documents: handle, tab, name."""
    found: dict[str, dict[str, None]] = {}
    for part, people in taking_part(message):
        for who in people:
            if name := handle(who):
                found.setdefault("got" if part else "wrote", {})[f"{name}\t{written(who)}"] = None
    return {part: list(values) for part, values in found.items()}


def list_handle(list_id: str) -> str:
    """The address that a mailing list's id most likely stands for (RFC 2919 §3)."""
    return list_id.replace(".", "@", 1)[:LONGEST]


def pack(facts: Facts) -> bytes:
    """Facts as they are kept."""
    return zstandard.compress(msgpack.encode(facts), 3)


def unpack(data: bytes | None) -> Facts:
    """Facts as they were; none for None. CorpusDamaged."""
    if not data:
        return Facts()
    try:
        return msgpack.decode(zstandard.decompress(data), type=Facts)
    except (zstandard.ZstdError, MsgspecError) as error:
        raise CorpusDamaged(f"The directory of people can't be read ({error}); `unsealed people --again`.") from error


def words(person: Person) -> str:
    """What a person is found by: words of names and addresses, a blank before each."""
    return "".join(f" {word}" for word in dict.fromkeys(tokens("\n".join(spoken(person)))))


def sort_name(person: Person) -> str:
    """What people are sorted by where they are sorted by name; those without one come last."""
    return " ".join(tokens(person.name)) or "\uffff"
