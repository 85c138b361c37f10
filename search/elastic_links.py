"""Which thread a message belongs to, among any number of writers: a union-find whose links are documents.

A label that was absorbed has a document that says by which, made once and never changed; the larger number always
yields to the smaller, so that no two writers can close a circle.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct, json

from mappings.records import Prepared
from search.elastic import Op
from search.elastic_store import Store, number

_THERE = frozenset({409})


class Assigned(Struct, frozen=True):
    """Each new message's label by its id, and every label that was met on the way."""

    labels: dict[str, int]
    met: set[int]


class Links:
    """The links between Message-IDs and labels."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._joins: dict[int, int] = {}  # what is known of the documents; they never change

    def roots(self, labels: Iterable[int]) -> dict[int, int]:
        """The label that stands for each label now."""
        return self._store.roots(labels, self._joins)

    def assign(self, fresh: Sequence[Prepared]) -> Assigned:
        """Labels for new messages, from the mails they name and are; what thereby meets is joined."""
        keys = {key for prepared in fresh for key in prepared.links if key}
        docs = self._store.cluster.get("links", map(_name, keys), size=5_000)
        there = {name: int(doc.source["label"]) for name, doc in docs.items()}
        roots = self.roots(there.values())
        known = {key: roots[there[_name(key)]] for key in keys if _name(key) in there}
        old = set(known)
        pairs: list[tuple[int, int]] = []
        labels: dict[str, int] = {}
        above: dict[int, int] = {}
        for prepared in fresh:
            met = {_top(known[key], above) for key in prepared.links if key in known}
            label = min(met) if met else number(prepared.message.id)
            for other in met - {label}:
                above[other] = label
                pairs.append((other, label))
            labels[prepared.message.id] = label
            for key in prepared.links:
                if key:
                    known[key] = label
        new = {key: _top(known[key], above) for key in keys - old}
        pairs += self._publish(new)
        self.join(pairs)
        met = {label for pair in pairs for label in pair} | set(labels.values()) | set(new.values())
        if pairs:
            tops = self.roots(labels.values())
            labels = {id: tops[label] for id, label in labels.items()}
        return Assigned(labels, met | set(labels.values()))

    def _publish(self, new: dict[int, int]) -> list[tuple[int, int]]:
        """Makes the documents of new keys; gives pairs of labels to join where another writer was quicker."""
        ops = [Op("create", "links", _name(key), json.encode({"label": label})) for key, label in new.items()]
        statuses = self._store.cluster.bulk(ops, tolerated=_THERE)
        late = {_name(key): label for (key, label), status in zip(new.items(), statuses, strict=True) if status == 409}
        docs = self._store.cluster.get("links", late)
        return [(label, int(docs[name].source["label"])) for name, label in late.items()]

    def join(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Makes one label of each pair's two."""
        waiting = list(pairs)
        while waiting:
            roots = self.roots({label for pair in waiting for label in pair})
            targets: dict[int, int] = {}
            left = []
            for pair in waiting:
                low, high = sorted((roots[pair[0]], roots[pair[1]]))
                if low != high:
                    targets.setdefault(high, low)
                    left.append(pair)
            ops = [Op("create", "links", f"j{label}", json.encode({"target": low})) for label, low in targets.items()]
            self._store.cluster.bulk(ops, tolerated=_THERE)
            waiting = left  # looked at again: another writer may have joined one of them elsewhere


def _name(key: int) -> str:
    return f"{key & 0xFFFFFFFFFFFFFFFF:016x}"


def _top(label: int, above: dict[int, int]) -> int:
    while label in above:
        label = above[label]
    return label
