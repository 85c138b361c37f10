"""Raw bytes to records: parts, attachments, attached mails, damage, bounds; each misreading known of other readers."""

import base64
import time
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.headers import read_head
from ingest.messages import body_html, part_bytes, parts_by_content_id, read_message
from ingest.structure import MOST_PARTS, own_tree, read_tree
from mappings.records import Message

MAILS = sorted((Path(__file__).parent / "corpus" / "mails").glob("*.eml"))
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def mail(*lines: str | bytes, end: bytes = b"\n") -> bytes:
    """Lines joined as a mail's bytes."""
    return end.join(line.encode() if isinstance(line, str) else line for line in lines)


def read(*lines: str | bytes) -> Message:
    return read_message(mail(*lines)).message


def mixed(*parts: str | bytes, kind: str = "mixed") -> bytes:
    """A multipart mail; each part is its headers, an empty line and its body."""
    out = [b"From: a@b.org", f'Content-Type: multipart/{kind}; boundary="xx"'.encode(), b""]
    for part in parts:
        out += [b"--xx", part.encode() if isinstance(part, str) else part]
    return b"\n".join([*out, b"--xx--", b""])


def codes(message: Message) -> list[str]:
    return [note.code for note in message.notes]


def test_a_plain_mail() -> None:
    raw = mail(
        "From: Ann Example <ann@example.org>", "To: bob@example.org, Carl <carl@example.org>", "To: dora@example.org",
        "Subject: The =?utf-8?Q?caf=C3=A9?=", "Date: Mon, 5 Jan 2015 10:00:00 +0100", "Message-ID: <a1@example.org>",
        "In-Reply-To: <a0@example.org>", "References: <r1@example.org> <r2@example.org>\n <a0@example.org>",
        "List-Id: The list <List.Example.ORG>", "Thread-Index: AcQ\n  abc", "X-Odd: =?utf-8?Q?=E2=82=AC?=", "",
        "Hello there", "", "--", "Ann")  # fmt: skip
    message = read_message(raw, carrier="c" * 64).message
    assert message.id == sha256(raw).hexdigest()
    assert message.size == len(raw)
    assert (message.subject, message.message_id) == ("The café", "a1@example.org")
    assert message.references == ("r1@example.org", "r2@example.org", "a0@example.org")
    assert message.in_reply_to == ("a0@example.org",)
    assert [box.address for box in message.to] == ["bob@example.org", "carl@example.org", "dora@example.org"]
    assert (message.date, message.zone, message.date_source) == (1420448400, 60, "header")
    assert (message.list_id, message.thread_index) == ("list.example.org", "AcQabc")
    assert ("X-Odd", "€") in message.headers
    assert message.headers[0] == ("From", "Ann Example <ann@example.org>")
    assert message.text == "Hello there\n\n--\nAnn"
    assert [segment.kind for segment in message.segments] == ["own", "signature"]
    assert (message.carrier, message.notes) == ("c" * 64, ())


@pytest.mark.parametrize(("field", "list_id"), [
    ("List-Id: <a.b.org>", "a.b.org"), ("List-Id: a.b.org", "a.b.org"), ("List-ID: My list <a.B.org>", "a.b.org"),
    ("X-Mailing-List: a@b.org", "a.b.org"), ("Mailing-List: contact a-help@b.org; run by ezmlm", "a-help.b.org"),
    ("List-Post: <mailto:a@b.org>", "a.b.org"), ("Delivered-To: mailing list a@b.org", "a.b.org"), ("Subject: x", ""),
])  # fmt: skip
def test_list_ids(field: str, list_id: str) -> None:
    assert read(field, "", "x").list_id == list_id


