"""What the reader assumes or doubts leaves a note: dates, charsets, mails that were cut off."""

import pytest

from ingest.messages import read_message
from mappings.records import Message, Note

FIRST = "from a by b; Mon, 5 Jan 2015 11:00:00 +0000"


def read(*lines: str | bytes) -> Message:
    return read_message(b"\n".join([line.encode() if isinstance(line, str) else line for line in lines])).message


def notes(message: Message, code: str) -> list[Note]:
    return [note for note in message.notes if note.code == code]


@pytest.mark.parametrize(("date", "received", "doubtful"), [
    ("Mon, 5 Jan 2015 10:59:00 +0000", [FIRST], False),
    ("Sun, 4 Jan 2015 11:00:00 +0000", [FIRST], False),  # a day to the second
    ("Sun, 4 Jan 2015 10:59:59 +0000", [FIRST], True),
    ("Tue, 6 Jan 2015 11:00:01 +0000", [FIRST], True),
    ("Mon, 5 Jan 2015 10:00:00 +0000", ["by c; Sat, 14 Feb 2015 11:00:00 +0000", FIRST], False),  # held on its way
    ("Mon, 5 Jan 2015 10:00:00 +0000", [FIRST, "by z; Fri, 1 Jan 1999 00:00:00 +0000"], False),  # one server's clock
    ("Tue, 5 Jan 1999 10:00:00 +0000", ["by c; Mon, 5 Jan 2015 12:00:00 +0000", FIRST, "by x"], True),
    ("Tue, 5 Jan 1999 10:00:00 +0000", ["by x"], False),
    ("Tue, 5 Jan 1999 10:00:00 +0000", [], False),
])  # fmt: skip
def test_a_date_far_from_the_first_servers(date: str, received: list[str], doubtful: bool) -> None:
    message = read(*[f"Received: {value}" for value in received], f"Date: {date}", "Subject: x", "", "words")
    assert (message.date_source, message.date_note) == ("header", "")
    assert bool(notes(message, "date-doubtful")) == doubtful


def test_the_note_on_a_doubtful_date_gives_both() -> None:
    message = read(f"Received: {FIRST}", "Date: Thu, 1 Jan 2015 10:00:00 +0100", "", "words")
    (note,) = notes(message, "date-doubtful")
    assert "2015-01-01 09:00 UTC" in note.text
    assert "2015-01-05 11:00 UTC" in note.text
    assert message.date == 1420102800


def test_a_date_that_the_servers_replace_is_not_called_doubtful_as_well() -> None:
    message = read(f"Received: {FIRST}", "Date: Tue, 5 Jan 2016 10:00:00 +0000", "", "words")
    assert message.date_source == "received"
    assert not notes(message, "date-doubtful")


@pytest.mark.parametrize(("label", "body", "text", "assumed"), [
    ("iso-8859-1", b"\x93quoted\x94", "\u201cquoted\u201d", "cp1252"),
    ("ISO_8859-1", b"5 \x80", "5 \u20ac", "cp1252"),
    ("iso-8859-1", b"caf\xe9", "caf\u00e9", ""),
    ("windows-1252", b"\x93quoted\x94", "\u201cquoted\u201d", ""),
    ("us-ascii", b"caf\xe9", "caf\u00e9", "cp1252"),
    ("iso-8859-9", b"\x93quoted\x94", "\u201cquoted\u201d", "cp1254"),
    ("windows-1254", b"\x93quoted\x94", "\u201cquoted\u201d", ""),
    ("utf-8", b"caf\xc3\xa9", "caf\u00e9", ""),
    ("iso-8859-1", b"caf\xc3\xa9", "caf\u00e9", "utf-8"),
    ("", b"caf\xc3\xa9", "caf\u00e9", "utf-8"),
    ("", b"caf\xe9", "caf\u00e9", "cp1252"),
    ("", b"cafe", "cafe", ""),
    ("us-ascii", b"cafe", "cafe", ""),
])  # fmt: skip
def test_a_charset_that_is_not_the_declared_one(label: str, body: bytes, text: str, assumed: str) -> None:
    message = read(f"Content-Type: text/plain; charset={label}" if label else "Subject: x", "", body)
    assert message.text == text
    found = notes(message, "charset-assumed")
    assert len(found) == bool(assumed)
    if assumed:
        assert assumed in found[0].text
        assert (repr(label) if label else "no charset declared") in found[0].text


def test_a_charset_that_the_html_page_declares_is_not_assumed() -> None:
    page = b"<meta charset=utf-8><p>caf\xc3\xa9</p>"
    assert not notes(read("Content-Type: text/html", "", page), "charset-assumed")
    assert notes(read("Content-Type: text/html", "", page[20:]), "charset-assumed")


HEAD = "Content-Type: multipart/mixed; boundary=q"
INNER = "Content-Type: multipart/alternative; boundary=r"


@pytest.mark.parametrize(("lines", "parts"), [
    ((HEAD, "", "--q", "", "one", "--q", "", "two", "--q--"), []),
    ((HEAD, "", "--q", "", "one", "--q", "", "two"), [""]),
    ((HEAD, "", "--q", "", "one", "--q", ""), [""]),
    ((HEAD, "", "--q", "", "one", "--q"), [""]),
    ((HEAD, "", "--q", "", "one", "--q", INNER, "", "--r", "", "two", "--r--", "--q--"), []),
    ((HEAD, "", "--q", "", "one", "--q", INNER, "", "--r", "", "two", "--q--"), ["2"]),
    ((HEAD, "", "--q", "", "one", "--q", INNER, "", "--r", "", "two"), ["2"]),  # of both, the inner
    ((HEAD, "", "--q", "", "one", "--q", INNER, "", "--r", "", "two", "--r--"), [""]),
])  # fmt: skip
def test_parts_without_their_closing_boundary(lines: tuple[str, ...], parts: list[str]) -> None:
    message = read("Subject: x", *lines)
    assert "one" in message.text
    found = notes(message, "boundary-cut")
    assert [note.part for note in found] == parts
    assert all("cut off" in note.text for note in found)
