"""A message's MIME tree: what each part says it is, and its decoded bytes (RFC 2045, RFC 2046).

The tree is ours. fast-mail-parser undoes base64, several times faster than the standard library; it refuses what is
damaged in the least, and that is decoded by our own rules, which give what can be read.
"""

import binascii
import re
from functools import lru_cache

try:
    import fast_mail_parser
except ImportError:  # it has no wheel for every machine, and its work can be done without
    fast_mail_parser = None  # type: ignore[assignment]

from ingest.headers import EMPTY_LINE, Head, decode_words, file_name, lenient_base64, parameters, read_head
from ingest.sealed.cms import TYPES, signed_content
from mappings.records import Note

MOST_PARTS = 2000
DEEPEST = 50
_WRAPPED = 5  # signatures around signatures
_ENCODINGS = {"base64": "base64", "base-64": "base64", "b": "base64", "quoted-printable": "qp",
              "quoted/printable": "qp", "quotedprintable": "qp",
              "qp": "qp", "x-uuencode": "uu", "uuencode": "uu", "x-uue": "uu", "uue": "uu", "x-uu": "uu"}  # fmt: skip
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_BASE64 = bytes(set(range(256)) - set(_NOT_BASE64) | set(b" \t\r\n"))
_BASE64_HEAD = b"Content-Transfer-Encoding: base64\n\n"
_STRAY = re.compile(rb"=(?![0-9A-Fa-f]{2}|\n|\Z)")
_BLANK_END = re.compile(rb"\n(?<=[ \t]\n)")  # begins with a literal: the regex engine finds it by memchr
_TRAILING = re.compile(rb"(?<![ \t])[ \t]++(?=\n|\Z)")
_SHORT = 200  # bytes of a part's head: those of texts come again and again and are kept
_GUESS = re.compile(rb"(?:\A|\n)--([^\r\n]{1,200}?)[ \t]*\r?\n(?=[A-Za-z-]{1,60}:|\r?\n)")
UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,250})\r?$", re.M)


class Part:
    """One node: a leaf, or a multipart with its children. `number` is IMAP's; `encoded` slices the message."""

    __slots__ = (
        "_content", "begin", "children", "content_id", "cte", "cut", "damaged", "data", "decoded", "disposition", "end",
        "head", "name", "number", "options", "own", "start", "type",
    )  # fmt: skip

    def __init__(
        self, head: Head, data: bytes, span: tuple[int, int], parent: "Part | None", number: str,
        default: str = "text/plain",
    ) -> None:  # fmt: skip
        """`span` is where the body begins and ends in `data`; the head may be one that parts of other mails share."""
        self.head = head
        self.data = data
        start, self.end = span
        self.start = self.begin = min(start, self.end)  # `begin`, of a part in a multipart, is where its head begins
        self.own: bool = parent is not None and parent.own
        self.number = number
        self.children: list[Part] = []
        self._content: bytes | None = None
        self.decoded: tuple[str, str] | None = None  # what `decode` gives for the content, once that was asked for
        self.damaged = ""
        self.cut = False  # its closing boundary is missing
        get = head.first.get
        declared, self.options = parameters(get("content-type", ""))
        declared = declared.split(" ", 1)[0].strip("\"',") if declared else default
        self.type = declared if "/" in declared else _whole_type(declared, default)
        disposition = get("content-disposition")
        self.disposition, options = parameters(disposition) if disposition else ("", {})
        self.name = ""
        if options or "name" in self.options or "filename" in self.options:
            self.name = file_name(options, self.options, self.options.get("charset", ""))
        cid = get("content-id")
        self.content_id = decode_words(cid).strip().strip("<>").strip() if cid else ""
        cte = get("content-transfer-encoding", "").strip().lower()
        self.cte = _ENCODINGS.get(cte.split(";")[0].split(" ")[0].strip("\"'"), "") if cte else ""

    @property
    def is_mail(self) -> bool:
        """True for an attached message."""
        return self.type in ("message/rfc822", "message/global", "message/news")

    @property
    def content(self) -> bytes:
        """The decoded bytes of a leaf. Damage never raises: what can be read is given and `damaged` names it."""
        if self._content is None and self.cte == "base64" and not self.own:
            self._content = _fast_base64(memoryview(self.data)[self.start : self.end])
        if self._content is None:
            data = self.data[self.start : self.end]
            if self.cte == "base64":
                data = self._base64(data)
            elif self.cte == "qp":
                data = decode_qp(data)
            elif self.cte == "uu":
                data = decode_uu(data)
            self._content = data
        return self._content

    def _base64(self, data: bytes) -> bytes:
        """Base64 with padding in the middle (texts joined by list software) and damage allowed for."""
        kept = data.translate(None, _NOT_BASE64)
        pad = kept.find(b"=")
        if data.translate(None, _BASE64):
            # a list's footer in clear text may follow the padding; anything else is damage
            tail = data[data.rfind(b"=") + 1 :] if pad >= 0 else b""
            if not tail.translate(None, _BASE64):
                self.damaged = "base64-damaged"
            elif not tail.strip().isascii() or b"\n" in tail:
                kept = data[: len(data) - len(tail)].translate(None, _NOT_BASE64)
        if pad >= 0 and kept[pad:].strip(b"="):
            return b"".join(lenient_base64(piece) for piece in kept.split(b"=") if piece)
        if len(kept.rstrip(b"=")) % 4 == 1 or (pad < 0 and len(kept) % 4):
            self.damaged = "base64-damaged"
        return lenient_base64(kept)


