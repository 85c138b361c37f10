"""What engines keep of saved searches, and what came in last of what a search finds: a part of the engine protocol."""

import time
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from mappings.records import MessageRow
from mappings.saved import Saved
from search.errors import BadMark
from search.query import Query

if TYPE_CHECKING:
    from search.engine import Engine

LONGEST_NAME = 120
MOST = 200  # searches that are kept


class Taken(Struct, frozen=True):
    """A message and when it came into the corpus, seconds since 1970; 0 where that was not noted."""

    row: MessageRow
    at: int


class Intake(Struct, frozen=True):
    """How many messages of a result came in after some moment, and the last of them, the last first."""

    total: int
    taken: tuple[Taken, ...]


class Searches(Protocol):
    """Searches that people keep. Like the desk they are written at once, and an engine that is `discreet` has none."""

    def searches(self) -> list[Saved]:
        """All of them, by name."""

    def saved(self, id: str) -> Saved:
        """One; NotFound."""

    def put_searches(self, searches: Iterable[Saved]) -> int:
        """Stores searches in place of those with their ids; how many. SearchError where nothing may be written."""

    def drop_search(self, id: str) -> None:
        """Forgets one; NotFound."""

    def taken_in(self, query: Query, *, after: int = 0, limit: int = 50) -> Intake:
        """What came in last of what matches, whatever its date; `after` is a count as `newest` gave it. Ghosts are
        left out, and copies of what was here are nothing new."""


def made(name: str, query: str, by: str, seen: int) -> Saved:
    """A search to be kept; BadMark for a name or author that can't be, QueryError for a query that can't be read."""
    from search.parse import parse  # imports slowly, and every engine imports this module

    name, by = " ".join(name.split()), " ".join(by.split())
    query = " ".join(query.split())
    if not name:
        raise BadMark("A saved search needs a name.")
    if len(name) > LONGEST_NAME:
        raise BadMark(f"The name is {len(name):,} characters long; {LONGEST_NAME} is the most.")
    parse(query)
    now = int(time.time())
    return Saved(id=uuid.uuid4().hex[:12], name=name, query=query, by=by[:LONGEST_NAME], at=now, seen=seen, seen_at=now)


def keep(engine: "Engine", name: str, query: str, by: str) -> Saved:
    """Keeps a search, to which what is here now is not new; BadMark, also where there are too many, QueryError."""
    if len(engine.searches()) >= MOST:
        raise BadMark(f"There are {MOST} saved searches, which is the most; remove one first.")
    saved = made(name, query, by, engine.newest())
    engine.put_searches([saved])
    return saved


def counted(engine: "Engine", saved: Saved) -> tuple[int, int]:
    """How many messages a saved search finds, and how many of them came in since it was looked through; QueryError."""
    from search.parse import parse

    query = parse(saved.query)
    return engine.count(query), engine.taken_in(query, after=saved.seen, limit=0).total


def in_order(searches: Iterable[Saved]) -> list[Saved]:
    """Searches by name."""
    return sorted(searches, key=lambda one: (one.name.casefold(), one.id))
