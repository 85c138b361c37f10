"""The shelf's half of the embedded engine: reading articles and citations, and what citations are found by."""

from collections.abc import Iterable, Iterator

import tantivy

from mappings.articles import Article, Capture, CitedState, Judged, Settings, Verdict
from search import embedded_articles, embedded_citations, embedded_citing, embedded_shelf, embedded_texts
from search.citing import Absent, ArticleOrder, Articles, ArticlesWanted, Candidate, Wanted
from search.embedded_candidates import candidates
from search.embedded_index import schema
from search.embedded_store import Store, translated


class EmbeddedShelf:
    """Reading the shelf of an embedded corpus; see `search.citing.Shelf`."""

    _store: Store

    def _searcher(self) -> tantivy.Searcher:
        raise NotImplementedError

    def article(self, id: str) -> Article:
        """An article in full; NotFound."""
        with translated():
            return embedded_shelf.read(self._store, embedded_shelf.number(self._store, id))

    def articles(self, wanted: ArticlesWanted, *, order: ArticleOrder = "newest", limit: int = 50,
                 cursor: str = "") -> Articles:  # fmt: skip
        """One page of the articles; CursorError."""
        with translated():
            return embedded_articles.articles(self._store, wanted, order, limit, cursor)

    def article_ids(self) -> Iterator[str]:
        """Ids of all articles, in order of ids."""
        with translated():
            yield from embedded_shelf.ids(self._store)

    def article_at(self, address: str, text: str) -> str:
        """Id of the article at an address as it is compared, or with the same text; "" for neither."""
        with translated():
            num = embedded_shelf.at(self._store, address, text)
            return embedded_shelf.id_of(self._store, num).hex() if num else ""

    def has_capture(self, sha256: str) -> bool:
        """Whether an article's bytes of that hash are here."""
        with translated():
            return embedded_shelf.has_capture(self._store, sha256)

    def capture(self, sha256: str) -> tuple[Capture, bytes]:
        """An article's bytes as they were read; NotFound, CorpusDamaged if they are not what they were."""
        with translated():
            return embedded_shelf.capture(self._store, sha256)

    def verify_captures(self) -> Iterator[tuple[str, str]]:
        """Re-reads every capture; (its SHA-256, "") where it is as it was, else (its SHA-256, what is wrong)."""
        with translated():
            yield from embedded_shelf.verify(self._store)

    def cites(self, article: str) -> list[Judged]:
        """What an article cites, in the order of its passages, silent ones too."""
        with translated():
            return embedded_citing.cites(self._store, embedded_shelf.number(self._store, article))

    def cited_by(self, ids: Iterable[str]) -> dict[str, list[Judged]]:
        """By message the citations of it or of a copy of it, newest article first, without the silent ones."""
        with translated():
            return embedded_citing.cited_by(self._store, ids)

    def cited_counts(self, ids: Iterable[str]) -> dict[str, int]:
        """By message how many articles cite it or a copy of it (tier shown); those that none cites are left out."""
        with translated():
            return embedded_citing.cited_counts(self._store, ids)

    def absent(self, limit: int = 100) -> list[Absent]:
        """What is cited and not here, most articles first."""
        with translated():
            return embedded_citing.absent(self._store, limit)

    def review(self, *, after: str = "", limit: int = 1) -> tuple[int, list[tuple[str, Judged]]]:
        """How many probable citations have no verdict, and the next ones with their places in that order."""
        with translated():
            return embedded_citing.review(self._store, after, limit)

    def newest_citations(self, limit: int = 50) -> list[Judged]:
        """Those of the tier shown, the latest found or confirmed first."""
        with translated():
            return embedded_citing.newest(self._store, limit)

    def verdicts(self) -> list[Verdict]:
        """All that people decided, in the order of articles and messages."""
        with translated():
            return embedded_citations.verdicts(self._store)

    def settings(self) -> Settings:
        """Where the tiers begin."""
        with translated():
            return embedded_shelf.settings(self._store)

    def cited_state(self, article: str) -> CitedState | None:
        """How far an article was matched."""
        with translated():
            return embedded_citations.state(self._store, embedded_shelf.number(self._store, article))

    def candidates(self, wanted: Wanted, limit: int = 200) -> list[Candidate]:
        """Messages that hold the words, best first; copies too, ghosts not."""
        with translated():
            return candidates(self._store, self._searcher(), schema(), wanted, limit)

    def texts(self, start: int = 0) -> Iterator[tuple[int, str, str]]:
        """(count, id, own words) of every message that came in after `start`."""
        with translated():
            yield from embedded_texts.texts(self._store, start)

    def newest(self) -> int:
        """The count of the message that came in last; 0 for an empty corpus."""
        with translated():
            return embedded_texts.newest(self._store)

    def derived(self, name: str) -> bytes | None:
        """What was kept under a name by `keep_derived`."""
        with translated():
            return embedded_shelf.derived(self._store, name)

    def derived_names(self) -> list[str]:
        """The names that something is kept under."""
        with translated():
            return embedded_shelf.derived_names(self._store)
