"""Raw bytes -> Message: the one door to reading mail. Nothing here raises, whatever the bytes are."""

import re
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ingest.addresses import parse_addresses
from ingest.attached import attached_mail
from ingest.bodies import Body, html_text, read_body
from ingest.charsets import clean
from ingest.dates import choose_date
from ingest.doubts import date_doubts, route_doubts
from ingest.headers import Head, decode_words, read_head
from ingest.keywords import LABELLED, read_labels
from ingest.language import language
from ingest.quotes import own_words, split, whole
from ingest.releases.kinds import DOCUMENTS, is_document
from ingest.sealed.find import seals
from ingest.sniffing import sniff
from ingest.structure import Tree, read_tree
from ingest.winmail import MARK, Winmail, opened
from mappings.records import Attachment, Forensics, Message, Note

_ID = re.compile(r"<\s*([^<>]{1,2000}?)\s*>")
_SIMPLE_ID = re.compile(r"<([!-;=?-~]{1,998})>")
_LOOSE_ID = re.compile(r"[^\s<>,;\"]+@[^\s<>,;\"]+")
_LIST_ADDRESS = re.compile(r"[^\s<>:;,\"]+@[^\s<>:;,\"]+")
_LIST_FIELDS = ("x-beenthere", "x-mailing-list", "mailing-list", "list-post")
_LISTED = frozenset({"list-id", *_LIST_FIELDS, "delivered-to"})
_HEAD_NOTES = {
    "no-header": "The message has no header: all of it was read as text.",
    "no-blank-line": "No empty line between header and body: the body begins at the first line that is no field.",
    "stray-line": "A line among the header fields is no field: it was passed over.",
    "header-cut": "A header field is longer than a million characters: the rest of it is in the raw message.",
}
_MOST_REFERENCES = 1000
_PEOPLE = (
    ("from", "from_"), ("sender", "sender"), ("reply-to", "reply_to"), ("to", "to"), ("cc", "cc"), ("bcc", "bcc"),
)  # fmt: skip
_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}\"?([\w.:\-]{2,40})", re.I)


class Reading(Struct, frozen=True):
    """A message as read, and the raw bytes of the mails attached to it.

    `attached` goes one level down, in the order of the attachments whose `.message` is set (to its SHA-256); `made`
    says of each what it was made from, "" for bytes as they came. `quoted_from` is where the markup says that the rest
    is quoted, 0 for nowhere, as long as the text is in one piece; then -1.
    """

    message: Message
    attached: tuple[bytes, ...] = ()
    made: tuple[str, ...] = ()
    quoted_from: int = -1


def read_message(raw: bytes, *, carrier: str = "", parser: str = "fast", made: str = "") -> Reading:
    """Read one mail. Never raises; what was assumed or repaired is in the message's notes.

    `carrier` is the id of the message this one was attached to; `parser` "mailparser" reads it with that library
    (ten times slower, a second opinion) instead of "fast". `made` is the mark of the reader that composed `raw`; the
    mails attached that it composed along (`ingest.compose` leaves those unencoded) carry it too.
    """
    reading = read_uncut(raw, carrier=carrier, parser=parser, made=made)
    return replace(reading, message=cut(raw, reading), quoted_from=-1)


def read_uncut(raw: bytes, *, carrier: str = "", parser: str = "fast", made: str = "") -> Reading:
    """The same but for what `cut` does: many mails are read faster in two turns, each of which stays in the caches."""
    try:
        reading = _read(raw, carrier, made)
    except Exception as problem:  # the last net: a mail must not be lost to a fault of ours
        return _bare(raw, carrier, made, problem)
    return _second(raw, replace(reading, message=cut(raw, reading))) if parser == "mailparser" else reading


def cut(raw: bytes, reading: Reading) -> Message:
    """The message with its text cut into own words and quotations, and the language of the own ones."""
    message = reading.message
    if reading.quoted_from < 0:
        return message
    try:
        segments = message.segments or split(message.text, message.from_, reading.quoted_from)
        return replace(message, segments=segments, lang=language(own_words(message.text, segments, 400)))
    except Exception as problem:
        return _bare(raw, message.carrier, message.made, problem).message


