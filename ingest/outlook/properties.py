"""MAPI properties of an item, a recipient or an attachment, read as text, numbers and moments (MS-OXCDATA §2.11)."""

import codecs
import struct
from collections.abc import Callable, Mapping
from itertools import pairwise

from ingest.archives.errors import ArchiveError
from ingest.charsets import clean

STRING8, UNICODE, BINARY, OBJECT = 0x1E, 0x1F, 0x102, 0x0D
MULTIPLE = 0x1000  # of any type; its value is a list
# Bytes of the types with a fixed length: short, long, float, double, currency, OLE date, error, boolean, int64, time,
# GUID
FIXED = {2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 2, 20: 8, 64: 8, 72: 16}
_SIGNED = {2: "<h", 3: "<l", 20: "<q", 11: "<H"}
_EPOCH = 11_644_473_600  # seconds from 1601 to 1970
_FOREVER = 0x0CB34557A3DD4000  # what stands for "no such moment": the year 4500
# Windows code pages whose codec does not follow from the number.
_CODECS = {
    874: "cp874", 932: "cp932", 936: "gb18030", 949: "cp949", 950: "cp950", 1200: "utf-16-le", 1201: "utf-16-be",
    10000: "mac-roman", 10007: "mac-cyrillic", 20127: "cp1252", 20866: "koi8-r", 20932: "euc_jp", 21866: "koi8-u",
    28591: "cp1252", 28599: "cp1254", 38598: "iso-8859-8", 50220: "iso2022_jp_ext", 50221: "iso2022_jp_ext",
    50222: "iso2022_jp_ext", 50225: "iso2022_kr", 51932: "euc_jp", 51949: "cp949", 52936: "hz", 54936: "gb18030",
    65000: "utf-7", 65001: "utf-8", 0: "cp1252",
}  # fmt: skip

Value = bytes | list[bytes] | Callable[[], bytes]


def codec(page: int) -> str:
    """The codec of a Windows code page (https://learn.microsoft.com/windows/win32/intl/code-page-identifiers)."""
    if page in _CODECS:
        return _CODECS[page]
    name = f"iso-8859-{page - 28590}" if 28592 <= page <= 28605 else f"cp{page}"
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name


class Properties:
    """Values by their property id (the upper half of a tag). `read` alone raises for what can't be read."""

    def __init__(
        self, values: Mapping[int, tuple[int, Value]], named: Mapping[int | str, int] | None = None,
        encoding: str = "cp1252",
    ) -> None:  # fmt: skip
        """`values`: type and bytes, or how to get them. `named`: ids of named properties by number or lower-case name.
        `encoding` is that of 8-bit strings."""
        self._values = values
        self._named = named or {}
        self.encoding = encoding

    def _id(self, key: int | str) -> int:
        """A key of 0x8000 and more, or a name, is that of a named property."""
        return key if isinstance(key, int) and key < 0x8000 else self._named.get(key, -1)

    def has(self, key: int | str) -> bool:
        """Whether there is such a property."""
        return self._id(key) in self._values

    def kind(self, key: int | str) -> int:
        """The type of a property; 0 without it."""
        return self._values.get(self._id(key), (0, b""))[0]

    def read(self, key: int | str) -> bytes:
        """The bytes of a value; of several, the first; b"" without one. ArchiveError."""
        value = self._values.get(self._id(key), (0, b""))[1]
        if callable(value):
            return value()
        return value if isinstance(value, bytes) else value[0] if value else b""

    def data(self, key: int | str) -> bytes:
        """The same, b"" too for what can't be read."""
        try:
            return self.read(key)
        except ArchiveError:
            return b""

    def text(self, key: int | str) -> str:
        """A string, without the zero at its end; "" for what is none."""
        return self._string(self.kind(key), self.data(key))

    def texts(self, key: int | str) -> list[str]:
        """The strings of a property that has several, or the one that it has."""
        kind, value = self._values.get(self._id(key), (0, b""))
        values = value if isinstance(value, list) else [self.data(key)]
        return [text for text in (self._string(kind & ~MULTIPLE, one) for one in values) if text]

    def _string(self, kind: int, data: bytes) -> str:
        if kind & ~MULTIPLE == UNICODE:
            text = data[: len(data) // 2 * 2].decode("utf-16-le", "replace")
        elif kind & ~MULTIPLE == STRING8:
            text = data.decode(self.encoding, "replace")
        else:
            return ""
        return clean(text.rstrip("\0"))

    def number(self, key: int | str, default: int = 0) -> int:
        """An integer or a truth; `default` for what is none."""
        data, form = self.data(key), _SIGNED.get(self.kind(key))
        if form is None or len(data) < struct.calcsize(form):
            return default
        return int(struct.unpack_from(form, data)[0])

    def moment(self, key: int | str) -> int | None:
        """Seconds since 1970 UTC; None for what is no moment."""
        data = self.data(key)
        if self.kind(key) != 64 or len(data) < 8:
            return None
        ticks = int(struct.unpack_from("<Q", data)[0])
        return None if ticks in (0, _FOREVER) or ticks >= 1 << 63 else ticks // 10_000_000 - _EPOCH


def several(data: bytes, fixed: int = 0) -> list[bytes]:
    """The values of a multi-valued property as a PST has them: one after the other, or behind their offsets."""
    if fixed:
        return [data[at : at + fixed] for at in range(0, len(data) - fixed + 1, fixed)]
    if len(data) < 4:
        return []
    count = min(struct.unpack_from("<L", data)[0], (len(data) - 4) // 4)
    ends = [*struct.unpack_from(f"<{count}L", data, 4), len(data)]
    return [data[start:end] for start, end in pairwise(ends)]


def names(entries: bytes, strings: bytes) -> dict[int | str, int]:
    """Ids of named properties by number or lower-case name, from the streams that list them (MS-OXMSG §2.2.3.1)."""
    found: dict[int | str, int] = {}
    for key, kind, index in struct.iter_unpack("<LHH", entries[: len(entries) // 8 * 8]):
        name: int | str = key
        if kind & 1:
            length = int.from_bytes(strings[key : key + 4], "little")
            name = strings[key + 4 : key + 4 + length].decode("utf-16-le", "replace").lower()
        found.setdefault(name, 0x8000 + index)
    return found
