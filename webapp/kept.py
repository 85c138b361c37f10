"""Answers that cost much and stay right while nothing changes: kept under the corpus's stamp, made once."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, current_app

from webapp.context import engine

T = TypeVar("T")
NAME = "unsealed-kept"


class Kept:
    """What an app keeps: by name the stamp and the answer."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # who comes while an answer is made waits for it rather than makes another
        self._found: dict[str, tuple[str, Any]] = {}

    def get(self, name: str, make: Callable[[], T]) -> T:
        """The answer as it was made, if nothing has changed since, else anew."""
        with self._lock:
            stamp = engine().stamp()
            known = self._found.get(name)
            if known is None or known[0] != stamp:
                known = self._found[name] = (stamp, make())
            return cast(T, known[1])


def kept(name: str, make: Callable[[], T]) -> T:
    """An answer that depends on the corpus alone."""
    return cast(Kept, current_app.extensions[NAME]).get(name, make)


def register(app: Flask) -> None:
    """Puts an empty store on an app."""
    app.extensions[NAME] = Kept()
