"""The head of a message or part, as its bytes stand: fields in order, encoded words, parameters, file names."""

import binascii
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from ingest.charsets import clean, decode

# A field's lines; else a line that is none, whose name is then empty. Field names: RFC 5322 §3.6.8, printable ASCII
# without the colon. Possessive, so that a line is never looked at twice.
_FIELD = re.compile(r"(?:([!-9;-~]+)[ \t]*+:[ \t]*+([^\n]*+(?:\n[ \t][^\n]*+)*+)|([^\n]*+))(?:\n|\Z)")
_PLAIN_FIELD = re.compile(r"(?:([!-9;-~]+)[ \t]*+:[ \t]*+([^\n]*+(?:\n[ \t][^\n]*+)*+)|[^\n]*+)(?:\n|\Z)")
EMPTY_LINE = re.compile(rb"\n\r?\n")
_STARTS = re.compile(rb"[!-9;-~]+[ \t]*:")
# RFC 2047 §2, read loosely: blanks inside a word and words that touch other text occur in real mail.
_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?((?:[^?=]|=(?!\?[^=])|\?(?!=))*+)\?=")
# `; name = "value"` of RFC 2045 §5.1, read loosely.
_PARAMETER = re.compile(r""";\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)(?:"|$)|([^;]*))""", re.S)
_SECTION = re.compile(r"(.+?)\*(?:(\d{1,4})(\*?))?$")
_QUOTED_PAIR = re.compile(r'\\(["\\])')
LONGEST = 1 << 20  # a field longer than this many characters is cut: no mail program writes one

Fields = list[tuple[str, str]]


class Head:
    """Header fields as written (unfolded; bytes above ASCII as surrogate escapes) and where the body starts."""

    __slots__ = ("again", "body", "fields", "first", "plain", "problems")

    def __init__(self, fields: Fields, body: int, problems: list[str], plain: bool = False) -> None:
        self.fields = fields
        self.plain = plain  # nothing in any of them is encoded
        self.body = body
        self.problems = problems
        self.first: dict[str, str] = {}
        self.again: dict[str, list[str]] = {}  # all values of the names that occur more than once
        first = self.first
        for name, value in fields:
            name = name.lower()
            if name not in first:
                first[name] = value
            elif name in self.again:
                self.again[name].append(value)
            else:
                self.again[name] = [first[name], value]

    def get(self, name: str) -> str:
        """The first field of that lower-case name, still encoded; "" when there is none."""
        return self.first.get(name, "")

    def all(self, name: str) -> list[str]:
        """Every field of that lower-case name, in order, still encoded; not to be changed."""
        if name in self.again:
            return self.again[name]
        return [self.first[name]] if name in self.first else []

    def decoded(self, charset: str) -> tuple[tuple[str, str], ...]:
        """Every field for reading; `charset` is the guess for 8-bit bytes."""
        if self.plain:
            return tuple(self.fields)
        return tuple([
            one if (value := one[1]).isascii() and "?" not in value and "\0" not in value
            else (one[0], decode_words(value, charset))
            for one in self.fields
        ])  # fmt: skip


def read_head(data: bytes, start: int = 0, end: int | None = None) -> Head:
    """The head that begins at `start`; data[head.body:end] is the body. Bytes without any field are all body."""
    end = len(data) if end is None else end
    start = skip_envelope(data, start, end)
    if data.startswith((b"\n", b"\r\n"), start):
        return Head([], min(end, start + (1 if data[start] == 10 else 2)), [])
    if not _STARTS.match(data, start, end):
        return Head([], start, ["no-header"])
    if stop := EMPTY_LINE.search(data, start, end):
        return _read_block(data[start : stop.start()].removesuffix(b"\r"), start, stop.end())
    return _read_block(data[start:end], start, end)


def skip_envelope(data: bytes, start: int, end: int) -> int:
    """Past a byte order mark, an mbox `From ` line, and empty lines before the first field."""
    if data.startswith(b"\xef\xbb\xbf", start):
        start += 3
    if data.startswith((b"From ", b">From "), start):
        line = data.find(b"\n", start, end)
        start = line + 1 if line >= 0 else start
    at = start
    while data.startswith((b"\n", b"\r\n"), at) and at - start < 64:
        at += 1 if data[at] == 10 else 2
    return at if at > start and _STARTS.match(data, at, end) else start


def _read_block(block: bytes, start: int, body: int) -> Head:
    """Fields of a block of lines; a line that is none ends it, unless further fields follow at once."""
    text = block.decode("ascii", "surrogateescape")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", " ")
    plain = text.isascii() and ("?" not in text or "=?" not in text) and "\0" not in text
    fields: Fields = _PLAIN_FIELD.findall(text)
    fields.pop()  # at the very end nothing is matched once more
    join, strip = " ".join, str.strip
    unfolded = [(one[0], join(map(strip, one[1].split("\n")))) if "\n" in one[1] else one for one in fields]
    head = Head(unfolded, body, [], plain)
    if "" in head.first or len(text) > LONGEST:  # a line that is no field has no name
        return _read_stray(block, text, start, body, plain)
    return head


def _read_stray(block: bytes, text: str, start: int, body: int, plain: bool) -> Head:
    """The same for a block with lines that are no fields, or with a field that may be too long."""
    fields: Fields = []
    problems: list[str] = []
    found = _FIELD.findall(text)
    found.pop()
    line = 0  # the number of the line at hand
    for index, (name, value, stray) in enumerate(found):
        if name:
            folds = value.count("\n") if "\n" in value else 0
            line += folds
            if len(value) > LONGEST:
                value = value[:LONGEST]
                problems.append("header-cut")
            fields.append((name, _unfold(value) if folds else value))
        elif stray:
            if not any(following[0] for following in found[index + 1 : index + 3]):
                rest = block.split(b"\n", line)[line]
                return Head(fields, start + len(block) - len(rest), [*problems, "no-blank-line"])
            problems.append("stray-line")
        line += 1
    return Head(fields, body, problems, plain)


