"""Arranging threads in a cluster: one process at a time does it, for all that were changed by whichever process."""

import base64
import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import json, to_builtins

from mappings.keys import ghost_key
from mappings.records import Ruling
from search import elastic_copies, elastic_quoting
from search import elastic_marks as marks
from search.chunks import chunks
from search.elastic import Cluster, Doc, Op
from search.elastic_documents import ghost_ops
from search.elastic_lease import Lease
from search.elastic_links import Links
from search.elastic_store import Store, Tree, member
from search.engine import Arranged, Member, Pair
from search.latest import Latest

_MOST = 10_000  # values in one query
_KEPT = 24 << 20  # bytes of slim rows at hand, some 600 each
_FACTS = ("id", "num", "label", "date", "subject_key", "copy_key")
_CHANGES = ("label", "copy_key")  # columns of records that arranging may change
_THERE = frozenset({404})

Json = dict[str, Any]


class Slims:
    """Slim rows as they are packed: those that this process stored a while ago at hand, the others from the cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._latest = Latest(_KEPT)
        self.keep = self._latest.keep

    def members(self, facts: Sequence[Json], ruled: dict[str, Ruling]) -> Iterator[Member]:
        """The members whose columns these are, in that order, with what people decided on copies."""
        ids = [fact["id"] for fact in facts]
        docs = self._cluster.get("records", [id for id in ids if not self._latest.get(id)], source=["slim"])
        for id, fact in zip(ids, facts, strict=True):
            packed = self._latest.get(id) or base64.b64decode(docs[id].source["slim"])
            yield member(fact, packed, ruled.get(id))


class Threads:
    """What a writer needs to arrange threads. Holds the lease from `loose` until nothing is loose any more."""

    def __init__(self, store: Store, links: Links, lease: Lease, slims: Slims) -> None:
        self._store = store
        self._cluster = store.cluster
        self._links = links
        self._lease = lease
        self._slims = slims
        self._marks: list[Doc] = []
        self._aliases: dict[int, set[int]] = {}  # loose labels, with those they absorbed
        self._left: set[int] = set()  # loose labels that are not arranged yet
        self._labels: dict[int, int] = {}  # of the messages that kin() gave, by number
        # as members() found them, by label: ghosts by id, trees by the labels they stand under
        self._held: dict[str, Json] = {}  # label and copy_key by id
        self._ghosts: dict[int, dict[str, Json]] = {}
        self._ruled: dict[str, Ruling] = {}
        self._trees: dict[int, dict[int, Tree]] = {}

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
        for held in (self._held, self._ghosts, self._trees):
            held.clear()
        for alias, tree in self._store.trees(roots).items():
            self._trees.setdefault(roots[alias], {})[alias] = tree
        for part in chunks(sorted(roots), _MOST):
            of_labels = {"terms": {"label": part}}
            facts = list(self._facts(of_labels, {}))
            for fact, one in zip(facts, self._slims.members(facts, self._ruled), strict=True):
                self._held[fact["id"]] = {name: fact[name] for name in _CHANGES}
                found.setdefault(roots[fact["label"]], []).append(one)
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

    def _facts(self, query: Json, roots: dict[int, int]) -> Iterator[Json]:
        """The columns of records, with the labels that stand for theirs."""
        for doc in self._cluster.scan("records", query, ["num"], columns=_FACTS, size=5_000):
            label = doc.source["label"]
            yield doc.source | {"label": roots.get(label, label)}

    def kin(self, window: int) -> list[tuple[Member, Member]]:
        """Pairs (orphan reply, older message of the same subject) of different labels, one of them loose."""
        self._lease.hold()
        roots = {alias: root for root, aliases in self._aliases.items() for alias in aliases}
        keys: set[int] = set()
        for part in chunks(sorted(roots), _MOST):
            keys |= {fact["subject_key"] for fact in self._facts({"terms": {"label": part}}, roots)}
        orphans: list[Json] = []
        for part in chunks(sorted(keys - {0}), _MOST):
            of_keys = [{"terms": {"subject_key": part}}, {"term": {"orphan": True}}, {"exists": {"field": "date"}}]
            orphans += self._facts({"bool": {"filter": of_keys}}, roots)
        older: dict[int, list[tuple[int, Json]]] = {}
        for part in chunks(sorted({orphan["subject_key"] for orphan in orphans}), _MOST):
            of_keys = [{"terms": {"subject_key": part}}, {"exists": {"field": "date"}}]
            for fact in self._facts({"bool": {"filter": of_keys}}, roots):
                older.setdefault(fact["subject_key"], []).append((fact["date"], fact))
        pairs = sorted(self._pairs(orphans, older, window), key=lambda pair: (pair[0]["num"], pair[1]["num"]))
        facts = {fact["id"]: fact for pair in pairs for fact in pair}
        self._labels |= {fact["num"]: fact["label"] for fact in facts.values()}
        members = dict(zip(facts, self._slims.members(list(facts.values()), {}), strict=True))
        return [(members[reply["id"]], members[one["id"]]) for reply, one in pairs]

    def _pairs(
        self, orphans: Sequence[Json], older: dict[int, list[tuple[int, Json]]], window: int
    ) -> Iterator[tuple[Json, Json]]:
        for facts in older.values():
            facts.sort(key=lambda pair: pair[0])
        for orphan in orphans:
            facts = older[orphan["subject_key"]]
            low = bisect_left(facts, orphan["date"] - window, key=lambda pair: pair[0])
            high = bisect_right(facts, orphan["date"], key=lambda pair: pair[0])
            for _, fact in facts[low:high]:
                loose = fact["label"] in self._aliases or orphan["label"] in self._aliases
                if loose and fact["label"] != orphan["label"]:
                    yield orphan, fact

    def quoting(self) -> Iterator[Pair]:
        """Replies that name no mail with mails whose words they may quote, one of the two in a loose thread."""
        self._lease.hold()
        roots = {alias: root for root, aliases in self._aliases.items() for alias in aliases}
        return elastic_quoting.pairs(
            self._cluster, roots, lambda facts: self._slims.members(facts, {}), self._labels
        )

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
        ghosts: list[Json] = []
        copies: set[int] = set()
        for label, thread in threads:
            changes += self._changes(label, thread, moved, ghosts)
            after = {leaf.id: leaf.copies for leaf in thread.leaves if leaf.id in self._held}
            copies |= elastic_copies.touched({id: self._held[id]["copy_key"] for id in after}, after)
            done.add(label)
        if moved:
            self._cluster.bulk([marks.stale(uuid.uuid4().hex, moved, copies)])
        changes += ghost_ops(self._store, ghosts)
        if changes:
            # a ghost that is refused still stands in its conversation
            self._cluster.bulk(changes, tolerated=_THERE, refusals=[])
        self._finish(done)

    def _changes(self, label: int, thread: Arranged, moved: set[str], told: list[Json]) -> Iterator[Op]:
        """What a thread's tree changes in the cluster; messages that get another label are added to `moved`, ghosts of
        which something else is known to `told`."""
        ghosts = {ghost.id: ghost for ghost in thread.ghosts}
        yield from self._tree(label, thread, len(ghosts))
        for leaf in thread.leaves:
            if leaf.id in ghosts:
                continue
            held, found = self._held[leaf.id], {"label": label, "copy_key": leaf.copies}
            if changed := {name: value for name, value in found.items() if held[name] != value}:
                moved.add(leaf.id)
                yield Op("update", "records", leaf.id, json.encode({"doc": changed}))
        old = self._ghosts.get(label, {})
        for id, ghost in ghosts.items():
            now = {"id": id, "key": ghost_key(id), "ghost": to_builtins(ghost), "label": label}
            if now != old.get(id):
                yield Op("index", "ghosts", id, json.encode(now))
                told.append(now)
        for id in old.keys() - ghosts.keys():  # the mails have come
            yield Op("delete", "ghosts", id)
            yield Op("delete", "messages", id)

    def _tree(self, label: int, thread: Arranged, ghosts: int) -> Iterator[Op]:
        """The tree's document where it is another than before; those of threads that it absorbed go."""
        old = self._trees.get(label, {})
        leaves = tuple((leaf.id, leaf.parent, leaf.depth) for leaf in thread.leaves)
        if len(leaves) > 1:
            now = Tree(label, thread.id, thread.subject, len(leaves) - ghosts, leaves)
            if old.pop(label, None) != now:
                yield Op("index", "threads", str(label), json.encode(now))
        for alias in old:
            yield Op("delete", "threads", str(alias))
