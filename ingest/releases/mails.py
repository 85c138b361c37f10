"""A released document as a message, and the earlier mails of its chain as messages of their own."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from ingest.compose import Enclosure, compose
from ingest.fields import date_field
from ingest.quotes import split
from ingest.releases.clock import seconds_of
from ingest.releases.document import read_document
from ingest.releases.marks import is_mark
from ingest.releases.parts import Fields, Part
from ingest.releases.sameness import release_id
from mappings.records import Address, Message, Segment


def ids(text: str) -> tuple[str, str]:
    """The Message-ID that a document gets, and that of the mail it answers; "" for none."""
    document = read_document(text.strip("\n"))
    own = release_id(document.parts[0].fields) if document.own else ""
    chain = document.parts[1:] if document.own else document.parts
    parent = release_id(chain[0].fields) if chain else ""
    return own, parent if parent != own else ""


class Recovered(Struct, frozen=True):
    """A mail out of a document's chain: its bytes as composed, and where in the document it stands."""

    raw: bytes
    number: int  # 1 is the newest of those the document quotes
    offset: int  # bytes from the document's start


def document_mail(text: str, files: tuple[Enclosure, ...] = ()) -> bytes:
    """A document as a message: its whole text is the body, its header block makes the fields.

    It answers the first mail that it quotes. Without a header block it has neither sender nor date.
    """
    document = read_document(text.strip("\n"))
    parts = document.parts
    own = parts[0] if document.own else None
    chain = parts[1:] if own else parts
    return _composed(own.fields if own else Fields(), chain[:1], text, files)


def recovered(message: Message, raw: bytes) -> Iterator[Recovered]:
    """The mails of a document's chain, newest first, each with its own words alone: what it quoted comes after it."""
    document = read_document(message.text)
    first = 1 if document.own else 0
    body = raw.partition(b"\r\n\r\n")[2]
    at, before = 0, (len(body) - len(body.lstrip(b"\r\n"))) // 2
    for number, part in enumerate(document.parts[first:], first):
        before += len(message.text[at : part.start].encode("utf-8", "surrogatepass"))
        at = part.start
        words = message.text[part.body : part.end].strip("\n") + "\n"
        answered = document.parts[number + 1 : number + 2]
        yield Recovered(_composed(part.fields, answered, words, ()), number - first + 1, before)


def _composed(fields: Fields, answered: tuple[Part, ...], text: str, files: tuple[Enclosure, ...]) -> bytes:
    id = release_id(fields)
    parent = release_id(answered[0].fields) if answered else ""
    when = date_field(seconds_of(fields.sent), fields.sent.zone) if fields.sent else ""
    head: list[tuple[str, str | tuple[Address, ...]]] = [
        ("From", (fields.sender,) if fields.sender else ""), ("To", fields.to), ("Cc", fields.cc), ("Bcc", fields.bcc),
        ("Subject", fields.subject), ("Date", when), ("Message-ID", f"<{id}>" if id else ""),
        ("In-Reply-To", f"<{parent}>" if parent and parent != id else ""),
    ]  # fmt: skip
    return compose(head, text=text, files=files)


def release_segments(text: str, made: str) -> tuple[Segment, ...]:
    """A document's text, or a recovered mail's, in segments: own words, marks, and the chain as quoted."""
    if not text:
        return ()
    if made == "quotation":
        return _own(text, 0, len(text))
    document = read_document(text)
    parts = document.parts
    if document.own:
        segments = [Segment("mark", 0, parts[0].body), *_own(text, parts[0].body, parts[0].end)]
    else:
        segments = list(_own(text, 0, parts[0].start if parts else len(text)))
    chain = parts[1:] if document.own else parts
    for depth, part in enumerate(chain, 1):
        segments.append(_quoted(text, part, min(depth, 100)))
    return tuple(segment for segment in segments if segment.end > segment.start)


def _quoted(text: str, part: Part, depth: int) -> Segment:
    """A mail of the chain, with what its header block says."""
    sender, sent = part.fields.sender or Address(), part.fields.sent
    when = ""
    if sent:
        when = f"{sent.year:04}-{sent.month:02}-{sent.day:02}"
        if sent.timed:
            when += f"T{sent.hour:02}:{sent.minute:02}"
        if sent.timed and sent.zone is not None:
            when += f"{'-' if sent.zone < 0 else '+'}{abs(sent.zone) // 60:02}:{abs(sent.zone) % 60:02}"
    return Segment("quoted", part.start, part.end, depth, _introduced(text, part), part.body, sender.name,
                   sender.address, when, part.fields.subject)  # fmt: skip


def _introduced(text: str, part: Part) -> str:
    """The line of a header block that says whose words follow."""
    lines = [" ".join(line.split()) for line in text[part.start : part.body].split("\n")]
    return next((line for line in lines if line and part.fields.sender and line[0] in "Ff>"), lines[0])[:300]


def _own(text: str, start: int, end: int) -> tuple[Segment, ...]:
    """Own words with the marks between them apart, and quotations that ">" marks, as in any mail."""
    segments: list[Segment] = []
    at = run = start
    for line in text[start:end].splitlines(keepends=True):
        if is_mark(line):
            _words(text, run, at, segments)
            _mark(at, at + len(line), segments)
            run = at + len(line)
        at += len(line)
    _words(text, run, end, segments)
    return tuple(segments)


def _words(text: str, start: int, end: int, segments: list[Segment]) -> None:
    if start >= end:
        return
    if segments and not text[start:end].strip():
        _mark(start, end, segments)  # blank lines between two marks
        return
    for segment in split(text[start:end]):
        words = start + segment.words if segment.words else 0
        segments.append(replace(segment, start=start + segment.start, end=start + segment.end, words=words))


def _mark(start: int, end: int, segments: list[Segment]) -> None:
    """Adds a stretch that is not anyone's words, or lengthens the one before it."""
    last = segments[-1] if segments else None
    if last and last.kind == "mark" and last.end == start:
        segments[-1] = Segment("mark", last.start, end)
    else:
        segments.append(Segment("mark", start, end))
