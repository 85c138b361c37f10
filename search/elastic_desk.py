"""The desk's part of the engine for a cluster: tags, stars and notes, and the messages that a search finds by them."""

from collections.abc import Iterable

from search import elastic_queries
from search.drawer import Drawer
from search.elastic import Cluster
from search.elastic_citing import members_of
from search.elastic_drawer import ElasticDrawer
from search.elastic_store import Store
from search.keeping_desk import DeskKeeper


class ElasticDesk(DeskKeeper):
    """See `search.desk.Desk`."""

    _cluster: Cluster
    _store: Store
    _compiler: elastic_queries.Compiler

    def _drawer(self) -> Drawer:
        return ElasticDrawer(self._cluster)

    def _members(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """By message the ids of it and its copies."""
        wanted = list(dict.fromkeys(ids))
        docs = self._cluster.get("records", wanted, source=["copy_key"]) if wanted else {}
        keys = {id: doc.source["copy_key"] for id, doc in docs.items() if doc.source["copy_key"]}
        groups = members_of(self._store, set(keys.values()))
        return {id: tuple(groups.get(keys.get(id, 0), (id,))) for id in wanted}

    def _marked(self, field: str, value: str) -> list[str]:
        """Ids of the messages that a term of a query asks for, copies included."""
        members = self._members(self._marked_ids(field, value))
        return list(dict.fromkeys(one for group in members.values() for one in group))
