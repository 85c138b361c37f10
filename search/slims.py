"""Slim rows: what lists and threads need of a message, as both engines store it."""

from msgspec import Struct, msgpack

from mappings.records import Address, DateSource, Prepared, Ruling
from search.ghosts import Quote, quote_of

PREVIEW = 160  # characters
_FIRST_RECIPIENTS = 3
_PEOPLE = 100  # addresses that the subject rule looks at


class Slim(Struct, frozen=True, array_like=True):
    """What lists and threads need of a message beside the narrow columns, as it is stored."""

    message_id: str
    references: tuple[str, ...]  # the mail it answers last
    subject: str
    from_: tuple[Address, ...]
    to: tuple[Address, ...]
    recipients: int
    zone: int | None
    date_source: DateSource
    attachments: int
    collection: str
    lang: str
    preview: str
    people: tuple[str, ...]  # the sender's address first
    quote: Quote
    thread_index: str
    copy_keys: tuple[int, ...] = ()
    ghost: int = 0  # key of the ghost of what it quotes without naming it


slim_encoder = msgpack.Encoder()
slim_decoder = msgpack.Decoder(Slim)


def slim(prepared: Prepared) -> bytes:
    """A message's slim row as it is stored."""
    message = prepared.message
    named = message.to + message.cc
    people = [who.address.lower() for who in (*message.from_, *named, *message.bcc) if who.address]
    own = next((s for s in message.segments if s.kind == "own" and s.end - s.start > 1), None)
    preview = _preview(message.text, own.start) if own else ""
    return slim_encoder.encode(
        Slim(
            message.message_id, prepared.references, message.subject, message.from_, named[:_FIRST_RECIPIENTS],
            len(named) + len(message.bcc), message.zone, message.date_source,
            sum(not attachment.inline for attachment in message.attachments), prepared.place.collection, message.lang,
            preview, tuple(dict.fromkeys(people[:_PEOPLE])), quote_of(message),
            message.thread_index[:200], prepared.copy_keys, prepared.quoting.ghost if prepared.quoting else 0,
        )
    )  # fmt: skip


def _preview(text: str, start: int) -> str:
    """The first words from `start` on, any white space as one blank."""
    words = ""
    for most in (PREVIEW * 5 // 4, PREVIEW * 3):  # the shorter stretch nearly always holds enough
        words = " ".join(text[start : start + most].split())[:PREVIEW]
        if len(words) == PREVIEW:
            break
    return words


def copy_keys(slim: Slim, ruling: Ruling | None) -> tuple[int, ...]:
    """The keys that make copies of a message, as a person's ruling leaves them."""
    if ruling is None:
        return slim.copy_keys
    return ruling.joins if ruling.cut else (*slim.copy_keys, *ruling.joins)
