"""An mbox as a stream of messages, whichever of its dialects it is.

There is no one mbox (RFC 4155 §2; https://doc.dovecot.org/main/core/config/mailbox/formats/mbox.html; qmail's mbox(5)).
What is done here, decided once a file by its first MiB:

* A line divides when it begins with `From `, stands at the start or after a blank line, and either has an envelope
  sender and a date or is followed by a header that mails have. Where blank lines are missing between the first messages
  (files strung together), a line with both signs divides without one.
* `From ` lines of git's patches (a commit's hash and a date that is always the same) divide only a file that begins
  with one: elsewhere they are patches sent as an attachment.
* mboxcl and mboxcl2: a Content-Length that lands on a dividing line or the end is believed, wherever the first message
  shows that the file keeps such counts; one that doesn't is not.
* mboxo and mboxrd: one `>` is taken from lines `>From `, `>>From ` …, unless a line `From ` stands unquoted in a body
  of the first MiB: then the writer quoted nothing (mboxcl2 and careless ones) and every `>` is the author's.
* The blank line before a dividing line, or at the end, belongs to the mbox and not to the message, also in a file that
  holds one message only: the first mail of a mailbox is the same mail when the second has come.
"""

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from ingest.archives.errors import ArchiveError
from ingest.archives.items import Item, Problem
from ingest.archives.sniff import WINDOW, from_line, is_separator, is_strict
from ingest.archives.streams import BLOCK, Source, from_chunks

LARGEST = 192 << 20  # bytes of one message; above, it is passed over and reported: servers take 150 MB at most
COUNTED = 64 << 20  # a Content-Length above is not looked for: it would have to be held in memory unproven
HEADER = 1 << 16  # where a message's Content-Length and Status are looked for

_FROM = b"\nFrom "
_FROM_LINE = re.compile(_FROM)  # `find` takes more than twice as long in a buffer, and half as long again in a mail
_MAY_BE_QUOTED = re.compile(rb">From ")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_LENGTH = re.compile(rb"(?<=\n)Content-Length:[ \t]*(\d{1,12})[ \t]*\r?\n", re.IGNORECASE)
# Thunderbird's bits (nsMsgMessageFlags.idl): read, answered, flagged, expunged (deleted, and still there), forwarded.
_MOZILLA = re.compile(rb"(?:^|\n)X-Mozilla-Status:[ \t]*([0-9a-fA-F]{4})\b")
_BITS = {0x0001: "S", 0x0002: "R", 0x0004: "F", 0x0008: "T", 0x1000: "P"}
_STATUS = re.compile(rb"^(?:X-)?Status:[ \t]*([A-Za-z]{1,8})[ \t]*\r?$", re.MULTILINE)
_PATCH = re.compile(rb"From [0-9a-f]{40,64} Mon Sep 17 00:00:00 2001\r?\n")  # git's builtin/log.c
_BLANK = re.compile(rb"\r?\n\r?\n")
_STATUS_NAMES = (b"Status:", b"X-Status:", b"X-Mozilla-Status:")
# The first line that a header ends or keeps a status with; X-Spam-Status, which is in many a mail, is none of them.
# Begins with a literal and so does each branch, which is found quickly.
_STATUS_OR_END = re.compile(rb"\n(?:\n|\r\n|%s)" % b"|".join(_STATUS_NAMES))
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_GAP = re.compile(rb"(?:\r?\n)*")


class Dialect(Struct, frozen=True):
    """How a file writes its messages down."""

    quoted: bool = True  # `>From ` stands for `From `
    counted: bool = False  # Content-Length tells where a message ends
    tight: bool = False  # no blank line before a dividing line
    patches: bool = False  # every message is a patch of git's


def dialect(head: bytes) -> Dialect:
    """The dialect, by a file's first bytes (up to 1 MiB)."""
    if head.find(_FROM) < 0:
        return Dialect()
    start = max(0, from_line(head))
    counted = _counts(head, start)
    patches = bool(_PATCH.match(head, start))
    after_blank = after_text = 0
    at = start
    while (at := head.find(_FROM, at + 1)) >= 0:
        if _is_blank_before(head, at):
            after_blank += is_separator(head, at + 1)
        else:
            after_text += is_strict(head, at + 1)
    kind = Dialect(counted=counted, tight=after_text > after_blank, patches=patches)
    return replace(kind, quoted=not _stands_unquoted(head, start, kind))


def _counts(head: bytes, start: int) -> bool:
    """Whether one of the first messages has a Content-Length that holds: then the file keeps such counts."""
    at, tried = start, 0
    while at >= 0 and tried < 20:
        end = _counted_end(head, head.find(b"\n", at) + 1, ended=len(head) < BLOCK)
        if end is not None and end > 0:
            return True
        at = head.find(_FROM, at + 1)
        tried, at = tried + 1, at + 1 if at >= 0 else at
    return False


