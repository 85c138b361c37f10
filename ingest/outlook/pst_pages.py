"""A PST's lower layer: its header, the two trees of pages, and the blocks of bytes they lead to (MS-PST §2.2)."""

import struct
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import IO

from msgspec import Struct

from ingest.archives.errors import Damaged, Encrypted, TooLarge, Truncated, Unreadable, Unsupported
from ingest.outlook.crypt import reveal

MAGIC = b"!BDN"
LARGEST = 256 << 20  # bytes of one node
_PAGE_TYPES = {"blocks": 0x80, "nodes": 0x81}
_LEAST = 512  # bytes that reading a block counts for at least
_DEEPEST = 12  # levels of a tree; real ones have 3


class Node(Struct, frozen=True):
    """An entry of the tree of nodes: where its data and its subnodes are, and what it belongs to."""

    id: int
    data: int
    subnodes: int
    parent: int = 0


class Layout(Struct, frozen=True):
    """What differs between the three forms: ANSI (to Outlook 2002), Unicode, and that of 4 KiB pages (2013 on)."""

    page: int  # bytes of a page
    counts: int  # where in it the number of entries stands
    wide: bool  # ids and places have 8 bytes, else 4
    root: int  # where in the header the trees' roots are
    crypt: int  # and the method of hiding

    @property
    def large(self) -> bool:
        """Whether pages have 4 KiB."""
        return self.page == 4096


ANSI = Layout(512, 496, wide=False, root=0xB8, crypt=0x1CD)
UNICODE = Layout(512, 488, wide=True, root=0xD8, crypt=0x201)
LARGE = Layout(4096, 4056, wide=True, root=0xD8, crypt=0x201)


