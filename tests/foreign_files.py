"""Archives of the kinds that libarchive opens. It writes 7z and ISO itself; of the others the smallest there are, their
members stored as they are, are made here by hand."""

import io
import struct
import zlib
from collections.abc import Callable, Collection, Mapping
from itertools import accumulate

Files = Mapping[str, bytes]


def lacks() -> str:
    """What opening such archives needs and this machine has not; empty if nothing is missing."""
    from ingest.unarchiver import Missing, library

    try:
        library()
    except Missing as missing:
        return str(missing)
    return ""


def written(files: Files, kind: str = "7zip", options: str = "") -> bytes:
    """An archive as libarchive writes it; all members of a 7z are packed together."""
    import libarchive

    out = io.BytesIO()
    with libarchive.custom_writer(out.write, kind, options=options) as archive:
        for name, data in files.items():
            archive.add_file_from_memory(name, len(data), data)
    return out.getvalue()


def sevenzip(files: Files, locked: Collection[str] = (), *, sealed: bool = False) -> bytes:
    """A 7z (7zFormat.txt), each member on its own; those `locked` say that they are encrypted, as the whole directory
    does when it is `sealed`."""
    directory = b"\x01\x04" + _streams(files, locked) + _names(files)
    packed = b"".join(files.values())
    if sealed:
        at = len(packed)
        packed += directory
        directory = b"\x17" + _streams({"": directory}, {""}, at)
    place = struct.pack("<QQL", len(packed), len(directory), zlib.crc32(directory))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<L", zlib.crc32(place)) + place + packed + directory


def _streams(files: Files, locked: Collection[str], at: int = 0) -> bytes:
    """Where packed streams stand, what unpacks them, and what they are unpacked: one each, copied or AES."""
    sizes = b"".join(_seven(len(data)) for data in files.values())
    sums = b"\n\1" + b"".join(struct.pack("<L", zlib.crc32(data)) for data in files.values())
    coders = b"".join(b"\1\x24\6\xf1\7\1\2\x40\0" if name in locked else b"\1\1\0" for name in files)
    count = _seven(len(files))
    packs = b"\6" + _seven(at) + count + b"\t" + sizes + b"\0"
    unpack = b"\7\x0b" + count + b"\0" + coders + b"\x0c" + sizes
    return packs + unpack + (sums + b"\0\0" if at else b"\0\x08" + sums + b"\0\0")


def _names(files: Files) -> bytes:
    names = b"\0" + b"".join(name.encode("utf-16-le", "surrogatepass") + b"\0\0" for name in files)
    return b"\5" + _seven(len(files)) + b"\x11" + _seven(len(names)) + names + b"\0\0"


def _seven(number: int) -> bytes:
    return bytes([number]) if number < 0x80 else b"\xff" + struct.pack("<Q", number)


def rar(
    files: Files, locked: Collection[str] = (), *, sealed: bool = False, link: str = "", volume: int | None = None
) -> bytes:
    """A RAR of version 5 (https://www.rarlab.com/technote.htm); `link` is where a symbolic link in it leads. Of the
    first `volume`, 0, the last file goes on in the next one, where it is the first."""
    out = b"Rar!\x1a\x07\x01\0"
    if sealed:
        out += _block(4, b"\0\0\x0f" + bytes(16))
    out += _block(1, b"\0" if volume is None else b"\1" if not volume else b"\3" + _vint(volume))
    split = {None: "", 0: [*files][-1]}.get(volume, next(iter(files), ""))
    for name, data in files.items():
        extra = _record(1, bytes(35)) if name in locked else b""
        flags = 0 if volume is None or name != split else 8 if volume else 0x10
        out += _file(name.encode("utf-8", "surrogateescape"), data, extra, flags)
    if link:
        out += _file(b"link", b"", _record(5, b"\1\0" + _vint(len(link)) + link.encode()))
    return out + _block(5, b"\1" if volume == 0 else b"\0")


