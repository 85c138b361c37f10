"""The rows of a table as they stand in a stream: CSV with any delimiter, and JSON Lines, one at a time."""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from ingest.archives.errors import TooLarge
from ingest.archives.streams import BLOCK, Source

LARGEST = 64 << 20  # bytes of one row; a quotation mark that nothing closes would take in the rest of the file
_DELIMITERS = (",", "\t", ";", "|")
_LINE = re.compile(rb"[^\n]*\n")


class Row(Struct):
    """A row: its fields by column, or why there are none; where it begins and ends, in bytes, and its first line."""

    fields: dict[str, Any]
    start: int
    end: int
    line: int
    reason: str = ""
    raw: bytes = b""  # as it stands


class Shape(Struct, frozen=True):
    """How a table is written: its delimiter ("" for JSON Lines), its columns, and where its first row begins."""

    delimiter: str
    columns: tuple[str, ...]
    start: int


def shape_of(head: bytes) -> Shape | None:
    """The shape of a table that begins with `head`; None for what is none."""
    start = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    line = _LINE.match(head, start)
    first = head[start : line.end() if line else len(head)]
    if first.lstrip()[:1] == b"{":
        return _json_shape(first, start)
    if len(first) > 10_000 or b"\0" in first:
        return None
    text = first.decode("utf-8", "replace").rstrip("\r\n")
    best = max(_DELIMITERS, key=text.count)
    if not text.count(best):
        return None
    try:
        (names,) = csv.reader([text], delimiter=best)
    except (csv.Error, ValueError):
        return None
    return Shape(best, tuple(name.strip() for name in names), start + len(first))


def _json_shape(first: bytes, start: int) -> Shape | None:
    """The shape of JSON Lines, by the first object."""
    try:
        found = json.loads(first)
    except ValueError:
        names = re.findall(rb'[{,]\s*"([\w. -]{1,40})"\s*:', first)  # the object is longer than what was looked at
        return Shape("", tuple(name.decode() for name in names), start) if names else None
    return Shape("", tuple(found), start) if isinstance(found, dict) else None


def rows(source: Source, shape: Shape, position: int) -> Iterator[Row]:
    """The rows from a byte on, which is the table's start or the end of some row."""
    at = max(position, shape.start)
    source.skip(at)
    lines = _Lines(source, at)
    return _json_rows(lines) if not shape.delimiter else _csv_rows(lines, shape)


class _Lines:
    """The lines of a stream, with where the next one begins. Those given back come again."""

    def __init__(self, source: Source, at: int) -> None:
        self.source = source
        self.at = at
        self.number = 0  # of the lines read since we began
        self._ready: list[bytes] = []  # the next one last
        self._tail = b""  # of a line that has not ended yet

    def next(self) -> bytes:
        """The next line with its end, b"" after the last. TooLarge for one that does not end."""
        if not self._ready and not self._read():
            return b""
        line = self._ready.pop()
        self.at += len(line)
        self.number += 1
        return line

    def back(self, lines: Sequence[bytes]) -> None:
        """Gives lines back, the first of them to come next."""
        self._ready += reversed(lines)
        self.at -= sum(map(len, lines))
        self.number -= len(lines)

    def _read(self) -> bool:
        """Reads on until a line is there; False at the end."""
        parts = [self._tail]
        size = len(self._tail)
        while got := self.source.read(BLOCK):
            parts.append(got)
            size += len(got)
            if b"\n" in got:
                break
            if size > LARGEST:
                raise TooLarge(f"A line is longer than {LARGEST:,} bytes.")
        lines = b"".join(parts).split(b"\n")
        self._tail = lines.pop() if got else b""
        if not got and not lines[-1]:
            lines.pop()  # the last line had its end
            self._ready = [line + b"\n" for line in reversed(lines)]
        elif not got:
            self._ready = [lines.pop(), *(line + b"\n" for line in reversed(lines))]
        else:
            self._ready = [line + b"\n" for line in reversed(lines)]
        return bool(self._ready)


def _json_rows(lines: _Lines) -> Iterator[Row]:
    start = lines.at
    while line := lines.next():
        if line.strip():
            row = Row({}, start, lines.at, lines.number, raw=line)
            try:
                found = json.loads(line)
                row.fields = found if isinstance(found, dict) else {}
                row.reason = "" if row.fields else "It is no object with the fields of a mail."
            except (ValueError, RecursionError) as error:
                row.reason = f"It can't be read as JSON ({error})."
            yield row
        start = lines.at


def _csv_rows(lines: _Lines, shape: Shape) -> Iterator[Row]:
    csv.field_size_limit(LARGEST)  # 128 KiB unless told: less than many a mail
    while True:
        start, number = lines.at, lines.number + 1
        taken: list[bytes] = []
        reason = ""
        try:
            values = next(csv.reader(_fed(lines, taken), delimiter=shape.delimiter), None)
        except csv.Error as error:
            values, reason = [], f"It can't be read as a row ({error})."
        if values is None:
            return
        if reason and len(taken) > 1:
            lines.back(taken[1:])  # whatever is wrong, the next line may be a row
        if not reason and not values:
            continue  # an empty line
        if not reason and len(values) > len(shape.columns):
            reason = f"It has {len(values)} fields for {len(shape.columns)} columns."
        fields = dict(zip(shape.columns, values, strict=False))
        yield Row({} if reason else fields, start, lines.at, number, reason, b"".join(taken))


def _fed(lines: _Lines, taken: list[bytes]) -> Iterator[str]:
    """Lines as the reader asks for them, kept in `taken`. Bytes that are no UTF-8 come through as surrogates."""
    size = 0
    while line := lines.next():
        taken.append(line)
        size += len(line)
        if size > LARGEST:
            raise csv.Error(f"it is longer than {LARGEST:,} bytes: a quotation mark may be missing")
        yield line.decode("utf-8", "surrogateescape")
