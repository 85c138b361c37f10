"""Pages of PDF files as pictures, drawn by a process of its own that is killed when a file breaks it."""

import base64
import threading
from functools import cache

from ingest.extraction import Answer, Job, Limits, Unreadable, office, worker
from ingest.extraction.keeper import Keeper
from ingest.processes import command

LIMITS = Limits(seconds=15, memory=800)
FINE, SMALL = 110, 40  # dots an inch: to be read, and beside a name
LARGEST = 64_000_000  # bytes of a file that is drawn


def main() -> None:
    """Draws the pages it is asked for, until there are no more."""
    worker.main(draw)


def draw(job: Job, limits: Limits) -> Answer:
    """How many pages there are (`job.name` is ""), or one as PNG in base64 (`job.name` is `number@dots`). Raises
    nothing but what breaks the process."""
    try:
        if not job.name:
            return Answer("text", text=str(office.page_count(job.data)))
        number, _, dots = job.name.partition("@")
        return Answer("text", text=base64.b64encode(office.page(job.data, int(number), int(dots))).decode("ascii"))
    except Unreadable as problem:
        return Answer(problem.state, problem.code, str(problem))
    except BaseException as error:  # a panic in a library written in Rust is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
            raise
        return Answer("failed", "reader-failed", f"It can't be drawn ({type(error).__name__}: {str(error)[:200]}).")


class Renderer:
    """Draws pages one after the other, for any number of threads."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._lock = threading.Lock()
        self._keeper = Keeper(limits, command("ingest.extraction.rendering"))

    def count(self, data: bytes) -> int:
        """How many pages a file has; 0 for one that can't be drawn."""
        answer = self._ask(Job(data))
        return int(answer.text) if answer.state == "text" else 0

    def page(self, data: bytes, number: int, *, small: bool = False) -> bytes:
        """A page as PNG, the first is 1; b"" for one that is not there or can't be drawn."""
        answer = self._ask(Job(data, f"{number}@{SMALL if small else FINE}"))
        return base64.b64decode(answer.text) if answer.state == "text" else b""

    def close(self) -> None:
        """Ends its process."""
        with self._lock:
            self._keeper.close()

    def _ask(self, job: Job) -> Answer:
        if len(job.data) > LARGEST:
            return Answer("failed", "too-large", f"Files of more than {LARGEST:,} bytes are not drawn.")
        with self._lock:
            return self._keeper.read(job)


@cache
def renderer() -> Renderer:
    """The one of this process; its own process starts with the first page."""
    return Renderer()
