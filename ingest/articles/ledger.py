"""What a corpus notes of the sources of articles: counts, and failures, each listed once and struck when past."""

import os
from pathlib import Path

from msgspec import Struct, field

from ingest import pipeline
from ingest.articles.pieces import STAGE, Problem
from mappings.records import ArchiveState, Failure
from search.engine import Batch, Engine, Writer

KIND = "articles"  # of a ledger's line
LEDGER = "articles"  # the collection of its lines: the same path may be one of mail, too


class Source(Struct):
    """A path or address that was asked for, while it is read."""

    name: str
    path: Path | None = None
    folder: bool = False
    known: dict[pipeline.Spot, list[int]] = field(default_factory=dict)
    read: int = 0  # all but what failed
    new: int = 0
    already: int = 0
    failed: int = 0
    waiting: int = 0  # addresses still to be fetched
    whole: bool = False  # it was read to its end


class Ledger:
    """The lines of one run."""

    def __init__(self, engine: Engine, writer: Writer) -> None:
        self.writer = writer
        self._known: dict[str, dict[pipeline.Spot, list[int]]] = {}
        for number, failure in pipeline.failures(engine):
            if failure.stage == STAGE:
                spots = self._known.setdefault(failure.archive, {})
                spots.setdefault(pipeline.spot(failure), []).append(number)

    def begin(self, place: Path | str) -> Source:
        """A source that is about to be read."""
        if isinstance(place, str):
            return Source(place, known=self._known.pop(place, {}))
        name = os.fsencode(place).decode("utf-8", "backslashreplace")
        return Source(name, place, place.is_dir(), known=self._known.pop(name, {}))

    def failed(self, source: Source, problem: Problem) -> Failure:
        """Notes a failure, in place of the same one of an earlier run."""
        failure = Failure(
            archive=source.name, member=problem.member, offset=problem.offset, stage=STAGE, code=problem.code,
            reason=problem.reason, collection=LEDGER,
        )  # fmt: skip
        if old := source.known.pop(pipeline.spot(failure), []):
            self.writer.forget_failures(old)
        self.writer.take(Batch(state=self._line(source, done=False), failures=[failure]))
        source.failed += 1
        return failure

    def close(self, source: Source) -> int:
        """Writes the line of a path; how many failures of earlier runs did not recur and were struck."""
        done = source.whole and not source.waiting
        if source.path is not None and source.read + source.failed:
            self.writer.take(Batch(state=self._line(source, done=done)))
        gone = [number for numbers in source.known.values() for number in numbers] if done else []
        if gone:
            self.writer.forget_failures(gone)
        return len(gone)

    def _line(self, source: Source, *, done: bool) -> ArchiveState:
        size = modified = 0
        if source.path is not None and not source.folder:
            try:
                facts = source.path.stat()
                size, modified = facts.st_size, facts.st_mtime_ns
            except OSError:
                pass
        return ArchiveState(
            archive=source.name, collection=LEDGER, kind=KIND, size=size, modified=modified, done=done,
            read=source.read + source.failed, new=source.new, already=source.already, failed=source.failed,
        )  # fmt: skip
