"""A corpus from one engine into another: every message with all its places, the ledger, the failures; checked."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from ingest import pipeline
from ingest.people.directory import bring
from ingest.progress import Progress
from ingest.shelf_copying import copy_shelf
from ingest.threads import prepare, settle
from mappings.records import ArchiveState, Failure, Place, Prepared
from search.chunks import chunks
from search.engine import Batch, Engine, Writer
from search.shelf_digest import shelf_digest

CHUNK = 500  # messages
CHUNK_BYTES = 8 << 20
FILES = 50  # with their texts

_Key = tuple[str, str]


class Copied(Struct, frozen=True):
    """What became of a copy. `same` tells whether both corpora have one digest, of mails and of articles."""

    messages: int
    failures: int
    digest: str
    same: bool
    articles: int = 0
    marks: int = 0  # tags, stars and notes


def copy(source: Engine, target: Engine, progress: Progress | None = None) -> Copied:
    """Stores everything of `source` in `target`; what is there already only gains its places. Broken off at any
    moment, the next call does it again without doubling anything."""
    progress = progress or Progress()
    states = {(state.archive, state.collection): state for state in source.status().archives}
    count = 0
    known = list(pipeline.failures(source))
    have = {pipeline.spot(failure) for _, failure in pipeline.failures(target)}
    with target.writer() as writer:
        writer.put_keys(source.keys())
        for key in states:
            if writer.state(*key) is None:  # so that the ledger keeps its order
                _store(writer, {key: []})
        waiting: dict[_Key, list[Prepared]] = {}
        held = size = 0
        for prepared in _all(source, progress):
            count += 1
            places = source.places(prepared.message.id)
            for place in places:
                waiting.setdefault((place.archive, place.collection), []).append(replace(prepared, place=place))
            held += len(places)
            size += len(prepared.raw)
            if size >= CHUNK_BYTES or held >= CHUNK:
                _store(writer, waiting)
                waiting, held, size = {}, 0, 0
                progress.phase(f"{count:,} messages copied")
        _store(writer, waiting)
        _copy_files(source, writer)
        writer.rule(source.rulings())
        for collection, template in source.sources().items():
            writer.keep_source(collection, template)
        progress.phase("arranging threads")
        settle(writer)
        _close(writer, states, [failure for _, failure in known if pipeline.spot(failure) not in have])
        writer.index()
        articles = copy_shelf(source, target, writer, progress)
        writer.index()
        progress.phase("telling people apart")
        bring(target, writer, source.decisions())
    marks = target.put_marks(source.every_mark())
    _copy_searches(source, target)
    digest = source.digest()
    same = target.digest() == digest and shelf_digest(target) == shelf_digest(source)
    return Copied(count, len(known), digest, same, articles, marks)


def _all(source: Engine, progress: Progress) -> Iterator[Prepared]:
    """Every message that is whole, those that were attached to another after that one."""
    later: dict[str, str] = {}  # carriers by id
    for id, wrong in source.verify():
        if wrong:
            progress.say(f"{id[:16]} is left out: {wrong}")
            continue
        message = source.message(id)
        if message.carrier:
            later[id] = message.carrier
        else:
            yield prepare(message, source.raw(id), Place(archive=""))
    while later:
        ready = [id for id, carrier in later.items() if carrier not in later] or list(later)
        for id in ready:
            del later[id]
            yield prepare(source.message(id), source.raw(id), Place(archive=""))


def _store(writer: Writer, waiting: dict[_Key, list[Prepared]]) -> None:
    for key, messages in waiting.items():
        # not done, until the line itself is copied: who stops here has to copy again
        state = ArchiveState(archive=key[0], collection=key[1])
        writer.take(Batch(state=state, messages=messages))


def _copy_searches(source: Engine, target: Engine) -> None:
    """The saved searches; every corpus counts by itself what came in, so that what was new to one is looked for."""
    latest = source.newest()
    target.put_searches(replace(one, seen=target.newest() if one.seen >= latest else 0) for one in source.searches())


def _copy_files(source: Engine, writer: Writer) -> None:
    """What was read of the files that mails carry."""
    pairs = source.files_in(["text", "empty", "encrypted", "unread", "failed"])
    for part in chunks(pairs, FILES):
        writer.keep_files(source.files(file.sha256 for file, _ in part).values())


def _close(writer: Writer, states: dict[_Key, ArchiveState], failures: list[Failure]) -> None:
    """The ledger's lines as they are in the source, and its failures."""
    for key, state in states.items():
        found = [failure for failure in failures if (failure.archive, failure.collection) == key]
        if found:
            writer.take(Batch(state=state, failures=found))
        writer.take(Batch(state=state))
