"""Plain values in words: dates with their zone, sizes, counts, field names, links into the site."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from urllib.parse import urlencode, urlsplit

from flask import request

from mappings.articles import Article, ArticleRow
from mappings.file_states import WORDS
from mappings.persons import handle_id
from mappings.records import Address, Failure, File, MessageRow, Place
from search.person_facts import handle

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SHORT = 16  # hex digits of an id in a link: unique in any corpus that fits on a disk
REPLY = re.compile(
    r"^(?:\s*(?:(?:re|aw|sv|vs|antw|odp|rif|res|fwd?|wg|tr|rv|enc)(?:\s*\[\d+\])?\s*[:：]|\[[^\[\]]{1,40}\]))+",
    re.IGNORECASE,
)
NO_ADDRESS = frozenset(' "<>\\^`{|}')  # what no address holds unescaped (RFC 3986)
FIELDS = {
    "subject": "subject",
    "own": "own words",
    "quoted": "quoted words",
    "from": "from",
    "to": "to",
    "cc": "cc",
    "bcc": "bcc",
    "filename": "file name",
    "attachment": "attachment",
    "list": "mailing list",
    "collection": "collection",
    "lang": "language",
    "has": "has",
    "is": "kind",
    "with": "people",
}


@lru_cache(4096)
def date(seconds: int | None, zone: int | None = None) -> str:
    """`2015-08-03 14:02 -0400`: seconds since 1970 in the zone (minutes east) the header gave, `UTC` without one."""
    if seconds is None:
        return "no date"
    try:
        moment = EPOCH + timedelta(seconds=seconds)
        if zone is None:
            return f"{moment:%Y-%m-%d %H:%M} UTC"
        return f"{moment.astimezone(timezone(timedelta(minutes=zone))):%Y-%m-%d %H:%M %z}"
    except (OverflowError, ValueError):
        return f"{seconds} seconds from 1970"  # beyond the years 1 to 9999


def day(seconds: int | None, zone: int | None = None) -> str:
    """The date alone: `2015-08-03`."""
    words = date(seconds, zone)
    return words[:10] if words[:1].isdigit() and len(words) > 10 and words[4] == "-" else words


def iso_day(iso: str) -> str:
    """The day of a date in ISO 8601, in words, as far as it is given: `3 August 2015`, `2015`, ""."""
    try:
        moment = datetime.fromisoformat(iso[:10])
    except ValueError:
        return iso[:4]
    return f"{moment.day} {moment:%B %Y}"


def published_date(iso: str) -> str:
    """An article's date as far as it is known: `2016`, `2016-10-11`, `2016-10-11 09:30 +0200`."""
    if len(iso) <= 10:
        return iso
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{moment:%Y-%m-%d %H:%M} {f'{moment:%z}' if moment.tzinfo else '(no zone)'}"


def machine_date(seconds: int | None) -> str:
    """RFC 3339 in UTC for a `datetime` attribute, "" when it can't be written."""
    try:
        return "" if seconds is None else f"{EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"
    except (OverflowError, ValueError):
        return ""


def size(count: int) -> str:
    """`713 B`, `14.6 kB`, `2.1 MB`: bytes in powers of a thousand."""
    if count < 1000:
        return f"{count} B"
    value = float(count)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 999.5:
            return f"{value:.1f} {unit}" if value < 100 else f"{value:.0f} {unit}"
    return f"{value / 1000:.1f} TB"


