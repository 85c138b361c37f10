"""What a file is, by its first bytes: the formats that mail carries."""

import re

# First bytes -> media type; from the formats' specifications and the `file` program's tables.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"), (b"PK\x03\x04", "application/zip"), (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"), (b"\xfd7zXZ\x00", "application/x-xz"), (b"(\xb5/\xfd", "application/zstd"),
    (b"7z\xbc\xaf'\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"II*\x00", "image/tiff"), (b"MM\x00*", "image/tiff"), (b"BM", "image/bmp"),
    (b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (b"ID3", "audio/mpeg"), (b"\xff\xfb", "audio/mpeg"), (b"OggS", "application/ogg"), (b"fLaC", "audio/flac"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-executable"), (b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"%!PS", "application/postscript"), (b"!BDN", "application/vnd.ms-outlook-pst"),
    (b"\xca\xfe\xba\xbe", "application/java-vm"),
    (b"-----BEGIN PGP", "application/pgp-encrypted"), (b"BEGIN:VCARD", "text/vcard"),
    (b"BEGIN:VCALENDAR", "text/calendar"), (b"\x1aE\xdf\xa3", "video/x-matroska"),
    (b"AT&TFORM", "image/vnd.djvu"), (b"\x00\x01\x00\x00Standard ", "application/x-msaccess"), (b"wOFF", "font/woff"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
)  # fmt: skip
_BY_FIRST: dict[int, list[tuple[bytes, str]]] = {}
for _magic, _type in _MAGIC:
    _BY_FIRST.setdefault(_magic[0], []).append((_magic, _type))
_MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:(!doctype html|html|head|body|meta)|(\?xml)|(svg))\b", re.I)
_OFFICE = ((b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
           (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
           (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"))  # fmt: skip
_RIFF = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo", b"WEBP": "image/webp"}


def sniff(data: bytes) -> str:
    """The media type that the content itself shows, "" when it shows none."""
    if not data:
        return ""
    for magic, kind in _BY_FIRST.get(data[0], ()):
        if data.startswith(magic):
            if kind == "image/bmp" and data[6:10] != b"\0\0\0\0":
                continue
            return _zipped(data) if kind == "application/zip" else kind
    if data.startswith(b"RIFF"):
        return _RIFF.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        return {b"M4A ": "audio/mp4", b"qt  ": "video/quicktime", b"heic": "image/heic", b"avif": "image/avif"}.get(
            data[8:12], "video/mp4"
        )
    if data[257:262] == b"ustar":
        return "application/x-tar"
    markup = _MARKUP.match(data[:1024])
    if markup:
        if markup[3] or (markup[2] and b"<svg" in data[:1024]):
            return "image/svg+xml"
        return "text/html" if markup[1] else "application/xml"
    return ""


def _zipped(data: bytes) -> str:
    """What a zip archive is in truth: an office document names its parts near the start."""
    head = data[:4096]
    if head[30:38] == b"mimetype":
        named = re.match(rb"[a-z]{1,30}/[A-Za-z0-9.+\-]{1,80}", head[38:140])
        return re.sub(r"PK$", "", named[0].decode("ascii")) if named else "application/zip"
    if b"[Content_Types].xml" in head or b"_rels/.rels" in head:
        for name, kind in _OFFICE:
            if name in head or name in data[-8192:]:
                return kind
    return "application/zip"
