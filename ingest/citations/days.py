"""Dates that an article names, as far as it names them, as spans of days; and how a message's date agrees with them."""

import re
from calendar import monthrange
from datetime import date
from typing import NamedTuple

from ingest.written_dates import MONTHS
from mappings.articles import Span

_SEASONS = {
    name: number
    for number, names in (
        (4, "spring printemps frühjahr frühling primavera lente voorjaar wiosną wiosna весной"),
        (7, "summer été sommer verano estate verão zomer latem lato летом"),
        (10, "autumn fall automne herbst otoño autunno outono herfst najaar jesienią jesień осенью"),
        (12, "late end fin ende finales fine final eind koniec в\u00a0конце"),
        (1, "early beginning début anfang principios inizio início begin początek"),
    )
    for name in names.split()
}  # fmt: skip
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_MONTHS = MONTHS | {
    name: number
    for number, names in enumerate((  # as "in" has them, where a language inflects
        "январе styczniu", "феврале lutym", "марте marcu", "апреле kwietniu", "мае maju", "июне czerwcu",
        "июле lipcu", "августе sierpniu", "сентябре wrześniu", "октябре październiku", "ноябре listopadzie",
        "декабре grudniu",
    ), 1)
    for name in names.split()
}  # fmt: skip
_NAMES = "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))
_OF = r"(?:\s+(?:de|del|of|di|d'|d’|do|van|roku))?"
_DATED = re.compile(
    rf"(?<!\w)(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|ª)?{_OF}\s+)?(?P<month>{_NAMES})\b\.?"
    rf"(?:\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:\s*,)?)?(?:{_OF}[\s,]*{_YEAR}(?!\d))?",
    re.IGNORECASE,
)
_SEASON = re.compile(
    rf"(?<!\w)(?P<season>{'|'.join(_SEASONS)})\s+(?:(?:de|of|the|des|del|dell'|do|van|in|года|jahres|jaar|l’été)\s+)?{_YEAR}(?!\d)",
    re.IGNORECASE,
)
_ISO = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)")
_SLASHED = re.compile(r"(?<![\d/.])(?P<one>\d{1,2})[/.](?P<two>\d{1,2})[/.](?P<year>(?:19|20)\d\d)(?!\d)")
_BARE = re.compile(rf"(?<![\d.,/$€£-]){_YEAR}(?![\d/]|[.,]\d)")
_MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_UNSURE = (
    "may mar mars sept set out ago dec jan led pro haz lis sie kas dub mai mag aralık nis lip cze gen ene jun mart "
    "marca elo elok touko loka syys août aug"
)
AMBIGUOUS = frozenset(_UNSURE.split())  # are other words, too


class Day(NamedTuple):
    """A date that is named in `span`: year, month and day, 0 for what isn't given; `lo` to `hi` are days it may be."""

    year: int
    month: int
    day: int
    lo: int
    hi: int
    span: Span


def dates_in(text: str, start: int = 0, end: int | None = None) -> list[Day]:
    """The dates named in `text[start:end]`, in order. A month without a year is a date too, without days to be."""
    end = len(text) if end is None else end
    found: list[Day] = []
    taken: list[tuple[int, int]] = []
    for pattern in (_ISO, _SLASHED, _DATED, _SEASON, _BARE):
        for match in pattern.finditer(text, start, end):
            if any(match.start() < right and left < match.end() for left, right in taken):
                continue
            day = _read(match)
            if day is not None:
                found.append(day)
                taken.append(match.span())
    return sorted(found, key=lambda day: day.span.start)


def _read(match: re.Match[str]) -> Day | None:
    got = match.groupdict()
    span = Span(match.start(), match.end())
    year = int(got.get("year") or 0)
    if "one" in got:
        one, two = int(got["one"]), int(got["two"])
        day, month = (one, two) if two <= 12 else (two, one)
        return _day(year, month, day, span)
    if "season" in got:
        middle = _SEASONS[got["season"].lower()]
        lo, hi = _ordinal(year, max(middle - 3, 1), 1), _ordinal(year, min(middle + 3, 12), 28)
        return Day(year, 0, 0, lo, hi, span)
    if not got.get("month"):
        return Day(year, 0, 0, _ordinal(year, 1, 1), _ordinal(year, 12, 31), span)
    month = int(got["month"]) if got["month"].isdigit() else _MONTHS[got["month"].lower()]
    day = int(got.get("day") or got.get("day2") or 0)
    if not year and (not day or (got["month"].lower() in AMBIGUOUS and got["month"].islower())):
        plain = len(got["month"]) > 4 and got["month"].lower() not in AMBIGUOUS
        return Day(0, month, 0, 0, 0, span) if plain else None
    return _day(year, month, day, span)


def _day(year: int, month: int, day: int, span: Span) -> Day | None:
    if not 1 <= month <= 12 or day > 31:
        return None
    if not year:
        return Day(0, month, day, 0, 0, span)
    last = monthrange(year, month)[1]
    if day > last:
        return None
    return Day(year, month, day, _ordinal(year, month, day or 1), _ordinal(year, month, day or last), span)


def _ordinal(year: int, month: int, day: int) -> int:
    return (date(year, month, day) - date(1970, 1, 1)).days


def agreement(day: Day, seconds: int) -> float:
    """How well a message's date fits one that is named: 1 the day, .8 the month, .4 the year or time of year, 0 nothing
    to say; below 0 they conflict, less so if the month is the same in another year."""
    at = seconds / 86400
    when = date.fromordinal(date(1970, 1, 1).toordinal() + int(at // 1))
    if not day.year:
        same = abs(when.month - day.month) in (0, 11) if not day.day else (when.month, when.day) == (day.month, day.day)
        return 0.2 * same
    if day.lo - 1.2 <= at <= day.hi + 2.2:
        return 1.0 if day.day else 0.8 if day.month else 0.4
    if day.month and when.month == day.month and abs(when.year - day.year) == 1:
        return -0.3
    away = min(abs(at - day.lo), abs(at - day.hi))
    return -0.3 if away < 40 else -1.0


def written(seconds: int) -> str:
    """A message's date for people: "3 August 2015"."""
    when = date.fromordinal(date(1970, 1, 1).toordinal() + int(seconds // 86400))
    return f"{when.day} {_MONTH_NAMES[when.month - 1]} {when.year}"
