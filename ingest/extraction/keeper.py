"""One reading process under watch: started when needed, killed when a file takes too long or too much memory."""

import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import MsgspecError, msgpack

from ingest.extraction import Answer, Job, Limits
from ingest.processes import HEAD, command, environment

LOOK = 0.1  # seconds between two looks at the process's memory
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PIECE = 1 << 20
_MOST = 256 << 20  # bytes of an answer
COMMAND = command("ingest.extraction.worker")


class Broken(Exception):
    """A file broke its process; `answer` says how."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.answer = Answer("failed", code, reason)


class Keeper:
    """Reads files one after the other; to be used by one thread."""

    def __init__(self, limits: Limits, command: Sequence[str] = COMMAND) -> None:
        self._limits = limits
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._read = 0  # files, by the process that runs

    def read(self, job: Job) -> Answer:
        """What became of a file. One that breaks a process which read others before has a second try."""
        again = self._read > 0
        try:
            return self._once(job)
        except Broken as broken:
            if not again or broken.answer.code == "timeout":
                return broken.answer
        try:
            return self._once(job)
        except Broken as broken:
            return broken.answer

    def close(self) -> None:
        """Ends the process."""
        process, self._process, self._read = self._process, None, 0
        if process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # with whatever it started
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        process.wait()

    def _once(self, job: Job) -> Answer:
        try:
            answer = self._asked(self._started(), job)
        except BaseException:
            self.close()
            raise
        self._read += 1
        return answer

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                start_new_session=True, bufsize=0, env=environment(),
            )  # fmt: skip
            with suppress(OSError):  # it ended at once, as reading will show
                self._send(self._process, msgpack.encode(self._limits))
        return self._process

    def _send(self, process: "subprocess.Popen[bytes]", data: bytes) -> None:
        assert process.stdin is not None
        left = memoryview(HEAD.pack(len(data)) + data)
        while left:
            left = left[process.stdin.write(left) or 0 :]

    def _asked(self, process: "subprocess.Popen[bytes]", job: Job) -> Answer:
        with suppress(BrokenPipeError):
            self._send(process, msgpack.encode(job))
        deadline = time.monotonic() + self._limits.seconds
        data = self._received(process, HEAD.size, deadline)
        size = HEAD.unpack(data)[0]
        if size > _MOST:
            raise Broken("crashed", "Its reader gave back rubbish.")
        try:
            return msgpack.decode(self._received(process, size, deadline), type=Answer)
        except MsgspecError:
            raise Broken("crashed", "Its reader gave back rubbish.") from None

    def _received(self, process: "subprocess.Popen[bytes]", size: int, deadline: float) -> bytes:
        """So many bytes from the process; Broken once it is dead, late or too large."""
        assert process.stdout is not None
        data = bytearray()
        while len(data) < size:
            ready, _, _ = select.select([process.stdout], [], [], LOOK)
            if ready:
                piece = os.read(process.stdout.fileno(), min(_PIECE, size - len(data)))
                if not piece:
                    raise self._death(process)
                data += piece
            elif resident(process.pid) > self._limits.memory << 20:
                raise Broken("memory", f"Reading it took more than {self._limits.memory:,} MB of memory.")
            if time.monotonic() > deadline:
                raise Broken("timeout", f"Reading it took more than {self._limits.seconds:g} seconds.")
        return bytes(data)

    def _death(self, process: "subprocess.Popen[bytes]") -> Broken:
        status = process.wait()
        if status == -signal.SIGALRM:
            return Broken("timeout", f"Reading it took more than {self._limits.seconds:g} seconds.")
        how = signal.strsignal(-status) or f"signal {-status}" if status < 0 else f"status {status}"
        return Broken("crashed", f"Its reader broke down ({how}), which may be for want of memory.")


def resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 when it can't be told."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        pass
    ps = shutil.which("ps")
    if sys.platform != "darwin" or ps is None:
        return 0
    told = subprocess.run([ps, "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603
    return int(told.stdout) * 1024 if told.stdout.strip().isdigit() else 0
