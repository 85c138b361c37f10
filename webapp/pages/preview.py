"""`/file/<sha256>/picture`, `/file/<sha256>/page/<number>`: an attached file as it looks, in pictures that are safe."""

from flask import Blueprint
from werkzeug.wrappers import Response

from search.errors import NotFound
from webapp.context import choice, engine, site
from webapp.html import raster
from webapp.operations import ANY, flag, operation
from webapp.pages.part import inert, part_of

pages = Blueprint("preview", __name__)
PDF = "application/pdf"
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
# What stands for a page that can't be drawn, beside its file's name: an empty sheet.
BLANK = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="48" height="64" viewBox="0 0 48 64"><path d="M6 4h25l11 11v45H6z" '
    b'fill="none" stroke="#8a8378" stroke-width="2"/><path d="M31 4v11h11" fill="none" stroke="#8a8378"/></svg>'
)
KEPT = "private, max-age=86400"  # what stands under a SHA-256 never changes


@pages.get("/file/<digest:sha256>/picture")
@operation("an attached picture: PNG, JPEG, GIF or WebP", ANY)
def picture(sha256: str) -> Response:
    """The file itself, if its first bytes are those of a picture that browsers decode."""
    data = contents(sha256)
    if not (kind := raster(data)):
        raise NotFound("This file is not a picture that can be shown.")
    return shown(data, kind)


@pages.get("/file/<digest:sha256>/page/<int:number>")
@operation("a page of an attached PDF, as PNG", ANY, flag("small", "for a place beside its name"))
def page(sha256: str, number: int) -> Response:
    """The page drawn by a process of its own: a browser gets a picture, never the PDF. A small one is never missing."""
    small = choice("small", ("0", "1")) == "1"
    drawn = site().mail.pdf_page(contents(sha256), number, small)
    if not drawn and small:
        return shown(BLANK, "image/svg+xml")
    if not drawn:
        raise NotFound("There is no such page, or it can’t be drawn.")
    return shown(drawn, "image/png")


def shown(data: bytes, kind: str) -> Response:
    """A picture that does nothing else."""
    response = inert(Response(data, content_type=kind))
    response.headers["Cache-Control"] = KEPT
    return response


def contents(sha256: str) -> bytes:
    """The bytes of a file, out of a mail that carries it; NotFound."""
    rows = engine().carriers(sha256, limit=1)[1]
    mail = next(iter(engine().messages(row.id for row in rows)), None)
    found = next((one for one in mail.attachments if one.sha256 == sha256), None) if mail else None
    if mail is None or found is None:
        raise NotFound(f"No mail here carries a file {sha256}.")
    return part_of(engine().raw(mail.id), found.part)[1]


@pages.app_template_global()
def looks(media: str) -> str:
    """How a file of that kind can be looked at: "picture", "pages", or "" for not at all."""
    return "picture" if media in PICTURES else "pages" if media == PDF else ""
