"""Mailboxes of old: MMDF, a line of four ^A around each message, and Babyl, Rmail's, a ^_ and a form feed between.

MMDF: https://www.tuhs.org/cgi-bin/utree.pl?file=4.3BSD/usr/contrib/mmdf (also mmdf(5)).
Babyl: https://www.gnu.org/software/emacs/manual/html_node/emacs/Rmail-Output.html and babyl(5) of rmail's manual.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from ingest.archives.items import Item, Problem
from ingest.archives.mbox import LARGEST
from ingest.archives.streams import BLOCK, Source

_MMDF = b"\x01\x01\x01\x01\n"
_BABYL = b"\x1f"
_SHOWN = re.compile(rb"(?:\A|\n)\*\*\* EOOH \*\*\*\r?\n")
_LETTERS = {"answered": "R", "deleted": "T", "forwarded": "P", "filed": "", "unseen": ""}


class _Stretch(Struct):
    """What stands between two delimiters; `start` is its first byte in the stream, `size` counts what was dropped."""

    data: bytes
    start: int
    end: int
    size: int


def mmdf(source: Source, position: str, member: str) -> Iterator[Item | Problem]:
    """The messages of an MMDF mailbox. A position is the byte where a message ends."""
    for stretch in _stretches(source, _MMDF, int(position) if position.isdecimal() else 0):
        if not stretch.data.strip() and not stretch.size > LARGEST:
            continue  # between the line that ends a message and the one that begins the next
        data = stretch.data
        if data.startswith(b"From "):
            data = data[data.find(b"\n") + 1 :]
        yield _thing(stretch, data, member, "")


def babyl(source: Source, position: str, member: str) -> Iterator[Item | Problem]:
    """The messages of a Babyl file, each with its header as it came; labels that are states become flags."""
    start = int(position) if position.isdecimal() else 0
    for stretch in _stretches(source, _BABYL, start):
        if stretch.start == 0 and not start:
            continue  # the options
        data = stretch.data.lstrip(b"\f").lstrip(b"\r\n")
        if not data.strip() and not stretch.size > LARGEST:
            continue
        line, _, rest = data.partition(b"\n")
        words = [word.strip() for word in line.decode("ascii", "replace").split(",")]
        flags = "".join(sorted({_LETTERS.get(word, "") for word in words[1:]} | ({"S"} - {"S" * ("unseen" in words)})))
        yield _thing(stretch, _whole(rest, pruned=words[0] == "1"), member, flags)


def _whole(rest: bytes, *, pruned: bool) -> bytes:
    """A message's own header and its body, without the header that was shown in its stead."""
    shown = _SHOWN.search(rest)
    if not shown:
        return rest
    below = rest[shown.end() :]
    if not pruned:
        return below
    blank = re.search(rb"\r?\n\r?\n", below)
    return rest[: shown.start()].rstrip(b"\r\n") + b"\n\n" + (below[blank.end() :] if blank else b"")


def _thing(stretch: _Stretch, data: bytes, member: str, flags: str) -> Item | Problem:
    if stretch.size > LARGEST:
        reason = f"The message at byte {stretch.start:,} is {stretch.size:,} bytes long, more than {LARGEST:,}."
        return Problem("split", "too-large", reason, member, stretch.start, str(stretch.end))
    if not data.strip():
        reason = f"There is no message at byte {stretch.start:,}."
        return Problem("split", "empty", reason, member, stretch.start, str(stretch.end))
    return Item(data, member, str(stretch.end), stretch.start, flags)


def _stretches(source: Source, delimiter: bytes, position: int) -> Iterator[_Stretch]:
    """What stands between delimiters at the beginning of lines, from a position on; the last needs none after it."""
    source.skip(position)
    at, held = position, b""
    parts: list[bytes] = []
    size = 0
    while True:
        found = _delimiter(held, delimiter, first=not size)
        if found >= 0:
            parts.append(held[:found])
            size += found
            yield _Stretch(b"".join(parts) if size <= LARGEST else b"", at, at + size, size)
            at += size + len(delimiter)
            held = held[found + len(delimiter) :]
            parts, size = [], 0
            continue
        keep = len(delimiter)
        if len(held) > keep:
            parts.append(held[:-keep])
            size += len(held) - keep
            held = held[-keep:]
            if size > LARGEST:
                parts.clear()
        got = source.read(BLOCK)
        if not got:
            size += len(held)
            if size:
                yield _Stretch(b"".join([*parts, held]) if size <= LARGEST else b"", at, at + size, size)
            return
        held += got


def _delimiter(held: bytes, delimiter: bytes, *, first: bool) -> int:
    """Where a delimiter begins that stands at a line's start, as the `first` byte does; -1 for none."""
    if first and held.startswith(delimiter):
        return 0
    found = held.find(b"\n" + delimiter)
    return found + 1 if found >= 0 else -1
