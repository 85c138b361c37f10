"""The query language: what each form is read as, where errors point, and that no text breaks the parser."""

import re
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from search.errors import QueryError
from search.explain import unparse
from search.operators import HAS, IS, OPERATORS
from search.parse import MAX_DEPTH, MAX_LENGTH, MAX_TERMS, parse, suggestion, trimmed
from search.query import And, Between, Exact, Node, Not, Or, Phrase, Query, Word
from search.values import DAY, midnight

TODAY = date(2016, 3, 31)


def tree(text: str) -> Node | None:
    """What a query is read as."""
    return parse(text, today=TODAY).tree


def dates(first: tuple[int, int, int] | None, end: tuple[int, int, int] | None) -> Between:
    """From the start of one day to the start of another."""
    return Between("date", midnight(*first) if first else None, midnight(*end) if end else None)


A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a b OR c", And((A, Or((B, C))))),
        ("a OR b c", And((Or((A, B)), C))),
        ("a AND b OR c", Or((And((A, B)), C))),
        ("(a b) c", And((A, B, C))),
        ("{a b c}", Or((A, B, C))),
        ("{a AND b c}", Or((And((A, B)), C))),
        ("{a}", A),
        ("((a))", A),
        ("-a", Not(A)),
        ("NOT a", Not(A)),
        ("NOT -a", A),
        ("-(a OR b)", Not(Or((A, B)))),
        ("--a", A),
        ("a & b — c", And((A, B, C))),
        ("a or b", And((A, Word("or"), B))),
        ("Hello,", Word("Hello")),
        ("contr*", Word("contr", prefix=True)),
        ("john.smi*", Word("john.smi", prefix=True)),
        ("word~", Word("word", fuzzy=1)),
        ("word~2", Word("word", fuzzy=2)),
        ("word~0", Word("word")),
        ('"near by"', Phrase("near by")),
        ('"near by"~5', Phrase("near by", slop=5)),
        ("“near by”~5", Phrase("near by", slop=5)),
        ("«près de»", Phrase("près de")),
        ('a"b c"', And((A, Phrase("b c")))),
        ("don't", Phrase("don't")),
        ("東京都", Word("東京都")),
        ("東京*", Word("東京")),
        ("12:30", Phrase("12:30")),
        ("http://x.org", Phrase("http://x.org")),
        ("foo:bar", Phrase("foo:bar")),
        ("~/a", A),
        ("from:podesta", Word("podesta", "from")),
        ("From: podesta", Word("podesta", "from")),
        ("from:john@x.org", Phrase("john@x.org", "from")),
        ('from:"John@X.org"', Exact("from", "john@x.org")),
        ('with:"<John@X.org>"', Exact("with", "john@x.org")),
        ('from:"@x.org"', Phrase("x.org", "from")),
        ('subject:"j@x.org"', Phrase("j@x.org", "subject")),
        ("from:(a OR b -c)", And((Or((Word("a", "from"), Word("b", "from"))), Not(Word("c", "from"))))),
        ("subject:{x y}", Or((Word("x", "subject"), Word("y", "subject")))),
        ("-subject:contr*", Not(Word("contr", "subject", prefix=True))),
        ("filename:report.pdf", Phrase("report.pdf", "filename")),
        ("has:PDF", Exact("has", "pdf")),
        ("has:images", Exact("has", "image")),
        ("has:(pdf OR image)", Or((Exact("has", "pdf"), Exact("has", "image")))),
        ("is:ghost", Exact("is", "ghost")),
        ("list:<Announce.Example.org>", Exact("list", "announce.example.org")),
        ("list:announce@example.org", Exact("list", "announce.example.org")),
        ('list:"A@example.org"', Exact("list", "a@example.org")),
        ("id:3F786850", Exact("id", "3f786850")),
        ("id:<Ab.1@X.org>", Exact("id", "Ab.1@X.org")),
        ('collection:"My box"', Exact("collection", "My box")),
        ("lang:FR", Exact("lang", "fr")),
        ("larger:5M", Between("size", 5 << 20, None)),
        ("smaller:10k", Between("size", None, 10240)),
        ("size:1.5kB..2KiB", Between("size", 1536, 2048)),
        ("size:700", Between("size", 700, None)),
        ("before:2015-08-01", dates(None, (2015, 8, 1))),
        ("older:2015", dates(None, (2015, 1, 1))),
        ("after:2015/8/3", dates((2015, 8, 3), None)),
        ("newer:2015-08", dates((2015, 8, 1), None)),
        ("on:2015-08-31", dates((2015, 8, 31), (2015, 9, 1))),
        ("date:2015", dates((2015, 1, 1), (2016, 1, 1))),
        ("date:2016-02", dates((2016, 2, 1), (2016, 3, 1))),
        ("date:2015-08..2015-09", dates((2015, 8, 1), (2015, 10, 1))),
        ("date:2015..", dates((2015, 1, 1), None)),
        ("date:..2015-12-31", dates(None, (2016, 1, 1))),
        ("date:1969-12-31", Between("date", -DAY, 0)),
        ("date:9999", Between("date", 253_370_764_800, 253_402_300_800)),
        ("date:2015-08-03T14", Between("date", 1438610400, 1438614000)),
        ("date:2015-08-03T14:05Z..2015-08-03T14:06:09", Between("date", 1438610700, 1438610770)),
        ("date:none", Exact("date", "none")),
        ("newer_than:2d", dates((2016, 3, 29), None)),
        ("newer_than:2w", dates((2016, 3, 17), None)),
        ("older_than:1m", dates(None, (2016, 2, 29))),
        ("older_than:3y", dates(None, (2013, 3, 31))),
    ],
)
def test_it_is_read_as(text: str, expected: Node) -> None:
    assert tree(text) == expected


