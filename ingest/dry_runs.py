"""What stands for a writer where nothing is to be written."""

from mappings.records import ArchiveState, Failure
from search.engine import Batch, Counts, Engine


class DryWriter:
    """Counts what a writer would store: messages are new unless the corpus or this run has them."""

    def __init__(self, engine: Engine | None, found: list[Failure] | None = None) -> None:
        self.engine = engine
        self.found = found if found is not None else []
        self.seen: set[bytes] = set()
        states = engine.status().archives if engine else ()
        self.states = {(state.archive, state.collection): state for state in states}

    def state(self, archive: str, collection: str) -> ArchiveState | None:
        """The ledger's line for an archive."""
        return self.states.get((archive, collection))

    def take(self, batch: Batch) -> Counts:
        """Stores nothing."""
        ids = [prepared.message.id for prepared in batch.messages]
        here = {message.id for message in self.engine.messages(ids)} if self.engine else set()
        before = len(self.seen)
        self.seen.update(bytes.fromhex(id[:32]) for id in ids if id not in here)
        new = len(self.seen) - before
        self.found.extend(batch.failures)
        return Counts(new=new, already=len(ids) - new, failed=batch.lost())
