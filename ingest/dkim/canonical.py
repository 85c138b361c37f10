"""A mail's bytes as they are signed: fields and body, "simple" and "relaxed" (RFC 6376 §3.4)."""

import re

from ingest.headers import skip_envelope

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*")
_LINE = re.compile(rb"[^\n]*\n")
_BARE_LF = re.compile(rb"(?<!\r)\n")
_BLANKS = re.compile(rb"[ \t]{2,}|\t")  # a single blank stays as it is
# "b=" and its value, which a signature leaves out of what it covers (§3.5); "bh=" is another tag
_SIGNATURE = re.compile(rb"((?:\A|;)[ \t\r\n]*b[ \t\r\n]*=)[^;]*")

Field = tuple[bytes, bytes]


class Mail:
    """A mail cut into fields and body, its line ends CRLF whatever the archive made of them."""

    __slots__ = ("_bodies", "body", "fields")

    def __init__(self, raw: bytes) -> None:
        start = skip_envelope(raw, 0, len(raw))
        end = after = len(raw)
        for mark in (b"\n\n", b"\n\r\n"):
            if (at := raw.find(mark, start, end)) >= 0:
                end, after = at, at + len(mark)
        self.fields = _fields(crlf(raw[start:end] + b"\n"))
        self.body = crlf(raw[after:])
        self._bodies: dict[tuple[str, str], bytes] = {}

    def all(self, name: bytes) -> list[bytes]:
        """The fields of a lower-case name, whole, in order."""
        return [field for key, field in self.fields if key == name]

    def body_as(self, form: str, reading: str = "") -> bytes:
        """The body in a canonical form, read as one of READINGS says; kept, since several signatures ask for it."""
        key = (form, reading)
        if key not in self._bodies:
            body = READINGS[reading](self.body) if reading else self.body
            self._bodies[key] = body_relaxed(body) if form == "relaxed" else body_simple(body)
        return self._bodies[key]


def crlf(data: bytes) -> bytes:
    """The bytes with CRLF for every line end."""
    if b"\r\n" not in data:
        return data.replace(b"\n", b"\r\n")
    return _BARE_LF.sub(b"\r\n", data) if data.count(b"\n") != data.count(b"\r\n") else data


def _fields(head: bytes) -> list[Field]:
    """(lower-case name, whole field) in order; lines that are none are passed over."""
    found: list[Field] = []
    at = 0
    while at < len(head):
        if field := _FIELD.match(head, at):
            found.append((field[1].lower(), field[0]))
            at = field.end()
        else:
            line = _LINE.match(head, at)
            at = line.end() if line else len(head)
    return found


def field_simple(field: bytes) -> bytes:
    """§3.4.1: as it stands."""
    return field


def field_relaxed(field: bytes) -> bytes:
    """§3.4.2: name in lower case, unfolded, runs of blanks as one, none at the ends."""
    name, _, value = field.partition(b":")
    value = _BLANKS.sub(b" ", value.replace(b"\r\n", b"")).strip(b" ")
    return name.strip(b" \t").lower() + b":" + value + b"\r\n"


def body_simple(body: bytes) -> bytes:
    """§3.4.3: no empty lines at the end, one line end."""
    return _ended(body) or b"\r\n"


def body_relaxed(body: bytes) -> bytes:
    """§3.4.4: runs of blanks as one, none at the ends of lines, no empty lines at the end."""
    if b"\t" in body or b"  " in body:
        body = _BLANKS.sub(b" ", body)
    return _ended(body.replace(b" \r\n", b"\r\n").removesuffix(b" "))


def _ended(body: bytes) -> bytes:
    """The body without empty lines at its end, its last line ended."""
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    return body[:end] + b"\r\n" if end else b""


def without_signature(field: bytes) -> bytes:
    """A signature's own field as it covers itself: b= empty, and no line end behind it."""
    name, _, value = field.partition(b":")
    return name + b":" + _SIGNATURE.sub(rb"\1", value, count=1)


def chosen(mail: Mail, names: list[bytes]) -> list[bytes]:
    """The fields that h= names: of those that occur more than once, the lowest is taken first (§5.4.2)."""
    left: dict[bytes, list[bytes]] = {}
    found = []
    for name in names:
        fields = left.setdefault(name, mail.all(name))
        if fields:
            found.append(fields.pop())
    return found


_STUFFED = re.compile(rb"(?m)^>(>*From )")
_FROM = re.compile(rb"(?m)^(>*From )")


def _unstuffed(body: bytes) -> bytes:
    return _STUFFED.sub(rb"\1", body)


def _stuffed(body: bytes) -> bytes:
    return _FROM.sub(rb">\1", body)


READINGS = {
    "lines that begin “>From ” read as “From ”": _unstuffed,
    "lines that begin “From ” read as “>From ”": _stuffed,
}
