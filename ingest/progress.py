"""How an ingest is shown while it runs: a live line on a terminal, plain lines elsewhere, nothing for programs."""

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from msgspec import Struct

from mappings.plain import clean

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID
    from rich.table import Table

PLAIN_EVERY = 5.0  # seconds between two plain lines
LIVE_EVERY = 0.2


class Outcome(Struct, kw_only=True):
    """What became of a load: read = new + already + failed, attached mails and unreadable archives included."""

    archives: int = 0  # archive files and folders seen, unchanged ones included
    unchanged: int = 0  # of them, those skipped because nothing in them changed since they were read
    read: int = 0
    new: int = 0
    already: int = 0
    failed: int = 0
    partial: int = 0  # messages stored although not all of them could be read or indexed; they are new or already
    resolved: int = 0  # failures of earlier runs that did not recur
    notes: int = 0  # repairs and assumptions made while reading
    bytes: int = 0  # of the raw messages
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.read / self.seconds if self.seconds > 0 else 0.0


class Progress:
    """Shows nothing; the base of those that do. Used as a context manager."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, total: int) -> None:
        """The work is known: `total` bytes on disk."""

    def update(self, archive: str, done: int, outcome: Outcome) -> None:
        """`done` of the total bytes are read; `archive` is at hand. Called once a batch."""

    def phase(self, words: str) -> None:
        """What is done now, besides reading."""

    def step(self, what: str, done: int, words: str) -> None:
        """`done` of the total are dealt with, whatever they are; `words` say more."""

    def say(self, words: str) -> None:
        """A sentence that stays."""

    def close(self) -> None:
        """The end of what is shown."""


class PlainProgress(Progress):
    """A line every few seconds, for logs and pipes."""

    def __init__(self, stream: TextIO, every: float = PLAIN_EVERY) -> None:
        self.stream = stream
        self.every = every
        self.total = 0
        self.began = self.last = time.monotonic()

    def start(self, total: int) -> None:
        """Starts the clock."""
        self.total = total
        self.began = self.last = time.monotonic()

    def update(self, archive: str, done: int, outcome: Outcome) -> None:
        """A line, if the last one is long enough ago."""
        now = time.monotonic()
        if now - self.last < self.every:
            return
        self.last = now
        seconds = max(now - self.began, 1e-9)
        self.say(
            f"{clean(archive)}: {outcome.read:,} read, {outcome.new:,} new, {outcome.already:,} already there, "
            f"{outcome.failed:,} failed; {outcome.read / seconds:,.0f} messages/s, {outcome.bytes / 1e6:,.1f} MB"
            f"{time_left(done, self.total, seconds)}"
        )

    def step(self, what: str, done: int, words: str) -> None:
        """A line, if the last one is long enough ago."""
        now = time.monotonic()
        if now - self.last >= self.every:
            self.last = now
            self.say(f"{what}: {words}{time_left(done, self.total, now - self.began)}")

    def say(self, words: str) -> None:
        """One line."""
        print(words, file=self.stream, flush=True)


def time_left(done: int, total: int, seconds: float) -> str:
    """`, 12 % done, about 3 min left`; empty as long as nothing can be said."""
    if total <= 0 or done <= 0:
        return ""
    left = seconds * max(total - done, 0) / done
    return f", {100 * min(done, total) // total} % done, about {duration(left)} left"


def duration(seconds: float) -> str:
    """`42 s`, `3 min`, `2 h 10 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


class LiveProgress(Progress):
    """A bar with archive, messages, rate, MB, time left and counts, on a terminal."""

    def __init__(self, console: "Console") -> None:
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn
        from rich.progress import Progress as Live

        column = TextColumn("{task.fields[words]}", markup=False)
        self.live = Live(
            TextColumn("{task.description}", markup=False), BarColumn(bar_width=16), TaskProgressColumn(), column,
            console=console, transient=True, refresh_per_second=4,
        )  # fmt: skip
        self.task: TaskID = self.live.add_task("", total=None, words="")
        self.total = 0
        self.began = self.last = time.monotonic()

    def start(self, total: int) -> None:
        """Starts the clock and shows the bar."""
        self.total = total
        self.began = time.monotonic()
        self.live.start()
        self.live.update(self.task, total=total or None, description="starting")

    def update(self, archive: str, done: int, outcome: Outcome) -> None:
        """Moves the bar, a few times a second at most."""
        now = time.monotonic()
        if now - self.last < LIVE_EVERY:
            return
        self.last = now
        seconds = max(now - self.began, 1e-9)
        left = time_left(done, self.total, seconds).rpartition(", ")[2]
        words = (
            f"{outcome.read:,} messages {outcome.read / seconds:,.0f}/s {outcome.bytes / 1e6:,.1f} MB {left} · "
            f"{outcome.new:,} new {outcome.already:,} already {outcome.failed:,} failed"
        )
        name = clean(archive).rpartition("/")[2]
        self.live.update(self.task, completed=min(done, self.total), description=name[-24:], words=words)

    def step(self, what: str, done: int, words: str) -> None:
        """Moves the bar, a few times a second at most."""
        now = time.monotonic()
        if now - self.last >= LIVE_EVERY:
            self.last = now
            self.live.update(self.task, completed=min(done, self.total), description=what, words=words)

    def phase(self, words: str) -> None:
        """Shows it in the archive's stead."""
        self.live.update(self.task, description=words)

    def say(self, words: str) -> None:
        """A line above the bar."""
        self.live.console.print(words, markup=False, highlight=False, soft_wrap=True)

    def close(self) -> None:
        """Takes the bar away."""
        self.live.stop()


def summary(outcome: Outcome) -> "Table":
    """The final table; its three lines below `read` add up to it."""
    from rich.table import Table

    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(justify="right")
    table.add_column()
    table.add_row(f"{outcome.read:,}", f"read, from {outcome.archives:,} {plural(outcome.archives, 'archive')}"
                  + (f" ({outcome.unchanged:,} unchanged and skipped)" if outcome.unchanged else ""))  # fmt: skip
    table.add_row(f"{outcome.new:,}", "new")
    table.add_row(f"{outcome.already:,}", "already there")
    table.add_row(f"{outcome.failed:,}", "failed")
    if outcome.partial:
        table.add_row(f"{outcome.partial:,}", "stored, but read or indexed only in part")
    if outcome.notes:
        table.add_row(f"{outcome.notes:,}", f"{plural(outcome.notes, 'repair')} noted")
    table.add_row(f"{outcome.bytes / 1e6:,.1f} MB", f"in {duration(outcome.seconds)}, {outcome.rate:,.0f} messages/s")
    return table


def plural(count: int, noun: str) -> str:
    """The noun, with its s unless there is one of it."""
    return noun if count == 1 else f"{noun}s"
