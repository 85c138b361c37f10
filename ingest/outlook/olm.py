"""Outlook for Mac's archive (.olm): a zip of XML files, one for each message, others for contacts, events and so on.

No specification is published; the names are those that the archives themselves use, as several readers have them.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree

from msgspec import Struct

from ingest.archives.errors import ArchiveError, Damaged
from ingest.archives.items import END, Item, Problem
from ingest.archives.streams import Source, whole
from ingest.compose import Enclosure, compose
from ingest.fields import date_field
from mappings.records import Address

LARGEST = 256 << 20  # bytes of one XML file
MOST = 200 << 20  # bytes of the files attached to one message
_MESSAGE = re.compile(r"(?:^|/)com\.microsoft\.__Messages/(?:(.+)/)?[^/]+\.xml$", re.IGNORECASE)
_LISTS = re.compile(r"(?:^|/)(?:Categories|Contacts|Calendar|Tasks|Notes)\.xml$", re.IGNORECASE)
_ROOTS = {"emails": "", "contacts": "contact", "appointments": "appointment", "tasks": "task", "notes": "note",
          "groups": "distribution list"}  # fmt: skip
_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?<(\w+)")
_UNFIT = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LABEL = re.compile(r"^OPF[A-Z][a-z]+(?:Copy|Get)?")
_HTML = re.compile(r"<(?:html|body|div|p|br|table|meta)\b", re.IGNORECASE)
_PEOPLE = (("From", "FromAddresses"), ("Sender", "SenderAddress"), ("To", "ToAddresses"), ("Cc", "CCAddresses"),
           ("Bcc", "BCCAddresses"), ("Reply-To", "ReplyToAddresses"))  # fmt: skip


class Place(Struct, frozen=True):
    """Where an XML file stands, and how to get the bytes of another member of its archive by name (KeyError)."""

    name: str  # in the archive
    member: str  # as a message's place has it
    sibling: Callable[[str], bytes]


def is_part(name: str) -> bool:
    """Whether a member's name is that of messages or other items."""
    return bool(_MESSAGE.search(name) or _LISTS.search(name))


def is_list(head: bytes) -> bool:
    """Whether the XML that begins so is a list of Outlook's items, "categories" among them."""
    found = _START.match(head)
    return bool(found and found[1].decode().lower() in (*_ROOTS, "categories"))


def things(source: Source, place: Place, position: str = "") -> Iterator[Item | Problem]:
    """The items of an XML file; a position is how many came before. ArchiveError."""
    root = _parsed(source)
    if root.tag.lower() not in _ROOTS:  # the colours of its labels
        return
    start = int(position) if position.isdecimal() else 0
    kind = _ROOTS.get(root.tag.lower(), "")
    folder = _MESSAGE.search(place.name)
    labels = tuple(filter(None, ((folder[1] or "") if folder else "", kind)))
    entries = list(root)
    for number, entry in enumerate(entries[start:], start + 1):
        losses: list[str] = []
        raw = _item(entry, kind) if kind else _message(entry, place, losses)
        after = END if number == len(entries) else str(number)
        member = place.member if len(entries) == 1 else f"{place.member}#{number}"
        for reason in losses:
            yield Problem("split", "part-lost", reason, member, position=str(number - 1))
        flags = "S" if _true(entry, "OPFMessageGetIsRead") else ""
        yield Item(raw, member, after, flags=flags, labels=labels, made="olm")


def _parsed(source: Source) -> ElementTree.Element:
    data = whole(source, LARGEST, f"A list of items has more than {LARGEST:,} bytes.")
    for fit in (data, _UNFIT.sub(b" ", data)):  # controls that XML forbids are copied into it from mails
        try:
            return ElementTree.fromstring(fit)  # noqa: S314  # no document type (`is_list`), no entities
        except ElementTree.ParseError as error:
            problem = error
    raise Damaged(f"The XML is damaged ({problem}).")


def _text(entry: ElementTree.Element, name: str) -> str:
    found = entry.find(name)
    return "".join(found.itertext()) if found is not None else ""