def _stands_unquoted(head: bytes, start: int, kind: Dialect) -> bool:
    """Whether a line `From ` that divides nothing stands in what `head` shows."""
    at = start
    while (at := head.find(_FROM, at)) >= 0:
        if at + WINDOW > len(head) and len(head) >= BLOCK:
            return False
        if not divides(head, at, kind):
            return True
        at += 1
    return kind.counted and _counted_hides(head, start, kind)


def _counted_hides(head: bytes, start: int, kind: Dialect) -> bool:
    """Whether a counted message holds what would divide it."""
    at = start
    while 0 <= at < len(head):
        body = head.find(b"\n", at) + 1
        end = _counted_end(head, body, ended=len(head) < BLOCK)
        if not body or end is None or end <= 0:
            at = head.find(_FROM, at + 1)
            at = at + 1 if at >= 0 else at
            continue
        if head.find(_FROM, body, end - 1) >= 0:
            return True
        gap = _GAP.match(head, end)
        at = gap.end() if gap else end
    return False


def _is_blank_before(data: bytes, at: int) -> bool:
    """Whether the line that the line feed at `at` ends is blank (or the data begin there)."""
    if at == 0 or data[at - 1 : at] == b"\n":
        return True
    return data[at - 1 : at] == b"\r" and (at == 1 or data[at - 2 : at - 1] == b"\n")


def divides(data: bytes, at: int, kind: Dialect) -> bool:
    """Whether the line after the line feed at `at`, beginning with `From `, is a dividing line."""
    if not kind.patches and _PATCH.match(data, at + 1):
        return False
    if _is_blank_before(data, at):
        return is_separator(data, at + 1)
    return kind.tight and is_strict(data, at + 1)


def _counted_end(data: bytes, body: int, *, ended: bool) -> int | None:
    """Where the message whose header begins at `body` ends by its Content-Length; None if it has none that holds.

    A negative number asks for so many bytes more of `data` to tell. `ended`: nothing follows `data`.
    """
    limit = len(data)
    blank = _BLANK.search(data, body, body + HEADER)
    if blank is None:
        return None
    line = data[body : blank.end()].lower().find(b"content-length:")
    length = _LENGTH.match(data, body + line) if line >= 0 else None
    if length is None or int(length[1]) > COUNTED:
        return None
    end = blank.end() + int(length[1])
    if end + WINDOW > limit and not ended:
        return limit - end - WINDOW
    if end > limit:
        return None
    gap = _GAP.match(data, end)
    following = gap.end() if gap else end
    if following >= limit and ended:
        return end
    at_line = data[end - 1 : end] == b"\n" or following > end
    return end if at_line and data.startswith(b"From ", following) and is_separator(data, following) else None


class _Buffer:
    """A window on a source: `data[start:]` is not yet given out; `base` is where `data` begins in the source."""

    def __init__(self, source: Source, base: int) -> None:
        self.source = source
        self.data = b""
        self.start = 0
        self.base = base
        self.ended = False
        self.failed: ArchiveError | None = None

    @property
    def offset(self) -> int:
        """Where the next message begins in the source."""
        return self.base + self.start

    def more(self, keep: int, count: int = BLOCK) -> bytes:
        """Gives out what is before `keep`, then adds `count` bytes or more, fewer where the source ends."""
        out = self.data[self.start : keep]
        parts, size = [self.data[keep:]], 0
        while size < count and not self.ended:
            try:
                got = self.source.read(BLOCK)
            except ArchiveError as error:
                self.failed, got = error, b""
            parts.append(got)
            size += len(got)
            self.ended = not got
        self.data = b"".join(parts)
        self.base += keep
        self.start = 0
        return out


def split(source: Source, position: str = "", member: str = "", flags: str = "") -> Iterator[Item | Problem]:
    """The messages of an mbox from a position on, which is a byte offset of the unpacked file.

    When the source fails, what could be read of the last message is given, then the source's ArchiveError is raised
    with `member` set, and `offset` at the end of what could be read.
    """
    head = source.peek(BLOCK)
    kind = dialect(head)
    start = int(position) if position.isdecimal() else max(0, from_line(head))
    source.skip(start)
    buffer = _Buffer(source, start)
    buffer.more(0)
    gap = _GAP.match(buffer.data)
    buffer.start = gap.end() if gap else 0
    while buffer.start < len(buffer.data):
        offset = buffer.offset
        raw, size = _next(buffer, kind)
        thing = _thing(raw, size, offset, kind, member, flags)
        thing.position = str(buffer.offset)
        yield thing
    if buffer.failed:
        buffer.failed.member = buffer.failed.member or member
        buffer.failed.offset = buffer.offset
        raise buffer.failed


