"""Readable text while it is put together, with the places of links in it."""

import re

from mappings.articles import Link

_BLANKS = re.compile(r"[ \t\n\r\f\v\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_NOTHING = re.compile("[\xad\u200b\u2060\ufeff\0\ud800-\udfff\ue000\ue001]")  # soft hyphens and their like
LINKS = 2_000  # of one article that are kept
_RANKS = {"": 0, " ": 1, "\n": 2, "\n\n": 3}


class RunningText:
    """Paragraphs apart by an empty line, white space as single blanks. Quotations set apart get `> ` before a line."""

    def __init__(self) -> None:
        self.links: list[Link] = []
        self.size = 0
        self.quoted = 0  # how deep in quotations that stand by themselves
        self._parts: list[str] = []
        self._gap = ""  # what is to stand before the next words
        self._open: list[tuple[str, int]] = []  # links: address, and where their words begin; -1 for not yet

    def add(self, text: str) -> None:
        """Words, and the blanks around them."""
        text = _BLANKS.sub(" ", _NOTHING.sub("", text))
        bare = text.strip(" ")
        if text[:1] == " ":
            self._widen(" ")
        if not bare:
            return
        if not self.size:
            self._gap = "\n\n"
        if self._gap in ("\n", "\n\n"):
            self._put((self._gap if self.size else "") + "> " * bool(self.quoted))
        elif self._gap:
            self._put(self._gap)
        self._gap = ""
        self._open = [(address, self.size if start < 0 else start) for address, start in self._open]
        self._put(bare)
        if text[-1] == " ":
            self._widen(" ")

    def add_lines(self, text: str) -> None:
        """Text whose lines and paragraphs are its own."""
        for line in text.split("\n"):
            if line.strip():
                self.add(line)
                self.line()
            else:
                self.paragraph()

    def line(self) -> None:
        """What follows begins on a line of its own."""
        self._widen("\n")

    def paragraph(self) -> None:
        """What follows is a paragraph of its own."""
        self._widen("\n\n")

    @property
    def begins(self) -> bool:
        """Whether the next words begin a paragraph."""
        return not self.size or self._gap == "\n\n"

    def open(self, address: str) -> None:
        """What follows is a link."""
        self._open.append((address, -1))

    def close(self) -> None:
        """The innermost link ends; one without words stands where it is."""
        if self._open:
            address, start = self._open.pop()
            if address and len(self.links) < LINKS:
                start = self.size if start < 0 else start
                self.links.append(Link(start, self.size, address))

    def text(self) -> str:
        """All of it."""
        return "".join(self._parts)

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self.size += len(text)

    def _widen(self, gap: str) -> None:
        if _RANKS[gap] > _RANKS[self._gap]:
            self._gap = gap
