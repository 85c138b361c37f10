"""An item of Outlook's -> the bytes of a message, with all that the item says in the place where mail has it."""

import base64
import html as markup
import re
from collections.abc import Sequence

from msgspec import Struct, field

from ingest.archives.errors import ArchiveError
from ingest.compose import Enclosure, compose
from ingest.fields import date_field
from ingest.outlook import rtf
from ingest.outlook.details import details
from ingest.outlook.items import File, Item
from ingest.outlook.properties import BINARY, Properties, codec
from mappings.records import Address

DEEPEST = 12  # items attached to items
MOST_ITEMS = 1000  # of them in all
MOST_FILES = 5000  # attached to one of them
MOST = 200 << 20  # bytes of all that is attached to one item; above, the rest is left out

# MAPI property ids (MS-OXPROPS)
SUBJECT, TRANSPORT, MESSAGE_ID, REFERENCES, IN_REPLY_TO = 0x37, 0x7D, 0x1035, 0x1039, 0x1042
SUBMITTED, DELIVERED, FLAGS, CLASS = 0x39, 0xE06, 0xE07, 0x1A
BODY, HTML, RTF, INTERNET_PAGE = 0x1000, 0x1013, 0x1009, 0x3FDE
# Who: internet address, kind of address, address, name
FROM = (0x5D02, 0x64, 0x65, 0x42)
SENDER = (0x5D01, 0xC1E, 0xC1F, 0xC1A)
RECIPIENT = (0x39FE, 0x3002, 0x3003, 0x3001)
ATTACHED_AS, ATTACHED_FLAGS, HIDDEN = 0x3705, 0x3714, 0x7FFE
_LONGEST = 1000  # characters of a name or an address
_BY_REFERENCE = (2, 3, 4, 7)
_PREFIX = re.compile(r"\x01.")  # before a subject in a PST: how long its "Re: " is
_ENTITY = re.compile(rb"content-type:[ \t]*multipart/signed\b", re.IGNORECASE)
_NAMES = re.compile(r"\s*;\s*")


class Spent(Struct):
    """What making one message of an item has taken so far, and what could not be got out of it."""

    losses: list[str] = field(default_factory=list)
    items: int = 0  # attached ones
    bytes: int = 0  # of the files that were read, kept or not


def message(item: Item, spent: Spent, depth: int = 0) -> bytes:
    """The item as a message, to be marked by its reader. Never raises for what the item holds."""
    get = item.properties
    spent.losses += item.problems
    transport = get.text(TRANSPORT)
    if signed := _signed(item):
        return compose(_fields(item), entity=signed, transport=transport)
    text, html, files = _bodies(get, spent.losses)
    files += _files(item.files, spent, depth)
    if lines := details(get):
        if text.strip() or html is None:
            text = "\n".join([*lines, "", text])
        if html is not None:
            page = html.decode(_page(get), "replace") if isinstance(html, bytes) else html
            html = "".join(f"<p>{markup.escape(line)}</p>\n" for line in lines) + page
    charset = _page(get) if isinstance(html, bytes) else ""
    plain = text if text.strip() or html is None else None
    return compose(_fields(item), text=plain, html=html, charset=charset, files=files, transport=transport)


def _signed(item: Item) -> bytes:
    """The MIME entity of a signed mail (MS-OXOSMIME §2.1.3.1): Outlook keeps it whole, as the one attachment."""
    if not item.properties.text(CLASS).lower().startswith("ipm.note.smime") or len(item.files) != 1:
        return b""
    try:
        data = item.files[0].data()
    except ArchiveError:
        return b""
    return data if _ENTITY.match(data) else b""


def subject(get: Properties) -> str:
    """The subject, without the mark that a PST sets before it."""
    return _PREFIX.sub("", get.text(SUBJECT), count=1) if get.text(SUBJECT).startswith("\x01") else get.text(SUBJECT)


def flags(get: Properties) -> str:
    """The letters that a Maildir would have in the name: seen, draft, replied, passed on, flagged."""
    state = get.number(FLAGS)
    verb = get.number(0x1081)
    return "".join(
        letter
        for letter, holds in (
            ("D", state & 8), ("F", get.number(0x1090) == 2), ("P", verb == 104), ("R", verb in (102, 103)),
            ("S", state & 1),
        )
        if holds
    )  # fmt: skip


def who(get: Properties, ids: Sequence[int]) -> Address:
    """A person: the internet address if there is one, else whatever Outlook calls them."""
    smtp, kind, address, name = (get.text(id).strip()[:_LONGEST] for id in ids)
    name = name[1:-1] if len(name) > 1 and name[0] == name[-1] == "'" else name
    if not smtp and ("@" in address or kind.upper() != "SMTP"):
        smtp = address
    if "@" not in smtp and "@" in name and " " not in name:
        smtp = name
    return Address(name if name != smtp else "", smtp)


