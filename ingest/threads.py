"""Messages into threads: the keys by which mails find each other, and the loop that arranges what changed."""

from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b

from msgspec import Struct

from ingest.arrange import arrange
from ingest.references import clean_id, conversation_guid, references
from ingest.releases.sameness import is_released, release_copy_key
from ingest.subjects import WINDOW, answers, base_subject, is_robot, too_general
from mappings.keys import hash64, link_key
from mappings.records import Message, Place, Prepared
from search.engine import Writer

__all__ = ["Keys", "answers", "arrange", "base_subject", "copy_key", "keys", "prepare", "settle"]

BATCH = 500  # threads that are stored in one transaction

_FOOTER = 800  # bytes at a text's end in which a list writes its line and its address
_WHITE = b" \t\r\n\x0b\x0c>"
_link_key = lru_cache(maxsize=16384)(link_key)


class Keys(Struct, frozen=True, kw_only=True):
    """What threads and copies are found by. Keys are signed 64-bit hashes, 0 stands for none."""

    links: tuple[int, ...]  # its own first, then the mails it refers to and, of Outlook's, the conversation
    references: tuple[str, ...]  # the mails it refers to, oldest first, the one it answers last
    subject_key: int  # of the subject without reply marks; none for what the subject rule never joins
    orphan: bool  # a reply by its subject that names no mail
    copy_key: int  # equal for copies of one mail


def keys(message: Message) -> Keys:
    """The keys of one message, from itself alone: what was read before or after it makes no difference."""
    own = clean_id(message.message_id) if message.message_id else ""
    base, reply = base_subject(message.subject)
    line, beside = references(message, own)
    copy = release_copy_key(message) if is_released(message) else copy_key(message, own)
    links = [_link_key(own) if own else 0, *map(_link_key, line), *map(_link_key, beside)]
    if message.thread_index and (guid := conversation_guid(message.thread_index)):
        links.append(hash64(b"thread-index " + guid))
    if not own:
        links.append(copy)  # copies belong to one thread, and nothing else tells of these
    joinable = message.from_ and not is_robot(message.from_[0].address.lower()) and not too_general(base)
    return Keys(
        links=tuple(links),
        references=tuple(line),
        subject_key=_subject_key(base) if joinable else 0,
        orphan=reply and not line,
        copy_key=copy,
    )


@lru_cache(maxsize=4096)
def _subject_key(base: str) -> int:
    return hash64(b"subject " + base.encode("utf-8", "surrogatepass"))


def copy_key(message: Message, own: str) -> int:
    """Equal for copies of one mail: out of two mailboxes, or back from a list that put its footer below.

    The clean Message-ID `own`, or the sender where there is none; date, subject without tags, the text above the
    signature and the attached files. A mail that was altered, or whose Message-ID was used again, is no copy; nor is
    anything of a mail that has neither Message-ID nor content.
    """
    text = message.text
    segments = message.segments
    below = len(segments)
    while below and segments[below - 1].kind in ("signature", "disclaimer"):
        below -= 1
    if below < len(segments):
        text = text[: segments[below].start]
    data = text.encode("utf-8", "surrogatepass")
    footer = data.rfind(b"\n____", -_FOOTER)
    if footer > 0 and b"http" in data[footer:] and b"From:" not in data[footer:]:
        data = data[:footer]
    # An unnamed text beside the body is a list's footer.
    files = sorted([part.sha256 for part in message.attachments if part.name or not part.declared.startswith("text/")])
    who = own or (message.from_[0].address.lower() if message.from_ else "")
    if not own and not files and not data.strip():
        who = message.id
    when = message.date if message.date_source == "header" else None
    base, reply = base_subject(message.subject)
    head = f"{who}\n{when}\n{reply:d}{base}\n{files}\n".encode("utf-8", "surrogatepass")
    hashed = blake2b(head, digest_size=8)
    hashed.update(data.translate(None, _WHITE))
    return int.from_bytes(hashed.digest(), "big", signed=True) or 1


def prepare(message: Message, raw: bytes, place: Place) -> Prepared:
    """A message with its keys, ready to be stored."""
    found = keys(message)
    return Prepared(
        message=message, raw=raw, place=place, links=found.links, references=found.references,
        subject_key=found.subject_key, orphan=found.orphan, copy_key=found.copy_key,
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
