"""ASN.1 as bytes: elements of BER and DER (ITU-T X.690), read one by one, without recursion."""

from collections.abc import Iterator

SEQUENCE, SET, OID, OCTETS, INTEGER = 0x30, 0x31, 0x06, 0x04, 0x02
CONSTRUCTED = 0x20
_MOST = 100_000  # elements looked at to find the end of one


class BerProblem(ValueError):
    """Bytes that are no ASN.1."""


class Element:
    """One element: its tag's first byte, where it begins, and where its content begins and ends."""

    __slots__ = ("data", "end", "first", "start", "stop", "tag")

    def __init__(self, data: bytes, first: int, limit: int) -> None:
        self.data = data
        self.first = first
        self.tag, self.start, size = _head(data, first, limit)
        if size is None:
            self.end = _end(data, self.start, limit)
            self.stop = self.end + 2
        else:
            self.end = self.stop = self.start + size
        if self.stop > limit:
            raise BerProblem("an element is cut off")

    @property
    def content(self) -> bytes:
        """Its content as it stands."""
        return self.data[self.start : self.end]

    @property
    def whole(self) -> bytes:
        """The element as it stands."""
        return self.data[self.first : self.stop]

    def children(self) -> Iterator["Element"]:
        """The elements it consists of. BerProblem."""
        at = self.start
        while at < self.end:
            child = Element(self.data, at, self.end)
            yield child
            at = child.stop

    def octets(self) -> bytes:
        """The bytes of a string that may be given in pieces."""
        if not self.tag & CONSTRUCTED:
            return self.content
        found: list[bytes] = []
        waiting = [self]
        for _ in range(_MOST):
            if not waiting:
                return b"".join(found)
            piece = waiting.pop()
            if piece.tag & CONSTRUCTED:
                waiting.extend(reversed(list(piece.children())))
            else:
                found.append(piece.content)
        raise BerProblem("a string in too many pieces")


def _head(data: bytes, at: int, limit: int) -> tuple[int, int, int | None]:
    """Tag, where the content begins, and its size; None for one that is ended by a mark (X.690 §8.1.3.6)."""
    if at + 2 > limit or data[at] & 0x1F == 0x1F:
        raise BerProblem("an element is cut off, or of a kind that is not known")
    tag, size, at = data[at], data[at + 1], at + 2
    if size < 0x80:
        return tag, at, size
    if size == 0x80:
        if not tag & CONSTRUCTED:
            raise BerProblem("an element without a size")
        return tag, at, None
    count = size & 0x7F
    if count > 8 or at + count > limit:
        raise BerProblem("an element is too large")
    return tag, at + count, int.from_bytes(data[at : at + count], "big")


def _end(data: bytes, at: int, limit: int) -> int:
    """Where the content of an element ends that a mark ends."""
    depth = 1
    for _ in range(_MOST):
        if data[at : at + 2] == b"\0\0":
            depth -= 1
            if not depth:
                return at
            at += 2
            continue
        _, at, size = _head(data, at, limit)
        if size is None:
            depth += 1
        else:
            at += size
    raise BerProblem("an element in too many pieces")


def parse(data: bytes) -> Element:
    """The element that the bytes begin with. BerProblem."""
    return Element(data, 0, len(data))


def oid(element: Element) -> str:
    """An object identifier in dotted form (X.690 §8.19)."""
    content = element.content
    if element.tag != OID or not content:
        raise BerProblem("no object identifier where one should be")
    numbers = []
    value = 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    if not numbers:
        raise BerProblem("an object identifier is cut off")
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))
