"""What a message is made of, as files: `.eml`, source, HTML for the frame, attachments, pictures."""

import io
import itertools
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from flask import Blueprint
from werkzeug.wrappers import Response

from mappings.records import Attachment
from search.errors import NotFound
from webapp.context import engine, site
from webapp.formats import SHORT
from webapp.html import clean, raster
from webapp.operations import ANY, BYTES, PAGE, TEXT, operation
from webapp.security import FRAME, INERT

pages = Blueprint("part", __name__)
UNSAFE = re.compile(r'[/\\:*?"<>|;%]+')
ZIP = "application/zip"
DOS = (315_532_800, 4_354_819_198)  # the first and last second that an archive can hold, since 1970
LONGEST_NAME = 120  # code points


@pages.get("/m/<mail:id>.eml")
@operation("the mail as it came, to save, byte for byte", BYTES)
def eml(id: str) -> Response:
    """The message as it came, byte for byte."""
    full = engine().message(id)
    return download(engine().raw(full.id), f"{full.id[:SHORT]}.eml", BYTES)


@pages.get("/m/<mail:id>/source")
@operation("the same to read", TEXT)
def source(id: str) -> Response:
    """The message as it came, to read: UTF-8 where it is that, else one character a byte."""
    raw = engine().raw(id)
    return inert(Response(raw, content_type=f"text/plain; charset={charset(raw)}"))


@pages.get("/m/<mail:id>/html")
@operation("its HTML made harmless", PAGE)
def html(id: str) -> Response:
    """The HTML body made harmless, as a document for the sandboxed frame."""
    full = engine().message(id)
    raw = engine().raw(full.id)
    markup = site().mail.body_html(raw, full.html) if full.html else ""
    if not markup:
        raise NotFound("This message has no HTML.")
    numbers = site().mail.parts_by_content_id(raw)

    def picture(content_id: str) -> tuple[str, bytes] | None:
        number = numbers.get(content_id)
        data = part_of(raw, number)[1] if number else b""
        return (raster(data), data) if raster(data) else None

    document = clean(markup, picture).document.encode("utf-8", "replace")
    response = Response(document, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = FRAME
    return response


@pages.get("/m/<mail:id>/attachments.zip")
@operation("all of its attachments, to save", ZIP)
def attachments(id: str) -> Response:
    """All attachments in one archive, byte for byte, under their names and uncompressed; NotFound where there are
    none."""
    full = engine().message(id)
    if not full.attachments:
        raise NotFound("This message has no attachments.")
    raw = engine().raw(full.id)
    files = ((one.name or f"part-{one.part}", part_of(raw, one.part)[1]) for one in full.attachments)
    return download(zipped(files, full.date), f"{full.id[:SHORT]}-attachments.zip", ZIP)


@pages.get("/m/<mail:id>/part/<number:number>")
@operation("one of its attachments, to save", ANY)
def part(id: str, number: str) -> Response:
    """An attachment, to be saved and never shown: whatever it says it is, it is bytes or plain text."""
    attachment, data = part_of(engine().raw(id), number)
    kind = attachment.sniffed or attachment.declared
    is_text = kind.startswith("text/") and b"\0" not in data[:4096] and charset(data) == "utf-8"
    return download(data, attachment.name or f"part-{number}", "text/plain; charset=utf-8" if is_text else BYTES)


@pages.get("/m/<mail:id>/inline/<number:number>")
@operation("one of its pictures", ANY)
def inline(id: str, number: str) -> Response:
    """A picture: PNG, JPEG, GIF or WebP by its first bytes, nothing else."""
    data = part_of(engine().raw(id), number)[1]
    if not (kind := raster(data)):
        raise NotFound("This part is not a picture that can be shown.")
    return inert(Response(data, content_type=kind))


def part_of(raw: bytes, number: str) -> tuple[Attachment, bytes]:
    """A part by its number; NotFound."""
    try:
        return site().mail.part_bytes(raw, number)
    except KeyError:
        raise NotFound("This message has no such part.") from None


def zipped(files: Iterable[tuple[str, bytes]], date: int | None) -> bytes:
    """An archive of files, names made safe and told apart by a number where they are alike; the same at each time."""
    held = io.BytesIO()
    taken: set[str] = set()
    when = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=min(max(date or 0, DOS[0]), DOS[1]))).timetuple()[:6]
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in files:
            stem, dot, ending = safe_name(name).rpartition(".")
            wanted = names = stem + dot + ending
            count = itertools.count(2)
            while names.casefold() in taken:
                names = f"{stem}-{next(count)}{dot}{ending}" if stem else f"{wanted}-{next(count)}"
            taken.add(names.casefold())
            archive.writestr(zipfile.ZipInfo(names, when), data)
    return held.getvalue()


def charset(data: bytes) -> str:
    """`utf-8` for bytes that are that, else `iso-8859-1`, which shows every byte."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "iso-8859-1"
    return "utf-8"


def safe_name(name: str) -> str:
    """A file name that names a file and nothing else: no path, no marks that systems or headers read, not hidden."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2] or name
    name = UNSAFE.sub("_", "".join(char if char.isprintable() else "_" for char in name)).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if len(name) > LONGEST_NAME:
        name = stem[: LONGEST_NAME - 20] + dot + ending[:16] if dot and stem else name[:LONGEST_NAME]
    return name if any(char.isalnum() for char in name) else "attachment"


def disposition(name: str) -> str:
    """Content-Disposition for a download: an ASCII name and, where that is not all, the real one (RFC 6266, 8187)."""
    name = safe_name(name)
    plain_name = re.sub(r"[^A-Za-z0-9._() -]", "_", name)
    extended = "" if plain_name == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{plain_name}"{extended}'


def download(data: bytes, name: str, kind: str) -> Response:
    """Bytes to be saved under a name."""
    response = inert(Response(data, content_type=kind))
    response.headers["Content-Disposition"] = disposition(name)
    return response


def inert(response: Response) -> Response:
    """The response with headers that keep it from doing anything, should a browser show it."""
    response.headers["Content-Security-Policy"] = INERT
    return response
