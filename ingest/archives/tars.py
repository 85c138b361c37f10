"""The members of a tar file as streams, read from front to back (POSIX ustar and pax, GNU, v7)."""

import struct
import tarfile
from collections.abc import Iterator
from typing import IO, Any, cast

from ingest.archives.errors import ArchiveError, Damaged, Truncated
from ingest.archives.streams import BLOCK, Budget, Source, from_chunks
from ingest.archives.zips import Member

LONGEST = 1 << 20  # bytes of an extended header, which tarfile reads into memory whole; real ones have hundreds
_BUFFER = 512 * 512
_EXTENDED = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE,
             tarfile.SOLARIS_XHDTYPE)  # fmt: skip
_FAULTS = (tarfile.TarError, ValueError, EOFError, OSError, RuntimeError, struct.error, OverflowError, LookupError,
           AttributeError, TypeError)  # fmt: skip


class _Header(tarfile.TarInfo):
    """tarfile takes a damaged header for the end of the archive, in silence; this one says so."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_Header":
        """As tarfile's own; Damaged, Truncated."""
        try:
            header = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            kind = type(error).__name__
            if kind == "InvalidHeaderError":
                raise Damaged("The tar file is damaged: something else stands where a member should begin.") from error
            if kind == "TruncatedHeaderError":
                raise Truncated("The tar file ends too early.") from error
            raise
        if header.type in _EXTENDED and header.size > LONGEST:
            raise Damaged(f"The tar file has an extended header of {header.size:,} bytes.")
        return header


class _Quiet:
    """What tarfile reads from. It would lose what it holds if a read failed, so a failure ends the data instead."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def read(self, count: int) -> bytes:
        """At most `count` bytes; b"" at the end or after a failure, which the source keeps."""
        try:
            return self.source.read(count)
        except ArchiveError:
            return b""


def members(source: Source, budget: Budget, first: int = 0) -> Iterator[Member]:
    """The files of a tar from number `first` on. Folders, links and devices yield nothing. ArchiveError.

    A member's source must be read before the next member is asked for. One that is Truncated is the last.
    """
    try:
        box = tarfile.open(  # noqa: SIM115
            fileobj=cast(IO[bytes], _Quiet(source)), mode="r|", tarinfo=_Header, bufsize=_BUFFER,
            errors="surrogateescape",
        )  # fmt: skip
        number = 0
        while (info := box.next()) is not None:
            box.members = []  # type: ignore[attr-defined]  # else it keeps every header there was
            if number >= first and info.isreg():
                yield Member(number, info.name, from_chunks(_content(box, info, source, budget)))
            number += 1
        _check_end(box, source)
    except ArchiveError as error:
        raise source.failed or error from None
    except _FAULTS as error:
        if source.failed:
            raise source.failed from error
        if "unexpected end" in str(error) or isinstance(error, EOFError):
            raise Truncated("The tar file ends too early.") from error
        raise Damaged(f"The tar file is damaged ({error}).") from error


def _check_end(box: tarfile.TarFile, source: Source) -> None:
    """After the last member there are zeros only; anything else is Damaged, so that no second tar is lost unseen."""
    while got := cast(Any, box.fileobj).read(BLOCK):
        if got.strip(b"\0"):
            raise Damaged("Something follows the tar file's end; it was not read.")
    if source.failed:
        raise source.failed


def _content(box: tarfile.TarFile, info: tarfile.TarInfo, source: Source, budget: Budget) -> Iterator[bytes]:
    """A member's bytes; Truncated where the archive ends inside it."""
    if info.issparse():
        yield from _sparse(box, info, budget)
        return
    stream = cast(Any, box.fileobj)
    stream.seek(info.offset_data)
    left = info.size
    while left > 0:
        got = stream.read(min(left, BLOCK))
        budget.charge(len(got))
        yield got
        left -= len(got)
        if left and len(got) < BLOCK:
            raise source.failed or Truncated("The tar file ends inside it.")


def _sparse(box: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> Iterator[bytes]:
    try:
        member = box.extractfile(info)
        while member is not None and (got := member.read(BLOCK)):
            budget.charge(len(got))
            yield got
    except tarfile.ReadError as error:
        raise Truncated("The tar file ends inside it.") from error
