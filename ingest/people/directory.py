"""The directory of people brought up to date with the mail that is here."""

from collections.abc import Iterable

from msgspec import Struct

from ingest.people.bearers import bearers, known_of
from ingest.people.evidence import found
from ingest.progress import Progress
from mappings.persons import Decision
from search.engine import Engine, Writer
from search.person_facts import unpack
from search.persons import NAME, Facts


class Brought(Struct, frozen=True):
    """How many handles mails name, and how many persons these are held to be."""

    handles: int
    persons: int
    evidence: int


def bring(engine: Engine, writer: Writer, decisions: Iterable[Decision] = ()) -> Brought:
    """Draws the directory anew from all mail, with these decisions beside those that stand; it is the same whatever
    the order of ingest."""
    upto = engine.newest()
    known = known_of(writer.sightings())
    evidence = found(engine, bearers(known))
    writer.keep_people(Facts(known=tuple(known), evidence=tuple(evidence), upto=upto))
    for decision in decisions:
        writer.decide(decision)
    return Brought(len(known), engine.persons(limit=1).total, len(evidence))


def follow(engine: Engine, progress: Progress | None = None) -> Brought | None:
    """Brings it up to date where mail came in since."""
    if unpack(engine.derived(NAME)).upto == engine.newest():
        return None
    (progress or Progress()).phase("telling people apart")
    with engine.writer() as writer:
        return bring(engine, writer)
