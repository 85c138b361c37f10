"""The members of what libarchive opens (7z, RAR, cabinet files, ISO images, LHA), as streams.

The library runs in a process of its own (`ingest.unarchiver`, which says why) that reads the file by itself and hands
its members over a pipe, in the order in which they stand: it never is ahead by more than the pipe holds. As with a tar,
what is passed over is unpacked all the same, and so counts against the budget: a member of a 7z or of a solid RAR is
packed together with those before it.
"""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from typing import IO

from msgspec import MsgspecError, msgpack

from ingest.archives.errors import ArchiveError, Damaged, Encrypted, TooLarge, Truncated, Unsupported
from ingest.archives.streams import Budget, Source, from_chunks
from ingest.archives.zips import Member, Seekable
from ingest.processes import HEAD, command, environment
from ingest.unarchiver import SECONDS, Begin, End, Fault, Frame, Passed, Piece

COMMAND = command("ingest.unarchiver")
_LONGEST = 4 << 20  # bytes of a frame
_NAMES = {"7z": "a 7z archive", "rar": "a RAR archive", "cab": "a cabinet file", "iso": "an ISO image",
          "lha": "an LHA archive"}  # fmt: skip
_ERRORS = {error.code: error for error in (Damaged, Encrypted, TooLarge, Truncated, Unsupported)}
_MISSING = {
    "libarchive-c": "the package libarchive-c is missing: pip install 'unsealed[libarchive]'",
    "libarchive": "the system's library libarchive is missing (Debian: apt install libarchive13, macOS: brew install "
    "libarchive)",
}


def members(source: Source, kind: str, budget: Budget, first: int = 0) -> Iterator[Member]:
    """The files of an archive from number `first` on. Folders, links and devices yield nothing. ArchiveError.

    A source that is no file is copied to a temporary one first. A member's source must be read before the next member
    is asked for. One that failed with an error whose `last` is set is the last.
    """
    with Seekable(source) as file:
        file.flush()
        process = subprocess.Popen(  # noqa: S603 - this interpreter
            [*COMMAND, kind, str(first)], stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True, env=environment(),
        )  # fmt: skip
        try:
            yield from _Told(process, kind, budget).members()
        finally:
            process.kill()
            if process.stdout is not None:
                process.stdout.close()
            process.wait()


class _Told:
    """What the process tells of an archive."""

    def __init__(self, process: "subprocess.Popen[bytes]", kind: str, budget: Budget) -> None:
        assert process.stdout is not None
        self.process = process
        self.pipe: IO[bytes] = process.stdout
        self.kind = kind
        self.budget = budget
        self.inside = False  # whether more of a member follows

    def members(self) -> Iterator[Member]:
        """Each file. ArchiveError."""
        while not isinstance(frame := self.next(), End):
            if isinstance(frame, Begin):
                self.inside = True
                source = from_chunks(self._content())
                name = frame.name.decode("utf-8", "surrogateescape") or f"file {frame.number}"
                yield Member(frame.number, name, source)
                self._rest(source)
            elif isinstance(frame, Fault):
                raise self._error(frame)

    def next(self) -> Frame:
        """The next frame; what was unpacked for it is charged. ArchiveError."""
        head = self.pipe.read(HEAD.size)
        size = HEAD.unpack(head)[0] if len(head) == HEAD.size else 0
        data = self.pipe.read(size) if size <= _LONGEST else b""
        if not size or len(data) < size:
            raise self._death()
        try:
            frame: Frame = msgpack.decode(data, type=Frame)
        except MsgspecError:
            raise self._death() from None
        if isinstance(frame, Piece | Passed):
            self.budget.charge(len(frame.data) if isinstance(frame, Piece) else max(0, frame.count))
        return frame

    def _content(self) -> Iterator[bytes]:
        """A member's bytes."""
        while isinstance(frame := self.next(), Piece):
            yield frame.data
        self.inside = False
        if isinstance(frame, Fault):
            raise self._error(frame)

    def _rest(self, source: Source) -> None:
        """Passes over what was not asked for of a member; of its faults only what ends the archive matters."""
        if not self.inside:
            return
        try:
            source.drain()
        except ArchiveError as error:
            if error.fatal or error.last:
                raise

    def _error(self, fault: Fault) -> ArchiveError:
        if fault.code == "missing":
            lacking = _MISSING.get(fault.reason, "something is missing")
            error: ArchiveError = Unsupported(
                f"This is {_NAMES[self.kind]}. To open it {lacking}; then `unsealed failures --retry`."
            )
        else:
            error = _ERRORS.get(fault.code, Damaged)(fault.reason)
        error.last = fault.last
        return error

    def _death(self) -> ArchiveError:
        """Why nothing more comes."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(1)
        self.process.kill()  # unless it is dead
        status = self.process.wait()
        if status == -signal.SIGPROF:
            how = f"it computed for {SECONDS} seconds and gave nothing"
        elif status < 0:
            how = signal.strsignal(-status) or f"signal {-status}"
        else:
            how = f"status {status}"
        error = Damaged(f"It broke the process that was unpacking it ({how}); if anything follows, that was not read.")
        error.last = True
        return error
