"""Who takes part in the mails of a match, and who wrote to whom, in the embedded corpus."""

from collections.abc import Sequence

import tantivy
from msgspec import json

from mappings.persons import PersonRow
from search.embedded_persons import FIRST
from search.embedded_store import GHOSTS, Store
from search.person_facts import GOT, WROTE
from search.persons import Exchange, Part, Share, Shares

_PARTS: dict[Part, int] = {"wrote": WROTE, "got": GOT}
_ALL = f"SELECT num FROM messages WHERE copy_key = 0 UNION ALL {FIRST}"


def numbers(searcher: tantivy.Searcher, query: tantivy.Query) -> list[int]:
    """The numbers of all messages that match, in order."""
    most = searcher.num_docs
    if not most:
        return []
    hits = searcher.search(query, most, count=False, order_by_field="num", order=tantivy.Order.Asc).hits
    return [int(number) for number, _ in hits if number < GHOSTS]


def _matched(found: Sequence[int] | None) -> tuple[str, list[str]]:
    """The statement that gives the messages of a match, None for all, and its value."""
    if found is None:
        return _ALL, []
    return "SELECT value FROM json_each(?)", [json.encode(list(found)).decode()]


def shares(store: Store, found: Sequence[int] | None, part: Part, limit: int) -> Shares:
    """Who wrote, or got, the messages with these numbers."""
    matched, values = _matched(found)
    rows = store.all(
        f"WITH matched (num) AS MATERIALIZED ({matched}), counted AS (SELECT s.person, count(DISTINCT p.message) AS n"
        " FROM matched m CROSS JOIN parts p ON p.message = m.num AND p.part = ? JOIN sightings s ON s.num = p.sighting"
        " WHERE s.person <> 0 GROUP BY 1) SELECT p.row, n, count(*) OVER () FROM counted c JOIN persons p ON p.num ="
        " c.person ORDER BY n DESC, p.id LIMIT ?",
        [*values, _PARTS[part], limit],
    )
    return Shares(
        rows=tuple(Share(json.decode(text, type=PersonRow), n) for text, n, _ in rows),
        total=rows[0][2] if rows else 0, more=bool(rows) and rows[0][2] > len(rows),
    )  # fmt: skip


def exchanges(store: Store, found: Sequence[int] | None, ids: Sequence[str]) -> list[Exchange]:
    """Who of these persons wrote to whom of them in these messages, most first."""
    matched, values = _matched(found)
    rows = store.all(
        f"WITH matched (num) AS MATERIALIZED ({matched}), chosen AS MATERIALIZED (SELECT s.num AS sighting, p.id FROM"
        " json_each(?) j JOIN person_handles h ON h.id = j.value JOIN persons p ON p.num = h.person"
        " JOIN sightings s ON s.person = p.num),"
        " taking AS MATERIALIZED (SELECT p.message, p.part, c.id FROM matched m CROSS JOIN parts p ON p.message ="
        " m.num JOIN chosen c ON c.sighting = p.sighting),"
        " wrote AS (SELECT DISTINCT message, id FROM taking WHERE part = 0),"
        " got AS (SELECT DISTINCT message, id FROM taking WHERE part = 1)"
        " SELECT w.id, g.id, count(*) FROM wrote w JOIN got g USING (message) WHERE w.id <> g.id GROUP BY 1, 2"
        " ORDER BY 3 DESC, 1, 2",
        [*values, json.encode(list(ids)).decode()],
    )
    return [Exchange(sender, recipient, mails) for sender, recipient, mails in rows]
