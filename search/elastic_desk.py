"""The desk's part of the engine for a cluster: tags, stars and notes, and the messages that a search finds by them."""

import time
from collections.abc import Iterable

from search import elastic_queries
from search.elastic import Cluster
from search.elastic_citing import with_copies
from search.elastic_drawer import ElasticDrawer
from search.elastic_store import Store
from search.keeping_desk import DeskKeeper

_LASTS = 5.0  # seconds


class ElasticDesk(DeskKeeper):
    """See `search.desk.Desk`."""

    _cluster: Cluster
    _store: Store
    _compiler: elastic_queries.Compiler

    _of_tags: tuple[float, dict[str, list[str]]] = (float("-inf"), {})  # when it was asked for, and what it was

    def _drawer(self) -> ElasticDrawer:
        return ElasticDrawer(self._cluster, self._forget)

    def _forget(self) -> None:
        self._of_tags = (float("-inf"), {})

    def _tagged(self) -> dict[str, list[str]]:
        """The tags that results are counted by, each with the ids of its messages, copies included. What another
        process tagged in the last seconds is not counted yet; searches find it."""
        asked, found = self._of_tags
        if not self._open():
            return {}
        if time.monotonic() - asked > _LASTS:
            asked = time.monotonic()
            tags = self._drawer().tagged(self._counted_tags())
            members = self._members(dict.fromkeys(id for ids in tags.values() for id in ids))
            found = {key: list(dict.fromkeys(one for id in ids for one in members[id])) for key, ids in tags.items()}
            self._of_tags = (asked, found)
        return found

    def _members(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """By message the ids of it and its copies."""
        return with_copies(self._store, ids)

    def _marked(self, field: str, value: str) -> list[str]:
        """Ids of the messages that a term of a query asks for, copies included."""
        members = self._members(self._marked_ids(field, value))
        return list(dict.fromkeys(one for group in members.values() for one in group))
