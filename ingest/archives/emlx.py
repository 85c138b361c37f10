"""Apple Mail's message files (.emlx): a count of bytes, the message, and a property list of what Mail knows of it.

https://mike.laiosa.org/2009/03/01/emlx.html has the layout and the bits of the flags. A `.partial.emlx` lacks
attachments, which stand apart: decoded in `../Attachments/<number>/<part>/`, or encoded in `<number>.<part>.emlxpart`.
"""

import base64
import binascii
import plistlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ingest.archives.errors import ArchiveError
from ingest.archives.items import END, Item
from ingest.archives.mbox import LARGEST
from ingest.archives.sniff import COUNT
from ingest.archives.streams import Source, whole

_BITS = {1 << 0: "S", 1 << 1: "T", 1 << 2: "R", 1 << 4: "F", 1 << 6: "D", 1 << 8: "P"}  # as in a Maildir's names
_ABSENT = re.compile(rb"(?im)^X-Apple-Content-Length:[^\r\n]*")
_PARTIAL = re.compile(r"(\d+)\.partial\.emlx", re.IGNORECASE)


def read(source: Source, member: str, flags: str) -> Iterator[Item]:
    """The message of an .emlx file, its flags out of the property list behind it. TooLarge, what the source raises."""
    data = whole(source, LARGEST, f"The message is longer than {LARGEST:,} bytes.")
    found = COUNT.match(data)
    start = found.end() if found else 0
    end = start + int(found[1]) if found else len(data)
    if end > len(data) or not data[end : end + 100].lstrip().startswith((b"<?xml", b"<plist", b"bplist")):
        # The count is wrong: the message ends where the property list begins.
        end = data.rfind(b"<?xml", start) if b"<plist" in data[-100_000:] else len(data)
    yield Item(data[start:end], member, END, flags=flags or _flags(data[end:]))


def _flags(plist: bytes) -> str:
    """Letters for the flags in the property list; "" where it can't be read."""
    try:
        bits = plistlib.loads(plist.strip()).get("flags", 0)
    except Exception:  # plistlib raises whatever its parser and its converters do
        return ""
    return "".join(sorted(letter for bit, letter in _BITS.items() if isinstance(bits, int) and bits & bit))


def is_kept_apart(folder: Path, name: str, beside: list[str]) -> bool:
    """Whether a folder of this name holds the attachments of the partial messages in `Messages` beside it."""
    if name != "Attachments" or "Messages" not in beside:
        return False
    try:
        return any(one.suffix == ".emlx" for one in (folder / "Messages").iterdir())
    except OSError:
        return False


def filled(item: Item, path: Path) -> Item:
    """A message that lacks parts, with those that stand beside it put back, in base64; as it was if there are none."""
    found = _PARTIAL.fullmatch(path.name)
    if not found or not _ABSENT.search(item.raw):
        return item
    from ingest.headers import read_head
    from ingest.structure import read_tree

    raw = item.raw
    leaves = [leaf for leaf in read_tree(raw, read_head(raw)).leaves() if leaf.head.get("x-apple-content-length")]
    for leaf in sorted(leaves, key=lambda leaf: leaf.start, reverse=True):
        content = _beside(path.parent, found[1], leaf.number)
        before = raw.rfind(b"\n--", 0, leaf.start)
        absent = _ABSENT.search(raw, max(before, 0), leaf.start)
        if content is None or absent is None or raw[leaf.start : leaf.end].strip():
            continue
        line = b"\r\n" if b"\r\n" in raw[before + 1 : leaf.start] else b"\n"
        body = base64.encodebytes(content).replace(b"\n", line)
        head = raw[: absent.start()] + b"Content-Transfer-Encoding: base64" + raw[absent.end() : leaf.start]
        raw = head + body + raw[leaf.end :]
        item.made = "emlx"
    item.raw = raw
    return item


def _beside(home: Path, number: str, part: str) -> bytes | None:
    """The decoded content of a part that is kept beside its message; None where there is none."""
    try:
        kept = home.parent / "Attachments" / number / part
        files = [one for one in sorted(kept.iterdir()) if one.is_file() and not one.name.startswith(".")]
        if len(files) == 1:
            return _content(files[0])
    except OSError:
        pass
    try:
        data = _content(home / f"{number}.{part}.emlxpart")
    except OSError:
        return None
    try:
        return base64.b64decode(b"".join(data.split()), validate=True) if data is not None else None
    except binascii.Error:
        return data


def _content(path: Path) -> bytes | None:
    """A regular file's bytes; None for one that is too large. OSError."""
    from ingest.archives.folder import open_plain

    try:
        file: BinaryIO
        with open_plain(path) as file:
            data = file.read(LARGEST + 1)
    except ArchiveError:
        return None
    return data if len(data) <= LARGEST else None