def _true(entry: ElementTree.Element, name: str) -> bool:
    return _text(entry, name).strip().lower() in ("1", "1e0", "true")


def _date(text: str) -> str:
    """`2011-05-03T10:11:12`, which is UTC, as a Date field has it; "" for what is no date."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return ""
    return date_field(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp())


def _people(entry: ElementTree.Element, name: str) -> list[Address]:
    found = entry.find(f"OPFMessageCopy{name}")
    if found is None:
        return []
    shown = [(one.get("OPFContactEmailAddressName", ""), one.get("OPFContactEmailAddressAddress", ""))
             for one in found.iter("emailAddress")]  # fmt: skip
    plain = "".join(found.itertext()).strip()
    people = [Address(name if name != address else "", address) for name, address in shown if name or address]
    return people or ([Address(address=plain)] if "@" in plain else [])


def _message(entry: ElementTree.Element, place: Place, losses: list[str]) -> bytes:
    get = {name: _text(entry, f"OPFMessageCopy{name}") for name in
           ("Subject", "SentTime", "ReceivedTime", "MessageID", "InReplyTo", "References", "ThreadTopic",
            "ThreadIndex", "Body", "HTMLBody")}  # fmt: skip
    text, html = get["Body"], get["HTMLBody"]
    if not html and _HTML.search(text):
        text, html = "", text
    fields: list[tuple[str, str | list[Address]]] = [(name, _people(entry, field)) for name, field in _PEOPLE]
    if fields[0][1] == fields[1][1] or not fields[0][1]:
        fields[:2] = [("From", fields[0][1] or fields[1][1])]
    fields += [
        ("Subject", get["Subject"]), ("Date", _date(get["SentTime"]) or _date(get["ReceivedTime"])),
        ("Message-ID", _bracketed(get["MessageID"])), ("In-Reply-To", _bracketed(get["InReplyTo"])),
        ("References", get["References"]), ("Thread-Topic", get["ThreadTopic"]), ("Thread-Index", get["ThreadIndex"]),
        ("Delivery-Date", _date(get["ReceivedTime"])),
    ]  # fmt: skip
    plain = text if text.strip() or not html else None
    return compose(fields, text=plain, html=html or None, files=_files(entry, place, losses))


def _bracketed(id: str) -> str:
    id = id.strip()
    return id if not id or "<" in id else f"<{id}>"


def _files(entry: ElementTree.Element, place: Place, losses: list[str]) -> list[Enclosure]:
    """What is attached: other members of the archive, by their names."""
    found: list[Enclosure] = []
    size = 0
    for one in entry.iter("messageAttachment"):
        name, path = one.get("OPFAttachmentName", ""), one.get("OPFAttachmentURL", "")
        try:
            data = place.sibling(path)
        except KeyError:
            losses.append(f"The attachment {name or path!r} is named, but not in the archive.")
            continue
        except ArchiveError as error:
            losses.append(f"The attachment {name or path!r} could not be read: {error}")
            continue
        size += len(data)
        if size > MOST:
            losses.append(f"The attachment {name or path!r} was left out: all are larger than {MOST:,} bytes.")
            continue
        media, content_id = (one.get(f"OPFAttachmentContent{key}", "").strip() for key in ("Type", "ID"))
        found.append(Enclosure(data, name, media, content_id.strip("<>"), inline=bool(content_id)))
    return found


def _item(entry: ElementTree.Element, kind: str) -> bytes:
    """A contact, event, task or note: all that it says, a line each."""
    lines = []
    subject = ""
    for one in entry.iter():
        label = _LABEL.sub("", one.tag)
        value = " ".join((one.text or "").split())
        value = value or " ".join(one.get(key, "") for key in sorted(one.keys()) if key.endswith(("Address", "Name")))
        if value and one is not entry:
            lines.append(f"{label}: {value}")
            subject = subject or (value if label in ("Summary", "DisplayName", "Name", "Title", "Subject") else "")
    return compose([("Subject", subject or kind.capitalize()), ("X-Message-Class", kind)], text="\n".join(lines))
