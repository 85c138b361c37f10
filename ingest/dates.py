"""Date headers -> seconds and zone, for the forms that RFC 5322 allows and those that occur all the same."""

import re
import time
from datetime import date
from functools import lru_cache

from msgspec import Struct

from mappings.records import DateSource

_MONTHS = {name: number for number, names in enumerate((
    "jan januar january janv janvier enero gennaio gen ene januari янв января",
    "feb february februar febr fév févr février febrero febbraio fev fevereiro februari фев февраля",
    "mar march märz mär mrz mars marzo março mrt maart мар марта", "apr april avr avril abril abr aprile апр апреля",
    "may mai mayo maggio mag maio mei мая май",
    "jun june juni juin junio giugno giu junho июн июня",
    "jul july juli juil juillet julio luglio lug julho июл июля",
    "aug august août aou aout agosto ago augustus авг августа",
    "sep sept september septembre septiembre settembre set setembro сен сентября",
    "oct october okt oktober octobre octubre ottobre ott outubro out окт октября",
    "nov november novembre noviembre novembro ноя ноября",
    "dec december dez dezember déc décembre diciembre dic dicembre dezembro desember дек декабря"), 1)
    for name in names.split()}  # fmt: skip
# Minutes east of UTC. Names with several meanings (IST, BST in Asia) have the one that mail uses most.
_ZONES = {"ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 60, "bst": 60, "met": 60, "mez": 60, "cet": 60,
    "mest": 120, "cest": 120, "mesz": 120,
          "met dst": 120, "eet": 120, "eest": 180, "msk": 180, "msd": 240, "ist": 330, "sgt": 480, "hkt": 480,
          "jst": 540, "kst": 540, "aest": 600, "aedt": 660,
          "nzst": 720, "nzdt": 780, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360,
          "pst": -480, "pdt": -420, "akst": -540,
          "akdt": -480, "hst": -600, "ast": -240, "adt": -180, "nst": -210, "brt": -180, "art": -180}  # fmt: skip
_CLOCK = r"(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2})(?:[.,]\d{1,9})?)?(?:\s*([AaPp])\.?[Mm]\.?)?"
_COMMON = re.compile(r"\s*(?:[A-Za-z]{3},?\s+)?(\d{1,2} [A-Z][a-z]{2} \d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d{4})(?!\d)")
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|\.|º)?[\s\-/]+(?:de\s+)?([^\W\d_]{3,12})\.?[\s\-/,]+(?:de\s+)?(\d{2,4})(?!\d)"
)
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(?:(\d{4})\b|(?=\d{1,2}:))")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})([/.])(\d{1,2})\2(\d{2,4})")
_TIME = re.compile(_CLOCK)
_YEAR = re.compile(r"\b(\d{4})\b")
_ZONE = re.compile(
    r"(?:GMT|UTC)?\s*([+-])\s?(\d{1,2}):?(\d\d)\b|(?:GMT|UTC)([+-])(\d{1,2})\b|\b([A-Za-z]{2,4}(?: DST)?|Z)\b"
)
# Two digits are looked up faster than they are read; what no clock shows is not there.
_HOURS = {f"{hour:02}": hour * 3600 for hour in range(24)}
_MINUTES = {f"{minute:02}": minute * 60 for minute in range(60)}
_SECONDS = {f"{second:02}": second for second in range(60)}
_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86400
EARLIEST = 2 * 86400  # seconds; a clock that starts at 1970-01-01, in any zone, is no date
_AHEAD = 2 * 86400  # a date this far past the present, or past its own receipt, can't be true
_LATER = 31 * 86400


class When(Struct, frozen=True, gc=False):
    """A moment: `seconds` since 1970 UTC, `zone` in minutes east of UTC or None when the text gives none."""

    seconds: int
    zone: int | None


def parse_date(text: str) -> When | None:
    """The moment a date header names, None when it can't be read. A time without a zone is taken as UTC."""
    found = _COMMON.match(text)
    return (_common(found) if found else None) or _any_date(text[:200])


def _common(found: re.Match[str]) -> When | None:
    """The moment in the form that nearly all programs write; None for what no calendar or clock shows."""
    day, hour, minute, second, offset = found.groups()
    midnight = _midnight(day, offset)
    if midnight is None:
        return None
    start, zone = midnight
    try:
        return When(start + _HOURS[hour] + _MINUTES[minute] + _SECONDS[second], zone)
    except KeyError:
        return _at(start + (zone or 0) * 60, int(hour), int(minute), int(second), zone)


def _any_date(text: str) -> When | None:
    """The moment in any other form."""
    calendar = _calendar(text)
    if not calendar:
        return None
    year_, month_, day_, rest = calendar
    hour_ = minute_ = second_ = 0
    clock = _TIME.search(rest)
    if clock:
        hour_, minute_, second_ = int(clock[1]), int(clock[2]), int(clock[3] or 0)
        if clock[4]:
            hour_ = hour_ % 12 + (12 if clock[4] in "pP" else 0)
        rest = rest[clock.end() :]
    return _moment(year_, month_, day_, hour_, minute_, second_, _zone(rest) if clock else None)


