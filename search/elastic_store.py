"""What is read from a cluster by id: records, rows, ghosts; the label that others were absorbed by."""

import base64
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct, convert

from mappings.keys import link_key
from mappings.records import Message, MessageRow, Ruling
from search import ghosts
from search.elastic import Cluster
from search.elastic_later import later_of
from search.elastic_packing import Blocks, Stored
from search.engine import Member
from search.errors import NotFound
from search.ghosts import Ghost
from search.ids import ghost_link, is_prefix, only
from search.later import amended
from search.slims import copy_keys, slim_decoder

_MOST_NUMBERED = 1000  # messages of one number
_MOST = 10_000  # values in one query
ROW = ("id", "label", "date", "size", "copy_key", "found", "slim")


class Tree(Struct, frozen=True):
    """A conversation of more than one mail, as it is stored under its label."""

    label: int
    thread: str  # its id
    subject: str
    size: int  # messages, ghosts left out
    leaves: tuple[tuple[str, str, int], ...]  # id, id of what it answers, depth


Spot = tuple[str, str, int]
"""Where a message stands: id of its thread, id of what it answers, depth."""


def number(id: str) -> int:
    """A message's number: the first 63 bits of its id."""
    return int(id[:16], 16) >> 1


class Store:
    """The records of a corpus in a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.blocks = Blocks(cluster)

    def ids(self, id: str) -> list[str]:
        """Ids of the messages that an id, a prefix of one (8 digits or more) or a Message-ID names."""
        found: list[str] = []
        if is_prefix(id):
            digits = id.lower()
            if len(digits) == 64:
                found = list(self.cluster.get("records", [digits], source=False))
            else:
                found = self._ids({"prefix": {"id": {"value": digits}}}, 2)
        if not found:
            found = self._ids({"term": {"own_key": link_key(id.strip("<>"))}}, _MOST)
        return found

    def _ids(self, query: dict[str, Any], most: int) -> list[str]:
        body = {"query": _bare(query), "size": most, "sort": [{"id": "asc"}], "_source": False}
        return [hit["_id"] for hit in self.cluster.search("records", body)["hits"]["hits"]]

    def published(self, number: str, collection: str | None = None) -> list[str]:
        """Ids of the messages that were published under a number, in a collection or any."""
        asked = {"term": {"numbers": number.lower()}}
        if collection is None:
            return self._ids(asked, _MOST_NUMBERED)
        docs = self.cluster.scan("records", asked, ["id"], source=["places"])
        wanted = (collection, number.lower())
        return [doc.id for doc in docs if wanted in [(place[3], place[6].lower()) for place in doc.source["places"]]]

    def sources(self) -> dict[str, str]:
        """Collection -> template of the public addresses of its mails."""
        docs = self.cluster.scan("marks", {"term": {"kind": "source"}}, ["name"], size=100)
        return {doc.source["body"]["collection"]: doc.source["body"]["template"] for doc in docs}

    def find(self, id: str) -> str:
        """The id of the one message or ghost that an id names; NotFound."""
        if id.startswith("g"):
            key = ghost_link(id)
            # a mail that has arrived takes the place of its ghost
            found = self._ids({"term": {"own_key": key}}, 1) or list(self.cluster.get("ghosts", [id], source=False))
            found = found or self._quoted(key)
        else:
            found = self.ids(id)
        return only(found, id)

    def _quoted(self, ghost: int) -> list[str]:
        """What the mails answer that quoted a ghost that no mail named, and that is gone: a message or a ghost."""
        docs = self.cluster.scan("records", {"term": {"quoted_ghost": ghost}}, ["id"], source=["label"])
        spots = self.spots({doc.id: doc.source["label"] for doc in docs})
        return [parent for _, (_, parent, _) in sorted(spots.items()) if parent][:1]

    def message_id(self, id: str) -> str:
        """The same for messages alone; NotFound for a ghost."""
        found = self.find(id)
        if found.startswith("g"):
            raise NotFound(f"The mail {id} is referred to, but it is not in this corpus.")
        return found

    def record(self, id: str, source: Sequence[str] | bool = True) -> dict[str, Any]:
        """A message's record document; NotFound."""
        found = self.cluster.get("records", [id], source=source)
        if id not in found:
            raise NotFound(f"There is no message {id}.")
        return found[id].source

    def label(self, id: str) -> int | None:
        """The label of the thread that a message or ghost is in; None for an unknown one."""
        try:
            found = self.find(id)
        except NotFound:
            return None
        index = "ghosts" if found.startswith("g") else "records"
        docs = self.cluster.get(index, [found], source=["label"])
        return int(docs[found].source["label"]) if found in docs else None

    def messages(self, ids: Iterable[str]) -> dict[str, Message]:
        """Full messages by id; those that are not here are left out."""
        docs = self.cluster.get("records", ids, source=["stored", "later"])
        return self.read({id: doc.source for id, doc in docs.items()})

    def read(self, sources: dict[str, dict[str, Any]]) -> dict[str, Message]:
        """Full messages by id from their record documents, of which "stored" and "later" are looked at."""
        found = self.blocks.records({id: stored(source) for id, source in sources.items()})
        return {id: amended(found[id], later_of(source)) for id, source in sources.items()}

    def rows(self, ids: Sequence[str]) -> list[MessageRow]:
        """Slim rows in the order of the ids asked for; those that are not here are left out."""
        docs = self.cluster.get("records", (id for id in ids if not id.startswith("g")), source=ROW)
        copies = self.copies(doc.source["copy_key"] for doc in docs.values())
        absent = self.cluster.get("ghosts", (id for id in ids if id.startswith("g")))
        spots = self.spots({id: doc.source["label"] for id, doc in (docs | absent).items()})
        found = {id: message_row(doc.source, spots[id], copies) for id, doc in docs.items()}
        found |= {id: ghost_row(doc.source, spots[id]) for id, doc in absent.items()}
        return [found[id] for id in ids if id in found]

    def trees(self, labels: Iterable[int]) -> dict[int, Tree]:
        """Conversations by label; those of a single mail have no tree."""
        docs = self.cluster.get("threads", map(str, labels))
        return {int(id): convert(doc.source, Tree) for id, doc in docs.items()}

    def spots(self, labels: dict[str, int]) -> dict[str, Spot]:
        """Where messages and ghosts stand, by id, given the labels of their threads."""
        found: dict[str, Spot] = {id: (id, "", 0) for id in labels}
        for tree in self.trees(labels.values()).values():
            found |= {id: (tree.thread, parent, depth) for id, parent, depth in tree.leaves if id in labels}
        return found

    def copies(self, keys: Iterable[int]) -> dict[int, tuple[int, int]]:
        """How many messages there are in each group of copies, and in how many places they were found."""
        wanted = sorted({key for key in keys if key})
        found: dict[int, tuple[int, int]] = {}
        for at in range(0, len(wanted), _MOST):
            part = wanted[at : at + _MOST]
            terms = {"field": "copy_key", "min_doc_count": 2, "size": len(part)}
            body = {
                "query": _bare({"terms": {"copy_key": part}}), "size": 0, "track_total_hits": False,
                "aggs": {"copies": {"terms": terms, "aggs": {"found": {"sum": {"field": "found"}}}}},
            }  # fmt: skip
            buckets = self.cluster.search("records", body)["aggregations"]["copies"]["buckets"]
            found |= {int(one["key"]): (int(one["doc_count"]), int(one["found"]["value"])) for one in buckets}
        return found

    def roots(self, labels: Iterable[int], known: dict[int, int]) -> dict[int, int]:
        """The label that each of the labels was absorbed by in the end, perhaps itself; `known` joins gain others."""
        found: dict[int, int] = {}
        tops = {label: _top(label, known) for label in labels}
        asking = set(tops.values())
        while asking:
            docs = self.cluster.get("links", (f"j{label}" for label in asking), size=5_000)
            for doc in docs.values():
                known[int(doc.id[1:])] = int(doc.source["target"])
            asking = {_top(int(id[1:]), known) for id in docs}
        for label in tops:
            found[label] = _top(label, known)
        return found


