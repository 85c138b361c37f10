"""The engine protocol that both engines keep, and the door to them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Protocol, Self

from msgspec import Struct

from mappings.records import (
    ArchiveState,
    Failure,
    File,
    FileState,
    Message,
    MessageRow,
    Place,
    Prepared,
    Ruling,
    Status,
    Thread,
)
from mappings.signatures import Key, Later
from search.bulk import Bulk
from search.citing import Shelf, ShelfWriter
from search.desk import Desk
from search.errors import CorpusError
from search.failures import ANY, Tally, Which
from search.ghosts import Ghost, Quote
from search.persons import Directory, DirectoryWriter
from search.query import Query
from search.results import Order, Page
from search.saving import Searches
from search.stamps import Stamped
from search.vocabulary import Vocabulary


class Counts(Struct, frozen=True):
    """What became of a batch: read = new + already + failed."""

    new: int = 0
    already: int = 0
    failed: int = 0
    unsearchable: int = 0  # of those stored: the index will not have them, and there is a failure for each


class Batch(Struct, frozen=True, kw_only=True):
    """Messages and failures of one archive, stored in one transaction with the ledger's line."""

    state: ArchiveState  # as it is once this batch is stored, but its counts as they were before: the writer adds
    messages: Sequence[Prepared] = ()
    failures: Sequence[Failure] = ()
    begun: object = None  # what `Writer.begin` gave for these messages

    def lost(self) -> int:
        """How many failures stand for a message that is not stored, not even in part."""
        return sum(not failure.message for failure in self.failures)


class Member(Struct, frozen=True):
    """What a thread is built from: one message's own key, the mails it names, and the facts that order it."""

    num: int
    id: str
    message_id: str
    references: tuple[str, ...]  # oldest first, the mail it answers last
    date: int | None
    subject: str
    people: frozenset[str]  # addresses of sender and recipients, lower case
    sender: str
    copy_keys: tuple[int, ...]  # those who share one are copies; what a person decided is in them
    quote: Quote = Quote()  # its first quotation
    thread_index: str = ""  # Outlook's Thread-Index, as written
    name: str = ""  # the sender's
    ghost: int = 0  # key of the ghost of what it quotes without naming it, 0 for none


class Pair(Struct, frozen=True):
    """A reply that names no mail, and a mail whose words it may quote, with the sketches of what is quoted and of the
    other's own words."""

    reply: Member
    older: Member
    quoted: tuple[int, ...]
    own: tuple[int, ...]
    apart: bool  # they are in two threads
    settled: bool  # one of the two was arranged before


class Leaf(Struct, frozen=True):
    """One line of an arranged thread: a member's id or a ghost's, its parent's id, its depth."""

    id: str
    parent: str
    depth: int
    copies: int = 0  # number of the group of copies that a message is in; 0 for none


class Arranged(Struct, frozen=True, kw_only=True):
    """A thread as it is stored: its id is that of its first message; leaves in reading order."""

    id: str
    subject: str
    leaves: tuple[Leaf, ...]
    ghosts: tuple[Ghost, ...] = ()


class Engine(Shelf, Desk, Searches, Directory, Bulk, Stamped, Vocabulary, Protocol):
    """Reading a corpus. An id is 64 hex digits, or any unique prefix of at least 8; a ghost's begins with "g"."""

    waits: bool  # storing waits for other machines: there is time to read on meanwhile

    def search(self, query: Query, *, order: Order = "relevance", by_thread: bool = False, limit: int = 20,
               cursor: str = "", facets: bool = True, copies: bool = False) -> Page:
        """One page of what matches, copies of a mail folded into one hit or apart (`copies`). Ties go by date, then id.
        CursorError for a cursor that is not ours."""

    def count(self, query: Query, *, copies: bool = False) -> int:
        """How many match: the total of a page, without one."""

    def message(self, id: str) -> Message:
        """The full message; NotFound."""

    def messages(self, ids: Iterable[str]) -> list[Message]:
        """The full messages in the order asked for; those that are not here are left out."""

    def row(self, id: str) -> MessageRow:
        """The slim row of a message or ghost; NotFound."""

    def raw(self, id: str) -> bytes:
        """The bytes as they came; NotFound."""

    def places(self, id: str) -> list[Place]:
        """Every place the message was found in; NotFound."""

    def placed(self) -> Iterator[tuple[str, Place]]:
        """Every place of every message, with the message's id."""

    def published(self, number: str, collection: str) -> list[str]:
        """Ids of the messages that were published under a number in a collection; the first is what it names."""

    def sources(self) -> dict[str, str]:
        """Collection -> template of the public addresses of its mails (`mappings.sources`)."""

    def copies(self, id: str) -> list[MessageRow]:
        """The other messages that are copies of this one."""

    def groups(self) -> Iterator[tuple[str, ...]]:
        """The ids of each group of copies, the smallest id first."""

    def rulings(self) -> list[Ruling]:
        """What people decided on copies, in the order of ids."""

    def attached(self, id: str) -> list[MessageRow]:
        """The messages that were attached to this one."""

    def thread(self, id: str) -> Thread:
        """The conversation that a message or ghost is in; NotFound."""

    def files(self, sha256s: Iterable[str]) -> dict[str, File]:
        """Files by SHA-256, with their texts; those that no mail carries are left out."""

    def carriers(self, sha256: str, *, limit: int = 50, skip: int = 0) -> tuple[int, list[MessageRow]]:
        """How many messages carry a file, and those after the first `skip`, by date and id; NotFound."""

    def files_in(self, states: Collection[FileState]) -> Iterator[tuple[File, str]]:
        """Every file in these states, without its text, and the id of a message that carries it."""

    def status(self) -> Status:
        """Counts for the whole corpus."""

    def failures(self, limit: int = 100, after: int = 0, which: Which = ANY) -> list[tuple[int, Failure]]:
        """Failures with their numbers, oldest first, those numbered above `after`."""

    def tally(self) -> list[Tally]:
        """How many failures there are, by archive, stage and code, in that order."""

    def keys(self) -> list[Key]:
        """The keys that were added to the corpus, by name."""

    def digest(self) -> str:
        """SHA-256 over ids, threads, parents and places: equal for equal corpora whatever the order of ingest."""

    def verify(self) -> Iterator[tuple[str, str]]:
        """Re-reads everything stored; (id, "") for each message that is as it was, else (id, what is wrong)."""

    def writer(self) -> "Writer":
        """The one writer; CorpusLocked if another process has it."""

    def close(self) -> None:
        """Lets go of files and connections."""


