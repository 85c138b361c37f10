"""Message text to markup: nothing of a stranger's is markup, whatever the text, the spans and the segments are."""

import re
import time
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.records import Segment
from webapp.text import Origin, body, is_columnar, line, linked, marked, plain

OURS = re.compile(
    r"</?(?:mark|bdi|blockquote|details|summary|div|span)(?: class=\"[a-z0-9 -]+\")?(?: dir=\"auto\")?(?: open)?>"
    r"|<a href=\"https?://[^\"<>\s]+\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">|</a>",
    re.IGNORECASE,
)


def shown(markup: str) -> str:
    """What a reader sees of markup of ours; fails on any other."""
    rest = OURS.sub("", markup)
    assert "<" not in rest
    assert ">" not in rest
    return unescape(rest)


def own(text: str) -> list[Segment]:
    return [Segment("own", 0, len(text))]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.lists(st.tuples(st.integers(-5, 210), st.integers(-5, 210)), max_size=6))
def test_marking_loses_and_lets_in_nothing(text: str, spans: list[tuple[int, int]]) -> None:
    assert shown(marked(text, spans)) == text.replace("\0", "\0")
    assert shown(linked(text, spans)) == text


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>&\"'() \nhtps:/.x\u202e\0"), max_size=200))
def test_bodies_let_nothing_in(text: str) -> None:
    words = shown(body(text, own(text)))
    assert words == plain(text).strip("\n") or not words


def test_a_hit_is_marked_in_its_place() -> None:
    assert marked("a <b> c", [(2, 5)]) == "a <mark>&lt;b&gt;</mark> c"
    assert marked("abc", [(1, 2), (0, 3)]) == "<mark>abc</mark>"


@pytest.mark.parametrize(("text", "href"), [
    ("see http://a.example/x.", "http://a.example/x"),
    ("(http://a.example/x)", "http://a.example/x"),
    ("http://a.example/wiki/X_(y) z", "http://a.example/wiki/X_(y)"),
    ("<https://a.example/?a=1&b=2>", "https://a.example/?a=1&amp;b=2"),
    ("“https://a.example/”", "https://a.example/"),
    ("HTTPS://A.example", "HTTPS://A.example"),
])  # fmt: skip
def test_addresses_become_links(text: str, href: str) -> None:
    assert f'<a href="{href}" rel="noopener noreferrer nofollow" target="_blank">' in linked(text)


