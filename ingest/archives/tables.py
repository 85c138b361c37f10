"""Tables of mails, CSV and JSON Lines with a header row: a mail a row, as it came where a column holds that."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ingest.archives.columns import recognised
from ingest.archives.items import Item, Problem
from ingest.archives.rows import Row, rows, shape_of
from ingest.archives.streams import Source
from ingest.charsets import clean, decode
from mappings.records import Address

HEAD = 1 << 16
KINDS = 1000  # sets of columns that are remembered
_ID = re.compile(r"[\w.-]{1,64}")


def is_table(head: bytes, told: Mapping[str, str] | None = None) -> bool:
    """Whether a table of mails begins here."""
    shape = shape_of(head)
    return shape is not None and bool(recognised(shape.columns, told))


def read(source: Source, position: str, member: str, told: Mapping[str, str] | None = None) -> Iterator[Item | Problem]:
    """A mail for each row; a row that is none is a Problem with its line. A position is the byte where a row ends."""
    shape = shape_of(source.peek(HEAD))
    if shape is None:
        return
    roles = recognised(shape.columns, told)
    start = int(position) if position.isdecimal() else 0
    seen = {shape.columns: roles}  # the objects of JSON Lines need not all be alike
    for row in rows(source, shape, start):
        if not shape.delimiter and not row.reason:
            names = tuple(row.fields)
            roles = seen.get(names) or recognised(names, told)
            if len(seen) < KINDS:
                seen[names] = roles
        item = _item(row, roles, member) if not row.reason else None
        if item is None:
            where = "" if start else f" {row.line + (1 if shape.delimiter else 0):,}"
            reason = f"Line{where}: {row.reason or 'There is nothing of a mail in it.'}"
            yield Problem("split", "broken-row", reason, member, row.start, str(row.end))
        else:
            yield item


def _item(row: Row, roles: Mapping[str, str], member: str) -> Item | None:
    """The mail that a row holds or describes; None where it is empty."""
    values = {role: row.fields.get(column) for role, column in roles.items()}
    told = {role: _text(value) for role, value in values.items()}
    number = told.get("id", "").strip()
    named = told.get("file", "").strip()
    place = f"{member}!{clean(named)}" if member and named else clean(named) or member
    item = Item(b"", place, str(row.end), row.start, number=number if _ID.fullmatch(number) else "")
    mail = told.get("mail", "")
    if mail:
        from ingest.archives.sniff import is_message

        raw = mail.encode("utf-8", "surrogateescape")
        if is_message(raw[:HEAD]):
            item.raw = raw
            return item
    if not any(value.strip() for role, value in told.items() if role not in ("id", "file")):
        return None
    item.raw, item.made = _composed(values, told), "table"
    return item


def _composed(values: Mapping[str, Any], told: Mapping[str, str]) -> bytes:
    """A message made of a row's fields."""
    from ingest.compose import compose
    from ingest.releases.mails import ids
    from ingest.releases.marks import released

    readable = {role: _readable(value) for role, value in told.items()}
    body = readable.get("body", "") or readable.get("mail", "")
    id, parent = _id(readable.get("message-id", "")), readable.get("in-reply-to", "")
    if not id and released(body):
        id, parent = (_id(one) for one in ids(body))
    labels = ", ".join(_keyword(label) for label in _list(values.get("labels")))
    head: list[tuple[str, str | tuple[Address, ...]]] = [
        ("From", _people(values.get("from"), readable.get("from", ""))),
        ("To", _people(values.get("to"), readable.get("to", ""))),
        ("Cc", _people(values.get("cc"), readable.get("cc", ""))),
        ("Bcc", _people(values.get("bcc"), readable.get("bcc", ""))),
        ("Subject", readable.get("subject", "")), ("Date", _date(readable.get("date", ""))),
        ("Message-ID", id), ("In-Reply-To", parent),
        ("References", readable.get("references", "")), ("Keywords", labels),
    ]  # fmt: skip
    html = readable.get("html", "")
    return compose(head, text=body if body or not html else None, html=html or None)


def _text(value: Any) -> str:
    """A field as text: lists with semicolons between, people as they are written in a mail."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return str(_mailbox(value))
    if isinstance(value, list):
        return "; ".join(filter(None, map(_text, value)))
    return str(value)


def _mailbox(value: Mapping[str, Any]) -> Address:
    """The mailbox that an object describes."""
    address = value.get("email") or value.get("address") or value.get("mail") or ""
    return Address(str(value.get("name") or ""), str(address))


def _readable(value: str) -> str:
    """The same with bytes that are no UTF-8 read as well as they can be."""
    if value.isascii():
        return value
    return decode(value.encode("utf-8", "surrogateescape"))[0]


def _list(value: Any) -> list[str]:
    if isinstance(value, list):
        return [clean(_text(one)) for one in value if _text(one)]
    return [clean(part.strip()) for part in _text(value).split(";") if part.strip()]


def _keyword(label: str) -> str:
    return '"' + label.replace('"', "'") + '"' if "," in label else label


def _people(value: Any, text: str) -> tuple[Address, ...]:
    """The mailboxes in a field: as a header has them, or as Outlook prints them, or the list that JSON has."""
    from ingest.addresses import parse_addresses
    from ingest.releases.people import read_people

    if isinstance(value, list):
        return tuple(person for one in value for person in _people(one, _text(one)))
    if isinstance(value, dict):
        return (_mailbox(value),)
    return read_people(text) if ";" in text or "@" not in text else parse_addresses(text)


def _id(value: str) -> str:
    value = value.strip()
    return value if not value or value.startswith("<") else f"<{value}>"


def _date(text: str) -> str:
    """A Date field for what a table gives: any date that a mail may have, ISO 8601, seconds or milliseconds since
    1970; the text itself where it can't be read."""
    from ingest.dates import parse_date
    from ingest.fields import date_field
    from ingest.releases.clock import read_clock, seconds_of

    text = text.strip()
    if re.fullmatch(r"\d{9,10}(?:\.\d+)?|\d{12,13}", text):
        number = float(text)
        return date_field(number / 1000 if number > 1e11 else number, 0)
    if when := parse_date(text):
        return date_field(when.seconds, when.zone)
    if clock := read_clock(text):
        return date_field(seconds_of(clock), clock.zone)
    return text
