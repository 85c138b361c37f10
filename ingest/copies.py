"""Copies of one mail: the keys by which they find each other, the groups they form, and why."""

from collections.abc import Sequence
from hashlib import blake2b

from ingest.references import clean_id
from ingest.releases.kinds import is_released
from ingest.subjects import base_subject
from mappings.keys import hash64
from mappings.records import Message
from search.engine import Member

BY_ID = "the same Message-ID and the same own words"
RELEASED = "the same sender, minute and subject, and own words that begin alike"
BY_WORDS = "the same words, sender and minute"

_FOOTER = 800  # bytes at a text's end in which a list writes its line and its address
WHITE = b" \t\r\n\x0b\x0c>"


Words = tuple[bytes, bytes]
"""A text in UTF-8 without white space, quotation marks, signature and lists' footers; the writer's own part of it."""


def words(message: Message) -> Words:
    """The words of a message by which it is compared with others."""
    text = message.text
    segments = message.segments
    below = len(segments)
    while below and segments[below - 1].kind in ("signature", "disclaimer"):
        below -= 1
    whole = _plain(text if below == len(segments) else text[: segments[below].start])
    if below < 2 and (not below or segments[0].kind == "own"):
        return whole, whole
    kinds = [segment.kind for segment in segments]
    if "quoted" not in kinds and "mark" not in kinds:
        return whole, whole
    return whole, _plain("".join([text[one.start : one.end] for one in segments if one.kind == "own"]))


def copy_keys(message: Message, own: str, words: Words) -> tuple[int, int]:
    """Two keys, either of which makes copies of the mails that share it; 0 where its rule does not apply.

    First: the clean Message-ID `own` and the own words, so that a copy may have lost its attachments or its quotation
    on the way, or have another date. Second: sender, minute, the text above the signature and the attached files; also
    for mails whose Message-IDs differ. The subject without marks and tags is among the words: some programs give every
    mail the same Message-ID. White space, quotation marks, signatures and lists' footers do not count. A mail without
    any words or files is a copy of none by the second rule. What was read out of a scanned release has its own rule.
    """
    if is_released(message):
        from ingest.releases.sameness import release_copy_key  # imports slowly, and is rarely wanted

        return release_copy_key(message), 0
    # An unnamed text beside the body is a list's footer.
    files = sorted([part.sha256 for part in message.attachments if part.name or not part.declared.startswith("text/")])
    subject = base_subject(message.subject)[0].encode("utf-8", "surrogatepass") + b"\n"
    whole, mine = words
    content = subject + repr(files).encode() + whole
    by_id = by_words = 0
    if own:
        by_id = _hash("id", own, subject + mine if mine else content)
    sender = (message.from_[0].address.lower() or message.from_[0].name.casefold()) if message.from_ else ""
    dated = message.date is not None and message.date_source == "header"
    if sender and (whole or files) and (dated or not own):
        minute = message.date // 60 if dated and message.date is not None else None
        by_words = _hash("words", f"{sender}\n{minute}", content)
    return by_id, by_words


def _plain(text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    footer = data.rfind(b"\n____", -_FOOTER)
    if footer > 0 and b"http" in data[footer:] and b"From:" not in data[footer:]:
        data = data[:footer]
    return data.translate(None, WHITE)


def _hash(rule: str, who: str, content: bytes) -> int:
    hashed = blake2b(f"copies by {rule}\n{who}\n".encode("utf-8", "surrogatepass"), digest_size=8)
    hashed.update(content)
    return int.from_bytes(hashed.digest(), "big", signed=True) or 1


def groups(members: Sequence[Member]) -> dict[str, int]:
    """The group of each member that has copies among the members, by its id.

    Who shares a key with one of a group belongs to it. A group's number comes from the smallest id in it, whatever
    the order of the members.
    """
    top = list(range(len(members)))
    first: dict[int, int] = {}
    met = False
    for at, member in enumerate(members):
        for key in member.copy_keys:
            other = _top(top, first.setdefault(key, at))
            mine = _top(top, at)
            if key and other != mine:
                top[mine] = other
                met = True
    if not met:
        return {}
    found: dict[int, list[str]] = {}
    for at, member in enumerate(members):
        found.setdefault(_top(top, at), []).append(member.id)
    return {id: hash64(f"copies of {min(ids)}".encode()) for ids in found.values() if len(ids) > 1 for id in ids}


def _top(top: list[int], at: int) -> int:
    while top[at] != at:
        top[at] = top[top[at]]
        at = top[at]
    return at


def why(first: Message, second: Message) -> tuple[str, ...]:
    """The rules by which two messages are copies of each other; none if only a third one, or a person, says so."""
    rules = (RELEASED if is_released(first) else BY_ID, BY_WORDS)
    pairs = zip(*(copy_keys(one, clean_id(one.message_id), words(one)) for one in (first, second)), strict=True)
    return tuple(rule for rule, (one, two) in zip(rules, pairs, strict=True) if one and one == two)
