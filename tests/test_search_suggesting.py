"""Suggestions while a query is typed, on both engines."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_search_contract import Maker, empty, fill, filled, kind, mail, make  # noqa: F401  # fixtures

from mappings.records import Address
from search.engine import Engine
from search.parse import parse
from search.suggesting import Suggestion, suggest


def labels(engine: Engine, q: str, at: int | None = None) -> list[str]:
    """What is suggested."""
    return [one.label for one in suggest(engine, q, len(q) if at is None else at)]


@pytest.mark.parametrize(("q", "label"), [
    ("bo", "Bob"), ("from:bo", "Bob"), ("from:ågr", "Ann Ågren"), ("from:agr", "Ann Ågren"), ("with:chl", "Chloé"),
    ("with:stone", "Bob"), ('from:"ann ag', "Ann Ågren"), ("domain:po", "port.example"), ("po", "port.example"),
    ("lang:", "fr"), ("collection:har", "harbour"), ("has:pd", "pdf"), ("is:dup", "duplicate"), ("dkim:v", "verified"),
    ("subject:har", "Harbour wall"), ("harb", "Harbour wall"), ('subject:"harbour w', "Harbour wall"),
    ("newer", "newer_than:"), ("su", "subject:"), ("list:talk", "talk.harbour.example"), ("-from:bo", "Bob"),
])  # fmt: skip
def test_what_is_begun_is_completed_out_of_the_corpus(filled: Engine, q: str, label: str) -> None:  # noqa: F811
    assert label in labels(filled, q)


def test_a_suggestion_takes_the_place_of_what_is_typed_at_the_caret(filled: Engine) -> None:  # noqa: F811
    def taken(q: str, at: int) -> Suggestion:
        return suggest(filled, q, at)[0]

    assert taken("report from:bo has:pdf", 14).q == 'report from:"bob.stone@harbour.example" has:pdf'
    assert taken("report from:bo has:pdf", 14).at == len('report from:"bob.stone@harbour.example" ')
    assert taken('(from:"bob st" OR x)', 13).q == '(from:"bob.stone@harbour.example" OR x)'.replace('" OR', '" OR')
    assert taken("-domain:po", 10).q == "-domain:port.example "
    assert taken("subj", 4).q == "subject:"
    assert taken("a subj", 6).at == len("a subject:")


def test_all_that_is_suggested_can_be_asked_and_finds_something(filled: Engine) -> None:  # noqa: F811
    for q in ("ann", "bo", "har", "subject:wall", "lang:e", "domain:", "to:bob"):
        for one in suggest(filled, q, len(q)):
            if one.kind not in ("operator",):
                assert filled.search(parse(one.q), facets=False).total, one


def test_of_people_those_who_wrote_most_come_first(empty: Engine) -> None:  # noqa: F811
    one, two = Address("Kim One", "kim.one@x.example"), Address("Kim Two", "two@x.example")
    fill(empty, [mail(f"m{i}", f"words {i}\n", from_=(one if i < 2 else two,)) for i in range(7)])
    assert labels(empty, "from:kim") == ["Kim Two", "Kim One"]


@pytest.mark.parametrize("q", ["", " ", "-", '"', "from:", "zz", "nothing:here", "(((", "from:<", 'subject:"', "会",
                               "a" * 1999])
def test_where_there_is_nothing_to_suggest_nothing_is(filled: Engine, q: str) -> None:  # noqa: F811
    assert labels(filled, q) == []


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(q=st.text(alphabet=' "(){}-:<>*~\\ab.@é会\u202efromsubjectd', max_size=30), at=st.integers(-2, 40))
def test_nothing_that_is_typed_is_a_fault(filled: Engine, q: str, at: int) -> None:  # noqa: F811
    for one in suggest(filled, q, at):
        assert 0 <= one.at <= len(one.q)