def _fast_base64(data: memoryview) -> bytes | None:
    """Base64 undone by fast-mail-parser, at five times the speed of `binascii`; None for what is not sound."""
    if fast_mail_parser is None:
        return None
    try:
        return fast_mail_parser.parse_email_tree(b"".join((_BASE64_HEAD, data)), mode="lazy").content or b""
    except fast_mail_parser.ParseError:
        return None


def decode_qp(data: bytes) -> bytes:
    """The bytes of quoted-printable text, its line breaks as CRLF (RFC 2045 §6.7); what is no code stands for itself.

    Blanks at the end of a line go: a transport added them.
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    if _BLANK_END.search(data) or data[-1:] in (b" ", b"\t"):
        data = _TRAILING.sub(b"", data)
    if b"==" in data or b"\r" in data:  # of the codes that are none, binascii drops these
        data = _STRAY.sub(b"=3D", data)
    return binascii.a2b_qp(data.replace(b"\n", b"\r\n"))


def _whole_type(declared: str, default: str) -> str:
    """A media type for old or broken ones without a slash (`Content-Type: text`)."""
    return {"text": "text/plain", "html": "text/html", "multipart": "multipart/mixed"}.get(declared, default)


def decode_uu(data: bytes) -> bytes:
    """The bytes of a uuencoded block; lines that can't be read are skipped."""
    lines = data.splitlines()
    start = next((index + 1 for index, line in enumerate(lines[:50]) if line.startswith(b"begin")), 0)
    out = []
    for line in lines[start:]:
        if line.strip() == b"end":
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            if line:
                wanted = (((line[0] - 32) & 63) * 4 + 5) // 3  # trailing rubbish, as some encoders write it
                try:
                    out.append(binascii.a2b_uu(line[:wanted]))
                except binascii.Error:
                    continue
    return b"".join(out)


class Tree:
    """The parts of one message in order, and what had to be assumed to find them."""

    __slots__ = ("notes", "root")

    def __init__(self, root: Part, notes: list[Note]) -> None:
        self.root = root
        self.notes = notes

    def leaves(self) -> list[Part]:
        """Every part without children, in order."""
        if not self.root.children:
            return [self.root]
        found: list[Part] = []
        stack = [self.root]
        while stack:
            part = stack.pop()
            if part.children:
                stack.extend(reversed(part.children))
            else:
                found.append(part)
        return found


def read_tree(raw: bytes, head: Head) -> Tree:
    """A message's parts. At most MOST_PARTS parts and DEEPEST levels; attached mails stay whole."""
    return _tree(Part(head, raw, (head.body, len(raw)), None, ""))


def own_tree(raw: bytes, head: Head) -> Tree:
    """The same, with base64 undone by the standard library alone: slower, the proof of the other way."""
    root = Part(head, raw, (head.body, len(raw)), None, "")
    root.own = True
    return _tree(root)


def _tree(root: Part) -> Tree:
    """Split a message, whose whole is `root`, into its parts."""
    notes: list[Note] = []
    if not root.type.startswith("multipart/"):
        root.number = "1"
        pending = _unwrap(root, 0) if root.type in TYPES else []
        if not pending:
            return Tree(root, notes)
    else:
        pending = [(root, 0)]
    count = 1
    cut: list[Part] = []
    while pending:
        part, depth = pending.pop()
        if depth >= DEEPEST:
            notes.append(
                Note(
                    "too-deep",
                    f"More than {DEEPEST} levels of parts: what lies deeper was kept as one attachment.",
                    part.number,
                )
            )
            part.type = "application/octet-stream"
            part.cut = True
            continue
        spans, full = _spans(part, notes, MOST_PARTS - count)
        if not full:
            notes.append(
                Note("too-many-parts", f"More than {MOST_PARTS} parts: the rest was left unread.", part.number)
            )
        default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
        prefix = f"{part.number}." if part.number else ""
        for index, (start, end) in enumerate(spans, 1):
            head, body = _part_head(part.data, start, end)
            child = Part(head, part.data, (body, end), part, f"{prefix}{index}", default)
            child.begin = start
            part.children.append(child)
        count += len(spans)
        for child in reversed(part.children):
            if child.type.startswith("multipart/"):
                pending.append((child, depth + 1))
            elif child.type in TYPES:
                pending += _unwrap(child, depth + 1)
        if not spans:
            part.type = "text/plain"
        elif part.cut:
            cut.append(part)
    for part in cut:
        if not part.children[-1].cut:  # of nested ones, the innermost is told
            said = "The parts end without their closing boundary: the mail may have been cut off."
            notes.append(Note("boundary-cut", said, part.number))
    if not root.children:
        root.number = "1"
    return Tree(root, notes)


