"""A query's tree as Tantivy queries, built as objects: Tantivy's own query syntax drops marks in silence."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product

import tantivy
from tantivy import FieldType, Occur, Query

from mappings.persons import NAMED
from search.cited import bounds
from search.query import And, Between, Exact, Node, Not, Or, Phrase, Word
from search.weights import DESK, FIELDS, PARTS, TIE, UNHIDDEN, WEIGHTS, nodes
from search.words import cjk_run, lone_ideograph, tokens

_PAIRED = 8  # words of a phrase with slop that are held against each other
_WAYS = 200  # in which words may be astray that are asked for one by one: 3 words by 7 places, 4 by 3
_MOST = (1 << 63) - 1  # integers in the index have 64 bits


class Compiler:
    """Compiles trees for one schema. `numbers` finds messages by an id or its prefix, `label` a thread's label,
    `published` messages by a published number, `outlets` the ways in which an outlet's name is written,
    `marked` messages by their tags, stars and notes, `handles` what somebody goes by."""

    def __init__(
        self, schema: tantivy.Schema, numbers: Callable[[str], list[int]], label: Callable[[str], int | None],
        published: Callable[[str], list[int]], outlets: Callable[[str], list[str]],
        marked: Callable[[str, str], list[int]],
        handles: Callable[[str], list[str]],
    ) -> None:  # fmt: skip
        self._schema = schema
        self._numbers = numbers
        self._label = label
        self._published = published
        self._outlets = outlets
        self._marked = marked
        self._handles = handles

    def compile(self, tree: Node | None, copies: bool = False) -> Query:
        """The whole query: what the tree asks for, copies and ghosts hidden unless it names them; or all `copies`."""
        hidden = self._term("is", "message" if copies else "primary")
        if tree is None:
            return hidden
        asked = {(node.field, node.value) for node in nodes(tree) if isinstance(node, Exact)}
        if ("is", "ghost") in asked:
            hidden = Query.all_query()
        elif asked & UNHIDDEN or any(field in ("id", "number") for field, _ in asked):
            hidden = self._term("is", "message")
        return _all([self._node(tree), Query.const_score_query(hidden, 0.0)])

    def _node(self, node: Node) -> Query:
        # the parser bounds how deep brackets go
        match node:
            case And(parts):
                return _all([self._node(part) for part in parts])
            case Or(parts):
                return Query.boolean_query([(Occur.Should, self._node(part)) for part in parts])
            case Not(part):
                everything = Query.const_score_query(Query.all_query(), 0.0)
                return Query.boolean_query([(Occur.Must, everything), (Occur.MustNot, self._node(part))])
            case Between("cited", low, high):
                return _filter(between(self._schema, "cited", *bounds(low, high)))
            case Between(field, low, high):
                return _filter(between(self._schema, field, low, high))
            case Exact(field, value):
                return _filter(self._exact(field, value))
            case Word() | Phrase():
                return self._words(node)

    def _term(self, field: str, value: str | int) -> Query:
        return Query.term_query(self._schema, field, value, index_option="basic")

    def _exact(self, field: str, value: str) -> Query:
        if field in ("from", "to", "cc", "bcc", "with"):
            fields = FIELDS["with"] if field == "with" else (field,)
            return _any([self._term(name + "_address", value.lower()) for name in fields])
        if field in PARTS:
            return self._person(PARTS[field], self._handles(value))
        if field == "id":
            numbers = self._numbers(value)
            found = [self._term("num", number) for number in numbers]
            return _any([*found, self._term("message_id", value.strip("<>"))])
        if field == "number":
            found = [self._term("num", number) for number in self._published(value)]
            return _any(found) if found else Query.empty_query()
        if field == "thread":
            label = self._label(value)
            return Query.empty_query() if label is None else self._term("thread", label)
        if (field, value) == ("date", "doubtful"):
            return self._term("has", "doubtful-date")
        if (field, value) == ("date", "none"):
            dated = [self._term("has", "date"), self._term("is", "ghost")]
            return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, _any(dated))])
        if field in DESK or (field, value) in DESK:
            numbers = self._marked(field, value)
            return Query.term_set_query(self._schema, "num", numbers) if numbers else Query.empty_query()
        if field == "outlet":
            found = [self._term("outlet", name) for name in self._outlets(value)]
            return _any(found) if found else Query.empty_query()
        if field == "cited-by":
            return Query.regex_query(self._schema, "citing", value + ("" if len(value) == 64 else ".*"))
        if field == "filename":
            return self._words(Phrase(value, "filename"))
        return self._term(field, value)

    def _person(self, fields: Sequence[str], handles: list[str]) -> Query:
        """Mails that one of these handles takes part in: by its address, or by its name where it has none."""
        addresses = [handle for handle in handles if not handle.startswith(NAMED)]
        names = [handle.removeprefix(NAMED).split() for handle in handles if handle.startswith(NAMED)]
        found = [self._phrase(field, words, 0) if words[1:] else self._term(field, words[0])
                 for field in fields for words in names]  # fmt: skip
        if addresses:
            found += [Query.term_set_query(self._schema, field + "_address", addresses) for field in fields]
        return _any(found) if found else Query.empty_query()

    def _words(self, node: Word | Phrase) -> Query:
        words = tokens(node.text)
        if not words:  # nothing but marks: asks for nothing, so narrows nothing
            return Query.const_score_query(Query.all_query(), 0.0)
        fields = FIELDS.get(node.field) or (node.field,)
        found = []
        for field in fields:
            query = self._in_field(field, node, words)
            found.append(Query.boost_query(query, WEIGHTS[field]))
        return found[0] if len(found) == 1 else Query.disjunction_max_query(found, TIE)

    def _in_field(self, field: str, node: Word | Phrase, words: list[str]) -> Query:
        if isinstance(node, Word) and node.prefix:
            return self._prefix(field, words)
        if len(words) > 1:
            return self._phrase(field, words, node.slop if isinstance(node, Phrase) else 0)
        if isinstance(node, Word) and node.fuzzy and not cjk_run().search(words[0]):
            return Query.fuzzy_term_query(self._schema, field, words[0], min(node.fuzzy, 2))
        if lone_ideograph(words[0]):  # the index holds pairs
            return Query.regex_query(self._schema, field, f".?{words[0]}.?")
        return Query.term_query(self._schema, field, words[0])

    def _phrase(self, field: str, words: list[str], slop: int) -> Query:
        """Words in this order, at most `slop` places astray; those that may be astray score as words alone do."""
        if not slop:
            return Query.phrase_query(self._schema, field, list(words))
        alone = [Query.term_query(self._schema, field, word) for word in words]
        return _all([*alone, _filter(self._near(field, words, slop))])

    def _near(self, field: str, words: list[str], slop: int) -> Query:
        """Words at most `slop` places astray.

        Of three or more Tantivy finds too few, and of a word that stands in them twice too many. So each way in which
        they can stand is asked for. Where those are too many, pair by pair: no two of them may be further astray than
        all together, but two pairs need not be the same words' then, so that too much is found.
        """
        if len(words) == 2 and words[0] != words[1]:
            return Query.phrase_query(self._schema, field, list(words), slop)
        if (slop + 1) ** len(words) - slop ** len(words) <= _WAYS:
            return _any([Query.phrase_query(self._schema, field, [*way]) for way in ways(words, slop)])
        places = list(enumerate(words[:_PAIRED]))
        return _all([Query.phrase_query(self._schema, field, [*pair], slop) for pair in combinations(places, 2)])

    def _prefix(self, field: str, words: list[str]) -> Query:
        if len(words) == 1:
            return Query.regex_query(self._schema, field, re.escape(words[0]) + ".*")
        return Query.phrase_prefix_query(self._schema, field, list(words))


def ways(words: list[str], slop: int) -> Iterator[tuple[tuple[int, str], ...]]:
    """The ways in which words can stand whose places, less those in the phrase, lie within `slop` of each other, as
    Lucene measures it: each word with its place from the first."""
    for astray in product(range(slop + 1), repeat=len(words)):
        if min(astray):  # the same as another way
            continue
        places = [at + off for at, off in enumerate(astray)]
        if len(set(places)) == len(places):  # no two words stand at one place
            low = min(places)
            yield tuple(sorted((place - low, word) for place, word in zip(places, words, strict=True)))


def between(schema: tantivy.Schema, field: str, low: int | None, high: int | None) -> Query:
    """`low <= field < high` for an integer field; None is open."""
    if low is None and high is None:
        return Query.exists_query(field)
    lowest, highest = (None if end is None else min(max(end, -_MOST), _MOST) for end in (low, high))
    return Query.range_query(
        schema, field, FieldType.Integer, lowest, None if highest is None else highest - 1
    )


def _filter(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def _all(queries: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _any(queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])