def decode_bytes(value: str, charset: str = "") -> str:
    """A field's raw 8-bit bytes (surrogate escapes) as text: UTF-8, else `charset`, else Windows-1252."""
    if value.isascii():
        return value
    return decode(value.encode("ascii", "surrogateescape"), charset)[0]


def decode_words(value: str, charset: str = "") -> str:
    """A field for reading: RFC 2047 encoded words and raw 8-bit bytes decoded.

    Adjacent words of one charset are joined before they are decoded: some programs split inside a character.
    """
    if "=?" not in value:
        value = value if value.isascii() else decode_bytes(value, charset)
        return value.replace("\0", "") if "\0" in value else value
    return _kept_words(value, charset) if len(value) < 300 else _decode_words(value, charset)


def _decode_words(value: str, charset: str) -> str:
    """What `decode_words` gives for a field with encoded words, worked out."""
    parts: list[str] = []
    pending = b""
    label = ""
    last = 0
    for word in _WORD.finditer(value):
        between = value[last : word.start()]
        here = word[1].split("*")[0].lower()
        if pending and (here != label or (between and not between.isspace())):
            parts.append(decode(pending, label)[0])
            pending = b""
        if between and (not last or not between.isspace()):
            parts.append(decode_bytes(between, charset))
        pending += _unword(word[2], word[3])
        label = here
        last = word.end()
    if pending:
        parts.append(decode(pending, label)[0])
    parts.append(decode_bytes(value[last:], charset))
    text = clean("".join(parts))
    return _unfold(text) if "\n" in text else text


_kept_words = lru_cache(maxsize=4096)(_decode_words)


def _unfold(value: str) -> str:
    """The lines of a field joined by one blank each."""
    return " ".join(map(str.strip, value.split("\n")))


def _unword(encoding: str, text: str) -> bytes:
    """The bytes of one encoded word's text; damaged base64 gives what can be read."""
    data = text.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return binascii.a2b_qp(data.replace(b" ", b"_"), header=True)
    return lenient_base64(data)


def lenient_base64(data: bytes) -> bytes:
    """Decoded base64, padding repaired and an incomplete last group dropped; never raises."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
        kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
        return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """`text/plain; charset="x"` -> ("text/plain", {"charset": "x"}), names in lower case, values still encoded.

    RFC 2231 continuations are joined and its percent encoding undone; `name*` wins over `name` (RFC 6266 §4.3).
    The same few values come again and again: answers to short ones are kept, don't change them.
    """
    return _kept_parameters(value) if len(value) < 200 else _parameters(value)


def _parameters(value: str) -> tuple[str, dict[str, str]]:
    """What `parameters` gives, worked out."""
    if ";" not in value:
        return value.strip().lower(), {}
    main, rest = value.split(";", 1)
    plain: dict[str, str] = {}
    sections: list[tuple[str, int, bool, str]] = []
    for name, quoted, bare in _PARAMETER.findall(";" + rest):
        text = _QUOTED_PAIR.sub(r"\1", quoted) if quoted else bare.strip()
        name = name.lower()
        if "*" in name and (found := _SECTION.match(name)):
            extended = found[2] is None or bool(found[3])
            sections.append((found[1], int(found[2] or 0), extended, text))
        else:
            plain.setdefault(name, text)
    if sections:
        plain.update(_joined(sections))
    return main.strip().lower(), plain


_kept_parameters = lru_cache(maxsize=2048)(_parameters)


def _joined(sections: Iterable[tuple[str, int, bool, str]]) -> dict[str, str]:
    """RFC 2231 §3 and §4: sections in the order of their numbers, charset from the first."""
    grouped: dict[str, list[tuple[int, bool, str]]] = {}
    for name, number, extended, text in sections:
        grouped.setdefault(name, []).append((number, extended, text))
    values = {}
    for name, pieces in grouped.items():
        pieces.sort(key=lambda piece: piece[0])
        charset = ""
        data = b""
        for index, (_, extended, text) in enumerate(pieces):
            if index == 0 and extended and text.count("'") >= 2:
                charset, _, text = text.split("'", 2)
            raw = text.encode("ascii", "surrogateescape") if not _wide(text) else text.encode("utf-8", "replace")
            data += unquote_to_bytes(raw) if extended else raw
        values[name] = decode(data, charset)[0] if charset or not data.isascii() else data.decode("ascii")
    return values


def _wide(text: str) -> bool:
    """True for text that was already decoded, so that surrogate escapes can't carry it."""
    return not text.isascii() and any(ord(char) > 127 and not "\udc80" <= char <= "\udcff" for char in text)


def parameter_text(value: str, charset: str = "") -> str:
    """A parameter's value for reading: encoded words occur there although RFC 2047 §5 forbids them."""
    if "=?" in value or not value.isascii():
        value = value if _wide(value) else decode_words(value, charset)
    return clean(value).strip()


def file_name(disposition: dict[str, str], content_type: dict[str, str], charset: str = "") -> str:
    """The file name a part gives itself, decoded; "" for none. Control characters become spaces."""
    for value in (
        disposition.get("filename"),
        content_type.get("name"),
        disposition.get("name"),
        content_type.get("filename"),
    ):
        if value:
            name = parameter_text(value, charset)
            if name:
                return "".join(char if char.isprintable() else " " for char in name)
    return ""