def _unwrap(part: Part, depth: int) -> list[tuple[Part, int]]:
    """Puts what was signed in an opaque S/MIME part below it, as its only child; gives what is still to be split."""
    for _ in range(_WRAPPED):
        inner = signed_content(part.content) if part.type in TYPES else None
        if inner is None:
            break
        head, body = _part_head(inner, 0, len(inner))
        child = Part(head, inner, (body, len(inner)), part, f"{part.number}.1")
        child.begin = 0
        part.children.append(child)
        part, depth = child, depth + 1
    return [(part, depth)] if part.type.startswith("multipart/") else []


def _part_head(data: bytes, start: int, end: int) -> tuple[Head, int]:
    """A part's head, and where its body begins.

    Unlike a message it may have none, and then begins with an empty line or with its text.
    """
    if data.startswith(b"Content-", start) and (blank := EMPTY_LINE.search(data, start, min(end, start + _SHORT))):
        head = _kept_head(data[start : blank.end()])
        return head, start + head.body
    if data.startswith((b"\n", b"\r\n"), start):
        return Head([], 0, []), start + (1 if data[start] == 10 else 2)
    head = read_head(data, start, end)
    return head, head.body


_kept_head = lru_cache(maxsize=1024)(read_head)


def _spans(part: Part, notes: list[Note], most: int) -> tuple[list[tuple[int, int]], bool]:
    """Start and end of each child, and False when there are more than `most`; a missing boundary is guessed."""
    boundary = part.options.get("boundary", "").encode("utf-8", "surrogateescape").rstrip()
    if boundary:
        spans, full, closed = _cut(part.data, part.start, part.end, boundary, most)
        if spans:
            part.cut = not closed
            return spans, full
    if part.cte in ("base64", "qp"):  # forbidden by RFC 2045 §6.4, done all the same
        part.data, part.start, part.end = (content := part.content), 0, len(content)
        if boundary and (found := _cut(part.data, 0, part.end, boundary, most))[0]:
            return found[:2]
    guess = _GUESS.search(part.data, part.start, min(part.end, part.start + 100_000))
    if guess:
        found = _cut(part.data, part.start, part.end, guess[1].removesuffix(b"--"), most)
        if found[0]:
            notes.append(
                Note("boundary-guessed", "The boundary between the parts is not the declared one.", part.number)
            )
            return found[:2]
    notes.append(
        Note("boundary-missing", "Declared as several parts, but nothing separates them: read as text.", part.number)
    )
    return [], True


def _cut(data: bytes, start: int, end: int, boundary: bytes, most: int) -> tuple[list[tuple[int, int]], bool, bool]:
    """Where the delimiter lines `--boundary` cut data[start:end] (RFC 2046 §5.1.1).

    Also False when there are more than `most` parts, and False when the closing delimiter is missing.
    """
    mark = b"--" + boundary
    spans: list[tuple[int, int]] = []
    opened = -1
    at = data.find(mark, start, end)
    while at >= 0:
        after = at + len(mark)
        if at == start or data[at - 1] == 10:
            line = data.find(b"\n", after, end)
            line = end if line < 0 else line
            rest = data[after : min(line, after + 100)].strip() if line > after else b""
            if rest in (b"", b"--") or (rest.startswith(b"--") and len(rest) < 8):
                if opened >= 0:
                    stop = at - 1 if at > opened else at
                    stop -= stop > opened and data[stop - 1] == 13
                    spans.append((opened, max(stop, opened)))
                    if len(spans) >= most:
                        return spans, False, True
                opened = -1 if rest else min(line + 1, end)
                if rest:
                    break
            after = line
        at = data.find(mark, after, end)
    if opened >= 0 and opened < end:
        spans.append((opened, end))
    return spans, True, opened < 0
