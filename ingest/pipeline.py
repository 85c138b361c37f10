"""The loop that takes archives in: read, prepare, store, and from time to time arrange threads and index."""

import errno
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from ingest import archives, threads
from ingest.archives import Item, Problem, Unit
from ingest.cycles import held_back
from ingest.dry_runs import DryWriter
from ingest.prepare import STOPS, Chunk, Setting, prepare_chunk, prepare_packed, start_worker, storable, unpack
from ingest.progress import Outcome, Progress
from mappings.records import ArchiveState, Failure
from mappings.signatures import Key
from search.engine import Batch, Counts, Engine, Writer

CHUNK_MESSAGES = 500
CHUNK_BYTES = 8 << 20
LARGE = 32 << 20  # bytes of a chunk that is prepared here and alone: on its way to a worker it is held several times
FEW_BYTES = 64 << 20
SETTLE_MESSAGES = 20_000  # a commit of the index costs the more, the more often it comes
SETTLE_SECONDS = 30.0
OTHERS = ("extract", "article")  # stages whose failures are not this loop's concern
FELL_OVER = "not-read-on"  # the code of a problem after which the next run begins at the same position


class Taker(Protocol):
    """As much of a writer as reading needs."""

    def state(self, archive: str, collection: str) -> ArchiveState | None:
        """The ledger's line for an archive."""

    def take(self, batch: Batch) -> Counts:
        """Stores a batch and moves the ledger on."""


class Work(Struct):
    """A chunk of one archive on its way: what was read, and where the archive stands after it."""

    track: "Track"
    items: list[Item | Problem]
    position: str
    size: int  # bytes of the raw messages
    last: bool  # the archive is done with it


class Track(Struct):
    """An archive that is being read. `state` has the counts of all that was stored so far."""

    archive: str
    unit: Unit | None  # None for what could not be looked at
    state: ArchiveState
    setting: Setting
    start: str  # the position that reading began at, "" for the archive's start
    bytes: int = 0


def find(paths: Iterable[Path | Unit | Problem], *, besides: Path | None = None) -> list[Unit | Problem]:
    """The archives below the paths, each once; nothing of the folder `besides`, which is the corpus itself.

    A problem stands for what could not be looked at; its member is the absolute path.
    """
    found: dict[str, Unit | Problem] = {}
    for path in paths:
        for unit in archives.units(path) if isinstance(path, Path) else [path]:
            name = name_of(unit)
            if besides is None or not Path(name).is_relative_to(besides):
                found.setdefault(name, unit)
    return list(found.values())


def name_of(unit: Unit | Problem) -> str:
    """The absolute path that the ledger names an archive by; bytes that are no UTF-8 are written `\\xff`."""
    name = unit.member if isinstance(unit, Problem) else str(unit.path)
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def load(
    engine: Engine | None, paths: Iterable[Path | Unit | Problem], *, collection: str = "", workers: int = 0,
    dry_run: bool = False, parser: str = "fast", progress: Progress | None = None, executor: Executor | None = None,
    stop: Callable[[], object] = bool, found: list[Failure] | None = None,
) -> Outcome:  # fmt: skip
    """Takes in everything below `paths`; what `stop()` cuts short goes on with the next call.

    With one worker all reading is done in this thread; with more, in as many processes, or in the `executor` given;
    with none named, by the cores and by how much there is to read.
    A dry run stores nothing and needs no engine; what it could not read is added to `found`. CorpusLocked,
    EngineUnavailable.
    """
    units = find(paths)
    workers = workers or suited(units)
    with _pool(workers, executor, ahead=engine is not None and engine.waits) as pool:
        if dry_run or engine is None:
            loader = Loader(collection, parser=parser, progress=progress, stop=stop)
            return loader.run(DryWriter(engine, found), units, pool, workers)
        with engine.writer() as writer:
            known = failures(engine)
            loader = Loader(collection, parser=parser, progress=progress, stop=stop, known=known, keys=engine.keys())
            return loader.run(writer, units, pool, workers, writer)


def retry(
    engine: Engine, known: Sequence[tuple[int, Failure]], *, progress: Progress | None = None,
    stop: Callable[[], object] = bool,
) -> Outcome:  # fmt: skip
    """Reads each archive that has failures from its start once more and strikes those that do not recur. A folder's
    file that is an archive of its own by now is read as one."""
    outcome = Outcome()
    known = [(number, failure) for number, failure in known if failure.stage not in OTHERS]
    with engine.writer() as writer:
        for collection in sorted({failure.collection for _, failure in known}):
            names = {failure.archive for _, failure in known if failure.collection == collection}
            paths = [Path(name) for name in sorted(names) if Path(name).exists()]
            files = {
                number: os.path.join(failure.archive, failure.member)  # noqa: PTH118
                for number, failure in known if failure.collection == collection and failure.member
            }  # fmt: skip
            units = [unit for unit in find(paths) if name_of(unit) in {*names, *files.values()}]
            loader = Loader(collection, progress=progress, stop=stop, again=True, known=known, keys=engine.keys())
            loader.outcome = outcome
            loader.run(writer, units, None, 1, writer)
            found = {name_of(unit) for unit in units}
            moved = [number for number, failure in known if failure.archive not in found and files.get(number) in found]
            writer.forget_failures(moved)
            outcome.resolved += len(moved)
    return outcome


