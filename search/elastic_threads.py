"""Arranging threads in a cluster: one process at a time does it, for all that were changed by whichever process."""

import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import json

from mappings.keys import ghost_key
from mappings.records import Ruling
from search import elastic_copies
from search import elastic_marks as marks
from search.elastic import Doc, Op, chunks
from search.elastic_documents import ghost_op
from search.elastic_lease import Lease
from search.elastic_links import Links
from search.elastic_store import MEMBER, Store, member
from search.engine import Arranged, Member

_MOST = 10_000  # values in one query
_FACTS = ("id", "num", "label", "date", "subject_key", "orphan")
_KEPT = ("label", "thread", "opens", "parent", "depth", "pos", "topic", "copy_key")
_THERE = frozenset({404})

Json = dict[str, Any]


class Threads:
    """What a writer needs to arrange threads. Holds the lease from `loose` until nothing is loose any more."""

    def __init__(self, store: Store, links: Links, lease: Lease) -> None:
        self._store = store
        self._cluster = store.cluster
        self._links = links
        self._lease = lease
        self._marks: list[Doc] = []
        self._aliases: dict[int, set[int]] = {}  # loose labels, with those they absorbed
        self._left: set[int] = set()  # loose labels that are not arranged yet
        self._roots: dict[int, int] = {}  # of loose labels and those they absorbed
        self._labels: dict[int, int] = {}  # of the messages that kin() gave, by number
        self._held: dict[str, Json] = {}  # records and ghosts as members() read them
        self._ghosts: dict[int, dict[str, Json]] = {}
        self._ruled: dict[str, Ruling] = {}

    def loose(self) -> list[int]:
        """Labels of the threads that changed since they were last arranged."""
        self._lease.hold()
        self._marks = marks.waiting(self._cluster, "loose")
        noted = {label for doc in self._marks for label in doc.source["body"]["labels"]}
        if not noted:
            self._lease.release()
            return []
        self._cluster.refresh("records", "ghosts")
        self._ruled = elastic_copies.rulings(self._cluster)
        self._aliases = {}
        for label, root in self._links.roots(noted).items():
            self._aliases.setdefault(root, {root}).add(label)
        self._left = set(self._aliases)
        return sorted(self._aliases)

    def members(self, labels: Sequence[int]) -> dict[int, list[Member]]:
        """The messages that carry each of these labels; labels without any are left out: they are done."""
        self._lease.hold()
        found: dict[int, list[Member]] = {}
        roots = {alias: label for label in labels for alias in self._aliases.get(label, {label})}
        self._held.clear()
        self._ghosts.clear()
        for part in chunks(sorted(roots), _MOST):
            of_labels = {"terms": {"label": part}}
            for doc in self._cluster.scan("records", of_labels, ["id"], source=MEMBER):
                self._held[doc.id] = doc.source
                found.setdefault(roots[doc.source["label"]], []).append(member(doc, self._ruled))
            for doc in self._cluster.scan("ghosts", of_labels, ["id"]):
                self._ghosts.setdefault(roots[doc.source["label"]], {})[doc.id] = doc.source
        self._finish(set(labels) - found.keys())
        return found

    def _finish(self, labels: set[int]) -> None:
        """Notes that threads are arranged; when all are, the marks are struck."""
        self._left -= labels
        if not self._left and self._marks:
            marks.done(self._cluster, self._marks)
            self._marks = []

    def _facts(self, query: Json) -> Iterator[Json]:
        for doc in self._cluster.scan("records", query, ["num"], columns=_FACTS, size=5_000):
            label = doc.source["label"]
            yield doc.source | {"label": self._roots.get(label, label)}

    def kin(self, window: int) -> list[tuple[Member, Member]]:
        """Pairs (orphan reply, older message of the same subject) of different labels, one of them loose."""
        self._lease.hold()
        self._roots = {alias: root for root, aliases in self._aliases.items() for alias in aliases}
        keys: set[int] = set()
        for part in chunks(sorted(self._roots), _MOST):
            keys |= {fact["subject_key"] for fact in self._facts({"terms": {"label": part}})}
        orphans: list[Json] = []
        for part in chunks(sorted(keys - {0}), _MOST):
            of_keys = [{"terms": {"subject_key": part}}, {"term": {"orphan": True}}, {"exists": {"field": "date"}}]
            orphans += self._facts({"bool": {"filter": of_keys}})
        older: dict[int, list[tuple[int, Json]]] = {}
        for part in chunks(sorted({orphan["subject_key"] for orphan in orphans}), _MOST):
            of_keys = [{"terms": {"subject_key": part}}, {"exists": {"field": "date"}}]
            for fact in self._facts({"bool": {"filter": of_keys}}):
                older.setdefault(fact["subject_key"], []).append((fact["date"], fact))
        pairs = sorted(self._pairs(orphans, older, window))
        docs = self._cluster.get("records", {id for pair in pairs for id in pair[2:]}, source=MEMBER)
        for doc in docs.values():
            self._labels[doc.source["num"]] = doc.source["label"]
        return [(member(docs[reply], {}), member(docs[one], {})) for _, _, reply, one in pairs]

    def _pairs(
        self, orphans: Sequence[Json], older: dict[int, list[tuple[int, Json]]], window: int
    ) -> Iterator[tuple[int, int, str, str]]:
        for facts in older.values():
            facts.sort(key=lambda pair: pair[0])
        for orphan in orphans:
            facts = older[orphan["subject_key"]]
            low = bisect_left(facts, orphan["date"] - window, key=lambda pair: pair[0])
            high = bisect_right(facts, orphan["date"], key=lambda pair: pair[0])
            for _, fact in facts[low:high]:
                loose = fact["label"] in self._aliases or orphan["label"] in self._aliases
                if loose and fact["label"] != orphan["label"]:
                    yield orphan["num"], fact["num"], orphan["id"], fact["id"]

    def join(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Makes one thread of the two messages' of each pair, given by their numbers."""
        self._join([(self._labels[first], self._labels[second]) for first, second in pairs])

    def rule(self, rulings: Sequence[Ruling]) -> None:
        """Stores what a person decided on copies; the threads concerned are loose, those that are joined one."""
        docs = self._cluster.get("records", (ruling.id for ruling in rulings), source=["label"])
        labels = {id: int(doc.source["label"]) for id, doc in docs.items()}
        first: dict[int, int] = {}
        pairs = [(label, label) for label in labels.values()]
        for ruling in rulings:
            if ruling.id in labels:
                pairs += [(first.setdefault(key, labels[ruling.id]), labels[ruling.id]) for key in ruling.joins]
        # the note comes first: it is done again if what follows is cut off
        self._cluster.bulk([marks.loose(uuid.uuid4().hex, labels.values()), *elastic_copies.ops(rulings)])
        self._join(pairs)

    def _join(self, labels: list[tuple[int, int]]) -> None:
        """Makes one label of each pair's two, and notes that their threads are to be arranged."""
        # noted before, since a thread that was joined must be arranged; and with all that it may become part of
        known = self._links.roots({label for pair in labels for label in pair})
        noted = {label for pair in labels for label in pair} | set(known.values())
        self._cluster.bulk([marks.loose(uuid.uuid4().hex, noted)])
        self._links.join(labels)

    def arrange(self, threads: Iterable[tuple[int, Arranged]]) -> None:
        """Stores threads' trees and ghosts; these are no longer loose."""
        self._lease.hold()
        done: set[int] = set()
        changes: list[Op] = []
        moved: set[str] = set()
        copies: set[int] = set()
        for label, thread in threads:
            changes += self._changes(label, thread, moved)
            after = {leaf.id: leaf.copies for leaf in thread.leaves if leaf.id in self._held}
            copies |= elastic_copies.touched({id: self._held[id]["copy_key"] for id in after}, after)
            done.add(label)
        if moved:
            self._cluster.bulk([marks.stale(uuid.uuid4().hex, moved, copies)])
        if changes:
            # a ghost that is refused still stands in its conversation
            self._cluster.bulk(changes, tolerated=_THERE, refusals=[])
        self._finish(done)

    def _changes(self, label: int, thread: Arranged, moved: set[str]) -> Iterator[Op]:
        """What a thread's tree changes in the cluster; messages that get another label are added to `moved`."""
        alone = len(thread.leaves) == 1
        ghosts = {ghost.id: ghost for ghost in thread.ghosts}
        old = self._ghosts.get(label, {})
        for pos, leaf in enumerate(thread.leaves):
            now = {
                "label": label, "thread": thread.id, "opens": leaf.id == thread.id, "parent": leaf.parent,
                "depth": leaf.depth, "pos": pos, "topic": thread.subject if pos == 0 and not alone else "",
                "copy_key": leaf.copies,
            }  # fmt: skip
            if ghost := ghosts.get(leaf.id):
                del now["opens"], now["copy_key"]
                now |= {"id": ghost.id, "key": ghost_key(ghost.id), "message_id": ghost.message_id,
                        "subject": ghost.subject, "who": ghost.who}  # fmt: skip
                if now != old.get(ghost.id):
                    yield Op("index", "ghosts", ghost.id, json.encode(now))
                    yield ghost_op(now)
                continue
            held = self._held[leaf.id]
            changed = {name: now[name] for name in _KEPT if held[name] != now[name]}
            if "label" in changed or "copy_key" in changed:
                moved.add(leaf.id)
            if changed:
                yield Op("update", "records", leaf.id, json.encode({"doc": changed}))
        for id in old.keys() - ghosts.keys():  # the mails have come
            yield Op("delete", "ghosts", id)
            yield Op("delete", "messages", id)
