"""Weights of a logistic model from judged examples: Newton's method with a ridge, on numbers of equal spread."""

import math
from collections.abc import Mapping, Sequence

from ingest.citations.features import Weights

_ROUNDS = 25
_FREE = 1e-6  # ridge of the sum's start: none


def fit(
    rows: Sequence[Mapping[str, float]], labels: Sequence[bool], names: Sequence[str], *, ridge: float = 3.0,
    importance: Sequence[float] | None = None, prior: Weights | None = None,
) -> Weights:
    """The weights under which the labels are likeliest, drawn towards `prior` (else 0) by `ridge` for each number.

    Iteratively reweighted least squares (https://en.wikipedia.org/wiki/Logistic_regression#Fit).
    """
    means, spreads = _spread(rows, names)
    start = prior or Weights(0.0, {})
    centre = [start.bias + sum(start.of.get(n, 0.0) * m for n, m in zip(names, means, strict=True))]
    centre += [start.of.get(name, 0.0) * spread for name, spread in zip(names, spreads, strict=True)]
    points = [
        [1.0, *((row.get(n, 0.0) - m) / s for n, m, s in zip(names, means, spreads, strict=True))] for row in rows
    ]
    weights = list(importance) if importance is not None else [1.0] * len(points)
    theta = _newton(points, labels, weights, centre, [ridge if prior else _FREE, *[ridge] * len(names)])
    of = {name: value / spread for name, value, spread in zip(names, theta[1:], spreads, strict=True)}
    return Weights(theta[0] - sum(of[name] * mean for name, mean in zip(names, means, strict=True)), of)


def _spread(rows: Sequence[Mapping[str, float]], names: Sequence[str]) -> tuple[list[float], list[float]]:
    count = max(len(rows), 1)
    means = [sum(row.get(name, 0.0) for row in rows) / count for name in names]
    spreads = [
        math.sqrt(sum((row.get(name, 0.0) - mean) ** 2 for row in rows) / count) or 1.0
        for name, mean in zip(names, means, strict=True)
    ]
    return means, spreads


def _newton(
    points: Sequence[Sequence[float]], labels: Sequence[bool], weights: Sequence[float], centre: Sequence[float],
    ridges: Sequence[float],
) -> list[float]:
    size = len(centre)
    theta = list(centre)
    for _ in range(_ROUNDS):
        slope = [-ridge * (a - b) for ridge, a, b in zip(ridges, theta, centre, strict=True)]
        curve = [[0.0] * size for _ in range(size)]
        for point, label, weight in zip(points, labels, weights, strict=True):
            total = sum(a * b for a, b in zip(theta, point, strict=True))
            chance = 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
            rest, bend = weight * (label - chance), weight * chance * (1 - chance)
            for i in range(size):
                slope[i] += rest * point[i]
                bent, line = bend * point[i], curve[i]
                for j in range(i + 1):
                    line[j] += bent * point[j]
        for i in range(size):
            curve[i][i] += ridges[i]
            for j in range(i):
                curve[j][i] = curve[i][j]
        step = _solve(curve, slope)
        theta = [a + b for a, b in zip(theta, step, strict=True)]
        if max(map(abs, step)) < 1e-6:
            break
    return theta


def _solve(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """x of matrix · x = right, by elimination with pivots."""
    size = len(right)
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for at in range(size):
        pivot = max(range(at, size), key=lambda i: abs(rows[i][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        for below in range(at + 1, size):
            factor = rows[below][at] / (rows[at][at] or 1e-12)
            for column in range(at, size + 1):
                rows[below][column] -= factor * rows[at][column]
    found = [0.0] * size
    for at in reversed(range(size)):
        left = rows[at][size] - sum(rows[at][column] * found[column] for column in range(at + 1, size))
        found[at] = left / (rows[at][at] or 1e-12)
    return found
