"""MAPI properties: code pages, moments, several values, names, what can't be read."""

import struct

import pytest

from ingest.archives.errors import Damaged
from ingest.outlook.properties import BINARY, MULTIPLE, STRING8, UNICODE, Properties, codec, names, several


def _fail() -> bytes:
    raise Damaged("gone")


def test_code_pages() -> None:
    assert [codec(page) for page in (0, 1251, 28592, 65001, 932, 936, 20127, 99999)] == [
        "cp1252", "cp1251", "iso-8859-2", "utf-8", "cp932", "gb18030", "cp1252", "cp1252"]  # fmt: skip


def test_text_in_either_form_without_its_end_and_without_half_letters() -> None:
    get = Properties({1: (UNICODE, "Ä\0".encode("utf-16-le") + b"x"), 2: (STRING8, b"\xcf\xf0\0"), 3: (BINARY, b"x"),
                      4: (UNICODE, b"\x00\xd8")}, encoding="cp1251")  # fmt: skip
    assert [get.text(tag) for tag in (1, 2, 3, 4, 5)] == ["Ä", "Пр", "", "\ufffd", ""]


@pytest.mark.parametrize(
    ("ticks", "seconds"),
    [(0, None), (0x0CB34557A3DD4000, None), (1 << 63, None), (116_444_736_000_000_000, 0),
     (10_000_000, -11_644_473_599)],
)  # fmt: skip
def test_moments(ticks: int, seconds: int | None) -> None:
    assert Properties({1: (64, struct.pack("<Q", ticks))}).moment(1) == seconds


def test_numbers_and_truths() -> None:
    get = Properties({1: (3, b"\xff\xff\xff\xff"), 2: (2, b"\x05\x00"), 3: (11, b"\1\0"), 4: (3, b"\1"),
                      5: (BINARY, b"abcd")})  # fmt: skip
    assert [get.number(tag, 7) for tag in (1, 2, 3, 4, 5, 6)] == [-1, 5, 1, 7, 7, 7]


def test_what_can_not_be_read_is_nothing_but_to_read() -> None:
    get = Properties({1: (UNICODE, _fail)})
    assert (get.text(1), get.data(1), get.has(1)) == ("", b"", True)
    with pytest.raises(Damaged):
        get.read(1)


def test_several_values() -> None:
    offsets = struct.pack("<LLL", 2, 12, 14) + b"abcde"
    assert several(offsets) == [b"ab", b"cde"]
    assert several(b"aabbc", 2) == [b"aa", b"bb"]
    assert several(struct.pack("<L", 0xFFFFFFFF)) == []
    texts = [one.encode("utf-16-le") for one in ("a", "", "b")]
    get = Properties({0x8001: (UNICODE | MULTIPLE, texts)}, {"keywords": 0x8001})
    assert (get.texts("keywords"), get.texts("other")) == (["a", "b"], [])


def test_names() -> None:
    name = "Keywords".encode("utf-16-le")
    entries = struct.pack("<LHHLHH", 0, 1, 3, 0x8208, 4, 5)
    assert names(entries + b"rest", struct.pack("<L", len(name)) + name) == {"keywords": 0x8003, 0x8208: 0x8005}
