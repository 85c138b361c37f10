"""An RFC 5322 message made of fields, bodies and attachments, for what has none of its own: the same on every machine.

What a format without mail bytes holds (an Outlook item, a row of a table, a text release) becomes a message here. Its
reader marks it (`Item.made`), for the bytes are ours and prove nothing about the sender's. Nothing is invented:
no date, no id; boundaries are a hash of the content, the folding is fixed.
"""

import base64
import re
from collections.abc import Iterable, Sequence
from hashlib import sha256

from msgspec import Struct

from ingest.fields import LONGEST, field, one_line, parameter
from mappings.records import Address

_MEDIA = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_FIELD = re.compile(r"([!-9;-~]+)[ \t]*:")
_STALE = {"content-type", "content-transfer-encoding", "content-length", "content-disposition", "content-id",
          "content-description", "content-language", "mime-version", "lines"}  # fmt: skip
_LINE_END = re.compile(rb"\r\n|\n")
_PER_LINE = 57  # bytes that make a base64 line of 76
_AT_ONCE = _PER_LINE * 16_384


class Enclosure(Struct, frozen=True):
    """A file to attach. `mail`: `data` are the bytes of a message that was itself made, and stand there unencoded.

    Any other attached mail, being as it came, goes in base64: that is how reading tells the two apart.
    """

    data: bytes
    name: str = ""
    media: str = ""  # media type; "" when it isn't known
    content_id: str = ""  # without angle brackets
    inline: bool = False
    mail: bool = False


def compose(
    fields: Iterable[tuple[str, str | Sequence[Address]]], *, text: str | None = None,
    html: str | bytes | None = None, charset: str = "", files: Sequence[Enclosure] = (), transport: str = "",
    entity: bytes = b"",
) -> bytes:  # fmt: skip
    """A message, CRLF its line ends; equal input gives equal bytes.

    `fields` go in their order, values decoded, lists as mailboxes; empty ones are left out, and so are those that
    `transport`, the header an item kept from its transport, has already: it goes first and as it came, but for MIME
    fields, whose content is gone and which become `X-Original-…`; so do mailboxes there without an address, if
    `fields` have some. `html` as bytes is in `charset` ("" unknown). `entity`, a MIME header and its body as they came,
    takes the place of text, HTML and files.
    """
    fields = list(fields)
    people = {
        name.lower()
        for name, value in fields
        if not isinstance(value, str) and any("@" in one.address for one in value)
    }
    head, there = _transport(transport, people)
    head += [field(name, value) for name, value in fields if name.lower() not in there]
    head.append("MIME-Version: 1.0\r\n")
    above = "".join(head).encode("utf-8", "replace")
    return above + entity if entity else _whole(above, _part(text, html, charset, files))


def _transport(header: str, people: set[str]) -> tuple[list[str], set[str]]:
    """The fields of a header that was kept, and the names of those that stand. A line that is no field is kept as one.

    What follows the empty line belongs to the parts of a body that is gone.
    """
    fields: list[str] = []
    names: list[str] = []
    over = False
    for line in header.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = line.rstrip("\0")
        found = None if over else _FIELD.match(line)
        if not line.strip():
            over = over or bool(fields)
        elif line[:1] in (" ", "\t") and fields and not over:
            fields[-1] += f"{line}\r\n"
        else:
            fields.append(f"{line}\r\n" if found else f"X-Original-Line: {one_line(line)}\r\n")
            names.append(found[1].lower() if found else "")
    gone = {name for name in people if "@" not in "".join(_named(name, names, fields))} | _STALE
    kept = [f"X-Original-{one}" if name in gone else one for name, one in zip(names, fields, strict=True)]
    return kept, set(names) - gone


def _named(name: str, names: list[str], fields: list[str]) -> list[str]:
    return [one for other, one in zip(names, fields, strict=True) if other == name]


class _Part(Struct, frozen=True):
    """A MIME part: its own header fields, and its body."""

    head: str
    body: list[bytes]


