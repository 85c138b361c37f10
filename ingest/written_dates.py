"""Dates as mail programs write them into a text, in many languages -> ISO 8601, as far as they are given."""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

# The names and abbreviations of the months by which a language differs from all before it, January first.
MONTHS = {name: number for number, names in enumerate((
    "jan january januar janv janvier enero ene gennaio gen janeiro januari янв января январь січ січня sty stycznia "
    "styczeń tammikuuta tammi tammik led ledna leden január ianuarie oca ocak ιαν ιανουαρίου",
    "feb february februar febr fév févr février febrero febbraio fev fevereiro februari фев февр февраля лют лютого "
    "lut lutego helmikuuta helmi helmik úno února február februarie şub şubat φεβ φεβρουαρίου",
    "mar march märz mär mrz mars marzo março mrt maart marts мар марта март бер березня marca marzec maaliskuuta "
    "maalis bře března március martie mart μαρ μαρτίου",
    "apr april avr avril abril abr aprile апр апреля квіт квітня kwi kwietnia huhtikuuta huhti huhtik dub dubna "
    "április "
    "aprilie nis nisan απρ απριλίου",
    "may mai mayo maggio mag maio mei maj мая май трав травня maja toukokuuta touko toukok kvě května május mayıs "
    "μαΐ μαΐου",
    "jun june juni juin junio giugno giu junho июн июня июнь черв червня cze czerwca kesäkuuta kesä kesäk čvn června "
    "jún "
    "június iunie haz haziran ιουν ιουνίου",
    "jul july juli juil juillet julio luglio lug julho июл июля июль лип липня lip lipca heinäkuuta heinä heinäk čvc "
    "července "
    "júl július iulie tem temmuz ιουλ ιουλίου",
    "aug august août aou aout agosto ago augustus augusti авг августа август серп серпня sie sierpnia elokuuta elo "
    "elok "
    "srp srpna augusztus ağu ağustos αυγ αυγούστου",
    "sep sept september septembre septiembre setiembre settembre set setembro сен сент сентября вер вересня wrz "
    "września syyskuuta syys syysk zář září szeptember szept septembrie eyl eylül σεπ σεπτεμβρίου",
    "oct october okt oktober octobre octubre ottobre ott outubro out окт октября октябрь жовт жовтня paź października "
    "lokakuuta loka lokak říj října október octombrie eki ekim οκτ οκτωβρίου",
    "nov november novembre noviembre novembro ноя нояб ноября лист листопада lis listopada marraskuuta marras "
    "marrask listopadu "
    "noiembrie kas kasım νοε νοεμβρίου",
    "dec december dez dezember déc décembre diciembre dic dicembre dezembro desember des дек декабря декабрь груд "
    "грудня gru grudnia joulukuuta joulu jouluk pro prosince decembrie ara aralık δεκ δεκεμβρίου"), 1)
    for name in names.split()}  # fmt: skip
