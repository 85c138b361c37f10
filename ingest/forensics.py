"""The second opinion: mailparser's reading of a message, and the way it travelled (Received fields, defects)."""

import warnings
from datetime import datetime
from itertools import pairwise
from typing import Any

import mailparser
from msgspec.structs import replace

from ingest.charsets import clean
from ingest.dates import parse_date
from ingest.doubts import strangers
from ingest.markup import html_to_text
from ingest.quotes import split
from mappings.records import Address, Forensics, Hop, Message

_MOST = 200  # hops and defects shown
_LARGEST = 2_000_000  # bytes given to mailparser for the travel view: Received fields stand at the top


def read_forensics(raw: bytes) -> Forensics:
    """Hops in order of travel with their delays, the sender's address, defects. Never raises; about 1 ms."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mail = mailparser.parse_from_bytes(raw[:_LARGEST])
            hops = _compared([_hop(index, entry) for index, entry in enumerate(mail.received[:_MOST], 1)])
            defects = {f"{part}: {text}" for entry in mail.defects for part, texts in entry.items() for text in texts}
            return Forensics(
                hops=hops, sender_ip=_sender(mail), defects=tuple(clean(text) for text in sorted(defects)[:_MOST])
            )
    except RecursionError:
        return Forensics(problem="The message is nested too deep for this view.")
    except Exception as problem:
        return Forensics(problem=f"mailparser could not read this message ({type(problem).__name__}).")


def _compared(hops: list[Hop]) -> tuple[Hop, ...]:
    """The hops with what does not fit the one before: a clock an hour behind, a server that nobody named."""
    found = hops[:1]
    for before, hop in pairwise(hops):
        odd = []
        if before.date is not None and hop.date is not None and before.date - hop.date > 3600:
            odd.append("It notes an earlier moment than the server before it.")
        if strangers(before.by, hop.from_):
            odd.append("It does not name the server before it, which may have another name or be made up.")
        found.append(replace(hop, odd=tuple(odd)))
    return tuple(found)


def _hop(index: int, entry: dict[str, Any]) -> Hop:
    """One Received field as mailparser cut it up."""
    when = parse_date(str(entry.get("date") or ""))
    seconds = when.seconds if when else None
    if seconds is None and entry.get("date_utc"):
        seconds = int(datetime.fromisoformat(str(entry["date_utc"])).timestamp())

    def text(key: str) -> str:
        return clean(str(entry.get(key) or ""))

    return Hop(
        number=int(entry.get("hop") or index),
        from_=text("from"),
        by=text("by"),
        with_=text("with"),
        for_=text("for"),
        date=seconds,
        delay=int(entry.get("delay") or 0),
        text=text("raw"),
    )


def _sender(mail: Any) -> str:
    """The address that handed the mail to its last server, which is the one that is trusted."""
    received = mail.received
    by = str(received[-1].get("by") or "").split() if received else []
    found = mail.get_server_ipaddress(by[0]) if by else None
    return clean(str(found or ""))


def second_opinion(raw: bytes, message: Message) -> Message:
    """`message` with subject, addresses and text as mailparser reads them. Raises what mailparser raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mail = mailparser.parse_from_bytes(raw)
        pages = [clean(text) for text in mail.text_html]
        texts = [clean(text) for text in mail.text_plain if text.strip()] or [html_to_text(page) for page in pages]
        text = "\n\n".join(texts).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
        return replace(
            message,
            subject=clean(str(mail.subject or "")),
            from_=_boxes(mail.from_),
            to=_boxes(mail.to),
            cc=_boxes(mail.cc),
            bcc=_boxes(mail.bcc),
            reply_to=_boxes(mail.reply_to),
            text=text,
            segments=split(text),
            parser="mailparser",
        )


def _boxes(pairs: Any) -> tuple[Address, ...]:
    """mailparser's (name, address) pairs as records."""
    if not isinstance(pairs, list):
        return ()
    return tuple(Address(clean(str(name)), clean(str(address))) for name, address in pairs if name or address)
