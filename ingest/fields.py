"""Header fields as they are written: encoded words, folding, addresses, parameters, dates (RFC 5322, 2047, 2231)."""

import base64
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone

from mappings.records import Address

WIDTH = 76  # characters of a line, where there is a blank to fold at
LONGEST = 998  # and where there is none (RFC 5322 §2.1.1)
_CHUNK = 45  # bytes of UTF-8 in one encoded word, which may be 75 characters long
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_TOKEN = re.compile(r"[A-Za-z0-9!#$&+^_`{|}~.-]+")
_NAME = re.compile(r"[!-9;-~]+")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def one_line(value: str) -> str:
    """A value without line ends and other controls, so that no second field can stand in it; no lone surrogates."""
    value = _CONTROLS.sub(" ", value).strip()
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def field(name: str, value: str | Sequence[Address]) -> str:
    """One field with its line end, folded; "" for an empty value or an impossible name. A list is one of mailboxes."""
    text = words(one_line(value)) if isinstance(value, str) else ", ".join(filter(None, map(mailbox, value)))
    return fold(f"{name}: {text}") if text and _NAME.fullmatch(name) else ""


def words(text: str) -> str:
    """Text for an unstructured field: as it is, or as encoded words where it is not ASCII or looks like them."""
    if text.isascii() and "=?" not in text and all(len(word) < LONGEST - 80 for word in text.split(" ")):
        return text
    return encoded(text)


def encoded(text: str) -> str:
    """Text as encoded words (RFC 2047) in UTF-8."""
    return " ".join(f"=?utf-8?B?{base64.b64encode(chunk).decode()}?=" for chunk in _chunks(text))


def _chunks(text: str) -> Iterable[bytes]:
    """UTF-8 in pieces that split no character."""
    data = text.encode()
    start = 0
    while start < len(data):
        end = min(start + _CHUNK, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        yield data[start:end]
        start = end


def mailbox(who: Address) -> str:
    """`Name <address>`; what is no internet address, such as an Exchange name, stands there as it is."""
    name, address = one_line(who.name), one_line(who.address)
    address = "".join(address.replace("<", "").replace(">", "").split()) if "@" in address else address
    if not name:
        return address if "@" in address and address.isascii() else f"<{address}>" if address else ""
    return f"{_phrase(name)} <{address}>" if address else _phrase(name)


def _phrase(name: str) -> str:
    if _ATOMS.fullmatch(name) and "=?" not in name:
        return name
    if not name.isascii() or "=?" in name or "\\" in name:
        return encoded(name)
    return '"' + name.replace('"', '\\"') + '"'


def fold(line: str) -> str:
    """A field on lines of at most `WIDTH` characters where it has blanks, with its line end (RFC 5322 §2.2.3)."""
    lines: list[str] = []
    held = ""
    for number, word in enumerate(line.split(" ")):
        if number > 1 and held.strip() and len(held) + 1 + len(word) > WIDTH and word:
            lines.append(held)
            held = f" {word}"
        else:
            held = f"{held} {word}" if number else word
    return "\r\n".join([*lines, held]) + "\r\n"


def parameter(name: str, value: str) -> str:
    """`; name="value"` for a MIME field, on a line of its own; the parts and codes of RFC 2231 where it needs them."""
    value = one_line(value)
    if not value:
        return ""
    if value.isascii() and len(value) < WIDTH:
        quoted = value if _TOKEN.fullmatch(value) else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return f";\r\n {name}={quoted}"
    coded = [f"%{byte:02X}" if not _TOKEN.fullmatch(chr(byte)) else chr(byte) for byte in value.encode()]
    step = 20  # codes, each up to three characters long
    if len(coded) <= step:
        return f";\r\n {name}*=utf-8''{''.join(coded)}"
    pieces = ["".join(coded[at : at + step]) for at in range(0, len(coded), step)]
    pieces[0] = f"utf-8''{pieces[0]}"
    return "".join(f";\r\n {name}*{number}*={piece}" for number, piece in enumerate(pieces))


def date_field(seconds: float, zone: int | None = None) -> str:
    """A moment (seconds since 1970 UTC) as a Date field has it; `zone` in minutes east, None for -0000 (unknown).

    "" for what lies beyond the calendar.
    """
    try:
        moment = (_EPOCH + timedelta(seconds=int(seconds))).astimezone(timezone(timedelta(minutes=zone or 0)))
    except (OverflowError, ValueError):
        return ""
    sign = "-" if zone is None or zone < 0 else "+"
    hours, minutes = divmod(abs(zone or 0), 60)
    return (
        f"{_DAYS[moment.weekday()]}, {moment.day:02} {_MONTHS[moment.month - 1]} {moment.year:04} "
        f"{moment:%H:%M:%S} {sign}{hours:02}{minutes:02}"
    )
