"""Long work that readers may ask for, so many at a time: the rest of the server's threads stays for short answers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from webapp.context import Busy


class Turns:
    """So many turns of one kind of work."""

    def __init__(self, most: int, what: str) -> None:
        self._free = threading.BoundedSemaphore(most)
        self._sentence = f"{most} {what} at a time are the most that this site makes."

    def take(self) -> None:
        """Takes a turn; Busy when all are taken."""
        if not self._free.acquire(blocking=False):
            raise Busy(self._sentence)

    def give(self) -> None:
        """Gives it back."""
        self._free.release()

    @contextmanager
    def one(self) -> Iterator[None]:
        """A turn for as long as the block lasts; Busy."""
        self.take()
        try:
            yield
        finally:
            self.give()
