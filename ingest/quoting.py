"""The rule by which a reply that names no mail finds the one it quotes, and the ghost that stands for it till then."""

import re
from functools import lru_cache

from ingest.labels import header_line
from ingest.sketches import quoted_sketch, shared
from ingest.subjects import DAY, base_subject, is_robot, names_mail, too_general
from mappings.keys import hash64
from mappings.records import Message, Quoting
from search.engine import Member, Pair, Writer
from search.ghosts import Quote, moment

WINDOW = 30 * DAY  # seconds before a reply in which the mail is sought that it quotes without a date
_EAST, _WEST = 14 * 3600, 12 * 3600  # clocks run so far ahead of UTC and behind it
_QUARTER = 900  # seconds: clocks differ by multiples of it
_SLACK = 90
_PART = 0.6  # of the quoted words must be found, as far as the sketches tell
_FEW = 12  # words that a quotation without a date must have
_HEAD = 24  # letters by which two quotations are told to be of one mail

_CHAINED = ("text", "table")  # what a message is made from whose chain of header blocks becomes messages, too

_WORD = re.compile(r"[^\W\d_]+")

Rank = tuple[int, int, int, str]
"""How well a mail fits, the best the largest: how exact the date is, numbers shared, how near its date, id."""


def quoting(message: Message, quote: Quote) -> Quoting | None:
    """What the mail that a reply quotes is looked for by; None for one that quotes too little to tell it."""
    sketch = quoted_sketch(message)
    ghost = _ghost_key(message, quote)
    span = _span(quote.written, message.date)
    if not ghost and (not sketch or not span):
        return None
    return Quoting(sketch if span else (), *(span or (0, 0)), ghost)


def _span(written: str, date: int | None) -> tuple[int, int] | None:
    """The first and last second at which a mail was written that is quoted so in a reply of that date."""
    found = moment(written)
    if found is None:
        return None if date is None else (date - WINDOW, date)
    if "T" not in written:
        return found - _EAST, found + DAY + _WEST
    if _zoned(written):
        return found - _SLACK, found + _SLACK
    return found - _EAST - _SLACK, found + _WEST + _SLACK


def _zoned(written: str) -> bool:
    return written[-6:-5] in ("+", "-") and "T" in written[:-6]


def quotes(pair: Pair) -> Rank | None:
    """Whether a reply, which names no mail, quotes an older one; how well, if it does.

    A test of the two mails alone, so that threads don't depend on what was read first. What introduces the quotation
    must fit the other's sender and date: to the minute, in any zone if it gives none. Where it gives no date, the other
    is at most thirty days older, and more words must be found. Where it names nobody, the reply is addressed to the
    other's sender.
    """
    reply, older = pair.reply, pair.older
    if older.date is None or reply.num == older.num or names_mail(reply):
        return None
    exact = dated(reply, older)
    if not exact or not written_by(reply, older):
        return None
    count, part = shared(pair.quoted, pair.own)
    if not count or (exact < 3 and part < _PART):
        return None
    if exact == 1 and not _surely(reply, older, count):
        return None
    found = moment(reply.quote.written)
    return exact, count, older.date if found is None else -abs(found - older.date), older.id


def _surely(reply: Member, older: Member, count: int) -> bool:
    """Whether so many numbers are enough where there is no date: people send the same greeting again and again."""
    if is_robot(older.sender) or reply.quote.words.count(" ") + 1 < _FEW:
        return False
    return count > 1 or _one_subject(reply, older)


def dated(reply: Member, older: Member) -> int:
    """How well a mail's date fits what introduces a quotation: 3 to the minute, 2 to the day, 1 if that has no date and
    the mail is a little older, 0 if it does not fit."""
    date, written = older.date, reply.quote.written
    span = _span(written, reply.date)
    if date is None or span is None or not span[0] <= date <= span[1]:
        return 0
    if reply.date is not None and date > reply.date + DAY:  # a clock may be wrong, by not so much
        return 0
    found = moment(written)
    if found is None:
        return 1
    if "T" not in written:
        return 2
    off = (found - date) % _QUARTER
    return 3 if min(off, _QUARTER - off) <= _SLACK else 0


def written_by(reply: Member, older: Member) -> bool:
    """Whether a mail's sender is who a quotation says, or one of the reply's recipients if it does not say."""
    quote = reply.quote
    if not quote.name and not quote.address:
        return bool(older.sender) and older.sender in reply.people
    if quote.address and quote.address.lower() == older.sender:
        return True
    said = _words(quote.name)
    known = _words(older.name) or _words(older.sender.partition("@")[0])
    return bool(said and known) and (said <= known or known <= said)


@lru_cache(maxsize=4096)
def _words(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(name.casefold()))


def _one_subject(reply: Member, older: Member) -> bool:
    base = base_subject(reply.subject)[0]
    return not too_general(base) and base == base_subject(older.subject)[0]


def _ghost_key(message: Message, quote: Quote) -> int:
    """The key of the ghost of a quoted mail; 0 if nothing says who wrote it, or it was recovered from the quotation."""
    if not quote.name and not quote.address:
        return 0
    if message.made in _CHAINED and header_line(quote.who):
        return 0
    return shared_key(quote) or hash64(b"quoted by " + message.id.encode())


def shared_key(quote: Quote) -> int:
    """The key of a quoted mail, the same for all who quote the same words of one writer and one minute; 0 where the
    quotation does not tell it from others."""
    who = " ".join(sorted(_words(quote.name))) or quote.address.lower()
    head = "".join(filter(str.isalnum, quote.words.casefold()))[:_HEAD]
    if not who or len(head) < _HEAD or "T" not in quote.written:
        return 0
    return hash64(f"quoted {who}\n{quote.written[:16]}\n{head}".encode("utf-8", "surrogatepass"))


def find(writer: Writer, loose: list[int]) -> tuple[dict[str, list[str]], list[int]]:
    """The mails that replies in loose threads quote, by the replies' ids, the likeliest first, and the labels of the
    threads that are loose now: each of those mails is in one thread with its reply."""
    while True:
        found: dict[str, list[Rank]] = {}
        joins: list[tuple[int, int]] = []
        again = False
        for pair in writer.quoting():
            if rank := quotes(pair):
                found.setdefault(pair.reply.id, []).append(rank)
                if pair.apart:
                    joins.append((pair.reply.num, pair.older.num))
                    again = again or pair.settled  # there may be replies in that thread, too
        if joins:
            before = set(loose)
            writer.join(joins)
            loose = writer.loose()
            again = again or not before.issuperset(loose)  # another process may have stored more
        if not again:
            return {id: [rank[-1] for rank in sorted(ranks, reverse=True)] for id, ranks in found.items()}, loose
