"""The engine for what one machine is too small for: everything lives in an Elasticsearch cluster."""

import re
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Self

from mappings import INDEXES, MESSAGES, YOUNGER
from mappings.records import Failure, File, FileState, Message, MessageRow, Place, Ruling, Status, Thread
from mappings.signatures import Key
from search import elastic_audit, elastic_copies, elastic_files, elastic_later, elastic_persons
from search.citing import Cited
from search.elastic import Cluster
from search.elastic_bulk import ElasticBulk
from search.elastic_desk import ElasticDesk
from search.elastic_directory import ElasticDirectory
from search.elastic_errors import NotAllowed
from search.elastic_pages import Asked, Found, answer
from search.elastic_queries import Compiler
from search.elastic_reading import ElasticShelf
from search.elastic_saving import ElasticSearches
from search.elastic_shelf import outlets
from search.elastic_stamp import ElasticStamp
from search.elastic_store import Store, stored
from search.elastic_vocabulary import ElasticVocabulary
from search.elastic_writer import ElasticWriter
from search.errors import CorpusDamaged, CorpusMissing
from search.failures import ANY, Tally, Which
from search.file_texts import wanted
from search.highlight import highlights, marker
from search.most_cited import most_cited
from search.query import Query
from search.results import Hit, Order, Page
from search.weights import is_ranked

_DIGITS = re.compile(r"\d+")


