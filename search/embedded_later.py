"""Keys and later findings in the embedded corpus."""

from collections.abc import Iterable

from msgspec import json

from mappings.signatures import Key, Later
from search.embedded_store import Store
from search.later import key_id, packed


def keys(store: Store) -> list[Key]:
    """Every key that was added, by name."""
    found = [json.decode(body, type=Key) for (body,) in store.all("SELECT body FROM keys")]
    return sorted(found, key=lambda key: (key.kind, key.name, key.text))


def put_keys(store: Store, added: Iterable[Key]) -> None:
    """Adds keys; one that is there already takes what is known of it anew."""
    rows = [(key_id(key), json.encode(key).decode()) for key in added]
    store.connection().executemany("INSERT OR REPLACE INTO keys VALUES (?, ?)", rows)


def drop_keys(store: Store, dropped: Iterable[Key]) -> None:
    """Removes keys."""
    store.connection().executemany("DELETE FROM keys WHERE id = ?", [(key_id(key),) for key in dropped])


def amend(store: Store, found: dict[int, Later]) -> None:
    """Stores what was found out about messages, by their numbers."""
    rows = [(number, packed(later)) for number, later in found.items()]
    store.connection().executemany("INSERT OR REPLACE INTO later VALUES (?, ?)", rows)
