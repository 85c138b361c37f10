"""What is asked of an engine for much of a corpus at once: whole results, the bytes and the places of many."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Protocol

from msgspec import Struct

from mappings.records import MessageRow, Place
from search.query import Query

ROWS = 200  # read at a time
_BYTES = 8 << 20  # of raw mails read at a time


class Result(Struct, frozen=True):
    """All that matches: how many messages and ghosts, and their rows in order, read as they are asked for."""

    total: int
    rows: Iterator[MessageRow]


class Bulk(Protocol):
    """Reading much at once."""

    def every(self, query: Query, *, newest: bool = False, copies: bool = False) -> Result:
        """All that matches at this moment, whatever is stored while it is read, by date, the oldest first unless told;
        none is left out. Of a mail's copies one stands for all, or with `copies` each for itself."""

    def raws(self, rows: Iterable[MessageRow]) -> Iterator[tuple[MessageRow, bytes | None]]:
        """The bytes of each message as they came, in this order; None for those that can't be read back. Ghosts have
        none and are left out."""

    def places_of(self, ids: Sequence[str]) -> dict[str, list[Place]]:
        """By message every place that it was found in; those that are not here are left out."""


def parts(rows: Iterable[MessageRow]) -> Iterator[list[MessageRow]]:
    """Messages in lists that are not too large to have all their bytes in memory, ghosts left out."""
    held = number = count = 0

    def numbered() -> Iterator[tuple[int, MessageRow]]:
        nonlocal held, number, count
        for row in rows:
            if row.ghost:
                continue
            if count and (held + row.size > _BYTES or count == ROWS):
                number, held, count = number + 1, 0, 0
            held, count = held + row.size, count + 1
            yield number, row

    for _, part in groupby(numbered(), itemgetter(0)):
        yield [row for _, row in part]
