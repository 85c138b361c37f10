"""Many searches at once: a list or a table of queries in, a line for each out with what it finds."""

import csv
import io
import time
from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from msgspec import Struct

from mappings.tables import cell
from search.engine import Engine
from search.errors import QueryError, TooMuch
from search.explain import explain
from search.export_rows import iso
from search.parse import parse
from search.query import Query

LONGEST = 2000  # code points of a query
DELIMITERS = ",;\t|"
# Headings of a column that holds queries, lower case.
KNOWN = ("query", "queries", "search", "search term", "search terms", "q", "term", "terms", "keyword", "keywords",
         "words", "name", "names")  # fmt: skip
CELL = 100_000  # characters of a table's cell
COLUMNS = ("line", "query", "read as", "messages", "conversations", "first", "last", "error", "link")


class BadList(Exception):
    """A table has no such column; `str()` is a sentence for people."""


class Asked(Struct, frozen=True):
    """A query and the line of the list that it begins on, from 1."""

    line: int
    text: str


class Told(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a query found: how it was read, how many messages and conversations, seconds since 1970 of the earliest and
    the latest with a date; or why it was not asked."""

    line: int
    query: str
    read: str = ""
    messages: int = 0
    conversations: int = 0
    first: int | None = None
    last: int | None = None
    error: str = ""


def decoded(data: bytes) -> str:
    """A file's text: UTF-8, UTF-16 with its mark, or what Windows wrote before."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def queries(text: str, *, table: bool = False, column: str = "") -> Iterator[Asked]:
    """The queries of a list, one a line, or of a table's column: the one named or numbered from 1, else one with a
    heading that tells, else the first. BadList."""
    text = text.removeprefix("\ufeff")
    if table or column:
        try:
            yield from _of_table(text, column)
        except csv.Error as error:
            raise BadList(f"The table can't be read: {error}.") from None
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield Asked(number, " ".join(line.split()))


def _of_table(text: str, column: str) -> Iterator[Asked]:
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count))
    at, line = -1, 1
    for row in rows:
        begins, line = line, rows.line_num + 1
        if max(map(len, row), default=0) > CELL:  # a quotation mark that is never closed takes in all that follows
            raise BadList(f"The table can't be read: line {begins} has a cell of more than {CELL:,} characters.")
        if at < 0:
            at, headed = _column(row, column)
            if headed:
                continue
        if at < len(row) and row[at].strip():
            yield Asked(begins, " ".join(row[at].split()))


def _column(row: list[str], wanted: str) -> tuple[int, bool]:
    """Which column, by a table's first row, and whether that row is its heading."""
    names = [name.strip().casefold() for name in row]
    known = next((name for name in KNOWN if name in names), "")
    if wanted.strip().casefold() in names and wanted:
        return names.index(wanted.strip().casefold()), True
    if wanted.isascii() and wanted.isdigit() and 0 < int(wanted) <= max(len(names), 1):
        return int(wanted) - 1, bool(known)
    if wanted:
        raise BadList(f"There is no column “{wanted}”; the first line has {', '.join(row) or 'none'}.")
    return (names.index(known), True) if known else (0, False)


def answers(engine: Engine, asked: Iterable[Asked], *, seconds: float = 0) -> Iterator[Told]:
    """A line for each query, in their order; one that can't be read stops no other. What is left after so many seconds
    (0: as long as it takes) is told not to have been asked."""
    end = time.monotonic() + seconds
    for one in asked:
        if seconds and time.monotonic() > end:
            yield Told(line=one.line, query=one.text, error=f"Not asked: {seconds:g} seconds were over.")
        else:
            yield _answer(engine, one)


def _answer(engine: Engine, one: Asked) -> Told:
    if len(one.text) > LONGEST:
        short = f"{one.text[:80]}…"
        return Told(line=one.line, query=short, error=f"{len(one.text):,} characters long; {LONGEST:,} is the most.")
    try:
        query = parse(one.text)
        newest = engine.search(query, order="newest", by_thread=True, limit=1, facets=False)
        oldest = engine.search(query, order="oldest", limit=1, facets=False) if newest.total else newest
    except QueryError as error:
        return Told(line=one.line, query=one.text, error=_spot(error))
    except TooMuch as error:
        return Told(line=one.line, query=one.text, error=str(error))
    first, last = (next((hit.row.date for hit in page.hits), None) for page in (oldest, newest))
    return Told(line=one.line, query=one.text, read=_read(query), messages=newest.total,
                conversations=newest.threads or 0, first=first, last=last)  # fmt: skip


def _read(query: Query) -> str:
    return explain(query.tree) if query.tree else "everything"


def _spot(error: QueryError) -> str:
    """Why a query can't be read, and where."""
    piece = error.text[error.start : error.end].strip()
    return f"{error} (at character {error.start + 1}{f': {piece[:40]}' if piece else ''})"


def cells(told: Told, root: str) -> list[str | int | float]:
    """A line as a row of a table, as `COLUMNS` says; `root` is the site's address, without a slash behind it."""
    link = "" if told.error else f"{root}/?{urlencode({'q': told.query})}"
    row: tuple[str | int, ...] = (
        told.line, told.query, told.read, told.messages, told.conversations, iso(told.first, None),
        iso(told.last, None), told.error, link,
    )  # fmt: skip
    return [cell(value) for value in row]
