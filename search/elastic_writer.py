"""Writing to a cluster: any number of writers at once; what a killed one left half done is done again, not doubled."""

import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from hashlib import blake2b
from types import TracebackType
from typing import Self

from msgspec import Struct, convert, json, to_builtins

from mappings.records import ArchiveState, Failure, File, Place, Prepared, Ruling
from mappings.signatures import Key, Later
from search import elastic_files, elastic_later, elastic_refusals, elastic_reindex
from search import elastic_marks as marks
from search.chunks import chunks
from search.elastic import Cluster, Doc, Op, Refusal
from search.elastic_candidates import stamp
from search.elastic_directory import ElasticDirectoryWriter
from search.elastic_documents import RECENT, ghost_ops, groups, missing, op, remade
from search.elastic_filling import Filling
from search.elastic_keeping import ElasticShelfWriter
from search.elastic_layout import differences
from search.elastic_lease import Lease
from search.elastic_links import Links
from search.elastic_packing import pack
from search.elastic_records import listed_place, places_of, record
from search.elastic_store import Store
from search.elastic_threads import Slims, Threads
from search.engine import Arranged, Batch, Counts, Member, Pair
from search.errors import CorpusError, SearchError
from search.file_texts import carried
from search.latest import Latest
from search.layout import sentence
from search.slims import slim

_THERE = frozenset({409})


class _Line(Struct):
    """What the ledger's document holds beside the line itself."""

    id: str
    created: int
    pending: str = ""


