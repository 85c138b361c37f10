"""A document of a text release, a file each: the message that its header block, as printed, makes of it."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from ingest.archives.items import END, Item
from ingest.archives.streams import Source, whole
from ingest.charsets import decode

LARGEST = 32 << 20  # bytes of one document
_FROM = re.compile(rb"(?:^|\n)[^\w\n]{0,30}[Ff][Rr][a-z0-9]{1,4}\b|RELEASE|\bDoc(?:ument)? (?:No|ID)|FOIA|Bates", re.I)
_PRINTED = re.compile(rb"(?:^|\n)(?:Sent|SENT)[ \t]*:")
_SENT = re.compile(
    rb"(?:^|\n)(?:Date|Message-ID|Received|Return-Path|MIME-Version|Content-Type|Delivered-To|X-[\w-]+)[ \t]*:", re.I
)
_PLAIN = re.compile(r"[\w.-]{1,64}")
_NUMBER = re.compile(r"Doc(?:ument)? (?:No|ID)\.?:? ?([A-Z]{0,4}\d{4,14})\b")


def is_document(head: bytes) -> bool:
    """Whether a text file that is no mail begins with a mail's header block as printed, or with a release's marks."""
    if not _FROM.search(head[:8192]):
        return False
    from ingest.releases.document import is_release

    return is_release(head.decode("utf-8", "replace"))


def is_printed(head: bytes) -> bool:
    """Whether what looks like a mail's header is a printed one: it has Sent where a mail that was sent has Date."""
    if b"Sent" not in head[:4096] and b"SENT" not in head[:4096]:
        return False  # quickly, for nearly every mail
    block = re.split(rb"\r?\n[ \t]*\r?\n", head.lstrip(), maxsplit=1)[0]
    return bool(_PRINTED.search(block)) and not _SENT.search(block)


def read(source: Source, member: str, name: str, flags: str) -> Iterator[Item]:
    """The document as one message. `name` is its file's. TooLarge, and what the source raises."""
    from ingest.compose import Enclosure
    from ingest.releases.mails import document_mail

    data = whole(source, LARGEST, f"The document is longer than {LARGEST:,} bytes.")
    text = decode(data)[0].replace("\r\n", "\n")
    plain = data.replace(b"\r\n", b"\n")
    # Where the text can't stand for the bytes, they go along.
    same = text.encode("utf-8", "surrogatepass") == plain and b"\r" not in plain
    files = () if same else (Enclosure(data, PurePosixPath(name).name or "document.txt", "text/plain"),)
    found = _NUMBER.findall(text[:3000])
    number = found[0] if found and len(set(found)) == 1 else PurePosixPath(name.rpartition("!")[2]).stem
    raw = document_mail(text, files)
    yield Item(raw, member, END, flags=flags, made="text", number=number if _PLAIN.fullmatch(number) else "")