@pytest.mark.parametrize("text", ["", "  ", "\n\t"])
def test_no_query_asks_for_everything(text: str) -> None:
    assert parse(text) == Query("", None, ())


@pytest.mark.parametrize(
    ("text", "spot", "says", "hint"),
    [
        ('a "b c', '"', "quotation mark is never closed", "close it"),
        ("(a b", "(", "never closed", "close it"),
        ("(a (b)", "(", "never closed", ""),
        ("a) b", ")", "never opened", ""),
        ("(a}", "}", "closes ( with }", ""),
        ("a ()", "()", "nothing between these brackets", ""),
        ('a ""', '""', "no word between", ""),
        ("from:", "from:", "from: needs a value", 'from:"john@x.org"'),
        ("a Date:", "Date:", "date: needs a value", "date:2015-08"),
        ("has: OR a", "has:", "needs a value", ""),
        ("from:-bob", "from:", "needs a value", "-from:"),
        ("from:&", "&", "letters or digits", ""),
        ("from:(a to:b)", "to:", "An operator within from:( )", ""),
        ("a OR", "OR", "Nothing follows", "lower case"),
        ("OR a", "OR", "something before", "lower case"),
        ("a (OR b)", "OR", "something before", ""),
        ("a AND AND b", "AND", "Nothing follows", ""),
        ("NOT", "NOT", "Nothing follows", ""),
        ("a - b", "-", "Nothing follows this -", "without a space"),
        ("a -", "-", "Nothing follows this -", ""),
        ("&", "&", "no letter or digit", ""),
        ("has:foo", "foo", "does not know", "attachment, image"),
        ("a is:unread", "unread", "does not know", "ghost"),
        ("on:2015-13-40", "2015-13-40", "no month 13", "2015-08-03"),
        ("on:2015-02-30", "2015-02-30", "no day 30", ""),
        ("on:0000", "0000", "no year 0", ""),
        ("before:yesterday", "yesterday", "not a date", "2015-08"),
        ("date:2015-08-03T25", "2015-08-03T25", "no such time", ""),
        ("date:2016..2015", "2016..2015", "ends before it begins", "2015..2016"),
        ("date:..", "..", "at least one end", ""),
        ("size:..", "..", "at least one end", ""),
        ("size:2k..1k", "2k..1k", "ends before", ""),
        ("larger:big", "big", "not a size", "5M"),
        ("older_than:1h", "1h", "not a length of time", "2d"),
        ("older_than:9999y", "9999y", "before the calendar begins", ""),
        ("lang:french", "french", "not the code of a language", "lang:fr"),
        ('collection:" "', '" "', "needs a value", "collection:council"),
        ("fo*o", "*", "end of a word", "contr*"),
        ("word~3", "~3", "At most 2", "word~2"),
        ("don't~", "don't~", "single word", ""),
        ("at~", "at~", "at least 3 letters", ""),
        ("東京~", "東京~", "single word", ""),
        ('"a b"~', "~", "places astray", '"near by"~5'),
        ('"a b"~101', "~101", "places astray", ""),
    ],
)
def test_errors_point_at_the_spot(text: str, spot: str, says: str, hint: str) -> None:
    with pytest.raises(QueryError, match=re.escape(says)) as caught:
        parse(text, today=TODAY)
    error = caught.value
    assert error.text[error.start : error.end] == spot
    assert error.text == text
    assert hint in error.hint


def test_a_bracket_s_error_points_at_the_right_one() -> None:
    with pytest.raises(QueryError) as caught:
        parse("(a) (b")
    assert caught.value.start == 4


