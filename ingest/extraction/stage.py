"""The second stage: every file that mails carry is read once, its text stored and made searchable."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby

from msgspec import Struct

from ingest import pipeline
from ingest.extraction import Answer, Job, Limits
from ingest.extraction.keeper import Keeper
from ingest.extraction.kinds import is_picture
from ingest.messages import files_of
from ingest.progress import Progress
from mappings.records import Attachment, Failure, File, FileState
from search.engine import Batch, Engine, Writer
from search.errors import SearchError

KEPT_TOGETHER = 100  # files
KEPT_SECONDS = 5.0
INDEX_SECONDS = 60.0
STAGE = "extract"
AGAIN: tuple[FileState, ...] = ("failed", "unread", "empty")  # what another try may change


class Extraction(Struct, kw_only=True):
    """What became of files: read = text + empty + encrypted + unread + failed."""

    read: int = 0
    text: int = 0
    empty: int = 0
    encrypted: int = 0
    unread: int = 0
    failed: int = 0
    characters: int = 0
    bytes: int = 0
    seconds: float = 0.0
    interrupted: bool = False


class _Task(Struct):
    """A file on its way: the mail that it is taken from, what that calls it, what is read of it."""

    file: File
    message: str
    attachment: Attachment | None
    answer: Answer | Future[Answer]


def extract(
    engine: Engine, *, workers: int = 0, limits: Limits | None = None, again: Collection[FileState] = (),
    progress: Progress | None = None, stop: Callable[[], object] = bool,
) -> Extraction:  # fmt: skip
    """Reads every file that waits, and those in the states of `again` once more. What `stop()` cuts short goes on with
    the next call. CorpusLocked, EngineUnavailable."""
    limits = limits or Limits()
    states: list[FileState] = ["waiting", *again]
    counted = engine.status().files
    total = sum(counted.get(state, 0) for state in states)
    if not total:
        return Extraction()
    with engine.writer() as writer:
        return _Stage(engine, writer, limits, progress or Progress(), stop).run(states, total, workers or suited())


def suited() -> int:
    """How many processes are worth their start."""
    return min(4, os.cpu_count() or 1)


class _Stage:
    """One run."""

    def __init__(
        self, engine: Engine, writer: Writer, limits: Limits, progress: Progress, stop: Callable[[], object]
    ) -> None:
        self.engine = engine
        self.writer = writer
        self.limits = limits
        self.progress = progress
        self.stop = stop
        self.found = Extraction()
        self.known: dict[str, list[int]] = {}
        for number, failure in pipeline.failures(engine):
            if failure.stage == STAGE:
                self.known.setdefault(failure.file, []).append(number)

    def run(self, states: list[FileState], total: int, workers: int) -> Extraction:
        """Reads, stores, indexes."""
        began = kept = indexed = time.monotonic()
        self.progress.start(total)
        done: list[tuple[_Task, Answer]] = []
        for task, answer in self._answered(states, workers):
            done.append((task, answer))
            now = time.monotonic()
            if len(done) >= KEPT_TOGETHER or now - kept > KEPT_SECONDS:
                self._keep(done)
                done, kept = [], now
            if now - indexed > INDEX_SECONDS and not self.stop():
                self.writer.index(wait=False)
                indexed = time.monotonic()
            self.found.seconds = now - began
            self._show(total)
        self._keep(done)
        self.progress.phase("indexing")
        self.writer.index(wait=True)
        self.found.seconds = time.monotonic() - began
        return self.found

    def _show(self, total: int) -> None:
        found = self.found
        self.progress.step(
            "extracting text", found.read,
            f"{found.read:,} of {total:,} files {found.read / max(found.seconds, 0.001):,.0f}/s · "
            f"{found.text:,} with text {found.failed:,} failed",
        )  # fmt: skip

    def _answered(self, states: list[FileState], workers: int) -> Iterator[tuple[_Task, Answer]]:
        """Every file with what was read of it, in order; a bounded number of them at a time."""
        own = threading.local()
        keepers: list[Keeper] = []

        def read(job: Job) -> Answer:
            if not hasattr(own, "keeper"):
                own.keeper = Keeper(self.limits)
                keepers.append(own.keeper)
            answer: Answer = own.keeper.read(job)
            return answer

        flying: deque[_Task] = deque()
        try:
            with ThreadPoolExecutor(workers, "extract") as pool:
                for task in self._tasks(states, lambda job: pool.submit(read, job)):
                    flying.append(task)
                    while flying and (len(flying) > 2 * workers or _is_done(flying[0])):
                        yield flying[0], _answer(flying.popleft())
                while flying:
                    yield flying[0], _answer(flying.popleft())
        finally:
            for keeper in keepers:
                keeper.close()

    def _tasks(self, states: list[FileState], submit: Callable[[Job], Future[Answer]]) -> Iterator[_Task]:
        """A task for every file in these states; a mail is opened once for all of its files that come together."""
        for message, group in groupby(self.engine.files_in(states), key=lambda pair: pair[1]):
            files = [file for file, _ in group]
            reading = [file for file in files if self.limits.ocr or not is_picture(file.media)]
            opened = self._opened(message) if reading else {}
            for file in files:
                if self.stop():
                    self.found.interrupted = True
                    return
                attachment, data = opened.get(file.sha256, (None, b""))
                if attachment is not None:
                    answer: Answer | Future[Answer] = submit(Job(data, attachment.name, attachment.declared))
                elif file not in reading:
                    answer = Answer("unread", "no-ocr", "Pictures and sounds are not read unless --ocr is given.")
                else:
                    answer = Answer("failed", "not-there", "The mail that carries it does not give it back.")
                yield _Task(file, message, attachment, answer)

    def _opened(self, message: str) -> dict[str, tuple[Attachment, bytes]]:
        try:
            raw = self.engine.raw(message)
        except SearchError:
            return {}
        return {attachment.sha256: (attachment, data) for attachment, data in files_of(raw)}

    def _keep(self, done: list[tuple[_Task, Answer]]) -> None:
        """Stores what became of files: failures first, since a file that is stored is not read again."""
        struck = [number for task, _ in done for number in self.known.pop(task.file.sha256, ())]
        if struck:
            self.writer.forget_failures(struck)
        for task, answer in done:
            if answer.state == "failed":
                self._note(task, answer)
        self.writer.keep_files([_kept(task.file, answer) for task, answer in done])
        for task, answer in done:
            self.found.read += 1
            setattr(self.found, answer.state, getattr(self.found, answer.state) + 1)
            self.found.characters += len(answer.text)
            self.found.bytes += task.file.size

    def _note(self, task: _Task, answer: Answer) -> None:
        place = self.engine.places(task.message)[0]
        state = self.writer.state(place.archive, place.collection)
        part = task.attachment
        name = f"{part.name or 'an unnamed file'} (part {part.part}): " if part else ""
        failure = Failure(
            archive=place.archive, member=place.member, offset=place.offset, stage=STAGE, code=answer.code,
            reason=name + answer.reason, collection=place.collection, message=task.message, file=task.file.sha256,
        )  # fmt: skip
        if state is not None:
            self.writer.take(Batch(state=state, failures=[failure]))


def _is_done(task: _Task) -> bool:
    return isinstance(task.answer, Answer) or task.answer.done()


def _answer(task: _Task) -> Answer:
    return task.answer if isinstance(task.answer, Answer) else task.answer.result()


def _kept(file: File, answer: Answer) -> File:
    return File(
        sha256=file.sha256, size=file.size, media=answer.media or file.media, state=answer.state, code=answer.code,
        reason=answer.reason, text=answer.text,
    )  # fmt: skip
