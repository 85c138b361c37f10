"""The shelf's half of the engine for a cluster: reading articles and citations, and what citations are found by."""

from collections.abc import Iterable, Iterator

from mappings.articles import Article, Capture, CitedState, Judged, Settings, Verdict
from search import elastic_articles, elastic_blobs, elastic_candidates, elastic_citations, elastic_citing, elastic_shelf
from search.citing import Absent, ArticleOrder, Articles, ArticlesWanted, Candidate, Wanted
from search.elastic import Cluster
from search.elastic_store import Store
from search.shelved import named_text


class ElasticShelf:
    """Reading the shelf of a corpus in a cluster; see `search.citing.Shelf`."""

    _cluster: Cluster
    _store: Store

    def article(self, id: str) -> Article:
        """An article in full; NotFound."""
        return elastic_shelf.read(self._cluster, elastic_shelf.full_id(self._cluster, id))

    def articles(self, wanted: ArticlesWanted, *, order: ArticleOrder = "newest", limit: int = 50,
                 cursor: str = "") -> Articles:  # fmt: skip
        """One page of the articles; CursorError."""
        return elastic_articles.articles(self._store, wanted, order, limit, cursor)

    def article_ids(self) -> Iterator[str]:
        """Ids of all articles, in order of ids."""
        yield from elastic_shelf.ids(self._cluster)

    def article_at(self, address: str, text: str) -> str:
        """Id of the article at an address as it is compared, or with the same text; "" for neither."""
        return elastic_shelf.at(self._cluster, address, named_text(text))

    def has_capture(self, sha256: str) -> bool:
        """Whether an article's bytes of that hash are here."""
        return elastic_shelf.has_capture(self._cluster, sha256)

    def capture(self, sha256: str) -> tuple[Capture, bytes]:
        """An article's bytes as they were read; NotFound, CorpusDamaged if they are not what they were."""
        return elastic_shelf.capture(self._cluster, sha256)

    def verify_captures(self) -> Iterator[tuple[str, str]]:
        """Re-reads every capture; (its SHA-256, "") where it is as it was, else (its SHA-256, what is wrong)."""
        yield from elastic_shelf.verify(self._cluster.patiently())

    def cites(self, article: str) -> list[Judged]:
        """What an article cites, in the order of its passages, silent ones too."""
        return elastic_citing.cites(self._cluster, elastic_shelf.full_id(self._cluster, article))

    def cited_by(self, ids: Iterable[str]) -> dict[str, list[Judged]]:
        """By message the citations of it or of a copy of it, newest article first, without the silent ones."""
        return elastic_citing.cited_by(self._store, ids)

    def cited_counts(self, ids: Iterable[str]) -> dict[str, int]:
        """By message how many articles cite it or a copy of it (tier shown); those that none cites are left out."""
        return elastic_citing.cited_counts(self._store, ids)

    def absent(self, limit: int = 100) -> list[Absent]:
        """What is cited and not here, most articles first."""
        return elastic_citing.absent(self._cluster, limit)

    def review(self, *, after: str = "", limit: int = 1) -> tuple[int, list[tuple[str, Judged]]]:
        """How many probable citations have no verdict, and the next ones with their places in that order."""
        return elastic_citing.review(self._cluster, after, limit)

    def newest_citations(self, limit: int = 50) -> list[Judged]:
        """Those of the tier shown, the latest found or confirmed first."""
        return elastic_citing.newest(self._cluster, limit)

    def verdicts(self) -> list[Verdict]:
        """All that people decided, in the order of articles and messages."""
        return elastic_citations.verdicts(self._cluster)

    def settings(self) -> Settings:
        """Where the tiers begin."""
        return elastic_shelf.settings(self._cluster)

    def cited_state(self, article: str) -> CitedState | None:
        """How far an article was matched."""
        return elastic_citations.state(self._cluster, elastic_shelf.full_id(self._cluster, article))

    def candidates(self, wanted: Wanted, limit: int = 200) -> list[Candidate]:
        """Messages that hold the words, best first; copies too, ghosts not."""
        return elastic_candidates.candidates(self._cluster, wanted, limit)

    def texts(self, start: int = 0) -> Iterator[tuple[int, str, str]]:
        """(count, id, own words) of every message that came in after `start`."""
        yield from elastic_candidates.texts(self._store, start)

    def newest(self) -> int:
        """A count that every message which comes in later lies above; 0 for an empty corpus."""
        return elastic_candidates.newest(self._cluster)

    def derived(self, name: str) -> bytes | None:
        """What was kept under a name by `keep_derived`."""
        return elastic_blobs.get(self._cluster, elastic_blobs.derived_id(name))

    def derived_names(self) -> list[str]:
        """The names that something is kept under."""
        return elastic_blobs.names(self._cluster)
