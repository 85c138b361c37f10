"""The picture of a conversation's tree: a lane for each branch, drawn beside the list of its messages."""

from collections.abc import Sequence

from msgspec import Struct

from mappings.records import MessageRow

LANES = 12  # beside each other; deeper branches share the last
ACROSS, DOWN = 12, 26  # pixels between two lanes, and between two messages


class Tree(Struct, frozen=True):
    """SVG paths in pixels, and the lane of each row. A dot is a line of no length with round ends."""

    lanes: tuple[int, ...]
    width: int
    height: int
    lines: str
    dots: str
    ghosts: str
    branches: bool  # whether anything was answered more than once


def draw(rows: Sequence[MessageRow]) -> Tree:
    """The tree of rows that come parents before children. An only answer stays in its parent's lane, so that a
    conversation that goes back and forth is one straight line; of several each gets a lane to the right."""
    answers: dict[str, int] = {}
    here = {row.id for row in rows}
    for row in rows:
        answers[row.parent] = answers.get(row.parent, 0) + (row.parent in here)
    lane: dict[str, int] = {}
    place: dict[str, int] = {}
    lines: list[str] = []
    dots: tuple[list[str], list[str]] = ([], [])
    for index, row in enumerate(rows):
        up = lane.get(row.parent, 0)
        lane[row.id] = min(up + (answers.get(row.parent, 0) > 1), LANES)
        place[row.id] = index
        x, y = _middle(lane[row.id], index)
        if row.parent in place:
            top, above = _middle(up, place[row.parent])
            bend = f"V{y - 6}q0 6 6 6H{x}" if x > top else f"V{y}"
            lines.append(f"M{top} {above}{bend}")
        dots[row.ghost].append(f"M{x} {y}h0")
    lanes = tuple(lane[row.id] for row in rows)
    return Tree(
        lanes, (max(lanes, default=0) + 1) * ACROSS, len(rows) * DOWN, "".join(lines), "".join(dots[0]),
        "".join(dots[1]), any(count > 1 for count in answers.values()),
    )  # fmt: skip


def _middle(lane: int, index: int) -> tuple[int, int]:
    return lane * ACROSS + ACROSS // 2, index * DOWN + DOWN // 2
