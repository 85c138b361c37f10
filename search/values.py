"""What stands after an operator: dates, spans of time, sizes, addresses, fixed words, each read into a node."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from search.operators import ARC, DKIM, HAS, IS
from search.query import Between, Exact, Node
from search.words import tokens

DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)([kmgt]?)(?:i?b)?", re.IGNORECASE)
_AGO = re.compile(r"(\d{1,5})([dwmy])", re.IGNORECASE)
_MOMENT = re.compile(
    r"(\d{4})(?:([-/])(\d{1,2})(?:\2(\d{1,2})(?:T(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?Z?)?)?)?", re.IGNORECASE
)
_COUNT = re.compile(r"[0-9]{1,9}")
_MORE = re.compile(r"([<>]=?|[≤≥]) ?([0-9]{1,9})")
_RANGE = re.compile(r"\.{2,3}|…")
DATES = "dates are written 2015-08-03, 2015-08 or 2015"


class ValueProblem(Exception):
    """A value that can't be read: the sentence, and what would do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def midnight(year: int, month: int, day: int) -> int:
    """The start of a day in seconds since 1970 UTC."""
    return (date(year, month, day).toordinal() - _EPOCH) * DAY


def moment(text: str) -> tuple[int, int]:
    """A year, month, day, hour, minute or second (ISO 8601 or with /) as [start, end) in seconds since 1970 UTC."""
    match = _MOMENT.fullmatch(text)
    if not match or not text.isascii():
        raise ValueProblem(f'"{text}" is not a date', DATES)
    year, _, month, day, *clock = match.groups()
    if not 1 <= int(year) <= 9999:
        raise ValueProblem("There is no year 0", DATES)
    if month and not 1 <= int(month) <= 12:
        raise ValueProblem(f'There is no month {month} in "{text}"', DATES)
    try:
        start = midnight(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise ValueProblem(f"{year}-{int(month):02} has no day {day}", DATES) from None
    if clock[0]:
        return _clock(text, start, [int(part) for part in clock if part])
    if day:
        return start, start + DAY
    last = date(int(year), int(month) if month else 12, 1)
    days = 31 if last.month == 12 else (date(last.year, last.month + 1, 1) - last).days
    return start, (last.toordinal() + days - _EPOCH) * DAY


def _clock(text: str, start: int, parts: list[int]) -> tuple[int, int]:
    if parts[0] > 23 or any(part > 59 for part in parts[1:]):
        raise ValueProblem(f'"{text}" has no such time of day', "times are written 2015-08-03T14:05, in UTC")
    seconds = sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))
    return start + seconds, start + seconds + (3600, 60, 1)[len(parts) - 1]


def dates(text: str) -> Node:
    """The value of `date:`: one date, a range (both ends count), "none" or "doubtful"."""
    if text.lower() in ("none", "doubtful"):
        return Exact("date", text.lower())
    first, dots, last = _split(text)
    if not dots:
        return Between("date", *moment(text))
    if not first and not last:
        raise ValueProblem("A range needs at least one end", "date:2015.. is from 2015 on, date:..2015 until then")
    low = moment(first)[0] if first else None
    high = moment(last)[1] if last else None
    if low is not None and high is not None and low >= high:
        raise ValueProblem("The range ends before it begins", f"date:{last}..{first}")
    return Between("date", low, high)


def _split(text: str) -> tuple[str, bool, str]:
    match = _RANGE.search(text)
    return (text[: match.start()], True, text[match.end() :]) if match else (text, False, "")


