"""A PST's middle layer: heaps within nodes, and the properties and tables that lie in them (MS-PST §2.3)."""

import struct
from collections.abc import Callable, Iterator, Mapping

from ingest.archives.errors import Damaged, TooLarge
from ingest.outlook.properties import FIXED, MULTIPLE, OBJECT, Properties, Value, several
from ingest.outlook.pst_pages import Node, Pages

_MOST_ROWS = 100_000
_LEVELS = 8


class Heap:
    """The heap of a node, and the subnodes that its larger values lie in. Damaged, Truncated."""

    def __init__(self, pages: Pages, node: Node) -> None:
        self.pages = pages
        self.node = node
        self.blocks = pages.blocks(node.data)
        self._subnodes: dict[int, Node] | None = None
        if not self.blocks or len(self.blocks[0]) < 12 or self.blocks[0][2] != 0xEC:
            raise Damaged("The item's properties are damaged.")
        self.kind, self.root = self.blocks[0][3], int.from_bytes(self.blocks[0][4:8], "little")

    @property
    def subnodes(self) -> dict[int, Node]:
        """The node's own subnodes."""
        if self._subnodes is None:
            self._subnodes = self.pages.subnodes(self.node.subnodes)
        return self._subnodes

    def item(self, id: int) -> bytes:
        """An allocation of the heap (§2.3.1)."""
        shift = 19 if self.pages.layout.large else 16
        number, index = (id & (1 << shift) - 1) >> 5, id >> shift
        if not id:
            return b""
        if index >= len(self.blocks):
            raise Damaged("A property is not where it should be.")
        block = self.blocks[index]
        try:
            at = int.from_bytes(block[:2], "little")
            count = int.from_bytes(block[at : at + 2], "little")
            if not 1 <= number <= count:
                raise Damaged("A property is not where it should be.")
            start, end = struct.unpack_from("<HH", block, at + 4 + 2 * (number - 1))
        except struct.error:
            raise Damaged("The item's properties are damaged.") from None
        return block[start:end]

    def value(self, id: int) -> bytes:
        """What an id of a heap's item or of a subnode leads to (§2.3.3.2)."""
        if not id & 31:
            return self.item(id)
        node = self.subnodes.get(id)
        if node is None:
            raise Damaged("A property is not where it should be.")
        return b"".join(self.pages.blocks(node.data))

    def records(self, id: int) -> tuple[int, list[bytes]]:
        """The length of the keys and the records of the tree on the heap (§2.3.2) whose header has that id."""
        head = self.item(id)
        if len(head) < 8 or head[0] != 0xB5:
            raise Damaged("The item's properties are damaged.")
        key, size, level, root = head[1], head[2], head[3], int.from_bytes(head[4:8], "little")
        if level > _LEVELS or not key + size:
            raise Damaged("The item's properties are damaged.")
        ids = [root] if root else []
        for _ in range(level):
            ids = [below for id in ids for below in self._below(id, key)]
            if len(ids) > _MOST_ROWS:
                raise TooLarge("An item has more properties than can be.")
        step = key + size
        found: list[bytes] = []
        for data in map(self.item, ids):
            found += [data[at : at + step] for at in range(0, len(data) - step + 1, step)]
            if len(found) > _MOST_ROWS:
                raise TooLarge("An item has more properties than can be.")
        return key, found

    def _below(self, id: int, key: int) -> list[int]:
        data = self.item(id)
        starts = range(key, len(data) - 3, key + 4)
        return [int.from_bytes(data[at : at + 4], "little") for at in starts]

    def properties(self, named: Mapping[int | str, int], encoding: str) -> Properties:
        """The property context (§2.3.3) that the heap is. Damaged."""
        if self.kind != 0xBC:
            raise Damaged("The item has no properties where they should be.")
        values: dict[int, tuple[int, Value]] = {}
        for record in self.records(self.root)[1]:
            if len(record) >= 8:
                tag, kind, value = struct.unpack_from("<HHL", record)
                values[tag] = kind, self.later(kind, value, record[4:8])
        return Properties(values, named, encoding)

    def later(self, kind: int, id: int, inline: bytes) -> Value:
        """A value, read when it is asked for; short ones stand in the record itself."""
        if kind in FIXED and FIXED[kind] <= 4:
            return inline
        if kind & MULTIPLE:
            try:
                return several(self.value(id), FIXED.get(kind & ~MULTIPLE, 0))
            except Damaged:
                return []
        get: Callable[[], bytes] = lambda: self.value(id)  # noqa: E731
        return get

    def object_node(self, properties: Properties, tag: int) -> Node | None:
        """The subnode that a property of type object names (§2.4.6.2.2)."""
        if properties.kind(tag) != OBJECT:
            return None
        return self.subnodes.get(int.from_bytes(properties.data(tag)[:4], "little"))

    def rows(self, named: Mapping[int | str, int], encoding: str) -> Iterator[Properties]:
        """The rows of the table context (§2.3.4) that the heap is."""
        head = self.item(self.root)
        if self.kind != 0x7C or len(head) < 22:
            raise Damaged("A table is damaged.")
        count, bits, width = head[1], *struct.unpack_from("<HH", head, 6)
        where = int.from_bytes(head[14:18], "little")
        columns = list(struct.iter_unpack("<HHHBB", head[22 : 22 + 8 * min(count, (len(head) - 22) // 8)]))
        if not width or not where:
            return
        for number, row in enumerate(self._rows(where, width)):
            if number >= _MOST_ROWS:
                raise TooLarge("A table has more rows than can be.")
            values: dict[int, tuple[int, Value]] = {}
            for kind, tag, at, size, bit in columns:
                cell = row[at : at + size]
                if bits + bit // 8 < len(row) and row[bits + bit // 8] & 128 >> bit % 8:
                    whole = kind in FIXED and FIXED[kind] == size
                    values[tag] = kind, cell if whole else self.later(kind, int.from_bytes(cell[:4], "little"), cell)
            yield Properties(values, named, encoding)

    def _rows(self, where: int, width: int) -> Iterator[bytes]:
        """Rows of so many bytes; none goes on in the next block."""
        if where & 31:
            node = self.subnodes.get(where)
            blocks = self.pages.blocks(node.data) if node else []
        else:
            blocks = [self.item(where)]
        for block in blocks:
            for at in range(0, len(block) - width + 1, width):
                yield block[at : at + width]