def _read(raw: bytes, carrier: str, made: str) -> Reading:
    """The whole way for one mail."""
    head, data = _open(raw)
    tree = read_tree(data, head)
    body = read_body(tree)
    attachments, mails, damage = _attachments(tree, body, made)
    for box in opened(tree) if made != "tnef" else ():  # one inside another stays a file
        _adopt(box, body, attachments, mails)
    notes = tree.notes + body.notes + damage
    if head.problems:
        notes = [Note(code, _HEAD_NOTES[code]) for code in dict.fromkeys(head.problems)] + notes
    rest: dict[str, Any] = {"attachments": tuple(attachments), "carrier": carrier, "parser": "fast", "made": made}
    if found := seals(tree, body.seals):
        rest["seals"] = found
    if is_document(made, body.text):
        from ingest.releases.mails import release_segments  # imports slowly, and is rarely wanted

        rest["segments"] = release_segments(body.text, made)
    message = _message(raw, head, body, notes, rest)
    if not mails:
        return Reading(message, quoted_from=body.quoted_from)
    attached, marks = tuple(mail for mail, _ in mails), tuple(mark for _, mark in mails)
    return Reading(message, attached, marks, body.quoted_from)


def _adopt(box: Winmail, body: Body, attachments: list[Attachment], mails: list[tuple[bytes, str]]) -> None:
    """Makes the content of a winmail.dat the mail's own: its files, and its text and HTML where the mail has none."""
    body.notes += [Note("winmail-damaged", problem, box.part) for problem in box.problems]
    if not box.raw:
        return
    inner = _read(box.raw, "", "tnef")
    prefix = f"{box.part}{MARK}"
    if not body.text.strip():
        body.text = inner.message.text
    if not body.html and inner.message.html:
        body.html = prefix + inner.message.html
    attachments += [replace(one, part=prefix + one.part) for one in inner.message.attachments]
    mails += zip(inner.attached, inner.made, strict=True)


def _within(raw: bytes, number: str) -> tuple[bytes, str]:
    """The message that a winmail.dat makes, and a part's number there, from the part's number in the mail. KeyError."""
    part, _, below = number.partition(MARK)
    head, data = _open(raw)
    for box in opened(read_tree(data, head)):
        if box.part == part and box.raw:
            return box.raw, below
    raise KeyError(number)


def _second(raw: bytes, reading: Reading) -> Reading:
    """The same with mailparser's text, subject and addresses; as it was, with a note, where mailparser fails."""
    from ingest.forensics import second_opinion  # imports slowly, and is rarely wanted

    try:
        message = second_opinion(raw, reading.message)
    except Exception as problem:
        note = Note("mailparser-failed", f"mailparser could not read this message ({type(problem).__name__}).")
        message = replace(reading.message, notes=(*reading.message.notes, note))
    return replace(reading, message=message, quoted_from=-1)


def _open(raw: bytes) -> tuple[Head, bytes]:
    """The head, and the bytes it was read from: those of old Macs have their bare CRs turned into line ends."""
    if b"\n" not in raw[:10_000] and b"\r" in raw and b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    return read_head(raw), raw


def _message(raw: bytes, head: Head, body: Body, notes: list[Note], rest: dict[str, Any]) -> Message:
    """The record: what the head and body say, and the rest as given."""
    charset = _header_charset(head)
    received = head.all("received")
    when, source, reason = choose_date(head.get("date"), received)
    if when and source == "header":
        if when.zone is None and (rest.get("made") in (*DOCUMENTS, "table") or "-0000" not in head.get("date")):
            notes.append(Note("zone-assumed", "The date is given without a time zone that is known: read as UTC."))
        notes += date_doubts(head.get("date"), when, received)
    if len(received) > 1:
        notes += route_doubts(received)
    first = head.first
    for name, field in _PEOPLE:
        if (value := first.get(name)) and (people := parse_addresses(_joined(head, name, value), charset)):
            rest[field] = people
    if value := first.get("references"):
        rest["references"] = _ids(value)
    if value := first.get("in-reply-to"):
        rest["in_reply_to"] = _ids(value)
    if value := first.get("thread-index"):
        rest["thread_index"] = clean(decode_words("".join(value.split())))
    headers = head.decoded(charset)
    return Message(
        id=sha256(raw).hexdigest(),
        size=len(raw),
        message_id=_message_id(head.get("message-id")),
        subject=decode_words(head.get("subject"), charset).strip(),
        date=when.seconds if when else None,
        zone=when.zone if when else None,
        date_source=source,
        date_note=reason,
        list_id=_list_id(head),
        headers=headers,
        labels=read_labels(headers) if not first.keys().isdisjoint(LABELLED) else (),
        text=body.text,
        html=body.html,
        notes=tuple(notes),
        **rest,
    )


