"""The directory's part of the embedded engine: reading and writing who is who."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager

import tantivy

from mappings.persons import Decision, Person, PersonRow, Sighting
from search import embedded_persons, embedded_shares
from search.embedded_index import schema
from search.embedded_queries import Compiler
from search.embedded_store import Store, translated
from search.persons import Exchange, Facts, Part, PersonOrder, Persons, Shares
from search.query import Query


class EmbeddedDirectory:
    """Reading the directory of an embedded corpus; see `search.persons.Directory`."""

    _store: Store
    _compiler: Compiler

    def _searcher(self) -> tantivy.Searcher:
        raise NotImplementedError

    def person(self, id: str) -> Person:
        """A person in full; NotFound."""
        with translated():
            return embedded_persons.person(self._store, id)

    def persons(self, words: str = "", *, order: PersonOrder = "mails", limit: int = 50, cursor: str = "") -> Persons:
        """Those of whose names and addresses words begin with all of these; CursorError."""
        with translated():
            return embedded_persons.persons(self._store, words, order, limit, cursor)

    def who(self, handles: Iterable[str]) -> dict[str, PersonRow]:
        """The persons of handles, by handle."""
        with translated():
            return embedded_persons.who(self._store, handles)

    def handles(self, name: str) -> list[str]:
        """The handles that `person:` means."""
        with translated():
            return embedded_persons.handles(self._store, name)

    def shares(self, query: Query, part: Part, limit: int = 20) -> Shares:
        """Who wrote, or got, the mails that match."""
        with translated():
            return embedded_shares.shares(self._store, self._found(query), part, limit)

    def exchanges(self, query: Query, ids: Sequence[str]) -> list[Exchange]:
        """Who of these persons wrote to whom of them in the mails that match, most mails first."""
        with translated():
            return embedded_shares.exchanges(self._store, self._found(query), ids)

    def _found(self, query: Query) -> list[int] | None:
        """The numbers of the messages that match, None for all."""
        if query.tree is None:
            return None
        return embedded_shares.numbers(self._searcher(), self._compiler.compile(query.tree))

    def frequencies(self, words: Sequence[str]) -> tuple[int, dict[str, int]]:
        """How many documents there are, and how many of them have each word among the sender's own."""
        with translated():
            searcher = self._searcher()
            asked = {word: tantivy.Query.term_query(schema(), "own", word) for word in words}
            return searcher.num_docs, {
                word: int(searcher.search(query, 1).count)  # type: ignore[attr-defined]  # its stub lacks it
                for word, query in asked.items()
            }

    def decisions(self) -> list[Decision]:
        """What people decided on people, the latest first."""
        with translated():
            return embedded_persons.decisions(self._store)


class EmbeddedDirectoryWriter:
    """Writing to the directory of an embedded corpus; see `search.persons.DirectoryWriter`."""

    _store: Store
    _noting: embedded_persons.Noting

    def _transaction(self) -> AbstractContextManager[None]:
        raise NotImplementedError

    def sightings(self) -> list[Sighting]:
        """How all mails name people and lists."""
        with translated():
            self._noting.catch_up(self._transaction)
            return embedded_persons.sightings(self._store)

    def keep_people(self, facts: Facts) -> None:
        """Makes the directory of these facts and of what was decided."""
        with self._transaction():
            embedded_persons.keep(self._store, facts)

    def decide(self, decision: Decision) -> None:
        """Stores a decision; the directory changes accordingly."""
        with self._transaction():
            embedded_persons.decide(self._store, decision)

    def undecide(self, id: str) -> None:
        """Takes a decision back; NotFound."""
        with self._transaction():
            embedded_persons.undecide(self._store, id)