def _top(label: int, known: dict[int, int]) -> int:
    while (above := known.get(label)) is not None:
        label = above
    return label


def _bare(query: dict[str, Any]) -> dict[str, Any]:
    return {"bool": {"filter": [query]}}


def stored(source: dict[str, Any]) -> Stored:
    """Where a message stands, from its record document."""
    raw_block, raw_at, raw_size, block, at, size = source["stored"]["at"]
    return raw_block, raw_at, raw_size, block, at, size


def message_row(source: dict[str, Any], spot: Spot, copies: dict[int, tuple[int, int]]) -> MessageRow:
    """A record document as a slim row; `copies` as `Store.copies` gives them."""
    count, places = copies.get(source["copy_key"], (1, source["found"]))
    slim = slim_decoder.decode(base64.b64decode(source["slim"]))
    thread, parent, depth = spot
    return MessageRow(
        id=source["id"], thread=thread, parent=parent, depth=depth, message_id=slim.message_id, subject=slim.subject,
        from_=slim.from_, to=slim.to, recipients=slim.recipients, date=source.get("date"), zone=slim.zone,
        date_source=slim.date_source, size=source["size"], attachments=slim.attachments, collection=slim.collection,
        lang=slim.lang, preview=slim.preview, copies=count - 1, places=places,
    )  # fmt: skip


def ghost_row(source: dict[str, Any], spot: Spot) -> MessageRow:
    """A ghost's document as a slim row."""
    return ghosts.row(convert(source["ghost"], Ghost), *spot)


def member(facts: dict[str, Any], packed: bytes, ruling: Ruling | None) -> Member:
    """A thread's member, from a record's columns, its slim row as it is packed, and what people decided on copies."""
    slim = slim_decoder.decode(packed)
    return Member(
        facts["num"], facts["id"], slim.message_id, slim.references, facts.get("date"), slim.subject,
        frozenset(slim.people), slim.people[0] if slim.people else "", copy_keys(slim, ruling), slim.quote,
        slim.thread_index, slim.from_[0].name if slim.from_ else "", slim.ghost,
    )  # fmt: skip
