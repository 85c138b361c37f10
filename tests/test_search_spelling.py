"""Did you mean: which words are put right, and how the query reads then."""

from typing import ClassVar

import pytest

from search.parse import parse
from search.query import TextField
from search.spelling import better
from search.vocabulary import Near


class Words:
    """A vocabulary of a few words."""

    KNOWN: ClassVar = {"budget": 50, "budgetary": 8, "hearing": 9, "tender": 4, "podesta": 7}

    def near(self, word: str, field: TextField = "") -> Near:
        """Those that begin with the same two letters."""
        found = sorted(((one, n) for one, n in self.KNOWN.items() if one != word and one[:2] == word[:2]))
        return Near(self.KNOWN.get(word, 0), tuple(found))


@pytest.mark.parametrize(("q", "meant"), [
    ("budgte", "budget"), ("Budgte hearign", "budget hearing"), 
    ("budgte from:podstea has:pdf", "budget from:podesta has:pdf"),
    ('"the budgte hearing"', '"the budget hearing"'), ("subject:(budgte OR tender)", "subject:(budget OR tender)"),
    ("budget", ""), ("-budgte", ""), ("budgt*", ""), ("budgte~", ""), ("bud", ""), ("", ""),
    ('from:"budgte@x.org"', ""),
    ("zzzzzz", ""), ("tendre budgetary-budgte", "tender budgetary-budget"), ("会議は来週", ""),
])  # fmt: skip
def test_words_that_no_message_has_are_put_right(q: str, meant: str) -> None:
    found = better(parse(q), Words())  # type: ignore[arg-type]
    assert (found.q if found else "") == meant
    if found:
        assert parse(found.q).tree is not None