_YEAR_FIRST = (
    r"(?P<y1>[12]\d{3})\s?(?:[-/.]|[年년])\s?(?P<m1>\d{1,2})\s?(?:[-/.]|[月월])\s?"
    r"(?P<d1>\d{1,2})(?:\s?[日일])?(?!\d)"
)
_DAY_FIRST = (
    r"(?<!\d)(?P<d2>\d{1,2})(?:st|nd|rd|th|er|[.ºª])?(?:\s+(?:de|di|of))?[\s/-]{1,3}(?P<m2>[^\W\d_]{3,12})[.,]?"
    r"(?:\s+(?:del?|d\.))?[\s/,-]{1,3}(?P<y2>[12]\d{3}|'?\d\d(?![\d:.]))"
)
_MONTH_FIRST = r"(?P<m3>[^\W\d_]{3,12})\.?\s{1,2}(?P<d3>\d{1,2})(?:st|nd|rd|th)?,?\s{1,3}(?P<y3>[12]\d{3})"
_NUMBERS = r"(?<![\d.])(?P<n1>\d{1,2})(?P<sep>[/.-])\s?(?P<n2>\d{1,2})(?P=sep)\s?(?P<y4>[12]\d{3}|\d\d)(?!\d)"
_DATE = re.compile(f"{_YEAR_FIRST}|{_DAY_FIRST}|{_MONTH_FIRST}|{_NUMBERS}")
_HEADER = re.compile(r"(\d{1,2}) ([A-Z][a-z]{2}) ([12]\d{3}) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?: ([+-]\d{4}))?")
# "On Mon, Aug 03, 2015 at 02:02:10PM +0200, …" and "On Mon, 3 Aug 2015, …" without a time, as mutt and pine have it.
_MUTT = re.compile(
    r"On [A-Z][a-z]{2}, (([A-Z][a-z]{2}) (\d\d), ([12]\d{3}) at (0[1-9]|1[0-2]):([0-5]\d):([0-5]\d)([AP])M ([+-]\d{4}))"
    r"(?=, )", re.A
)  # fmt: skip
_PINE = re.compile(r"On [A-Z][a-z]{2}, (([0-9]{1,2}) ([A-Z][a-z]{2}) ([12][0-9]{3}))(?=,? \D*\Z)")
_DIGIT = re.compile(r"\d")
_NOON = r"[AaPp]\.?\s?[Mm]\b\.?|上午|下午|午前|午後|오전|오후"
# What may stand between a date and its time: "3 août 2015 à 14:02", "3.8.2015 kl. 14:02", "2015年8月3日(月) 14:02".
_TIME = re.compile(
    rf"(?:[\s,;.T]|\([^()\n]{{1,12}}\)|(?!{_NOON})[^\W\d_]{{1,9}}\.?[\s,](?=[\s,]{{0,3}}\d)|(?:[Gg]egen|[Ww]rote at|"
    rf"alle ore|a las|a la|星期.|周.|.요일)[\s,]?|г\.|р\.|-\s){{0,6}}"
    rf"(?P<noon1>{_NOON})?\s?(?<!\d)(?P<hour>\d{{1,2}})(?:[:.hH]|\s?[时時시]\s?)(?P<minute>\d\d)(?:[:.](?P<second>\d\d)|"
    rf"\s?[分분])?(?:[.,]\d{{1,6}})?(?!\d)"
    rf"(?:\s?(?P<noon2>{_NOON}))?"
    r"(?:\s?Uhr\b)?(?:[\s,]{0,2}\(?(?P<zone>(?:GMT|UTC|Z)?\s?[+-]\d{1,2}(?::?\d\d)?\b|UTC\b|GMT\b|Z\b)|"
    r"\s?\(?(?P<named>[CEWMP]?[ES]?[DS]?T|CES?T|MES?Z|MSK|EE?S?T|JST|BST|KST|IST)\b)?\)?(?:\s?\([^()\n]{1,40}\))?"
)
# "At 10:23 AM 8/3/2002 -0400", "um 14:02 am 3.8.2015"
_BEFORE = re.compile(
    rf"(?<![\d:])(?P<hour>\d{{1,2}})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d))?(?:\s?(?P<noon2>{_NOON}))?(?P<noon1>)(?P<named>)"
    r"(?P<zone>\s[+-]\d{4})?(?:\sUhr)?[\s,]{0,2}(?:on|am|le|el|il|em|op|den)?\s?\Z"
)
_OFFSET = re.compile(r"\s?[+-]\d{4}\b")
_EVENING = ("p", "P", "下", "午後", "오후")


class Written(NamedTuple):
    """A date found in a text: ISO 8601 as far as given ("2015", "2015-08-03T14:02+02:00"), and where it stands."""

    iso: str
    start: int
    end: int


