"""The people behind senders' addresses: a facet of a result, and chips that name them."""

import re

from msgspec.structs import replace

from search.errors import NotFound
from search.query import And, Chip, Exact, Query
from search.results import Facet, FacetValue, Page
from webapp.context import engine

ID = re.compile(r"[0-9a-f]{12}")
_NAMED = re.compile(r"\bthe person ([0-9a-f]{12})\b")


def with_people(result: Page, query: Query, copies: bool) -> Page:
    """The result with who wrote most of it, person by person, as far as they are behind the addresses that it counts.
    Of who has several addresses the mails are counted anew: the others may not be among those."""
    senders = next((facet for facet in result.facets if facet.name == "from"), None)
    if senders is None:
        return result
    counts = {value.value: value.count for value in senders.values}
    rows = {}
    mails: dict[str, int] = {}
    for address, row in engine().who(counts).items():
        if row.role != "list":
            rows[row.id] = row
            mails[row.id] = mails.get(row.id, 0) + counts[address]
    for id, row in rows.items():
        if row.handles > 1:
            mails[id] = _wrote(id, query, copies)
    ordered = sorted(rows, key=lambda id: (-mails[id], rows[id].name, id))
    values = tuple(FacetValue(id, rows[id].name, mails[id], f"wrote:{id}") for id in ordered)
    return replace(result, facets=(Facet("person", values), *result.facets)) if values else result


def _wrote(id: str, query: Query, copies: bool) -> int:
    theirs = Exact("wrote", id)
    both = And((query.tree, theirs)) if query.tree else theirs
    return engine().count(replace(query, tree=both), copies=copies)


def person_of(node: object) -> str:
    """The id of the person that a term asks for as the sender; "" for other terms."""
    return node.value if isinstance(node, Exact) and node.field == "wrote" and ID.fullmatch(node.value) else ""


def name_of(id: str) -> str:
    """A person's name; the id of one who is not known."""
    try:
        return engine().person(id).name
    except NotFound:
        return id


def chip_words(chip: Chip) -> str:
    """How a term was read, with the names of people in place of their ids."""
    return _NAMED.sub(lambda found: name_of(found[1]), chip.words)
