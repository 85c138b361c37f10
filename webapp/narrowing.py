"""Narrowing a search: facets' values and which of them are in the query already, other spans of time."""

import calendar
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from search import facets
from search.errors import QueryError
from search.parse import parse
from search.query import Between, Not, Query
from search.results import Page
from webapp import senders
from webapp.languages import language

ORDER = ("tag", "person", *(name for name in facets.NAMES if name != "tag"))
SHOWN = 6  # values of a facet on a search page
LABELS = {
    "doubt": {"none": "without a date", "doubtful": "doubtful date", "doubt": "doubtful date or route"},
    "cited": {"cited": "cited by articles", "uncited": "cited by none"},
    "dkim": {"verified": "verified", "fails": "does not verify", "no-key": "no key to check", "unsigned": "unsigned",
             "unchecked": "bytes not as sent"},
    "has": {"attachment": "any file", "pdf": "PDF", "html": "HTML body", "mail": "attached mail"},
    "is": {"duplicate": "in several copies", "attached": "attached to another", "opened": "was encrypted, opened",
           "made": "made from other items", "ghost": "not here"},
}  # fmt: skip
_DATED = ("date:", "on:", "before:", "after:", "older:", "newer:", "older_than:", "newer_than:")
_DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Choice(NamedTuple):
    """A value of a facet: its name for people, how many match, the term; and if it stands in the query, how, and the
    query without it."""

    label: str
    messages: int | None
    term: str
    stands: Literal["", "chosen", "excluded"] = ""
    without: str = ""


class Group(NamedTuple):
    """A facet as it is shown; `more` says that there are others than these."""

    name: str
    choices: list[Choice]
    more: bool


def label(name: str, value: str) -> str:
    """A facet's value for people: `lang` `fr` is French."""
    if name == "lang":
        return language(value)
    if name == "person":
        return senders.name_of(value)
    return LABELS.get(name, {}).get(value, value)


def groups(page: Page, query: Query) -> list[Group]:
    """The facets of a result, with what stands in the query: those values first, the ones left out too."""
    standing = _standing(query)
    counted = {facet.name: facet for facet in page.facets}
    found = []
    for name in ORDER:
        facet = counted.get(name)
        choices = [choice for (of, _), choice in standing.items() if of == name]
        values = facet.values if facet else ()
        for item in values:
            known = standing.get((name, item.value))
            if known:
                choices[choices.index(known)] = known._replace(messages=item.count)
            elif len(choices) < SHOWN or name not in ("person", *facets.FIELDS):
                words = item.label if name == "person" else label(name, item.value)
                choices.append(Choice(words, item.count, item.query))
        if choices:
            more = facet is not None and (facet.more or len(values) > SHOWN) and name in facets.FIELDS
            found.append(Group(name, choices, more))
    return found


def _standing(query: Query) -> dict[tuple[str, str], Choice]:
    """The chips that are values of facets."""
    found = {}
    for chip in query.chips:
        node = parse(chip.text).tree
        inner = node.part if isinstance(node, Not) else node
        person = senders.person_of(inner)
        if inner and (place := ("person", person) if person else facets.facet_of(inner)):
            stands: Literal["chosen", "excluded"] = "excluded" if isinstance(node, Not) else "chosen"
            found[place] = Choice(label(*place), None, chip.text, stands, chip.without)
    return found


def narrowed(q: str, term: str) -> str:
    """The query with one more term. A quotation mark left open would swallow a term behind it."""
    both = (term, q) if q.count('"') % 2 else (q, term)
    return " ".join(part for part in both if part)


def undated(query: Query) -> str:
    """The query without the span of time it has."""
    return " ".join(chip.text for chip in query.chips if not _dates(chip.text))


def redated(query: Query, term: str) -> str:
    """The query with another span of time in place of the one it has."""
    return " ".join(part for part in (undated(query), term) if part)


def span(query: Query) -> tuple[int | None, int | None]:
    """The span of time that a query asks for, in seconds since 1970: (None, None) when it asks for none."""
    low: int | None = None
    high: int | None = None
    for chip in query.chips:
        if _dates(chip.text) and isinstance(node := parse(chip.text).tree, Between):
            low = node.low if low is None else max(low, node.low or low)
            high = node.high if high is None else min(high, node.high or high)
    return low, high


def wider(query: Query) -> str:
    """The term for the next larger span around the one asked for: its month, year, decade; "" for all of time."""
    low, high = span(query)
    if low is None or high is None or high <= low:
        return ""
    try:
        first, last = _EPOCH + timedelta(seconds=low), _EPOCH + timedelta(seconds=high - 1)
    except OverflowError:
        return ""
    days = calendar.monthrange(first.year, first.month)[1]
    if (first.year, first.month) == (last.year, last.month) and high - low < days * _DAY:
        return f"date:{first:%Y-%m-%d}" if high - low < _DAY and first.day == last.day else f"date:{first:%Y-%m}"
    if first.year == last.year and (high - low) < 365 * _DAY:
        return f"date:{first.year:04}"
    decade = first.year // 10
    if decade == last.year // 10 and (first.year % 10, last.year % 10) != (0, 9) and decade:
        return f"date:{decade:03}0..{decade:03}9"
    return ""


def between(since: str, until: str) -> str:
    """The term for what a form of two dates asks for; one may be left empty."""
    return f"date:{since}" if since == until and since else f"date:{since}..{until}" if since or until else ""


def days(query: Query) -> tuple[str, str]:
    """The span of time that a query asks for as the dates a form shows, "" where it is open."""
    low, high = span(query)
    return _shown(low, low), _shown(None if high is None else high - 1, high)


def _shown(seconds: int | None, edge: int | None) -> str:
    """A day; or its hour, or minute, where the span begins or ends within it."""
    if seconds is None or edge is None:
        return ""
    form = "%Y-%m-%d" if edge % _DAY == 0 else "%Y-%m-%dT%H" if edge % 3600 == 0 else "%Y-%m-%dT%H:%M"
    try:
        return f"{_EPOCH + timedelta(seconds=seconds):{form}}"
    except OverflowError:
        return ""


def _dates(text: str) -> bool:
    """Whether a chip is a span of time that another one replaces: not one that is left out."""
    if not text.lower().startswith(_DATED):
        return False
    try:
        node = parse(text).tree
        return isinstance(node, Between) or node == facets.DOUBTS["none"]
    except QueryError:
        return False
