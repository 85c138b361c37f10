"""Takes the demo in: the mailboxes, then the mails that the newspaper published, under their numbers."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ingest import pipeline, published
from ingest.demo.release import COLLECTION, SOURCE_URL
from ingest.people import directory
from ingest.progress import Outcome, Progress
from search.engine import Engine


def take(engine: Engine, paths: Sequence[Path], progress: Progress, stop: Callable[[], object]) -> Outcome:
    """What became of both loads together; the last of the paths is the publication. CorpusLocked, EngineUnavailable."""
    *boxes, papers = paths
    outcome = pipeline.load(engine, boxes, progress=progress, stop=stop)
    if outcome.interrupted:
        return outcome
    published.keep(engine, COLLECTION, SOURCE_URL)
    whole = _both(outcome, pipeline.load(engine, [papers], collection=COLLECTION, progress=progress, stop=stop))
    if not whole.interrupted:
        directory.follow(engine, progress)
    return whole


def _both(first: Outcome, second: Outcome) -> Outcome:
    names = set(Outcome.__struct_fields__) - {"interrupted"}
    summed = {name: getattr(first, name) + getattr(second, name) for name in names}
    return Outcome(**summed, interrupted=first.interrupted or second.interrupted)
