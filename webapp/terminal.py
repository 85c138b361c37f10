"""Hits, messages and conversations as a terminal shows them; nothing that a mail holds can steer it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone

from rich.console import Console
from rich.text import Text

from mappings.made import told
from mappings.plain import clean, clean_text
from mappings.records import Address, Message, MessageRow, Place, Thread
from mappings.sources import published
from search.results import Fragment, Highlight, Hit, Page
from webapp.signatures import acts, verdict

SHORT = 16  # hex digits of an id: unique in any corpus that fits on a disk
DEEPEST = 12  # levels that a conversation is indented by
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def date(seconds: int | None, zone: int | None = None) -> str:
    """`2015-08-03 14:02 -0400`, in the zone that the mail gave, else UTC."""
    if seconds is None:
        return "no date"
    try:
        moment = _EPOCH + timedelta(seconds=seconds)
        where = UTC if zone is None else timezone(timedelta(minutes=zone))
        return f"{moment.astimezone(where):%Y-%m-%d %H:%M %z}"
    except (OverflowError, ValueError):
        return "a date beyond the calendar"


def _when(row: MessageRow) -> str:
    """A message's date; a ghost's as others quote it, who rarely give a zone."""
    return date(row.date, row.zone) if not row.ghost else clean(row.written.replace("T", " ")) or "no date known"


def people(addresses: Iterable[Address]) -> str:
    """`Name <address>, …`."""
    return clean(", ".join(map(str, addresses)))


def short(id: str) -> str:
    """As many digits of an id as are shown."""
    return id if id.startswith("g") else id[:SHORT]


def show_page(console: Console, page: Page) -> None:
    """One page of results, the best first, and how to see more."""
    for hit in page.hits:
        _show_hit(console, hit)
    if not page.hits:
        console.print("Nothing matches." if not page.total else "There are no more.")
        return
    threads = "" if page.threads is None else f" in {page.threads:,} {'thread' if page.threads == 1 else 'threads'}"
    console.print(f"{page.total:,} {'message' if page.total == 1 else 'messages'}{threads}, {page.took:.1f} ms.")
    if page.next:
        console.print(Text(f"More with --cursor {page.next}"), soft_wrap=True)


def _show_hit(console: Console, hit: Hit) -> None:
    row = hit.row
    head = Text(f"{short(row.id)}  {_when(row)}  ", style="dim")
    head.append(people(row.from_) or "no sender", style="not dim")
    console.print(head, soft_wrap=True)
    more = f"  ({hit.thread_hits:,} in this thread)" if hit.thread_hits > 1 else ""
    also = f"  (also in {row.places - 1:,} {'place' if row.places == 2 else 'places'})" if row.places > 1 else ""
    subject = Text(f"  {clean(row.subject) or 'no subject'}", style="bold")
    console.print(subject.append(more + also, style="not bold dim"), soft_wrap=True)
    cuts = [_cut(fragment, highlight) for highlight in hit.highlights for fragment in highlight.fragments][:2]
    for cut in cuts or [Text(clean(row.preview))]:
        if cut.plain:
            console.print(Text("  ").append_text(cut), soft_wrap=True)


def _cut(fragment: Fragment, highlight: Highlight) -> Text:
    """A fragment on one line with its matches marked, behind the name of the attachment that it is from."""
    text, at = Text(), 0
    if highlight.file:
        text.append(f"{clean(highlight.name) or 'an attachment'}: ", style="dim")
    for start, end in fragment.spans:
        text.append(_line(fragment.text[at:start]))
        text.append(_line(fragment.text[start:end]), style="bold underline")
        at = end
    return text.append(_line(fragment.text[at:]))


def _line(text: str) -> str:
    """`clean`, but blanks at the ends stay: what follows is on the same line."""
    return clean(f"|{text}|")[1:-1]


def show_message(console: Console, message: Message, places: list[Place], copies: list[MessageRow],
                 headers: bool, sources: Mapping[str, str]) -> None:  # fmt: skip
    """A message: its head (or every header), its places, its attachments, its text."""
    if headers:
        for name, value in message.headers:
            _field(console, clean(name), clean(value))
    else:
        for name, value in (
            ("From", people(message.from_)), ("To", people(message.to)), ("Cc", people(message.cc)),
            ("Bcc", people(message.bcc)), ("Date", date(message.date, message.zone)),
            ("Subject", clean(message.subject)), ("Message-ID", clean(message.message_id)),
        ):  # fmt: skip
            if value:
                _field(console, name, value)
        if message.date_note:
            _field(console, "Date note", clean(message.date_note))
    _field(console, "Id", message.id)
    for place in places:
        at = f" at byte {place.offset:,}" if place.offset >= 0 else ""
        _field(console, "Found in", clean(place.archive + (f" › {place.member}" if place.member else "") + at))
    for known in published(places, sources):
        _field(console, "Published", clean(f"{known.collection} {known.number} {known.url}"))
    if message.labels:
        _field(console, "Labels", clean(", ".join(message.labels)))
    for copy in copies:
        _field(console, "Copy", copy.id)
    if message.made:
        _field(console, "Origin", told(message.made))
    for attached in message.attachments:
        kind = attached.sniffed or attached.declared or "unknown type"
        _field(console, "Attachment", clean(f"{attached.name or 'no name'} ({kind}, {attached.size:,} bytes)"))
    _show_signatures(console, message)
    for note in message.notes:
        _field(console, "Note", clean(note.text))
    console.print()
    words = Text()
    for part in message.segments:  # what is not someone's own words is dimmed
        words.append(clean_text(message.text[part.start : part.end]), style="" if part.kind == "own" else "dim")
    console.print(words, soft_wrap=True)


def _show_signatures(console: Console, message: Message) -> None:
    """What became of the message's signatures."""
    found = verdict(message)
    if message.seals:
        _field(console, "By the writer", acts(message.seals).lower())
    _field(console, "DKIM", found.title.lower())
    for line in (*found.lines, *found.chain):
        _field(console, f"  {clean(line.by)}, {line.title.lower()}", clean(" ".join(line.said)))


def _field(console: Console, name: str, value: str) -> None:
    console.print(Text(f"{name}: ", style="bold").append(value, style="not bold"), soft_wrap=True)


def show_thread(console: Console, thread: Thread) -> None:
    """A conversation as a tree; mails that are referred to but not here stand in their place."""
    console.print(Text(clean(thread.subject) or "no subject", style="bold"), soft_wrap=True)
    for row in thread.rows:
        indent = "  " * min(row.depth, DEEPEST)
        if row.ghost:
            line = Text(f"{indent}not here: {people(row.from_) or clean(row.message_id)}  {_when(row)}", style="dim")
        else:
            line = Text(f"{indent}{people(row.from_) or 'no sender'}  ")
            line.append(f"{date(row.date, row.zone)}  {short(row.id)}", style="dim")
        console.print(line, soft_wrap=True)
