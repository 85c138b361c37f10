"""Archives of every kind made from a list of mails, for the tests of ingest.archives, and what reading gives."""

import bz2
import gzip
import lzma
import re
from pathlib import Path

import zstandard

from ingest.archives import Item, Problem, Unit, read, units

ENVELOPE = b"From ann@example.org Mon Sep  6 12:00:00 2021\n"
PACKERS = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": lambda data: zstandard.ZstdCompressor(write_checksum=True).compress(data),
}


def mail(number: int = 1, body: bytes = b"Hello.\n", newline: bytes = b"\n") -> bytes:
    """A small mail that tells its number."""
    head = b"From: Ann <ann@example.org>\nTo: bob@example.org\nSubject: Number %d\nMessage-ID: <%d@example.org>\n\n"
    return (head % (number, number) + body).replace(b"\n", newline)


def mboxrd(mails: list[bytes], newline: bytes = b"\n") -> bytes:
    """An mbox as qmail's mbox(5) has it; mails end with a line end."""
    quoted = (re.sub(rb"(?m)^(>*From )", rb">\1", one) for one in mails)
    return b"".join(ENVELOPE.replace(b"\n", newline) + one + newline for one in quoted)


def everything(path: Path) -> list[Item | Problem]:
    """What reading all units below a path gives."""
    return [
        thing for unit in units(path) for thing in ([unit] if isinstance(unit, Problem) else read(unit))
    ]


def only_unit(path: Path) -> Unit:
    """The one unit there is."""
    (unit,) = units(path)
    assert isinstance(unit, Unit), unit
    return unit


def read_bytes(tmp_path: Path, data: bytes, name: str = "archive") -> list[Item | Problem]:
    """What reading a file with this content gives."""
    (tmp_path / name).write_bytes(data)
    return list(read(only_unit(tmp_path / name)))


def raws(things: list[Item | Problem]) -> list[bytes]:
    """The bytes of the items."""
    return [thing.raw for thing in things if isinstance(thing, Item)]


def codes(things: list[Item | Problem]) -> list[str]:
    """The codes of the problems."""
    return [thing.code for thing in things if isinstance(thing, Problem)]


def test_the_quoting_of_the_maker_is_that_of_mboxrd() -> None:
    assert b"\n>From x\n>>From y\n" in mboxrd([b"A: b\n\nFrom x\n>From y\n"])
