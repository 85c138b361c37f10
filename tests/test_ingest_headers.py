"""Header fields: encoded words, parameters and file names, addresses, dates."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.addresses import parse_addresses
from ingest.dates import choose_date, parse_date
from ingest.headers import LONGEST, decode_words, file_name, parameters, read_head
from mappings.records import Address


def escaped(data: bytes) -> str:
    """Bytes as read_head hands them on."""
    return data.decode("ascii", "surrogateescape")


def seconds(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(("field", "text"), [
    ("plain", "plain"),
    ("=?utf-8?Q?caf=C3=A9_au_lait?=", "café au lait"),
    ("=?UTF-8?B?w7w=?=", "ü"),
    ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),  # white space between two words is not text
    ("=?utf-8?Q?a?= x =?utf-8?Q?b?=", "a x b"),
    ("=?utf-8?B?44GT44KT44Gr44Gh44E=?= =?utf-8?B?rw==?=", "こんにちは"),  # split inside a character
    ("=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café"),
    ("Re:=?iso-8859-1?Q?=FCber?=alles", "Re:überalles"),  # touching other text
    ("=?iso-8859-1?Q?with blanks inside?=", "with blanks inside"),
    ("=?iso-2022-jp?B?GyRCJDMkcxsoQg==?=", "こん"),
    ("=?gb2312?B?xOO6ww==?=", "你好"),
    ("=?gb2312?B?6ZI=?=", "閽"),  # a character that only the superset has
    ("=?iso-8859-1?Q?=93quoted=94?=", "“quoted”"),  # Windows-1252 under the wrong name
    ("=?shift_jis?B?h0A=?=", "①"),  # only cp932 has it
    ("=?default_charset?Q?caf=C3=A9?=", "café"),
    ("=?CHINESEBIG5?B?p0GmbqFB?=", "你好，"),
    ("=?unknown-8bit?Q?=E9?=", "é"),
    ("=?utf-8*en?Q?hi?=", "hi"),  # RFC 2231 §5 language
    ("=?utf-8?B?dGVzd?=", "tes"),  # truncated base64
    ("=?utf-8?B?dGVzdA?=", "test"),  # padding left out
    ("=?utf-8?Q?half", "=?utf-8?Q?half"),
    ("=?utf-7?Q?+2AA-x?=", "\ufffdx"),  # a lone surrogate never comes through
])  # fmt: skip
def test_encoded_words(field: str, text: str) -> None:
    assert decode_words(field) == text


@pytest.mark.parametrize(("data", "charset", "text"), [
    ("Grüße".encode(), "", "Grüße"),
    ("Grüße".encode("latin-1"), "", "Grüße"),
    ("Привет".encode("koi8-r"), "koi8-r", "Привет"),
    ("Grüße".encode(), "iso-8859-1", "Grüße"),
    (b"nul\0here", "", "nulhere"),
])  # fmt: skip
def test_raw_8bit_fields(data: bytes, charset: str, text: str) -> None:
    assert decode_words(escaped(data), charset) == text


@pytest.mark.parametrize(("disposition", "content_type", "name"), [
    ('attachment; filename="a;b.txt"', "text/plain", "a;b.txt"),
    ("attachment; filename=\"plain.txt\"; filename*=utf-8''%C3%BC.txt", "text/plain", "ü.txt"),
    ("attachment; filename*=iso-8859-1'en'%FC.txt; filename=x", "text/plain", "ü.txt"),
    ("attachment; filename*0*=utf-8''%E2%82; filename*1*=%AC.txt", "text/plain", "€.txt"),
    ('attachment; filename*1="b.txt"; filename*0="a"', "text/plain", "ab.txt"),
    ("attachment; filename*0*=utf-8''x%20; filename*1=\"y%20.txt\"", "text/plain", "x y%20.txt"),
    ('attachment; filename="=?utf-8?B?w7wudHh0?="', "text/plain", "ü.txt"),
    ('attachment; filename="=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=.txt"', "text/plain", "ü.txt"),
    ("attachment; filename=my report.txt", "text/plain", "my report.txt"),
    ('attachment; filename="q\\"uote.txt"', "text/plain", 'q"uote.txt'),
    ('attachment; filename="C:\\dir\\a.txt"', "text/plain", "C:\\dir\\a.txt"),
    ("attachment", 'text/plain; name="t.txt"', "t.txt"),
    (escaped('attachment; filename="ü.txt"'.encode()), "text/plain", "ü.txt"),
    (escaped('attachment; filename="ü.txt"'.encode("latin-1")), "text/plain", "ü.txt"),
    ('attachment; filename="no end', "text/plain", "no end"),
    ('attachment; filename="a\tb\r.txt"', "text/plain", "a b .txt"),
    ("attachment; filename*=nonsense", "text/plain", "nonsense"),
])  # fmt: skip
def test_file_names(disposition: str, content_type: str, name: str) -> None:
    assert file_name(parameters(disposition)[1], parameters(content_type)[1]) == name


def test_head_keeps_every_field_in_order_and_finds_the_body() -> None:
    raw = b"B: 1\r\nA : two\r\n  folded\r\nB: 3\r\n\r\nbody"
    head = read_head(raw)
    assert head.fields == [("B", "1"), ("A", "two folded"), ("B", "3")]
    assert raw[head.body :] == b"body"
    assert (head.get("b"), head.all("b")) == ("1", ["1", "3"])


@pytest.mark.parametrize(("raw", "names", "body"), [
    (b"From x Mon Jan  5 10:00:00 2015\nA: 1\n\nb", ["A"], b"b"),
    (b"\xef\xbb\xbfA: 1\n\nb", ["A"], b"b"),
    (b"\n\nA: 1\n\nb", ["A"], b"b"),
    (b"A: 1\n>From x y\nB: 2\n\nb", ["A", "B"], b"b"),
    (b"A: 1\nno field here\nnor here\n\nb", ["A"], b"no field here\nnor here\n\nb"),
    (b"just text\n\nmore", [], b"just text\n\nmore"),
    (b"A: 1\n", ["A"], b""),
    (b"A: 1", ["A"], b""),
    (b"\nbody only", [], b"body only"),
    (b"", [], b""),
    (b"A: 1\n\r\nb", ["A"], b"b"),
])  # fmt: skip
def test_heads_that_are_not_as_they_should_be(raw: bytes, names: list[str], body: bytes) -> None:
    head = read_head(raw)
    assert [name for name, _ in head.fields] == names
    assert raw[head.body :] == body


def test_a_huge_field_is_cut_and_says_so() -> None:
    head = read_head(b"A: " + b"x" * (LONGEST + 9) + b"\n\n")
    assert len(head.get("a")) == LONGEST
    assert head.problems == ["header-cut"]


@pytest.mark.parametrize(("field", "boxes"), [
    ("a@b.org", [("", "a@b.org")]),
    ("Ann <a@b.org>", [("Ann", "a@b.org")]),
    ('"Example, Ann" <a@b.org>', [("Example, Ann", "a@b.org")]),
    ("a@b.org (Ann)", [("Ann", "a@b.org")]),
    ("Ann a@b.org", [("Ann", "a@b.org")]),
    ("a@b.org Ann", [("Ann", "a@b.org")]),
    ("team: a@b.org, Bob <c@d.org>;", [("", "a@b.org"), ("Bob", "c@d.org")]),
    ("undisclosed-recipients:;", []),
    ("x@y.org, undisclosed-recipients:;, z@y.org", [("", "x@y.org"), ("", "z@y.org")]),
    ("=?utf-8?Q?M=C3=BCller=2C_J?= <m@x.org>, b@x.org", [("Müller, J", "m@x.org"), ("", "b@x.org")]),
    ('"=?utf-8?Q?M=C3=BCller?=" <m@x.org>', [("Müller", "m@x.org")]),
    ("=?utf-8?B?w7w=?= <m@x.org>", [("ü", "m@x.org")]),
    (escaped("Müller <m@x.org>".encode("latin-1")), [("Müller", "m@x.org")]),
    ('"quoted local"@x.org', [("", '"quoted local"@x.org')]),
    ("<@relay.org:a@b.org>", [("", "a@b.org")]),
    ("a@b.org; c@d.org", [("", "a@b.org"), ("", "c@d.org")]),
    ("Ann <a@b.org", [("Ann", "a@b.org")]),
    ("Pete(A \\) wonder) <pete(his account)@x.org(host)>", [("Pete", "pete@x.org")]),
    ("ann at example.org (Ann)", [("Ann", "ann at example.org")]),
    ("Ann Example", [("Ann Example", "")]),
    ("<>", []), ("", []), (",,,", []),
    ("'a@b.org' <a@b.org>", [("'a@b.org'", "a@b.org")]),
    ('"O\\"Neil" <o@x.org>', [('O"Neil', "o@x.org")]),
    ("Smith (Sales), Bob <b@x.org>", [("Smith", ""), ("Bob", "b@x.org")]),
    ("bücher@köln.example".encode().decode("ascii", "surrogateescape"), [("", "bücher@köln.example")]),
])  # fmt: skip
def test_addresses(field: str, boxes: list[tuple[str, str]]) -> None:
    assert [(box.name, box.address) for box in parse_addresses(field)] == boxes


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.text("abc äß,.\"'", max_size=12), st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.org", fullmatch=True)),
        max_size=6,
    )
)
def test_what_is_written_by_the_rules_is_read_back(pairs: list[tuple[str, str]]) -> None:
    from email.header import Header

    written = ", ".join(
        f"{Header(name, 'utf-8').encode()} <{address}>" if name.strip() else address for name, address in pairs
    )
    read = parse_addresses(written.replace("\n", ""))
    assert [box.address for box in read] == [address for _, address in pairs]


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from(list('a@.<>",;:()\\ =?utf-8Q\udce9')), max_size=60))
def test_no_address_field_raises_or_leaves_surrogates(field: str) -> None:
    for box in parse_addresses(field):
        f"{box.name}{box.address}".encode()


@pytest.mark.parametrize(("text", "when", "zone"), [
    ("Mon, 5 Jan 2015 10:00:00 +0100", seconds(2015, 1, 5, 9), 60),
    ("5 Jan 2015 10:00 GMT", seconds(2015, 1, 5, 10), 0),
    ("Mon, 05 Jan 98 10:00:00 EST", seconds(1998, 1, 5, 15), -300),
    ("5 Jan 04 10:00:00 PDT", seconds(2004, 1, 5, 17), -420),
    ("Mon, 5 Jan 102 10:00:00 +0000", seconds(2002, 1, 5, 10), 0),  # the year since 1900
    ("Mon, 5 Jan 2015 10:00:00", seconds(2015, 1, 5, 10), None),
    ("Mon, 5 Jan 2015 10:00:00 -0000", seconds(2015, 1, 5, 10), None),
    ("Mon, 5 Jan 2015 10:00:00 +0530 (IST)", seconds(2015, 1, 5, 4, 30), 330),
    ("Mon, 5 Jan 2015 10:00:00 GMT+2", seconds(2015, 1, 5, 8), 120),
    ("Mon Jan  5 10:00:00 2015", seconds(2015, 1, 5, 10), None),
    ("Mon Jan  5 10:00:00 CET 2015", seconds(2015, 1, 5, 9), 60),
    ("2003-1-5 10:00:00 +0200", seconds(2003, 1, 5, 8), 120),
    ("2015-01-05T10:00:00Z", seconds(2015, 1, 5, 10), 0),
    ("Mo, 5 Okt 2015 10:00:00 +0200", seconds(2015, 10, 5, 8), 120),
    ("5. Januar 2015 10:00:00 +0100", seconds(2015, 1, 5, 9), 60),
    ("lun., 5 févr. 2015 10:00:00 +0100", seconds(2015, 2, 5, 9), 60),
    ("Monday, January 5, 2015 3:04 PM", seconds(2015, 1, 5, 15, 4), None),
    ("5-Jan-2015 10.00.00 +0100", seconds(2015, 1, 5, 9), 60),
    ("13/02/2015 10:00", seconds(2015, 2, 13, 10), None),
    ("Mon, 5 Jan 2015 9:5:3 +0000", seconds(2015, 1, 5, 9, 5, 3), 0),
    ("Wed, 31 Dec 2008 23:59:60 +0000", seconds(2008, 12, 31, 23, 59, 59), 0),
    ("Mon, 5 Jan 2015 10:00:00 +9900", seconds(2015, 1, 5, 10), None),
])  # fmt: skip
def test_dates(text: str, when: int, zone: int | None) -> None:
    moment = parse_date(text)
    assert moment is not None
    assert (moment.seconds, moment.zone) == (when, zone)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "32 Jan 2015 10:00:00 +0000",
        "5 Foo 2015 10:00",
        "05/06/2015 10:00",
        "Mon, 5 Jan 2015 29:00:00 +0000",
    ],
)
def test_dates_that_are_none(text: str) -> None:
    assert parse_date(text) is None


NOW = seconds(2020, 6, 1)
RECEIVED = ["by b; Mon, 5 Jan 2015 12:00:00 +0000", "by a; Mon, 5 Jan 2015 11:00:00 +0000"]


@pytest.mark.parametrize(("header", "received", "source", "when"), [
    ("Mon, 5 Jan 2015 10:00:00 +0000", RECEIVED, "header", seconds(2015, 1, 5, 10)),
    ("", RECEIVED, "received", seconds(2015, 1, 5, 12)),
    ("nonsense", RECEIVED, "received", seconds(2015, 1, 5, 12)),
    ("nonsense", [], "none", None),
    ("Thu, 1 Jan 1970 00:00:00 +0000", [], "none", None),
    ("Thu, 1 Jan 1970 08:00:00 -0800", RECEIVED, "received", seconds(2015, 1, 5, 12)),
    ("Mon, 1 Jan 1904 00:00:00 +0000", [], "none", None),
    ("Tue, 5 Jan 2038 10:00:00 +0000", [], "none", None),
    ("Tue, 5 Jan 2016 10:00:00 +0000", RECEIVED, "received", seconds(2015, 1, 5, 12)),
    ("Tue, 5 Jan 1999 10:00:00 +0000", RECEIVED, "header", seconds(1999, 1, 5, 10)),  # re-sent, or imported
    ("", ["by a; Thu, 1 Jan 1970 00:00:00 +0000"], "none", None),
])  # fmt: skip
def test_which_date_counts(header: str, received: list[str], source: str, when: int | None) -> None:
    moment, told, reason = choose_date(header, received, NOW)
    assert (told, moment.seconds if moment else None) == (source, when)
    assert bool(reason) == (source != "header")


def test_an_address_is_shown_as_written() -> None:
    assert str(parse_addresses("Ann <Ann@Example.ORG>")[0]) == str(Address("Ann", "Ann@Example.ORG"))


@pytest.mark.parametrize("value", ["a@b.o\0rg", "Ann <a@b.o\0rg>", "a@b.o\0rg, c@d.org", "c@d.org, Ann <a@b.o\0rg>"])
def test_no_nul_in_an_address(value: str) -> None:
    assert "a@b.org" in [box.address for box in parse_addresses(value)]
    assert not any("\0" in box.address for box in parse_addresses(value))


@pytest.mark.parametrize("raw", [
    b"Subject: words of a mail\nTo: a@b.org\nof\nthe body\n\nmore",  # the line's text occurs above as well
    b"Subject: x\r\nTo: a@b.org\r\nof\r\nthe body\r\n\r\nmore",
    b"Subject: x\n folded\nTo: a@b.org\nof\r\nthe body\r\nand\n\nmore",
])  # fmt: skip
def test_the_body_begins_at_the_first_line_that_is_no_field(raw: bytes) -> None:
    head = read_head(raw)
    assert (head.get("to"), head.problems) == ("a@b.org", ["no-blank-line"])
    assert raw[head.body :].startswith((b"of\nthe body", b"of\r\nthe body"))
