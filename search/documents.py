"""A message as the document that is searched, field for field as mappings/messages.json has it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date as Day
from typing import Any

from mappings.records import OWN_KINDS, Attachment, Message
from mappings.signatures import arc_state, dkim_state
from search.cited import cited_key
from search.ghosts import Ghost, authors, moment
from search.weights import WEIGHTS
from search.words import searchable

KEYWORD = 500  # characters of a keyword that are kept
ATTACHED = 1_000_000  # characters of a message's attachments that are searched
# The term of a field that says nothing. Lucene takes a field's statistics from the documents that have it, Tantivy from
# all; where all have it both score alike. Nobody asks for this one: a letter of a single manuscript, eight times.
NOTHING = "ꙮ" * 8
_LAST = (1 << 39) - 1  # larger than any date's part of a sort key
_EPOCH = Day(1970, 1, 1).toordinal()


def sort_keys(date: int | None, id: str) -> tuple[int, int]:
    """`newest` and `oldest`: date and the first 24 bits of the id as one number; undated ones come last in either."""
    tie = int(id[:6], 16)
    if date is None:
        return tie, _LAST << 24 | tie
    key = min(max(date + (1 << 38), 1), _LAST - 1) << 24 | tie
    return key, key


def month(date: int) -> int:
    """12 x year + month - 1 in UTC; the calendar's ends for dates beyond it."""
    try:
        day = Day.fromordinal(_EPOCH + date // 86_400)
    except (OverflowError, ValueError):
        return 12 * 9999 + 11 if date > 0 else 12
    return 12 * day.year + day.month - 1


def has(message: Message) -> list[str]:
    """What `has:` finds: attachment and its kinds, html, date."""
    found = {kind for attachment in message.attachments for kind in _kinds(attachment)}
    if message.made:
        found |= {has for name, value in message.headers if name == "X-Message-Class" for has in _of_class(value)}
    if message.html:
        found.add("html")
    if message.date is not None:
        found.add("date")
    found |= doubts(message)
    return sorted(found)


def doubts(message: Message) -> set[str]:
    """`doubtful-date` for a date that is odd, or that servers had to stand in for; `doubt` for this or an odd route."""
    codes = {note.code for note in message.notes} if message.notes else ()
    replaced = message.date_source == "received" and any(name.lower() == "date" for name, _ in message.headers)
    if replaced or "date-doubtful" in codes:
        return {"doubtful-date", "doubt"}
    return {"doubt"} if "route-doubtful" in codes else set()


_KINDS = {
    "application/pdf": "pdf", "text/calendar": "calendar", "text/x-vcard": "contact", "text/vcard": "contact",
    "message/rfc822": "mail", "application/zip": "archive", "application/gzip": "archive", "text/csv": "spreadsheet",
    "application/x-7z-compressed": "archive", "application/x-rar": "archive", "application/vnd.rar": "archive",
    "application/x-tar": "archive", "application/msword": "document", "application/rtf": "document",
    "application/vnd.ms-excel": "spreadsheet", "application/vnd.ms-powerpoint": "presentation",
}  # fmt: skip
_CLASSES = {"calendar": ("appointment", "schedule"), "contact": ("contact", "distlist", "abchperson")}
_ENDINGS = {
    "pdf": "pdf", "doc": "document", "docx": "document", "odt": "document", "rtf": "document", "txt": "document",
    "xls": "spreadsheet", "xlsx": "spreadsheet", "ods": "spreadsheet", "csv": "spreadsheet", "ppt": "presentation",
    "pptx": "presentation", "odp": "presentation", "zip": "archive", "gz": "archive", "7z": "archive", "rar": "archive",
    "ics": "calendar", "vcf": "contact", "eml": "mail",
}  # fmt: skip


def _of_class(name: str) -> list[str]:
    """What an item of Outlook's is that is no mail, by its class: "IPM.Appointment", "IPM.Contact" …"""
    word = name.lower().removeprefix("ipm.").partition(".")[0]
    return [kind for kind, words in _CLASSES.items() if word in words]


def _kinds(attachment: Attachment) -> list[str]:
    kinds = [] if attachment.inline else ["attachment"]
    ending = attachment.name.rpartition(".")[2].lower()
    for media in (attachment.sniffed, attachment.declared):
        kind = media.partition("/")[0]
        if kind in ("image", "audio", "video"):
            return [*kinds, kind]
        if media in _KINDS and _ENDINGS.get(ending, "archive") == "archive":
            return [*kinds, _KINDS[media]]
    if ending in _ENDINGS:
        kinds.append(_ENDINGS[ending])
    return kinds


def attached(message: Message, texts: Mapping[str, str]) -> Iterator[tuple[Attachment, str]]:
    """A message's attachments with their text (`texts` has it by SHA-256), as far as it is searched."""
    left = ATTACHED
    for attachment in message.attachments:
        if left and (text := texts.get(attachment.sha256, "")):
            yield attachment, text[:left]
            left -= min(left, len(text))


def nature(message: Message) -> list[str]:
    """What `is:` finds of a message by itself: how it came here, and what its writer did to it."""
    found: set[str] = {seal.act for seal in message.seals}
    if message.carrier:
        found.add("attached")
    if message.made:
        found.add("made")
    if message.made == "opened":
        found.add("opened")
    return sorted(found)


def standing(message: Message) -> int:
    """How well a message stands for its copies: the copy with most recipients best, what was only quoted worst."""
    return 0 if message.made == "quotation" else 1 + len(message.to) + len(message.cc) + len(message.bcc)


Text = Callable[[str], str]
_NO_TEXTS: Mapping[str, str] = {}


def document(
    number: int, label: int, message: Message, collections: list[str], marks: list[str], text: Text = searchable,
    texts: Mapping[str, str] = _NO_TEXTS,
) -> dict[str, Any]:  # fmt: skip
    """A message as an index takes it; `marks` are what `is:` finds, `text` makes text ready for the index, `texts` are
    those of the files it may carry, by SHA-256."""
    newest, oldest = sort_keys(message.date, message.id)
    own: list[str] = []
    quoted: list[str] = []
    for segment in message.segments:
        (own if segment.kind in OWN_KINDS else quoted).append(message.text[segment.start : segment.end])
    found: dict[str, Any] = {
        "num": number, "thread": label, "newest": newest, "oldest": oldest, "size": message.size, "is": marks,
        "cited": cited_key(0, newest),
        "collection": collections, "has": has(message), "subject": text(message.subject),
        "own": text("".join(own)), "dkim": [dkim_state(message.signatures)],
    }  # fmt: skip
    if quoted:
        found["quoted"] = text("".join(quoted))
    for name, people in (("from", message.from_ or message.sender), ("to", message.to), ("cc", message.cc),
                         ("bcc", message.bcc)):  # fmt: skip
        if people:
            found[name] = text("\n".join([
                f"{who.name} <{who.address}>" if who.name and who.address else who.name or who.address for who in people
            ]))  # as `str` has them, faster
            addresses = [who.address.lower() for who in people if who.address]
            found[name + "_address"] = list(dict.fromkeys(addresses)) if len(addresses) > 1 else addresses
    if "from_address" in found:
        found["domain"] = domains(found["from_address"])
    if message.arc:
        found["arc"] = [arc_state(message.arc)]
    if message.date is not None:
        found["date"] = message.date
        found["month"] = month(message.date)
    names = [attachment.name for attachment in message.attachments if attachment.name]
    if names:
        found["filename"] = text("\n".join(names))
    if texts and (words := "\n".join(words for _, words in attached(message, texts))):
        found["attachment"] = text(words)
    if message.labels:
        found["label"] = [label.casefold()[:KEYWORD] for label in message.labels]
    for name, value in (("message_id", message.message_id), ("list", message.list_id), ("lang", message.lang)):
        if value:
            found[name] = [value[:KEYWORD]]
    return _full(found)


def domains(addresses: list[str]) -> list[str]:
    """What stands behind the @ of addresses, each once."""
    return list(dict.fromkeys([domain for one in addresses if (domain := one.rpartition("@")[2]) != one]))


def _full(found: dict[str, Any]) -> dict[str, Any]:
    """The document with a term in every field that is scored."""
    for name in WEIGHTS:
        if not found.get(name):
            found[name] = NOTHING
    return found


def ghost_document(number: int, label: int, ghost: Ghost, text: Text = searchable) -> dict[str, Any]:
    """A ghost as an index takes it: found by `is:ghost` and by what is known of it."""
    date = moment(ghost.quote.written)
    newest, oldest = sort_keys(date, ghost.id[1:])
    wrote = authors(ghost)
    found: dict[str, Any] = {
        "num": number, "thread": label, "newest": newest, "oldest": oldest, "size": 0, "is": ["ghost"],
        "cited": cited_key(0, newest),
        "subject": text(ghost.subject), "from": text("\n".join(map(str, wrote))),
        "quoted": text(ghost.quote.words), "message_id": [ghost.message_id],
    }  # fmt: skip
    if date is not None:
        found |= {"date": date, "month": month(date)}
    if addresses := [who.address.lower() for who in wrote if who.address]:
        found |= {"from_address": addresses, "domain": domains(addresses)}
    return _full(found)
