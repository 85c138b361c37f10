"""Small files in Outlook's formats, written from their specifications: .msg (OLE), TNEF, PST in its three forms."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from ingest.outlook.crypt import _R, reveal

# Property id -> type and value, as bytes.
Values = Mapping[int, tuple[int, bytes]]
TEXT, TEXT8, NUMBER, BYTES, TIME, TRUTH = 0x1F, 0x1E, 3, 0x102, 64, 11


def values(**named: Any) -> dict[int, tuple[int, bytes]]:
    """`p37="subject"`, `p39=1_400_000_000.0` (a moment), `pe07=1`, `p3701=b""`: hexadecimal ids, types by the value."""
    found = {}
    for name, value in named.items():
        if isinstance(value, str):
            pair = TEXT, value.encode("utf-16-le")
        elif isinstance(value, float):
            pair = TIME, struct.pack("<Q", (int(value) + 11_644_473_600) * 10_000_000)
        elif isinstance(value, int):
            pair = NUMBER, struct.pack("<l", value)
        else:
            pair = (BYTES, value) if isinstance(value, bytes) else value
        found[int(name[1:], 16)] = pair
    return found


# OLE (MS-CFB), as far as it takes: 512-byte sectors, siblings in a row.

Storage = dict[str, Any]  # name -> bytes or Storage


def ole(root: Storage) -> bytes:
    """A compound file."""
    entries: list[list[Any]] = []  # name, kind, right sibling, child, data
    _enter("Root Entry", root, 5, entries)
    mini = bytearray()
    big: list[tuple[list[Any], bytes]] = []
    minifat: list[int] = []
    for entry in entries:
        data = entry[4]
        if entry[1] != 2:
            continue
        if len(data) >= 4096:
            big.append((entry, data))
        elif data:
            count = -(-len(data) // 64)
            entry += [len(minifat)]
            minifat += [*range(len(minifat) + 1, len(minifat) + count), -2]
            mini += data.ljust(count * 64, b"\0")
    chains = [b"", bytes(mini), b"".join(struct.pack("<l", one) for one in minifat), *[data for _, data in big]]
    chains[0] = bytes(128 * (-(-len(entries) // 4) * 4))
    sizes = [-(-len(chain) // 512) for chain in chains]
    fats = 1
    while fats * 128 < fats + sum(sizes):
        fats += 1
    starts, fat, at = [], [-3] * fats, fats
    for size in sizes:
        starts.append(at if size else -2)
        fat += [*range(at + 1, at + size), -2] if size else []
        at += size
    for (entry, _), start in zip(big, starts[3:], strict=True):
        entry += [start]
    entries[0] += [starts[1]]
    entries[0][4] = bytes(mini)
    chains[0] = b"".join(map(_entry, entries)).ljust(len(chains[0]), b"\0")
    head = struct.pack("<8s16xHHHHH6xLLlLLlLlL", bytes.fromhex("d0cf11e0a1b11ae1"), 0x3E, 3, 0xFFFE, 9, 6, 0, fats,
                       starts[0], 0, 4096, starts[2], sizes[2], -2, 0)  # fmt: skip
    head += b"".join(struct.pack("<l", number if number < fats else -1) for number in range(109))
    table = b"".join(struct.pack("<l", one) for one in fat).ljust(fats * 512, b"\xff")
    return head + table + b"".join(chain.ljust(size * 512, b"\0") for chain, size in zip(chains, sizes, strict=True))


def _enter(name: str, content: Any, kind: int, entries: list[list[Any]]) -> int:
    own = len(entries)
    entries.append([name, kind, -1, -1, content if isinstance(content, bytes) else b""])
    before = -1
    for child in content if isinstance(content, dict) else ():
        number = _enter(child, content[child], 1 if isinstance(content[child], dict) else 2, entries)
        entries[own if before < 0 else before][3 if before < 0 else 2] = number
        before = number
    return own


def _entry(entry: list[Any]) -> bytes:
    name, kind, right, child, data, *start = entry
    coded = name.encode("utf-16-le")
    return struct.pack("<64sHBBlll36xlQ", coded, len(coded) + 2, kind, 1, -1, right, child, *(start or [-2]), len(data))


FIXED = {NUMBER: 4, TIME: 8, TRUTH: 2, 2: 2}


def msg(own: Values, recipients: Sequence[Values] = (), files: Sequence[Values | tuple[Values, Storage]] = (),
        names: Sequence[tuple[str, int]] = (), head: int = 32) -> Storage:  # fmt: skip
    """A .msg as a storage; a file with a storage is an item attached."""
    root = _substreams(own, head)
    for number, one in enumerate(recipients):
        root[f"__recip_version1.0_#{number:08X}"] = _substreams(one, 8)
    for number, one in enumerate(files):
        storage = _substreams(one[0] if isinstance(one, tuple) else one, 8)
        if isinstance(one, tuple):
            storage["__substg1.0_3701000D"] = one[1]
        root[f"__attach_version1.0_#{number:08X}"] = storage
    if head == 32:
        strings = entries = b""
        for name, tag in names:
            entries += struct.pack("<LHH", len(strings), 1 | 3 << 1, tag - 0x8000)
            coded = name.encode("utf-16-le")
            strings += (struct.pack("<L", len(coded)) + coded).ljust(-(-(len(coded) + 4) // 4) * 4, b"\0")
        root["__nameid_version1.0"] = {"__substg1.0_00030102": entries, "__substg1.0_00040102": strings}
    return root


def _substreams(own: Values, head: int) -> Storage:
    listed, storage = bytes(head), {}
    for tag, (kind, value) in own.items():
        inline = value.ljust(8, b"\0") if kind in FIXED else struct.pack("<LL", len(value), 0)
        listed += struct.pack("<HHL", kind, tag, 6) + inline
        if kind not in FIXED:
            storage[f"__substg1.0_{tag:04X}{kind:04X}"] = value
    return {"__properties_version1.0": listed, **storage}


# TNEF (MS-OXTNEF)


def attribute(level: int, id: int, value: bytes) -> bytes:
    """One attribute with its checksum."""
    return struct.pack("<BLL", level, id, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def listed(own: Values, names: Mapping[int, str] | None = None) -> bytes:
    """A list of properties; `names` of those that are named."""
    out = struct.pack("<L", len(own))
    for tag, (kind, value) in own.items():
        out += struct.pack("<HH", kind, tag)
        if tag >= 0x8000:
            name = (names or {})[tag].encode("utf-16-le") + b"\0\0"
            out += bytes(16) + struct.pack("<LL", 1, len(name)) + name.ljust(-(-len(name) // 4) * 4, b"\0")
        if kind not in FIXED:
            out += struct.pack("<LL", 1, len(value))
        out += value.ljust(-(-len(value) // 4) * 4, b"\0")
    return out


def tnef(own: Values, recipients: Sequence[Values] = (), files: Sequence[Values] = (), *more: bytes) -> bytes:
    """A winmail.dat; `more` are attributes before the rest."""
    out = b"\x78\x9f\x3e\x22\x01\x00" + attribute(1, 0x00069007, struct.pack("<LL", 1252, 0)) + b"".join(more)
    if recipients:
        rows = struct.pack("<L", len(recipients)) + b"".join(map(listed, recipients))
        out += attribute(1, 0x00069004, rows)
    out += attribute(1, 0x00069003, listed(own, {0x8123: "Keywords"}))
    for one in files:
        out += attribute(2, 0x00069002, bytes(14)) + attribute(2, 0x00069005, listed(one))
    return out


# PST (MS-PST)

BODY_NODES = 0x1F  # the kind of subnode that a long value lies in


class Pst:
    """A data file that grows node by node; `form` is "ansi", "unicode" or "large" (pages of 4 KiB)."""

    def __init__(self, form: str = "unicode", crypt: int = 1) -> None:
        self.form, self.crypt = form, crypt
        self.wide = form != "ansi"
        self.word = "Q" if self.wide else "L"
        self.page = 4096 if form == "large" else 512
        self.out = bytearray(0x4000)
        self.blocks: list[tuple[int, int, int, int]] = []  # id, place, size, plain size
        self.nodes: list[tuple[int, int, int, int]] = []
        self.next = 0x100

    def block(self, data: bytes, *, inner: bool = False) -> int:
        """Writes a block, several if it takes them; its id."""
        most = 65_000 if self.form == "large" else 8_176 if self.wide else 8_180
        if len(data) > most and not inner:
            parts = [self.block(data[at : at + most]) for at in range(0, len(data), most)]
            listing = struct.pack("<BBHL", 1, 1, len(parts), len(data))
            return self.block(listing + struct.pack(f"<{len(parts)}{self.word}", *parts), inner=True)
        id = self.next = self.next + 4
        id |= 2 if inner else 0
        plain = len(data)
        if not inner and self.crypt == 1:
            data = data.translate(_R)
        elif not inner and self.crypt == 2:
            data = reveal(data, 2, id)
        if self.form == "large" and not inner:
            data = zlib.compress(data)
        at = len(self.out)
        self.out += data + bytes(-len(data) % 64 + 64)
        self.blocks.append((id, at, len(data), plain))
        return id

    def below(self, nodes: Sequence[tuple[int, int, int]]) -> int:
        """A list of subnodes: id, block, their own subnodes."""
        if not nodes:
            return 0
        data = struct.pack("<BBH", 2, 0, len(nodes)) + (bytes(4) if self.wide else b"")
        return self.block(data + b"".join(struct.pack(f"<3{self.word}", *one) for one in sorted(nodes)), inner=True)

    def context(self, own: Values, nodes: Sequence[tuple[int, int, int]] = ()) -> tuple[int, int]:
        """A property context: its block and its subnodes."""
        subnodes, heap, records = list(nodes), _Heap(), b""
        for tag, (kind, value) in sorted(own.items()):
            if kind in FIXED and len(value) <= 4:
                records += struct.pack("<HH4s", tag, kind, value.ljust(4, b"\0"))
            elif len(value) <= 2000:
                records += struct.pack("<HHL", tag, kind, heap.add(value) if value else 0)
            else:
                id = len(subnodes) + 0x100 << 5 | BODY_NODES
                subnodes.append((id, self.block(value), 0))
                records += struct.pack("<HHL", tag, kind, id)
        root = heap.add(struct.pack("<BBBBL", 0xB5, 2, 6, 0, heap.add(records)))
        return self.block(heap.sealed(0xBC, root)), self.below(subnodes)

    def table(self, rows: Sequence[Values]) -> tuple[int, int]:
        """A table context with the rows in its heap."""
        heap = _Heap()
        tags = sorted({(tag, kind) for row in rows for tag, (kind, _) in row.items()})
        width = 4 * len(tags)
        columns = b"".join(struct.pack("<HHHBB", kind, tag, 4 * at, 4, at) for at, (tag, kind) in enumerate(tags))
        data = b""
        for row in rows:
            bits = bytearray(-(-len(tags) // 8))
            for at, (tag, kind) in enumerate(tags):
                value = row.get(tag, (kind, None))[1]
                if value is None:
                    data += bytes(4)
                    continue
                bits[at // 8] |= 128 >> at % 8
                data += value if kind in FIXED else struct.pack("<L", heap.add(value))
            data += bits
        ends = [width, width, width, width + -(-len(tags) // 8)]
        where = heap.add(data)
        head = struct.pack("<BB4HLLL", 0x7C, len(tags), *ends, 0, where, 0)
        return self.block(heap.sealed(0x7C, heap.add(head + columns))), 0

    def node(self, id: int, parent: int, place: tuple[int, int]) -> None:
        """Adds a node of the file itself."""
        self.nodes.append((id, *place, parent))

    def item(self, own: Values, recipients: Sequence[Values] = (), files: Sequence[Any] = ()) -> tuple[int, int]:
        """A message; a file is properties, or properties and the place of an item."""
        nodes = [(0x692, *self.table(recipients))] if recipients else []
        for number, one in enumerate(files):
            inner = []
            file = dict(one[0] if isinstance(one, tuple) else one)
            if isinstance(one, tuple):
                inner = [(0x200104, *one[1])]
                file[0x3701] = 0x0D, struct.pack("<LL", 0x200104, 0)
            nodes.append((0x8025 + number * 32, *self.context(file, inner)))
        return self.context(own, nodes)

    def folder(self, id: int, parent: int, name: str, count: int = 0) -> None:
        """A folder that says it has so many items."""
        self.node(id, parent, self.context(values(p3001=name, p3602=count)))

    def whole(self) -> bytes:
        """The file."""
        if self.wide:
            rows = [struct.pack("<QQQLL", id, data, below, parent, 0) for id, data, below, parent in sorted(self.nodes)]
            cells = [struct.pack("<QQHHL", id, at, size, plain if self.form == "large" else 2, 0)
                     for id, at, size, plain in sorted(self.blocks)]  # fmt: skip
        else:
            rows = [struct.pack("<LLLL", id, data, below, parent) for id, data, below, parent in sorted(self.nodes)]
            cells = [struct.pack("<LLHH", id, at, size, 2) for id, at, size, _ in sorted(self.blocks)]
        self.out += bytes(-len(self.out) % self.page)
        roots = self._tree(rows, 0x81), self._tree(cells, 0x80)
        head = bytearray(0x4000)
        version = {"ansi": 14, "unicode": 23, "large": 36}[self.form]
        head[:12] = struct.pack("<4sL2sH", b"!BDN", 0, b"SO" if self.form == "large" else b"SM", version)
        root, end, crypt = (0xD8, 0xB8, 0x201) if self.wide else (0xB8, 0xA8, 0x1CD)
        struct.pack_into(f"<4{self.word}", head, root, 1, roots[0], 2, roots[1])
        struct.pack_into(f"<{self.word}", head, end, len(self.out))
        head[crypt] = self.crypt
        self.out[:0x4000] = head
        return bytes(self.out)

    def _tree(self, entries: list[bytes], kind: int) -> int:
        """Pages of a tree, at least two levels of them; where its root is."""
        room = {"ansi": 496, "unicode": 488, "large": 4056}[self.form]
        key, level, places = 8 if self.wide else 4, 0, [0, 0]
        while len(places) > 1 or level < 2:
            step = room // len(entries[0])
            leaves = [entries[at : at + step] for at in range(0, len(entries), step)]
            places = [self._page(b"".join(leaf), len(leaf), len(leaf[0]), level, kind, room) for leaf in leaves]
            pairs = zip(leaves, places, strict=True)
            entries = [leaf[0][:key] + struct.pack(f"<2{self.word}", 0, at) for leaf, at in pairs]
            level += 1
        return places[0]

    def _page(self, data: bytes, count: int, width: int, level: int, kind: int, room: int) -> int:
        at = len(self.out)
        counts = struct.pack("<HHBB10x" if self.form == "large" else "<BBBB", count, room // width, width, level)
        page = data.ljust(room, b"\0") + counts
        page = page.ljust(496, b"\0") if self.form == "unicode" else page
        self.out += (page + bytes([kind, kind])).ljust(self.page, b"\0")
        return at


class _Heap:
    """A heap on one block (§2.3.1)."""

    def __init__(self) -> None:
        self.items: list[bytes] = []

    def add(self, data: bytes) -> int:
        """Its id."""
        self.items.append(data)
        return len(self.items) << 5

    def sealed(self, kind: int, root: int) -> bytes:
        """The block."""
        at, places, body = 12, [12], b""
        for item in self.items:
            body += item
            at += len(item)
            places.append(at)
        body += bytes(-at % 2)
        head = struct.pack("<HBBL4x", 12 + len(body), 0xEC, kind, root)
        return head + body + struct.pack(f"<HH{len(places)}H", len(self.items), 0, *places)