def test_attachments_as_imap_numbers_them() -> None:
    raw = mixed(
        "Content-Type: text/plain\n\nhello",
        'Content-Type: image/jpeg; name="x.jpg"\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n'
        + base64.b64encode(PNG).decode(),
        'Content-Type: multipart/mixed; boundary="yy"\n\n--yy\nContent-Type: application/pdf\n\n%PDF-1.4\n'
        "--yy\nContent-Type: text/plain; name=a.txt\n\nfile\n--yy--\n",
    )
    message = read_message(raw).message
    assert [(found.part, found.name, found.declared, found.sniffed) for found in message.attachments] == [
        ("2", "x.jpg", "image/jpeg", "image/png"), ("3.1", "", "application/pdf", "application/pdf"),
        ("3.2", "a.txt", "text/plain", ""),
    ]  # fmt: skip
    assert message.attachments[0].size == len(PNG)
    assert message.attachments[0].sha256 == sha256(PNG).hexdigest()
    assert part_bytes(raw, "2") == (message.attachments[0], PNG)
    assert message.text == "hello"
    with pytest.raises(KeyError):
        part_bytes(raw, "1")
    with pytest.raises(KeyError):
        part_bytes(raw, "9")


def test_inline_images_and_content_ids() -> None:
    raw = mixed(
        'Content-Type: text/html\n\n<p>see <img src="cid:one@x"></p>',
        "Content-Type: image/png\nContent-ID: <one@x>\n\nx",
        "Content-Type: image/png\nContent-ID: <two@x>\n\ny",
        "Content-Type: image/png\nContent-Disposition: inline\n\nz",
        kind="related",
    )
    message = read_message(raw).message
    assert [(found.content_id, found.inline) for found in message.attachments] == [
        ("one@x", True),
        ("two@x", False),
        ("", True),
    ]
    assert parts_by_content_id(raw) == {"one@x": "2", "two@x": "3"}
    assert message.html == "1"
    assert 'src="cid:one@x"' in body_html(raw, "1")
    with pytest.raises(KeyError):
        body_html(raw, "2")


def test_attached_mails_come_out_whole_one_level_down() -> None:
    innermost = b"--zz\nContent-Type: message/rfc822\n\nSubject: innermost\n\nx\n--zz--\n"
    inner = b"Subject: inner\nContent-Type: multipart/mixed; boundary=zz\n\n" + innermost
    other = b"Content-Type: application/octet-stream; name=other.eml\nContent-Transfer-Encoding: base64\n\n"
    raw = mixed("Content-Type: text/plain\n\nsee below", b"Content-Type: message/rfc822\n\n" + inner,
                other + base64.b64encode(b"Subject: o\n\nx"))  # fmt: skip
    reading = read_message(raw)
    assert reading.message.text == "see below"
    assert [found.part for found in reading.message.attachments] == ["2", "3"]
    assert [found.message for found in reading.message.attachments] == [
        sha256(one).hexdigest() for one in reading.attached
    ]
    assert reading.attached == (inner, b"Subject: o\n\nx")
    below = read_message(reading.attached[0], carrier=reading.message.id)
    assert below.message.subject == "inner"
    assert read_message(below.attached[0]).message.subject == "innermost"


def test_an_attached_mail_in_a_digest_needs_no_type() -> None:
    reading = read_message(mixed("\nSubject: one\n\nx", "\nSubject: two\n\ny", kind="digest"))
    assert [read_message(one).message.subject for one in reading.attached] == ["one", "two"]


def test_8bit_utf8_without_or_against_its_charset() -> None:
    for field in (
        "X: y",
        "Content-Type: text/plain",
        "Content-Type: text/plain; charset=us-ascii",
        "Content-Type: text/plain; charset=iso-8859-1",
    ):
        assert read(field, "", "Grüße aus Köln").text == "Grüße aus Köln"
    assert "charset-assumed" in codes(read("Content-Type: text/plain; charset=us-ascii", "", "Grüße"))
    assert codes(read("Content-Type: text/plain; charset=utf-8", "", "Grüße")) == []


@pytest.mark.parametrize(("label", "codec", "text"), [
    ("iso-2022-jp", "iso2022_jp", "こんにちは"), ("utf-7", "utf-7", "Grüße – ok"), ("gb2312", "gb18030", "朱镕基 你好"),
    ("shift_jis", "cp932", "①髙橋"), ("iso-8859-1", "cp1252", "“quotes” – dash"), ("CHINESEBIG5", "big5", "你好嗎"),
    ("default_charset", "utf-8", "naïve"), ("unknown-8bit", "cp1252", "naïve"), ("koi8-r", "koi8-r", "Привет"),
    ("ks_c_5601-1987", "cp949", "안녕하세요"), ("windows-1251", "cp1251", "Привет"), ("utf-16", "utf-16", "Привет"),
    ('"utf-8"', "utf-8", "é"), ("utf8", "utf-8", "é"), ("hex", "utf-8", "é"), ("idna", "utf-8", "é"),
    ("", "utf-8", "é"),
])  # fmt: skip
def test_charsets(label: str, codec: str, text: str) -> None:
    encoded = base64.encodebytes(text.encode(codec))
    assert (
        read(f"Content-Type: text/plain; charset={label}", "Content-Transfer-Encoding: base64", "", encoded).text
        == text
    )


