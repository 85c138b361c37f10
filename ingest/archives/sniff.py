"""What a file is, by its first bytes and never by its name."""

import re

from msgspec import Struct

HEAD = 1 << 16  # bytes that are looked at

PACKED = {b"\x1f\x8b\x08": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
# Outlook's: a data file (PST, OST), a message (.msg) or some other OLE file, a TNEF container (winmail.dat).
OUTLOOK = {b"!BDN": "pst", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "ole", b"\x78\x9f\x3e\x22": "tnef"}
# What libarchive opens; ISO images and LHA archives are told by more than their first bytes.
FOREIGN = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "rar", b"MSCF\0\0\0\0": "cab"}
_VOLUME = 32768  # where an ISO image's first descriptor stands (ECMA-119 §6.2.1, 8.1), the only one of a type 0 to 2
_LHA = re.compile(rb"..-(?:lh[0-9dx]|lz[45s])-.{13}[\0-\3]", re.DOTALL)  # method, sizes, time, level of the header
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04")
# Mail and archive formats that are known and not read: said by name, so that nobody takes them for rubbish.
_UNSUPPORTED = {
    b"\x1f\x9d": "a compress (.Z) file",
    b"LZIP": "an lzip file",
    b"\x04\x22\x4d\x18": "an LZ4 file",
}
_OTHER = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"II*\x00": "a TIFF image",
    b"MM\x00*": "a TIFF image",
    b"%PDF-": "a PDF document",
    b"{\\rtf": "an RTF document",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"SQLite format 3\x00": "an SQLite database",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}
# Zip files that are documents or programs, by the name of their first member.
_OFFICE = (b"[Content_Types].xml", b"mimetype", b"_rels/", b"word/", b"xl/", b"ppt/", b"docProps/", b"META-INF/",
           b"AndroidManifest.xml", b"Index/Document.iwa", b"QuickLook/")  # fmt: skip
_MORK = b"// <!-- <mdb:mork:z"  # Thunderbird's index beside an mbox

_NAMES = (
    rb"from|to|cc|bcc|subject|date|sent|received|message-id|return-path|delivered-to|envelope-to|mime-version|sender|"
    rb"content-(?:type|transfer-encoding|disposition|length)|reply-to|in-reply-to|references|status|newsgroups|"
    rb"x-[!-9;-~]+|dkim-signature|domainkey-signature|arc-[a-z-]+|authentication-results|list-[a-z]+|"
    rb"errors-to|precedence|importance|thread-(?:index|topic)|resent-[a-z-]+|apparently-to|path"
)
KNOWN = re.compile(rb"(?:" + _NAMES + rb")[ \t]*:", re.IGNORECASE)
COUNT = re.compile(rb"(\d{1,12})[ \t]*\r?\n")  # the first line of an .emlx: how many bytes the message has
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")
_START = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*\r?\n)*")

_DAY = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*"
_MONTH = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DATED = re.compile(
    rb"From +(?:\"[^\"\r\n]*\"\S*|\S+)(?: at \S+)? +(?:"
    rb"" + _DAY + rb",? +(?:" + _MONTH + rb" +\d{1,2}|\d{1,2}[ -]+" + _MONTH + rb")[^\r\n]*\d{1,2}[:.]\d\d"
    rb"|\d{1,2} " + _MONTH + rb" \d{2,4} +\d{1,2}:\d\d|\d{4}-\d\d-\d\d[ T]\d\d:\d\d"
    rb")",
    re.IGNORECASE,
)
_LINE = re.compile(rb"From [^\n]*\n")
WINDOW = 4096  # bytes from a `From ` line's start that decide what it is


class Sniffed(Struct, frozen=True):
    """What a file is: a kind of archive, "message", "text" (a released document), "table" (of mails), "ole" (perhaps a
    .msg), "tnef", "empty", "ignored" (an index of some mail program) or "other".

    For "other", `code` is "not-mail" or "unsupported", and `reason` is a sentence for people.
    """

    kind: str
    code: str = ""
    reason: str = ""


def sniff(head: bytes) -> Sniffed:
    """What the file is that begins with `head`, at most the first `HEAD` bytes of it."""
    if not head:
        return Sniffed("empty")
    for magic, kind in (PACKED | OUTLOOK).items():
        if head.startswith(magic):
            return Sniffed(kind)
    if head.startswith(_ZIP):
        return _other("an office document or program (zip)") if _is_office(head) else Sniffed("zip")
    if is_tar(head):
        return Sniffed("tar")
    if head.startswith(b"BABYL OPTIONS:"):
        return Sniffed("babyl")
    if head.startswith(b"\x01\x01\x01\x01\n"):
        return Sniffed("mmdf")
    if from_line(head) >= 0:
        return Sniffed("mbox")
    if foreign := _foreign(head):
        return Sniffed(foreign)
    for magic, what in _UNSUPPORTED.items():
        if head.startswith(magic):
            return Sniffed("other", "unsupported", f"This is {what}, a format that is not read yet.")
    if head.startswith(_MORK):
        return Sniffed("ignored")
    if (count := COUNT.match(head)) and KNOWN.match(head, count.end()):
        return Sniffed("emlx")
    if is_message(head):
        from ingest.archives.texts import is_printed  # like the readers below, imported where it is wanted

        return Sniffed("text" if is_printed(head) else "message")
    return _text_or_binary(head)