@pytest.mark.parametrize("text", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://", "ftp://x"])
def test_other_schemes_do_not(text: str) -> None:
    assert "<a" not in linked(text)


def test_a_hit_inside_a_link_is_marked() -> None:
    assert "<mark>plan</mark></a>" in linked("http://a.example/plan", [(17, 21)])


def test_what_hides_is_seen() -> None:
    assert plain("fdp\u202egnp.exe\x1b\0") == "fdp⇄gnp.exe␛␀"
    assert line("a\ud800\nb") == "<bdi>a\ufffd b</bdi>"


def lines(count: int) -> str:
    """Quoted lines, the last of them deeper."""
    return "".join(f"> {number}\n" for number in range(1, count)) + ">> deeper\n"


def replying(quoted: str) -> tuple[str, list[Segment]]:
    """An answer above a quotation whose last line is deeper, and a signature."""
    text = f"Yes.\n\nOn Monday Ann wrote:\n{quoted}\n-- \nBob"
    at, deeper, end = text.index("On Monday"), text.index(">> deeper"), text.index("-- ")
    return text, [
        Segment("own", 0, at), Segment("quoted", at, deeper, 1, "On Monday Ann wrote:"),
        Segment("quoted", deeper, end, 2), Segment("signature", end, len(text)),
    ]  # fmt: skip


def test_a_long_quotation_folds_below_its_attribution() -> None:
    text, segments = replying(lines(20))
    html = body(text, segments)
    assert html.count("<details") == 1
    assert "<details class=\"quote\"><summary><span class=\"who\"><bdi>On Monday Ann wrote:</bdi>" in html
    assert html.count("On Monday Ann wrote:") == 1
    assert 'class="deep-2"' in html
    assert '<div class="signature" dir="auto">' in html
    found = body(text, segments, lambda field, piece: [(2, 5)] if field == "quoted" else [])
    assert "<details class=\"quote\" open>" in found


def test_a_short_quotation_that_stands_nowhere_else_is_shown() -> None:
    html = body(*replying(lines(5)))
    assert "<details" not in html
    assert html.count("On Monday Ann wrote:") == 1
    assert "deeper" in html


def test_a_quotation_leads_to_the_message_it_is_from_and_is_folded() -> None:
    text, segments = replying(lines(5))
    origin = Origin("#m-1?a&b", "Ann <Lee>", "2015-08-03")
    html = body(text, segments, origins={segments[1].start: origin})
    assert '<a class="source" href="#m-1?a&amp;b">Quoted from <bdi>Ann &lt;Lee&gt;</bdi>, 2015-08-03</a>' in html
    assert '<details><summary><span class="more">5 lines</span></summary>' in html
    hit = body(text, segments, lambda field, piece: [(2, 3)] if field == "quoted" else [], origins={6: origin})
    assert "<details open>" in hit


def test_a_short_quotation_above_its_answer_stays_open() -> None:
    text = "> Is it so?\nIt is."
    html = body(text, [Segment("quoted", 0, 12, 1), Segment("own", 12, len(text))])
    assert "<details" not in html
    assert "&gt; Is it so?" in html


def test_a_limit_cuts_and_segments_may_lie() -> None:
    text = "word " * 100
    assert len(shown(body(text, own(text), None, 20))) <= 20
    assert "word" in body(text, [], None)
    assert body(text, [Segment("own", 900, 1000)])
    assert body("", []) == ""


def test_tables_and_patches_keep_their_columns() -> None:
    assert is_columnar("name     sum\nroof     48\ntower    100\n")
    assert is_columnar("diff\n@@ -1,2 +1,2 @@\n+int x;\n+int y;\n int z;\n")
    assert not is_columnar("A letter.\nWith some lines.\n- one\n- two\nAnd an end.\n")
    assert 'class="own fixed"' in body("a    1\nb    2\nc    3", [])


@pytest.mark.parametrize("lines", [2, 12])
def test_a_table_between_paragraphs_keeps_its_columns_and_they_keep_theirs(lines: int) -> None:
    prose = "\n".join(["We met again on Tuesday and spoke about the roof of the library."] * lines)
    text = f"{prose}\n\nroof     48000   0\ntower    100     2\npipe     7       1\n\n{prose}"
    html = body(text, own(text), lambda field, piece: [(piece.index("tower"), piece.index("tower") + 5)])
    assert html.count('<div class="own" dir="auto">') == 2
    assert '<div class="own fixed" dir="auto">roof     48000   0\n<mark>tower</mark>    100' in html


def test_lines_that_nobody_broke_are_set_within_a_narrower_measure() -> None:
    assert 'class="own flowing"' in body("word " * 60, [])
    assert 'class="own"' in body("word " * 10, [])


def test_long_texts_take_little_time() -> None:
    began = time.perf_counter()
    for piece in ("http://x/" + ")" * 2000, "http://a.example/) ", "(", "<", "\n", "http://x/(", "a   b\n", "   ",
                  "a   b\n\n"):  # fmt: skip
        text = piece * (400_000 // len(piece))
        body(text, own(text))
    assert time.perf_counter() - began < 5


def test_a_quotation_says_whom_it_quotes() -> None:
    text = f"Yes.\n\nOn 3 Aug 2015, Ann Lee <a@example.org> wrote:\n{lines(20)}"
    at, words = text.index("On"), text.index("> 1")
    quoted = Segment("quoted", at, len(text), 1, "On 3 Aug 2015, Ann Lee wrote:", words, "Ann Lee", date="2015-08-03")
    html = body(text, [Segment("own", 0, at), quoted])
    assert "<bdi>Ann Lee, 3 August 2015</bdi></span> <span class=\"more\">quoted, 20 lines</span>" in html
    assert "<p class=\"intro\">On 3 Aug 2015, Ann Lee &lt;a@example.org&gt; wrote:</p>" in html
    html = body(text, [Segment("own", 0, at), quoted], lambda field, piece: [(0, 2)] if "On 3" in piece else [])
    assert "<details class=\"quote\" open>" in html


def test_a_long_disclaimer_is_folded() -> None:
    assert "<details" in body("a\n" * 5, [Segment("disclaimer", 0, 10)])
    assert body("a", [Segment("disclaimer", 0, 1)]) == '<div class="disclaimer">a</div>'