def test_iso_2022_jp_without_a_charset() -> None:
    assert read("Subject: x", "", "こんにちは".encode("iso2022_jp")).text == "こんにちは"


def test_a_charset_only_in_html_meta() -> None:
    meta = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">'
    page = f"<html><head>{meta}</head><body>Привет</body></html>"
    raw = mail("Content-Type: text/html", "", page.encode("cp1251"))
    assert read_message(raw).message.text == "Привет"
    assert "Привет" in body_html(raw, "1")


def test_uuencode_as_a_part_and_inline() -> None:
    block = b"begin 644 cat.txt\n#0V%T\n`\nend\n"
    inline = read_message(mail("Subject: x", "", "look:", block + b"bye")).message
    assert inline.text.split() == ["look:", "bye"]
    assert [(found.part, found.name, found.size) for found in inline.attachments] == [("1.u1", "cat.txt", 3)]
    assert part_bytes(mail("Subject: x", "", "look:", block + b"bye"), "1.u1")[1] == b"Cat"
    raw = mixed(
        "Content-Type: text/plain\n\nhi",
        b"Content-Type: application/octet-stream; name=cat.txt\nContent-Transfer-Encoding: x-uuencode\n\n" + block,
    )
    assert part_bytes(raw, "2")[1] == b"Cat"
    assert "begin 644 is how it starts" in read("Subject: x", "", "begin 644 is how it starts", "no more").text


def test_a_multipart_without_boundary_or_whose_boundary_never_comes() -> None:
    parts = "--real\nContent-Type: text/plain\n\nhello\n--real\nContent-Type: application/pdf\n\n%PDF-\n--real--\n"
    for field in ("Content-Type: multipart/mixed", "Content-Type: multipart/mixed; boundary=other"):
        message = read(field, "", parts)
        assert message.text == "hello"
        assert [found.part for found in message.attachments] == ["2"]
        assert codes(message) == ["boundary-guessed"]
    lost = read("Content-Type: multipart/mixed; boundary=other", "", "just words")
    assert (lost.text, codes(lost)) == ("just words", ["boundary-missing"])


def test_a_missing_close_and_a_boundary_that_begins_like_another() -> None:
    inner = 'Content-Type: multipart/alternative; boundary="a-b"'
    raw = mail("Content-Type: multipart/mixed; boundary=a", "", "--a", inner, "", "--a-b", "",
               "inner", "--a-b--", "--a", "Content-Type: text/plain", "", "outer")  # fmt: skip
    assert read_message(raw).message.text == "inner\n\nouter"


def test_one_damaged_part_does_not_cost_the_rest() -> None:
    damaged = "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0x!LjQ*\nabcde"
    message = read_message(mixed("Content-Type: text/plain\n\nhello", damaged)).message
    assert message.text == "hello"
    assert [(found.part, found.sniffed) for found in message.attachments] == [("2", "application/pdf")]
    assert codes(message) == ["base64-damaged"]


def test_base64_with_a_list_footer_below_or_joined_pieces() -> None:
    text = base64.encodebytes(b"Hello, all of you").decode()
    assert read("Content-Transfer-Encoding: base64", "", text + "\n____\nlist mailing list").text == "Hello, all of you"
    assert read("Content-Transfer-Encoding: base64", "", "SGVsbG8=\nIHdvcmxk\n").text == "Hello world"


def test_nameless_binary_parts_keep_their_bytes() -> None:
    data = bytes(range(256)) * 3
    raw = mixed(
        "Content-Type: text/plain\n\nhi",
        b"Content-Type: application/octet-stream\nContent-Transfer-Encoding: binary\n\n" + data.replace(b"\n", b""),
    )
    assert part_bytes(raw, "2")[1] == data.replace(b"\n", b"")


