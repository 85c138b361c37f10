"""Facets: what a whole match is counted by, and the term that each of their values stands for."""

from collections.abc import Callable, Iterable
from typing import Any

from search.explain import unparse
from search.operators import HAS, IS
from search.query import Between, Exact, Node
from search.results import Facet, FacetValue

VALUES = 12  # listed of a facet that may have any number
_ASKED = 40  # more than are listed, since equal counts come in any order
_ASKED_OF_EACH = 200  # of each segment, so that what is frequent in all but first in none is counted right
_COLUMNS = {  # facets whose values are those of one field
    "from": "from_address", "to": "to_address", "domain": "domain", "collection": "collection", "lang": "lang",
    "has": "has", "dkim": "dkim", "is": "is", "list": "list", "outlet": "outlet",
}  # fmt: skip
FIELDS = {name: field for name, field in _COLUMNS.items() if name not in ("has", "is", "dkim")}  # of any values at all
DOUBTS = {"none": Exact("date", "none"), "doubtful": Exact("date", "doubtful"), "doubt": Exact("has", "doubt")}
CITED: dict[str, Node] = {"cited": Exact("is", "cited"), "uncited": Between("cited", 0, 1)}
_NO_KINDS = ("date", "doubt")  # of `has:`; what the date is has a facet of its own
_NO_STATES = ("message", "primary", "cited")
NAMES = ("tag", "from", "to", "domain", "collection", "lang", "has", "cited", "dkim", "doubt", "is", "list", "outlet")

Counts = dict[str, int]


def aggregations() -> dict[str, Any]:
    """What is asked of an engine for the facets."""
    return {
        name: {"terms": {"field": field, "size": _ASKED, "segment_size": _ASKED_OF_EACH}}
        for name, field in _COLUMNS.items()
    }  # fmt: skip


def read_facets(answer: dict[str, Any], total: int, tags: Counts) -> tuple[Facet, ...]:
    """Facets from an aggregation's answer over `total` matches, with how many of them bear each tag; most frequent
    first, then by value."""
    counts = {name: _counts(answer.get(name, {"buckets": []})["buckets"]) for name in _COLUMNS} | {"tag": tags}
    found = []
    for name in NAMES:
        listed = _LISTED[name](counts, total) if name in _LISTED else counts[name]
        values = ranked(name, ((value, count) for value, count in listed.items() if value and count))
        if values and not _dull(name, values):
            shown = VALUES if name in ("tag", *FIELDS) else len(values)
            found.append(Facet(name, tuple(values[:shown]), len(values) > shown))
    return tuple(found)


def ranked(name: str, counts: Iterable[tuple[str, int]]) -> list[FacetValue]:
    """A facet's values, most frequent first, then by value."""
    ordered = sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    return [FacetValue(value, value, count, unparse(node_of(name, value))) for value, count in ordered]


def node_of(name: str, value: str) -> Node:
    """What narrows to a value of a facet."""
    if name == "doubt":
        return DOUBTS[value]
    return CITED[value] if name == "cited" else Exact(name, value)


def facet_of(node: Node) -> tuple[str, str] | None:
    """The facet and the value that a term of a query stands for; None for all other terms."""
    for name, nodes in (("doubt", DOUBTS), ("cited", CITED)):
        for value, wanted in nodes.items():
            if node == wanted:
                return name, value
    return (node.field, node.value) if isinstance(node, Exact) and node.field in ("tag", *_COLUMNS) else None


def _counts(buckets: Iterable[dict[str, Any]]) -> Counts:
    return {bucket["key"]: int(bucket["doc_count"]) for bucket in buckets}


def _kinds(counts: dict[str, Counts], total: int) -> Counts:
    return {value: counts["has"][value] for value in HAS if value in counts["has"] and value not in _NO_KINDS}


def _states(counts: dict[str, Counts], total: int) -> Counts:
    return {value: counts["is"][value] for value in IS if value in counts["is"] and value not in _NO_STATES}


def _cited(counts: dict[str, Counts], total: int) -> Counts:
    cited = counts["is"].get("cited", 0)
    return {"cited": cited, "uncited": total - cited} if cited else {}


def _doubts(counts: dict[str, Counts], total: int) -> Counts:
    has = counts["has"]
    undated = total - has.get("date", 0) - counts["is"].get("ghost", 0)
    return {"none": undated, "doubtful": has.get("doubtful-date", 0), "doubt": has.get("doubt", 0)}


_LISTED: dict[str, Callable[[dict[str, Counts], int], Counts]] = {
    "has": _kinds, "is": _states, "cited": _cited, "doubt": _doubts,
}  # fmt: skip


def _dull(name: str, values: list[FacetValue]) -> bool:
    """Whether a facet says nothing: no mail is signed."""
    return name == "dkim" and [value.value for value in values] == ["unsigned"]
