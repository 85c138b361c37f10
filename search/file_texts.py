"""Files that mails carry, as both engines keep them: which count, and how their texts are packed."""

from collections.abc import Iterable, Iterator

import zstandard

from mappings.records import Attachment, File, FileState, Message

LEVEL = 3  # of zstd
MOST = 64 << 20  # bytes of a text


def carried(message: Message) -> Iterator[Attachment]:
    """The files that a message carries, each once; an empty one is none."""
    seen = set()
    for attachment in message.attachments:
        if attachment.size and attachment.sha256 and attachment.sha256 not in seen:
            seen.add(attachment.sha256)
            yield attachment


def as_found(attachment: Attachment) -> File:
    """A file as it is when the first mail that carries it is stored; an attached mail is a message of its own."""
    state: FileState = "mail" if attachment.message else "waiting"
    media = attachment.sniffed or attachment.declared
    return File(sha256=attachment.sha256, size=attachment.size, media=media, state=state)


def pack(text: str) -> bytes | None:
    """A text as it is stored; None for none."""
    if not text:
        return None
    return zstandard.ZstdCompressor(level=LEVEL).compress(text.encode("utf-8", "replace"))


def unpack(data: bytes | None) -> str:
    """A text as it was; "" if it is damaged: it can be drawn again."""
    if not data:
        return ""
    try:
        return zstandard.ZstdDecompressor().decompress(data, max_output_size=MOST).decode("utf-8", "replace")
    except zstandard.ZstdError:
        return ""


def wanted(messages: Iterable[Message]) -> set[str]:
    """SHA-256 of all files that the messages carry."""
    return {attachment.sha256 for message in messages for attachment in message.attachments if attachment.sha256}
