"""Trying again: pauses that double and vary, until time is up."""

import logging
import random
import time

from search.errors import EngineUnavailable, SearchError

_FIRST, _LONGEST = 0.2, 5.0  # seconds
_QUIET = 3.0  # seconds that need no word
_log = logging.getLogger("unsealed")


class Patience:
    """So many seconds in which something is tried again; none is one try."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._pause = _FIRST
        self._told = False

    def wait(self, problem: SearchError) -> None:
        """Pauses before another try; once time is up, raises the problem."""
        if time.monotonic() >= self._deadline:
            if self._seconds and type(problem) is EngineUnavailable:
                raise EngineUnavailable(
                    f"{problem} It was tried again for {self._seconds:.0f} seconds. What was reported as stored is"
                    " safe; the same command goes on from there."
                )
            raise problem
        if not self._told and time.monotonic() > self._deadline - self._seconds + _QUIET:
            _log.warning("%s It is tried again for up to %.0f seconds.", problem, self._seconds)
            self._told = True
        time.sleep(self._pause * random.uniform(0.5, 1.5))  # noqa: S311  # jitter, no secret
        self._pause = min(self._pause * 2, _LONGEST)
