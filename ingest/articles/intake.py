"""The loop that takes articles in: found, fetched, read, stored; what fails is counted and kept."""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct, field
from msgspec.structs import replace

from ingest.articles import feeds
from ingest.articles.finding import things
from ingest.articles.ledger import Ledger, Source
from ingest.articles.pieces import PASSED, NotReadable, Piece, Problem, Told
from ingest.articles.reading import Reader, is_whole
from ingest.progress import Progress
from mappings.articles import Article
from mappings.records import Failure
from search.article_keys import address_key, text_key
from search.engine import Engine, Writer

if TYPE_CHECKING:
    from ingest.articles.fetching import Fetcher

LISTED = 20  # failures that are told at once
SUMMARY = "Only a summary of it: {}"


class Read(Struct, frozen=True, kw_only=True):
    """An article that was met, and where: the file or address, inside it, the line and the name of a table's row."""

    article: str
    source: str
    member: str = ""
    line: int = 0
    name: str = ""


class Taken(Struct, kw_only=True):
    """What became of articles: read = new + already + failed."""

    sources: int = 0
    read: int = 0
    new: int = 0
    already: int = 0
    failed: int = 0
    renewed: int = 0  # of those already there: with other bytes, or with a text at last
    fetched: int = 0  # addresses
    passed: int = 0  # files that are no articles
    resolved: int = 0  # failures of earlier runs that did not recur
    seconds: float = 0.0
    interrupted: bool = False
    met: list[Read] = field(default_factory=list)
    problems: list[Failure] = field(default_factory=list)  # the first few failures


