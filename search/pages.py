"""Histogram and cursors: an engine's aggregations as the results' own words."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from search import facets, opaque
from search.errors import CursorError
from search.results import Bar, Histogram

BARS = 400  # a histogram with more is shown without its gaps
_MONTHS_OF_YEARS = 48  # longer spans are shown by years
_MONTHS_OF_DAYS = 3  # spans of so many months or fewer are shown by days
_DAYS_OF_HOURS = 3
DAY, HOUR = 86_400, 3_600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Cursor(Struct, frozen=True, array_like=True):
    """Where a page ended: after so many hits, or after a sort key and the messages shown with that very key, or after
    a hit with these sort values."""

    order: str
    by_thread: bool
    skip: int = 0
    key: int | None = None
    shown: tuple[int, ...] = ()
    after: tuple[int | float, ...] = ()

    def write(self) -> str:
        """As it stands in an address."""
        return opaque.write(self)


def read_cursor(text: str, order: str, by_thread: bool) -> Cursor:
    """The cursor for this order; "" is the start. CursorError for anything else."""
    if not text:
        return Cursor(order, by_thread)
    cursor = opaque.read(text, Cursor)
    if (cursor.order, cursor.by_thread) != (order, by_thread) or cursor.skip < 0:
        raise CursorError("This page belongs to another order; start from the first page.")
    return cursor


def aggregations() -> dict[str, Any]:
    """What is asked of an engine for facets and the histogram's months, and of Tantivy for the total."""
    months = {"terms": {"field": "month", "size": 20_000}}
    return facets.aggregations() | {"total": {"value_count": {"field": "num"}}, "months": months}


def histogram(answer: dict[str, Any], total: int, fixed: Callable[[int], dict[int, int]]) -> Histogram | None:
    """Matches over time by years, months, days or hours, as the span asks for; None when nothing has a date.

    `fixed(seconds)` counts matches by intervals of so many seconds, numbered from 1970.
    """
    months = {int(bucket["key"]): int(bucket["doc_count"]) for bucket in answer["months"]["buckets"]}
    if not months:
        return None
    undated = total - sum(months.values())
    first, last = min(months), max(months)
    if last - first + 1 > _MONTHS_OF_YEARS:
        years: dict[int, int] = {}
        for key, count in months.items():
            years[key // 12] = years.get(key // 12, 0) + count
        return Histogram("year", _bars(years, _year), undated)
    if last - first + 1 > _MONTHS_OF_DAYS:
        return Histogram("month", _bars(months, _month), undated)
    days = fixed(DAY)
    if max(days) - min(days) + 1 > _DAYS_OF_HOURS:
        return Histogram("day", _bars(days, _day), undated)
    return Histogram("hour", _bars(fixed(HOUR), _hour), undated)


def _bars(counts: dict[int, int], name: Any) -> tuple[Bar, ...]:
    first, last = min(counts), max(counts)
    keys: Iterator[int] = iter(range(first, last + 1) if last - first < BARS else sorted(counts))
    return tuple(Bar(name(key), name(key + 1), counts.get(key, 0)) for key in keys)


def _year(key: int) -> str:
    return f"{key:04d}-01-01"


def _month(key: int) -> str:
    return f"{key // 12:04d}-{key % 12 + 1:02d}-01"


def _day(key: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=key)).isoformat()


def _hour(key: int) -> str:
    return (_EPOCH + timedelta(hours=key)).strftime("%Y-%m-%dT%H:00Z")


def window(key: int, order: Literal["newest", "oldest"]) -> tuple[int | None, int | None]:
    """The sort keys that a page after `key` may hold, that key included, as `low` and `high` (exclusive)."""
    return (None, key + 1) if order == "newest" else (key, None)
