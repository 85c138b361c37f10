"""A histogram as shapes in a box of 1,000 by 100: one path for the bars, one link a bar that narrows the date."""

import calendar
from datetime import date
from typing import NamedTuple

from search.results import Bar, Histogram

WIDTH, HEIGHT = 1000, 100
MOST = 120  # bars; with more the next larger unit is drawn
DIGITS = {"decade": 3, "year": 4, "month": 7, "day": 10, "hour": 13}  # of an ISO date, as `date:` takes them
COARSER = {"hour": "day", "day": "month", "month": "year", "year": "decade"}
MONTHS = tuple(calendar.month_name)


class Column(NamedTuple):
    """One bar that can be followed: its box's left edge and width, words, count, the term that narrows to it."""

    x: str
    width: str
    words: str
    messages: int
    term: str


class Drawing(NamedTuple):
    """What a template needs to draw it."""

    path: str
    columns: tuple[Column, ...]
    first: str
    last: str
    peak: int
    undated: int
    unit: str
    low: int  # the first slot, as `position` counts them
    slots: int  # how many there are from the first to the last


def words(iso: str, unit: str) -> str:
    """`2010 to 2019`, `2015`, `August 2015`, `2015-08-03` or `2015-08-03 14:00 UTC`."""
    if unit == "decade":
        return f"{iso[:3]}0 to {iso[:3]}9"
    if unit == "month":
        return f"{MONTHS[int(iso[5:7])]} {iso[:4]}"
    return f"{iso[:10]} {iso[11:13]}:00 UTC" if unit == "hour" else iso[: DIGITS[unit]]


def term(iso: str, unit: str) -> str:
    """What narrows to it: `date:2015-08`."""
    return f"date:{iso}0..{iso}9" if unit == "decade" else f"date:{iso}"


def position(iso: str, unit: str) -> int:
    """Which decade, year, month, day or hour it is, counted from the start of our era."""
    if unit in ("decade", "year"):
        return int(iso[: DIGITS[unit]])
    year, month = int(iso[:4]), int(iso[5:7])
    if unit == "month":
        return year * 12 + month - 1
    days = date(year, month, int(iso[8:10])).toordinal()
    return days if unit == "day" else days * 24 + int(iso[11:13])


def grouped(bars: tuple[Bar, ...], unit: str) -> dict[str, int]:
    """Counts by the ISO date cut to the unit, in order of time."""
    counts: dict[str, int] = {}
    for bar in bars:
        key = bar.start[: DIGITS[unit]]
        counts[key] = counts.get(key, 0) + bar.count
    return dict(sorted(counts.items()))


def draw(histogram: Histogram | None) -> Drawing | None:
    """The shapes of a histogram; None when there is nothing to compare."""
    if histogram is None or not any(bar.count for bar in histogram.bars):
        return None
    unit: str = histogram.unit
    counts = grouped(histogram.bars, unit)
    while span(counts, unit) > MOST and unit != "decade":
        unit = COARSER[unit]
        counts = grouped(histogram.bars, unit)
    filled = {key: count for key, count in counts.items() if count}
    if len(filled) < 2:
        return None
    low, slots = position(next(iter(filled)), unit), span(filled, unit)
    step = WIDTH / slots
    bar = step * 0.8 if step > 2.5 else step
    peak = max(filled.values())
    path, columns = [], []
    for key, count in filled.items():
        x = (position(key, unit) - low) * step
        height = max(2.0, count / peak * HEIGHT)
        path.append(f"M{x + (step - bar) / 2:.1f} {HEIGHT}h{bar:.1f}v{-height:.1f}h{-bar:.1f}z")
        columns.append(Column(f"{x:.1f}", f"{max(step, 1):.1f}", words(key, unit), count, term(key, unit)))
    return Drawing(
        "".join(path), tuple(columns), columns[0].words, columns[-1].words, peak, histogram.undated, unit, low, slots
    )  # fmt: skip


def span(counts: dict[str, int], unit: str) -> int:
    """How many units lie between the first and the last, both counted."""
    keys = [key for key, count in counts.items() if count] or list(counts)
    return position(keys[-1], unit) - position(keys[0], unit) + 1