def _header_charset(head: Head) -> str:
    """The charset that the body declares: the best guess for 8-bit bytes in the fields above it."""
    declared = head.get("content-type")
    return _charset_in(declared[:1000])


@lru_cache(maxsize=512)
def _charset_in(declared: str) -> str:
    found = _CHARSET.search(declared)
    return found[1] if found else ""


def _joined(head: Head, name: str, value: str) -> str:
    """The first field of a name, whose value is given, with those of recipients that follow under the same name."""
    return ", ".join(head.again[name]) if name in head.again and name in ("to", "cc", "bcc") else value


def _message_id(value: str) -> str:
    """A Message-ID without its brackets."""
    if not value:
        return ""
    if (found := _SIMPLE_ID.fullmatch(value)) and "=?" not in value:
        return found[1]
    found = _ID.search(value)
    return decode_words("".join((found[1] if found else value.strip(" \t<>")).split()))[:2000]


def _ids(value: str) -> tuple[str, ...]:
    """The Message-IDs of a References or In-Reply-To field, in order, each once."""
    count = value.count("<")
    ids: list[str] = _SIMPLE_ID.findall(value)
    if not ids or len(ids) != count:
        found = (_ID.findall(value) if count else []) or _LOOSE_ID.findall(value)
        ids = ["".join(id.split()) if " " in id or "\t" in id else id for id in found]
    if not value.isascii() or "\0" in value:
        ids = [decode_words(id) for id in ids]
    return tuple(dict.fromkeys(ids[-_MOST_REFERENCES:]))


def _list_id(head: Head) -> str:
    """The mailing list's id (RFC 2919), else made from the list's address: "list.example.org"."""
    if head.first.keys().isdisjoint(_LISTED):
        return ""
    value = head.get("list-id")
    if value:
        inner = (
            value.rpartition("<")[2].partition(">")[0] if "<" in value else value.split()[-1] if value.split() else ""
        )
        inner = decode_words("".join(inner.split())).lower().strip(".,;\"'")
        if inner:
            return inner.replace("@", ".")[:255]
    for name in _LIST_FIELDS:
        value = head.get(name)
        if value and (found := _LIST_ADDRESS.search(value.replace("mailto:", ""))):
            return decode_words(found[0]).lower().partition("?")[0].replace("@", ".")[:255]
    for value in head.all("delivered-to"):
        if value.startswith("mailing list ") and (found := _LIST_ADDRESS.search(value)):
            return decode_words(found[0]).lower().replace("@", ".")[:255]
    return ""


def _attachments(
    tree: Tree, body: Body, made: str = ""
) -> tuple[list[Attachment], list[tuple[bytes, str]], list[Note]]:
    """Every leaf that is not body, the raw bytes and the marks of those that are mails, and notes on damage."""
    attachments: list[Attachment] = []
    attached: list[tuple[bytes, str]] = []
    notes: list[Note] = []
    html: bytes | None = None
    for leaf in tree.leaves():
        if leaf.number in body.leaves:
            continue
        content = leaf.content
        if leaf.damaged:
            notes.append(
                Note(leaf.damaged, "The part's base64 is damaged: what could be decoded was kept.", leaf.number)
            )
        if not content.strip() and leaf.head.get("x-apple-content-length"):
            notes.append(Note("part-absent", "Apple Mail kept this part apart, and it was not there.", leaf.number))
        inline = leaf.disposition == "inline"
        if not inline and leaf.content_id and body.html:
            html = _html_bytes(tree, body.html) if html is None else html
            inline = b"cid:" + leaf.content_id.encode("utf-8", "replace") in html
        digest = sha256(content).hexdigest()
        mail, mark = attached_mail(leaf, made, notes)
        if mail:
            attached.append((mail, mark))
        attachments.append(
            Attachment(
                part=leaf.number,
                name=leaf.name,
                declared=clean(decode_words(leaf.type))[:255],
                sniffed=sniff(content),
                size=len(content),
                sha256=digest,
                inline=inline,
                content_id=leaf.content_id,
                message=(digest if mail is content else sha256(mail).hexdigest()) if mail else "",
            )
        )
    for number, name, content in body.enclosed:
        attachments.append(
            Attachment(
                number, name, "application/octet-stream", sniff(content), len(content), sha256(content).hexdigest()
            )
        )
    return attachments, attached, notes


