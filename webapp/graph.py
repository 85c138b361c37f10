"""A graph of who writes to whom as shapes: circles by mails, curves by mails with a head that says the direction."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from mappings.persons import Role
from search.persons import Exchange, Share
from webapp.layout import HEIGHT, WIDTH, places

DRAWN = 80  # edges, those with most mails
_LETTER, _LINE = 7.6, 15.0  # width of a letter and height of a line of a label, in the drawing's units
_LONGEST = 22  # letters of a label
_HEAD = 8.0  # length of an edge's head


class Node(NamedTuple):
    """A person in the drawing."""

    id: str
    name: str
    label: str
    mails: int
    role: Role
    x: str
    y: str
    radius: str
    below: str  # the label's base line


class Edge(NamedTuple):
    """Mails from one to another: a curve and its head, as paths; names for those who can't see them."""

    sender: str
    recipient: str
    words: str
    mails: int
    line: str
    head: str
    width: str


class Drawing(NamedTuple):
    """What a template needs to draw it."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int  # edges that are not drawn
    width: int
    height: int


def draw(people: Sequence[Share], exchanges: Sequence[Exchange]) -> Drawing:
    """The shapes of a graph; people with most mails first, as are exchanges."""
    most = max((share.mails for share in people), default=1)
    radii = [5 + 12 * math.sqrt(share.mails / most) for share in people]
    labels = [_label(share.person.name) for share in people]
    sizes = tuple(
        (round(max(2 * radius, len(label) * _LETTER), 1), round(2 * radius + _LINE, 1))
        for radius, label in zip(radii, labels, strict=True)
    )
    order = {share.person.id: at for at, share in enumerate(people)}
    drawn = [one for one in exchanges if one.sender in order and one.recipient in order][:DRAWN]
    found = places(sizes, tuple((order[one.sender], order[one.recipient], one.mails) for one in drawn))
    centers = [(x, y - _LINE / 2) for x, y in found]
    top = max((one.mails for one in drawn), default=1)
    nodes = tuple(
        Node(share.person.id, share.person.name, labels[at], share.mails, share.person.role, f"{centers[at][0]:.1f}",
             f"{centers[at][1]:.1f}", f"{radii[at]:.1f}", f"{centers[at][1] + radii[at] + _LINE - 3:.1f}")
        for at, share in enumerate(people)
    )  # fmt: skip
    edges = tuple(
        _edge(one, people[order[one.sender]].person.name, people[order[one.recipient]].person.name,
              (*centers[order[one.sender]], radii[order[one.sender]]),
              (*centers[order[one.recipient]], radii[order[one.recipient]]), top)
        for one in reversed(drawn)  # those with most mails on top
    )  # fmt: skip
    return Drawing(nodes, edges, len(exchanges) - len(drawn), int(WIDTH), int(HEIGHT))


def _label(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1].rstrip() + "…"


def _edge(
    one: Exchange, sender: str, recipient: str, start: tuple[float, float, float], end: tuple[float, float, float],
    top: int,
) -> Edge:  # fmt: skip
    """A curve that bends to the right of its direction, so that there and back are two."""
    x1, y1, from_radius = start
    x2, y2, to_radius = end
    across, down = x2 - x1, y2 - y1
    length = math.hypot(across, down) or 1.0
    bend = min(26.0, length * 0.14)
    middle = ((x1 + x2) / 2 - down / length * bend, (y1 + y2) / 2 + across / length * bend)
    x1, y1 = _towards((x1, y1), middle, from_radius + 1)
    tip = _towards((x2, y2), middle, to_radius + 2)
    neck = _towards(tip, middle, _HEAD)
    weight = 0.8 + 4.2 * math.log1p(one.mails) / math.log1p(top)
    half = 2.2 + weight * 0.75
    way = math.hypot(tip[0] - neck[0], tip[1] - neck[1]) or 1.0
    side = ((tip[1] - neck[1]) / way * half, -(tip[0] - neck[0]) / way * half)
    return Edge(
        one.sender, one.recipient, f"{sender} to {recipient}", one.mails,
        f"M{x1:.1f} {y1:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {neck[0]:.1f} {neck[1]:.1f}",
        f"M{tip[0]:.1f} {tip[1]:.1f}L{neck[0] + side[0]:.1f} {neck[1] + side[1]:.1f}"
        f"L{neck[0] - side[0]:.1f} {neck[1] - side[1]:.1f}z",
        f"{weight:.1f}",
    )  # fmt: skip


def _towards(start: tuple[float, float], goal: tuple[float, float], length: float) -> tuple[float, float]:
    """The point at a distance from one point in the direction of another."""
    across, down = goal[0] - start[0], goal[1] - start[1]
    whole = math.hypot(across, down) or 1.0
    return start[0] + across / whole * length, start[1] + down / whole * length