def _whole(head: bytes, part: _Part) -> bytes:
    return b"".join([head, part.head.encode(), b"\r\n", *part.body])


def _part(text: str | None, html: str | bytes | None, charset: str, files: Sequence[Enclosure]) -> _Part:
    """The body with what is attached: alternative within related within mixed, as far as each is needed."""
    bodies = []
    if text is not None or html is None:
        bodies.append(_text("plain", text or "", "utf-8"))
    if html is not None:
        bodies.append(_text("html", html, charset if isinstance(html, bytes) else "utf-8"))
    part = bodies[0] if len(bodies) == 1 else _multipart("alternative", bodies)
    shown = [file for file in files if html is not None and file.inline and file.content_id]
    if shown:
        part = _multipart("related", [part, *map(_file, shown)])
    rest = [file for file in files if file not in shown] if shown else files
    return _multipart("mixed", [part, *map(_file, rest)]) if rest else part


def _text(kind: str, text: str | bytes, charset: str) -> _Part:
    """A body: readable as it stands where the rules for lines allow that, else in base64."""
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    lines = _LINE_END.sub(b"\r\n", data) if isinstance(text, str) else data
    head = f"Content-Type: text/{kind}{parameter('charset', charset) if charset else ''}\r\n"
    if lines.count(b"\r") != lines.count(b"\r\n") or lines.count(b"\n") != lines.count(b"\r\n") or _binary(lines):
        return _Part(head + "Content-Transfer-Encoding: base64\r\n", _base64(data))
    return _Part(head + f"Content-Transfer-Encoding: {_bits(lines)}\r\n", [lines])


def _binary(data: bytes) -> bool:
    return b"\0" in data or any(len(line) > LONGEST for line in data.split(b"\n"))


def _bits(data: bytes) -> str:
    return "binary" if _binary(data) else "7bit" if data.isascii() else "8bit"


def _base64(data: bytes) -> list[bytes]:
    """Lines of base64, a MiB or so at a time, so that the whole is held but once; no line end after the last."""
    pieces: list[bytes] = []
    step = _PER_LINE // 3 * 4
    for start in range(0, len(data), _AT_ONCE):
        coded = base64.b64encode(memoryview(data)[start : start + _AT_ONCE])
        end = b"" if start + _AT_ONCE >= len(data) else b"\r\n"
        pieces.append(b"\r\n".join([coded[at : at + step] for at in range(0, len(coded), step)]) + end)
    return pieces


def _file(file: Enclosure) -> _Part:
    """An attachment: in base64, or a message made by us as it stands (RFC 2046 §5.2.1)."""
    media = file.media.strip().lower()
    media = media if _MEDIA.fullmatch(media) and not media.startswith("multipart/") else "application/octet-stream"
    head = f"Content-Type: {'message/rfc822' if file.mail else media}{parameter('name', file.name)}\r\n"
    head += f"Content-Disposition: {'inline' if file.inline else 'attachment'}{parameter('filename', file.name)}\r\n"
    if file.content_id:
        head += field("Content-ID", f"<{file.content_id}>")
    bits = _bits(file.data) if file.mail else "base64"
    return _Part(f"{head}Content-Transfer-Encoding: {bits}\r\n", [file.data] if file.mail else _base64(file.data))


def _multipart(kind: str, parts: Sequence[_Part]) -> _Part:
    """Parts between boundaries that stand in none of them: a hash of them all can't."""
    digest = sha256()
    for part in parts:
        digest.update(part.head.encode())
        for piece in part.body:
            digest.update(piece)
    boundary = f"=_{digest.hexdigest()[:40]}"
    body: list[bytes] = []
    for part in parts:
        body += [f"--{boundary}\r\n{part.head}\r\n".encode(), *part.body, b"\r\n"]
    body.append(f"--{boundary}--\r\n".encode())
    return _Part(f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n', body)
