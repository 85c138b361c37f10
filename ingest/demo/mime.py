"""Mails as bytes: encoded words, transfer encodings and MIME parts, the same bytes on every run."""

import base64
import quopri
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from ingest.demo.source import Person

Header = tuple[str, str]
_B_CHARSETS = {"utf-8", "iso-2022-jp", "koi8-r", "gb2312"}


@dataclass(frozen=True)
class Part:
    """A MIME part: headers of its own and either a body, already encoded for transfer, or children."""

    headers: tuple[Header, ...]
    body: bytes = b""
    children: tuple["Part", ...] = ()
    boundary: str = ""
    preamble: str = ""


def encode_words(text: str, charset: str = "utf-8") -> str:
    """Header text as RFC 2047 encoded words of at most 75 characters; ASCII stays as it is."""
    if text.isascii():
        return text
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        charset = "utf-8"
    words: list[str] = []
    chunk = ""
    for char in text:
        if chunk and len(_word(chunk + char, charset)) > 70:
            words.append(_word(chunk, charset))
            chunk = ""
        chunk += char
    return "\n ".join([*words, _word(chunk, charset)])


def _word(chunk: str, charset: str) -> str:
    data = chunk.encode(charset)
    if charset in _B_CHARSETS:
        return f"=?{charset}?B?{base64.b64encode(data).decode()}?="
    safe = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"
    quoted = "".join("_" if b == 32 else chr(b) if b in safe else f"={b:02X}" for b in data)
    return f"=?{charset}?Q?{quoted}?="


def mailbox(person: Person, charset: str = "utf-8") -> str:
    """`Name <address>` as a header writes it."""
    name = encode_words(person.name, charset)
    if name == person.name and any(c in name for c in ",.()@:;"):
        name = f'"{name}"'
    return f"{name} <{person.address}>" if name else person.address


def fold(items: Sequence[str], width: int = 76, start: int = 8) -> str:
    """A list of addresses, separated by commas, broken into lines."""
    lines = [""]
    room = width - start
    for number, item in enumerate(items):
        piece = item + ("," if number < len(items) - 1 else "")
        if lines[-1] and len(lines[-1]) + len(piece) + 1 > room:
            lines.append(piece)
            room = width
        else:
            lines[-1] = f"{lines[-1]} {piece}".strip()
    return "\n ".join(lines)


def text_part(text: str, subtype: str, charset: str, declared: str, encoding: str, extra: str = "") -> Part:
    """A text part; `declared` is what its header says of the charset ("" says nothing), which may be wrong."""
    try:
        data = text.encode(charset)
    except UnicodeEncodeError:
        data, declared = text.encode(), declared and "utf-8"
    kind = f"text/{subtype}" + (f"; charset={declared}" if declared else "") + extra
    if charset == "iso-2022-jp" or (data.isascii() and encoding != "base64" and _short(data)):
        encoding = "7bit"
    return Part((("Content-Type", kind), ("Content-Transfer-Encoding", encoding)), transfer(data, encoding))


def _short(data: bytes) -> bool:
    return all(len(line) < 900 for line in data.split(b"\n"))


def transfer(data: bytes, encoding: str) -> bytes:
    """A part's bytes in its transfer encoding, ending in a newline."""
    if encoding == "base64":
        return base64.encodebytes(data)
    if encoding == "quoted-printable":
        data = quopri.encodestring(data)
    return data if data.endswith(b"\n") else data + b"\n"


def file_part(name: str, kind: str, data: bytes, content_id: str = "") -> Part:
    """An attached file, or with a content-id an image inside the HTML. Names beyond ASCII follow RFC 2231."""
    shown = f'filename="{name}"' if name.isascii() else f"filename*=utf-8''{quote(name)}"
    kind_header = f'{kind}; name="{name}"' if name.isascii() else f'{kind};\n name="{encode_words(name)}"'
    headers = [
        ("Content-Type", kind_header),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", f"{'inline' if content_id else 'attachment'};\n {shown}"),
    ]
    if content_id:
        headers.append(("Content-ID", f"<{content_id}>"))
    return Part(tuple(headers), transfer(data, "base64"))


def mail_part(raw: bytes, name: str) -> Part:
    """A mail attached to a mail (message/rfc822)."""
    headers = (("Content-Type", "message/rfc822"), ("Content-Disposition", f'attachment;\n filename="{name}"'))
    return Part(headers, raw)


def multipart(subtype: str, children: Iterable[Part], boundary: str, extra: str = "", preamble: str = "") -> Part:
    """Parts around which a boundary runs."""
    kind = f'multipart/{subtype};{extra}\n boundary="{boundary}"'
    return Part((("Content-Type", kind),), b"", tuple(children), boundary, preamble)


def render(headers: Iterable[Header], part: Part) -> bytes:
    """The mail: its headers, those of its outermost part, the body. Lines end in "\\n"."""
    lines = [f"{name}: {value}".rstrip() for name, value in [*headers, ("MIME-Version", "1.0"), *part.headers]]
    return ("\n".join(lines) + "\n\n").encode("utf-8", "surrogateescape") + _content(part)


def _content(part: Part) -> bytes:
    if not part.children:
        return part.body
    out = [f"{part.preamble}\n".encode()] if part.preamble else []
    for child in part.children:
        head = "".join(f"{name}: {value}\n" for name, value in child.headers)
        out.append(f"--{part.boundary}\n{head}\n".encode() + _content(child))
        if not out[-1].endswith(b"\n"):
            out.append(b"\n")
        out.append(b"" if child.children else b"\n" if part.preamble else b"")
    return b"".join([*out, f"--{part.boundary}--\n".encode()])
