"""The files attached to the demo's mails: PDF, spreadsheet, picture and text, from their descriptions in the corpus."""

import csv
import io
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from ingest.demo.picture import draw
from ingest.demo.source import CORPUS

_KINDS = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".csv": "text/csv",
    ".ics": "text/calendar",
    ".vcf": "text/vcard",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_LINES = 52  # a page's
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def attachment(name: str, corpus: Path = CORPUS) -> tuple[str, bytes]:
    """A file's media type and bytes; `name.txt` or the file itself holds what it is made of."""
    folder = corpus / "attachments"
    suffix = Path(name).suffix
    source = folder / name
    if suffix in {".pdf", ".png", ".xlsx"}:
        text = (folder / f"{name}.txt").read_text(encoding="utf-8")
        return _KINDS[suffix], {".pdf": pdf, ".png": draw, ".xlsx": xlsx}[suffix](text)
    return _KINDS[suffix], source.read_bytes()


def pdf(text: str) -> bytes:
    """A PDF 1.4 of typewritten pages in Helvetica; `# ` begins a heading. Uncompressed, so that it can be searched."""
    lines = text.rstrip("\n").split("\n")
    pages = [lines[at : at + _LINES] for at in range(0, len(lines), _LINES)]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        stream = _page(page)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {5 + 2 * number} 0 R >>".encode()
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream")
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def _page(lines: list[str]) -> bytes:
    out = [b"BT /F1 11 Tf 14 TL 56 786 Td"]
    for line in lines:
        size, shown = (16, line[2:]) if line.startswith("# ") else (11, line)
        data = shown.encode("cp1252", "replace")
        for char in (b"\\", b"(", b")"):
            data = data.replace(char, b"\\" + char)
        out.append(b"/F1 %d Tf (%s) Tj T*" % (size, data))
    return b"\n".join([*out, b"ET"])


def xlsx(text: str) -> bytes:
    """A workbook of one sheet from lines of CSV (ECMA-376, inline strings); numbers stay numbers."""
    rows = []
    for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=";"), 1):
        cells = "".join(_cell(f"{chr(65 + at)}{number}", value.strip()) for at, value in enumerate(row))
        rows.append(f'<row r="{number}">{cells}</row>')
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets><sheet name="Sheet1" sheetId="1" '
        'r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}"><sheetData>{"".join(rows)}</sheetData></worksheet>',
    }
    return stored_zip(
        {
            name: f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{xml}'.encode()
            for name, xml in files.items()
        }
    )


def _cell(place: str, value: str) -> str:
    try:
        return f'<c r="{place}"><v>{float(value):.10g}</v></c>'
    except ValueError:
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>' if value else ""


def stored_zip(files: dict[str, bytes]) -> bytes:
    """A zip of these files, uncompressed and dated 1980: its bytes depend on nothing but them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()
