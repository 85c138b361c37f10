"""The shelf's half of the writer to a cluster: articles, citations, verdicts and settings, one writer at a time."""

from collections.abc import Iterable, Mapping

from msgspec import json
from msgspec.structs import replace

from mappings.articles import Article, Citation, CitedState, Settings, Verdict
from search import elastic_blobs, elastic_citations, elastic_marks, elastic_shelf, shelved
from search.elastic import Cluster, Op
from search.elastic_citations import filtered
from search.elastic_lease import Lease
from search.elastic_store import Store

_GONE = frozenset({404})


class ElasticShelfWriter:
    """Writing to the shelf of a corpus in a cluster; see `search.citing.ShelfWriter`."""

    _cluster: Cluster
    _store: Store

    def _alone(self) -> Lease:
        """What is written to the shelf is read before: one process at a time."""
        return Lease(self._cluster, "shelf")

    def keep_article(self, article: Article, bodies: Mapping[str, bytes]) -> str:
        """Stores an article with the bytes of its captures; the id that it has."""
        with self._alone():
            id = elastic_shelf.keep(self._cluster, article, bodies)
            if elastic_citations.any_of_article(self._cluster, id):
                self._cluster.bulk(elastic_citations.told_by(self._store, id))
                elastic_citations.settle(self._store, id)
        return id

    def drop_article(self, id: str) -> None:
        """Removes an article with its captures, citations and verdicts; NotFound."""
        with self._alone():
            id = elastic_shelf.full_id(self._cluster, id)
            self._cluster.bulk(elastic_citations.told_by(self._store, id))
            elastic_citations.drop(self._cluster, id)
            elastic_shelf.drop(self._cluster, id)

    def keep_citations(self, state: CitedState, citations: Iterable[Citation], *, add: bool = False) -> None:
        """Stores what an article cites, and how far it was matched."""
        found = list(citations)
        with self._alone():
            id = elastic_shelf.full_id(self._cluster, state.article)
            new = [shelved.plain(replace(citation, article=id)) for citation in found]
            elastic_citations.settle(self._store, id, new, add, shelved.plain(replace(state, article=id)))

    def judge(self, verdicts: Iterable[Verdict]) -> None:
        """Stores verdicts in place of earlier ones on the same article and message."""
        made = [shelved.plain(verdict) for verdict in verdicts]
        with self._alone():
            ids = {name: elastic_shelf.full_id(self._cluster, name) for name in {one.article for one in made}}
            self._decide(
                set(ids.values()),
                [elastic_citations.verdict_op(replace(one, article=ids[one.article])) for one in made],
            )

    def unjudge(self, article: str, message: str) -> None:
        """Takes a verdict back, whichever of a mail's copies or names it was given to."""
        with self._alone():
            id = elastic_shelf.full_id(self._cluster, article)
            said = elastic_citations.verdicts(self._cluster, id)
            known = elastic_citations.known(self._store, [message, *(verdict.message for verdict in said)])
            mail = known.mail(message)
            gone = [verdict for verdict in said if known.mail(verdict.message) == mail]
            self._decide({id}, [Op("delete", "marks", elastic_citations.verdict_id(verdict)) for verdict in gone])

    def _decide(self, articles: set[str], ops: list[Op]) -> None:
        note = elastic_citations.note(self._cluster, articles)
        self._cluster.bulk(ops, refresh=True, tolerated=_GONE)
        for id in sorted(articles):
            elastic_citations.settle(self._store, id)
        self._cluster.bulk([Op("delete", "marks", note)], tolerated=_GONE)

    def set_settings(self, settings: Settings) -> None:
        """Where the tiers begin from now on."""
        with self._alone():
            before = elastic_shelf.settings(self._cluster)
            low, high = sorted((before.shown, settings.shown))
            between = filtered({"term": {"ruled": 0}}, {"range": {"probability": {"gte": low, "lt": high}}})
            found = list(elastic_citations.every(self._cluster, between, elastic_citations.BY_PLACE))
            articles = {one["article"] for one in found}
            changed = elastic_citations.counted(found, before) ^ elastic_citations.counted(found, settings)
            # noted before, since nobody would find them afterwards
            note = elastic_citations.note(self._cluster, articles)
            self._cluster.bulk(elastic_citations.stale(self._store, {name for _, name in changed}))
            elastic_shelf.keep_settings(self._cluster, settings)
            counts = elastic_citations.counts(self._cluster, articles, settings)
            self._cluster.bulk(
                (Op("update", "articles", id, json.encode({"doc": {"cites": counts.get(id, 0)}})) for id in articles),
                refresh=True, tolerated=_GONE,
            )  # fmt: skip
            self._cluster.bulk([Op("delete", "marks", note)], tolerated=_GONE)

    def _resettle(self, ids: Iterable[str]) -> None:
        """Puts citations in the light of what came since, before the documents of messages are made anew."""
        articles, notes = elastic_citations.unsettled(self._store, ids)
        if articles:
            with self._alone():
                for id in sorted(articles):
                    elastic_citations.settle(self._store, id)
        elastic_marks.done(self._cluster, notes)

    def keep_derived(self, name: str, data: bytes) -> None:
        """Keeps what was computed from the corpus, in place of what was kept under that name; no data removes it."""
        id = elastic_blobs.derived_id(name)
        with self._alone():
            if data:
                elastic_blobs.put(self._cluster, id, "derived", name, data)
            else:
                elastic_blobs.drop(self._cluster, [id])
