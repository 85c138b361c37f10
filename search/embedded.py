"""The default engine: SQLite holds the truth and Tantivy the index, in a folder on this machine."""

import shutil
import time
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import tantivy

from mappings.records import Failure, File, FileState, Message, MessageRow, Place, Ruling, Status, Thread
from mappings.signatures import Key
from search import embedded_audit, embedded_copies, embedded_files, embedded_later, embedded_persons, embedded_shelf
from search.base64_runs import grow
from search.citing import Cited
from search.embedded_bulk import EmbeddedBulk
from search.embedded_desk import REMEMBERED, EmbeddedDesk
from search.embedded_desk_file import DeskFile
from search.embedded_directory import EmbeddedDirectory
from search.embedded_documents import record_decoder
from search.embedded_index import open_index, schema
from search.embedded_queries import Compiler
from search.embedded_ranking import Found, Ranking
from search.embedded_reading import EmbeddedShelf
from search.embedded_saving import EmbeddedSearches
from search.embedded_stamp import EmbeddedStamp
from search.embedded_store import INDEX, Store, translated
from search.embedded_vocabulary import EmbeddedVocabulary
from search.embedded_writer import EmbeddedWriter
from search.errors import CorpusDamaged, NotFound
from search.facets import read_facets
from search.failures import ANY, Tally, Which
from search.file_texts import wanted
from search.later import amended
from search.most_cited import most_cited
from search.pages import aggregations, histogram
from search.query import Query
from search.remembering import Remembered
from search.results import Highlight, Hit, Order, Page
from search.weights import is_ranked

if TYPE_CHECKING:
    from search.highlight import Marker

Json = dict[str, Any]
BESIDE = 4  # searches whose counts are made at a time, each beside its hits


