"""A file -> its text: which reader takes it, archives member by member, what is kept of the result."""

import re

from ingest.charsets import clean, declared_in_html, decode
from ingest.extraction import TEXT, Answer, Encrypted, Job, Limits, NoReader, Unreadable, office, pictures
from ingest.extraction.cards import card_text
from ingest.extraction.kinds import LOCKED, is_packed, is_picture, is_text, media_type
from ingest.extraction.packed import DEPTH, Budget, Member, members
from ingest.markup import html_to_text
from ingest.messages import read_message

_BREAKS = re.compile(r"\r\n?|[\f\v\x1c-\x1e\x85\u2028\u2029]")
_GAPS = re.compile(r"\n[ \t\n]{2,}\n")
_BOMS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_MARKED = ("text/html", "application/xhtml+xml")
_PLAIN = ("application/json", "application/xml", "image/svg+xml")
_UNTOLD = {  # kinds that look like text and have none for a reader
    "application/pgp-encrypted", "application/pgp-signature", "application/pkcs7-signature",
    "application/x-pkcs7-signature", "application/pkcs7-mime", "application/x-pkcs7-mime", "application/postscript",
}  # fmt: skip


def read(job: Job, limits: Limits) -> Answer:
    """What can be read of a file. Raises nothing but what breaks the process."""
    media = media_type(job.data, job.name, job.declared)
    budget = Budget()
    try:
        text = _text(job.data, media, job.name, limits, budget, 0)
    except Unreadable as problem:
        return Answer(problem.state, problem.code, str(problem), media=media)
    except MemoryError:
        return Answer("failed", "memory", f"Reading it took more than {limits.memory} MB of memory.", media=media)
    except RecursionError:
        return Answer("failed", "too-deep", "It is nested too deep.", media=media)
    except BaseException as error:  # a panic in a library written in Rust is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
            raise
        words = f"{type(error).__name__}: {str(error)[:200]}"
        return Answer("failed", "reader-failed", f"Its reader failed ({words}).", media=media)
    return _answer(text, media, budget)


def _answer(text: str, media: str, budget: Budget) -> Answer:
    text = _GAPS.sub("\n\n", _BREAKS.sub("\n", clean(text))).strip()
    code, reason = ("limits", f"Not all of it was read: {budget.short}.") if budget.short else ("", "")
    if len(text) > TEXT:
        code, reason = "cut", f"Only the first {TEXT:,} of its {len(text):,} characters are kept."
        text = text[:TEXT]
    if text:
        return Answer("text", code, reason, text, media)
    hint = ": perhaps its pages are pictures" if media == office.PDF else ""
    return Answer("empty", code or "empty", reason or f"There is no text in it{hint}.", media=media)


def _text(data: bytes, media: str, name: str, limits: Limits, budget: Budget, depth: int) -> str:
    """The text of a file or of an archive's member; Unreadable."""
    if is_packed(media):
        return _unpacked(data, media, name, limits, budget, depth)
    if media in office.READS or media == LOCKED:
        return _document(data, media, limits)
    if is_picture(media):
        return pictures.picture_text(data, media, limits.ocr, limits.seconds)
    if data.startswith(b"-----BEGIN PGP MESSAGE"):
        raise Encrypted
    if media in _UNTOLD:
        raise NoReader(media)
    if media in ("text/calendar", "text/vcard"):
        return card_text(data)
    if media in _MARKED:
        return html_to_text(decode(data, declared_in_html(data))[0])
    if media == "message/rfc822":
        mail = read_message(data).message
        people = ", ".join(map(str, (*mail.from_, *mail.to, *mail.cc)))
        return "\n".join(part for part in (mail.subject, people, mail.text) if part)
    if media.startswith("text/") or media in _PLAIN or is_text(data):
        return _plain(data)
    raise NoReader(media)


def _plain(data: bytes) -> str:
    codec = next((codec for mark, codec in _BOMS if data.startswith(mark)), "")
    return data.decode(codec, "replace") if codec else decode(data, declared_in_html(data))[0]


def _document(data: bytes, media: str, limits: Limits) -> str:
    text = office.document_text(data, media)
    if text.strip() or media != office.PDF or not limits.ocr or not pictures.is_here():
        return text
    return "\n\n".join(pictures.picture_text(page, "image/png", limits.ocr, limits.seconds)
                       for page in office.pages(data))  # fmt: skip


def _unpacked(data: bytes, media: str, name: str, limits: Limits, budget: Budget, depth: int) -> str:
    """Each member's name on a line of its own and its text below it. Encrypted when none could be opened for that."""
    if depth >= DEPTH:
        budget.short = f"archives lie more than {DEPTH} deep in it"
        return ""
    parts: list[str] = []
    locked = read_some = False
    size = 0
    for member in members(data, media, name, budget):
        locked = locked or member.problem == "encrypted"
        text = "" if member.problem else _member(member, limits, budget, depth)
        read_some = read_some or not member.problem
        parts.append(f"{member.name}\n{text}".rstrip())
        size += len(parts[-1])
        if size > 2 * TEXT:
            break
    if locked and not read_some:
        raise Encrypted
    return "\n\n".join(parts)


def _member(member: Member, limits: Limits, budget: Budget, depth: int) -> str:
    """A member's text, "" for one that has none for us: what can't be read spoils nothing beside it."""
    media = media_type(member.data, member.name, "")
    try:
        return _text(member.data, media, member.name, limits, budget, depth + 1).strip()
    except Unreadable:
        return ""
    except (RecursionError, ValueError, OSError):
        return ""
