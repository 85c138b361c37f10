"""What speaks for a message as the one that a passage cites, as numbers; and how a weighted sum of them is a chance."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ingest.citations.days import Day, agreement
from ingest.citations.families import Found
from ingest.citations.likeness import Runs, Window
from ingest.citations.people import Named
from ingest.citations.reading import Read

# A look at each candidate chooses those that are worth vectors; these are known then …
FIRST = (
    "strength", "cover", "back", "whole", "whole_z", "share", "row", "writer", "reader", "absent", "date", "conflict",
)  # fmt: skip
# … and these afterwards.
ALL = (
    "strength", "cover", "back", "whole", "whole_z", "row", "writer", "reader", "both", "absent", "date", "conflict",
    "cosine", "cosine_z", "own", "met", "astray",
)  # fmt: skip
# What the best of a passage is judged by once more.
AGAIN = ("cosine", "cover", "row", "conflict", "absent", "astray")
LAST = ("score", "gap", "cue", *AGAIN)


class Naming(NamedTuple):
    """Who and which days an article names: in the passage, in those around it, anywhere."""

    here: Sequence[Named]
    near: Sequence[Named]
    days: Sequence[Day]
    near_days: Sequence[Day]


class People(NamedTuple):
    """How the people whom a passage names fit a message: each up to 1."""

    writer: float
    reader: float
    absent: float


def people(naming: Naming, read: Read) -> People:
    """Whether writer and recipients are named, here or at half the worth nearby; and who is named here in vain."""

    def named(who: frozenset[int]) -> float:
        here = max((worth for one in naming.here for p, worth in one.people.items() if p in who), default=0.0)
        near = max((worth for one in naming.near for p, worth in one.people.items() if p in who), default=0.0)
        return max(here, near / 2)

    there = read.writer | read.readers
    absent = sum(
        max(one.people.values())
        for one in naming.here
        if not there & one.people.keys() and max(one.people.values()) > 0.6
    )
    return People(named(read.writer), named(read.readers), min(absent, 3.0) / 3)


def dates(naming: Naming, read: Read) -> tuple[float, float]:
    """(how well the message's date fits one that is named, how badly it conflicts with all of them); 0 to 1."""
    date = read.message.date
    if date is None:
        return 0.0, 0.0
    here = [agreement(day, date) for day in naming.days]
    if here and max(here) > 0:
        return max(here), 0.0
    near = [agreement(day, date) for day in naming.near_days]
    good = max(near, default=0.0)
    if here and min(here) < 0:
        return max(good, 0.0) / 3, -max(here)
    return max(good, 0.0) / 2, 0.0


def first(found: Found, whole: float, mean: float, spread: float, runs: Runs, naming: Naming) -> dict[str, float]:
    """The numbers that need no vectors."""
    best = found.windows[0] if found.windows else Window(-1, 0, 0, 0.0, 0.0, 0.0)
    who = people(naming, found.read)
    date, conflict = dates(naming, found.read)
    return {
        "strength": math.log1p(best.strength), "cover": best.cover, "back": best.back, "whole": whole,
        "whole_z": (whole - mean) / spread, "share": runs.share, "row": math.log1p(runs.longest),
        "writer": who.writer, "reader": who.reader, "absent": who.absent, "date": date, "conflict": conflict,
    }  # fmt: skip


class Weights(NamedTuple):
    """A logistic model: what each number counts for, and the sum's start."""

    bias: float
    of: Mapping[str, float]

    def score(self, numbers: Mapping[str, float]) -> float:
        """The logarithm of the odds."""
        return self.bias + sum(weight * numbers.get(name, 0.0) for name, weight in self.of.items())


def chance(score: float) -> float:
    """The probability that odds given by their logarithm are."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def last(scores: Sequence[float], at: int, numbers: Mapping[str, float], cued: float) -> dict[str, float]:
    """What the chance of a family is judged by: its own score and how far it is above all others of its passage."""
    others = [score for place, score in enumerate(scores) if place != at]
    return {
        "score": max(-8.0, min(8.0, scores[at])),
        "gap": max(-6.0, min(6.0, scores[at] - max(others))) if others else 4.0,
        "cue": cued,
    } | {name: numbers[name] for name in AGAIN}
