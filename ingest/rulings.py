"""Groups of copies for a person: why each message is in one, what differs; and what the person decides on them."""

import time
from collections.abc import Sequence

from msgspec import Struct

from ingest.copies import why
from ingest.threads import settle
from mappings.keys import hash64
from mappings.records import Message, MessageRow, Place, Ruling
from search.differences import differences
from search.documents import standing
from search.engine import Engine

BETWEEN = "by way of others in the group"


class Copy(Struct, frozen=True, kw_only=True):
    """One message of a group: which other one it is a copy of, why, and what differs between the two."""

    row: MessageRow
    places: tuple[Place, ...]
    of: str = ""  # "" for the first, who stands for all
    why: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()


def group_of(engine: Engine, id: str) -> tuple[str, ...]:
    """The ids of a message and its copies, in order. NotFound."""
    return tuple(sorted([id, *(row.id for row in engine.copies(id))]))


def explained(engine: Engine, ids: Sequence[str]) -> list[Copy]:
    """A group's messages, who stands for all first, each with the rule that makes it a copy of one before it."""
    messages = {message.id: message for message in engine.messages(ids)}
    rows = sorted(map(engine.row, messages), key=lambda row: (-standing(messages[row.id]), row.id))
    ruled = {ruling.id: ruling for ruling in engine.rulings()}
    found: list[Copy] = []
    for row in rows:
        copy = Copy(row=row, places=tuple(engine.places(row.id)))
        found.append(_held_against(copy, [messages[one.row.id] for one in found], messages[row.id], ruled))
    return found


def _held_against(copy: Copy, before: Sequence[Message], message: Message, ruled: dict[str, Ruling]) -> Copy:
    if not before:
        return copy
    told = ((one, _joined(ruled, message.id, one.id) or why(one, message)) for one in before)
    of, reasons = next(((one, reasons) for one, reasons in told if reasons), (before[0], (BETWEEN,)))
    differs = differences(of, message).kinds()
    return Copy(row=copy.row, places=copy.places, of=of.id, why=reasons, differs=differs)


def _joined(ruled: dict[str, Ruling], first: str, second: str) -> tuple[str, ...]:
    """Who said that two messages are copies, and when; none if nobody did."""
    one, two = ruled.get(first), ruled.get(second)
    if one is None or two is None or not set(one.joins) & set(two.joins):
        return ()
    return (f"said so by {one.by} on {time.strftime('%Y-%m-%d', time.gmtime(one.at))}",)


def decide(engine: Engine, ids: Sequence[str], *, join: bool, by: str) -> None:
    """Rules for good that the messages are copies of each other, or that each is a copy of none; brings groups,
    threads and index up to date. A later ruling on a message goes before an earlier one. CorpusLocked."""
    before = {ruling.id: ruling for ruling in engine.rulings()}
    key = hash64(f"joined {' '.join(sorted(ids))}".encode())
    now = int(time.time())
    made = []
    for id in ids:
        old = before.get(id, Ruling(id=id))
        joins = tuple(dict.fromkeys((*old.joins, key))) if join else ()
        made.append(Ruling(id=id, cut=old.cut or not join, joins=joins, by=by, at=now))
    with engine.writer() as writer:
        writer.rule(made)
        settle(writer)
        writer.index()