class Writer(ShelfWriter, DirectoryWriter, Protocol):
    """Writing to a corpus: a context manager; what `take` returned for is safe whatever happens next."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def state(self, archive: str, collection: str) -> ArchiveState | None:
        """The ledger's line for an archive."""

    def begin(self, messages: Sequence[Prepared]) -> object:
        """Begins what can be done beside this thread for messages that are to be taken soon; `Batch.begun` hands it
        on. Stores nothing."""

    def take(self, batch: Batch) -> Counts:
        """Stores a batch and moves the ledger on, all or nothing. A message already here only gains its place."""

    def keep_files(self, files: Iterable[File]) -> None:
        """Stores what became of files, all or nothing; the documents of the mails that carry them are made anew by the
        next `index`."""

    def rule(self, rulings: Iterable[Ruling]) -> None:
        """Stores what a person decided on copies, in place of earlier rulings on the same messages; the threads
        concerned are loose, and those that share a joining key one."""

    def keep_source(self, collection: str, template: str) -> None:
        """Notes the template of a collection's public addresses, in place of what was noted before."""

    def forget_failures(self, numbers: Iterable[int]) -> None:
        """Strikes failures that a retry resolved."""

    def put_keys(self, keys: Iterable[Key]) -> None:
        """Adds keys that signatures are checked with; those of the same name and text are replaced."""

    def drop_keys(self, keys: Iterable[Key]) -> None:
        """Removes keys."""

    def amend(self, found: Mapping[str, Later]) -> None:
        """Stores what was found out about messages since they were stored, by id, all or nothing; `index` makes it
        searchable."""

    def loose(self) -> list[int]:
        """Labels of the threads that changed since they were last arranged."""

    def members(self, labels: Sequence[int]) -> dict[int, list[Member]]:
        """The messages that carry each of these labels."""

    def kin(self, window: int) -> list[tuple[Member, Member]]:
        """Pairs (orphan reply, message of the same subject key at most `window` seconds older) that carry different
        labels, one of them loose: where a reply that names no mail may belong."""

    def quoting(self) -> Iterator[Pair]:
        """Every reply that names no mail with every mail of the time it quotes from that shares a number of its
        quotation's sketch, if the thread of one of them is loose: where it may belong. In the order of their numbers.
        """

    def join(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Makes one thread of the two messages' of each pair, given by their numbers, all or nothing."""

    def arrange(self, threads: Iterable[tuple[int, Arranged]]) -> None:
        """Stores threads' trees and ghosts under their labels, all or nothing; these are no longer loose."""

    def index(self, *, wait: bool = True) -> None:
        """Makes everything stored searchable: before it returns, or soon after."""

    def reindex(self) -> Iterator[int]:
        """Rebuilds the full-text index from what is stored; yields how many messages are done."""


def open_engine(url: str, *, create: bool = False) -> Engine:
    """The engine that `url` names: a folder is a corpus on this machine, `http(s)://host:port/prefix` one in an
    Elasticsearch cluster. CorpusMissing unless `create`."""
    if url.startswith(("http://", "https://")):
        try:
            from search.elastic_engine import ElasticEngine
        except ModuleNotFoundError as error:
            raise CorpusError("For Elasticsearch the package is missing: pip install 'unsealed[elastic]'.") from error
        return ElasticEngine.open(url, create=create)
    from search.embedded import EmbeddedEngine

    return EmbeddedEngine.open(url, create=create)
