"""What a message's signatures are worth: checked as it is read, and once more when keys have come or gone."""

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from ingest.dkim.brief import FIELDS, waiting
from ingest.dkim.keyring import Keyring, keyring
from mappings.records import Message
from mappings.signatures import Key, Later, Signature, dkim_state
from search.engine import Engine, Writer
from search.query import And, Exact, Not, Or, Query

_LENGTHS = frozenset(map(len, FIELDS))  # spares nearly all names the rest of the look
_BATCH = 200  # messages
_keyring = lru_cache(maxsize=4)(keyring)


class Rechecked(Struct):
    """What a second check found: messages looked at, and how many are in another state than before, by state."""

    checked: int = 0
    changed: int = 0
    states: dict[str, int] = {}


def authenticated(message: Message, raw: bytes, added: tuple[Key, ...] = ()) -> Message:
    """The message with its signatures checked, by the `added` keys and those that come with the program.

    One look at its fields tells that there is nothing to check, or that no key is at hand. Never asks the network.
    """
    fields = _fields(message)
    if not fields:
        return message
    keys = _keyring(added)
    found = (None if message.made else waiting(fields, keys)) or examine(message, raw, keys)
    return replace(message, signatures=found.signatures, arc=found.arc)


def _fields(message: Message) -> list[tuple[str, str]]:
    return [
        (name.lower(), value) for name, value in message.headers if len(name) in _LENGTHS and name.lower() in FIELDS
    ]  # fmt: skip


def check(message: Message, raw: bytes, keys: Keyring) -> Later:
    """Every signature of a message by these keys; in brief where none of them is at hand."""
    return (None if message.made else waiting(_fields(message), keys)) or examine(message, raw, keys)


def examine(message: Message, raw: bytes, keys: Keyring) -> Later:
    """Every signature of a message by these keys, with all there is to say."""
    from ingest.dkim import arc  # these import slowly, and most mail waits for a key
    from ingest.dkim.canonical import Mail
    from ingest.dkim.check import signatures, unchecked

    mail = Mail(raw)
    sender = message.from_[0].address if message.from_ else ""
    if message.made:
        return Later(signatures=unchecked(mail, sender))
    return Later(signatures=signatures(mail, sender, keys), arc=arc.sets(mail, sender, keys))


def recheck(
    engine: Engine, writer: Writer, names: Collection[str], told: Callable[[Rechecked], object] = bool
) -> Rechecked:
    """Checks once more every message that has a signature by one of these keys' names, and tells how far it is. What
    changed is stored, and searchable once the writer indexes."""
    keys = keyring(engine.keys())
    found = Rechecked()
    ids = list(ids_of(engine, _signed()))
    for start in range(0, len(ids), _BATCH):
        amended: dict[str, Later] = {}
        for message in engine.messages(ids[start : start + _BATCH]):
            if not any(one.name in names for one in all_signatures(message)):
                continue
            found.checked += 1
            later = check(message, engine.raw(message.id), keys)
            if (later.signatures, later.arc) != (message.signatures, message.arc):
                amended[message.id] = later
                found.changed += 1
                state = dkim_state(later.signatures)
                found.states[state] = found.states.get(state, 0) + 1
        if amended:
            writer.amend(amended)
        told(found)
    return found


def all_signatures(message: Message) -> Iterable[Signature]:
    """DKIM's and ARC's."""
    yield from message.signatures
    for one in message.arc:
        yield from (one.seal, one.message)


def _signed() -> Query:
    """What asks for all messages with a signature, copies included."""
    signed = Not(Exact("dkim", "unsigned"))
    arc_states = Or(tuple(Exact("arc", state) for state in ("verified", "fails", "no-key")))
    copies_too = Or((Exact("is", "message"), Exact("is", "duplicate")))
    return Query(tree=And((Or((signed, arc_states)), copies_too)))


def ids_of(engine: Engine, query: Query) -> Iterator[str]:
    """Ids of all that a query finds, oldest first."""
    cursor = ""
    while True:
        page = engine.search(query, order="oldest", limit=500, cursor=cursor, facets=False)
        yield from (hit.row.id for hit in page.hits)
        cursor = page.next
        if not cursor:
            return


def names_of(keys: Iterable[Key]) -> set[str]:
    """The names of DKIM keys, as signatures ask for them."""
    return {key.name for key in keys if key.kind == "dkim"}

