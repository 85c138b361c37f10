"""The messages that most articles cite, those that are not here among them: by search, so alike in both engines."""

from search.citing import Cited
from search.engine import Engine
from search.errors import NotFound
from search.query import Exact, Query


def most_cited(engine: Engine, limit: int) -> list[Cited]:
    """The first `limit`; of what as many articles cite, that which is here goes first, the newest before all."""
    if limit < 1:
        return []
    page = engine.search(Query(tree=Exact("is", "cited")), order="cited", limit=limit, facets=False)
    rows = [hit.row for hit in page.hits]
    counts = engine.cited_counts(row.id for row in rows)
    found = [Cited(row=row, articles=counts[row.id]) for row in rows if row.id in counts]
    for absent in engine.absent(limit):
        try:
            row = engine.row(absent.message) if absent.message.startswith("g") else None
        except NotFound:
            row = None
        found.append(Cited(row=row, named=absent.named, articles=len(absent.articles)))
    return sorted(found, key=lambda cited: -cited.articles)[:limit]
