"""Marking a text: hits and cited words, alone and in one another, with numbers that lead to citations and back."""

import re

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from mappings.records import Segment
from webapp.marks import Footnote, Footnotes, marked
from webapp.text import body

WORDS = "The budget hearing is moved. Tell nobody."


def shown(markup: Markup) -> str:
    """The text that a reader sees, without the numbers."""
    return Markup(re.sub(r"<sup.*?</sup>", "", markup)).striptags() if markup else ""


def notes(*spans: tuple[int, int]) -> list[Footnote]:
    return [Footnote(start, end, number) for number, (start, end) in enumerate(spans, 1)]


def test_cited_words_have_a_place_and_a_number_that_lead_to_each_other() -> None:
    html = marked(WORDS, (), notes=Footnotes(notes((4, 18))))
    assert html == (
        'The <span class="jump" id="words-1"></span><mark class="cited">budget hearing</mark>'
        '<sup class="note"><a href="#citation-1" aria-label="Citation 1">1</a></sup> is moved. Tell nobody.'
    )


def test_a_hit_within_cited_words_is_marked_too() -> None:
    html = marked(WORDS, [(4, 10)], notes=Footnotes(notes((0, 18))))
    assert '<mark class="cited"><mark>budget</mark></mark>' in html
    assert html.count('id="words-1"') == html.count('href="#citation-1"') == 1


def test_citations_that_overlap_each_have_their_number_where_they_end() -> None:
    html = marked(WORDS, (), notes=Footnotes(notes((4, 18), (11, 28))))
    places = [html.index(words) for words in ('id="words-1"', 'id="words-2"', "#citation-1", "#citation-2")]
    assert places == sorted(places)


def test_a_number_never_stands_within_a_link() -> None:
    text = "See https://council.example/plan and tell nobody."
    html = body(text, (), notes=notes((0, text.index(" and"))))
    assert re.search(r'plan</mark></a><sup class="note">', html), html


def test_cited_words_in_a_quotation_open_it() -> None:
    text = "Yes.\n> one\n> two\n> three\n> four\n> five\n> six\n" + "> seven\n" * 9
    segments = (Segment(kind="own", start=0, end=5), Segment(kind="quoted", start=5, end=len(text), depth=1, words=5))
    at = text.index("three")
    assert '<details class="quote">' in body(text, segments)
    assert '<details class="quote" open>' in body(text, segments, notes=notes((at, at + 5)))


def test_words_across_segments_have_one_place_and_one_number() -> None:
    text = "One two.\n\n-- \nAnn Lee\n"
    segments = (Segment(kind="own", start=0, end=10), Segment(kind="signature", start=10, end=len(text)))
    html = body(text, segments, notes=notes((4, text.index(" Lee"))))
    assert html.count('id="words-1"') == html.count('href="#citation-1"') == 1
    assert '<mark class="cited">two.</mark>' in html


def test_cited_words_beyond_the_cut_are_left_out() -> None:
    text = "word " * 100
    assert "words-1" not in body(text, (), limit=50, notes=notes((200, 210)))


@given(
    text=st.text(alphabet="ab <&>\"'\n\u202e\x07é", max_size=60),
    hits=st.lists(st.tuples(st.integers(-3, 70), st.integers(-3, 70)), max_size=4),
    spans=st.lists(st.tuples(st.integers(-3, 70), st.integers(-3, 70)), max_size=4),
)
def test_marking_changes_no_letter(text: str, hits: list[tuple[int, int]], spans: list[tuple[int, int]]) -> None:
    html = marked(text, hits, notes=Footnotes(notes(*(span for span in spans if span[0] < span[1]))))
    without = re.sub(r"<sup.*?</sup>", "", html)
    assert Markup(re.sub(r"<[^>]*>", "", without)).unescape() == text
    assert html.count("<mark") == html.count("</mark>")
