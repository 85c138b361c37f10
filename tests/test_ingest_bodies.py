"""The body: which part it is, charsets, format=flowed, HTML to text, file types."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.bodies import unflow
from ingest.charsets import codec_of, decode
from ingest.language import language
from ingest.markup import html_to_text, read_html
from ingest.messages import read_message
from ingest.quotes import split
from ingest.sniffing import sniff
from mappings.records import Message


def multipart(kind: str, *parts: str, boundary: str = "xx") -> str:
    """A multipart with its Content-Type field first, as a part or (below further fields) a mail."""
    inner = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n{inner}--{boundary}--\n'


def read(text: str) -> Message:
    return read_message(text.encode()).message


PLAIN = "Content-Type: text/plain\n\nplain words"
HTML = "Content-Type: text/html\n\n<p>html words</p>"
FILE = "Content-Type: text/plain; name=a.txt\n\nin a file"
IMAGE = "Content-Type: image/png\n\nx"


@pytest.mark.parametrize(("mail", "text", "html", "attached"), [
    (multipart("alternative", PLAIN, HTML), "plain words", "2", []),
    (multipart("alternative", HTML, PLAIN), "plain words", "1", []),
    (multipart("alternative", "Content-Type: text/plain\n\n \n", HTML), "html words", "2", []),
    (multipart("alternative", "Content-Type: text/plain\n\nPlease use an HTML mail reader.",
               "Content-Type: text/html\n\n<p>" + "html words " * 20 + "</p>"), ("html words " * 20).strip(), "2", []),
    (multipart("alternative", PLAIN, multipart("related", HTML, IMAGE, boundary="r")), "plain words", "2.1", ["2.2"]),
    (multipart("related", multipart("alternative", PLAIN, HTML, boundary="r"), IMAGE), "plain words", "1.2", ["2"]),
    (multipart("alternative", PLAIN, HTML, "Content-Type: text/calendar\n\nBEGIN:"), "plain words", "2", ["3"]),
    (multipart("mixed", PLAIN, IMAGE, "Content-Type: text/plain\n\nfooter"), "plain words\n\nfooter", "", ["2"]),
    (multipart("mixed", multipart("alternative", PLAIN, HTML, boundary="r"),
               multipart("alternative", PLAIN, HTML, boundary="s")), "plain words\n\nplain words", "1.2", []),
    (multipart("mixed", PLAIN, FILE), "plain words", "", ["2"]),
    (multipart("mixed", PLAIN, HTML), "plain words\n\nhtml words", "2", []),
    (multipart("mixed", "Content-Disposition: attachment\n\nas a file", PLAIN), "plain words", "", ["1"]),
    (multipart("signed", PLAIN, "Content-Type: application/pgp-signature\n\nx"), "plain words", "", ["2"]),
    (FILE, "in a file", "", []),
    (HTML, "html words", "1", []),
    (IMAGE, "", "", ["1"]),
    ("Content-Type: text/enriched\n\n<bold>bold</bold> words", "bold words", "", []),
    ("Content-Type: text\n\nold style", "old style", "", []),
    ("Content-Type: nonsense\n\nwords", "words", "", []),
    ("Content-Type: text/x-unheard-of\n\nwords", "words", "", []),
])  # fmt: skip
def test_which_parts_are_the_body(mail: str, text: str, html: str, attached: list[str]) -> None:
    message = read(mail)
    assert (message.text, message.html, [found.part for found in message.attachments]) == (text, html, attached)


@pytest.mark.parametrize(("label", "codec"), [
    ("UTF-8", "utf-8"), ('"utf-8"', "utf-8"), ("us-ascii", "cp1252"), ("ISO-8859-1", "cp1252"), ("latin1", "cp1252"),
    ("gb2312", "gb18030"),
    ("Shift_JIS", "cp932"), ("x-sjis", "cp932"), ("windows-1251", "cp1251"), ("cp-850", "cp850"),
    ("win-1251", "cp1251"), ("big5", "cp950"),
    ("", ""), ("default_charset", ""), ("no such thing", ""), ("base64", ""), ("rot13", ""), ("unicode_escape", ""),
    ("x" * 500, ""),
])  # fmt: skip
def test_charset_labels(label: str, codec: str) -> None:
    assert codec_of(label) == codec


def test_what_was_assumed_is_told() -> None:
    assert decode(b"caf\xe9", "utf-8") == ("café", "cp1252")
    assert decode("café".encode(), "iso-8859-1") == ("café", "utf-8")
    assert decode(b"caf\xe9", "iso-8859-1") == ("café", "")
    assert decode("café".encode(), "") == ("café", "")
    assert decode(("é" * 40).encode() + b"\xe9", "utf-8") == ("é" * 40 + "\ufffd", "")
    assert decode("Привет".encode("koi8-r"), "", "koi8-r") == ("Привет", "koi8-r")
    assert decode("﻿BOM".encode(), "iso-8859-1") == ("BOM", "utf-8")


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=60),
    st.sampled_from(
        [
            "",
            "utf-8",
            "utf-7",
            "utf-16",
            "iso-2022-jp",
            "gb2312",
            "big5",
            "shift_jis",
            "us-ascii",
            "hz",
            "iso-2022-kr",
            "utf-32",
        ]
    ),
)
def test_any_bytes_decode_to_what_can_be_stored(data: bytes, label: str) -> None:
    text, _ = decode(data, label)
    text.encode()
    assert "\0" not in text


@pytest.mark.parametrize(("flowed", "text"), [
    ("one \ntwo\nthree", "one two\nthree"),
    ("> one \n> two\n>> deep \n> back", "> one two\n>> deep \n> back"),
    (" >not quoted\n From here", ">not quoted\nFrom here"),
    ("words \n-- \nAnn", "words \n-- \nAnn"),
    ("a \n\nb", "a \nb"),
])  # fmt: skip
def test_format_flowed(flowed: str, text: str) -> None:
    assert unflow(flowed) == text


def test_delsp_deletes_the_soft_break() -> None:
    assert unflow("日本 \n語", delsp=True) == "日本語"


@pytest.mark.parametrize(("html", "text"), [
    ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"),
    ("a <b>b</b> <a href='http://x.org'>link</a>", "a b link"),
    ("<style>p{}</style><script>x()</script><p>seen</p><!-- no -->", "seen"),
    ("<div style='display:none'>no</div><div STYLE='x:y; Display: None'>no</div><p hidden>no</p><p>seen</p>", "seen"),
    ("<p style='display&colon;none'>no</p><p style='display&#58; none'>no</p><p style='border:none'>seen</p>", "seen"),
    ("<title>T</title><body>b</body>", "b"),
    ("x&nbsp;&amp;&lt;&#8364;", "x &<€"),
    ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a\tb\nc\td"),
    ("<img alt='only a picture' src=x>", "only a picture"),
    ("<blockquote type=cite>q<br>r</blockquote>own", "> q\n> r\n\nown"),
    ("<blockquote class=gmail_quote>q<blockquote type=cite>deep</blockquote></blockquote>", "> q\n>> deep"),
    ("<p>Ann wrote:</p><blockquote>q</blockquote>", "Ann wrote:\n\n> q"),
    ("<p>so:</p><blockquote>only indented</blockquote>", "so:\n\nonly indented"),
    ("<blockquote type=cite>never closed", "> never closed"),
    ("</blockquote>closed only", "closed only"),
    ("<p>broken <b>markup <p>goes on", "broken markup\n\ngoes on"),
    ("", ""),
])  # fmt: skip
def test_html_to_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_lists_stay_lists() -> None:
    assert [
        line.strip() for line in html_to_text("<ul><li>one<li>two</ul><ol><li>a<li>b</ol>").split("\n") if line
    ] == ["• one", "• two", "1. a", "2. b"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<blockquote type=cite>",
                "</blockquote>",
                "<p>",
                "a",
                "\n",
                "<pre>",
                "<",
                "&#xD800;",
                "\ue0f0",
                "<table><td>",
            ]
        ),
        max_size=20,
    )
)
def test_any_markup_gives_text_without_our_marks(pieces: list[str]) -> None:
    text = html_to_text("".join(pieces))
    text.encode()
    assert not set(text) & {"\ue0f0", "\ue0f1", "\ue0f2"}


ZIP = b"PK\x03\x04" + b"\0" * 26


@pytest.mark.parametrize(("data", "kind"), [
    (b"%PDF-1.7", "application/pdf"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"GIF89a..", "image/gif"),
    (b"MZ\x90", "application/vnd.microsoft.portable-executable"),
    (ZIP + b"[Content_Types].xml xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (ZIP + b"mimetypeapplication/vnd.oasis.opendocument.textPK", "application/vnd.oasis.opendocument.text"),
    (b"PK\x03\x04other", "application/zip"), (b"RIFF\0\0\0\0WEBP", "image/webp"), (b"\0\0\0\x18ftypmp42", "video/mp4"),
    (b"<!DOCTYPE html><p>", "text/html"), (b"<?xml version='1.0'?><svg/>", "image/svg+xml"), (b"plain words", ""),
    (b"", ""), (b"BMW is a car", ""),
    (b"\0" * 257 + b"ustar", "application/x-tar"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
])  # fmt: skip
def test_sniffed_types(data: bytes, kind: str) -> None:
    assert sniff(data) == kind


@pytest.mark.parametrize(("text", "code"), [
    ("I think we should meet on Tuesday to talk about the harbour and its wall.", "en"),
    ("Ich denke, wir sollten uns am Dienstag treffen und über den Hafen reden.", "de"),
    ("Je pense que nous devrions nous voir mardi pour parler du port et du mur.", "fr"),
    ("Думаю, нам стоит встретиться во вторник и поговорить о порте.", "ru"),
    ("火曜日に会って港について話しましょう。", "ja"),
    ("ok thanks", ""), ("", ""), ("https://example.org/" + "a" * 300, ""), ("\x00\ufffe" * 50, ""),
])  # fmt: skip
def test_languages(text: str, code: str) -> None:
    assert language(text) == code


def test_the_language_is_that_of_the_own_words() -> None:
    quoted = "".join("> I think that the wall of the harbour will not last for another winter.\n" for _ in range(9))
    message = read(
        "Content-Type: text/plain; charset=utf-8\n\nDas glaube ich auch, wir müssen den Rat endlich überzeugen.\n\n"
        + quoted
    )
    assert message.lang == "de"


@pytest.mark.parametrize("tag", [
    '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">', '<div class="yahoo_quoted" id="x">',
    '<span id="OLK_SRC_BODY_SECTION">', '<div class="protonmail_quote">', '<hr id="stopSpelling">', '<hr id="zwchr">',
])  # fmt: skip
def test_what_the_markup_of_a_program_says_is_quoted(tag: str) -> None:
    """In whatever language the lines above the quotation are."""
    text, quoted = read_html(f"<p>own words</p>{tag}<p>Xyz Ann:</p><p>her words</p>")
    assert [part.kind for part in split(text, (), quoted)] == ["own", "quoted"]
    assert text[quoted:].startswith("Xyz Ann:")
    assert read_html("<p>own words</p>")[1] == 0


def test_an_address_that_is_no_tag() -> None:
    assert html_to_text("<p>Ann <ann@example.org> wrote</p>") == "Ann <ann@example.org> wrote"