class ElasticEngine(
    ElasticShelf, ElasticDesk, ElasticSearches, ElasticDirectory, ElasticBulk,
    ElasticStamp, ElasticVocabulary,
):  # fmt: skip
    """Reading a corpus in a cluster; see `search.engine.Engine`. Usable from any number of threads and machines."""

    waits = True

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._store = Store(cluster)
        self._compiler = self._new_compiler()

    def _new_compiler(self) -> Compiler:
        found, handles = partial(outlets, self._cluster), partial(elastic_persons.handles, self._cluster)
        return Compiler(self._store.ids, self._store.label, self._store.published, found, self._marked, handles)

    @classmethod
    def open(cls, url: str, *, create: bool = False) -> Self:
        """The corpus at `http(s)://host:port/prefix`. CorpusMissing unless `create`; EngineUnavailable."""
        cluster = Cluster.connect(url)
        lacking = cluster.lacks()
        if lacking and "records" not in lacking and set(lacking) <= set(YOUNGER):
            lacking = _with_younger(cluster, lacking)
        if lacking and not _fillable(cluster, lacking):
            names = ", ".join(map(cluster.name, lacking))
            raise CorpusDamaged(f"{cluster.shown} lacks {names}: deleted, or unknown to the version that filled it.")
        if lacking and not create:
            raise CorpusMissing(f"There is no corpus at {cluster.shown}.")
        if create:
            patient = cluster.patiently()
            if lacking:
                patient.create(lacking)
            patient.reach(*INDEXES)  # they may have been made a moment ago, by one that was killed
        return cls(cluster)

    def close(self) -> None:
        """Lets go of the connections."""
        self._cluster.close()

    def writer(self) -> ElasticWriter:
        """A writer; any number of processes may have one."""
        return ElasticWriter(self._cluster)

    def search(
        self, query: Query, *, order: Order = "relevance", by_thread: bool = False, limit: int = 20,
        cursor: str = "", facets: bool = True, copies: bool = False,
    ) -> Page:  # fmt: skip
        """One page of what matches. Ties go by date, then id. CursorError for a cursor that is not ours."""
        started = time.perf_counter()
        ranked = is_ranked(query.tree)
        if order == "relevance" and not ranked:
            order = "newest"
        asked = Asked(
            query=self._compiler.compile(query.tree, copies), ranked=order == "relevance", order=order,
            by_thread=by_thread, limit=limit, cursor=cursor, over_all=facets,
            tagged=self._tagged() if facets else {},
        )  # fmt: skip
        found = answer(self._cluster, asked)
        hits = self._hits(found.found, query, ranked)
        return Page(
            total=found.total, hits=hits, threads=found.threads, next=found.next, facets=found.facets,
            histogram=found.histogram, took=(time.perf_counter() - started) * 1000,
        )  # fmt: skip

    def most_cited(self, limit: int = 20) -> list[Cited]:
        """The messages that most articles cite, as of the last `index`."""
        return most_cited(self, limit)

    def _hits(self, found: list[Found], query: Query, ranked: bool) -> tuple[Hit, ...]:
        rows = {row.id: row for row in self._store.rows([one.id for one in found])}
        texts = self._store.messages(id for id, row in rows.items() if not row.ghost) if ranked else {}
        mark = marker(query)
        shas = wanted(texts.values()) if mark.wants("attachment") else ()
        files = elastic_files.texts(self._cluster, shas)
        return tuple(
            Hit(
                row=rows[one.id], score=one.score, thread_hits=one.thread_hits,
                highlights=highlights(texts[one.id], mark, files) if one.id in texts else (),
            )
            for one in found if one.id in rows
        )  # fmt: skip

    def count(self, query: Query, *, copies: bool = False) -> int:
        """How many match."""
        asked = {"query": {"bool": {"filter": [self._compiler.compile(query.tree, copies)]}}, "size": 0}
        found = self._cluster.search("messages", asked | {"track_total_hits": True})
        return int(found["hits"]["total"]["value"])

    def message(self, id: str) -> Message:
        """The full message; NotFound."""
        found = self._store.message_id(id)
        return self._store.messages([found])[found]

    def messages(self, ids: Iterable[str]) -> list[Message]:
        """The full messages in the order asked for; those that are not here are left out."""
        wanted = [id for id in ids if not id.startswith("g")]
        found = self._store.messages(wanted)
        return [found[id] for id in wanted if id in found]

    def row(self, id: str) -> MessageRow:
        """The slim row of a message or ghost; NotFound."""
        return self._store.rows([self._store.find(id)])[0]

    def raw(self, id: str) -> bytes:
        """The bytes as they came; NotFound, CorpusDamaged if they are not what they were."""
        found = self._store.message_id(id)
        source = self._store.record(found, ("stored", "size"))
        return self._store.blocks.raw(found, stored(source), source["size"])

    def places(self, id: str) -> list[Place]:
        """Every place the message was found in; NotFound."""
        return elastic_audit.places(self._store.record(self._store.message_id(id), ("places",)))

    def placed(self) -> Iterator[tuple[str, Place]]:
        """Every place of every message, with the message's id."""
        yield from elastic_audit.placed(self._cluster)

    def published(self, number: str, collection: str) -> list[str]:
        """Ids of the messages that were published under a number in a collection; the first is what it names."""
        return self._store.published(number, collection)

    def sources(self) -> dict[str, str]:
        """Collection -> template of the public addresses of its mails."""
        return self._store.sources()

    def copies(self, id: str) -> list[MessageRow]:
        """The other messages that are copies of this one."""
        found = self._store.message_id(id)
        key = self._store.record(found, ("copy_key",))["copy_key"]
        if not key:
            return []
        docs = self._cluster.scan("records", {"term": {"copy_key": key}}, ["id"], source=False)
        return self._store.rows([doc.id for doc in docs if doc.id != found])

    def groups(self) -> Iterator[tuple[str, ...]]:
        """The ids of each group of copies, the smallest id first."""
        yield from elastic_copies.groups(self._cluster)

    def rulings(self) -> list[Ruling]:
        """What people decided on copies, in the order of ids."""
        return list(elastic_copies.rulings(self._cluster).values())

    def attached(self, id: str) -> list[MessageRow]:
        """The messages that were attached to this one."""
        found = self._store.message_id(id)
        docs = list(self._cluster.scan("records", {"term": {"carrier": found}}, ["id"], source=["places"]))
        docs.sort(key=lambda doc: _in_order(min(place[1] for place in doc.source["places"])))
        return self._store.rows([doc.id for doc in docs])

    def thread(self, id: str) -> Thread:
        """The conversation that a message or ghost is in; NotFound."""
        found = self._store.find(id)
        label = self._store.label(found) or 0
        tree = self._store.trees([label]).get(label)
        ids = [id for id, _, _ in tree.leaves] if tree else []
        # those that came since it was arranged stand behind
        come = {doc.id for doc in self._cluster.scan("records", {"term": {"label": label}}, ["id"], source=False)}
        listed = self._store.rows([*ids, *sorted((come | {found}) - set(ids))])
        first = next(row for row in listed if row.id == found)
        dates = [row.date for row in listed if row.date is not None and not row.ghost]
        return Thread(
            id=listed[0].thread, subject=tree.subject if tree else first.subject, rows=tuple(listed),
            first=min(dates, default=None), last=max(dates, default=None),
        )  # fmt: skip

    def files(self, sha256s: Iterable[str]) -> dict[str, File]:
        """Files by SHA-256, with their texts; those that no mail carries are left out."""
        return elastic_files.files(self._cluster, sha256s)

    def carriers(self, sha256: str, *, limit: int = 50, skip: int = 0) -> tuple[int, list[MessageRow]]:
        """How many messages carry a file, and those after the first `skip`, by date and id; NotFound."""
        total, ids = elastic_files.carriers(self._cluster, sha256, limit, skip)
        return total, self._store.rows(ids)

    def files_in(self, states: Collection[FileState]) -> Iterator[tuple[File, str]]:
        """Every file in these states, without its text, and the id of a message that carries it."""
        yield from elastic_files.in_states(self._cluster, states)

    def status(self) -> Status:
        """Counts for the whole corpus."""
        return elastic_audit.status(self._cluster)

    def failures(self, limit: int = 100, after: int = 0, which: Which = ANY) -> list[tuple[int, Failure]]:
        """Failures with their numbers, oldest first, those numbered above `after`."""
        return elastic_audit.failures(self._cluster, limit, after, which)

    def tally(self) -> list[Tally]:
        """How many failures there are, by archive, stage and code, in that order."""
        return elastic_audit.tally(self._cluster)

    def keys(self) -> list[Key]:
        """The keys that were added to the corpus, by name."""
        return elastic_later.keys(self._cluster)

    def digest(self) -> str:
        """SHA-256 over ids, threads, parents and places: equal for equal corpora whatever the order of ingest."""
        return elastic_audit.digest(Store(self._cluster.patiently()))

    def verify(self) -> Iterator[tuple[str, str]]:
        """Re-reads everything stored; (id, "") for each message that is as it was, else (id, what is wrong)."""
        yield from elastic_audit.verify(Store(self._cluster.patiently()))


def _with_younger(cluster: Cluster, lacking: list[str]) -> list[str]:
    """Makes what corpora of older versions lack, if the user may: who only reads finds no articles, and all else."""
    with suppress(NotAllowed):
        cluster.create(lacking)
        for index, field in (("records", "came"), (MESSAGES, "wrote"), (MESSAGES, "got")):
            cluster.extend(index, field)
    return []


def _fillable(cluster: Cluster, lacking: list[str]) -> bool:
    """Whether nothing is stored that the indexes which are not there may have belonged to."""
    return "records" in lacking or not cluster.count("records", {"match_all": {}})


def _in_order(member: str) -> list[tuple[int, str]]:
    """A sort key by which "#10" stands after "#2"."""
    return [(int(digits or 0), text) for text, digits in zip(
        _DIGITS.split(member), ["", *_DIGITS.findall(member)], strict=True)]  # fmt: skip
