"""Replies that name no mail in the embedded corpus, and the mails whose words they may quote."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from struct import Struct

from msgspec import msgpack

from mappings.records import Prepared
from search.embedded_store import Store
from search.engine import Member, Pair

_WIDTH = 3  # bytes of a number
_SPLIT = {count * _WIDTH: Struct(f"{_WIDTH}s" * count).unpack for count in range(32)}  # by bytes of a sketch

_Span = tuple[int, int, bytes, int]
"""The first and last date at which a mail may have been written, the sketch of its words as quoted, who quotes it."""

_Row = tuple[int, int, bytes]
"""A mail's number, its date, the sketch of its own words."""

_decoder = msgpack.Decoder(list[_Row])

_QUOTINGS = """SELECT l.label IS NOT NULL, q.first, q.last, q.sketch, q.num FROM quotings q JOIN messages m USING (num)
    LEFT JOIN loose l ON l.label = m.label WHERE length(q.sketch) > 0"""
_LOOSE = "SELECT m.num FROM loose l CROSS JOIN messages m ON m.label = l.label"
_LABELS = """SELECT m.num, m.label, l.label IS NOT NULL FROM messages m LEFT JOIN loose l ON l.label = m.label
    WHERE m.num IN ({})"""


def note(store: Store, fresh: Sequence[tuple[int, Prepared]]) -> None:
    """Stores the sketches of new messages, and what those of them look for that quote without naming a mail."""
    rows = [(num, p.message.date, _packed(p.sketch)) for num, p in fresh if p.sketch and p.message.date is not None]
    connection = store.connection()
    if rows:
        dates = [date for _, date, _ in rows]
        connection.execute(
            "INSERT INTO sketches VALUES (?, ?, ?, ?)",
            (rows[0][0], min(dates), max(dates), msgpack.encode(rows)),
        )
    connection.executemany(
        "INSERT INTO quotings VALUES (?, ?, ?, ?, ?)",
        [(num, q.first, q.last, _packed(q.sketch), q.ghost) for num, p in fresh if (q := p.quoting)],
    )


def _packed(sketch: tuple[int, ...]) -> bytes:
    packed = 0
    for number in sketch:
        packed = packed << 8 * _WIDTH | number
    return packed.to_bytes(len(sketch) * _WIDTH)


def _numbers(sketch: bytes) -> tuple[int, ...]:
    return tuple(map(int.from_bytes, _SPLIT[len(sketch)](sketch)))


def pairs(store: Store, members: Callable[[Iterable[int]], dict[int, Member]]) -> Iterator[Pair]:
    """See `search.engine.Writer.quoting`; `members` gives messages by number."""
    loose: list[_Span] = []
    settled: list[_Span] = []
    for is_loose, *span in store.all(_QUOTINGS):
        (loose if is_loose else settled).append(tuple(span))
    own: dict[int, bytes] = {}
    found = set(_met(loose, _between(store, loose), own))
    if settled:
        found.update(_met(settled, _loose(store), own))
    if not found:
        return
    numbers = {num for pair in found for num in pair}
    labels = {num: (label, is_loose) for num, label, is_loose in store.among(_LABELS, numbers)}
    known = members(numbers)
    quoted = {num: _numbers(sketch) for _, _, sketch, num in (*loose, *settled)}
    for reply, older in sorted(found):
        apart = labels[reply][0] != labels[older][0]
        both = bool(labels[reply][1] and labels[older][1])
        yield Pair(known[reply], known[older], quoted[reply], _numbers(own[older]), apart, not both)


def _between(store: Store, spans: Iterable[_Span]) -> Iterator[_Row]:
    """The sketches of every batch of messages of which one may be dated in one of the spans."""
    firsts: list[int] = []
    lasts: list[int] = []  # of spans that do not touch
    for first, last, *_ in sorted(spans):
        if lasts and first <= lasts[-1]:
            lasts[-1] = max(last, lasts[-1])
        else:
            firsts.append(first)
            lasts.append(last)
    for num, first, last in store.all("SELECT num, first, last FROM sketches") if firsts else ():
        if bisect_left(lasts, first) < bisect_right(firsts, last):
            yield from _batch(store, num)


def _loose(store: Store) -> Iterator[_Row]:
    """The sketches of messages in loose threads."""
    nums = {num for (num,) in store.all(_LOOSE)}
    batches = [num for (num,) in store.all("SELECT num FROM sketches ORDER BY num")]
    for at in sorted({bisect_right(batches, num) - 1 for num in nums} - {-1}):
        yield from [row for row in _batch(store, batches[at]) if row[0] in nums]


def _batch(store: Store, num: int) -> list[_Row]:
    packed: bytes = store.one("SELECT sketches FROM sketches WHERE num = ?", (num,))[0]
    return _decoder.decode(packed)


def _met(spans: Iterable[_Span], rows: Iterable[_Row], own: dict[int, bytes]) -> Iterator[tuple[int, int]]:
    """Who quotes, with each mail of the right date that shares a number, perhaps more than once; those mails' sketches
    are added to `own`."""
    sought: dict[bytes, list[_Span]] = {}
    for span in spans:
        for number in _SPLIT[len(span[2])](span[2]):
            sought.setdefault(number, []).append(span)
    for num, date, sketch in rows:
        numbers = _SPLIT[len(sketch)](sketch)
        if sought.keys().isdisjoint(numbers):  # as nearly always
            continue
        for number in numbers:
            for first, last, _, reply in sought.get(number, ()):
                if first <= date <= last and reply != num:
                    own[num] = sketch
                    yield reply, num