class ElasticWriter(ElasticShelfWriter, ElasticDirectoryWriter):
    """A writer to a corpus in a cluster; see `search.engine.Writer`.

    A batch is stored in this order: a note of what is to come, blocks, records with their documents, the ledger's
    line. All have ids that are theirs whoever writes them, so a batch that was cut off is simply stored again.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster.patiently()
        self._store = Store(self._cluster)
        self._links = Links(self._store)
        self._lease = Lease(self._cluster)
        self._slims = Slims(self._cluster)
        self._recent = Latest(RECENT)
        self._threads = Threads(self._store, self._links, self._lease, self._slims)
        self._filling = Filling(self._cluster)
        self._lines: dict[tuple[str, str], _Line] = {}
        self._pool = ThreadPoolExecutor(1, "bulk")
        # written again at a batch's end: another process may have settled threads before all of it was there
        self._after: list[Op] = []
        self._begun = False
        self._refused: list[Refusal] = []  # documents, since failures were last noted

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if value is not None:
            self._cluster.patience = 0.0
        self._pool.shutdown()
        with suppress(SearchError) if value is not None else nullcontext():
            self._lease.release()
            self._filling.end()

    def _begin(self) -> None:
        """Before the first batch: what would be refused again and again is told at once."""
        if not self._begun and (hindering := [one for one in differences(self._cluster) if one.hinders]):
            raise CorpusError(sentence(self._cluster.shown, hindering))
        self._begun = True
        self._filling.begin()

    def state(self, archive: str, collection: str) -> ArchiveState | None:
        """The ledger's line for an archive."""
        line, state = self._read_line(archive, collection)
        self._lines[archive, collection] = line
        return state

    def _read_line(self, archive: str, collection: str) -> tuple[_Line, ArchiveState | None]:
        id = blake2b(json.encode((archive, collection)), digest_size=16).hexdigest()
        doc = self._cluster.get("archives", [id]).get(id)
        if doc is None:
            return _Line(id, time.time_ns()), None
        line = _Line(id, doc.source["created"], doc.source["pending"])
        return line, convert(doc.source["state"], ArchiveState) if "state" in doc.source else None

    def begin(self, messages: Sequence[Prepared]) -> None:
        """Nothing: the cluster works beside this process anyway."""

    def take(self, batch: Batch) -> Counts:
        """Stores a batch and moves the ledger on, all or nothing in effect. A message already here only gains its
        place."""
        state = convert(to_builtins(batch.state), ArchiveState)  # what could not be read back fails before anything
        self._after, self._refused = [], []
        self._begin()
        key = state.archive, state.collection
        if key not in self._lines:
            self._lines[key] = self._read_line(*key)[0]
        line = self._lines[key]
        ids = [prepared.message.id for prepared in batch.messages]
        there = self._cluster.get("records", ids, source=("places", "batch", "copy_key"))
        name = line.pending or uuid.uuid4().hex
        fresh: dict[str, Prepared] = {}
        places: dict[str, list[Place]] = {}
        for prepared in batch.messages:
            places.setdefault(prepared.message.id, []).append(prepared.place)
            if prepared.message.id not in there:
                fresh.setdefault(prepared.message.id, prepared)
        again = {id for id, doc in there.items() if doc.source["batch"] == name}  # stored by the run that was cut off
        seen = elastic_files.note(self._cluster, fresh.values())
        others = self._store_fresh(line, key, name, fresh, places, again) if fresh else set()
        known = {id: places[id] for id in there.keys() | others}
        gained = self._gain(known) if known else set()
        new = len(fresh) - len(others) + len(again)
        unsearchable = elastic_refusals.failures(self._store, self._refused)
        counts = Counts(new=new, already=len(ids) - new, failed=batch.lost(), unsearchable=len(unsearchable))
        self._note_failures([*batch.failures, *unsearchable])
        copies = {doc.source["copy_key"] for id, doc in there.items() if id in gained} - {0}
        # in place of what was noted before the batch was stored, when all of it was in doubt
        noted = fresh or copies or gained or again or seen
        ops = [marks.stale(name, gained | again | others | seen, copies)] if noted else []
        self._close_line(line, state, counts, ops)
        return counts

    def _close_line(self, line: _Line, state: ArchiveState, counts: Counts, ops: list[Op]) -> None:
        """The batch is whole: the ledger moves on."""
        if ops or self._after:
            self._cluster.bulk([*ops, *self._after])
        self._after = []
        read = state.read + counts.new + counts.already + counts.failed
        told = to_builtins(state) | {
            "read": read, "new": state.new + counts.new, "already": state.already + counts.already,
            "failed": state.failed + counts.failed,
        }  # fmt: skip
        body = {
            "archive": state.archive, "collection": state.collection, "created": line.created, "pending": "",
            "state": told,
        }  # fmt: skip
        self._cluster.bulk([Op("index", "archives", line.id, json.encode(body))])
        line.pending = ""

    def _store_fresh(
        self, line: _Line, key: tuple[str, str], name: str, fresh: dict[str, Prepared],
        places: dict[str, list[Place]], again: set[str],
    ) -> set[str]:  # fmt: skip
        """Stores new messages; gives the ids of those that another writer stored meanwhile."""
        mails = list(fresh.values())
        blocks, stands = pack(mails)
        assigned = self._links.assign(mails)
        loose = marks.loose(name, assigned.met)
        pending = {"doc": {"pending": name}, "upsert": {
            "archive": key[0], "collection": key[1], "created": line.created, "pending": name}}  # fmt: skip
        line.pending = name
        first = [
            Op("update", "archives", line.id, json.encode(pending)), loose,
            marks.stale(name, fresh.keys() | again), *(op for block in blocks for op in block.ops()),
        ]  # fmt: skip
        sent = self._pool.submit(self._cluster.bulk, first)
        labels, came = assigned.labels, stamp()
        records = []
        for (id, prepared), at in zip(fresh.items(), stands, strict=True):
            packed = slim(prepared)
            self._slims.keep(id, packed)
            body = record(prepared, labels[id], packed, at, name, places[id], came)
            records.append(Op("create", "records", id, body))
        documents = [
            op(p.message, labels[id], sorted({place.collection for place in places[id]}), came=came)
            for id, p in fresh.items()
        ]
        for document in documents:
            if not any(carried(fresh[document.id].message)):  # the texts of files may come at any time
                self._recent.keep(document.id, document.body)
        sent.result()
        sent = self._pool.submit(self._cluster.bulk, documents, refusals=self._refused)
        statuses = self._cluster.bulk(records, tolerated=_THERE)
        sent.result()
        late = [id for id, status in zip(fresh, statuses, strict=True) if status == 409]
        mine = self._cluster.get("records", late, source=("batch",)) if late else {}
        self._after.append(loose)
        return {id for id in late if mine[id].source["batch"] != name}

    def _gain(self, places: dict[str, list[Place]]) -> set[str]:
        """Adds places to messages that are here; gives those that came into a collection they were not in."""
        gained: set[str] = set()
        waiting = dict(places)
        while waiting:
            docs = self._cluster.get("records", waiting, source=("places", "collections"))
            ops: dict[str, Op] = {}
            for id, found in waiting.items():
                listed = {tuple(one[:4]): one for one in docs[id].source["places"]}
                before = dict(listed)
                for place in found:
                    listed[place.archive, place.member, place.offset, place.collection] = listed_place(place)
                if listed != before:
                    body = places_of(listed.values())
                    if set(body["collections"]) - set(docs[id].source["collections"]):
                        gained.add(id)
                    ops[id] = Op("update", "records", id, json.encode({"doc": body}), docs[id].seen)
            statuses = self._cluster.bulk(ops.values(), tolerated=_THERE)
            waiting = {id: waiting[id] for id, status in zip(ops, statuses, strict=True) if status == 409}
        return gained

    def _note_failures(self, failures: Sequence[Failure]) -> None:
        if not failures:
            return
        now = int(time.time())
        first = self._reserve(len(failures))
        ops = []
        for num, failure in enumerate(failures, first):
            told = to_builtins(failure) | {"at": failure.at or now}
            key = (failure.archive, failure.collection, failure.member, failure.offset, failure.stage, failure.code,
                   failure.message)  # fmt: skip
            id = blake2b(json.encode(key), digest_size=16).hexdigest()
            body = {
                "num": num, "archive": failure.archive, "stage": failure.stage, "code": failure.code,
                "kept": bool(failure.message), "failure": told,
            }  # fmt: skip
            ops.append(Op("index", "failures", id, json.encode(body)))
        self._cluster.bulk(ops, refresh=True)

    def _reserve(self, count: int) -> int:
        """The first of so many numbers that no other writer gets."""
        while True:
            doc = self._cluster.get("marks", ["counter"]).get("counter")
            value = doc.source["body"]["value"] if doc else 0
            body = json.encode({"name": "counter", "kind": "counter", "body": {"value": value + count}})
            kind, seen = ("index", doc.seen) if doc else ("create", None)
            if self._cluster.bulk([Op(kind, "marks", "counter", body, seen)], tolerated=_THERE) != [409]:
                return int(value) + 1

    def keep_files(self, files: Iterable[File]) -> None:
        """Stores what became of files; the mails that carry them are indexed anew."""
        elastic_files.keep(self._cluster, files)

    def rule(self, rulings: Iterable[Ruling]) -> None:
        """Stores what a person decided on copies; the threads concerned are loose, those that are joined one."""
        self._threads.rule(list(rulings))

    def keep_source(self, collection: str, template: str) -> None:
        """Notes the template of a collection's public addresses, in place of what was noted before."""
        self._cluster.bulk([marks.source(collection, template)], refresh=True)

    def forget_failures(self, numbers: Iterable[int]) -> None:
        """Strikes failures that a retry resolved."""
        for part in chunks(numbers, 10_000):
            docs = self._cluster.scan("failures", {"terms": {"num": part}}, ["num"], source=False)
            self._cluster.bulk((Op("delete", "failures", doc.id) for doc in docs), refresh=True)

    def put_keys(self, keys: Iterable[Key]) -> None:
        """Adds keys that signatures are checked with."""
        elastic_later.put_keys(self._cluster, keys)

    def drop_keys(self, keys: Iterable[Key]) -> None:
        """Removes keys."""
        elastic_later.drop_keys(self._cluster, keys)

    def amend(self, found: Mapping[str, Later]) -> None:
        """Stores what was found out about messages since they were stored, by id."""
        elastic_later.amend(self._cluster, found)

    def loose(self) -> list[int]:
        """Labels of the threads that changed since they were last arranged, whoever changed them."""
        return self._threads.loose()

    def members(self, labels: Sequence[int]) -> dict[int, list[Member]]:
        """The messages that carry each of these labels."""
        return self._threads.members(labels)

    def kin(self, window: int) -> list[tuple[Member, Member]]:
        """Pairs (orphan reply, older message of the same subject) of different labels, one of them loose."""
        return self._threads.kin(window)

    def quoting(self) -> Iterator[Pair]:
        """Replies that name no mail with mails whose words they may quote, one of the two in a loose thread."""
        return self._threads.quoting()

    def join(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Makes one thread of the two messages' of each pair, given by their numbers."""
        self._threads.join(pairs)

    def arrange(self, threads: Iterable[tuple[int, Arranged]]) -> None:
        """Stores threads' trees and ghosts; their labels are no longer loose."""
        self._threads.arrange(threads)

    def index(self, *, wait: bool = True) -> None:
        """Makes everything stored searchable, by whichever process it was stored."""
        self._lease.hold()
        try:
            self._cluster.refresh("records", "ghosts")
            self._resettle(self._noted(marks.waiting(self._cluster, "stale")))
            docs = marks.waiting(self._cluster, "stale")  # with those that settling noted
            self._remake(docs)
            self._cluster.refresh("messages", "ghosts")
            if wait:
                self._heal()
            if not elastic_reindex.running(self._cluster):
                marks.done(self._cluster, docs)
        finally:
            self._lease.release()

    def _heal(self) -> None:
        """Makes searchable what is stored and not indexed all the same, whatever cut that off."""
        cluster = self._cluster
        if cluster.count("records", {"match_all": {}}) > cluster.count("messages", {"term": {"is": "message"}}):
            for part in chunks(missing(cluster), 1000):
                # stamped anew: who looked for newer mail since could not see them
                late = json.encode({"doc": {"came": stamp()}})
                cluster.bulk([Op("update", "records", id, late) for id in part])
                self._remake_all(part)
            cluster.refresh("messages")

    def _noted(self, docs: Sequence[Doc]) -> set[str]:
        """The messages, and ghosts, whose documents these notes say are to be made anew."""
        copies = {key for doc in docs for key in doc.source["body"]["copies"]}
        ids = {id for doc in docs for id in doc.source["body"]["ids"]}
        return ids | {id for group in groups(self._store, copies).values() for id in group.members}

    def _remake(self, docs: Sequence[Doc]) -> None:
        ids = self._noted(docs)
        self._remake_all(sorted(id for id in ids if not id.startswith("g")))
        ghosts = self._cluster.get("ghosts", (id for id in ids if id.startswith("g")))
        if ghosts:
            self._cluster.bulk(ghost_ops(self._store, (doc.source for doc in ghosts.values())), refusals=[])

    def _remake_all(self, ids: Iterable[str]) -> None:
        for part in chunks(ids, 1000):
            self._lease.hold()
            self._cluster.bulk(remade(self._store, part, recent=self._recent), refusals=self._refused)
        self._recent.clear()
        self._note_failures(elastic_refusals.failures(self._store, self._refused))
        self._refused = []

    def reindex(self) -> Iterator[int]:
        """Fills a new index from what is stored, beside the old one, which readers see until it is whole."""
        yield from elastic_reindex.reindex(self._store, self._lease, self._note_anew)
        self.index()

    def _note_anew(self, refusals: Sequence[Refusal]) -> None:
        """What the index refuses, now that it is another one."""
        docs = self._cluster.scan("failures", {"match_all": {}}, ["num"])
        old = [doc.id for doc in docs if doc.source["failure"]["stage"] == elastic_refusals.STAGE]
        self._cluster.bulk([Op("delete", "failures", id) for id in old], refresh=True, tolerated=frozenset({404}))
        self._note_failures(elastic_refusals.failures(self._store, refusals))