def _next(buffer: _Buffer, kind: Dialect) -> tuple[bytes, int]:
    """The next message with its `From ` line, and its size; b"" with the size if it is too large."""
    if kind.counted and (end := _by_count(buffer)) is not None:
        raw = buffer.data[buffer.start : end]
        gap = _GAP.match(buffer.data, end)
        buffer.start = gap.end() if gap else end
        return raw, len(raw)
    parts: list[bytes] = []
    size, at = 0, buffer.start + 1
    while True:
        found = _FROM_LINE.search(buffer.data, at)
        at = found.start() if found else -1
        if at >= 0 and (buffer.ended or at <= len(buffer.data) - WINDOW):
            if divides(buffer.data, at, kind):
                return _cut(buffer, parts, size, at + 1)
            at += 1
        elif buffer.ended:
            return _cut(buffer, parts, size, len(buffer.data))
        else:
            if at < 0:
                at = max(buffer.start + 1, len(buffer.data) - len(_FROM) + 1)
            # Two bytes before an undecided line stay, to see whether a blank line is before it.
            keep = max(buffer.start, at - 2)
            parts.append(buffer.more(keep))
            at -= keep
            size += len(parts[-1])
            if size > LARGEST:
                parts.clear()


def _by_count(buffer: _Buffer) -> int | None:
    """Where in the buffer's data the next message ends by a Content-Length that holds."""
    if len(buffer.data) - buffer.start < HEADER:
        buffer.more(buffer.start)
    while True:
        body = buffer.data.find(b"\n", buffer.start) + 1
        end = _counted_end(buffer.data, body, ended=buffer.ended) if body else None
        if end is None or end >= 0:
            return end
        # By an eighth more than asked for, so that counts that don't hold can't have all of it copied each time.
        buffer.more(buffer.start, max(-end, len(buffer.data) // 8))


def _cut(buffer: _Buffer, parts: list[bytes], size: int, end: int) -> tuple[bytes, int]:
    """Takes the message that ends at `end` out of the buffer, without the mbox's blank line."""
    rest = buffer.data[buffer.start : end]
    size += len(rest)
    buffer.start = end
    if size > LARGEST:
        return b"", size
    raw = b"".join([*parts, rest]) if parts else rest
    if raw.endswith(b"\n\n"):
        return raw[:-1], size
    # In a file whose own lines end with a line feed alone, a blank line of CR LF is the message's.
    line = raw.find(b"\n", 0, WINDOW)
    return (raw[:-2] if raw.endswith(b"\n\r\n") and raw[line - 1 : line] == b"\r" else raw), size


def _thing(raw: bytes, size: int, offset: int, kind: Dialect, member: str, flags: str) -> Item | Problem:
    """The message without its `From ` line, or why there is none."""
    if size > LARGEST:
        reason = f"The message at byte {offset:,} is {size:,} bytes long, more than {LARGEST:,}."
        return Problem("split", "too-large", reason, member, offset)
    message = raw
    if raw.startswith(b"From "):
        line = raw.find(b"\n")
        message = raw[line + 1 :] if line >= 0 else b""
    if not message or message.isspace():
        return Problem("split", "empty", f"There is no message after the line at byte {offset:,}.", member, offset)
    if kind.quoted and _MAY_BE_QUOTED.search(message):
        message = _QUOTED.sub(rb"\1", message)
    return Item(message, member, "", offset, flags or status_flags(message))


def status_flags(message: bytes) -> str:
    """The letters of a message's Status and X-Status headers, as mail programs keep them in an mbox."""
    found = _STATUS_OR_END.search(message, 0, HEADER)
    if (not found or found[0].isspace()) and not message.startswith(_STATUS_NAMES):
        return ""
    blank = _EMPTY_LINE.search(message, 0, HEADER)
    head = message[: blank.start() + 1 if blank else HEADER + 1]
    letters = {chr(letter) for letters in _STATUS.findall(head) for letter in letters}
    if mozilla := _MOZILLA.search(head):
        bits = int(mozilla[1], 16)
        letters |= {letter for bit, letter in _BITS.items() if bits & bit}
    return "".join(sorted(letters))


def is_single(head: bytes) -> bool:
    """Whether no second message begins in `head`, the first bytes of an mbox."""
    if head.find(_FROM) < 0:
        return True
    things = split(from_chunks(iter([head])))
    return next(things, None) is None or next(things, None) is None