@pytest.mark.parametrize(
    "text",
    [
        "x" * (MAX_LENGTH + 1),
        "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
        "{" * 1900,
        "NOT " * (MAX_DEPTH + 1) + "a",
        "a " * (MAX_TERMS + 1),
    ],
)
def test_too_much_is_an_error(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert 0 <= caught.value.start <= caught.value.end <= len(text)


def test_as_much_as_allowed_is_read() -> None:
    deep = "(a OR NOT (b AND NOT " * (MAX_DEPTH // 2) + "c" + "))" * (MAX_DEPTH // 2)
    assert parse(unparse(parse(deep).tree)).tree == parse(deep).tree
    assert isinstance(parse("ab " * MAX_TERMS).tree, And)


def test_chips() -> None:
    query = parse('a from:podesta AND (b OR c) & -has:pdf "x y"', today=TODAY)
    assert [(chip.text, chip.words, chip.negated) for chip in query.chips] == [
        ("a", '"a"', False),
        ("from:podesta", 'from "podesta"', False),
        ("(b OR c)", '"b" or "c"', False),
        ("-has:pdf", "not with a PDF", True),
        ('"x y"', '"x y"', False),
    ]
    assert query.chips[0].without == 'from:podesta (b OR c) -has:pdf "x y"'
    assert query.chips[2].without == 'a from:podesta -has:pdf "x y"'


def test_the_only_chip_leaves_nothing() -> None:
    (chip,) = parse("date:2015-08..2015-09").chips
    assert (chip.words, chip.without) == ("between 2015-08-01 and 2015-09-30", "")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("form:bob", "from:bob"),
        ("Subjct:x", "subject:x"),
        ("sender:bob", "from:bob"),
        ("tags:x", "tag:x"),
        ("from:bob", ""),
        ("http://x.org", ""),
        ("12:30", ""),
        ("re:x", ""),
        ("bob", ""),
    ],
)
def test_a_near_miss_is_words_with_a_hint(word: str, meant: str) -> None:
    assert suggestion(word) == meant
    assert (f"did you mean {meant}?" in parse(word).chips[0].words) is bool(meant)


def test_the_table_and_the_language_agree() -> None:
    from search.parse import _language

    pattern = next(str(token.pattern.value) for token in _language().terminals if token.name == "FIELD")
    known = re.sub(r"[^a-z_|-]", "", pattern.replace("(?:", "").replace("(?i:", "")).split("|")
    assert sorted(known) == sorted(operator.name for operator in OPERATORS if operator.name)
    for operator in OPERATORS:
        assert tree(operator.example) is not None
        assert f"{operator.name}:" in operator.example or not operator.name
    for field, values in (("has", HAS), ("is", IS)):
        for value in values:
            assert tree(f"{field}:{value}") == Exact(field, value)


def test_trimmed() -> None:
    assert trimmed("«hello, you»!") == "hello, you"
    assert trimmed("…") == ""


PIECES = st.sampled_from([
    "from:", "to: ", "has:", "date:", "size:", "older_than:", "id:", "a", "b ", "é", "東京", "pdf", "2015", "..", "-08",
    "1k", "x@y.z", '"', "“", "”", "(", ")", "{", "}", " ", "-", " OR ", " AND ", "NOT ", "*", "~", "~2", ":", "'", "&",
    "\n", "\ud800", "\0", "foo:", "none", "\u200b", "\u0301",
])  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES, max_size=14).map("".join), st.lists(PIECES, max_size=40).map("".join)))
@example("(" * 4000)
@example('"' * 3999)
@example("-" * 4000)
def test_any_text_is_a_query_or_an_error_with_a_spot(text: str) -> None:
    query = read(text)
    if isinstance(query, QueryError):
        assert 0 <= query.start <= query.end <= len(query.text) == len(text)
        assert str(query)
        assert query.pointer().count("\n") >= 1
        return
    if not query.chips:
        assert query.tree is None
        return
    assert parse(unparse(query.tree), today=TODAY).tree == query.tree
    parts = [parse(chip.text, today=TODAY).tree for chip in query.chips]
    assert merged(parts) == query.tree
    for i, chip in enumerate(query.chips):
        assert merged(parts[:i] + parts[i + 1 :]) == parse(chip.without, today=TODAY).tree
        assert chip.words


def read(text: str) -> Query | QueryError:
    """A query, or the error that says why not."""
    try:
        return parse(text, today=TODAY)
    except QueryError as error:
        return error


def merged(parts: list[Node | None]) -> Node | None:
    """One tree for several, as standing side by side makes it."""
    flat = [node for part in parts for node in (part.parts if isinstance(part, And) else (part,)) if node is not None]
    return And(tuple(flat)) if len(flat) > 1 else flat[0] if flat else None
