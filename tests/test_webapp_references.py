"""References to messages: each form can be read by what it is for, and holds what it should; words are led to."""

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest
from selectolax.lexbor import LexborHTMLParser
from webapp_site import Corpus

from mappings.records import Address, Message
from mappings.sources import Published
from webapp import passages
from webapp.references import Reference, reference

PAGE = "https://site.example/m/" + "ab" * 32
HOSTILE = 'a_b} \\input{x} [x](javascript:alert(1)) <script>"&\r\nTY  - BOOK\u202e'


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    made = Corpus(tmp_path_factory.mktemp("site"))
    yield made
    made.engine.close()


def made(words: str = "", **fields: object) -> Reference:
    whole = {
        "id": "ab" * 32, "size": 1, "subject": "Budget hearing", "date": 1438624920, "zone": -240,
        "from_": (Address("Ann Lee", "ann@council.example"),), "to": (Address("Bob", "bob@council.example"),),
    } | fields  # fmt: skip
    at = (Published("17", "council", "https://leaks.example/17"),)
    return reference(Message(**whole), at, PAGE, words)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["text", "markdown", "html", "bibtex", "csl", "ris"])
def test_every_form_says_all_there_is_to_say(form: str) -> None:
    told = getattr(made("moved to May"), form)
    plain = unescape(told).replace("\\", "")
    for fact in ("Ann Lee <ann@council.example>", "Bob <bob@council.example>", "Budget hearing",
                 "2015-08-03 14:02 -0400", "council 17", "https://leaks.example/17", PAGE, "ab" * 32, "moved"):
        assert fact in plain, fact


def test_plain_text_reads_as_a_sentence() -> None:
    assert made().text == (
        "Ann Lee <ann@council.example> to Bob <bob@council.example>, “Budget hearing”, 2015-08-03 14:02 -0400, "
        f"council 17, https://leaks.example/17, {PAGE}, SHA-256 {'ab' * 32}."
    )
    assert made("moved").text.startswith("“moved” Ann Lee")


def test_programs_read_their_forms() -> None:
    (item,) = json.loads(made().csl)
    assert item["issued"] == {"date-parts": [[2015, 8, 3]]}
    assert (item["type"], item["URL"]) == ("personal_communication", "https://leaks.example/17")
    lines = made().ris.split("\n")
    assert (lines[0], lines[-1]) == ("TY  - PCOMM", "ER  - ")
    assert "DA  - 2015/08/03" in lines
    assert made().bibtex.startswith("@misc{unsealed-abababababababab,\n  author = {{Ann Lee")


def test_without_date_subject_recipient_or_sender() -> None:
    told = made(date=None, zone=None, subject="", to=(), from_=())
    assert "Sender not named, “(no subject)”, no date" in told.text
    assert "issued" not in json.loads(told.csl)[0]
    assert "DA  -" not in told.ris
    assert "<time" not in told.html
    many = made(to=tuple(Address("", f"{number}@x.example") for number in range(9)))
    assert "4@x.example and 4 others" in many.text


def test_a_strangers_words_do_nothing_in_any_form() -> None:
    told = made(HOSTILE, subject=HOSTILE, from_=(Address(HOSTILE, "x@y.example"),))
    assert LexborHTMLParser(told.html).css_first("script") is None
    assert not re.search(r"(?<!\\)\[x\]", told.markdown)
    assert "<script>" not in re.sub(r"\\<", "", told.markdown)
    assert told.ris.count("\nTY") == 0
    assert [line[:6] for line in told.ris.split("\n")].count("ER  - ") == 1
    for line in told.bibtex.split("\n")[1:-1]:
        bare = re.sub(r"\\textbackslash\{\}|\\textasciitilde\{\}|\\textasciicircum\{\}|\\.", "", line)
        depth = 0
        for char in bare:
            depth += {"{": 1, "}": -1}.get(char, 0)
            assert depth >= 0, line
        assert depth == 0, line
    assert "\u202e" not in told.text + told.markdown + told.html


@pytest.mark.parametrize(("text", "words", "there"), [
    ("The hearing\nis moved.", "hearing is moved", True),
    ("> The hearing\n> is moved.", "The hearing is moved.", True),
    (">> a\n>>  b | c", "a b", True),
    ("The hearing is not moved.", "hearing is moved", False),
    ("a.c", "abc", False),
    ("anything", "", False),
    ("bell \x07 rings", "bell \x07 rings", True),
])  # fmt: skip
def test_words_are_found_however_lines_are_broken(text: str, words: str, there: bool) -> None:
    assert passages.holds(text, words) is there


def test_the_page_gives_an_address_that_leads_to_the_words(corpus: Corpus) -> None:
    id = corpus.id("first")
    page = json.loads(corpus.get(f"/m/{id[:12]}/reference.json?words=hearing+is%0Amoved").data)
    assert page["page"] == f"http://localhost/m/{id}?words=hearing+is+moved#words"
    assert page["page"] in page["reference"]["text"]
    html = corpus.html(page["page"].removeprefix("http://localhost").removesuffix("#words"))
    assert '<mark id="words">hearing is moved</mark>' in html
    assert html.count('id="words"') == 1


def test_words_within_a_folded_quotation_are_open(corpus: Corpus) -> None:
    html = corpus.html(f"/m/{corpus.id('answer')}?words=Tell+nobody.")
    assert '<mark id="words">Tell nobody.</mark>' in html
    assert re.search(r"<details[^>]* open><summary>(?:(?!</details>).)*Tell nobody", html, re.DOTALL)


def test_words_that_are_not_there_are_not_quoted(corpus: Corpus) -> None:
    id = corpus.id("first")
    html = corpus.html(f"/m/{id}/reference?words=nobody+said+so")
    assert "no such words" in html
    assert "“nobody said so”" not in html
    assert "no such words" in corpus.html(f"/m/{id}?words=nobody+said+so")
    assert "no such words" not in corpus.html(f"/m/{id}")


def test_a_message_page_has_the_forms_to_copy(corpus: Corpus) -> None:
    tree = LexborHTMLParser(corpus.html(f"/m/{corpus.id('first')}"))
    forms = {node.attributes["id"]: node.text() for node in tree.css("#cite .forms textarea")}
    assert len(forms) == 6
    assert forms["reference-text"].strip().startswith("Ann Lee <ann@council.example> to Bob Ray")
    assert corpus.id("first") in forms["reference-bibtex"]


def test_hostile_mails_have_references_too(corpus: Corpus) -> None:
    for name in ("subject", "name", "ids"):
        answer = corpus.get(f"/m/{corpus.id(name)}/reference")
        assert answer.status_code == 200
        assert LexborHTMLParser(answer.text).css_first("main script") is None
    assert corpus.get("/m/00000000/reference").status_code == 404
