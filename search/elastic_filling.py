"""While an empty corpus is filled no replicas are kept, to which every write would go; they come back at its end.

What the settings were is noted in the cluster, beside a note of each writer at work: the last one to end puts the
replicas back, or, where that one was killed, the next to begin.
"""

import os
import socket
import time
import uuid
from typing import Any

from msgspec import json

from mappings import INDEXES
from search.elastic import Cluster, Op

LASTS = 300.0  # seconds after which a writer that was not heard of counts as gone
_RENEWED = 60.0
_NOTE = "replicas"
_TOLERATED = frozenset({404, 409})
NONE = {"number_of_replicas": "0", "auto_expand_replicas": "false"}

Settings = dict[str, str]


def replicas(cluster: Cluster, *indexes: str) -> dict[str, Settings]:
    """How many replicas indexes have, and whether that follows the number of nodes."""
    told = cluster.request("GET", f"/{','.join(map(cluster.name, indexes))}/_settings", flat_settings="true")
    found: dict[str, Settings] = {}
    for real, one in told.items():
        index = real.removeprefix(f"{cluster.prefix}-").rpartition("-")[0]
        found[index] = {name: str(one["settings"].get(f"index.{name}", NONE[name])) for name in NONE}
    return found


def set_replicas(cluster: Cluster, settings: Settings, *indexes: str) -> None:
    """Gives indexes so many replicas."""
    asked = dict(settings)
    if asked["auto_expand_replicas"] != "false":
        del asked["number_of_replicas"]  # follows
    cluster.request("PUT", f"/{','.join(map(cluster.name, indexes))}/_settings", {"index": asked})


def note(cluster: Cluster) -> str:
    """What to say of a corpus that has no replicas just now; "" if it has what it is to have."""
    if not cluster.get("marks", [_NOTE], source=False):
        return ""
    return (
        "No replicas are kept while this corpus is filled for the first time. They come back when that ingest ends, or,"
        " if it was cut off, with the next one."
    )


class Filling:
    """One writer's part in it: `begin` before its first batch, `renew` at each, `end`."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._name = f"filling-{uuid.uuid4().hex}"
        self._renewed = 0.0  # 0 for a writer that has no part in it
        self._begun = False

    def begin(self) -> None:
        """Takes the replicas away if nothing is stored yet; puts them back if a killed writer left them away."""
        if self._begun:
            self._renew()
            return
        self._begun = True
        noted = bool(self._cluster.get("marks", [_NOTE], source=False))
        self._cluster.refresh("records")
        if not self._cluster.count("records", {"match_all": {}}):
            self._join(noted)
        elif noted and self._others():
            self._note()
        elif noted:
            self._restore()

    def _join(self, noted: bool) -> None:
        """Has a part in the filling of an empty corpus, and begins it unless that is noted."""
        before = {} if noted else replicas(self._cluster, *INDEXES)
        if not noted and all(settings["number_of_replicas"] == "0" for settings in before.values()):
            return  # one node alone keeps none anyway
        self._note()
        if not noted:
            body = json.encode({"name": _NOTE, "kind": _NOTE, "body": before})
            self._cluster.bulk([Op("create", "marks", _NOTE, body)], tolerated=_TOLERATED)
            set_replicas(self._cluster, NONE, *INDEXES)

    def _renew(self) -> None:
        if self._renewed and time.monotonic() - self._renewed > _RENEWED:
            self._note()

    def _note(self) -> None:
        body = {"host": socket.gethostname(), "pid": os.getpid(), "until": time.time() + LASTS}
        told = json.encode({"name": self._name, "kind": "filling", "body": body})
        self._cluster.bulk([Op("index", "marks", self._name, told)])
        self._renewed = time.monotonic()

    def end(self) -> None:
        """The last writer's end brings the replicas back."""
        if not self._renewed:
            return
        self._renewed = 0.0
        self._cluster.bulk([Op("delete", "marks", self._name)], tolerated=_TOLERATED)
        if not self._others():
            self._restore()

    def _others(self) -> bool:
        """Whether another writer is at work in an empty corpus; notes of killed ones are struck."""
        self._cluster.refresh("marks")
        docs = list(self._cluster.scan("marks", {"term": {"kind": "filling"}}, ["name"], size=100))
        gone = [doc for doc in docs if not _lives(doc.source["body"])]
        self._cluster.bulk([Op("delete", "marks", doc.id, seen=doc.seen) for doc in gone], tolerated=_TOLERATED)
        return any(doc.id != self._name for doc in docs if doc not in gone)

    def _restore(self) -> None:
        noted = self._cluster.get("marks", [_NOTE]).get(_NOTE)
        if noted is None:
            return
        alike: dict[tuple[str, ...], list[str]] = {}
        for index, settings in noted.source["body"].items():
            alike.setdefault(tuple(settings[name] for name in NONE), []).append(index)
        for values, indexes in alike.items():
            set_replicas(self._cluster, dict(zip(NONE, values, strict=True)), *indexes)
        self._cluster.bulk([Op("delete", "marks", _NOTE)], tolerated=_TOLERATED)


def _lives(body: dict[str, Any]) -> bool:
    """Whether a writer may still be at work: it was heard of, and on this machine its process is there."""
    if body["until"] < time.time():
        return False
    if body["host"] != socket.gethostname():
        return True
    try:
        os.kill(body["pid"], 0)
    except ProcessLookupError:
        return False
    except OSError:  # another user's
        return True
    return True