class Intake:
    """One run. With a fetcher, addresses are fetched, one at a time, their hosts in turn."""

    def __init__(
        self, engine: Engine, writer: Writer, *, fetcher: "Fetcher | None" = None, again: bool = False,
        whole: bool = False, progress: Progress | None = None, stop: Callable[[], object] = bool,
        besides: Path | None = None,
    ) -> None:  # fmt: skip
        """`again` reads and fetches what is here, too; `whole` tells the articles of bytes that are here, for which
        they are read; `besides` is the corpus's own folder."""
        self.engine = engine
        self.writer = writer
        self.fetcher = fetcher
        self.again = again
        self.whole = whole
        self.progress = progress or Progress()
        self.stop = stop
        self.besides = besides
        self.taken = Taken()
        self._ledger = Ledger(engine, writer)
        self._reader: Reader
        self._queues: dict[str, deque[tuple[Source, Piece]]] = {}

    def run(self, sources: Iterable[tuple[Path | str, Mapping[str, str]]]) -> Taken:
        """Takes in paths and addresses, each with the columns that its tables were said to have."""
        began = time.monotonic()
        self.progress.start(0)
        opened: list[Source] = []
        with Reader() as self._reader:
            for place, told in sources:
                if self.stop():
                    self.taken.interrupted = True
                    break
                self.taken.sources += 1
                source = self._ledger.begin(place)
                self._read(source, place, told)
                opened.append(source)
            self._fetch_all()
        for source in opened:
            self.taken.resolved += self._ledger.close(source)
        self.taken.seconds = time.monotonic() - began
        return self.taken

    def fetch_known(self) -> Taken:
        """Fetches the articles that are known by their address alone."""
        began = time.monotonic()
        self.progress.start(0)
        with Reader() as self._reader:
            for id in self.engine.article_ids():
                article = self.engine.article(id)
                if not is_whole(article) and article.address:
                    source = self._ledger.begin(article.address)
                    source.whole = True
                    self._await(source, Piece(kind="address", told=Told(address=article.address)))
            self._fetch_all(close=True)
        self.taken.seconds = time.monotonic() - began
        return self.taken

    def _read(self, source: Source, place: Path | str, told: Mapping[str, str]) -> None:
        """Everything at a path, or the one address."""
        if isinstance(place, str):
            source.whole = True
            self._take(source, Piece(kind="address", told=Told(address=place)))
            return
        for thing in things(place, told, self.besides):
            if self.stop():
                self.taken.interrupted = True
                return
            if isinstance(thing, Piece):
                self._take(source, thing)
            elif thing.code == PASSED and thing.member:
                self.taken.passed += 1
            else:
                self._failed(source, thing)
        source.whole = True

    def _take(self, source: Source, piece: Piece) -> None:
        if self.fetcher is not None and piece.told.address and (piece.kind == "address" or piece.brief):
            self._await(source, piece)
        else:
            self._store(source, piece, _place(source, piece))

    def _await(self, source: Source, piece: Piece) -> None:
        """Queues an address, unless its text is here."""
        found = "" if self.again else self.engine.article_at(address_key(piece.told.address), "")
        if found and is_whole(self.engine.article(found)):
            self._count(source, piece, found, new=False)
            return
        source.waiting += 1
        self._queues.setdefault(urlsplit(piece.told.address).netloc.lower(), deque()).append((source, piece))

    def _fetch_all(self, *, close: bool = False) -> None:
        """Fetches what was queued: of a host that may be asked, else of the one that may be asked first."""
        while self._queues and self.fetcher is not None:
            if self.stop():
                self.taken.interrupted = True
                return
            waits = {host: self.fetcher.wait(queue[0][1].told.address) for host, queue in self._queues.items()}
            host = min(waits, key=waits.__getitem__)
            queue = self._queues.pop(host)
            source, piece = queue.popleft()
            if queue:
                self._queues[host] = queue  # at the end: the next one is another's turn
            source.waiting -= 1
            self._fetch(source, piece)
            if close and not source.waiting:
                self.taken.resolved += self._ledger.close(source)

    def _fetch(self, source: Source, piece: Piece) -> None:
        assert self.fetcher is not None
        try:
            found = self.fetcher.fetch(piece.told)
        except NotReadable as error:
            if piece.brief:
                self._store(source, replace(piece, brief=False, note=SUMMARY.format(error)), _place(source, piece))
            else:
                self._failed(source, Problem(code=error.code, reason=str(error), member=piece.told.address))
            return
        self.taken.fetched += 1
        if found.kind != "feed":
            self._store(source, replace(found, line=piece.line, name=piece.name), found.told.address)
            return
        for thing in feeds.read(found.data, piece.told.address):
            if isinstance(thing, Piece):
                self._take(source, replace(thing, at=found.at, status=found.status))
            else:
                self._failed(source, thing)

    def _store(self, source: Source, piece: Piece, place: str) -> None:
        """Reads and keeps an article; what is here already is left as it is."""
        if piece.data and not (self.again or self.whole) and self.engine.has_capture(sha256(piece.data).hexdigest()):
            self._count(source, piece, "", new=False)
            return
        try:
            article = self._reader.article(piece, place)
        except NotReadable as error:
            self._failed(source, Problem(code=error.code, reason=str(error), member=piece.member, offset=piece.offset))
            return
        found = self._known(article)
        if found:
            old = self.engine.article(found)
            have = {capture.sha256 for capture in old.captures}
            fresh = any(capture.sha256 not in have for capture in article.captures)
            more = article.text and (fresh or not old.text) and (is_whole(article) or not is_whole(old))
            if not (self.again or more):
                self._count(source, piece, found, new=False)
                return
            self.taken.renewed += 1
        bodies = {capture.sha256: piece.data for capture in article.captures}
        self._count(source, piece, self.writer.keep_article(article, bodies), new=not found)

    def _known(self, article: Article) -> str:
        """The id of the article that this one is already; "" for none."""
        keys = [address_key(address) for address in (article.address, *article.addresses)]
        found = (self.engine.article_at(key, "") for key in keys if key)
        return next(filter(None, found), "") or self.engine.article_at("", text_key(article.text))

    def _count(self, source: Source, piece: Piece, id: str, *, new: bool) -> None:
        taken = self.taken
        for counts in (taken, source):
            counts.read += 1
            counts.new += new
            counts.already += not new
        if id:
            taken.met.append(
                Read(article=id, source=source.name, member=piece.member, line=piece.line, name=piece.name)
            )
        self._show(source)

    def _failed(self, source: Source, problem: Problem) -> None:
        failure = self._ledger.failed(source, problem)
        if len(self.taken.problems) < LISTED:
            self.taken.problems.append(failure)
        self.taken.read += 1
        self.taken.failed += 1
        self._show(source)

    def _show(self, source: Source) -> None:
        taken = self.taken
        left = f", {sum(map(len, self._queues.values())):,} to be fetched" if self._queues else ""
        self.progress.step(
            "reading articles", taken.read,
            f"{taken.read:,} read, {taken.new:,} new, {taken.already:,} already there, {taken.failed:,} failed{left}",
        )  # fmt: skip


def _place(source: Source, piece: Piece) -> str:
    """Where bytes were read from, in words: a file, what it is inside it, the line of a table."""
    inner = piece.member
    if source.folder:
        name, _, inner = piece.member.partition("!")
        place = os.path.join(source.name, name) if name else source.name  # noqa: PTH118
    else:
        place = source.name
    return place + (f"!{inner}" if inner else "") + (f", line {piece.line}" if piece.line else "")