def _foreign(head: bytes) -> str:
    """The kind of an archive that libarchive opens, else ""."""
    if head[_VOLUME + 1 : _VOLUME + 7] == b"CD001\x01" and head[_VOLUME] < 3:
        return "iso"
    if _LHA.match(head):
        return "lha"
    return next((kind for magic, kind in FOREIGN.items() if head.startswith(magic)), "")


def _other(what: str) -> Sniffed:
    return Sniffed("other", "not-mail", f"This is {what}, not mail.")


def _text_or_binary(head: bytes) -> Sniffed:
    for magic, what in _OTHER.items():
        if head.startswith(magic):
            return _other(what)
    start = _START.match(head)
    body = head[start.end() if start else 0 :]
    if not body:
        return Sniffed("empty") if len(head) < HEAD else _other("a file that begins with thousands of blank lines")
    if b"\0" in head[:4096]:
        return _other("a binary file")
    if re.match(rb"<!doctype html|<html|<head|<body", body, re.IGNORECASE):
        return _other("an HTML page")
    if body.startswith(b"<?xml"):
        return _other("an XML file")
    from ingest.archives.tables import is_table
    from ingest.archives.texts import is_document

    if is_table(head):
        return Sniffed("table")
    if is_document(head):
        return Sniffed("text")
    return _other("a file without the header of a mail")


def _is_office(head: bytes) -> bool:
    """Whether a zip's first local header (APPNOTE.TXT §4.3.7: the name is at byte 30) names a part of a document."""
    return head[:4] == b"PK\x03\x04" and head[30:].startswith(_OFFICE)


def is_tar(head: bytes) -> bool:
    """Whether a tar begins here: POSIX and GNU by their magic, older ones by the header's own checksum."""
    block = head[:512]
    if len(block) < 512 or not block[0]:
        return False
    field = block[148:156].strip(b" \0")
    if not field or not re.fullmatch(rb"[0-7]+", field):
        return False
    return int(field, 8) in (sum(block[:148]) + 256 + sum(block[156:]), _signed(block))


def _signed(block: bytes) -> int:
    """The checksum as some old tars made it, over signed bytes."""
    return sum(byte - 256 if byte > 127 else byte for byte in block[:148] + block[156:]) + 256


def from_line(head: bytes) -> int:
    """Where an mbox's first `From ` line begins: 0, or after a byte order mark and blank lines; -1 if there is none."""
    start = _START.match(head)
    at = start.end() if start else 0
    return at if head.startswith(b"From ", at) and is_separator(head, at, loose=True) else -1


def is_separator(data: bytes, at: int, *, loose: bool = False) -> bool:
    """Whether the line at `at`, which begins with `From `, divides an mbox. Only `WINDOW` bytes are looked at.

    It does when an envelope sender and a date follow (RFC 4155 and its many variants), or when the next line is a
    header that mails have; `loose` takes any header there, for the first line of a file.
    """
    window = data[at : at + WINDOW]
    if _DATED.match(window):
        return True
    line = _LINE.match(window)
    if line is None:
        return False
    following = window[line.end() :]
    if following.startswith(b">From "):  # a second envelope line, as UUCP left them
        following = following[following.find(b"\n") + 1 :]
    return bool((_HEADER if loose else KNOWN).match(following))


def is_strict(data: bytes, at: int) -> bool:
    """Whether the line at `at` has sender and date and the next line is a header of mails: both signs together."""
    window = data[at : at + WINDOW]
    line = _LINE.match(window)
    return bool(line and _DATED.match(window) and KNOWN.match(window, line.end()))


def is_message(head: bytes) -> bool:
    """Whether a mail's header begins here (RFC 5322 §2.2), after a byte order mark and blank lines at most.

    Lines that are no header are forgiven when those that mails have outnumber them: damaged mails are mails.
    """
    start = _START.match(head)
    lines = head[start.end() if start else 0 :].split(b"\n", 400)
    known = other = junk = 0
    for number, line in enumerate(lines[:400]):
        if not line.strip():
            break
        if line[:1] in b" \t":
            if number:
                continue
            line = line.lstrip()
        if KNOWN.match(line):
            known += 1
        elif _HEADER.match(line):
            other += 1
        elif number == 0:
            return False
        elif not line.startswith((b">From ", b"From ")):
            junk += 1
        if b"\0" in line:
            return False
        if known >= 4 and not junk:
            return True
    return known > 0 and junk <= known and junk < known + other <= 7 * known
