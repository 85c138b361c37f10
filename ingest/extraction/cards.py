"""Calendars and contact cards as lines for people (RFC 5545 and RFC 6350, and vCard 2.1 as it was)."""

import quopri
import re
from collections.abc import Iterator

from ingest.charsets import decode

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"(?:[\w-]{1,40}\.)?([\w-]{1,60})((?:;(?:\"[^\"]*\"|[^\":;]*)+)*):(.*)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
_CN = re.compile(r";CN=(\"[^\"]*\"|[^;:]*)", re.I)
_BINARY = {"PHOTO", "LOGO", "SOUND", "KEY", "ATTACH", "X-ALT-DESC"}
_DUMB = {
    "BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "DTSTAMP", "SEQUENCE", "REV", "TZID", "TRIGGER", "ACTION",
    "TZOFFSETFROM", "TZOFFSETTO", "TZNAME",
}  # fmt: skip
_SAID = {
    "DTSTART": "Start", "DTEND": "End", "RRULE": "Repeats", "FN": "Name", "N": "Full name", "TEL": "Telephone",
    "ADR": "Address", "ORG": "Organisation", "BDAY": "Birthday", "EMAIL": "Email", "URL": "Address of a page",
}  # fmt: skip
_ZONE = {"VTIMEZONE", "STANDARD", "DAYLIGHT"}


def card_text(data: bytes) -> str:
    """One line a property: `Summary: …`, `Start: 2019-10-24 14:00 UTC`; an empty line between entries."""
    lines: list[str] = []
    within: list[str] = []
    for name, parameters, value in _properties(decode(data)[0]):
        if name in ("BEGIN", "END"):
            kind = value.strip().upper()
            within = [*within, kind] if name == "BEGIN" else within[:-1]
            if lines and lines[-1]:
                lines.append("")
        elif not _ZONE & set(within) and (said := _said(name, parameters, value)):
            lines.append(said)
    return "\n".join(lines).strip()


def _properties(text: str) -> Iterator[tuple[str, str, str]]:
    """(NAME, parameters, value) of each content line, unfolded."""
    lines = iter(_FOLD.sub("", text).splitlines())
    for line in lines:
        match = _LINE.fullmatch(line)
        if not match:
            continue
        name, parameters, value = match[1].upper(), match[2], match[3]
        if "QUOTED-PRINTABLE" in parameters.upper():
            while value.endswith("=") and (more := next(lines, None)) is not None:
                value = value[:-1] + more
            value = decode(quopri.decodestring(value.encode("latin-1", "replace")))[0]
        yield name, parameters, value


def _said(name: str, parameters: str, value: str) -> str:
    """A property on one line; "" for what is meant for machines."""
    upper = parameters.upper()
    if name in _DUMB or "BASE64" in upper or "ENCODING=B" in upper.replace("ENCODING=BASE64", ""):
        return ""
    if name in _BINARY and (len(value) > 500 or value.startswith("data:")):
        return ""
    value = _ESCAPED.sub(lambda match: " " if match[1] in "nN" else match[1], value)
    if moment := _MOMENT.fullmatch(value.strip()):
        year, month, day, hour, minute, utc = moment.groups()
        value = f"{year}-{month}-{day}" + (f" {hour}:{minute}{' UTC' if utc else ''}" if hour else "")
    if name in ("N", "ADR", "ORG"):
        value = ", ".join(part for part in value.split(";") if part)
    if person := _CN.search(parameters):
        value = f"{person[1].strip(chr(34))} <{value.removeprefix('mailto:').removeprefix('MAILTO:')}>"
    return f"{_SAID.get(name) or name.removeprefix('X-').replace('-', ' ').capitalize()}: {value.strip()}"