@lru_cache(maxsize=8192)
def _midnight(day: str, offset: str) -> tuple[int, int | None] | None:
    """Seconds since 1970 UTC of the midnight that "3 Aug 2019" begins with at "+0530", and the zone; None when there is
    no such day. "-0000" says that the zone is not known."""
    number, month, year = day.split(" ")
    minutes = int(offset[1:3]) * 60 + int(offset[3:])
    zone = None if offset == "-0000" else -minutes if offset[0] == "-" else minutes
    if month.lower() not in _MONTHS:
        return None
    when = _moment(int(year), _MONTHS[month.lower()], int(number), 0, 0, 0, zone)
    return (when.seconds, when.zone) if when else None


def _calendar(text: str) -> tuple[int, int, int, str] | None:
    """Year, month, day, and the rest of the text, which holds the time."""
    if found := _YEAR_FIRST.search(text):
        return int(found[1]), int(found[2]), int(found[3]), text[found.end() :]
    if (found := _DAY_FIRST.search(text)) and found[2].lower() in _MONTHS:
        return _century(found[3]), _MONTHS[found[2].lower()], int(found[1]), text[found.end() :]
    for found in _MONTH_FIRST.finditer(text):
        month = _MONTHS.get(found[1].lower())
        rest = text[found.end() :]
        year = found[3] or ((later := _YEAR.search(rest)) and later[1])
        if month and year:
            return int(year), month, int(found[2]), rest if found[3] else rest.replace(str(year), "", 1)
    if found := _NUMBERS.search(text):
        first, second = int(found[1]), int(found[3])
        if found[2] == "." or first > 12:
            return _century(found[4]), second, first, text[found.end() :]
        if second > 12 or first == second:
            return _century(found[4]), first, second, text[found.end() :]
    return None


def _century(year: str) -> int:
    """RFC 5322 §4.3: two digits below 50 are 20xx, two or three digits else count from 1900."""
    number = int(year)
    if len(year) >= 4:
        return number
    return number + (2000 if number < 50 else 1900)


def _zone(text: str) -> int | None:
    """Minutes east of UTC that follow a time, None when there are none or their name means nothing."""
    for found in _ZONE.finditer(text):
        if found[1] or found[4]:
            minutes = int(found[2] or found[5]) * 60 + int(found[3] or 0)
            sign = -1 if "-" in (found[1], found[4]) else 1
            return None if sign < 0 and not minutes else sign * minutes
        named = _ZONES.get(found[6].lower())
        if named is not None:
            return named
    return None


def _moment(year: int, month: int, day: int, hour: int, minute: int, second: int, zone: int | None) -> When | None:
    """Seconds since 1970 for a wall clock; None for what no calendar has. A zone beyond 15 hours is none."""
    if not 1 <= year <= 9999:
        return None
    try:
        start = (date(year, month, day).toordinal() - _EPOCH) * 86400
    except ValueError:
        return None
    return _at(start, hour, minute, second, zone)


def _at(start: int, hour: int, minute: int, second: int, zone: int | None) -> When | None:
    """The moment of a time on the day that begins at `start`; 24:00 is the next day's beginning."""
    if hour == 24:
        hour, start = 0, start + 86400
    if hour > 23 or minute > 59 or second > 61:
        return None
    if zone is not None and abs(zone) > 900:
        zone = None
    return When(start + hour * 3600 + minute * 60 + min(second, 59) - (zone or 0) * 60, zone)


def choose_date(header: str, received: list[str], now: float | None = None) -> tuple[When | None, DateSource, str]:
    """The message's moment, its source ("header", "received", "none") and why it is not the Date header's.

    The newest Received date stands in for a header that is absent, unreadable, before 1970-01-03 (a clock that was
    never set), more than two days in the future, or more than a month after the mail was received.
    """
    now = time.time() if now is None else now
    when = parse_date(header) if header else None
    if when and EARLIEST <= when.seconds <= now + _AHEAD and received:
        handed = _newest(received[:1], now)  # nearly always settles it
        if handed and when.seconds <= handed.seconds + _LATER:
            return when, "header", ""
    newest = _newest(received, now)
    if not header.strip():
        reason = "no Date header"
    elif when is None:
        reason = "the Date header can't be read"
    elif when.seconds < EARLIEST:
        reason = "the Date header lies before e-mail"
    elif newest and when.seconds > newest.seconds + _LATER:
        reason = "the Date header is later than the mail was received"
    elif when.seconds > now + _AHEAD:
        reason = "the Date header lies in the future"
    else:
        return when, "header", ""
    return (newest, "received", reason) if newest else (None, "none", reason)


def doubt(when: When, received: list[str]) -> When | None:
    """The moment that the first server noted, where `when` lies more than a day before or after it.

    None when it does not, when no server noted any, and when the last server's moment confirms the date.
    """
    if received and (last := received_date(received[0])) and abs(last.seconds - when.seconds) <= _DAY:
        return None
    for value in reversed(received[:100]):
        first = received_date(value)
        if first and first.seconds >= EARLIEST:
            return first if abs(first.seconds - when.seconds) > _DAY else None
    return None


@lru_cache(maxsize=64)
def received_date(value: str) -> When | None:
    """The moment that a Received field gives, after its last semicolon."""
    at = value.rfind(";") + 1
    if len(value) - at > 100:
        at = len(value) - 100
    found = _COMMON.match(value, at)
    return (_common(found) if found else None) or _any_date(value[at:])


def _newest(received: list[str], now: float) -> When | None:
    """The latest believable moment that Received fields give."""
    best: When | None = None
    for value in received[:100]:
        when = received_date(value)
        if when and EARLIEST <= when.seconds <= now + _AHEAD and (best is None or when.seconds > best.seconds):
            best = when
    return best
