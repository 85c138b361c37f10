"""Words that set a person apart, on both engines."""

from mappings.records import Segment
from search.engine import Engine
from search.parse import parse
from tests.test_search_contract import BOB, Maker, empty, fill, kind, mail, make
from webapp.topics import own_words, topics

__all__ = ["Maker", "empty", "kind", "make"]  # the fixtures


def test_what_one_writes_more_than_others_sets_them_apart(empty: Engine) -> None:
    mine = [mail(f"a{i}", f"The breakwater leaks, says Ann, number {i} of them.\n") for i in range(4)]
    others = [mail(f"b{i}", f"The ledger says nothing, it is number {i} of them.\n", from_=(BOB,)) for i in range(16)]
    quoting = [mail("c", "Really.\n", "> The breakwater leaks.\n", from_=(BOB,))]
    fill(empty, [*mine, *others, *quoting])
    found = topics(empty, parse("from:ann"), ["Ann Ågren"])
    assert [(one.word, one.mails, one.documents) for one in found.words] == [("breakwater", 4, 4), ("leaks", 4, 4)]
    assert found.sample == 4
    assert topics(empty, parse("from:nobody"), []).words == ()


def test_only_words_of_ones_own_count() -> None:
    message, _ = mail("a", "Mend it, 42 and ab.\n", "> The wall is leaking.\n")
    text = f"{message.text}Ann"
    signed = (*message.segments, Segment("signature", len(message.text), len(text)))
    assert own_words(message) == {"mend", "and"}
    assert "ann" not in own_words(type(message)(id="", size=0, text=text, segments=signed))
