"""The directory's part of the engine for a cluster: reading and writing who is who, one writer at a time."""

from collections.abc import Iterable, Sequence

from mappings.persons import Decision, Person, PersonRow, Sighting
from search import elastic_persons, elastic_shares
from search.elastic import Cluster
from search.elastic_lease import Lease
from search.elastic_queries import Compiler
from search.persons import Exchange, Facts, Part, PersonOrder, Persons, Shares
from search.query import Query


class ElasticDirectory:
    """Reading the directory of a corpus in a cluster; see `search.persons.Directory`."""

    _cluster: Cluster
    _compiler: Compiler

    def person(self, id: str) -> Person:
        """A person in full; NotFound."""
        return elastic_persons.person(self._cluster, id)

    def persons(self, words: str = "", *, order: PersonOrder = "mails", limit: int = 50, cursor: str = "") -> Persons:
        """Those of whose names and addresses words begin with all of these; CursorError."""
        return elastic_persons.persons(self._cluster, words, order, limit, cursor)

    def who(self, handles: Iterable[str]) -> dict[str, PersonRow]:
        """The persons of handles, by handle."""
        return elastic_persons.who(self._cluster, handles)

    def handles(self, name: str) -> list[str]:
        """The handles that `person:` means."""
        return elastic_persons.handles(self._cluster, name)

    def shares(self, query: Query, part: Part, limit: int = 20) -> Shares:
        """Who wrote, or got, the mails that match."""
        return elastic_shares.shares(self._cluster, self._compiler.compile(query.tree), part, limit)

    def exchanges(self, query: Query, ids: Sequence[str]) -> list[Exchange]:
        """Who of these persons wrote to whom of them in the mails that match, most mails first."""
        return elastic_shares.exchanges(self._cluster, self._compiler.compile(query.tree), ids)

    def frequencies(self, words: Sequence[str]) -> tuple[int, dict[str, int]]:
        """How many documents there are, and how many of them have each word among the sender's own."""
        return elastic_shares.frequencies(self._cluster, words)

    def decisions(self) -> list[Decision]:
        """What people decided on people, the latest first."""
        return elastic_persons.decisions(self._cluster)


class ElasticDirectoryWriter:
    """Writing to the directory of a corpus in a cluster; see `search.persons.DirectoryWriter`."""

    _cluster: Cluster

    def sightings(self) -> list[Sighting]:
        """How all mails name people and lists."""
        return elastic_persons.sightings(self._cluster)

    def keep_people(self, facts: Facts) -> None:
        """Makes the directory of these facts and of what was decided."""
        with self._alone():
            elastic_persons.keep(self._cluster, facts)

    def decide(self, decision: Decision) -> None:
        """Stores a decision; the directory changes accordingly."""
        with self._alone():
            elastic_persons.decide(self._cluster, decision)

    def undecide(self, id: str) -> None:
        """Takes a decision back; NotFound."""
        with self._alone():
            elastic_persons.undecide(self._cluster, id)

    def _alone(self) -> Lease:
        """What is written to the directory is made of what is read before: one process at a time."""
        return Lease(self._cluster, "people")
