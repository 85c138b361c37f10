"""Python's search for cycles of garbage, which mails hardly make, held back while many of them are read."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_THRESHOLDS = (200_000, 10, 10)  # objects between two searches; by itself Python searches after 700


def hold_back() -> None:
    """Has this process search for cycles seldom. References alone free nearly all that reading makes."""
    gc.set_threshold(*_THRESHOLDS)


@contextmanager
def held_back() -> Iterator[None]:
    """The same for as long as something lasts."""
    before = gc.get_threshold()
    hold_back()
    try:
        yield
    finally:
        gc.set_threshold(*before)
