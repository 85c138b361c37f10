"""Excerpts: what is cut, what is marked, and what the other side says in its stead."""

import re

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from mappings.articles import Match, Span
from webapp.excerpts import LONGEST, Mark, excerpt, opening, shown, sides


def span(text: str, words: str) -> Span:
    at = text.index(words)
    return Span(at, at + len(words))


def test_an_excerpt_stays_within_its_paragraph_and_keeps_whole_words() -> None:
    paragraph = "Before it there is a long story. " * 12 + "“It leaks,” she wrote. " + "And so it went on and on. " * 12
    text = f"Another one.\n\n{paragraph}\n\nThe last."
    cut = excerpt(text, span(text, "It leaks"))
    assert cut.text[slice(*cut.cited)] == "It leaks"
    assert len(cut.text) < 400
    assert cut.before
    assert cut.after
    assert text[cut.start : cut.start + len(cut.text)] == cut.text
    assert re.match(r"\w", cut.text)
    assert cut.text.split()[0] in paragraph.split()
    assert "Another" not in cut.text
    assert "last" not in cut.text


def test_words_that_are_too_long_are_cut() -> None:
    text = "word " * 2000
    cut = excerpt(text, Span(0, len(text)))
    assert LONGEST <= len(cut.text) < LONGEST + 300
    assert cut.after


def test_a_span_beyond_the_text_is_no_fault() -> None:
    assert excerpt("short", Span(3, 400)).cited == (3, 5)
    assert excerpt("", Span(7, 9)).text == ""


def test_the_same_words_are_marked_and_others_say_what_stands_for_them() -> None:
    article, message = "Er schrieb: „Das Dach leckt, Ray.“", "The roof leaks, Ray. R."
    matches = [
        Match(article=span(article, "Dach"), message=span(message, "roof"), like=0.9),
        Match(article=span(article, "Ray"), message=span(message, "Ray")),
    ]
    left, right = sides(article, message, matches)
    html = shown(excerpt(article, span(article, "Das Dach leckt, Ray."), left))
    assert '<mark class="pair p1" title="roof">Dach</mark>' in html
    assert "<mark>Ray</mark>" in html
    assert '<span class="around">Er schrieb: „</span>' in html
    html = shown(excerpt(message, span(message, "The roof leaks, Ray."), right))
    assert '<mark class="pair p1" title="Dach">roof</mark>' in html


def test_other_words_are_never_called_the_same() -> None:
    article, message = "„Piano“, sagte sie: “Slowly!”", "The fortepiano. > slowly"
    matches = [
        Match(article=span(article, "Piano"), message=span(message, "fortepiano"), like=1.0),
        Match(article=span(article, "Slowly!"), message=span(message, "slowly"), like=1.0),
    ]
    html = shown(excerpt(article, Span(0, len(article)), sides(article, message, matches)[0]))
    assert '<mark class="pair p1" title="fortepiano">Piano</mark>' in html
    assert "<mark>Slowly!</mark>" in html


def test_the_marks_of_a_quotation_are_left_out() -> None:
    text = "He wrote:\n> > one two\n> > three\n\nYes."
    html = shown(excerpt(text, span(text, "two\n> > three")))
    assert "&gt;" not in html
    assert re.search(r"two +three", html)


def test_nothing_of_a_stranger_is_markup() -> None:
    text = '<img src=x onerror=alert(1)> "quoted" \u202eback\x07'
    matches = [Match(article=Span(0, 10), message=Span(0, 10), like=0.5)]
    html = shown(excerpt(text, Span(0, 20), sides(text, text, matches)[0]))
    assert "<img" not in html
    assert "\u202e" not in html
    assert 'title="&lt;img src=x"' in html


def test_lines_that_were_only_wrapped_are_joined() -> None:
    assert "one two" in shown(excerpt("one\ntwo\n\nthree", Span(0, 7)))


def test_an_opening_begins_with_words() -> None:
    cut = opening("\n\n" + "many words " * 100)
    assert cut.text.startswith("many words")
    assert cut.start == 2
    assert cut.after


@given(
    text=st.text(alphabet="ab \n<>", max_size=80),
    cited=st.tuples(st.integers(0, 90), st.integers(0, 90)),
    marks=st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90), st.sampled_from([0.5, 1.0])), max_size=6),
)
def test_no_letter_is_lost(text: str, cited: tuple[int, int], marks: list[tuple[int, int, float]]) -> None:
    start, end = sorted(cited)
    cut = excerpt(text, Span(start, end), [Mark(a, b, n, like) for n, (a, b, like) in enumerate(marks)])
    html = shown(cut).removeprefix("… ").removesuffix(" …")
    seen = Markup(re.sub(r"<[^>]*>", "", html)).unescape()
    assert re.sub(r"[\s>]", "", seen) == re.sub(r"[\s>]", "", cut.text)
    assert len(seen) == len(cut.text)