def ago(text: str, today: date) -> int:
    """The start (UTC) of the day that lies `2d`, `3w`, `6m` or `1y` before today; months and years by the calendar."""
    match = _AGO.fullmatch(text)
    if not match or not text.isascii():
        raise ValueProblem(f'"{text}" is not a length of time', "such as 2d, 3w, 6m or 1y: days, weeks, months, years")
    count, unit = int(match[1]), match[2].lower()
    try:
        if unit in "dw":
            day = today - timedelta(days=count * (7 if unit == "w" else 1))
        else:
            months = today.year * 12 + today.month - 1 - count * (12 if unit == "y" else 1)
            first = date(months // 12, months % 12 + 1, 1)
            after = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
            day = min(first + timedelta(days=today.day - 1), after - timedelta(days=1))
    except (ValueError, OverflowError):
        raise ValueProblem(f'"{text}" ago is before the calendar begins') from None
    return midnight(day.year, day.month, day.day)


def size(text: str) -> int:
    """A size in bytes: `5M`, `10k`, `1.5GB`, `700`; units of 1,024."""
    match = _SIZE.fullmatch(text)
    if not match or not text.isascii():
        raise ValueProblem(f'"{text}" is not a size', "sizes are written 700, 10k, 5M or 1.5G")
    number = float(match[1]) if "." in match[1] else int(match[1])
    return min(int(number * _UNITS[match[2].lower()]), (1 << 62) - 1)


def sizes(text: str) -> Node:
    """The value of `size:`: a range from the first size to below the second, or one size for "at least"."""
    first, dots, last = _split(text)
    if dots and not first and not last:
        raise ValueProblem("A range needs at least one end", "size:1M.. is at least 1 MB, size:..1M below that")
    low = size(first) if first or not dots else None
    high = size(last) if last else None
    if low is not None and high is not None and low >= high:
        raise ValueProblem("The range ends before it begins", f"size:{last}..{first}")
    return Between("size", low, high)


def cited(text: str) -> Node:
    """The value of `cited:`: a number of articles, one that is passed or not reached, or a range (both ends count)."""
    if match := _MORE.fullmatch(text):
        number = int(match[2])
        mark = match[1].replace("≥", ">=").replace("≤", "<=")
        if mark.startswith(">"):
            return Between("cited", number + (mark == ">"), None)
        if number + (mark == "<=") < 1:
            raise ValueProblem("No mail is cited by fewer than 0 articles", "cited:0 is what none cites")
        return Between("cited", None, number + (mark == "<="))
    first, dots, last = _split(text)
    ends = [first, last] if dots else [first, first]
    if not any(ends) or not all(_COUNT.fullmatch(end) for end in ends if end):
        raise ValueProblem(f'"{text}" is not a number of articles', "such as cited:3, cited:>2, cited:2..5 or cited:0")
    low = int(ends[0]) if ends[0] else None
    high = int(ends[1]) + 1 if ends[1] else None
    if low is not None and high is not None and low >= high:
        raise ValueProblem("The range ends before it begins", f"cited:{last}..{first}")
    return Between("cited", low, high)


def _article(text: str, today: date) -> Node:
    value = text.lower()
    if not re.fullmatch(r"[0-9a-f]{8,64}", value):
        raise ValueProblem(f'"{text}" is not the id of an article', "8 to 64 hexadecimal digits, as in its address")
    return Exact("cited-by", value)


def _known(field: str, known: dict[str, str]) -> Callable[[str, date], Node]:
    def read(text: str, today: date) -> Node:
        value = text.lower()
        for name in (value, value.removesuffix("s")):
            if name in known:
                return Exact(field, name)
        raise ValueProblem(f'{field}: does not know "{text}"', f"it knows {', '.join(known)}")

    return read


def _lang(text: str, today: date) -> Node:
    value = text.lower()
    if not re.fullmatch(r"[a-z]{2,3}", value):
        raise ValueProblem(f'"{text}" is not the code of a language', "two letters of ISO 639-1, such as lang:fr")
    return Exact("lang", value)


def _person(field: str) -> Callable[[str, date], Node]:
    def read(text: str, today: date) -> Node:
        if not tokens(text):
            raise ValueProblem(f"{field}: needs a name, an address or a person's id", f"such as {field}:podesta")
        return Exact(field, text)

    return read


def _id(field: str) -> Callable[[str, date], Node]:
    def read(text: str, today: date) -> Node:
        value = text.removeprefix("<").removesuffix(">")
        return Exact(field, value.lower() if re.fullmatch(r"g?[0-9a-fA-F]{8,64}", value) else value)

    return read


READERS: dict[str, Callable[[str, date], Node]] = {
    "has": _known("has", HAS),
    "is": _known("is", IS),
    "dkim": _known("dkim", DKIM),
    "arc": _known("arc", ARC),
    "person": _person("person"),
    "wrote": _person("wrote"),
    "got": _person("got"),
    "list": lambda text, today: Exact("list", text.removeprefix("<").removesuffix(">").replace("@", ".").lower()),
    "domain": lambda text, today: Exact("domain", text.rpartition("@")[2].lower()),
    "id": _id("id"),
    "thread": _id("thread"),
    "label": lambda text, today: Exact("label", text.casefold()),
    "tag": lambda text, today: Exact("tag", " ".join(text.casefold().split())),
    "note": lambda text, today: Exact("note", text),
    "number": lambda text, today: Exact("number", text),
    "collection": lambda text, today: Exact("collection", text),
    "lang": _lang,
    "cited": lambda text, today: cited(text),
    "cited-by": _article,
    "outlet": lambda text, today: Exact("outlet", text),
    "larger": lambda text, today: Between("size", size(text), None),
    "smaller": lambda text, today: Between("size", None, size(text)),
    "size": lambda text, today: sizes(text),
    "before": lambda text, today: Between("date", None, moment(text)[0]),
    "older": lambda text, today: Between("date", None, moment(text)[0]),
    "after": lambda text, today: Between("date", moment(text)[0], None),
    "newer": lambda text, today: Between("date", moment(text)[0], None),
    "on": lambda text, today: Between("date", *moment(text)),
    "date": lambda text, today: dates(text),
    "older_than": lambda text, today: Between("date", None, ago(text, today)),
    "newer_than": lambda text, today: Between("date", ago(text, today), None),
}
