"""`/file/<sha256>`: a file that mails carry, its text, and every mail that carries it."""

from collections.abc import Iterable
from typing import Literal, cast, get_args

from flask import Blueprint
from msgspec import Struct
from msgspec.structs import replace
from werkzeug.wrappers import Response

from mappings.records import Attachment, File, Message, MessageRow
from search.errors import NotFound
from webapp.answers import answer, wants_json
from webapp.context import choice, engine, site, text_value, whole_number
from webapp.operations import flag, number, one_of, operation, text
from webapp.pages.preview import contents, looks

pages = Blueprint("file", __name__)
SHOWN = 200_000  # code points of text on the page unless all of it is asked for
FIRST = 700  # code points of it on the page of a mail
CARRIERS = 50  # mails on one page
MOST = 100_000  # pages of a PDF that can be asked for
SHEETS = 20  # pages of a PDF on one page
View = Literal["text", "seen"]


class Carrier(Struct, frozen=True, kw_only=True):
    """A mail that carries the file, and how it does: name and part, more than once if it does so more than once."""

    row: MessageRow
    attachments: tuple[Attachment, ...]


class FilePage(Struct, frozen=True, kw_only=True):
    """A file with all that is known of it, and a page of the mails that carry it, by date."""

    file: File
    length: int  # of its text, code points
    total: int  # mails that carry it
    page: int
    pages: int
    carriers: tuple[Carrier, ...]
    q: str = ""
    whole: bool = False
    view: View = "text"  # "seen": as it looks
    looks: str = ""  # how it can be looked at: "picture", "pages", "" for not at all
    sheets: int = 0  # pages of a PDF; 0 if it is not looked at, or can't be drawn
    sheet: int = 1  # the first of them that is shown

    @property
    def last_sheet(self) -> int:
        """The last of them that there is room for."""
        return self.sheet + SHEETS - 1


@pages.get("/file/<digest:sha256>")
@pages.get("/file/<digest:sha256>.json", endpoint="json")
@operation("an attached file, its text, every mail that carries it", FilePage, number("page"), text("q", "marks words"),
           flag("whole", "shows the longest text in full"), one_of("view", get_args(View), "its text, or as it looks"),
           number("sheet", "the first page of a PDF to be shown", high=MOST))  # fmt: skip
def file(sha256: str) -> Response:
    """The file; NotFound for one that no mail carries."""
    total = engine().carriers(sha256, limit=1)[0]
    last = max(1, -(-total // CARRIERS))
    number = whole_number("page", 1, 1, last)
    rows = engine().carriers(sha256, limit=CARRIERS, skip=(number - 1) * CARRIERS)[1]
    mails = {mail.id: mail for mail in engine().messages(row.id for row in rows)}
    found = engine().files([sha256]).get(sha256)
    if found is None:
        raise NotFound(f"No mail here carries a file {sha256}.")
    whole = choice("whole", ("0", "1")) == "1"
    look = looks(found.media)
    view = cast(View, choice("view", get_args(View)) or ("seen" if look == "picture" and not found.text else "text"))
    seen = view == "seen" and bool(look)
    return answer(
        "file.html",
        FilePage(
            file=found if whole or wants_json() else replace(found, text=found.text[:SHOWN]), length=len(found.text),
            total=total, page=number, pages=last, q=text_value("q"), whole=whole,
            view="seen" if seen else "text", looks=look, sheet=whole_number("sheet", 1, 1, MOST),
            sheets=site().mail.pdf_pages(contents(sha256)) if seen and look == "pages" else 0,
            carriers=tuple(Carrier(row=row, attachments=_of(mails.get(row.id), sha256)) for row in rows),
        ),
    )  # fmt: skip


def _of(mail: Message | None, sha256: str) -> tuple[Attachment, ...]:
    return tuple(one for one in mail.attachments if one.sha256 == sha256) if mail else ()


def files_of(mail: Message) -> dict[str, File]:
    """The files that a mail carries, with the first lines of their texts."""
    found = engine().files(one.sha256 for one in mail.attachments if one.sha256)
    return {sha256: replace(file, text=file.text[:FIRST]) for sha256, file in found.items()}


def names(carriers: Iterable[Carrier]) -> list[str]:
    """The names that a file goes by, each once."""
    return list(dict.fromkeys(one.name for carrier in carriers for one in carrier.attachments if one.name))
