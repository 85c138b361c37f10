"""Learning the weights: from passages whose families are known to be cited or not, into three logistic models."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from zlib import crc32

from ingest.citations.features import ALL, FIRST, LAST, Weights, last
from ingest.citations.fitting import fit
from ingest.citations.model import Stages

RIDGE, LAST_RIDGE = 3.0, 1.0
TOLD = 3  # families of a passage that the last model sees
_PARTS = 4
_RARE = 20.0  # what a cited family counts for among the many that are only looked at


class Case(NamedTuple):
    """A passage: its families' numbers, each with whether it is cited; `group` keeps what belongs together apart from
    what it is tested with."""

    group: str
    cued: float
    families: Sequence[tuple[Mapping[str, float], bool]]


def looks(cases: Iterable[Case]) -> Weights:
    """The weights that choose what gets vectors: a cited family must not be lost."""
    rows, labels = _rows(cases)
    return fit(rows, labels, FIRST, ridge=RIDGE, importance=[_RARE if label else 1.0 for label in labels])


def learn(cases: Sequence[Case], chooses: Weights, prior: Stages | None = None, *, ridge: float = RIDGE) -> Stages:
    """The models from cases; with `prior` they stay near those, as far as the cases don't speak against it.

    The last model learns from scores of passages that the one before it did not learn from.
    """
    start = prior.weights if prior else None
    rows: list[Mapping[str, float]] = []
    labels: list[bool] = []
    for part in range(_PARTS):
        apart = [case for case in cases if _part(case) == part]
        others = [case for case in cases if _part(case) != part]
        if apart and others:
            weights = fit(*_rows(others), ALL, ridge=ridge, prior=start)
            for case in apart:
                for numbers, label in told(case, weights):
                    rows.append(numbers)
                    labels.append(label)
    final = fit(rows, labels, LAST, ridge=ridge if prior else LAST_RIDGE, prior=prior.last if prior else None)
    return Stages(chooses, fit(*_rows(cases), ALL, ridge=ridge, prior=start), final)


def told(case: Case, weights: Weights) -> list[tuple[dict[str, float], bool]]:
    """What the last model sees of a passage: its best families, each with whether it is cited."""
    ranked = sorted(((weights.score(numbers), at) for at, (numbers, _) in enumerate(case.families)), reverse=True)
    scores = [score for score, _ in ranked]
    return [
        (last(scores, place, case.families[at][0], case.cued), case.families[at][1])
        for place, (_, at) in enumerate(ranked[:TOLD])
    ]


def _rows(cases: Iterable[Case]) -> tuple[list[Mapping[str, float]], list[bool]]:
    pairs = [pair for case in cases for pair in case.families]
    return [numbers for numbers, _ in pairs], [label for _, label in pairs]


def _part(case: Case) -> int:
    return crc32(case.group.encode()) % _PARTS
