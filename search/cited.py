"""What the articles that cite a message add to its document: how many there are, their outlets, their ids."""

from typing import Any

from msgspec import Struct

MOST = (1 << 23) - 1  # articles that are told apart by their number
_SHIFT = 39  # bits of a sort key's date
KEYWORD = 500  # characters of an outlet's name that are kept


class Citing(Struct, frozen=True):
    """The articles that cite a message or a copy of it, of the tier shown."""

    articles: tuple[str, ...]  # ids, in order
    outlets: tuple[str, ...]  # names as written, in order


def cited_key(count: int, newest: int) -> int:
    """`cited`, what is sorted and narrowed by: the number of articles, then the date, as one number."""
    return min(count, MOST) << _SHIFT | newest >> 24


def bounds(low: int | None, high: int | None) -> tuple[int | None, int | None]:
    """The keys of what at least `low` articles cite, and fewer than `high`."""
    return tuple(None if one is None else min(max(one, 0), MOST + 1) << _SHIFT for one in (low, high))  # type: ignore[return-value]


def tell(document: dict[str, Any], citing: Citing | None) -> dict[str, Any]:
    """A document with what is told of the articles that cite it, in place of what was told before."""
    found = {name: value for name, value in document.items() if name not in ("citing", "outlet")}
    found["is"] = [mark for mark in found["is"] if mark != "cited"]
    found["cited"] = cited_key(len(citing.articles) if citing else 0, found["newest"])
    if citing and citing.articles:
        found["is"].append("cited")
        found["citing"] = list(citing.articles)
        if citing.outlets:
            found["outlet"] = [outlet[:KEYWORD] for outlet in citing.outlets]
    return found
