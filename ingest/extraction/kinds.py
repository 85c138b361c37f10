"""What kind of file it is: by its content first, then by its name, last by what the mail declares."""

import re
import zipfile
from io import BytesIO

from ingest.sniffing import sniff

_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX, PPTX = (
    _OFFICE + kind for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
)
DOC, XLS, PPT = "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"
ODT, ODS, ODP = (f"application/vnd.oasis.opendocument.{kind}" for kind in ("text", "spreadsheet", "presentation"))
LOCKED = "application/encrypted"  # an office document behind a password

_BY_NAME = {
    "txt": "text/plain", "log": "text/plain", "csv": "text/csv", "tsv": "text/tab-separated-values",
    "htm": "text/html", "html": "text/html", "xhtml": "text/html", "xml": "text/xml", "json": "application/json",
    "ics": "text/calendar", "vcs": "text/calendar", "vcf": "text/vcard", "pdf": "application/pdf",
    "rtf": "application/rtf", "doc": DOC, "xls": XLS, "ppt": PPT, "docx": DOCX, "docm": DOCX, "xlsx": XLSX,
    "xlsm": XLSX, "pptx": PPTX, "pptm": PPTX, "odt": ODT, "ods": ODS, "odp": ODP, "eml": "message/rfc822",
    "md": "text/plain", "tex": "text/plain", "patch": "text/plain", "diff": "text/plain",
    "epub": "application/epub+zip", "xlsb": "application/vnd.ms-excel.sheet.binary.macroenabled.12",
}  # fmt: skip
# The streams that tell what a compound file holds ([MS-CFB] §2.6.1 has their names in UTF-16).
_STREAMS = (
    ("EncryptedPackage", LOCKED), ("EncryptedSummary", LOCKED), ("PowerPoint Document", PPT), ("WordDocument", DOC),
    ("Workbook", XLS), ("WORKBOOK", XLS), ("Book", XLS), ("BOOK", XLS), ("__substg1.0_", "application/vnd.ms-outlook"),
)  # fmt: skip
_PARTS = (("word/", DOCX), ("xl/workbook.bin", _BY_NAME["xlsb"]), ("xl/", XLSX), ("ppt/", PPTX))
_PACKED = {
    "application/zip", "application/x-tar", "application/gzip", "application/x-bzip2", "application/x-xz",
    "application/zstd", "application/x-7z-compressed", "application/vnd.rar",
}  # fmt: skip
_PICTURES = re.compile(r"(?:image|audio|video|font)/|application/ogg$")
_CALENDAR = re.compile(rb"\s{0,20}(?:\xef\xbb\xbf)?\s{0,20}BEGIN:V(CALENDAR|CARD)\b", re.I)


def media_type(data: bytes, name: str, declared: str) -> str:
    """The media type by which a reader is chosen, lower case; "" when nothing tells."""
    found = sniff(data)
    if found == "application/zip" or found.startswith(_OFFICE):
        return _zipped(data) or found
    if found == "application/x-ole-storage":
        kinds = [kind for stream, kind in _STREAMS if stream.encode("utf-16-le") in data]
        by_name = _BY_NAME.get(name.rpartition(".")[2].lower())
        # a workbook may stand within a document, or the other way round
        return by_name if by_name in kinds and LOCKED not in kinds else next(iter(kinds), found)
    if calendar := _CALENDAR.match(data[:200]):
        return "text/calendar" if calendar[1].upper() == b"CALENDAR" else "text/vcard"
    by_name = _BY_NAME.get(name.rpartition(".")[2].lower(), "")
    if found in ("application/xml", "text/html") and by_name.startswith("text/"):
        return by_name
    if found:
        return found
    declared = declared.lower()
    if is_text(data):
        kind = by_name if by_name.startswith(("text/", "message/")) or by_name == "application/json" else declared
        return kind if kind.startswith(("text/", "message/", "application/json")) else "text/plain"
    return by_name or declared


def _zipped(data: bytes) -> str:
    """What an archive is in truth: an office document, by the parts in it."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                return archive.read("mimetype")[:100].decode("ascii", "replace").strip() or "application/zip"
    except Exception:
        return ""
    if "[Content_Types].xml" not in names:
        return "application/zip"
    return next((kind for part, kind in _PARTS if any(name.startswith(part) for name in names)), "application/zip")


def is_text(data: bytes) -> bool:
    """Whether bytes without any known mark look like text: no NULs (but UTF-16's) and few controls near the start."""
    head = data[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)
    return b"\0" not in head and controls * 50 < len(head)


def is_packed(media: str) -> bool:
    """Whether a file holds others."""
    return media in _PACKED


def is_picture(media: str) -> bool:
    """Whether there are pictures or sounds in it and no text."""
    return _PICTURES.match(media) is not None and media != "image/svg+xml"