def _fields(item: Item) -> list[tuple[str, str | list[Address]]]:
    get = item.properties
    sender, written_by = who(get, SENDER), who(get, FROM)
    author = written_by if str(written_by) else sender
    if not author.address and author.name == sender.name:
        author = sender
    sent, delivered = get.moment(SUBMITTED), get.moment(DELIVERED)
    when = delivered if sent is None else sent
    index = base64.b64encode(get.data(0x71)).decode()
    fields: list[tuple[str, str | list[Address]]] = [
        ("From", [author]), ("Sender", [sender] if sender not in (author, Address()) else []), *_recipients(item),
        ("Reply-To", [Address(address=one) for one in _NAMES.split(get.text(0x50)) if "@" in one and " " not in one]),
        ("Subject", subject(get)), ("Date", "" if when is None else date_field(when)),
        ("Message-ID", get.text(MESSAGE_ID)), ("In-Reply-To", get.text(IN_REPLY_TO)),
        ("References", get.text(REFERENCES)), ("Thread-Topic", get.text(0x70)), ("Thread-Index", index),
        ("Delivery-Date", "" if delivered is None else date_field(delivered)),
        ("Importance", {0: "low", 2: "high"}.get(get.number(0x17, 1), "")),
        ("Sensitivity", {1: "Personal", 2: "Private", 3: "Company-Confidential"}.get(get.number(0x36), "")),
        ("Keywords", ", ".join(get.texts("keywords"))), ("X-Message-Class", get.text(CLASS)),
    ]  # fmt: skip
    for name, id in (("X-Created", 0x3007), ("X-Last-Modified", 0x3008)):
        moment = get.moment(id)
        fields.append((name, "" if moment is None else date_field(moment)))
    return fields


def _recipients(item: Item) -> list[tuple[str, list[Address]]]:
    """To, Cc and Bcc: from the recipients, and where there are none of a kind, by the names that are shown."""
    found = []
    for kind, name, shown in ((1, "To", 0xE04), (2, "Cc", 0xE03), (3, "Bcc", 0xE02)):
        people = [who(one, RECIPIENT) for one in item.recipients if one.number(0xC15, 1) & 15 == kind]
        if not people:
            names = filter(None, _NAMES.split(item.properties.text(shown).strip()))
            people = [Address("", one) if "@" in one and " " not in one else Address(one) for one in names]
        found.append((name, people))
    return found


def _page(get: Properties) -> str:
    """The charset of HTML as Outlook notes it."""
    return codec(get.number(INTERNET_PAGE, 1252)) if get.has(INTERNET_PAGE) else "utf-8"


def _bodies(get: Properties, losses: list[str]) -> tuple[str, str | bytes | None, list[Enclosure]]:
    """The plain text, the HTML if there is any, and the rich text where it says more than either."""
    for id, name in ((BODY, "text"), (HTML, "HTML"), (RTF, "rich text")):
        try:
            get.read(id)
        except ArchiveError as error:
            losses.append(f"The {name} of the item could not be read: {error}")
    text = get.text(BODY)
    html: str | bytes | None = get.data(HTML) or None
    if html is not None and get.kind(HTML) != BINARY:
        html = get.text(HTML) or None
    packed = get.data(RTF)
    if html is not None or not packed:
        return text, html, []
    plain = rtf.unpack(packed)
    if len(plain) == rtf.LONGEST:
        losses.append(f"Of the rich text the first {rtf.LONGEST:,} bytes were read.")
    rich = rtf.read(plain)
    if rich.html and rich.text.strip():
        return text, rich.text, []
    kept = [Enclosure(plain, "body.rtf", "application/rtf", inline=True)] if rich.telling else []
    return (text if text.strip() else rich.text.strip("\n")), None, kept


def _files(files: Sequence[File], spent: Spent, depth: int) -> list[Enclosure]:
    """What is attached; items as messages of their own. What is lost is named."""
    found: list[Enclosure] = []
    if len(files) > MOST_FILES:
        spent.losses.append(f"Of {len(files):,} attachments the first {MOST_FILES:,} were read.")
    for number, file in enumerate(files[:MOST_FILES], 1):
        name = file_name(file.properties) or f"number {number}"
        if spent.bytes > MOST:
            spent.losses.append(f"From the attachment {name!r} on they were left out: more than {MOST:,} bytes.")
            break
        try:
            one = _item(file, spent, depth) if file.item else _file(file)
        except ArchiveError as error:
            spent.losses.append(f"The attachment {name!r} could not be read: {error}")
            continue
        if one is None:
            spent.losses.append(f"Of the attachment {name!r} there is only a path: {file.properties.text(0x370D)}")
            continue
        spent.bytes += 0 if one.mail else len(one.data)
        if spent.bytes <= MOST:
            found.append(one)
        else:
            spent.losses.append(f"The attachment {name!r} was left out: together they have more than {MOST:,} bytes.")
    return found


def _item(file: File, spent: Spent, depth: int) -> Enclosure:
    spent.items += 1
    if depth >= DEEPEST or spent.items > MOST_ITEMS:
        raise ArchiveError(f"Items attached to items more than {DEEPEST} deep, or more than {MOST_ITEMS:,}.")
    assert file.item is not None  # the caller has looked
    item = file.item()
    name = file_name(file.properties) or subject(item.properties)
    return Enclosure(message(item, spent, depth + 1), name, "message/rfc822", mail=True)


def _file(file: File) -> Enclosure | None:
    """A file, or None where there is only a path to one."""
    get = file.properties
    data = file.data()
    if not data and get.number(ATTACHED_AS) in _BY_REFERENCE:
        return None
    media, content_id = get.text(0x370E), get.text(0x3712).strip().strip("<>")
    shown = bool(content_id) and (bool(get.number(ATTACHED_FLAGS) & 4) or bool(get.number(HIDDEN)))
    return Enclosure(data, file_name(get), media, content_id, inline=shown)


def file_name(get: Properties) -> str:
    """The name of an attachment: the long one, else the short one, else what is shown."""
    return get.text(0x3707) or get.text(0x3704) or get.text(0x3001)
