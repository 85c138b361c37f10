"""Paragraphs and quotations of articles, in the marks of many languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.citations.passages import passages


def quoted(text: str) -> list[str]:
    """The quotations of a text, as text."""
    return [text[span.start : span.end] for passage in passages(text) for span in passage.quoted]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She wrote: “The roof leaks again.” Nobody came.", ["The roof leaks again."]),
        ("Sie schrieb: „Das Dach ist undicht.“ Niemand kam.", ["Das Dach ist undicht."]),
        ("„Dach leży w gruzach” – napisała.", ["Dach leży w gruzach"]),
        ("Elle écrit : « Le toit fuit encore. » Personne n’est venu.", ["Le toit fuit encore."]),
        ("Elle écrit : «\xa0Le toit fuit encore\xa0».", ["Le toit fuit encore"]),
        ("Sie schrieb: »Das Dach ist undicht.« Niemand kam.", ["Das Dach ist undicht."]),
        ("Hän kirjoitti: ”Katto vuotaa taas.” Kukaan ei tullut.", ["Katto vuotaa taas."]),
        ("Hän kirjoitti: »Katto vuotaa taas.» Kukaan ei tullut.", ["Katto vuotaa taas."]),
        ("Zij schreef: ‘Het dak lekt weer’, zei ze.", ["Het dak lekt weer"]),
        ("Sie schrieb: ‚Das Dach ist undicht.‘", ["Das Dach ist undicht."]),
        ("Elle : ‹ Le toit fuit encore ›.", ["Le toit fuit encore"]),
        ('She wrote "the roof leaks again" and "bring a bucket".', ["the roof leaks again", "bring a bucket"]),
        ("She wrote 'the roof isn't dry', he said.", ["the roof isn't dry"]),
        ("彼女は「屋根がまた漏れている」と書いた。", ["屋根がまた漏れている"]),
        ("她写道：“屋顶又漏水了。”", ["屋顶又漏水了。"]),
        ("Она написала: «Крыша снова течёт».", ["Крыша снова течёт"]),
    ],
)
def test_quotations_of_many_languages(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


def test_a_quotation_in_a_quotation_is_part_of_it() -> None:
    assert quoted("He said “they think ‘we won’ it all” and left.") == ["they think ‘we won’ it all"]
    assert quoted("Il dit : « ils pensent « avoir gagné » la partie ».") == ["ils pensent « avoir gagné » la partie"]


def test_a_quotation_without_its_closing_mark_ends_with_the_paragraph() -> None:
    text = "She wrote: “The roof leaks again.\n\n“Bring a bucket,” she added."
    assert quoted(text) == ["The roof leaks again.", "Bring a bucket,"]
    assert quoted("“The roof leaks, he said. “Bring a bucket.”") == ["The roof leaks, he said.", "Bring a bucket."]


def test_a_quotation_that_nothing_opens_begins_after_the_colon() -> None:
    text = "Elle lui a écrit : [Marc] a commencé à réparer le toit de la mairie (comme les gouttières ». Rien de plus."
    assert quoted(text) == ["[Marc] a commencé à réparer le toit de la mairie (comme les gouttières"]


def test_a_quotation_goes_on_in_the_next_paragraph() -> None:
    text = "He wrote: “The roof leaks.\n\nBring a bucket.” Then he left."
    assert quoted(text) == ["The roof leaks.", "Bring a bucket."]


def test_apostrophes_and_inches_are_no_quotations() -> None:
    assert quoted("The dogs’ bowl isn’t Ann's, it’s 10\" wide; rock 'n' roll.") == []


def test_markdown_quotations() -> None:
    assert quoted("She wrote:\n\n> The roof leaks\n> again.\n\nNobody came.") == ["The roof leaks\n> again."]


def test_paragraphs_are_apart_by_empty_lines_or_are_long_lines() -> None:
    assert [(p.start, p.end) for p in passages("\n One.\nstill one\n \nTwo. \n")] == [(2, 16), (19, 23)]
    text = "The first paragraph ends here.\nThe second one does as well."
    assert [text[p.start : p.end] for p in passages(text)] == text.split("\n")
    assert passages(" \n\n ") == ()


@given(st.text(alphabet="ab .:\n“”„«»‹›‘’‚'\"「」>", max_size=80))
def test_passages_stay_inside_the_text_and_in_order(text: str) -> None:
    at = 0
    for passage in passages(text):
        assert at <= passage.start < passage.end <= len(text)
        at = passage.start
        for span in passage.quoted:
            assert at <= span.start < span.end <= passage.end
            assert text[span.start : span.end].strip()
            at = span.end
