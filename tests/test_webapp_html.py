"""HTML mail made harmless: what stays, what goes, what is said of links and pictures, and how long it takes."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from webapp_mails import PNG, html_attacks

from webapp.html import MOST_TAGS, clean, raster, target


def no_pictures(content_id: str) -> tuple[str, bytes] | None:
    return None


def inner(html: str) -> str:
    """The cleaned body alone."""
    document = clean(html, no_pictures).document
    return document[document.index("<body") :].partition(">")[2].removesuffix("</body></html>")


def test_a_letter_stays_a_letter() -> None:
    assert inner("<h1>News</h1><p align=right>All <b>is</b> well<br>here</p>") == (
        '<h1>News</h1><p align="right">All <b>is</b> well<br>here</p>'
    )
    assert inner('<p style="color:red; position:fixed">x</p>') == '<p style="color:red">x</p>'


def test_a_link_says_where_it_leads() -> None:
    html = inner("<a href='https://bank.example@evil.example/x'>bank.example</a>")
    assert "\u2066[evil.example]\u2069" in html
    assert 'rel="noopener noreferrer nofollow"' in html
    assert 'target="_blank"' in html
    assert "[x.example]" not in inner("<a href='http://x.example/'>x.example</a>"), "it says so itself"


def test_a_mail_cannot_forge_the_label() -> None:
    mark = re.compile(r"u[0-9a-f]{12}")
    first, second = (mark.search(clean("<a href='http://x.example/'>y</a>", no_pictures).document) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first[0] != second[0]
    assert 'class="u' not in inner('<span class="u0123456789ab">[bank.example]</span>')


@pytest.mark.parametrize(("href", "words"), [
    ("http://a.example/x", "a.example"), ("HTTPS://A.Example:8080/", "a.example"),
    ("mailto:a@b.example?x=y", "a@b.example"),
    ("javascript:alert(1)", ""), ("//a.example", ""), ("http://[", ""), ("", ""), ("http://u:p@h.example", "h.example"),
])  # fmt: skip
def test_targets(href: str, words: str) -> None:
    assert target(href) == words


def test_pictures_come_from_the_mail_alone() -> None:
    def pictures(content_id: str) -> tuple[str, bytes] | None:
        return ("image/png", PNG) if content_id == "here@x" else None

    found = clean("<img src='cid:here@x'><img src='CID:gone'><img src='http://t.example/p.gif' alt='Logo'>"
                  "<img src='//t.example/q'><img src=' data:image/svg+xml;base64,AAAA'>", pictures)  # fmt: skip
    assert found.remote == 2
    assert found.document.count("<img") == 1
    assert 'src="data:image/png;base64,iVBOR' in found.document
    assert "[picture: Logo]" in found.document


def test_pictures_together_have_a_limit() -> None:
    found = clean("<img src='cid:x'>" * 5, lambda content_id: ("image/png", b"x" * 3_000_000))
    assert found.document.count("<img") == 2


@pytest.mark.parametrize(("data", "kind"), [
    (PNG, "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"GIF89a..", "image/gif"),
    (b"RIFF....WEBPVP8 ", "image/webp"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ""), (b"BM....", ""), (b"RIFF....WAVE", ""), (b"", ""),
])  # fmt: skip
def test_raster_pictures_by_their_bytes(data: bytes, kind: str) -> None:
    assert raster(data) == kind


@pytest.mark.parametrize("html", [
    "<div>" * 400_000, "<a href=http://x>" * 60_000, "<table><tr><td>" * 60_000, "<b><p>" * 60_000, "<" * 900_000,
    "<svg><math>" * 60_000, "<div><table></div></table>" * 30_000, "<p style='" + "a:b;" * 200_000 + "'>",
    "<!--" * 200_000,
], ids=lambda html: html[:12])  # fmt: skip
def test_no_html_takes_long(html: str) -> None:
    began = time.process_time()
    found = clean(html, no_pictures)
    assert time.process_time() - began < 6
    assert found.cut == (len(re.findall("<[a-z]", html)) > MOST_TAGS)


PIECES = [*html_attacks().values(), "<p>", "</p>", "<a href=", "\"", "'", ">", "<!--", "-->", "<style>", "</style>",
          "<svg>", "<math>", "<title>", "]]>", "<![CDATA[", "\0", "&lt;", "javascript:", "<noscript>", "</noscript>",
          "<select>", "<template>"]  # fmt: skip
GONE = {"script", "style", "iframe", "object", "embed", "base", "link", "meta", "form", "input", "svg", "math"}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join))
def test_no_mixture_leaves_anything_active(html: str) -> None:
    for node in LexborHTMLParser(inner(html)).css("*"):
        assert node.tag not in GONE
        for name, value in node.attributes.items():
            assert not name.startswith("on")
            assert name not in {"srcset", "background", "action", "ping", "id", "name"} or node.tag == "a"
            if name in ("href", "src"):
                assert re.match(r"https?:|mailto:|data:image/(?:png|jpeg|gif|webp);base64,", value or "", re.IGNORECASE)
            if name == "style":
                assert not re.search(r"url\s*\(|position|expression", value or "")