def number(count: int) -> str:
    """`12,345`."""
    return f"{count:,}"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 message`, `1,204 messages`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def delay(seconds: float | None) -> str:
    """A hop's delay: `4 s`, `2 min 5 s`, `3 h 20 min`, `2 d 4 h`; negative when the clocks disagree."""
    if seconds is None:
        return "unknown"
    whole = round(abs(seconds))
    sign = "−" if seconds < 0 and whole else ""
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = ((days, "d"), (hours, "h"), (minutes, "min"), (rest, "s"))
    return sign + (" ".join([f"{value} {unit}" for value, unit in units if value][:2]) or "0 s")


def field_name(name: str) -> str:
    """What a page calls a field of the index."""
    return FIELDS.get(name, name)


def people(addresses: Iterable[Address]) -> str:
    """Names, or addresses where there is no name, with commas between."""
    return ", ".join(address.name or address.address for address in addresses)


def quoted_as(row: MessageRow) -> tuple[str, str]:
    """Whom a quotation quotes, and the day: `Ann Lee`, `2015-08-03`."""
    return people(row.from_[:1]) or "nobody named", day(row.date, row.zone) if row.date is not None else ""


def topic(subject: str) -> str:
    """A subject without reply marks, list tags and case, to see whether it is a new one."""
    return REPLY.sub("", subject).strip().casefold()


def place(where: Place | Failure) -> str:
    """An archive's own name, the member in it, and the byte where the message begins."""
    name = where.archive.rstrip("/\\").replace("\\", "/").rpartition("/")[2] or where.archive
    inside = f" › {where.member}" if where.member else ""
    return name + inside + (f" at byte {where.offset:,}" if where.offset >= 0 else "")


FLAGS = {"S": "read", "R": "answered", "A": "answered", "F": "flagged", "T": "deleted", "D": "draft", "P": "passed on",
         "O": "seen in the list"}  # fmt: skip


def flags(letters: str) -> str:
    """The flags of a Maildir, an mbox or Apple Mail in words; letters that mean nothing here as they are."""
    return ", ".join(dict.fromkeys(FLAGS.get(letter, letter) for letter in letters))


def term(field: str, value: str) -> str:
    """A term of the query language that asks for a value as a whole: `from:"john@x.org"`."""
    return f'{field}:"{value.replace(chr(92), "").replace(chr(34), "")}"'


def link(path: str, **values: str | int) -> str:
    """A link into the site: `path` below wherever the site is mounted, with the values that are not empty."""
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{request.script_root}{path}{'?' + query if query else ''}"


def message_link(id: str, tail: str = "", **values: str | int) -> str:
    """The address of a message or of something below it (`tail`: "/source", ".eml")."""
    return link(f"/m/{id[:SHORT] if id[:1] != 'g' else id}{tail}", **values)


def thread_link(id: str, **values: str | int) -> str:
    """The address of a conversation."""
    return link(f"/t/{id[:SHORT] if id[:1] != 'g' else id}", **values)


def file_link(sha256: str, tail: str = "", **values: str | int) -> str:
    """The address of a file that mails carry, or of something below it (`tail`: "/picture")."""
    return link(f"/file/{sha256}{tail}", **values)


def file_state(file: File) -> str:
    """What became of a file, in a few words."""
    return WORDS[file.state]


def person_link(id: str, tail: str = "", **values: str | int) -> str:
    """The address of a person's page or of something below it."""
    return link(f"/p/{id}{tail}", **values)


def who_link(who: Address) -> str:
    """The address of the person that a mailbox is held to be of; "" for one that names nobody."""
    found = handle(who)
    return person_link(handle_id(found)) if found else ""


def article_link(id: str, tail: str = "", **values: str | int) -> str:
    """The address of an article's page or of something below it."""
    return link(f"/a/{id[:SHORT]}{tail}", **values)


def web_address(address: str) -> str:
    """An address that a link may lead to, "" for all that is not http or https to a named host."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return ""
    safe = address.isprintable() and not NO_ADDRESS.intersection(address)
    return address if safe and host and parts.scheme.lower() in ("http", "https") else ""


def host(address: str) -> str:
    """The host of a web address as readers know it: `lemonde.fr`; "" for none."""
    return (urlsplit(address).hostname or "").removeprefix("www.") if web_address(address) else ""


def outlet(article: Article | ArticleRow) -> str:
    """Who published an article: its outlet, else its host, else "an article"."""
    return article.outlet or host(article.address) or "an article"


def percent(share: float) -> str:
    """`93 %`; never 100 % nor 0 % for what is only nearly so."""
    return f"{round(share * 100) if share in (0, 1) else min(99, max(1, round(share * 100)))} %"


MEDIA = {
    "application/pdf": "PDF", "application/rtf": "rich text", "application/zip": "zip archive",
    "application/x-tar": "tar archive", "application/gzip": "gzip file", "application/msword": "Word document",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word document",
    "application/vnd.ms-excel": "Excel workbook", "application/vnd.ms-powerpoint": "PowerPoint presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel workbook",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint presentation",
    "application/vnd.oasis.opendocument.text": "OpenDocument text",
    "application/vnd.oasis.opendocument.spreadsheet": "OpenDocument spreadsheet",
    "application/vnd.oasis.opendocument.presentation": "OpenDocument presentation", "text/calendar": "calendar",
    "text/vcard": "contact card", "text/csv": "table (CSV)", "text/plain": "plain text", "text/html": "HTML",
    "message/rfc822": "mail", "": "unknown type",
}  # fmt: skip


def media(kind: str) -> str:
    """A media type in words where there are some."""
    return MEDIA.get(kind, kind)


def anchor(id: str) -> str:
    """The name of a message's place on its conversation's page."""
    return f"m-{id[:SHORT]}" if id[:1] != "g" else f"m-{id}"


def row_link(row: MessageRow, q: str = "") -> str:
    """Where a row leads: a message's own page, a ghost's place in its conversation."""
    return thread_link(row.thread or row.id) + "#" + anchor(row.id) if row.ghost else message_link(row.id, q=q)
