"""A thread's rows as people read them: copies behind one row, in order of time."""

from collections.abc import Callable, Iterable, Sequence

from msgspec import structs

from mappings.records import MessageRow

Copies = dict[str, tuple[MessageRow, ...]]  # id of a row that is shown -> the copies behind it


def collapse(rows: Sequence[MessageRow], copies_of: Callable[[str], Iterable[MessageRow]]) -> tuple[
    list[MessageRow], Copies
]:
    """Rows without those that are copies of an earlier one; answers to a copy become answers to the row that stays."""
    stands: dict[str, str] = {}
    behind: Copies = {}
    kept = []
    for row in rows:
        if row.id in stands:
            continue
        if row.copies:
            behind[row.id] = tuple(copies_of(row.id))
            stands.update((copy.id, row.id) for copy in behind[row.id])
        kept.append(row)
    if not stands:
        return kept, behind
    return [structs.replace(row, parent=stands.get(row.parent, row.parent)) for row in kept], behind


def in_time(rows: Sequence[MessageRow]) -> list[MessageRow]:
    """Oldest first. What has no date (ghosts, undated mails) stands before the first mail that answers it, or else
    behind what it answers. Rows come with parents before children, and need no recursion for it."""
    # a ghost's date is what somebody's program made of it, without a zone as a rule
    dated = {row.id for row in rows if row.date is not None and not row.ghost}
    when = {row.id: row.date or 0 for row in rows if row.id in dated}
    for row in reversed(rows):
        if row.parent and row.id in when and row.parent not in dated:
            when[row.parent] = min(when[row.id], when.get(row.parent, when[row.id]))
    place = {}
    for index, row in enumerate(rows):
        when.setdefault(row.id, when.get(row.parent, 0))
        place[row.id] = index
    return sorted(rows, key=lambda row: (when[row.id], place[row.id]))
