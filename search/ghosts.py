"""Mails that others refer to and that are not here: what a quotation tells of them, and how both engines show it."""

import re
from datetime import UTC, datetime

from msgspec import Struct

from mappings.records import Address, Message, MessageRow, Segment

WORDS = 300  # characters of the quoted words that are kept

_MARKS = re.compile(r"\n[ \t]*+(?:>[ \t]?)+")  # begins with a literal: the regex engine finds it by memchr


class Quote(Struct, frozen=True, array_like=True, omit_defaults=True):
    """A message's first quotation: who is quoted, when they wrote and their first words, as far as it tells."""

    who: str = ""  # the line that introduces it, as it stands
    name: str = ""
    address: str = ""
    written: str = ""  # ISO 8601 as far as given
    words: str = ""


class Ghost(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A mail that is referred to but not here, and all that is known of it."""

    id: str  # "g" and 16 hex digits of its key: a hash of its Message-ID, or of what its quotations tell
    message_id: str  # "" for one that is only quoted
    subject: str = ""
    quote: Quote = Quote()  # in the mail that answers it


def quotation(message: Message) -> list[Segment]:
    """The stretches of a message's first quotation: the first that says whom it quotes, and those without a word on
    that below it; none of what is quoted inside."""
    quoted = [segment for segment in message.segments if segment.kind == "quoted" and segment.depth <= 1]
    told = [at for at, segment in enumerate(quoted) if segment.who]
    if not told:
        return quoted
    return quoted[told[0] : told[1] if len(told) > 1 else len(quoted)]


def quote_of(message: Message) -> Quote:
    """What a message's first quotation tells; an empty one if it quotes nobody."""
    quoted = quotation(message)
    if not quoted:
        return Quote()
    first = quoted[0]
    words = ""
    for segment in quoted:
        if words:
            break
        start = segment.words or segment.start
        for most in (WORDS * 6 // 5, WORDS * 4):  # the shorter stretch nearly always holds enough
            text = message.text[start : min(start + most, segment.end)]
            words = " ".join((_MARKS.sub("\n", f"\n{text}") if ">" in text else text).split())
            if len(words) > WORDS or start + most >= segment.end:
                break
        words = words[:WORDS]
    return Quote(first.who[:200], first.name[:200], first.address[:200], first.date, words)


def moment(written: str) -> int | None:
    """A date as a quotation gives it in seconds since 1970, in UTC unless it has a zone; None below a day."""
    if len(written) < len("2015-08-03"):
        return None
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def authors(ghost: Ghost) -> tuple[Address, ...]:
    """Who wrote it, in name or address; else the line that says so."""
    said = ghost.quote
    if said.name or said.address:
        return (Address(said.name, said.address),)
    return (Address(name=said.who),) if said.who else ()


def row(ghost: Ghost, thread: str, parent: str, depth: int) -> MessageRow:
    """A ghost as lists and conversations show it."""
    said = ghost.quote
    return MessageRow(
        id=ghost.id, thread=thread, parent=parent, depth=depth, ghost=True, message_id=ghost.message_id,
        subject=ghost.subject, from_=authors(ghost), date=moment(said.written), written=said.written,
        preview=said.words,
    )  # fmt: skip
