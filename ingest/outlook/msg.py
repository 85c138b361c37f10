"""Outlook's message file (.msg): an item as the storages and streams of an OLE file (MS-OXMSG)."""

import re
import struct
from collections.abc import Mapping
from io import BytesIO

from ingest.archives.errors import Damaged
from ingest.outlook.items import File, Item
from ingest.outlook.properties import FIXED, MULTIPLE, Properties, Value, codec, names

_PROPERTIES = "__PROPERTIES_VERSION1.0"
_STREAM = re.compile(r"__SUBSTG1\.0_([0-9A-F]{4})([0-9A-F]{4})")
_TOP, _INNER, _PART = 32, 24, 8  # bytes before the list of properties (§2.4.1)
_OBJECTS = ("CONTENTS", "PACKAGE", "\x01OLE10NATIVE")  # streams of an embedded object that hold the file itself
Path = tuple[str, ...]


def read(data: bytes) -> Item | None:
    """The item in an OLE file, None when the file is something else, such as an old Office document. Damaged."""
    box = _Box(data)
    return box.item((), _TOP) if _PROPERTIES in box.streams.get((), {}) else None


class _Box:
    """An opened OLE file. Names are compared in upper case, as the format asks."""

    def __init__(self, data: bytes) -> None:
        import olefile

        try:
            self.ole = olefile.OleFileIO(BytesIO(data))
            paths = self.ole.listdir(streams=True, storages=False)
        except (OSError, ValueError, IndexError, struct.error, RecursionError, OverflowError) as error:
            raise Damaged(f"The OLE file is damaged ({error}).") from error
        self.streams: dict[Path, dict[str, list[str]]] = {}  # by storage: name -> the path as it is written
        self.storages: dict[Path, set[str]] = {}
        for path in paths:
            upper = tuple(name.upper() for name in path)
            self.streams.setdefault(upper[:-1], {})[upper[-1]] = path
            for depth in range(len(upper) - 1):
                self.storages.setdefault(upper[:depth], set()).add(upper[depth])
        names_ = ("__NAMEID_VERSION1.0",)
        self.named = names(self.stream(names_, "__SUBSTG1.0_00030102"), self.stream(names_, "__SUBSTG1.0_00040102"))

    def stream(self, storage: Path, name: str) -> bytes:
        """The bytes of a stream, b"" where there is none. Damaged."""
        path = self.streams.get(storage, {}).get(name)
        if path is None:
            return b""
        try:
            return bytes(self.ole.openstream(path).read())
        except (OSError, ValueError, IndexError, struct.error) as error:
            raise Damaged(f"A part of the OLE file is damaged ({error}).") from error

    def properties(self, storage: Path, head: int, encoding: str = "") -> Properties:
        """The properties of a storage: those listed, and any stream that the list forgets."""
        values: dict[int, tuple[int, Value]] = {}
        listed = self.stream(storage, _PROPERTIES)
        for at in range(head, len(listed) - 15, 16):
            kind, tag = struct.unpack_from("<HH", listed, at)
            if kind in FIXED:
                values[tag] = kind, listed[at + 8 : at + 8 + FIXED[kind]]
        for name in self.streams.get(storage, {}):
            found = _STREAM.match(name)
            if found and (kind := int(found[2], 16)) not in FIXED:
                self._add(values, storage, int(found[1], 16), kind, found[0])
        page = Properties(values).number(0x3FFD) or Properties(values).number(0x3FDE)
        return Properties(values, self.named, encoding or (codec(page) if page not in (1200, 1201) else "cp1252"))

    def _add(self, values: dict[int, tuple[int, Value]], storage: Path, tag: int, kind: int, name: str) -> None:
        if kind & MULTIPLE and kind & ~MULTIPLE not in FIXED:
            parts = sorted(one for one in self.streams[storage] if one.startswith(f"{name}-"))
            values[tag] = kind, [self.stream(storage, one) for one in parts]
        else:
            values[tag] = kind, lambda: self.stream(storage, name)

    def item(self, storage: Path, head: int) -> Item:
        """The item in a storage, with recipients and attachments."""
        get = self.properties(storage, head)
        below = sorted(self.storages.get(storage, ()))
        recipients = [(*storage, name) for name in below if name.startswith("__RECIP_VERSION1.0_")]
        files = [(*storage, name) for name in below if name.startswith("__ATTACH_VERSION1.0_")]
        return Item(
            get,
            [self.properties(path, _PART, get.encoding) for path in recipients],
            [self._file(path, get.encoding) for path in files],
        )

    def _file(self, storage: Path, encoding: str) -> File:
        get = self.properties(storage, _PART, encoding)
        inner = (*storage, "__SUBSTG1.0_3701000D")
        if _PROPERTIES in self.streams.get(inner, {}):
            return File(get, bytes, lambda: self.item(inner, _INNER))
        if inner[-1] in self.storages.get(storage, ()):
            return File(get, lambda: self._object(inner))
        return File(get, lambda: get.read(0x3701))

    def _object(self, storage: Path) -> bytes:
        """What an embedded object holds: the stream that is known for it, else the longest."""
        own: Mapping[str, list[str]] = self.streams.get(storage, {})
        known = [name for name in _OBJECTS if name in own]
        return max((self.stream(storage, name) for name in known or own), key=len, default=b"")
