"""What an id in an address or a query names, by the same rules whichever engine holds the corpus."""

from collections.abc import Sequence
from typing import TypeVar

from mappings.keys import ghost_key
from search.errors import NotFound

T = TypeVar("T")


def is_prefix(id: str) -> bool:
    """Whether it may be a message's id or the beginning of one: 8 to 64 hex digits."""
    return 8 <= len(id) <= 64 and not id.lower().strip("0123456789abcdef")


def ghost_link(id: str) -> int:
    """The link key that a ghost's id stands for; NotFound if it is none."""
    try:
        return ghost_key(id)
    except ValueError:
        raise NotFound(f"There is no message {id}.") from None


def ghost_number(name: str) -> int:
    """The link key that a ghost's id stands for; 0 for any other name."""
    try:
        return ghost_key(name)
    except ValueError:
        return 0


def only(found: Sequence[T], id: str) -> T:
    """The one that `id` names, of those found: of a Message-ID's several the first; NotFound for none or for many."""
    if len(id) <= 64 and len(found) > 1 and "@" not in id:
        raise NotFound(f"More than one message's id begins with {id}.")
    if not found:
        raise NotFound(f"There is no message {id}.")
    return found[0]
