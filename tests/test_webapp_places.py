"""Pasted words are found in a text, whatever became of them on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.places import find_words

TEXT = "She wrote: “It’s moved –\nto  Tuesday.” He answered: It’s moved. Straße ﬁrst."


def found(words: str, near: int | None = None) -> str | None:
    span = find_words(TEXT, words, near)
    return TEXT[span.start : span.end] if span else None


@pytest.mark.parametrize(("words", "stands"), [
    ("It's moved - to Tuesday.", "It’s moved –\nto  Tuesday."),
    ('"it’s MOVED –\r\nto Tuesday."', "It’s moved –\nto  Tuesday."),
    ("  He answered  ", "He answered"),
    ("Straße first", "Straße ﬁrst"),
    ("It\u00ads mov\u200bed", None),
    ("It is moved", None),
    ("", None),
    (' "" ', None),
])  # fmt: skip
def test_words_are_found(words: str, stands: str | None) -> None:
    assert found(words) == stands


def test_invisible_characters_on_the_way_do_not_matter() -> None:
    assert found("It’s mov\u00aded") == "It’s moved"


def test_of_equal_words_those_near_the_place_are_meant() -> None:
    first, second = TEXT.index("It’s"), TEXT.rindex("It’s")
    for near in (first, second):
        span = find_words(TEXT, "It’s moved", near)
        assert span is not None
        assert span.start == near


@given(text=st.text(max_size=80), start=st.integers(0, 80), length=st.integers(1, 40))
def test_what_stands_there_is_found(text: str, start: int, length: int) -> None:
    words = text[start : start + length]
    span = find_words(text, words, start)
    if span is None:
        assert not words.strip(" \t\r\n\"'“”„‟″«»‹›‘’‚‛′`´\u00ad\u200b\u200c\u200d\u2060\ufeff") or not words.split()