def suited(units: Iterable[Unit | Problem]) -> int:
    """How many workers are worth their start: one for little mail, else a core each; more than four wait for us."""
    size = sum(unit.size for unit in units if isinstance(unit, Unit))
    return 1 if size < FEW_BYTES else min(4, os.cpu_count() or 1)


@contextmanager
def _pool(workers: int, executor: Executor | None, *, ahead: bool) -> Iterator[Executor | None]:
    """The executor given, else one of so many processes, else none, or a thread that reads `ahead` while this one waits
    for the engine."""
    if executor is not None or workers <= 1:
        with ThreadPoolExecutor(1, "read") if ahead and executor is None else nullcontext(executor) as pool:
            yield pool
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Spawned, not forked: the engine's threads hold locks that a forked child would find taken for ever.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=start_worker)
    # A worker that starts takes the signals blocked, so that a ^C before it can ignore them does not end it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        for _ in range(workers):
            pool.submit(os.getpid)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def failures(engine: Engine) -> Iterator[tuple[int, Failure]]:
    """Every failure with its number, oldest first."""
    after = 0
    while found := engine.failures(limit=1000, after=after):
        yield from found
        after = found[-1][0]


class Loader:
    """One run of the loop; `outcome` is up to date after each batch."""

    def __init__(
        self, collection: str, *, parser: str = "fast", progress: Progress | None = None,
        stop: Callable[[], object] = bool, again: bool = False, known: Iterable[tuple[int, Failure]] = (),
        keys: Iterable[Key] = (),
    ) -> None:  # fmt: skip
        """`again` reads every archive from its start; `known` are the corpus's failures: those met again or not
        met again where they were are struck, so that none is listed twice or for ever. `keys` are the corpus's own."""
        self.collection = collection
        self.parser = parser
        self.progress = progress or Progress()
        self.stop = stop
        self.again = again
        self.keys = tuple(keys)
        self.known: dict[str, dict[int, Spot]] = {}
        for number, failure in known:
            if failure.collection == collection and failure.stage not in OTHERS:
                self.known.setdefault(failure.archive, {})[number] = spot(failure)
        self.outcome = Outcome()
        self.done = 0  # bytes on disk of the archives that are done with

    @held_back()
    def run(
        self, taker: Taker, units: Sequence[Unit | Problem], pool: Executor | None, workers: int,
        writer: Writer | None = None,
    ) -> Outcome:  # fmt: skip
        """Reads the units; with a writer, threads are arranged and the index filled on the way and at the end."""
        began = settled = time.monotonic()
        outcome = self.outcome
        fresh = 0
        self.progress.start(sum(unit.size for unit in units if isinstance(unit, Unit)))
        for work, chunk, begun in _begun(_prepared(self._read(taker, units), pool, workers), writer):
            fresh += self._take(taker, work, chunk, begun).new
            if writer:
                self._strike(writer, work, chunk)
            now = time.monotonic()
            outcome.seconds = now - began
            if writer and fresh and (fresh >= SETTLE_MESSAGES or now - settled > SETTLE_SECONDS) and not self.stop():
                self._settle(writer, wait=False)
                fresh, settled = 0, time.monotonic()
        if writer:
            self._settle(writer, wait=True)
        outcome.seconds = time.monotonic() - began
        return outcome

    def _read(self, taker: Taker, units: Sequence[Unit | Problem]) -> Iterator[Work]:
        """Chunks of every archive that is new or has changed."""
        for unit in units:
            if self.stop():
                self.outcome.interrupted = True
                return
            self.outcome.archives += 1
            archive = name_of(unit)
            setting = Setting(archive, self.collection, self.parser, self.keys)
            if isinstance(unit, Problem):
                state = ArchiveState(archive=archive, collection=self.collection)
                problem = replace(unit, member="")
                yield Work(Track(archive, None, state, setting, ""), [problem], "", 0, last=False)
                continue
            old = None if self.again else taker.state(archive, self.collection)
            position, head = archives.resume(unit, old)
            if position is None:
                self.outcome.unchanged += 1
                self.done += unit.size
                continue
            # What is read from its start is counted from its start.
            state = old if old and position else ArchiveState(archive=archive, collection=self.collection)
            state = replace(state, size=unit.size, modified=unit.modified, head=head, kind=unit.kind, position=position)
            yield from self._chunks(Track(archive, unit, state, setting, position), unit)

    def _chunks(self, track: Track, unit: Unit) -> Iterator[Work]:
        """One archive in chunks bounded by count and bytes; the last one, perhaps empty, says that it is done."""
        items: list[Item | Problem] = []
        position = track.state.position
        size = 0
        reader = iter(archives.read(unit, position))
        whole = True
        while (item := _next(reader, position)) is not None:
            items.append(item)
            position = item.position
            if isinstance(item, Item):
                size += len(item.raw)
            if len(items) >= CHUNK_MESSAGES or size >= CHUNK_BYTES:
                yield Work(track, items, position, size, last=False)
                items, size = [], 0
            if isinstance(item, Problem) and item.code == FELL_OVER:
                whole = False
                break
            if self.stop():
                whole, self.outcome.interrupted = False, True
                break
        if items or whole:
            yield Work(track, items, position, size, last=whole)

    def _take(self, taker: Taker, work: Work, chunk: Chunk, begun: object) -> Counts:
        """Stores a chunk, adds up, shows."""
        track, outcome = work.track, self.outcome
        state = replace(track.state, position=work.position, done=work.last)
        try:
            counts = taker.take(Batch(state=state, messages=chunk.messages, failures=chunk.failures, begun=begun))
        except UnicodeEncodeError:  # nothing of the batch was stored
            chunk = storable(chunk)
            counts = taker.take(Batch(state=state, messages=chunk.messages, failures=chunk.failures))
        read = len(chunk.messages) + counts.failed
        track.state = replace(
            state, read=state.read + read, new=state.new + counts.new, already=state.already + counts.already,
            failed=state.failed + counts.failed,
        )  # fmt: skip
        outcome.read += read
        outcome.new += counts.new
        outcome.already += counts.already
        outcome.failed += counts.failed
        outcome.partial += len(chunk.failures) - counts.failed + counts.unsearchable
        outcome.notes += sum(len(prepared.message.notes) for prepared in chunk.messages)
        outcome.bytes += work.size
        track.bytes += work.size
        size = track.unit.size if track.unit else 0
        if work.last:
            self.done += size
        self.progress.update(track.archive, self.done + (0 if work.last else min(track.bytes, size)), outcome)
        return counts

    def _strike(self, writer: Writer, work: Work, chunk: Chunk) -> None:
        """Strikes known failures of this archive: those recorded anew, and at its end those that did not recur."""
        known = self.known.get(work.track.archive)
        if not known:
            return
        met = {spot(failure) for failure in chunk.failures}
        struck = [number for number, where in known.items() if where in met]
        for number in struck:
            del known[number]
        if work.last and not work.track.start:
            struck += known
            self.outcome.resolved += len(known)
            known.clear()
        if struck:
            writer.forget_failures(struck)

    def _settle(self, writer: Writer, *, wait: bool) -> None:
        self.progress.phase("arranging threads")
        threads.settle(writer)
        self.progress.phase("indexing")
        writer.index(wait=wait)


