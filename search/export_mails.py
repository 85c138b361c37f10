"""A result as mails, byte for byte: an mbox, or single files in a zip with a manifest of their hashes."""

import io
import re
import tempfile
import zipfile
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from mappings.records import MessageRow, Place
from mappings.sources import Published, published
from search.bulk import Result, parts
from search.engine import Engine
from search.export_rows import BOM, EPOCH, Written, csv_lines, found_in, iso, numbers, people

MANIFEST = "manifest.csv"
# What ingest takes for a table of mails has other names for its columns: a manifest is none.
LISTED = ("file", "sha256", "bytes", "published as", "from whom", "at", "about", "file name", "places", "problem")
_IN_MEMORY = 4 << 20  # bytes of a manifest; more go to a temporary file
_QUOTED = re.compile(rb"^(?=>*From )", re.MULTILINE)
_ENVELOPE = re.compile(r"[!-~]+@[!-~]+")  # what an mbox's dividing line can name


def mailbox(engine: Engine, result: Result, written: Written) -> Generator[bytes, None, None]:
    """An mbox (RFC 4155) whose lines `From ` are quoted so that it can be undone: mboxrd, where each `>*From ` gets
    one `>` more (https://doc.dovecot.org/main/core/config/mailbox/formats/mbox.html)."""
    for row, raw in engine.raws(_told(result, written)):
        if raw is None:
            written.damaged.append(row.id)
            continue
        ended = raw if raw.endswith(b"\n") else raw + b"\n"
        written.ended += ended is not raw
        written.messages += 1
        yield b"".join((_dividing(row), _QUOTED.sub(b">", ended) if b"From " in ended else ended, b"\n"))
    written.whole = True


def _told(result: Result, written: Written) -> Iterator[MessageRow]:
    for row in result.rows:
        written.ghosts += row.ghost
        yield row


def _dividing(row: MessageRow) -> bytes:
    """The line before a message: its sender, and its date in UTC as C's asctime writes it."""
    sender = row.from_[0].address if row.from_ else ""
    sender = sender if _ENVELOPE.fullmatch(sender) else "MAILER-DAEMON"
    moment = _moment(row)
    return f"From {sender} {moment:%a %b} {moment.day:2} {moment:%H:%M:%S} {moment.year:04}\n".encode()


def _moment(row: MessageRow) -> datetime:
    """A message's date in UTC; that of no message for one that no calendar has."""
    try:
        return EPOCH + timedelta(seconds=row.date or 0)
    except OverflowError:
        return EPOCH


class _Sink(io.RawIOBase):
    """Takes what a zip is made of until it is asked for."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        """Keeps some bytes."""
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What was written since this was asked last."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found


def zipped(engine: Engine, result: Result, written: Written) -> Generator[bytes, None, None]:
    """A folder of mails, byte for byte, and behind them the manifest."""
    sink = _Sink()
    sources = engine.sources()
    with (
        tempfile.SpooledTemporaryFile(_IN_MEMORY) as manifest,
        zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        manifest.write(BOM + csv_lines([LISTED]))
        for part in parts(_told(result, written)):
            places = engine.places_of([row.id for row in part])
            for row, raw in engine.raws(part):
                name = f"mails/{_stem(row)}.eml"
                at = places.get(row.id, [])
                manifest.write(csv_lines([_listed(row, name, at, published(at, sources), raw is None)]))
                if raw is None:
                    written.damaged.append(row.id)
                    continue
                written.messages += 1
                archive.writestr(_entry(name, row), raw)
                yield sink.taken()
        manifest.seek(0)
        with archive.open(_entry(MANIFEST, None), "w", force_zip64=True) as out:
            while piece := manifest.read(1 << 20):
                out.write(piece)
                yield sink.taken()
    yield sink.taken()
    written.whole = True


def _listed(
    row: MessageRow, name: str, places: Sequence[Place], at: Sequence[Published], damaged: bool
) -> tuple[str | int, ...]:
    return (
        "" if damaged else name, row.id, row.size, numbers(at), people(row.from_), iso(row.date, row.zone),
        row.subject, "; ".join(dict.fromkeys((one.member or one.archive).rpartition("/")[2] for one in places)),
        found_in(places), "its bytes could not be read back" if damaged else "",
    )  # fmt: skip


def _stem(row: MessageRow) -> str:
    """A file's name: when and which, so that a folder stands in the order of time."""
    moment = iso(row.date, row.zone)
    return f"{moment[:10]}-{moment[11:13]}{moment[14:16]}-{row.id[:16]}" if moment else f"undated-{row.id[:16]}"


def _entry(name: str, row: MessageRow | None) -> zipfile.ZipInfo:
    """A file in a zip, which can hold years from 1980 to 2107."""
    moment = _moment(row) if row is not None else datetime.now(UTC)
    when = moment if 1980 <= moment.year <= 2107 else datetime(1980, 1, 1, tzinfo=UTC)
    info = zipfile.ZipInfo(name, when.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