def test_quoted_printable_damage_stays_readable() -> None:
    message = read(
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "a=3Db c=ZZ ==20x soft=\nbreak  ",
        "caf\xe9".encode("latin-1"),
    )
    assert message.text == "a=b c=ZZ = x softbreak\ncafé"


def test_nul_bytes_and_bare_carriage_returns() -> None:
    message = read("Subject: a\0b", "", "one\0two", "three\rfour")
    assert (message.subject, message.text) == ("ab", "onetwo\nthree\nfour")
    assert read_message(b"Subject: mac\rFrom: a@b.org\r\rbody\rtext").message.text == "body\ntext"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"\0",
        b"\r\n\r\n",
        b"Subject: only a header",
        b"no header at all",
        b"\xff\xfe\x00",
        b":\n",
        b"From \n",
        b"--\n",
    ],
)
def test_there_is_nothing_too_poor_to_read(raw: bytes) -> None:
    message = read_message(raw).message
    assert message.id == sha256(raw).hexdigest()
    assert message.date_source == "none"
    assert "reader-failed" not in codes(message)


def test_what_has_no_header_is_all_text() -> None:
    message = read("just some words", "", "and more")
    assert (message.text, codes(message)) == ("just some words\n\nand more", ["no-header"])


def test_nested_a_thousand_levels_deep() -> None:
    parts = (
        b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(1000)) + b"\nend"
    )
    message = read_message(b"Subject: deep\n" + parts).message
    assert message.subject == "deep"
    assert codes(message) == ["too-deep"]
    raw = b"Subject: innermost\n\nx"
    for n in range(1000):
        raw = b"Subject: %d\nContent-Type: message/rfc822\n\n" % n + raw
    reading = read_message(raw)
    assert read_message(reading.attached[0]).message.subject == "998"


def test_a_hundred_thousand_parts() -> None:
    start = time.process_time()
    message = read_message(
        b"Subject: many\nContent-Type: multipart/mixed; boundary=q\n\n" + b"--q\n\nx\n" * 100_000
    ).message
    assert codes(message) == ["too-many-parts"]
    assert message.text.count("x") == MOST_PARTS - 1
    assert time.process_time() - start < 5


@pytest.mark.parametrize("raw", [
    b"Subject: " + b"x" * 10_000_000 + b"\n\nbody", b"Subject: " + b" \n" * 2_000_000,
    b"To: " + b"a@b.org, " * 500_000 + b"\n\nx",
    b"To: " + b"(" * 500_000 + b"\n\nx", b"To: " + b'"<' * 300_000 + b"\n\nx",
    b"Subject: " + b"=?a?q?" * 300_000 + b"\n\nx",
    b"Subject: " + b"=?utf-8?q?a?= " * 80_000 + b"\n\nx", b"Content-Type: a/b" + b"; a*0=" * 200_000 + b"\n\nx",
    b"X: y\n" * 200_000,
    b"Subject: x\n\n" + b"a " * 5_000_000, b"Subject: x\n\n" + b"> y\n" * 1_000_000,
    b"Subject: x\n\n" + b"> a\nb wrote:\n" * 300_000,
    b"Content-Type: text/html\n\n" + b"<blockquote>" * 60_000,
    b"Content-Type: text/html\n\n" + b"<div>" * 200_000 + b"x",
    b"Content-Type: text/html\n\n" + b"<" * 3_000_000,
    b"Content-Type: text/html\n\n" + b"<meta charset" * 100_000 + b"\xe9",
    b"Content-Transfer-Encoding: quoted-printable\n\n" + b" " * 3_000_000 + b"=" * 1_000_000,
    b"Subject: x\n\n" + b"begin 644 a\n" * 300_000,
    b"Content-Type: multipart/mixed; boundary=q\n\n" + b"--q" * 2_000_000,
    b"References: " + b"<a@b> <c" * 300_000 + b"\n\nx",
    b"Date: " + b"1 " * 500_000 + b"\n\nx", b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 1_000_000,
], ids=range(22))  # fmt: skip
def test_time_is_bounded_whatever_the_mail(raw: bytes) -> None:
    start = time.process_time()
    message = read_message(raw).message
    assert time.process_time() - start < 6
    assert "reader-failed" not in codes(message)


