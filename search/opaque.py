"""Places in lists as they stand in addresses: a value as JSON in base64, which nobody is to read or write."""

import base64
from typing import TypeVar

from msgspec import MsgspecError, json

from search.errors import CursorError

T = TypeVar("T")
DAMAGED = "This page's address is damaged; start from the first page."


def write(value: object) -> str:
    """The value as text for an address."""
    return base64.urlsafe_b64encode(json.encode(value)).decode().rstrip("=")


def read(text: str, kind: type[T], sentence: str = DAMAGED) -> T:
    """The value that was written; CursorError with the sentence for anything else."""
    try:
        return json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=kind)
    except (ValueError, MsgspecError):
        raise CursorError(sentence) from None
