"""The lease of the one process that settles threads and copies at a time, or fills a new index, of all that write."""

import random
import time
import uuid
from types import TracebackType

from msgspec import json

from search.elastic import Cluster, Doc, Op
from search.errors import CorpusLocked

LASTS = 60.0  # seconds after which a lease that was not renewed is anyone's: its holder was killed
_RENEWED = 15.0  # seconds after which a holder renews it
WAITS = 1800.0  # seconds that one waits for it
_TOLERATED = frozenset({404, 409})


class Lease:
    """Held between `hold` and `release`; holding it again renews it."""

    def __init__(self, cluster: Cluster, name: str = "lease", waits: float = WAITS) -> None:
        self._cluster = cluster
        self._name = name
        self._waits = waits
        self._owner = uuid.uuid4().hex
        self._seen: tuple[int, int] | None = None
        self._renewed = 0.0

    def hold(self) -> None:
        """Waits until the lease is ours. CorpusLocked if others keep it for too long."""
        if self._seen and time.monotonic() - self._renewed < _RENEWED:
            return
        deadline = time.monotonic() + self._waits
        while not self._take():
            if time.monotonic() > deadline:
                raise CorpusLocked(f"Another process does this at {self._cluster.shown}, and has for a long time.")
            time.sleep(random.uniform(0.1, 0.4))  # noqa: S311
        self._renewed = time.monotonic()

    def _take(self) -> bool:
        found = self._read()
        body = {"name": self._name, "kind": "lease", "body": {"owner": self._owner, "until": time.time() + LASTS}}
        if found is None:
            op = Op("create", "marks", self._name, json.encode(body))
        elif found.source["body"]["owner"] == self._owner or found.source["body"]["until"] < time.time():
            op = Op("index", "marks", self._name, json.encode(body), found.seen)
        else:
            return False
        if self._cluster.bulk([op], tolerated=_TOLERATED)[0] >= 400:
            return False
        found = self._read()
        if found is None or found.source["body"]["owner"] != self._owner:
            return False
        self._seen = found.seen
        return True

    def _read(self) -> Doc | None:
        return self._cluster.get("marks", [self._name]).get(self._name)

    def __enter__(self) -> None:
        self.hold()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def release(self) -> None:
        """Lets others have it."""
        if self._seen:
            self._cluster.bulk([Op("delete", "marks", self._name, seen=self._seen)], tolerated=_TOLERATED)
            self._seen = None