def whole(message: Message) -> None:
    """What holds for every record: it can be stored, and its segments cover its text."""
    text = msgspec.json.encode(message).decode("utf-8")
    assert "\\u0000" not in text
    assert msgspec.json.decode(text, type=Message) == message
    at = 0
    for segment in message.segments:
        assert segment.start == at
        assert segment.end > at
        at = segment.end
    assert at == len(message.text)


PIECES = [b"From: a@b.org\n", b"Subject: =?utf-8?Q?x=C3?=\n", b"Content-Type: multipart/mixed; boundary=q\n",
    b"--q\n", b"--q--\n", b"\n", b"\r\n",
          b"Content-Type: text/html; charset=utf-16\n", b"Content-Type: message/rfc822\n",
          b"Content-Transfer-Encoding: base64\n", b"> x\n", b"YWJj\n",
          b"\xed\xa0\x80", b"+2AA-", b"Content-Type: text/plain; charset=utf-7\n", b"begin 644 x\n", b"#0V%T\n",
          b"end\n", b"\0", b"\xff", b"&#xD800;", b"<p>",
          b"Content-Transfer-Encoding: quoted-printable\n", b"=ED=A0=80",
          b"Content-Disposition: attachment; filename*0*=x''%ED%A0\n", b"-- \n", b"wrote:\n"]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=8)), max_size=30).map(b"".join))
@example(b"Content-Type: text/plain; charset=utf-7\n\n+2AA-")
@example(b"Content-Type: text/html\n\n<p>&#xD800;\xed\xa0\x80")
@example(b"Subject: \xed\xa0\x80\nContent-ID: <\xff>\nContent-Type: a/\xff; name=\xff\n\n\xed\xa0\x80")
@example(
    b"Message-ID: <\xed\xa0\x80>\nReferences: <\xff> \xfe@x\nThread-Index: \xff\nList-Id: <\xff>\nDate: \xff\n\nx"
)
def test_any_bytes_give_a_record_that_can_be_stored(raw: bytes) -> None:
    reading = read_message(raw)
    whole(reading.message)
    assert "reader-failed" not in codes(reading.message)
    assert len(reading.attached) == sum(1 for found in reading.message.attachments if found.message)
    for found in reading.message.attachments:
        assert sha256(part_bytes(raw, found.part)[1]).hexdigest() == found.sha256


def test_both_ways_of_reading_the_tree_agree_on_sound_mails() -> None:
    assert MAILS
    for path in MAILS:
        raw = path.read_bytes()
        trees = [reader(raw, read_head(raw)) for reader in (read_tree, own_tree)]
        fast, own = ([(leaf.number, leaf.type, leaf.name, leaf.content) for leaf in tree.leaves()] for tree in trees)
        assert fast == own, path.name


def test_our_own_mails_are_read_without_a_fault() -> None:
    for path in MAILS:
        for end in (b"\n", b"\r\n"):
            message = read_message(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", end)).message
            whole(message)
            assert message.text, path.name
            assert message.from_, path.name


def test_mailparser_as_the_reader() -> None:
    raw = mixed("Content-Type: text/plain\n\nhello", "Content-Type: application/pdf; name=a.pdf\n\n%PDF-1.4")
    message = read_message(raw, parser="mailparser").message
    assert (message.parser, message.text, message.from_[0].address) == ("mailparser", "hello", "a@b.org")
    assert [found.part for found in message.attachments] == ["2"]
    assert read_message(raw).message.parser == "fast"


def test_without_the_fast_decoder_the_same_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytes(range(256)) * 40
    lines = "\n".join(base64.b64encode(data[at : at + 57]).decode() for at in range(0, len(data), 57))
    raw = (
        "From: a@x.example\nMIME-Version: 1.0\nContent-Type: application/octet-stream; name=x.bin\n"
        f"Content-Transfer-Encoding: base64\n\n{lines}\n"
    ).encode()
    fast = read_message(raw)
    monkeypatch.setattr("ingest.structure.fast_mail_parser", None)
    assert read_message(raw) == fast
    assert part_bytes(raw, fast.message.attachments[0].part)[1] == data
