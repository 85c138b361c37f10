"""Places for the nodes of a graph: springs between those who write to each other (Fruchterman and Reingold,
https://doi.org/10.1002/spe.4380211102), then labels pushed apart. The same graph always looks the same."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

WIDTH, HEIGHT = 1000.0, 700.0
MARGIN = 46.0
_ROUNDS = 130
_PUSHES = 120  # rounds in which labels are pushed apart
_GAP = 7.0
_ROW = 60.0  # height of the row of those who have no edge
_EVEN = 0.6  # how much of a place is its rank: dense middles are stretched, far outsiders come near

Point = tuple[float, float]


@lru_cache(maxsize=64)
def places(sizes: tuple[tuple[float, float], ...], edges: tuple[tuple[int, int, int], ...]) -> tuple[Point, ...]:
    """The middle of each node, whose box (width, height) holds circle and label; edges are (node, node, mails). Who
    has none stands in a row below."""
    joined = sorted({node for one, other, _ in edges for node in (one, other)})
    alone = [node for node in range(len(sizes)) if node not in set(joined)]
    number = {node: at for at, node in enumerate(joined)}
    pulls = _pulls([(number[one], number[other], mails) for one, other, mails in edges])
    bottom = HEIGHT - (_ROW if alone else 0)
    points = dict(zip(joined, _fitted(_sprung(len(joined), pulls), bottom), strict=True))
    for at, node in enumerate(alone):
        points[node] = (WIDTH * (at + 0.5) / len(alone), HEIGHT - _ROW / 2)
    return tuple(_apart([points[node] for node in range(len(sizes))], sizes))


def _pulls(edges: Sequence[tuple[int, int, int]]) -> dict[tuple[int, int], float]:
    """How strongly two nodes pull each other: by the logarithm of their mails, whoever wrote, and the less the more
    others pull at them."""
    mails: dict[tuple[int, int], int] = {}
    for one, other, count in edges:
        pair = (min(one, other), max(one, other))
        mails[pair] = mails.get(pair, 0) + count
    degrees: dict[int, int] = {}
    for pair in mails:
        for node in pair:
            degrees[node] = degrees.get(node, 0) + 1
    return {
        (one, other): (1 + math.log10(total)) / math.sqrt(max(degrees[one], degrees[other])) * 0.7
        for (one, other), total in mails.items()
    }


def _sprung(count: int, pulls: Mapping[tuple[int, int], float]) -> list[Point]:
    """Nodes in a unit square, from a circle on which they begin in their order."""
    xs = [0.5 + 0.4 * math.cos(math.tau * at / count) for at in range(count)]
    ys = [0.5 + 0.4 * math.sin(math.tau * at / count) for at in range(count)]
    ideal = 0.75 / math.sqrt(max(count, 1))
    for turn in range(_ROUNDS):
        dx, dy = [0.0] * count, [0.0] * count
        for one in range(count):
            x, y = xs[one], ys[one]
            for other in range(one):
                across, down = x - xs[other], y - ys[other]
                force = ideal * ideal / (across * across + down * down + 1e-6)
                dx[one] += across * force
                dy[one] += down * force
                dx[other] -= across * force
                dy[other] -= down * force
        for (one, other), pull in pulls.items():
            across, down = xs[one] - xs[other], ys[one] - ys[other]
            force = math.hypot(across, down) / ideal * pull
            dx[one] -= across * force
            dy[one] -= down * force
            dx[other] += across * force
            dy[other] += down * force
        heat = 0.09 * (1 - turn / _ROUNDS)
        for at in range(count):
            dx[at] += (0.5 - xs[at]) * 0.35  # so that what is joined to nothing stays near
            dy[at] += (0.5 - ys[at]) * 0.35
            length = math.hypot(dx[at], dy[at]) or 1.0
            step = min(length, heat) / length
            xs[at] += dx[at] * step
            ys[at] += dy[at] * step
    return list(zip(xs, ys, strict=True))


def _fitted(points: Sequence[Point], bottom: float) -> list[Point]:
    """Points spread over the drawing down to `bottom`."""
    xs, ys = _even([x for x, _ in points]), _even([y for _, y in points])
    across, down = WIDTH - 4 * MARGIN, bottom - 2.5 * MARGIN
    return [(2 * MARGIN + x * across, MARGIN + y * down) for x, y in zip(xs, ys, strict=True)]


def _even(values: Sequence[float]) -> list[float]:
    """Values between 0 and 1, partly by their rank."""
    if len(values) < 2:
        return [0.5 for _ in values]
    low, wide = min(values), max(values) - min(values) or 1.0
    ranks = {at: rank / (len(values) - 1) for rank, at in enumerate(sorted(range(len(values)), key=values.__getitem__))}
    return [_EVEN * ranks[at] + (1 - _EVEN) * (value - low) / wide for at, value in enumerate(values)]


def _apart(points: list[Point], sizes: Sequence[tuple[float, float]]) -> list[Point]:
    """Boxes that overlap pushed apart along the shorter way, within the drawing."""
    found = [list(point) for point in points]
    for _ in range(_PUSHES):
        moved = False
        for one in range(len(found)):
            for other in range(one):
                across, down = found[one][0] - found[other][0], found[one][1] - found[other][1]
                wide = (sizes[one][0] + sizes[other][0]) / 2 + _GAP - abs(across)
                high = (sizes[one][1] + sizes[other][1]) / 2 + _GAP - abs(down)
                if wide > 0 and high > 0:
                    moved = True
                    axis, push, way = (0, wide, across) if wide < high else (1, high, down)
                    push = push / 2 if way >= 0 else -push / 2
                    found[one][axis] += push
                    found[other][axis] -= push
        for at, (wide, high) in enumerate(sizes):
            found[at][0] = min(max(found[at][0], wide / 2 + 2), WIDTH - wide / 2 - 2)
            found[at][1] = min(max(found[at][1], high / 2 + 2), HEIGHT - high / 2 - 2)
        if not moved:
            break
    return [(x, y) for x, y in found]
