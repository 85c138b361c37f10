"""Messages of the embedded corpus as threads are arranged from them."""

from collections.abc import Iterable, Sequence
from typing import Any

from mappings.records import Ruling
from search import embedded_copies
from search.embedded_store import Store
from search.engine import Member
from search.slims import Slim, copy_keys

_MEMBERS = "SELECT m.label, m.num, m.id, m.date, m.slim_block, m.slim_at, m.slim_size FROM messages m"
# from what is loose to its kin, either way round; CROSS JOIN keeps that order
_KIN = """
SELECT o.num, m.num FROM loose l CROSS JOIN messages o ON o.label = l.label AND o.orphan = 1 AND o.subject_key <> 0
    CROSS JOIN messages m ON m.subject_key = o.subject_key AND m.subject_key <> 0
        AND m.date BETWEEN o.date - :window AND o.date
    WHERE m.label <> o.label
UNION ALL
SELECT o.num, m.num FROM loose l CROSS JOIN messages m ON m.label = l.label AND m.subject_key <> 0
    CROSS JOIN messages o ON o.orphan = 1 AND o.subject_key = m.subject_key
        AND o.date BETWEEN m.date AND m.date + :window
    WHERE m.label <> o.label"""


def of_threads(store: Store, labels: Sequence[int]) -> dict[int, list[Member]]:
    """The messages that carry each of these labels."""
    found: dict[int, list[Member]] = {label: [] for label in labels}
    ruled = embedded_copies.rulings(store)
    for label, *row, block, at, size in store.among(f"{_MEMBERS} WHERE m.label IN ({{}})", labels):
        found[label].append(_member(row, store.slim(block, at, size), ruled))
    return found


def kin(store: Store, window: int) -> list[tuple[Member, Member]]:
    """Pairs (orphan reply, older message of the same subject) of different labels, one of them loose."""
    pairs = sorted(set(store.all(_KIN, {"window": window})))
    found = several(store, {num for pair in pairs for num in pair})
    return [(found[reply], found[older]) for reply, older in pairs]


def several(store: Store, numbers: Iterable[int]) -> dict[int, Member]:
    """Messages by number, without what people decided on copies."""
    rows = store.among(f"{_MEMBERS} WHERE m.num IN ({{}})", sorted(numbers))
    return {row[1]: _member(row[1:4], store.slim(*row[4:]), {}) for row in rows}


def _member(row: Any, slim: Slim, ruled: dict[str, Ruling]) -> Member:
    num, id, date = row
    return Member(
        num, id.hex(), slim.message_id, slim.references, date, slim.subject, frozenset(slim.people),
        slim.people[0] if slim.people else "", copy_keys(slim, ruled.get(id.hex())), slim.quote,
        slim.thread_index, slim.from_[0].name if slim.from_ else "", slim.ghost,
    )  # fmt: skip
