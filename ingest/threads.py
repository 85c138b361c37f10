"""Messages into threads: the keys by which mails find each other, and the loop that arranges what changed."""

from collections.abc import Callable
from functools import lru_cache

from msgspec import Struct

from ingest import quoting
from ingest.arrange import arrange
from ingest.copies import copy_keys, words
from ingest.references import clean_id, conversation_guid, references
from ingest.sketches import own_sketch
from ingest.subjects import WINDOW, answers, base_subject, is_robot, too_general
from mappings.keys import hash64, link_key
from mappings.records import Message, Place, Prepared, Quoting
from search.engine import Writer
from search.ghosts import quote_of

__all__ = ["Keys", "answers", "arrange", "base_subject", "keys", "prepare", "settle"]

_GMAIL = "x-gm-thrid"  # the field in which Gmail's exports number conversations
BATCH = 500  # threads that are stored in one transaction
_link_key = lru_cache(maxsize=16384)(link_key)


class Keys(Struct, frozen=True, kw_only=True):
    """What threads and copies are found by. Keys are signed 64-bit hashes, 0 stands for none."""

    links: tuple[int, ...]  # its own first, then the mails it refers to and, of Outlook's, the conversation
    references: tuple[str, ...]  # the mails it refers to, oldest first, the one it answers last
    subject_key: int  # of the subject without reply marks; none for what the subject rule never joins
    orphan: bool  # a reply by its subject that names no mail
    copy_keys: tuple[int, ...]  # those who share one are copies of one mail
    sketch: tuple[int, ...]  # of its own words
    quoting: Quoting | None  # of a reply that names no mail and quotes one


def keys(message: Message) -> Keys:
    """The keys of one message, from itself alone: what was read before or after it makes no difference."""
    own = clean_id(message.message_id) if message.message_id else ""
    base, reply = base_subject(message.subject)
    line, beside = references(message, own)
    said = words(message)
    copies = copy_keys(message, own, said)
    links = [_link_key(own) if own else 0, *map(_link_key, line), *map(_link_key, beside)]
    if message.thread_index and (guid := conversation_guid(message.thread_index)):
        links.append(hash64(b"thread-index " + guid))
    numbers = [value for name, value in message.headers if len(name) == len(_GMAIL) and name.lower() == _GMAIL]
    if numbers and (number := numbers[0].strip()):
        links.append(hash64(b"gmail " + number.encode("utf-8", "surrogatepass")))
    if copies[1]:
        links.append(copies[1])  # copies belong to one thread, and their Message-IDs may differ
    quoted = None
    if not line and any(segment.kind == "quoted" for segment in message.segments):
        quote = quote_of(message)
        quoted = quoting.quoting(message, quote)
        links.append(quoting.shared_key(quote))  # who quote a mail belong to one thread, be it here or not
    joinable = message.from_ and not is_robot(message.from_[0].address.lower()) and not too_general(base)
    return Keys(
        links=tuple(links),
        references=tuple(line),
        subject_key=_subject_key(base) if joinable else 0,
        orphan=reply and not line,
        copy_keys=copies,
        sketch=own_sketch(said),
        quoting=quoted,
    )


@lru_cache(maxsize=4096)
def _subject_key(base: str) -> int:
    return hash64(b"subject " + base.encode("utf-8", "surrogatepass"))


def prepare(message: Message, raw: bytes, place: Place) -> Prepared:
    """A message with its keys, ready to be stored."""
    found = keys(message)
    return Prepared(
        message=message, raw=raw, place=place, links=found.links, references=found.references,
        subject_key=found.subject_key, orphan=found.orphan, copy_keys=found.copy_keys, sketch=found.sketch,
        quoting=found.quoting,
    )  # fmt: skip


def settle(writer: Writer, progress: Callable[[int, int], None] | None = None) -> int:
    """Joins by the subject rule and by quoted words, then arranges and stores every thread that changed; gives how many
    were.

    `progress(done, loose)` is called after each batch. Stopped at any moment, the next call goes on from there.
    """
    arranged = 0
    while loose := writer.loose():
        if _join_by_subject(writer):
            loose = writer.loose()
        quoted, loose = quoting.find(writer, loose)
        for start in range(0, len(loose), BATCH):
            members = writer.members(loose[start : start + BATCH])
            writer.arrange([(label, arrange(group, quoted)) for label, group in members.items()])
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
