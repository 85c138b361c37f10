"""A PST whose trees are broken, such as one whose copying broke off: their leaves, searched for in the whole file."""

from collections.abc import Callable, Iterator
from typing import IO

from ingest.archives.errors import Damaged, Truncated
from ingest.outlook.pst_pages import Node, Pages

_MOST = 2_000_000  # entries of a tree, which are held in memory; a file of 16 GB has as many
_STEP = 4 << 20


class Salvaged(Pages):
    """The same file by its leaf pages, wherever they stand. Of two with the same entry, that written last counts."""

    def __init__(self, file: IO[bytes], size: int, charge: Callable[[int], object] = int) -> None:
        super().__init__(file, size, charge)
        self.found: dict[str, dict[int, tuple[int, ...]]] = {"nodes": {}, "blocks": {}}
        ages: dict[str, dict[int, int]] = {"nodes": {}, "blocks": {}}
        for at, tree, age in self._leaves():
            try:
                level, entries = self._read_page(at, tree)
            except (Damaged, Truncated):
                continue
            keys = [entry[0] for entry in entries]
            if level or len(self.found[tree]) > _MOST or keys != sorted(set(keys)):  # what only looks like a page
                continue
            for entry in entries:
                if ages[tree].get(entry[0], -1) <= age:
                    ages[tree][entry[0]] = age
                    self.found[tree][entry[0]] = entry

    def _leaves(self) -> Iterator[tuple[int, str, int]]:
        """Where pages of either tree stand, of which, and a number that grows with each writing (their block's id)."""
        page = self.layout.page
        kind = 4072 if self.layout.large else 496 if self.layout.wide else 500
        age = (16, 8) if self.layout.large else (8, 8) if self.layout.wide else (4, 4)
        for start in range(0, self.size // page * page, _STEP):
            data = self._read(start, min(_STEP, self.size // page * page - start))
            for at in range(0, len(data), page):
                mark = data[at + kind]
                if mark in (0x80, 0x81) and data[at + kind + 1] == mark:
                    born = int.from_bytes(data[at + kind + age[0] : at + kind + sum(age)], "little")
                    yield start + at, "blocks" if mark == 0x80 else "nodes", born

    def _find(self, tree: str, key: int) -> tuple[int, ...] | None:
        return self.found[tree].get(key)

    def nodes(self, problems: list[Exception]) -> Iterator[Node]:
        """Every node that was found."""
        for id, data, subnodes, parent in sorted(self.found["nodes"].values()):
            yield Node(id & 0xFFFFFFFF, data, subnodes, parent)
