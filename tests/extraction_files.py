"""Files of many kinds, made as needed: what mails attach, and what means harm."""

import gzip
import io
import zipfile

from tests.archive_files import zipped

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
KIND = "application/vnd.openxmlformats-officedocument."


def _package(part: str, kind: str, content: str, more: dict[str, bytes | str] | None = None) -> bytes:
    types = (
        f'<Types xmlns="{TYPES}"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/{part}" ContentType="{KIND}{kind}.main+xml"/></Types>'
    )
    main = (
        f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
        f'Target="{part}"/></Relationships>'
    )
    return zipped({"[Content_Types].xml": types, "_rels/.rels": main, part: content} | (more or {}))


def docx(words: str, prolog: str = "", deleted: str = "", more: dict[str, bytes | str] | None = None) -> bytes:
    """A text document, with words that were deleted."""
    gone = f"<w:p><w:del><w:r><w:delText>{deleted}</w:delText></w:r></w:del></w:p>" if deleted else ""
    runs = f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>{gone}"
    body = f'<w:document xmlns:w="{W}"><w:body>{runs}</w:body></w:document>'
    return _package("word/document.xml", "wordprocessingml.document", f'<?xml version="1.0"?>{prolog}{body}', more)


def pptx(words: str) -> bytes:
    """A presentation of one slide."""
    p, a = (f"http://schemas.openxmlformats.org/{kind}/2006/main" for kind in ("presentationml", "drawingml"))
    show = (
        f'<p:presentation xmlns:p="{p}" xmlns:r="{OFFICE}"><p:sldIdLst><p:sldId id="256" r:id="r1"/></p:sldIdLst>'
        "</p:presentation>"
    )
    slide = (
        f'<p:sld xmlns:p="{p}" xmlns:a="{a}"><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>{words}</a:t></a:r></a:p>'
        "</p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
    )
    links = (
        f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/slide" '
        'Target="slides/slide1.xml"/></Relationships>'
    )
    more: dict[str, bytes | str] = {"ppt/slides/slide1.xml": slide, "ppt/_rels/presentation.xml.rels": links}
    return _package("ppt/presentation.xml", "presentationml.presentation", show, more)


def odt(words: str) -> bytes:
    """An OpenDocument text."""
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "text"))
    content = (
        f"<office:document-content {names}><office:body><office:text><text:p>{words}</text:p></office:text>"
        "</office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.text"
    return zipped({"mimetype": kind, "content.xml": content}, stored=("mimetype",))


def pdf(words: str, encrypted: bool = False, pages: int = 1) -> bytes:
    """A PDF whose pages all say the same; one that is encrypted opens with no password."""
    stream = f"BT /F1 12 Tf 72 700 Td ({words}) Tj ET".encode("latin-1")
    kids = " ".join(f"{number + 5} 0 R" for number in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]  # fmt: skip
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 3 0 R >> >> >>"
    )
    objects += [page] * pages
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    lock = b""
    if encrypted:
        keys = b"17" * 32, b"42" * 32
        lock = b"/ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >>" % keys
    out += b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, lock, start)
    return bytes(out)


def compound(stream: str) -> bytes:
    """The beginning of a compound file that names a stream, and no more."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le") + bytes(512)


def locked_zip(name: str) -> bytes:
    """A zip archive whose one member asks for a password."""
    data = bytearray(zipped({name: b"secret"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    return bytes(data)


def bomb(megabytes: int = 400) -> bytes:
    """A zip archive with a member of zeros."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("zeros.txt", "w") as member:
        for _ in range(megabytes):
            member.write(bytes(1 << 20))
    return buffer.getvalue()


def nested(depth: int, innermost: bytes = b"at the bottom") -> bytes:
    """Archives within archives."""
    data, name = innermost, "bottom.txt"
    for level in range(depth):
        data, name = (zipped({name: data}), f"{level}.zip") if level % 2 else (gzip.compress(data), f"{level}.gz")
    return data