class Pages:
    """An opened file. Truncated, Damaged, Unsupported, Encrypted."""

    def __init__(self, file: IO[bytes], size: int, charge: Callable[[int], object] = int) -> None:
        """`charge` is told the bytes of each block that is read, however often, and ends that by an ArchiveError."""
        self.file = file
        self.size = size
        self.charge = charge
        head = self._read(0, 0x210)
        if not head.startswith(MAGIC):
            raise Damaged("This is no Outlook data file: its first bytes are others.")
        version = int.from_bytes(head[10:12], "little")
        self.layout = LARGE if version >= 36 else UNICODE if version >= 20 else ANSI
        self.kind = "OST" if head[8:10] == b"SO" else "PST"
        self.crypt = head[self.layout.crypt]
        if self.crypt == 0x10:
            raise Encrypted("It is encrypted by Windows (WIP) for those who have its keys.")
        if self.crypt > 2:
            raise Unsupported(f"It is hidden by a method (number {self.crypt}) that is not known.")
        form = "<QQQQ" if self.layout.wide else "<LLLL"
        _, self.nodes_root, _, self.blocks_root = struct.unpack_from(form, head, self.layout.root)
        self._page = lru_cache(maxsize=4096)(self._read_page)
        self._rescue: dict[int, tuple[int, ...]] | None = None
        self.cut = "" if self._whole(head) else "The file ends before the end that its header gives"

    def _whole(self, head: bytes) -> bool:
        at, form = (0xB8, "<Q") if self.layout.wide else (0xA8, "<L")
        return int(struct.unpack_from(form, head, at)[0]) <= self.size

    def _read(self, at: int, count: int) -> bytes:
        if at < 0 or at + count > self.size:
            raise Truncated("The file ends before the place where some of its data should be.")
        try:
            self.file.seek(at)
            data = self.file.read(count)
        except (OSError, ValueError) as error:
            raise Unreadable(f"Reading failed ({error}).") from error
        if len(data) < count:
            raise Truncated("The file ends before the place where some of its data should be.")
        return data

    def _read_page(self, at: int, tree: str) -> tuple[int, list[tuple[int, ...]]]:
        """The level of a page (0 is a leaf) and its entries."""
        layout = self.layout
        page = self._read(at, layout.page)
        form = "<HHBB" if layout.large else "<BBBB"
        count, _, width, level = struct.unpack_from(form, page, layout.counts)
        kind = page[4072] if layout.large else page[496 if layout.wide else 500]
        word = "Q" if layout.wide else "L"
        entry = f"<{word * 3}" if level else self._leaf_form(tree)
        fits = width >= struct.calcsize(entry) and count * width <= layout.counts
        if kind != _PAGE_TYPES[tree] or level >= _DEEPEST or not fits:
            raise Damaged("A page of one of the file's two trees is damaged.")
        return level, [struct.unpack_from(entry, page, number * width) for number in range(count)]

    def _leaf_form(self, tree: str) -> str:
        if tree == "nodes":
            return "<QQQL" if self.layout.wide else "<LLLL"
        return "<QQHH" if self.layout.wide else "<LLHH"

    def _find(self, tree: str, key: int) -> tuple[int, ...] | None:
        """The leaf entry with a key."""
        at = self.nodes_root if tree == "nodes" else self.blocks_root
        for _ in range(_DEEPEST):
            level, entries = self._page(at, tree)
            found = [entry for entry in entries if entry[0] <= key]
            if not found:
                return None
            if not level:
                return found[-1] if found[-1][0] == key else None
            at = found[-1][2]
        return None

    def nodes(self, problems: list[Exception]) -> Iterator[Node]:
        """Every node, in the order of their ids; what fails is added to `problems`, and the rest follows."""
        todo, seen = [(self.nodes_root, _DEEPEST)], set()
        while todo:
            at, most = todo.pop()
            if at in seen:
                continue
            seen.add(at)
            try:
                level, entries = self._read_page(at, "nodes")
            except (Truncated, Damaged) as error:
                problems.append(error)
                continue
            if not level:
                for id, data, subnodes, parent in entries:
                    yield Node(id & 0xFFFFFFFF, data, subnodes, parent)
            elif level < most:  # each level is lower: no page leads back up
                todo += [(entry[2], level) for entry in reversed(entries)]

    def node(self, id: int) -> Node | None:
        """The node with that id."""
        found = self._find("nodes", id)
        return Node(id, found[1], found[2], found[3]) if found else None

    def _rescued(self, id: int) -> tuple[int, ...] | None:
        """The entry of a block that the broken tree doesn't lead to any more, if its leaf is still somewhere."""
        from ingest.outlook.pst_salvage import Salvaged  # which is made of this

        if self._rescue is None:
            self._rescue = Salvaged(self.file, self.size).found["blocks"]
        return self._rescue.get(id & ~1) or self._rescue.get(id | 1)

    def _block(self, id: int) -> bytes:
        try:
            found = self._find("blocks", id & ~1) or self._find("blocks", id | 1)
        except (Damaged, Truncated):
            found = self._rescued(id)
        if found is None:
            raise Damaged("A block of its data is missing.")
        _, at, size, plain = found
        self.charge(max(size, plain if self.layout.large else 0, _LEAST))
        data = self._read(at, size)
        if self.layout.large and plain and plain != size:
            try:
                data = zlib.decompressobj().decompress(data, 1 << 17)
            except zlib.error as error:
                raise Damaged(f"A block of its data is damaged ({error}).") from error
        return data if id & 2 else reveal(data, self.crypt, id & 0xFFFFFFFF)

    def blocks(self, id: int, most: int = LARGEST) -> list[bytes]:
        """The blocks of a node's data in their order (§2.2.2.8.3.2). TooLarge."""
        out: list[bytes] = []
        todo, size = [(id, 3)] if id else [], 0
        while todo:
            at, depth = todo.pop()
            data = self._block(at)
            if not at & 2:
                size += len(data)
                if size > most:
                    raise TooLarge(f"It has more than {most:,} bytes.")
                out.append(data)
                continue
            if len(data) < 8 or data[0] != 1 or not depth:
                raise Damaged("A list of blocks is damaged.")
            size += len(data)
            todo += [(one, depth - 1) for one in reversed(self._ids(data))]
        return out

    def _ids(self, data: bytes) -> list[int]:
        width = 8 if self.layout.wide else 4
        count = min(int.from_bytes(data[2:4], "little"), (len(data) - 8) // width)
        return list(struct.unpack_from(f"<{count}{'Q' if width == 8 else 'L'}", data, 8))

    def subnodes(self, id: int) -> dict[int, Node]:
        """The subnodes below a block (§2.2.2.8.3.3) by their ids."""
        found: dict[int, Node] = {}
        todo = [(id, 2)] if id else []
        wide = self.layout.wide
        start, word = (8, "Q") if wide else (4, "L")
        while todo:
            at, depth = todo.pop()
            data = self._block(at)
            if len(data) < start or data[0] != 2 or not depth:
                raise Damaged("A list of subnodes is damaged.")
            level, count = data[1], int.from_bytes(data[2:4], "little")
            form = struct.Struct("<" + word * (2 if level else 3))
            count = min(count, (len(data) - start) // form.size)
            entries = [form.unpack_from(data, start + number * form.size) for number in range(count)]
            if level:
                todo += [(entry[1], depth - 1) for entry in reversed(entries)]
            else:
                for key, block, below in entries:
                    found[key & 0xFFFFFFFF] = Node(key & 0xFFFFFFFF, block, below)
        return found
