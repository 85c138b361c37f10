"""What a search gives back: hits with their highlighted words, facets, histogram, a page of them."""

from typing import Literal

from msgspec import Struct

from mappings.records import MessageRow

Order = Literal["relevance", "newest", "oldest", "cited"]  # cited: most articles first


class Fragment(Struct, frozen=True):
    """A cut of one field's text, plain and unescaped, and the code-point spans in it that matched."""

    text: str
    spans: tuple[tuple[int, int], ...]


class Highlight(Struct, frozen=True, omit_defaults=True):
    """The field that matched ("subject", "own", "quoted", "from", "to", "cc", "bcc", "filename", "attachment") and its
    cuts; of an attachment its name and the SHA-256 of the file as well."""

    field: str
    fragments: tuple[Fragment, ...]
    name: str = ""
    file: str = ""


class Hit(Struct, frozen=True, kw_only=True):
    """One message that matches; in results grouped by thread, the best of its thread."""

    row: MessageRow
    score: float = 0.0
    highlights: tuple[Highlight, ...] = ()
    thread_hits: int = 1  # grouped: how many messages of the thread match


class FacetValue(Struct, frozen=True):
    """One value with the number of matches; `query` is the term that narrows to it, such as `lang:fr`."""

    value: str
    label: str
    count: int
    query: str


class Facet(Struct, frozen=True):
    """A field's most frequent values over the whole match."""

    name: str
    values: tuple[FacetValue, ...]
    more: bool = False  # there are values beyond those listed


class Bar(Struct, frozen=True):
    """One bar of the histogram: [start, end) as ISO dates (hours: date and time, UTC)."""

    start: str
    end: str
    count: int


class Histogram(Struct, frozen=True):
    """Matches over time, without gaps; `undated` is how many have no date."""

    unit: Literal["year", "month", "day", "hour"]
    bars: tuple[Bar, ...]
    undated: int = 0


class Page(Struct, frozen=True, kw_only=True):
    """One page of a result. `total` counts messages, copies hidden; `threads` is exact, None when not grouped."""

    total: int
    hits: tuple[Hit, ...]
    threads: int | None = None
    next: str = ""  # cursor of the next page, "" on the last
    facets: tuple[Facet, ...] = ()
    histogram: Histogram | None = None
    took: float = 0.0  # milliseconds in the engine
