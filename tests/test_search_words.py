"""Words are what a Tantivy analyzer makes of them; what hides a word is mended; distances are those of fuzzy terms."""

import sys
from functools import cache
from time import process_time

import pytest
import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st
from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

from search.words import MAX_BYTES, edits, fold, lone_ideograph, searchable, tokens

AWKWARD = "İıßſΣςΑσéÉ\u0301\u0306и\u00adﬁ⑴Ⓐ東京都abc_'-@. \n한국ᄒ\u1161\u11ab\u3099カタｶﾅ\u093fह\u094dद\u200b\ufeff𝔘🎉"


@cache
def analyzer() -> tantivy.TextAnalyzer:
    """The chain that the index uses."""
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.lowercase()).filter(Filter.ascii_fold())
    return builder.filter(Filter.remove_long(MAX_BYTES + 1)).build()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("don't", ["don", "t"]),
        ("John@X.org a_b", ["john", "x", "org", "a", "b"]),
        ("Straße ÆON Œuvre Øre Łódź Đ Þór ı", ["strasse", "aeon", "oeuvre", "ore", "lodz", "d", "thor", "i"]),
        ("naïve cafe\u0301", ["naive", "cafe"]),
        ("infor\u00admation", ["information"]),
        ("İstanbul ISTANBUL", ["istanbul", "istanbul"]),
        ("ΟΔΥΣΣΕΥΣ", ["οδυσσευσ"]),
        ("Ёлка и\u0306од", ["ёлка", "йод"]),
        ("東京都", ["東京", "京都"]),
        ("水 abc東京def", ["水", "abc", "東京", "def"]),
        ("ひらがな、カナ 한국어", ["ひら", "らが", "がな", "カナ", "한국", "국어"]),
        ("x" * 255 + " " + "y" * 256 + " " + "я" * 128 + " ж", ["x" * 255, "ж"]),
        ("… — !", []),
        ("", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert tokens(text) == words


def test_every_character_is_as_tantivy_has_it() -> None:
    characters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
    for at in range(0, len(characters), 4096):
        text = " ".join(f"{char} a{char} A{char}b" for char in characters[at : at + 4096])
        assert tokens(text) == analyzer().analyze(searchable(text)), hex(at)


@settings(max_examples=100, deadline=None)
@given(st.text() | st.text(st.sampled_from(AWKWARD), max_size=40))
def test_any_text_is_as_tantivy_has_it(text: str) -> None:
    assert tokens(text) == analyzer().analyze(searchable(text))


def test_plain_text_goes_to_the_index_as_it_is_and_at_once() -> None:
    plain = "Hello world, this is a test of text. " * 140
    assert searchable(plain) is plain
    accents = "Ça va, élève? " * 10
    assert searchable(accents) is accents
    started = process_time()
    for _ in range(1000):
        searchable(plain)
    assert process_time() - started < 0.02  # 3 µs each would be 3 ms; the rest is for busy machines


def test_letters_in_pieces_are_the_same_word() -> None:
    assert tokens("re\u0301sume\u0301 \u1112\u1161\u11ab\u1100\u116e\u11a8") == tokens("résumé 한국")
    assert tokens("か\u3099く") == tokens("がく")


def test_a_folded_word_stays_itself() -> None:
    assert fold("Größe") == "grosse"
    assert fold(fold("Größe")) == "grosse"


def test_a_lone_ideograph() -> None:
    assert lone_ideograph("水")
    assert not any(map(lone_ideograph, ("a", "水道", "", "é")))


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        ("a", "a", 0),
        ("podesta", "podseta", 1),
        ("podesta", "podest", 1),
        ("abc", "ca", 3),
        ("", "ab", 2),
        ("ab", "cd", 2),
    ],
)
def test_edits(first: str, second: str, distance: int) -> None:
    assert edits(first, second, 5) == distance
    assert edits(second, first, 5) == distance
    assert edits(first, second, 0) == min(distance, 1)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text("abc", min_size=1, max_size=5), min_size=1, max_size=30, unique=True), st.data())
def test_edits_are_those_of_tantivys_fuzzy_terms(words: list[str], data: st.DataObject) -> None:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("word", stored=True)
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(15_000_000, 1)
    for word in words:
        writer.add_document(tantivy.Document(word=word))
    writer.commit()
    index.reload()
    searcher = index.searcher()
    asked = data.draw(st.sampled_from(words) | st.text("abc", min_size=1, max_size=5))
    for most in (1, 2):
        query = tantivy.Query.fuzzy_term_query(schema, "word", asked, most)
        found = {searcher.doc(address)["word"][0] for _, address in searcher.search(query, 100).hits}
        assert found == {word for word in words if edits(asked, word, most) <= most}
