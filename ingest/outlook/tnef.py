"""The container that Outlook calls winmail.dat: TNEF (MS-OXTNEF)."""

import struct
from calendar import timegm
from collections.abc import Callable, Iterator

from msgspec import Struct, field

from ingest.archives.errors import Damaged
from ingest.outlook.items import File, Item
from ingest.outlook.properties import BINARY, FIXED, MULTIPLE, OBJECT, STRING8, UNICODE, Properties, Value, codec

MAGIC = b"\x78\x9f\x3e\x22"
_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")  # IID_IMessage: an item is attached
_MOST = 100_000  # properties or rows in one list

# Attributes, by the lower half of their ids
FROM, SUBJECT, SENT, RECEIVED, CLASS, MESSAGE_ID, BODY = 0x8000, 0x8004, 0x8005, 0x8006, 0x8008, 0x8009, 0x800C
DATA, TITLE, RENDERING, PROPERTIES, RECIPIENTS, ATTACHMENT = 0x800F, 0x8010, 0x9002, 0x9003, 0x9004, 0x9005
CODEPAGE = 0x9007
_STRINGS = {SUBJECT: 0x37, CLASS: 0x1A, BODY: 0x1000}
_MOMENTS = {SENT: 0x39, RECEIVED: 0xE06}

Values = dict[int, tuple[int, Value]]
Named = dict[int | str, int]


class _Bag(Struct):
    """Properties as they gather."""

    values: Values = field(default_factory=dict)
    named: Named = field(default_factory=dict)

    def set(self, tag: int, kind: int, value: bytes) -> None:
        """Adds an attribute's value, unless a property says the same."""
        self.values.setdefault(tag, (kind, value))

    def sealed(self, encoding: str) -> Properties:
        """The properties, strings in `encoding`."""
        return Properties(self.values, self.named, encoding)


def read(data: bytes) -> Item:
    """The item in a container, as far as it can be read. Damaged when it is none, or empty."""
    if not data.startswith(MAGIC):
        raise Damaged("This is no TNEF container: its first bytes are others.")
    problems: list[str] = []
    own = _Bag()
    bags: list[_Bag] = []
    rows: list[_Bag] = []
    encoding = "cp1252"
    for level, id, value in _attributes(data, problems):
        if id == CODEPAGE and len(value) >= 4:
            encoding = codec(int.from_bytes(value[:4], "little"))
        elif level == 1:
            _message(id, value, own, rows, problems)
        else:
            if id == RENDERING or not bags:
                bags.append(_Bag())
            _attachment(id, value, bags[-1], problems)
    if not own.values and not bags:
        raise Damaged("The TNEF container holds nothing that can be read." + "".join(f" {one}" for one in problems[:1]))
    page = Properties(own.values).number(0x3FFD) or Properties(own.values).number(0x3FDE)
    encoding = codec(page) if page and page not in (1200, 1201) else encoding
    files = [_file(bag, encoding) for bag in bags]
    return Item(own.sealed(encoding), [row.sealed(encoding) for row in rows], files, problems)


def _attributes(data: bytes, problems: list[str]) -> Iterator[tuple[int, int, bytes]]:
    """Level (1 the message's, 2 an attachment's), id, value of each attribute (§2.1.3.3). Rubbish ends them."""
    at = 6
    while at + 9 <= len(data):
        level, id, length = struct.unpack_from("<BLL", data, at)
        if level not in (1, 2):
            problems.append("Something else follows what can be read of it.")
            return
        value = data[at + 9 : at + 9 + length]
        if len(value) < length:
            problems.append("It ends too early.")
        elif sum(value) & 0xFFFF != int.from_bytes(data[at + 9 + length : at + 11 + length], "little"):
            problems.append("A checksum is wrong: some of its bytes are not what they were.")
        yield level, id & 0xFFFF, value
        at += 11 + length


def _message(id: int, value: bytes, own: _Bag, rows: list[_Bag], problems: list[str]) -> None:
    if id in _STRINGS:
        own.set(_STRINGS[id], STRING8, value)
    elif id == MESSAGE_ID:
        own.set(0x300B, BINARY, value)  # a search key, and no Message-ID
    elif id in _MOMENTS and len(value) >= 12:
        own.set(_MOMENTS[id], 64, _moment(value))
    elif id == FROM:
        _from(value, own)
    elif id == PROPERTIES:
        _guarded(lambda: _properties(value, 0, own), problems)
    elif id == RECIPIENTS:
        _guarded(lambda: _rows(value, rows), problems)


