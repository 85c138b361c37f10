"""A corpus' own values and words, as both engines tell them."""

import pytest
from test_search_contract import CLO, Maker, empty, fill, filled, kind, mail, make  # noqa: F401  # fixtures

from mappings.records import Address
from search.engine import Engine
from search.near import neighbours
from search.parse import parse
from search.words import edits


def test_values_are_counted_over_the_whole_match(filled: Engine) -> None:  # noqa: F811
    whole = filled.values("from_address")
    assert whole.values == (
        ("bob.stone@harbour.example", 13), ("ann@harbour.example", 7), ("chloe@port.example", 2))
    assert (whole.total, whole.cut) == (3, False)
    assert filled.values("from_address", parse("subject:wall")).values == (
        ("ann@harbour.example", 2), ("bob.stone@harbour.example", 1))


def test_values_are_paged_and_looked_for_whatever_their_case(filled: Engine) -> None:  # noqa: F811
    pages = [filled.values("from_address", limit=2, skip=skip) for skip in (0, 2, 4)]
    assert [len(page.values) for page in pages] == [2, 1, 0]
    assert {page.total for page in pages} == {3}
    found = filled.values("from_address", holding="HARBOUR.ex")
    assert [value for value, _ in found.values] == ["bob.stone@harbour.example", "ann@harbour.example"]
    assert filled.values("from_address", holding="bob?stone").values == ()
    assert filled.values("from_address", holding="#.*[").total == 0
    assert filled.values("collection", holding="HARB").values == (("harbour", 22),)


def test_beginnings_come_by_how_frequent_they_are(filled: Engine) -> None:  # noqa: F811
    assert [value for value, _ in filled.beginning("from_address", "")] == [
        "bob.stone@harbour.example", "ann@harbour.example", "chloe@port.example"]
    assert [value for value, _ in filled.beginning("domain", "po")] == ["port.example"]
    assert filled.beginning("domain", "o.*") == []
    assert len(filled.beginning("from_address", "", limit=1)) == 1


@pytest.mark.parametrize(("word", "near"), [
    ("harbor", "harbour"), ("habrour", "harbour"), ("arbour", "harbour"), ("reprot", "report"), ("harbuor", "harbour"),
    ("contrackted", "contracted"), ("sosiete", "societe"),
])  # fmt: skip
def test_near_words_are_those_of_the_corpus(filled: Engine, word: str, near: str) -> None:  # noqa: F811
    found = filled.near(word)
    assert found.count == 0
    assert found.words[0][0] == near
    assert found.words[0][1] > 0


def test_of_near_words_the_most_frequent_comes_first_and_a_word_is_not_near_itself(empty: Engine) -> None:  # noqa: F811
    fill(empty, [mail(f"m{i}", "tender\n", subject=str(i)) for i in range(4)] + [mail("x", "lender fender\n")])
    assert empty.near("tender").count == 4
    assert [word for word, _ in empty.near("tender").words] == ["fender", "lender"]
    assert [word for word, _ in empty.near("zender").words] == ["tender", "fender", "lender"]
    assert empty.near("mmmmmmm").words == ()


def test_near_words_are_of_the_field_that_is_asked(empty: Engine) -> None:  # noqa: F811
    fill(empty, [mail("a", "the tender\n", subject="Vendor", from_=(Address("Fenders", "f@x.example"),), to=(CLO,))])
    assert empty.near("render", "subject").words == ()
    assert [word for word, _ in empty.near("zendor", "subject").words] == ["vendor"]
    assert [word for word, _ in empty.near("fender", "from").words] == ["fenders"]


def test_neighbours_are_all_that_one_letter_makes() -> None:
    found = set(neighbours("abc"))
    assert {"ab", "acb", "abcd", "zabc", "axc", "abc"} <= found
    assert all(edits("abc", one, 1) <= 1 for one in found)
    assert "жаба" in set(neighbours("жаб"))
