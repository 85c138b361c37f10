"""What is odd about a mail's date and about the clocks of the servers that passed it on: doubts, never verdicts."""

import re
import time
from datetime import UTC, datetime, timedelta

from ingest.dates import EARLIEST, When, doubt, received_date
from mappings.records import Note

DATE, ROUTE = "date-doubtful", "route-doubtful"
_DAY, _HOUR = 86_400, 3_600
_YEAR = 365 * _DAY  # into 1971: clocks that were never set
_MOST = 50  # Received fields that are looked at
_EASTMOST, _WESTMOST = 14 * 60, -12 * 60  # minutes: Line Islands, Baker Island
_HOST = re.compile(r"(?<![\w.@-])(?:[A-Za-z0-9_-]+\.)+[A-Za-z]{2,24}(?![\w-])")
_NOWHERE = (".localdomain", ".local", ".internal", ".lan")  # what says no more than "here"
_ZONE = re.compile(r"\d\d?:\d\d(?::\d\d)?\s*([+-])(\d\d)(\d\d)\b")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def date_doubts(header: str, when: When, received: list[str], now: float | None = None) -> list[Note]:
    """Doubts about the moment `when` that the Date header gave, by itself and against the servers' moments."""
    found = []
    if noted := doubt(when, received):
        told = f"The Date header says {_utc(when)}, the first server that passed the mail on {_utc(noted)}."
        found.append(told)
    if when.seconds > (time.time() if now is None else now) + _DAY:
        found.append(f"The Date header says {_utc(when)}, which is yet to come.")
    elif when.seconds < EARLIEST + _YEAR:
        found.append(f"The Date header says {_utc(when)}, when there was hardly any mail.")
    if (when.zone is None or not _WESTMOST <= when.zone <= _EASTMOST) and (zone := _impossible(header)):
        found.append(f"The Date header names the time zone {zone}, which there is not.")
    return [Note(DATE, told) for told in found]


def _impossible(header: str) -> str:
    """The numeric zone of a Date header if it lies nowhere on earth, else ""."""
    zone = _ZONE.search(header)
    if not zone:
        return ""
    minutes = int(zone[2]) * 60 + int(zone[3])
    signed = -minutes if zone[1] == "-" else minutes
    return "".join(zone.groups()) if not _WESTMOST <= signed <= _EASTMOST else ""


def route_doubts(received: list[str]) -> list[Note]:
    """A doubt where a server noted a moment more than an hour before that of the server it had the mail from."""
    before: When | None = None
    for value in reversed(received[:_MOST]):
        when = received_date(value)
        if when is None:
            continue
        if before and before.seconds - when.seconds > _HOUR:
            told = f"A server that passed the mail on noted {_utc(when)}, the one before it {_utc(before)}."
            return [Note(ROUTE, told)]
        before = when
    return []


def strangers(by: str, text: str) -> bool:
    """Whether a server's own name (`by`) has no domain in common with those that the next one says it had the mail
    from. Names without a domain, and addresses, tell nothing."""
    own, other = _domains(by), _domains(text)
    return bool(own and other) and not own & other


def _domains(text: str) -> set[str]:
    """The last two labels of every host name in a text."""
    found = {".".join(name.lower().split(".")[-2:]) for name in _HOST.findall(text[:1000])}
    return {name for name in found if not name.endswith(_NOWHERE)}


def _utc(when: When) -> str:
    """A moment for reading: "2015-01-05 09:00 UTC"."""
    try:
        return f"{_EPOCH + timedelta(seconds=when.seconds):%Y-%m-%d %H:%M} UTC"
    except OverflowError:
        return "a date beyond the calendar"
