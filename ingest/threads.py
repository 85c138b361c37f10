"""Messages into threads: the keys by which mails find each other, and the loop that arranges what changed."""

from collections.abc import Callable
from functools import lru_cache

from msgspec import Struct

from ingest.arrange import arrange
from ingest.copies import copy_keys
from ingest.references import clean_id, conversation_guid, references
from ingest.subjects import WINDOW, answers, base_subject, is_robot, too_general
from mappings.keys import hash64, link_key
from mappings.records import Message, Place, Prepared
from search.engine import Writer

__all__ = ["Keys", "answers", "arrange", "base_subject", "keys", "prepare", "settle"]

BATCH = 500  # threads that are stored in one transaction
_link_key = lru_cache(maxsize=16384)(link_key)


class Keys(Struct, frozen=True, kw_only=True):
    """What threads and copies are found by. Keys are signed 64-bit hashes, 0 stands for none."""

    links: tuple[int, ...]  # its own first, then the mails it refers to and, of Outlook's, the conversation
    references: tuple[str, ...]  # the mails it refers to, oldest first, the one it answers last
    subject_key: int  # of the subject without reply marks; none for what the subject rule never joins
    orphan: bool  # a reply by its subject that names no mail
    copy_keys: tuple[int, ...]  # those who share one are copies of one mail


def keys(message: Message) -> Keys:
    """The keys of one message, from itself alone: what was read before or after it makes no difference."""
    own = clean_id(message.message_id) if message.message_id else ""
    base, reply = base_subject(message.subject)
    line, beside = references(message, own)
    copies = copy_keys(message, own)
    links = [_link_key(own) if own else 0, *map(_link_key, line), *map(_link_key, beside)]
    if message.thread_index and (guid := conversation_guid(message.thread_index)):
        links.append(hash64(b"thread-index " + guid))
    if thrid := next((value.strip() for name, value in message.headers if name.lower() == "x-gm-thrid"), ""):
        links.append(hash64(b"gmail " + thrid.encode("utf-8", "surrogatepass")))
    if copies[1]:
        links.append(copies[1])  # copies belong to one thread, and their Message-IDs may differ
    joinable = message.from_ and not is_robot(message.from_[0].address.lower()) and not too_general(base)
    return Keys(
        links=tuple(links),
        references=tuple(line),
        subject_key=_subject_key(base) if joinable else 0,
        orphan=reply and not line,
        copy_keys=copies,
    )


@lru_cache(maxsize=4096)
def _subject_key(base: str) -> int:
    return hash64(b"subject " + base.encode("utf-8", "surrogatepass"))


def prepare(message: Message, raw: bytes, place: Place) -> Prepared:
    """A message with its keys, ready to be stored."""
    found = keys(message)
    return Prepared(
        message=message, raw=raw, place=place, links=found.links, references=found.references,
        subject_key=found.subject_key, orphan=found.orphan, copy_keys=found.copy_keys,
    )  # fmt: skip


def settle(writer: Writer, progress: Callable[[int, int], None] | None = None) -> int:
    """Joins by the subject rule, then arranges and stores every thread that changed; gives how many were.

    `progress(done, loose)` is called after each batch. Stopped at any moment, the next call goes on from there.
    """
    arranged = 0
    while loose := writer.loose():
        if _join_by_subject(writer):
            loose = writer.loose()
        for start in range(0, len(loose), BATCH):
            members = writer.members(loose[start : start + BATCH])
            writer.arrange([(label, arrange(group)) for label, group in members.items()])
            arranged += len(members)
            if progress:
                progress(start + len(members), len(loose))
    return arranged


def _join_by_subject(writer: Writer) -> int:
    """Joins what the subject rule says belongs together; gives the number of joins."""
    top: dict[int, int] = {}
    pairs: list[tuple[int, int]] = []
    for reply, older in writer.kin(WINDOW):
        if answers(reply, older):
            first, second = _top(top, reply.num), _top(top, older.num)
            if first != second:
                top[first] = second
                pairs.append((reply.num, older.num))
    if pairs:
        writer.join(pairs)
    return len(pairs)


def _top(top: dict[int, int], num: int) -> int:
    while (above := top.get(num, num)) != num:
        top[num] = top.get(above, above)
        num = above
    return num
