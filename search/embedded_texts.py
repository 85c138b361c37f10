"""Messages of the embedded corpus in the order in which they came in, with their own words."""

from collections.abc import Iterator

from search.candidates import own_words
from search.embedded_documents import record_decoder
from search.embedded_store import Store

_AT_ONCE = 500


def newest(store: Store) -> int:
    """The number of the message that came in last; 0 for an empty corpus."""
    return store.number("SELECT max(num) FROM messages")


def texts(store: Store, start: int) -> Iterator[tuple[int, str, str]]:
    """(number, id, own words) of every message after number `start`."""
    while rows := store.all(
        "SELECT num, block, record_at, record_size FROM messages WHERE num > ? ORDER BY num LIMIT ?", (start, _AT_ONCE)
    ):
        start = rows[-1][0]
        held, data = -1, b""
        for num, block, at, size in rows:
            if block != held:
                held, data = block, store.records(block)
            message = record_decoder.decode(data[at : at + size])
            yield num, message.id, own_words(message)
