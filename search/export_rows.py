"""A result as rows: what is known of each message as a line of a table or of JSON."""

import csv
import io
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone

from msgspec import Struct, json, to_builtins

from mappings.records import Address, Message, MessageRow, Place
from mappings.sources import Published, published
from mappings.tables import cell
from search.bulk import Result
from search.chunks import chunks
from search.engine import Engine

COLUMNS = (
    "row", "of", "sha256", "date", "from", "to", "cc", "bcc", "subject", "collection", "published as",
    "public address", "attachments", "bytes", "language", "message-id", "conversation", "copies", "places",
    "first words",
)  # fmt: skip
BOM = b"\xef\xbb\xbf"  # without it Excel reads UTF-8 as something else
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AT_ONCE = 100  # full records in memory


class Written(Struct, kw_only=True):
    """What became of an export, while it is made and afterwards."""

    total: int = 0  # what matches, ghosts included
    messages: int = 0
    ghosts: int = 0  # of an mbox or zip left out, since there is nothing of them but what others say
    ended: int = 0  # mails of an mbox that had no line end at their end and got one
    damaged: list[str] = []  # ids of those whose bytes could not be read back
    whole: bool = False  # it was made to its end


class Exported(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of JSON Lines: the `row`-th `of` so many, a message with what is known of it, or a ghost."""

    row: int
    of: int
    message: Message | None = None
    ghost: MessageRow | None = None
    thread: str = ""
    copies: int = 0
    places: tuple[Place, ...] = ()
    published: tuple[Published, ...] = ()


def table(engine: Engine, result: Result, written: Written) -> Generator[bytes, None, None]:
    """A table (CSV, RFC 4180), a message a row; the last one's `row` is its `of`, or it was cut off."""
    yield BOM + csv_lines([COLUMNS])
    for part in _exported(engine, result, written):
        yield csv_lines([_cells(one, row) for one, row in part])
    written.whole = True


def lines(engine: Engine, result: Result, written: Written) -> Generator[bytes, None, None]:
    """JSON Lines, an `Exported` a line; the last one's `row` is its `of`, or it was cut off."""
    for part in _exported(engine, result, written):
        yield b"".join(_line(one) for one, _ in part)
    written.whole = True


def _line(one: Exported) -> bytes:
    try:
        return json.encode(one) + b"\n"
    except UnicodeEncodeError:  # lone surrogates, which UTF-8 has no place for
        import json as escaping

        return escaping.dumps(to_builtins(one)).encode("ascii") + b"\n"


def _exported(engine: Engine, result: Result, written: Written) -> Iterator[list[tuple[Exported, MessageRow]]]:
    """Every hit in full, some at a time."""
    sources, number = engine.sources(), 0
    for rows in chunks(result.rows, _AT_ONCE):
        ids = [row.id for row in rows if not row.ghost]
        full = {message.id: message for message in engine.messages(ids)}
        places = engine.places_of(ids)
        part = []
        for row in rows:
            number += 1
            at = places.get(row.id, [])
            part.append((Exported(
                row=number, of=result.total, message=full.get(row.id), ghost=row if row.ghost else None,
                thread=row.thread, copies=row.copies, places=tuple(at), published=published(at, sources),
            ), row))  # fmt: skip
            written.ghosts += row.ghost
            written.messages += not row.ghost
        yield part


def csv_lines(rows: Sequence[Sequence[str | int]]) -> bytes:
    """Rows of a table; what would be a formula in a spreadsheet is defused."""
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerows([cell(value) for value in row] for row in rows)
    return made.getvalue().encode()


def _cells(one: Exported, row: MessageRow) -> tuple[str | int, ...]:
    mail = one.message
    cc, bcc = (mail.cc, mail.bcc) if mail else ((), ())
    return (
        one.row, one.of, "" if row.ghost else row.id, row.written if row.ghost else iso(row.date, row.zone),
        people(row.from_), people(mail.to if mail else row.to), people(cc), people(bcc), row.subject,
        row.collection, numbers(one.published), "; ".join(at.url for at in one.published if at.url),
        "; ".join(file.name or file.declared for file in mail.attachments) if mail else "",
        row.size, row.lang, row.message_id, one.thread, one.copies, found_in(one.places),
        row.preview if not row.ghost else f"Not in this corpus. {row.preview}".rstrip(),
    )  # fmt: skip


def iso(seconds: int | None, zone: int | None) -> str:
    """`2015-08-03T14:02:00-04:00`: seconds since 1970 in the zone (minutes east) that the mail gave, UTC without one;
    "" where there is none or it can't be written."""
    try:
        east = timezone(timedelta(minutes=zone)) if zone is not None else UTC
        return "" if seconds is None else (EPOCH + timedelta(seconds=seconds)).astimezone(east).isoformat()
    except (OverflowError, ValueError):
        return ""


def people(addresses: Sequence[Address]) -> str:
    """`Ann <ann@x.org>; bob@x.org`."""
    return "; ".join(map(str, addresses))


def numbers(found: Sequence[Published]) -> str:
    """What a message was published under, with its collections."""
    return "; ".join(f"{at.collection} {at.number}".strip() for at in found)


def found_in(places: Sequence[Place]) -> str:
    """Archives and what is in them."""
    return "; ".join(f"{at.archive} › {at.member}" if at.member else at.archive for at in places)
