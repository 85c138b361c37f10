"""The folders and items of an Outlook data file, PST or OST (MS-PST §2.4), by the tree of all its nodes."""

from collections.abc import Callable, Iterator
from typing import IO

from msgspec import Struct

from ingest.archives.errors import ArchiveError, Damaged, Truncated
from ingest.outlook.items import File, Item
from ingest.outlook.properties import Properties, codec, names
from ingest.outlook.pst_heap import Heap
from ingest.outlook.pst_pages import Node, Pages
from ingest.outlook.pst_salvage import Salvaged

FOLDER, SEARCH_FOLDER, MESSAGE, ATTACHMENT = 2, 3, 4, 5  # the low five bits of a node's id
ROOT, NAME_MAP, RECIPIENTS = 0x122, 0x61, 0x692
EMBEDDED = 5  # PR_ATTACH_METHOD of an item
LOST = "(lost items)"  # the folder of what belongs to none


class Folder(Struct):
    """A folder: its path from the file's root, the ids of its items, and how many it says there are."""

    path: tuple[str, ...]
    items: list[int]
    said: int = 0


class DataFile:
    """An opened PST or OST. ArchiveError where not even its trees can be read."""

    def __init__(self, file: IO[bytes], size: int, charge: Callable[[int], object] = int) -> None:
        self.pages = Pages(file, size, charge)
        self.problems: list[Exception] = []
        self._mend(file, size)
        self.named: dict[int | str, int] = {}
        self.encoding = "cp1252"
        found = self._properties(NAME_MAP)
        if found is not None:
            self.named = names(found.data(3), found.data(4))

    def _mend(self, file: IO[bytes], size: int) -> None:
        """Looks for what the trees no longer lead to, where they are broken."""
        whole = not self.pages.cut and all(True for _ in self.pages.nodes(self.problems)) and not self.problems
        if not whole or self._lost():
            salvaged = Salvaged(file, size, self.pages.charge)
            if not salvaged.found["nodes"]:
                if self.pages.cut:
                    raise Truncated(f"{self.pages.cut}, and nothing in it can be found any more.")
                raise Damaged("Nothing in it can be found any more.")
            self.pages = salvaged

    def _lost(self) -> bool:
        """Whether the trees no longer lead to the root folder's data."""
        try:
            node = self.pages.node(ROOT)
            return node is None or not self.pages.blocks(node.data)
        except ArchiveError as error:
            self.problems.append(error)
            return True

    def _properties(self, id: int) -> Properties | None:
        try:
            node = self.pages.node(id)
            return Heap(self.pages, node).properties(self.named, self.encoding) if node else None
        except ArchiveError:
            return None

    def folders(self) -> Iterator[Folder]:
        """Every folder with items, parents before children; what belongs to none of them comes last."""
        items: dict[int, list[int]] = {}
        parents: dict[int, int] = {}
        for node in self.pages.nodes(self.problems):
            kind = node.id & 31
            if kind == MESSAGE:
                items.setdefault(node.parent, []).append(node.id)
            elif kind in (FOLDER, SEARCH_FOLDER):
                parents[node.id] = node.parent
        children: dict[int, list[int]] = {}
        for id, parent in parents.items():
            if id not in (parent, ROOT):
                children.setdefault(parent if parent in parents else 0, []).append(id)
        tops = [id for id in (ROOT,) if id in parents]
        todo: list[tuple[int, tuple[str, ...]]] = [(id, ()) for id in [*children.get(0, []), *tops]]
        while todo:
            id, above = todo.pop()
            found = self._properties(id)
            path = above if id == ROOT else (*above, (found.text(0x3001) if found else "") or f"(folder {id:x})")
            todo += [(child, path) for child in reversed(children.get(id, []))]
            said = found.number(0x3602) if found and id & 31 == FOLDER else 0
            if id in items or said:
                yield Folder(path, items.pop(id, []), max(0, said))
        if items:
            yield Folder((LOST,), [id for ids in items.values() for id in ids])

    def item(self, id: int) -> Item:
        """An item of a folder. ArchiveError."""
        node = self.pages.node(id)
        if node is None:
            raise Damaged("The item is listed, but not there.")
        return self._item(node)

    def _item(self, node: Node) -> Item:
        heap = Heap(self.pages, node)
        get = heap.properties(self.named, self.encoding)
        encoding = code_page(get) or self.encoding
        get.encoding = encoding
        item = Item(get)
        try:
            below = heap.subnodes
            item.files = [self._file(below[id], encoding) for id in sorted(below) if id & 31 == ATTACHMENT]
            if RECIPIENTS in below:
                item.recipients = list(Heap(self.pages, below[RECIPIENTS]).rows(self.named, encoding))
        except ArchiveError as error:
            lost = "The recipients" if item.files else "The recipients and attachments, if there are any,"
            item.problems.append(f"{lost} could not be read: {error}")
        return item

    def _file(self, node: Node, encoding: str) -> File:
        """An attachment; one that can't be read at all says so when its bytes are asked for."""
        try:
            heap = Heap(self.pages, node)
            get = heap.properties(self.named, encoding)
        except ArchiveError as error:
            return File(Properties({}), lambda error=error: _fail(error))  # type: ignore[misc]
        inner = heap.object_node(get, 0x3701)
        if get.number(0x3705) == EMBEDDED and inner is not None:
            return File(get, bytes, lambda: self._item(inner))
        if inner is not None:
            return File(get, lambda: b"".join(self.pages.blocks(inner.data)))
        return File(get, lambda: get.read(0x3701))


def _fail(error: ArchiveError) -> bytes:
    raise error


def code_page(get: Properties) -> str:
    """The codec of an item's 8-bit strings; "" where it doesn't say."""
    page = get.number(0x3FFD) or get.number(0x3FDE)
    return codec(page) if page and page not in (1200, 1201) else ""
