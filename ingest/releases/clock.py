"""Dates as releases print them, scanned and misread: "Monday, Apnl 12. 2010 5:31 PM", "Sat Dec 04 13:53:21 2010"."""

import calendar
import re
from datetime import date
from functools import lru_cache
from itertools import product

from msgspec import Struct

from ingest.dates import parse_date
from ingest.releases.blocks import distance

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# "mondayjanuary", "monjan", and the months alone: what the letters before the day's number are compared with.
_NAMES = (
    {day + month: number for day, (number, month) in product(_DAYS, enumerate(_MONTHS, 1))}
    | {day[:3] + month[:3]: number for day, (number, month) in product(_DAYS, enumerate(_MONTHS, 1))}
    | {month: number for number, month in enumerate(_MONTHS, 1)}
    | {month[:3]: number for number, month in enumerate(_MONTHS, 1)}
)
_LETTERS = re.compile(r"[^a-z]+")
_DIGITS = str.maketrans({"l": "1", "I": "1", "|": "1", "!": "1", "i": "1", "O": "0", "o": "0", "S": "5", "B": "8",
                          "Z": "2"})  # fmt: skip
_MIXED = re.compile(r"(?<![A-Za-z])(?=[\dlIOoSB|!iZ]*\d)[\dlIOoSB|!iZ]{1,6}(?![A-Za-z])")
# Blanks that were lost: "Feb 2112:54:01 2011", "3 Jan 201112:29 PM".
_JOINED = ((re.compile(r"\b(\d{1,2})(\d\d:\d\d:\d\d)\b"), r"\1 \2"),
           (re.compile(r"\b((?:19|20)\d\d)(\d{1,2}:\d\d)"), r"\1 \2"))  # fmt: skip
_FIRST = re.compile(r"([^\d]{3,40}?)\s*(\d{1,2})(?!\d)[\s,.;_-]*(.*)", re.S)
_NUMBERS = re.compile(r"(\d{1,2})/(\d{1,2})/((?:19|20)\d\d\b.*?\b(?:([AP])\.?M\b.*|$))", re.S | re.I)  # month first
_US = re.compile(r"((?:19|20)\d\d)(?P<clock>.*)", re.S)  # year, then the time, perhaps without a blank between
_UNIX = re.compile(r"(?P<clock>\d{1,2}[:.]\d\d[:.]\d\d)\s*[A-Z]{0,4}\s*((?:19|20)\d\d)")
_TIME = re.compile(r"\W{0,4}(\d{1,2})\s?[:.;, ]?\s?([0-5]\d)(?:\s?[:.]\s?([0-5]\d))?[\s.:_-]*([AaPp])?")
_HOUR = re.compile(r"\W{0,4}(\d{1,2})\s?([AaPp])\.?[Mm]?")


class Clock(Struct, frozen=True):
    """A moment on the clock of whoever printed it: `zone` in minutes east of UTC where it is given, else None."""

    year: int
    month: int
    day: int
    hour: int = 0
    minute: int = 0
    second: int = 0
    zone: int | None = None
    timed: bool = True  # False where only the day can be read


def seconds_of(clock: Clock) -> int:
    """The moment in seconds since 1970 UTC; where no zone is given the clock is taken for one in UTC."""
    told = (clock.year, clock.month, clock.day, clock.hour, clock.minute, clock.second)
    return calendar.timegm(told) - 60 * (clock.zone or 0)


@lru_cache(maxsize=8192)
def read_clock(text: str) -> Clock | None:
    """The date and time in a Sent or Date field, None when no day can be read."""
    text = " ".join(text.split())[:120]
    for pattern, parted in _JOINED:
        text = pattern.sub(parted, text)
    found = _FIRST.match(_MIXED.sub(lambda word: word[0].translate(_DIGITS), text))
    if found and (month := _month(found[1])):
        clock = _american(month, int(found[2]), found[3])
        if clock is not None:
            return clock
    if (found := _NUMBERS.match(text)) and found[4] and (clock := _american(int(found[1]), int(found[2]), found[3])):
        return clock
    when = parse_date(text)
    if when is None:
        return None
    local = when.seconds + (when.zone or 0) * 60
    days, rest = divmod(local, 86400)
    day = date.fromordinal(date(1970, 1, 1).toordinal() + days)
    if not 1970 <= day.year <= 2100:
        return None
    return Clock(day.year, day.month, day.day, rest // 3600, rest // 60 % 60, rest % 60, when.zone, bool(rest))


def _american(month: int, day: int, rest: str) -> Clock | None:
    """The moment of a month, a day, and "2010 5:31 PM" or "13:53:21 2010"."""
    found = _UNIX.match(rest) or _US.match(rest)
    if found is None:
        return None
    year = int(found[2] if found.re is _UNIX else found[1])
    try:
        date(year, month, day)
    except ValueError:
        return None
    return _timed(Clock(year, month, day, timed=False), found["clock"])


def _timed(day: Clock, clock: str) -> Clock:
    """The day with the time that the text gives, if any."""
    found = _TIME.match(clock)
    if found:
        hour, minute, second, half = int(found[1]), int(found[2]), int(found[3] or 0), found[4]
    elif found := _HOUR.match(clock):
        hour, minute, second, half = int(found[1]), 0, 0, found[2]
    else:
        return day
    if half and hour <= 12:
        hour = hour % 12 + (12 if half in "pP" else 0)
    if hour > 23:
        return day
    return Clock(day.year, day.month, day.day, hour, minute, second)


@lru_cache(maxsize=2048)
def _month(letters: str) -> int:
    """The month that the letters before the day name, after a weekday or alone; 0 for none."""
    bare = _LETTERS.sub("", letters.lower())
    if bare in _NAMES:
        return _NAMES[bare]
    if not 3 <= len(bare) <= 22:
        return 0
    most = 1 if len(bare) < 8 else 2 if len(bare) < 11 else 4
    near = [(distance(bare, name), number) for name, number in _NAMES.items() if abs(len(name) - len(bare)) <= most]
    best = min(near, default=(99, 0))
    if best[0] > most or any(far == best[0] and number != best[1] for far, number in near):
        return 0
    return best[1]
