"""WARC files (ISO 28500) -> a piece for each page that was answered with, WET's plain texts among them."""

from collections.abc import Iterator
from typing import Any, cast

from ingest.archives.errors import ArchiveError
from ingest.archives.streams import Source
from ingest.articles.pieces import PASSED, NotReadable, Piece, Problem, Told
from ingest.articles.unpacking import LARGEST, unpacked

_KINDS = {"text/html": "page", "application/xhtml+xml": "page", "application/pdf": "document", "text/plain": "text",
          "multipart/related": "mhtml"}  # fmt: skip


class _Stream:
    """A source as the reader wants it. What fails is kept by the source and ends the data."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.at = 0

    def read(self, count: int = -1) -> bytes:
        """At most `count` bytes; b"" at the end or after a failure."""
        try:
            got = self.source.read(count if count > 0 else 1 << 20)
        except ArchiveError:
            return b""
        self.at += len(got)
        return got

    def tell(self) -> int:
        """How many bytes were read."""
        return self.at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Not in a stream."""
        raise OSError("a stream can't be sought in")

    def close(self) -> None:
        """Nothing to let go of."""


def read(source: Source, member: str) -> Iterator[Piece | Problem]:
    """A piece for each page, text or PDF that a server answered with status 200; other records are passed over."""
    stream = _Stream(source)
    last: Piece | Problem | None = None
    for thing in _things(stream, member):
        if last is not None:
            yield last
        last = thing
    if last is None:
        yield Problem(code="damaged", reason="There is no record in it that can be read.", member=member)
    elif isinstance(last, Piece) and last.short:
        yield Problem(code="truncated", reason="The file ends inside this record.", member=member, offset=last.offset)
    else:
        yield last
    if source.failed:
        raise source.failed


def _things(stream: _Stream, member: str) -> Iterator[Piece | Problem]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    wanted = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion | WarcRecordType.warcinfo
    try:
        for record in ArchiveIterator(cast(Any, stream), wanted, auto_decode="transfer", stream_detect=False):
            try:
                yield _piece(record, member)
            except Exception as error:  # one record's
                reason = f"The record can't be read ({type(error).__name__}: {str(error)[:200]})."
                yield Problem(code="damaged", reason=reason, member=member, offset=record.stream_pos)
    except Exception as error:  # the file's own structure
        reason = f"The file can't be read on ({type(error).__name__}: {str(error)[:200]})."
        yield Problem(code="damaged", reason=reason, member=member, offset=stream.at)


def _piece(record: Any, member: str) -> Piece | Problem:
    headers = {name.lower(): value for name, value in record.headers.items()}
    address = headers.get("warc-target-uri", "").strip("<> ")
    place = int(record.stream_pos)
    status = (record.http_headers.status_code or 0) if record.is_http_parsed else 0
    declared = record.http_content_type if record.is_http_parsed else headers.get("content-type", "")
    media = (declared or "").partition(";")[0].strip().lower()
    kind = _KINDS.get(media, "")
    if not kind or status not in (0, 200) or not address.startswith(("http://", "https://")):
        return Problem(code=PASSED, reason=f"{address}: {media or 'no page'}.", member=member, offset=place)
    data = record.reader.read(LARGEST + 1)
    if len(data) > LARGEST:
        reason = f"{address} is larger than {LARGEST:,} bytes."
        return Problem(code="too-large", reason=reason, member=member, offset=place)
    answer = record.http_headers if record.is_http_parsed else {}
    length = "" if answer.get("Transfer-Encoding") else answer.get("Content-Length", "")
    short = length.isdecimal() and len(data) < int(length)
    try:
        data = unpacked(data, answer.get("Content-Encoding") or "")
    except NotReadable as error:
        return Problem(code=error.code, reason=f"{address}: {error}", member=member, offset=place)
    try:
        at = int(record.record_date.timestamp())
    except (ValueError, OSError, OverflowError, AttributeError, TypeError):
        at = 0
    charset = (record.http_charset or "") if record.is_http_parsed else "utf-8" if kind == "text" else ""
    return Piece(
        kind=cast(Any, kind), data=data, media=media, charset=charset, told=Told(address=address), member=member,
        offset=place, at=at, status=status, short=short,
    )  # fmt: skip
