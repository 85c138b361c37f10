"""A query's tree in words, and back into the language: what is printed reads as the same tree."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.explain import explain, unparse
from search.parse import parse
from search.query import And, Between, Exact, Node, Not, Or, Phrase, Word
from search.values import midnight

FIELDS = st.sampled_from(["", "subject", "body", "own", "quoted", "from", "to", "cc", "bcc", "with", "filename"])
TEXTS = st.from_regex(r"[a-z0-9éжß]{1,8}", fullmatch=True) | st.sampled_from(["OR", "AND", "NOT", "from", "Date", "x2"])
PHRASES = st.lists(TEXTS | st.sampled_from(["don't", "from:x", "-x", "a~2", "12:30"]), min_size=1, max_size=4).map(
    lambda words: " ".join(words).lstrip("-")
)
FIRST, LAST = midnight(1, 1, 1), midnight(9999, 12, 31)
WORDS = st.one_of(
    st.builds(Word, TEXTS, FIELDS),
    st.builds(Word, TEXTS, FIELDS, prefix=st.just(True)),
    st.builds(Word, TEXTS | st.just("john.smi"), FIELDS, prefix=st.just(True)),
    st.builds(Word, TEXTS.filter(lambda text: len(text) > 2), FIELDS, fuzzy=st.integers(1, 2)),
    st.builds(Word, st.sampled_from(["東京都", "水", "한국어"]), FIELDS),
)
EXACT = st.one_of(
    st.builds(Exact, st.sampled_from(["from", "to", "cc", "bcc", "with"]), st.sampled_from(["a@b.c", "o'b+x@y-z.org"])),
    st.builds(Exact, st.just("collection"), st.sampled_from(["a", "My box", "x:y", "-b", "(c)", "OR"])),
    st.builds(
        Exact, st.sampled_from(["id", "thread"]), st.sampled_from(["0123456789abcdef", "A.b@X.org", "g12345678"])
    ),
    st.sampled_from([Exact("has", "pdf"), Exact("is", "ghost"), Exact("lang", "fr"), Exact("date", "none")]),
    st.just(Exact("list", "announce.example.org")),
)


@st.composite
def between(draw: st.DrawFn) -> Between:
    """Dates within the calendar (often whole days), or sizes."""
    if draw(st.booleans()):
        days = st.integers(FIRST // 86_400, LAST // 86_400).map(lambda day: day * 86_400)
        bounds = sorted(draw(st.lists(st.integers(FIRST, LAST) | days, min_size=2, max_size=2, unique=True)))
        field = "date"
    else:
        bounds = sorted(draw(st.lists(st.integers(0, 1 << 40), min_size=2, max_size=2, unique=True)))
        field = "size"
    open_end = draw(st.sampled_from(["", "low", "high"]))
    low, high = None if open_end == "low" else bounds[0], None if open_end == "high" else bounds[1]
    return msgspec.convert({"type": "Between", "field": field, "low": low, "high": high}, Between)


LEAVES = WORDS | st.builds(Phrase, PHRASES, FIELDS, st.sampled_from([0, 0, 1, 100])) | EXACT | between()


def _wider(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def parts(kind: type[And | Or]) -> st.SearchStrategy[Node]:
        several = st.lists(children.filter(lambda node: not isinstance(node, kind)), min_size=2, max_size=4)
        return several.map(lambda nodes: kind(tuple(nodes)))

    return parts(And) | parts(Or) | children.filter(lambda node: not isinstance(node, Not)).map(Not)


@settings(max_examples=100, deadline=None)
@given(st.recursive(LEAVES, _wider, max_leaves=12))
def test_what_is_printed_reads_as_the_same_tree(node: Node) -> None:
    assert parse(unparse(node)).tree == node
    assert explain(node)


@settings(max_examples=20, deadline=None)
@given(st.recursive(LEAVES, _wider, max_leaves=12))
def test_a_tree_survives_json(node: Node) -> None:
    assert msgspec.json.decode(msgspec.json.encode(node), type=Node) == node


def test_nothing_is_printed_as_nothing() -> None:
    assert unparse(None) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("budget", '"budget"'),
        ("subject:budget", 'in the subject "budget"'),
        ("from:pod*", 'from words that begin with "pod"'),
        ("podesta~2", 'words like "podesta" (2 letters may differ)'),
        ("podesta~", 'words like "podesta" (1 letter may differ)'),
        ('own:"near by"~5', 'in the sender\'s own words "near by" (at most 5 places astray)'),
        ('with:"j@x.org"', "from or to exactly j@x.org"),
        ("has:pdf", "with a PDF"),
        ("is:duplicate", "mail that was found in more than one copy"),
        ("list:a.b.org", "on the list a.b.org"),
        ("thread:3f786850", "in the conversation of 3f786850"),
        ("collection:council", 'in the collection "council"'),
        ("date:none", "without a usable date"),
        ("on:2015-08-03", "on 2015-08-03"),
        ("before:2015-08", "before 2015-08-01"),
        ("after:2015-08-03", "on or after 2015-08-03"),
        ("date:2015-08..2015-09", "between 2015-08-01 and 2015-09-30"),
        ("date:2015-08-03T14", "from 2015-08-03 14:00:00 UTC to before 2015-08-03 15:00:00 UTC"),
        ("date:0001..0450", "between 0001-01-01 and 0450-12-31"),
        ("date:..9999", "before the end of the year 9999"),
        ("larger:5M", "at least 5 MB"),
        ("smaller:1536", "smaller than 1.5 kB"),
        ("size:1..700", "from 1 byte to below 700 bytes"),
        ("-(a b)", 'not ("a" and "b")'),
        ("a b OR c", '"a" and ("b" or "c")'),
    ],
)
def test_in_plain_words(text: str, words: str) -> None:
    node = parse(text).tree
    assert node is not None
    assert explain(node) == words


@pytest.mark.parametrize("value", ['council <i>"files"</i>', '"', 'a "b"~5', "“smart” ones", "plain"])
def test_a_name_with_quotation_marks_is_printed_so_that_it_reads_the_same(value: str) -> None:
    assert parse(unparse(Exact("collection", value))).tree == Exact("collection", value)
