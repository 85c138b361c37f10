"""Message-IDs as mails really write them: cleaned, told from addresses and junk, in the order of the conversation."""

import re
from base64 import b64decode
from functools import lru_cache

from mappings.records import Message

MOST = 201  # ids that are looked at in one mail: the first, and the last two hundred
_LONGEST = 998  # characters of an id: RFC 5322 §2.1.1 allows no longer line

_CLEAN = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")
_BRACKETED = re.compile(r"<([^<>]*)>")
_COMMENT = re.compile(r"^\([^()]*\)|\([^()]*\)$")
_BESIDE = re.compile(r"<[^<>]*>|[\s,;]+|\([^()]*\)")  # what may stand in a header of ids that is not prose
_DIGIT = re.compile(r"[0-9]")
_GATEWAY = "@public.gmane.org"  # rewrote the ids in In-Reply-To, those in References not
_GUID = slice(6, 22)


@lru_cache(maxsize=16384)
def clean_id(text: str) -> str:
    """A Message-ID without brackets, white space and comments; "" for what names no mail ("", "<>", "<localhost>").

    An id needs something on both sides of its last "@"; without one (RFC 5322 §3.6.4 wants it, some programs don't),
    eight characters and a digit.
    """
    if not _CLEAN.fullmatch(text):
        inner = _BRACKETED.search(text)
        text = inner[1] if inner else _COMMENT.sub("", text.strip()).strip("<>")
        text = "".join(text.split())
    if len(text) > _LONGEST:
        return ""
    local, at, domain = text.rpartition("@")
    if at:
        return text if local and domain else ""
    return text if len(text) >= 8 and _DIGIT.search(text) else ""


def ids_in(values: tuple[str, ...]) -> list[str]:
    """The clean ids in a header's values, in order, each once; several may stand in one value."""
    found: dict[str, None] = {}
    for value in values if len(values) <= MOST else (values[0], *values[1 - MOST :]):
        if len(value) <= _LONGEST and _CLEAN.fullmatch(value):
            found[value] = None
            continue
        parts = _BRACKETED.findall(value) or _COMMENT.sub("", value).split()
        for part in parts if len(parts) == 1 else [part for part in parts if "@" in part]:
            found[clean_id(part)] = None
    found.pop("", None)
    ids = list(found)
    return ids if len(ids) <= MOST else [ids[0], *ids[1 - MOST :]]


def answered_ids(message: Message) -> list[str]:
    """The ids in In-Reply-To that may be trusted.

    Old programs write prose there ("Message from Bob <bob@x.org> of Mon 4 May", "Your message of … <id>"): of prose,
    only what looks made by a machine counts, and never an address that the mail's own headers hold.
    """
    ids = ids_in(message.in_reply_to)
    unsure = [id for id in ids if id not in message.references]
    if not unsure:
        return ids
    people = message.from_ + message.sender + message.reply_to + message.to + message.cc + message.bcc
    addresses = {person.address.lower() for person in people}
    distrusted = {id for id in unsure if id.lower() in addresses}
    if any(map(_like_address, unsure)) and any(
        _BESIDE.sub("", value) not in ("", *ids) for name, value in message.headers if name.lower() == "in-reply-to"
    ):
        distrusted.update(filter(_like_address, unsure))
    return [id for id in ids if id not in distrusted]


def _like_address(id: str) -> bool:
    local = id.partition("@")[0]
    return len(local) < 10 or not _DIGIT.search(local)


def references(message: Message, own: str) -> tuple[list[str], list[str]]:
    """The mails a message (`own` is its clean id) refers to, oldest first, the one it answers last; and any others.

    A single In-Reply-To prevails over the order of References, which some programs mix up; of several, References tell.
    """
    line = ids_in(message.references) if message.references else []
    if own in line:
        line.remove(own)
    if not message.in_reply_to or (line and message.in_reply_to == (line[-1],)):
        return line, []
    answered = answered_ids(message)
    if own in answered:
        answered.remove(own)
    if line and any(id.endswith(_GATEWAY) for id in answered):
        answered = [id for id in answered if not id.endswith(_GATEWAY)]
    if not answered or (len(answered) == 1 and line and line[-1] == answered[0]):
        return line, []
    named = dict.fromkeys((*line, *answered))
    if not line or line[-1] not in answered:
        line = line[: line.index(answered[0]) + 1] if answered[0] in line else [*line, answered[0]]
    return line, [id for id in named if id not in line]


def conversation_index(thread_index: str) -> bytes:
    """Outlook's Thread-Index decoded: 22 bytes for the conversation (6 of time, 16 of GUID), 5 more for each reply.

    b"" for what is none. [MS-OXOMSG] §2.2.1.3.
    """
    text = "".join(thread_index.split())
    if not text.startswith("A") or len(text) > 20_000:  # the first byte is 1
        return b""
    try:
        data = b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
    return data if len(data) >= 22 and data[0] == 1 and any(data[_GUID]) else b""


def conversation_guid(thread_index: str) -> bytes:
    """The GUID that all mails of an Outlook conversation share; b"" for none."""
    return conversation_index(thread_index)[_GUID]
