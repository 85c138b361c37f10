"""PDF, office documents, rich text and e-books, by Kreuzberg: the one door to it."""

import importlib.util
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from ingest.extraction import Damaged, Encrypted, NoReader
from ingest.extraction.kinds import DOC, DOCX, LOCKED, ODP, ODS, ODT, PPT, PPTX, XLS, XLSX
from ingest.extraction.parts import passed_over

if TYPE_CHECKING:
    import kreuzberg

PDF, RTF = "application/pdf", "application/rtf"
READS = {
    PDF, RTF, DOC, DOCX, ODP, ODS, ODT, PPT, PPTX, XLS, XLSX, "application/epub+zip",
    "application/vnd.ms-excel.sheet.binary.macroenabled.12",
}  # fmt: skip
PAGES = 200  # of a PDF without text that are read as pictures
_SHEETS = {XLSX, XLS, ODS, "application/vnd.ms-excel.sheet.binary.macroenabled.12"}
_PACKAGES = {DOCX, XLSX, PPTX, ODT, ODS, ODP}
_LOCKED = re.compile(r"password|encrypt", re.I)


class Described(NamedTuple):
    """A document's text, and what it says about itself; `addresses` are where its links lead."""

    text: str
    title: str = ""
    authors: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


def is_here() -> bool:
    """Whether the library is installed."""
    return importlib.util.find_spec("kreuzberg") is not None


def document_text(data: bytes, media: str) -> str:
    """A document's text, what stands in its headers and footers included. Damaged, Encrypted, NoReader."""
    found = _extracted(data, media)
    text = (_sheets(found) if media in _SHEETS else "") or found.content
    beside = passed_over(data, text) if media in _PACKAGES else ""
    return f"{text}\n\n{beside}" if beside else text


def described(data: bytes, media: str) -> Described:
    """A document's running text, without what stands beside it, and what it says about itself. Damaged, Encrypted,
    NoReader."""
    found = _extracted(data, media, links=True)
    about = found.metadata
    authors = about.get("authors") or ()
    links = dict.fromkeys(uri["url"] if isinstance(uri, dict) else uri.url for uri in found.uris or ())
    return Described(
        found.content, str(about.get("title") or ""), tuple(str(name) for name in authors),
        tuple(address for address in links if address.startswith(("http://", "https://"))),
    )  # fmt: skip


def _extracted(data: bytes, media: str, *, links: bool = False) -> "kreuzberg.ExtractionResult":
    """What the library makes of a document."""
    if media == LOCKED:
        raise Encrypted
    if not is_here():
        raise NoReader(media, "no-library", ", for the package kreuzberg is missing")
    import kreuzberg

    config = kreuzberg.ExtractionConfig(
        use_cache=False, enable_quality_processing=False, concurrency=kreuzberg.ConcurrencyConfig(max_threads=1),
        content_filter=kreuzberg.ContentFilterConfig(
            include_headers=True, include_footers=True, strip_repeating_text=False, include_watermarks=True
        ), pdf_options=kreuzberg.PdfConfig(extract_annotations=True) if links else None,
    )  # fmt: skip
    try:
        return kreuzberg.extract_bytes_sync(data, media, config=config)
    except kreuzberg.KreuzbergError as error:
        if "Invalid DOC magic number" in str(error):
            raise NoReader("documents of Word 95 and older") from None
        if _LOCKED.search(str(error)):
            raise Encrypted from None
        raise Damaged("damaged", f"It can't be read: {_short(error)}.") from None


def _sheets(found: "kreuzberg.ExtractionResult") -> str:
    """A workbook's sheets under their names, cells apart by tabs, which its plain text runs together; "" should
    anything of that text be missing here."""
    names = dict(enumerate(found.metadata.get("sheet_names") or (), 1))
    parts = []
    for table in found.tables:
        rows = ("\t".join(" ".join(cell.split()) for cell in row).rstrip() for row in table.cells)
        parts.append("\n".join((names.pop(table.page_number, ""), *rows)).strip("\n"))
    text = "\n\n".join([*parts, *names.values()])
    return text if len(text.split()) >= len(found.content.split()) else ""


def pages(data: bytes) -> Iterator[bytes]:
    """The pages of a PDF as PNG pictures, the first `PAGES` of them. Damaged."""
    import kreuzberg

    with _stored(data) as name, _drawn(), kreuzberg.PdfPageIterator(name) as found:
        yield from (picture for _, picture in islice(found, PAGES))


def page_count(data: bytes) -> int:
    """How many pages a PDF has. Damaged."""
    import kreuzberg

    with _stored(data) as name, _drawn(), kreuzberg.PdfPageIterator(name) as found:
        return len(found)


def page(data: bytes, number: int, dots: int) -> bytes:
    """A page of a PDF as PNG with so many dots an inch; the first is 1. Damaged, also where there is no such page."""
    import kreuzberg

    with _stored(data) as name, _drawn():
        return kreuzberg.render_pdf_page(name, number - 1, dpi=dots)


@contextmanager
def _stored(data: bytes) -> Iterator[str]:
    """The name of a file that holds a PDF."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        yield file.name


@contextmanager
def _drawn() -> Iterator[None]:
    """Damaged for what the library says of a PDF that it can't draw."""
    import kreuzberg

    try:
        yield
    except (kreuzberg.KreuzbergError, RuntimeError) as error:
        raise Damaged("damaged", f"Its pages can't be drawn: {_short(error)}.") from None


def _short(error: Exception) -> str:
    """The first part of a message that repeats itself."""
    words = str(error).removeprefix(f"{type(error).__name__}: ")
    return " ".join(words.split())[:200].rstrip(".")