class EmbeddedEngine(
    EmbeddedShelf, EmbeddedStamp, EmbeddedDesk, EmbeddedSearches, EmbeddedDirectory, EmbeddedBulk, EmbeddedVocabulary,
):  # fmt: skip
    """Reading an embedded corpus; see `search.engine.Engine`. Usable from any number of threads."""

    waits = False

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store
        self._desk = DeskFile(store.folder)
        self._index: tantivy.Index | None = None
        try:
            self._index = open_index(store.folder / INDEX)
        except ValueError as error:  # the tables are whole all the same
            self._damage = str(error)
        self._compiler = self._new_compiler()
        self._counted: Remembered[Json] = Remembered()
        self._remembered: Remembered[Any] = Remembered(REMEMBERED)
        self._beside = ThreadPoolExecutor(BESIDE, "counts")

    def _new_compiler(self) -> Compiler:
        outlets, handles = partial(embedded_shelf.outlets, self._store), partial(embedded_persons.handles, self._store)
        return Compiler(
            schema(), self._store.numbers, self._label, self._store.published, outlets, self._marked, handles
        )  # fmt: skip

    @classmethod
    def open(cls, url: str, *, create: bool = False) -> Self:
        """The corpus in the folder `url`. CorpusMissing unless `create`, CorpusError for what is not a corpus."""
        store = Store.open(Path(url).expanduser().absolute(), create=create)
        with translated():
            return cls(store)

    def _searcher(self) -> tantivy.Searcher:
        if self._index is None:
            raise CorpusDamaged(f"The index can't be read ({self._damage}); `unsealed reindex` makes it anew.")
        return self._index.searcher()

    def close(self) -> None:
        """Lets go of the files."""
        self._beside.shutdown(cancel_futures=True)
        self.unwatch()
        self._store.close()
        self._desk.close()

    def writer(self) -> EmbeddedWriter:
        """The one writer; entering it raises CorpusLocked if another process has it."""
        return EmbeddedWriter(self._store, self._writable_index)

    def _writable_index(self) -> tantivy.Index:
        """The index to write to; one that can't be read is thrown away, to be made anew from the tables."""
        if self._index is None:
            shutil.rmtree(self._store.folder / INDEX)
            self._store.forget_index()
            self._index = open_index(self._store.folder / INDEX)
        return self._index

    def search(
        self, query: Query, *, order: Order = "relevance", by_thread: bool = False, limit: int = 20,
        cursor: str = "", facets: bool = True, copies: bool = False,
    ) -> Page:  # fmt: skip
        """One page of what matches. Ties go by date, then id. CursorError for a cursor that is not ours."""
        started = time.perf_counter()
        if order == "relevance" and not is_ranked(query.tree):
            order = "newest"
        with translated():
            compiled = self._compiler.compile(query.tree, copies)
            searcher = self._searcher()
            counting = self._beside.submit(self._counts, query, compiled, copies) if facets else None
            ranking = Ranking(searcher, schema(), compiled)
            found, next_cursor = ranking.page(order, by_thread, limit, cursor)
            hits = self._hits(found, query)
            answer = counting.result() if counting else None
            total = int(answer["total"]["value"]) if answer else ranking.total()
            bars = histogram(answer, total, lambda seconds: self._bars(compiled, seconds)) if answer else None
            threads = ranking.threads(total) if by_thread else None
            tags = self._tag_counts(compiled, searcher) if answer else {}
        took = (time.perf_counter() - started) * 1000
        return Page(
            total=total, hits=hits, threads=threads, next=next_cursor, took=took,
            facets=read_facets(answer, total, tags) if answer else (), histogram=bars,
        )

    def count(self, query: Query, *, copies: bool = False) -> int:
        """How many match."""
        with translated():
            return Ranking(self._searcher(), schema(), self._compiler.compile(query.tree, copies)).total()

    def _counts(self, query: Query, compiled: tantivy.Query, copies: bool) -> Json:
        """What facets and histogram are read from."""
        stamp = self.stamp(desk=True)
        return self._counted.get(
            stamp, (query.tree, copies), lambda: self._searcher().aggregate(compiled, aggregations())
        )  # fmt: skip

    def _bars(self, query: tantivy.Query, seconds: int) -> dict[int, int]:
        asked = {"bars": {"histogram": {"field": "date", "interval": seconds, "min_doc_count": 1}}}
        buckets = self._searcher().aggregate(query, asked)["bars"]["buckets"]
        return {int(bucket["key"]) // seconds: int(bucket["doc_count"]) for bucket in buckets}

    def most_cited(self, limit: int = 20) -> list[Cited]:
        """The messages that most articles cite, as of the last `index`."""
        return most_cited(self, limit)

    def _hits(self, found: list[Found], query: Query) -> tuple[Hit, ...]:
        rows = self._store.rows([one.number for one in found])
        texts: dict[int, Message] = {}
        if is_ranked(query.tree):
            from search.highlight import marker  # imports slowly, and an ingest marks nothing

            texts = self._records([one.number for one in found if one.number > 0])
            mark = marker(query)
        return tuple(
            Hit(
                row=row, score=one.score, thread_hits=one.thread_hits,
                highlights=self._highlights(texts[one.number], mark) if one.number in texts else (),
            )
            for one, row in zip(found, rows, strict=True)
        )  # fmt: skip

    def _highlights(self, message: Message, mark: "Marker") -> tuple[Highlight, ...]:
        from search.highlight import highlights

        files = wanted([message]) if mark.wants("attachment") else ()
        return highlights(message, mark, embedded_files.texts(self._store, files))

    def _label(self, id: str) -> int | None:
        """The label of the thread that a message or ghost is in."""
        try:
            number = self._store.find(id)
        except NotFound:
            return None
        return self._label_of(number)

    def _label_of(self, number: int) -> int:
        table = "messages" if number > 0 else "ghosts"
        return self._store.number(f"SELECT label FROM {table} WHERE num = ?", (abs(number),))

    def _records(self, numbers: Iterable[int]) -> dict[int, Message]:
        rows = self._store.among(
            "SELECT b.block, b.head, m.num, m.record_at, m.record_size, l.body FROM messages m"
            " JOIN blocks b USING (block) LEFT JOIN later l ON l.message = m.num WHERE m.num IN ({})",
            numbers,
        )
        found: dict[int, Message] = {}
        held, data = -1, b""
        for block, head, num, at, size, later in sorted(rows):
            if block != held:
                held, data = block, self._store.blocks.read_head(block, head)
            found[num] = amended(record_decoder.decode(data[at : at + size]), later)
        return found

    def _number(self, id: str) -> int:
        number = self._store.find(id)
        if number < 0:
            raise NotFound(f"The mail {id} is referred to, but it is not in this corpus.")
        return number

    def message(self, id: str) -> Message:
        """The full message; NotFound."""
        with translated():
            number = self._number(id)
            return self._records([number])[number]

    def messages(self, ids: Iterable[str]) -> list[Message]:
        """The full messages in the order asked for; those that are not here are left out."""
        with translated():
            wanted = [bytes.fromhex(id) for id in ids if not id.startswith("g")]
            rows = self._store.among("SELECT id, num FROM messages WHERE id IN ({})", wanted)
            numbers: dict[bytes, int] = dict(rows)
            found = self._records(numbers.values())
        return [found[numbers[id]] for id in wanted if id in numbers]

    def row(self, id: str) -> MessageRow:
        """The slim row of a message or ghost; NotFound."""
        with translated():
            return self._store.rows([self._store.find(id)])[0]

    def raw(self, id: str) -> bytes:
        """The bytes as they came; NotFound, CorpusDamaged if they are not what they were."""
        with translated():
            number = self._number(id)
            key, block, at, length, size = self._store.one(
                "SELECT id, block, raw_at, raw_size, size FROM messages WHERE num = ?", (number,)
            )
            data = grow(self._store.block(block)[at : at + length], size)
        if sha256(data).digest() != key:
            raise CorpusDamaged(f"The stored bytes of message {key.hex()} are not what they were.")
        return data

    def places(self, id: str) -> list[Place]:
        """Every place the message was found in; NotFound."""
        with translated():
            return embedded_audit.places(self._store, self._number(id))

    def placed(self) -> Iterator[tuple[str, Place]]:
        """Every place of every message, with the message's id."""
        with translated():
            yield from embedded_audit.placed(self._store)

    def published(self, number: str, collection: str) -> list[str]:
        """Ids of the messages that were published under a number in a collection; the first is what it names."""
        with translated():
            return [row.id for row in self._store.rows(self._store.published(number, collection))]

    def sources(self) -> dict[str, str]:
        """Collection -> template of the public addresses of its mails."""
        with translated():
            return self._store.sources()

    def copies(self, id: str) -> list[MessageRow]:
        """The other messages that are copies of this one."""
        with translated():
            rows = self._store.all(
                "SELECT c.num FROM messages m JOIN messages c ON c.copy_key = m.copy_key AND c.copy_key <> 0"
                " WHERE m.num = ? AND c.num <> m.num ORDER BY c.id",
                (self._number(id),),
            )
            return self._store.rows([row[0] for row in rows])

    def groups(self) -> Iterator[tuple[str, ...]]:
        """The ids of each group of copies, the smallest id first."""
        with translated():
            yield from embedded_copies.groups(self._store)

    def rulings(self) -> list[Ruling]:
        """What people decided on copies, in the order of ids."""
        with translated():
            return list(embedded_copies.rulings(self._store).values())

    def attached(self, id: str) -> list[MessageRow]:
        """The messages that were attached to this one."""
        with translated():
            rows = self._store.all(
                "SELECT num FROM messages WHERE carrier = ? AND carrier <> 0 ORDER BY num", (self._number(id),)
            )
            return self._store.rows([row[0] for row in rows])

    def thread(self, id: str) -> Thread:
        """The conversation that a message or ghost is in; NotFound."""
        with translated():
            number = self._store.find(id)
            label = self._label_of(number)
            rows = self._store.all(
                "SELECT num, pos, date FROM messages WHERE label = ?"
                " UNION ALL SELECT -num, pos, NULL FROM ghosts WHERE label = ? ORDER BY pos, num",
                (label, label),
            )
            known = self._store.one("SELECT subject FROM threads WHERE label = ?", (label,))
            found = self._store.rows([row[0] for row in rows])
        asked = next(line for (num, _, _), line in zip(rows, found, strict=True) if num == number)
        dates = [row[2] for row in rows if row[2] is not None]
        return Thread(
            id=found[0].thread, subject=known[0] if known else asked.subject, rows=tuple(found),
            first=min(dates, default=None), last=max(dates, default=None),
        )  # fmt: skip

    def files(self, sha256s: Iterable[str]) -> dict[str, File]:
        """Files by SHA-256, with their texts; those that no mail carries are left out."""
        with translated():
            return embedded_files.files(self._store, sha256s)

    def carriers(self, sha256: str, *, limit: int = 50, skip: int = 0) -> tuple[int, list[MessageRow]]:
        """How many messages carry a file, and those after the first `skip`, by date and id; NotFound."""
        with translated():
            total, numbers = embedded_files.carriers(self._store, sha256, limit, skip)
            return total, self._store.rows(numbers)

    def files_in(self, states: Collection[FileState]) -> Iterator[tuple[File, str]]:
        """Every file in these states, without its text, and the id of a message that carries it."""
        with translated():
            yield from embedded_files.in_states(self._store, states)

    def status(self) -> Status:
        """Counts for the whole corpus."""
        with translated():
            return embedded_audit.status(self._store)

    def failures(self, limit: int = 100, after: int = 0, which: Which = ANY) -> list[tuple[int, Failure]]:
        """Failures with their numbers, oldest first, those numbered above `after`."""
        with translated():
            return embedded_audit.failures(self._store, limit, after, which)

    def tally(self) -> list[Tally]:
        """How many failures there are, by archive, stage and code, in that order."""
        with translated():
            return embedded_audit.tally(self._store)

    def keys(self) -> list[Key]:
        """The keys that were added to the corpus, by name."""
        with translated():
            return embedded_later.keys(self._store)

    def digest(self) -> str:
        """SHA-256 over ids, threads, parents and places: equal for equal corpora whatever the order of ingest."""
        with translated():
            return embedded_audit.digest(self._store)

    def verify(self) -> Iterator[tuple[str, str]]:
        """Re-reads everything stored; (id, "") for each message that is as it was, else (id, what is wrong)."""
        with translated():
            yield from embedded_audit.verify(self._store)
