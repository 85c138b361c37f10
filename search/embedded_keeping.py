"""The shelf's half of the embedded writer: articles, citations, verdicts and settings, each call one transaction."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager

from mappings.articles import Article, Citation, CitedState, Settings, Verdict
from search import embedded_citations, embedded_shelf
from search.embedded_documents import Documents
from search.embedded_store import Store, translated

_AT_ONCE = 200


class EmbeddedShelfWriter:
    """Writing to the shelf of an embedded corpus; see `search.citing.ShelfWriter`."""

    _store: Store
    _documents: Documents

    def _transaction(self) -> AbstractContextManager[None]:
        raise NotImplementedError

    _kept = 0  # articles since the log was last moved over

    def keep_article(self, article: Article, bodies: Mapping[str, bytes]) -> str:
        """Stores an article with the bytes of its captures; the id that it has."""
        with self._transaction():
            num = embedded_shelf.keep(self._store, article, bodies)
            self._documents.stale(embedded_citations.told_by(self._store, num))
            id = embedded_shelf.id_of(self._store, num).hex()
        self._count()
        return id

    def _count(self) -> None:
        """Keeps the log of what was written short."""
        self._kept += 1
        if self._kept % _AT_ONCE == 0:
            self._store.move_log()

    def drop_article(self, id: str) -> None:
        """Removes an article with its captures, citations and verdicts; NotFound."""
        with self._transaction():
            num = embedded_shelf.number(self._store, id)
            self._documents.stale(embedded_citations.drop(self._store, num))
            embedded_shelf.drop(self._store, num)

    def keep_citations(self, state: CitedState, citations: Iterable[Citation], *, add: bool = False) -> None:
        """Stores what an article cites, and how far it was matched."""
        with self._transaction():
            self._documents.stale(embedded_citations.keep(self._store, state, citations, add))
        self._count()

    def judge(self, verdicts: Iterable[Verdict]) -> None:
        """Stores verdicts in place of earlier ones on the same article and message."""
        with self._transaction():
            self._documents.stale(embedded_citations.judge(self._store, verdicts))

    def unjudge(self, article: str, message: str) -> None:
        """Takes a verdict back."""
        with self._transaction():
            num = embedded_shelf.number(self._store, article)
            self._documents.stale(embedded_citations.unjudge(self._store, num, message))

    def set_settings(self, settings: Settings) -> None:
        """Where the tiers begin from now on."""
        with self._transaction():
            before = embedded_citations.counted(self._store, embedded_shelf.settings(self._store))
            embedded_shelf.keep_settings(self._store, settings)
            changed = before ^ embedded_citations.counted(self._store, settings)
            self._documents.stale(embedded_citations.documents(self._store, changed))

    def keep_derived(self, name: str, data: bytes) -> None:
        """Keeps what was computed from the corpus, in place of what was kept under that name; no data removes it."""
        with self._transaction():
            embedded_shelf.keep_derived(self._store, name, data)

    def _reword(self) -> None:
        """Makes articles' words searchable anew."""
        with self._transaction():
            embedded_shelf.reword(self._store)

    def _resettle(self) -> None:
        """Puts citations in the light of what came since: before documents are made."""
        with translated():
            kept = embedded_citations.any_kept(self._store)
        if kept:
            with self._transaction():
                self._documents.stale(embedded_citations.resettle(self._store))
