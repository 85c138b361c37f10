"""Answers that cost much, kept while the corpus is as it was: pages of one search ask for the same counts again."""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")
MOST = 64  # answers that are kept, those asked for last


class Remembered(Generic[T]):
    """What was answered last, by what was asked. Usable from any number of threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._stamp = ""
        self._found: dict[Hashable, T] = {}

    def get(self, stamp: str, asked: Hashable, make: Callable[[], T]) -> T:
        """The answer to what is asked, made anew unless it is known under this stamp (`search.stamps`)."""
        with self._lock:
            if stamp != self._stamp:
                self._stamp = stamp
                self._found.clear()
            known = self._found.pop(asked, None)
            if known is not None:
                self._found[asked] = known  # the last one now
                return known
        made = make()
        with self._lock:
            if stamp == self._stamp:
                self._found[asked] = made
                while len(self._found) > self._most:
                    del self._found[next(iter(self._found))]
        return made