def find_date(text: str, day_first: bool | None = None) -> Written | None:
    """The first date in `text` that has a year.

    `day_first` tells how "3/8/2015" is read; without it what can't be told is left out: the year alone is given.
    A zone is given only where it is a number, never by name.
    """
    if found := _HEADER.search(text):  # as header fields have it, and with them most mail programs
        month = MONTHS.get(found[2].lower(), 0)
        if month and (day := _iso(found[3], month, found[1])):
            zone = found[7] or ""
            return Written(f"{day}T{found[4]}:{found[5]}:{found[6]}{_zone(zone)}", found.start(), found.end())
    if text.startswith("On ") and (written := _opening(text)):
        return written
    digit = _DIGIT.search(text)
    for found in _DATE.finditer(text, max(digit.start() - 15, 0)) if digit else ():
        start, end = found.span()
        clock = _TIME.match(text, end)
        if clock:
            end = clock.end()
        elif clock := _BEFORE.search(text, max(start - 25, 0), start):
            start = clock.start()
            offset = _OFFSET.match(text, end)
            end = offset.end() if offset else end
        day = _day(found, _us(found, clock) if day_first is None else day_first)
        if day:
            return Written(day + _clock(clock) if clock and len(day) == 10 else day, start, end)
    return None


def _opening(text: str) -> Written | None:
    """The date of the two commonest openings; what is found for them here is what the rules below find."""
    if found := _MUTT.match(text):
        month = MONTHS.get(found[2].lower(), 0)
        if month and (day := _iso(found[4], month, found[3])):
            hour = int(found[5]) % 12 + (12 if found[8] == "P" else 0)
            return Written(f"{day}T{hour:02}:{found[6]}:{found[7]}{_zone(found[9])}", *found.span(1))
    elif found := _PINE.match(text):
        month = MONTHS.get(found[3].lower(), 0)
        if month and (day := _iso(found[4], month, found[2])):
            return Written(day, *found.span(1))
    return None


def _us(found: re.Match[str], clock: re.Match[str] | None) -> bool | None:
    """Whether the day comes first as far as the form tells: dots are Europe's, AM and PM America's."""
    if found["sep"] == ".":
        return True
    return False if clock and clock["noon2"] else None


def _day(found: re.Match[str], day_first: bool | None) -> str:
    """The ISO form of a date, "" for what no calendar has."""
    year, month, day = found["y1"] or found["y2"] or found["y3"] or found["y4"], 0, 0
    if found["y1"]:
        month, day = int(found["m1"]), int(found["d1"])
    elif found["y4"]:
        first, second = int(found["n1"]), int(found["n2"])
        if day_first is None and first <= 12 and second <= 12 and first != second:
            return _year(year) if len(year) == 4 else ""
        swap = second > 12 or (first <= 12 and day_first is False)
        month, day = (first, second) if swap else (second, first)
    else:
        month = MONTHS.get((found["m2"] or found["m3"]).lower().replace("i̇", "i"), 0)
        day = int(found["d2"] or found["d3"])
    return _iso(_year(year), month, day)


@lru_cache(maxsize=2048)
def _iso(year: str, month: int, day: int | str) -> str:
    """The ISO form of a day, "" for one that no calendar has."""
    try:
        return date(int(year), month, int(day)).isoformat()
    except ValueError:
        return ""


def _year(year: str) -> str:
    """Four digits: RFC 5322 §4.3 has those of two below 50 in this century."""
    digits = year.lstrip("'")
    return digits if len(digits) == 4 else f"{'20' if digits < '50' else '19'}{digits}"


def _clock(clock: re.Match[str]) -> str:
    """ "T14:02+02:00", "" for a time that no clock shows."""
    hour, minute = int(clock["hour"]), int(clock["minute"])
    noon = clock["noon1"] or clock["noon2"]
    if noon and hour <= 12:
        hour = hour % 12 + (12 if noon.startswith(_EVENING) else 0)
    second = clock["second"]
    if hour > 23 or minute > 59:
        return ""
    return f"T{hour:02}:{minute:02}{':' + second if second and second < '60' else ''}{_zone(clock['zone'] or '')}"


@lru_cache(maxsize=256)
def _zone(text: str) -> str:
    """ "+02:00" of "GMT+2", "+0200" or "UTC"; "" for none, and for hours no zone has."""
    digits = "".join(char for char in text if char.isdigit())
    if not digits:
        return "+00:00" if text.strip() else ""
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "00")
    if int(hours) > 14 or int(minutes) > 59 or ("-" in text and not int(digits)):
        return ""
    return f"{'-' if '-' in text else '+'}{int(hours):02}:{minutes}"