def _attachment(id: int, value: bytes, bag: _Bag, problems: list[str]) -> None:
    if id == TITLE:
        bag.set(0x3704, STRING8, value)
    elif id == DATA:
        bag.values[0x3701] = BINARY, value
    elif id == ATTACHMENT:
        _guarded(lambda: _properties(value, 0, bag), problems)


def _guarded(read: Callable[[], object], problems: list[str]) -> None:
    try:
        read()
    except (struct.error, IndexError, Damaged):
        problems.append("A list of properties is damaged.")


def _moment(value: bytes) -> bytes:
    """A DTR (§2.1.3.3.5: year, month, day, hour, minute, second) as ticks since 1601."""
    year, month, day, hour, minute, second = struct.unpack_from("<6H", value)
    if not (1 <= month <= 12 and 1 <= day <= 31 and 1601 <= year <= 9999):
        return b""
    return struct.pack("<Q", max(0, (timegm((year, month, day, hour, minute, second)) + 11_644_473_600) * 10_000_000))


def _from(value: bytes, own: _Bag) -> None:
    """A TRP (§2.1.3.3.3): lengths, then name and `SMTP:address`."""
    if len(value) < 8:
        return
    _, _, name, address = struct.unpack_from("<4H", value)
    kind, _, rest = value[8 + name : 8 + name + address].rstrip(b"\0").partition(b":")
    for tag, part in ((0xC1A, value[8 : 8 + name]), (0xC1E, kind), (0xC1F, rest)):
        own.set(tag, STRING8, part)


def _rows(value: bytes, rows: list[_Bag]) -> None:
    """The recipients: a list of properties each."""
    at = 4
    for _ in range(min(int.from_bytes(value[:4], "little"), _MOST)):
        row = _Bag()
        at = _properties(value, at, row)
        rows.append(row)


def _properties(data: bytes, at: int, bag: _Bag) -> int:
    """Reads a list of properties (§2.1.3.4) into a bag; where it ends. struct.error, Damaged."""
    (count,) = struct.unpack_from("<L", data, at)
    at += 4
    if count > _MOST:
        raise Damaged("A list of properties is damaged.")
    for _ in range(count):
        kind, tag = struct.unpack_from("<HH", data, at)
        at += 4
        if tag >= 0x8000:
            at = _name(data, at + 16, tag, bag)
        base = kind & ~MULTIPLE
        if base in FIXED and not kind & MULTIPLE:
            bag.values[tag] = kind, data[at : at + FIXED[base]]
            at += -(-FIXED[base] // 4) * 4
            continue
        if base not in FIXED and base not in (STRING8, UNICODE, BINARY, OBJECT):
            raise Damaged("A property has a type that is not known.")
        at = _several(data, at, tag, kind, bag)
    return at


def _name(data: bytes, at: int, tag: int, bag: _Bag) -> int:
    """The name of a named property: a number or a string."""
    kind, value = struct.unpack_from("<LL", data, at)
    at += 8
    if kind:
        bag.named[data[at : at + value].decode("utf-16-le", "replace").rstrip("\0").lower()] = tag
        at += -(-value // 4) * 4
    else:
        bag.named[value] = tag
    return at


def _several(data: bytes, at: int, tag: int, kind: int, bag: _Bag) -> int:
    """The values of a property of any length; of a single-valued one, there is one."""
    (count,) = struct.unpack_from("<L", data, at)
    at += 4
    values: list[bytes] = []
    for _ in range(min(count, _MOST)):
        size = FIXED.get(kind & ~MULTIPLE, 0)
        if not size:
            (size,) = struct.unpack_from("<L", data, at)
            at += 4
        if at + size > len(data):
            raise Damaged("A property is longer than what holds it.")
        values.append(data[at : at + size])
        at += -(-size // 4) * 4
    bag.values[tag] = kind, values if kind & MULTIPLE else b"".join(values[:1])
    return at


def _file(bag: _Bag, encoding: str) -> File:
    get = bag.sealed(encoding)
    data = get.data(0x3701)
    if get.kind(0x3701) != OBJECT:
        return File(get, lambda: data)
    if data.startswith(_MESSAGE):
        return File(get, bytes, lambda: read(data[16:]))
    return File(get, lambda: data[16:])  # an embedded object, behind the id of its interface
