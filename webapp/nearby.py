"""What stands beside a message: in its conversation, in the result of a search, by the same people, on the same day."""

from collections.abc import Mapping

from msgspec import Struct

from mappings.records import Message, MessageRow, Thread
from search.engine import Engine
from search.query import And, Between, Node, Not, Query
from search.results import Page
from webapp.conversation import collapse, in_time
from webapp.formats import day, message_link, quoted_as, term
from webapp.placing import placed
from webapp.sources import Quoted, ancestors
from webapp.text import NOWHERE, Origin, Origins

AT_ONCE = 200  # messages of one second that are told apart


class Neighbours(Struct, frozen=True, kw_only=True):
    """Where a message stands in its conversation: which of how many, what it answers, what answers it, by date."""

    thread: str
    subject: str
    position: int
    count: int
    parent: MessageRow | None = None
    replies: tuple[MessageRow, ...] = ()
    before: MessageRow | None = None
    after: MessageRow | None = None
    placed: str = ""  # by what it was put below its parent, if it names no mail
    origins: Origins = NOWHERE  # where the mail's quotations are from, by where they begin in its text


class Among(Struct, frozen=True, kw_only=True):
    """Where a message stands in what a search finds, by date: which of how many, and those beside it."""

    position: int
    count: int
    before: MessageRow | None = None
    after: MessageRow | None = None


def in_conversation(engine: Engine, thread: Thread, message: Message, q: str = "") -> Neighbours:
    """The place of a message in its conversation."""
    id = message.id
    rows, copies = collapse(thread.rows, engine.copies)
    id = next((stays for stays, behind in copies.items() if any(copy.id == id for copy in behind)), id)
    by_id: Mapping[str, MessageRow] = {row.id: row for row in rows}
    present = [row for row in in_time(rows) if not row.ghost]
    at = next((place for place, row in enumerate(present) if row.id == id), -1)
    parent = by_id.get(by_id[id].parent) if id in by_id else None
    above = {mail.id: mail for mail in engine.messages(row.id for row in ancestors(by_id, id))}
    sources = Quoted(by_id, above).of(message, id)
    return Neighbours(
        thread=thread.id, subject=thread.subject, position=at + 1, count=len(present),
        parent=parent,
        replies=tuple(row for row in rows if row.parent == id),
        before=present[at - 1] if at > 0 else None,
        after=present[at + 1] if 0 <= at < len(present) - 1 else None,
        placed=placed(message, above.get(parent.id)) if parent else "",
        origins={at: Origin(message_link(row.id, q=q), *quoted_as(row)) for at, row in sources.items()},
    )  # fmt: skip


def in_result(engine: Engine, query: Query, message: Message) -> Among | None:
    """The place of a message in what a query finds; None if it does not find it, or it has no date."""
    if query.tree is None or message.date is None:
        return None

    def ask(low: int | None, high: int | None, newest: bool = False, limit: int = 1) -> Page:
        # not the opposite: nothing is highlighted under a Not, which takes longer than finding does
        found: tuple[Node, ...] = (Not(Not(query.tree)), Between("date", low, high)) if query.tree else ()
        return engine.search(Query(tree=And(found)), order="newest" if newest else "oldest", limit=limit, facets=False)

    same = ask(message.date, message.date + 1, limit=AT_ONCE)
    beside = [hit.row for hit in same.hits]
    at = next((place for place, row in enumerate(beside) if row.id == message.id), -1)
    if at < 0:
        return None
    earlier = ask(None, message.date, newest=True)
    later = ask(message.date + 1, None)
    rows = [*(hit.row for hit in earlier.hits), *beside, *(hit.row for hit in later.hits)]
    here = at + len(earlier.hits)
    return Among(
        position=earlier.total + at + 1, count=earlier.total + same.total + later.total,
        before=rows[here - 1] if here else None, after=rows[here + 1] if here + 1 < len(rows) else None,
    )  # fmt: skip


def related(message: Message) -> list[tuple[str, str]]:
    """Searches that lead on from a message: what they find, and the query."""
    sender = next((one for one in message.from_ if one.address), None)
    other = next((one for one in message.to if one.address and one != sender), None)
    found = []
    if sender:
        wrote = term("from", sender.address)
        found.append((f"from {sender.name or sender.address}", wrote))
        if other:
            wrote, answered = (f"{term('from', one.address)} {term('to', to.address)}"
                               for one, to in ((sender, other), (other, sender)))  # fmt: skip
            found.append((f"between them and {other.name or other.address}", f"({wrote}) OR ({answered})"))
    if message.date is not None and len(when := day(message.date)) == len("2015-08-03"):
        found.append((f"of {when} (UTC)", f"on:{when}"))
    return found