def _next(reader: Iterator[Item | Problem], position: str) -> Item | Problem | None:
    """What the reader yields next; should it raise after all, a problem in its stead: a bad archive ends no run."""
    try:
        return next(reader, None)
    except Exception as error:
        reason = f"{error.strerror or error}" if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        reason = f"The archive could not be read on: {reason}."
        return Problem(stage="open", code=FELL_OVER, reason=reason, position=position)


def _begun(prepared: Iterator[tuple[Work, Chunk]], writer: Writer | None) -> Iterator[tuple[Work, Chunk, object]]:
    """Each chunk once the next one is prepared: the writer begins with it meanwhile. A large one is not held back."""
    held: tuple[Work, Chunk, object] | None = None
    for work, chunk in prepared:
        begun = None
        if writer and work.size <= LARGE:
            with suppress(UnicodeEncodeError):  # told when it is taken
                begun = writer.begin(chunk.messages)
        if held:
            yield held
        held = work, chunk, begun
        if begun is None:
            yield held
            held = None
    if held:
        yield held


def _prepared(works: Iterator[Work], pool: Executor | None, workers: int) -> Iterator[tuple[Work, Chunk]]:
    """Each chunk prepared, in order; with a pool, a bounded number of them at a time."""
    if pool is None:
        for work in works:
            yield work, prepare_chunk(work.track.setting, work.items)
        return
    flying: deque[tuple[Work, Future[bytes | Chunk]]] = deque()
    prepare: Callable[..., bytes | Chunk] = prepare_chunk if isinstance(pool, ThreadPoolExecutor) else prepare_packed
    for work in works:
        if work.size > LARGE:
            while flying:
                yield _landed(*flying.popleft())
            yield work, prepare_chunk(work.track.setting, work.items)
            continue
        flying.append((work, pool.submit(prepare, work.track.setting, work.items)))
        if len(flying) > workers + 1:
            yield _landed(*flying.popleft())
    while flying:
        yield _landed(*flying.popleft())


def _landed(work: Work, future: "Future[bytes | Chunk]") -> tuple[Work, Chunk]:
    try:
        found = future.result()
        return work, unpack(found, work.items) if isinstance(found, bytes) else found
    except BrokenExecutor:
        reason = "A process that read mails ended unexpectedly, perhaps for want of memory; the next run goes on"
        raise OSError(errno.ECHILD, reason) from None
    except Exception:  # whoever was to read it is gone; reading here raises for nothing that a mail holds
        return work, prepare_chunk(work.track.setting, work.items)


Spot = tuple[str, str, int, str, str]


def spot(failure: Failure) -> Spot:
    """What makes two failures the same one."""
    return failure.archive, failure.member, failure.offset, failure.stage, failure.code
