"""The process that reads files, one after the other: jobs in, answers out.

It may hang, crash, or eat memory: whoever started it kills it. Whatever its readers print goes nowhere.
"""

import os
import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from msgspec import msgpack

from ingest.extraction import Answer, Job, Limits
from ingest.extraction.readers import read
from ingest.processes import HEAD

_BESIDE = 1 << 30  # bytes of address space that a process has beside what it holds
_GRACE = 5  # seconds: whoever started it is to kill it first


def main(reader: Callable[[Job, Limits], Answer] | None = None) -> None:
    """Answers jobs, by `read` unless told, until there are no more. The first frame holds the limits."""
    source, sink = _own(0, os.O_RDONLY, "rb"), _own(1, os.O_WRONLY, "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    limits = msgpack.decode(_frame(source), type=Limits)
    with suppress(ValueError, OSError):  # a system that does not know the limit, or sets a lower one
        most = (limits.memory << 20) + _BESIDE
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    while frame := _frame(source):
        # the system ends a process that hangs, also when nobody is left to kill it
        signal.alarm(int(limits.seconds) + _GRACE)
        answer = (reader or read)(msgpack.decode(frame, type=Job), limits)
        signal.alarm(0)
        data = _packed(answer)
        sink.write(HEAD.pack(len(data)) + data)
        sink.flush()


def _own(number: int, flags: int, mode: str) -> BinaryIO:
    """The pipe at a descriptor, for us alone: others find the null device there."""
    kept = os.dup(number)
    os.dup2(os.open(os.devnull, flags), number)
    return os.fdopen(kept, mode)  # type: ignore[return-value]


def _frame(source: BinaryIO) -> bytes:
    head = source.read(HEAD.size)
    return source.read(HEAD.unpack(head)[0]) if len(head) == HEAD.size else b""


def _packed(answer: Answer) -> bytes:
    try:
        return msgpack.encode(answer)
    except UnicodeEncodeError:
        return msgpack.encode(Answer("failed", "reader-failed", "Its reader gave no text.", media=answer.media))

