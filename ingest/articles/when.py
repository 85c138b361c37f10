"""Dates of articles as pages, feeds and tables have them -> ISO 8601, as far as they are given."""

import re
from datetime import UTC, datetime, timedelta, timezone

from ingest.dates import parse_date
from ingest.written_dates import find_date

_ISO = re.compile(
    r"([12]\d{3})(?:-?(\d\d)(?:-?(\d\d))?)?"
    r"(?:[T ](\d\d):?(\d\d)(?::?(\d\d))?(?:[.,]\d+)?\s?(Z|[+-]\d\d:?\d\d|[+-]\d\d)?)?(?:\s?(?:UTC|GMT))?",
    re.I,
)
_SECONDS = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}")
_FIRST = 1850  # years; what is older is no article's


def iso_date(text: str) -> str:
    """The date in a field: "2016", "2016-10", "2016-10-11", "2016-10-11T09:30:00+02:00"; "" for none."""
    text = " ".join(text.split())[:100]
    if _SECONDS.fullmatch(text):
        number = float(text)
        return _since(number / 1000 if number > 1e11 else number)
    if found := _ISO.fullmatch(text):
        if iso := _checked(found):
            return iso
        if found[4]:
            return ""
    if re.match(r"[A-Za-z]{3},? \d", text) and (moment := parse_date(text)):  # RFC 5322, as RSS has it
        zone = moment.zone or 0
        when = datetime.fromtimestamp(moment.seconds, timezone(timedelta(minutes=zone)))
        return when.isoformat() if moment.zone is not None else when.replace(tzinfo=None).isoformat()
    written = find_date(text)
    return written.iso if written and int(written.iso[:4]) >= _FIRST else ""


def _checked(found: re.Match[str]) -> str:
    """The parts of an ISO date put together again; "" for what no calendar has."""
    year, month, day, hour, minute, second, zone = found.groups()
    if len(found[0]) == 6 and month:  # 201610 may be anything
        return ""
    try:
        datetime(int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), min(int(second or 0), 59))
    except ValueError:
        return ""
    if int(year) < _FIRST:
        return ""
    iso = "-".join(filter(None, (year, month, day)))
    if not hour or not day:
        return iso
    iso += f"T{hour}:{minute}" + (f":{second}" if second else "")
    if zone in ("Z", "z") or re.search(r"(?:UTC|GMT)$", found[0], re.I):
        return f"{iso}+00:00"
    digits = re.sub(r"\D", "", zone or "")
    return f"{iso}{zone[0]}{digits[:2]}:{digits[2:] or '00'}" if zone else iso


def _since(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(int(seconds), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""