def _file(name: bytes, data: bytes, extra: bytes, flags: int = 0) -> bytes:
    fields = _vint(4) + _vint(len(data)) + _vint(0o100644) + struct.pack("<L", zlib.crc32(data)) + b"\0\1"
    return _block(2, fields + _vint(len(name)) + name, extra, data, flags)


def _record(kind: int, data: bytes) -> bytes:
    return _vint(1 + len(data)) + _vint(kind) + data


def _block(kind: int, fields: bytes, extra: bytes = b"", data: bytes | None = None, flags: int = 0) -> bytes:
    sizes = (_vint(len(extra)) if extra else b"") + (b"" if data is None else _vint(len(data)))
    body = _vint(kind) + _vint(bool(extra) + 2 * (data is not None) + flags) + sizes + fields + extra
    head = _vint(len(body)) + body
    return struct.pack("<L", zlib.crc32(head)) + head + (data or b"")


def _vint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def old_rar(files: Files, locked: Collection[str] = (), *, sealed: bool = False, volume: int | None = None) -> bytes:
    """The same as RAR 4 has it (technote.txt)."""
    out = b"Rar!\x1a\x07\0" + _old_block(0x73, 0x80 * sealed + (volume is not None), bytes(6))
    split = {None: "", 0: [*files][-1]}.get(volume, next(iter(files), ""))
    for name, data in files.items():
        raw = name.replace("/", "\\").encode("utf-8", "surrogateescape")
        sizes = struct.pack("<2LB", len(data), len(data), 0) + struct.pack("<2L", zlib.crc32(data), 0x53210000)
        fields = sizes + struct.pack("<2BHL", 20, 0x30, len(raw), 0x20) + raw
        flags = 0x8000 + 4 * (name in locked) + (0 if volume is None or name != split else 1 if volume else 2)
        out += _old_block(0x74, flags, fields) + data
    return out + _old_block(0x7B, 0x4000 + (volume == 0), b"")


def _old_block(kind: int, flags: int, fields: bytes) -> bytes:
    head = struct.pack("<B2H", kind, flags, 7 + len(fields)) + fields
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head


def cabinet(files: Files) -> bytes:
    """A cabinet file ([MS-CAB])."""
    data = b"".join(files.values())
    starts = accumulate(map(len, files.values()), initial=0)
    entries = b"".join(
        struct.pack("<2L4H", len(content), start, 0, 0x5321, 0, 0xA0) + name.encode("utf-8", "surrogateescape") + b"\0"
        for (name, content), start in zip(files.items(), starts, strict=False)
    )
    pieces = [data[at : at + 32768] for at in range(0, len(data), 32768)]
    blocks = b"".join(struct.pack("<L2H", 0, len(piece), len(piece)) + piece for piece in pieces)
    size = 36 + 8 + len(entries) + len(blocks)
    head = struct.pack("<4s5L2B5H", b"MSCF", 0, size, 0, 44, 0, 3, 1, 1, len(files), 0, 0, 0)
    return head + struct.pack("<L2H", 44 + len(entries), len(pieces), 0) + entries + blocks


def lha(files: Files) -> bytes:
    """An LHA archive, headers of level 0."""
    out = b""
    for name, data in files.items():
        raw = name.encode("utf-8", "surrogateescape")
        head = b"-lh0-" + struct.pack("<2L2H2B", len(data), len(data), 0, 0x5321, 0x20, 0) + bytes([len(raw)]) + raw
        head += struct.pack("<H", _crc16(data))
        out += bytes([len(head), sum(head) & 0xFF]) + head + data
    return out + b"\0"


def _crc16(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


MAKERS: dict[str, Callable[..., bytes]] = {
    "7z": written, "7z stored": sevenzip, "rar": rar, "rar 4": old_rar, "cab": cabinet, "lha": lha,
    "iso": lambda files: written(files, "iso9660"),
}  # fmt: skip