def _html_bytes(tree: Tree, number: str) -> bytes:
    """The decoded bytes of the HTML part with that number."""
    return next((leaf.content for leaf in tree.leaves() if leaf.number == number), b"")


def _bare(raw: bytes, carrier: str, made: str, problem: Exception) -> Reading:
    """The worst case: the bytes as text, so that the mail can still be found and read."""
    body = Body()
    body.text = clean(raw[:1_000_000].decode("utf-8", "replace")).replace("\r\n", "\n").strip("\n")
    note = Note("reader-failed", f"This could not be read in full ({type(problem).__name__}): its raw text is shown.")
    rest: dict[str, Any] = {"segments": whole(body.text), "carrier": carrier, "parser": "raw", "made": made}
    try:
        message = _message(raw, read_head(raw), body, [note], rest)
    except Exception:
        message = _message(raw, Head([], 0, []), body, [note], rest)
    return Reading(replace(message, lang=language(body.text[:400])))


def body_html(raw: bytes, part: str) -> str:
    """The markup of the text/html part with that number, decoded. It is hostile: sanitise before showing. KeyError."""
    if MARK in part:
        return body_html(*_within(raw, part))
    head, data = _open(raw)
    for leaf in read_tree(data, head).leaves():
        if leaf.number == part and leaf.type == "text/html":
            return html_text(leaf)
    raise KeyError(part)


def part_bytes(raw: bytes, number: str) -> tuple[Attachment, bytes]:
    """The attachment with that part number and its decoded bytes. KeyError when there is none."""
    for attachment, content in files_of(raw):
        if attachment.part == number:
            return attachment, content
    raise KeyError(number)


def files_of(raw: bytes) -> Iterator[tuple[Attachment, bytes]]:
    """Every attachment of a mail with its decoded bytes, those in a winmail.dat after the others."""
    head, data = _open(raw)
    tree = read_tree(data, head)
    yield from _files(tree)
    for box in opened(tree):
        for attachment, content in _files(read_tree(box.raw, read_head(box.raw))):
            yield replace(attachment, part=f"{box.part}{MARK}{attachment.part}"), content


def _files(tree: Tree) -> Iterator[tuple[Attachment, bytes]]:
    body = read_body(tree)
    contents = {leaf.number: leaf for leaf in tree.leaves()}
    enclosed = {name: content for name, _, content in body.enclosed}
    for attachment in _attachments(tree, body)[0]:
        number = attachment.part
        yield attachment, enclosed[number] if number in enclosed else contents[number].content


def parts_by_content_id(raw: bytes) -> dict[str, str]:
    """Content-ID -> part number, for the images that HTML shows by `cid:`. The first of equal ids counts."""
    head, data = _open(raw)
    found: dict[str, str] = {}
    tree = read_tree(data, head)
    inner = [(f"{box.part}{MARK}", read_tree(box.raw, read_head(box.raw))) for box in opened(tree)]
    for prefix, leaf in [(prefix, leaf) for prefix, one in [("", tree), *inner] for leaf in one.leaves()]:
        if leaf.content_id:
            found.setdefault(leaf.content_id, prefix + leaf.number)
    return found


def forensics(raw: bytes) -> Forensics:
    """The way a mail took, as mailparser sees it. Never raises; about 1 ms."""
    from ingest.forensics import read_forensics

    return read_forensics(raw)
