"""Rich text: unpacked, turned back to HTML, read as text."""

import struct

import pytest

from ingest.outlook.rtf import read, unpack

HTML = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fcharset204 Arial;}}{\colortbl;}"
    rb"{\*\generator Word;}{\*\htmltag64 <p class=\{x\}>}\htmlrtf \par\b \htmlrtf0 Gr\'fc\'dfe "
    rb"{\f1\'cf\'f0}{\*\htmltag84 &nbsp;}\htmlrtf {\htmlrtf0 \u8364?\htmlrtf }\htmlrtf0 {\*\htmltag72 </p>}\par}"
)
TEXTS = {
    rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 One\par Two\tab three\line four}": "One\nTwo\tthree\nfour",
    rb"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8}": "При",
    rb"{\rtf1\ansi\uc1 \u8220?a\u8221?\emdash b\~c}": "“a”—b\u00a0c",
    rb"{\rtf1\ansi\uc2 \u26085\'93\'fa!}": "日!",
    rb"{\rtf1{\*\unknown hidden}{\pict 00ff}{\info{\title x}}shown\{\}\\}": "shown{}\\",
    rb"{\rtf1 {\field{\*\fldinst HYPERLINK x}{\fldrslt link}}}": "link",
    rb"{\rtf1\ansi{\fonttbl{\f1\fcharset128 MS;}}\f1 \'93\'fa\'96\'7b}": "日本",
    b"{\\rtf1\\bin5 }}}}}after": "after",
    rb"}}}{\rtf1 unbalanced": "unbalanced",
    b"no rtf": "no rtf",
    b"": "",
}


def lzfu(data: bytes) -> bytes:
    """RTF packed as literals, then the last five bytes once more by reference."""
    body = b""
    for at in range(0, len(data), 8):
        body += b"\0" + data[at : at + 8]
    return struct.pack("<LLLL", len(body) + 12, len(data), 0x75465A4C, 0) + body


def test_html_that_was_wrapped_comes_back() -> None:
    rich = read(HTML)
    assert rich.html
    assert rich.text == "<p class={x}>Grüße Пр&nbsp;€</p>\r\n"


@pytest.mark.parametrize("rtf", TEXTS)
def test_text(rtf: bytes) -> None:
    assert read(rtf).text == TEXTS[rtf]
    assert not read(rtf).html


def test_what_text_can_not_say_is_noticed() -> None:
    assert read(rb"{\rtf1 a\strike b\strike0}").telling
    assert read(rb"{\rtf1 {\pict 00}}").telling
    assert not read(rb"{\rtf1 \b a\b0\strike0}").telling


def test_packed_rtf() -> None:
    """The examples of MS-OXRTFCP §4.1: one of literals and references into the primed window, one that overlaps."""
    simple = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert unpack(simple) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    crossing = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert unpack(crossing) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


def test_packed_rtf_of_other_kinds_and_damage() -> None:
    plain = b"{\\rtf1 plain}"
    assert unpack(lzfu(plain)) == plain
    assert unpack(struct.pack("<LL4sL", len(plain) + 12, len(plain), b"MELA", 0) + plain) == plain
    assert plain.startswith(unpack(lzfu(plain)[:-4]))
    assert unpack(b"short") == unpack(bytes(40)) == b""


def test_a_million_braces_and_words_end_in_time() -> None:
    assert read(b"{" * 300_000 + b"deep" + b"}" * 300_000).text == "deep"
    assert read(b"{\\rtf1 " + b"\\b x" * 200_000 + b"}").text == "x" * 200_000
