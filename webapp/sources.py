"""Which message of a conversation a quotation is from: by the id it names, by its words, by whom it says it quotes."""

from collections.abc import Iterator, Mapping, Sequence

from mappings.records import Message, MessageRow, Segment
from search.ghosts import moment

ANCESTORS = 20  # mails up the conversation that are looked at
PROBES = 3  # lines of a quotation that are looked for
SHORTEST, LONGEST = 16, 48  # code points of such a line
DAY = 86_400
MARKS = "> \t|"

Sources = Mapping[int, MessageRow]  # where a quotation begins in the text -> the message that it quotes


def runs(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Segments, with neighbouring quotations put together."""
    group: list[Segment] = []
    for segment in segments:
        if group and not (segment.kind == "quoted" and group[-1].kind == "quoted" and not segment.who):
            yield group
            group = []
        group.append(segment)
    if group:
        yield group


def ancestors(rows: Mapping[str, MessageRow], id: str) -> Iterator[MessageRow]:
    """The mails that a message stands below, the nearest first."""
    row = rows.get(id)
    for _ in range(ANCESTORS):
        row = rows.get(row.parent) if row else None
        if row is None:
            return
        if not row.ghost:
            yield row


class Quoted:
    """Finds the sources of quotations among the rows of one conversation; `full` holds those whose words are known."""

    def __init__(self, rows: Mapping[str, MessageRow], full: Mapping[str, Message]) -> None:
        self._rows = rows
        self._full = full
        self._by_message_id = {row.message_id: row for row in rows.values() if row.message_id and not row.ghost}
        self._by_name: dict[str, list[MessageRow]] = {}
        for row in rows.values():
            for who in row.from_ if not row.ghost else ():
                for name in {who.name.casefold(), who.address.casefold()} - {""}:
                    self._by_name.setdefault(name, []).append(row)
        self._squeezed: dict[str, str] = {}

    def of(self, message: Message, place: str = "") -> Sources:
        """The sources of a message's quotations, as far as they are in the conversation; `place` is the id of the row
        that stands for it, if that is another."""
        above = list(ancestors(self._rows, place or message.id))
        found = {}
        for group in runs(message.segments):
            if group[0].kind == "quoted" and (source := self._source(message, group, above)):
                found[group[0].start] = source
        return found

    def _source(self, message: Message, group: Sequence[Segment], above: Sequence[MessageRow]) -> MessageRow | None:
        first = group[0]
        named = self._by_message_id.get(first.message_id) if first.message_id else None
        if named is not None and named.id != message.id:
            return named
        wanted = list(probes(message.text, group))
        if above and self._has(above[0], wanted):  # most quote what they answer
            return above[0]
        said = [row for row in self._said(first) if row.id != message.id]
        for row in (*said[:ANCESTORS], *above[1:]):
            if self._has(row, wanted):
                return row
        near = [row for row in said if row in above]
        return near[0] if near else said[0] if len(said) == 1 else None

    def _has(self, row: MessageRow, probes: Sequence[str]) -> bool:
        """Whether a message has any of some lines."""
        return any(probe in self._words(row.id) for probe in probes)

    def _said(self, quotation: Segment) -> list[MessageRow]:
        """The messages of whom a quotation names, of about the day it names; none where it names no day."""
        when = moment(quotation.date)
        if when is None:
            return []
        found = self._by_name.get(quotation.address.casefold()) or self._by_name.get(quotation.name.casefold(), [])
        return [row for row in found if row.date is not None and abs(row.date - when) <= DAY]

    def _words(self, id: str) -> str:
        """A message's text on one line."""
        if id not in self._squeezed:
            mail = self._full.get(id)
            self._squeezed[id] = " ".join(mail.text.split()) if mail else ""
        return self._squeezed[id]


def probes(text: str, group: Sequence[Segment]) -> Iterator[str]:
    """A few lines of the outermost words of a quotation, without their marks."""
    depth = min(segment.depth for segment in group)
    count = 0
    for segment in group:
        if segment.depth != depth:
            continue
        low = max(segment.words, segment.start)
        for line in text[low : min(segment.end, low + 4000)].split("\n"):
            words = " ".join(line.lstrip(MARKS).split())[:LONGEST]
            if len(words) >= SHORTEST:
                yield words
                count += 1
                if count == PROBES:
                    return
