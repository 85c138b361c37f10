"""A query's tree as an Elasticsearch query: pure functions.

Weights are the embedded engine's, and so are the scores: Elasticsearch's BM25 has the same constants as Tantivy's, its
factor k1 + 1 included, and every document has every field that is scored (search/documents.py).
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from mappings.persons import NAMED
from search.cited import bounds
from search.query import And, Between, Exact, Node, Not, Or, Phrase, Word
from search.weights import DESK, FIELDS, PARTS, TIE, UNHIDDEN, WEIGHTS, nodes
from search.words import cjk_run, lone_ideograph, tokens

_MOST = (1 << 63) - 1
_SPECIAL = re.compile(r'[.?+*|{}\[\]()"\\#@&<>~^$-]')

Json = dict[str, Any]


class Compiler:
    """Compiles trees. `ids` finds messages by an id or its prefix, `label` the label of the thread an id is in,
    `published` messages by a published number, `outlets` the ways in which an outlet's name is written,
    `marked` messages by their tags, stars and notes, `handles` what somebody goes by."""

    def __init__(
        self, ids: Callable[[str], list[str]], label: Callable[[str], int | None],
        published: Callable[[str], list[str]], outlets: Callable[[str], list[str]],
        marked: Callable[[str, str], list[str]],
        handles: Callable[[str], list[str]],
    ) -> None:  # fmt: skip
        self._ids = ids
        self._label = label
        self._published = published
        self._outlets = outlets
        self._marked = marked
        self._handles = handles

    def compile(self, tree: Node | None, copies: bool = False) -> Json:
        """The whole query: what the tree asks for, copies and ghosts hidden unless it names them; or all `copies`."""
        hidden = [_term("is", "message" if copies else "primary")]
        if tree is None:
            return _filter(hidden)
        asked = {(node.field, node.value) for node in nodes(tree) if isinstance(node, Exact)}
        if ("is", "ghost") in asked:
            hidden = []
        elif asked & UNHIDDEN or any(field in ("id", "number") for field, _ in asked):
            hidden = [_term("is", "message")]
        return {"bool": {"must": [self._node(tree)], "filter": hidden}}

    def _node(self, node: Node) -> Json:
        # the parser bounds how deep brackets go
        match node:
            case And(parts):
                return {"bool": {"must": [self._node(part) for part in parts]}}
            case Or(parts):
                return {"bool": {"should": [self._node(part) for part in parts], "minimum_should_match": 1}}
            case Not(part):
                return {"bool": {"filter": [{"match_all": {}}], "must_not": [self._node(part)]}}
            case Between("cited", low, high):
                return _filter([between("cited", *bounds(low, high))])
            case Between(field, low, high):
                return _filter([between(field, low, high)])
            case Exact("filename", value):
                return _filter([self._words(Phrase(value, "filename"))])
            case Exact(field, value):
                return _filter([self._exact(field, value)])
            case Word() | Phrase():
                return self._words(node)

    def _exact(self, field: str, value: str) -> Json:
        if field in ("from", "to", "cc", "bcc", "with"):
            fields = FIELDS["with"] if field == "with" else (field,)
            return _any([_term(name + "_address", value.lower()) for name in fields])
        if field in PARTS:
            return taking_part(PARTS[field], self._handles(value))
        if field == "id":
            return _any([{"ids": {"values": self._ids(value)}}, _term("message_id", value.strip("<>"))])
        if field == "number":
            return {"ids": {"values": self._published(value)}}
        if field in DESK or (field, value) in DESK:
            return {"ids": {"values": self._marked(field, value)}}
        if field == "outlet":
            return {"terms": {"outlet": self._outlets(value)}}
        if field == "cited-by":
            return {"prefix": {"citing": {"value": value}}}
        if field == "thread":
            label = self._label(value)
            return {"match_none": {}} if label is None else _term("thread", label)
        if (field, value) == ("date", "doubtful"):
            return _term("has", "doubtful-date")
        if (field, value) == ("date", "none"):
            return {"bool": {"must_not": [_term("has", "date"), _term("is", "ghost")]}}
        return _term(field, value)

    def _words(self, node: Word | Phrase) -> Json:
        words = tokens(node.text)
        if not words:  # nothing but marks: asks for nothing, so narrows nothing
            return _filter([{"match_all": {}}])
        fields = FIELDS.get(node.field) or (node.field,)
        found = [_in_field(field, node, words, WEIGHTS[field]) for field in fields]
        return found[0] if len(found) == 1 else {"dis_max": {"queries": found, "tie_breaker": TIE}}


def taking_part(fields: Sequence[str], handles: Sequence[str]) -> Json:
    """Mails that one of these handles takes part in: by its address, or by its name where it has none."""
    addresses = [handle for handle in handles if not handle.startswith(NAMED)]
    names = [handle.removeprefix(NAMED) for handle in handles if handle.startswith(NAMED)]
    found: list[Json] = [{"match_phrase": {field: {"query": name}}} for field in fields for name in names]
    if addresses:
        found += [{"terms": {field + "_address": addresses}} for field in fields]
    return _any(found) if found else {"match_none": {}}


def _in_field(field: str, node: Word | Phrase, words: list[str], weight: float) -> Json:
    text = " ".join(words)
    if isinstance(node, Word) and node.prefix:
        if len(words) == 1:
            return {"prefix": {field: {"value": text, "boost": weight, "rewrite": "constant_score"}}}
        return {"match_phrase_prefix": {field: {"query": text, "boost": weight}}}
    if len(words) > 1:
        if isinstance(node, Phrase) and node.slop:  # those that may be astray score as words alone do
            near = {"match_phrase": {field: {"query": text, "slop": node.slop}}}
            return {"bool": {"must": [_term(field, word) for word in words], "filter": [near], "boost": weight}}
        return {"match_phrase": {field: {"query": text, "boost": weight}}}
    if isinstance(node, Word) and node.fuzzy and not cjk_run().search(text):
        asked = {"value": text, "fuzziness": min(node.fuzzy, 2), "boost": weight, "rewrite": "constant_score"}
        return {"fuzzy": {field: asked}}
    if lone_ideograph(text):  # the index holds pairs
        found = {"value": f".?{_SPECIAL.sub(_escaped, text)}.?", "boost": weight, "rewrite": "constant_score"}
        return {"regexp": {field: found}}
    return {"term": {field: {"value": text, "boost": weight}}}


def _escaped(match: re.Match[str]) -> str:
    return "\\" + match[0]


def between(field: str, low: int | None, high: int | None) -> Json:
    """`low <= field < high`; None is open."""
    if low is None and high is None:
        return {"exists": {"field": field}}
    ends: Json = {}
    if low is not None:
        ends["gte"] = min(max(low, -_MOST), _MOST)
    if high is not None:
        ends["lt"] = min(max(high, -_MOST), _MOST)
    return {"range": {field: ends}}


def _term(field: str, value: str | int) -> Json:
    return {"term": {field: {"value": value}}}


def _filter(queries: list[Json]) -> Json:
    return {"bool": {"filter": queries}}


def _any(queries: list[Json]) -> Json:
    return queries[0] if len(queries) == 1 else {"bool": {"should": queries, "minimum_should_match": 1}}
