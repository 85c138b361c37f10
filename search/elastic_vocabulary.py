"""A corpus' own values and words in a cluster: terms counted by its aggregations, near words by its suggesters."""

import re
from typing import Any

from search.elastic import Cluster
from search.elastic_queries import Compiler
from search.near import ALIKE, LONG, PLACES, chosen
from search.query import Query, TextField
from search.vocabulary import EVERYTHING, LONGEST, MOST, Near, Values

_SPECIAL = re.compile(r'[.?+*|{}\[\]()"\\#@&<>~^$-]')
_LISTED = 50  # near words asked for of a field

Json = dict[str, Any]


class ElasticVocabulary:
    """The vocabulary of a corpus in a cluster; see `search.vocabulary.Vocabulary`."""

    _cluster: Cluster
    _compiler: Compiler

    def values(self, field: str, query: Query = EVERYTHING, *, holding: str = "", limit: int = 50, skip: int = 0,
               copies: bool = False) -> Values:  # fmt: skip
        """A field's values over a whole match, those alone that have `holding` in them, whatever its case."""
        pattern = f".*{_either_case(holding)}.*" if holding else ""
        answer = _terms(self._cluster, self._compiler.compile(query.tree, copies), field, MOST, pattern)
        found = [(bucket["key"], int(bucket["doc_count"])) for bucket in answer["buckets"] if bucket["key"]]
        found.sort(key=lambda pair: (-pair[1], pair[0]))
        return Values(tuple(found[skip : skip + limit]), len(found), bool(answer["sum_other_doc_count"]))

    def beginning(self, field: str, start: str, limit: int = 10) -> list[tuple[str, int]]:
        """Values of a field that begin so (lower case), the most frequent in the corpus first, with their counts."""
        if len(start) > LONGEST:
            return []
        buckets = _terms(self._cluster, {"match_all": {}}, field, limit, _escaped(start) + ".*")["buckets"]
        return [(bucket["key"], int(bucket["doc_count"])) for bucket in buckets]

    def near(self, word: str, field: TextField = "") -> Near:
        """What is nearly a word in a field of text, or anywhere."""
        places = PLACES.get(field) or (field,)
        asked: Json = {"text": word}
        for place in places:
            asked[f"one {place}"] = {"term": _near(place, 1, 0)}
            if len(word) >= LONG:
                asked[f"two {place}"] = {"term": _near(place, 2, ALIKE)}
        having = {place: {"filter": {"term": {place: word}}} for place in places}
        body = {"size": 0, "track_total_hits": False, "suggest": asked, "aggs": having}
        told = self._cluster.search("messages", body)
        found: dict[str, list[tuple[str, int]]] = {"one": [], "two": []}
        for name, entries in told["suggest"].items():
            options = [option for entry in entries for option in entry["options"]]
            found[name[:3]] += [(option["text"], int(option["freq"])) for option in options]
        count = sum(int(told["aggregations"][place]["doc_count"]) for place in places)
        return Near(count, chosen(word, found["one"]) or chosen(word, found["two"]))


def _terms(cluster: Cluster, query: Json, field: str, size: int, pattern: str) -> Json:
    terms: Json = {"field": field, "size": size}
    if pattern:
        terms["include"] = pattern
    body = {"size": 0, "track_total_hits": False, "query": query, "aggs": {"values": {"terms": terms}}}
    found: Json = cluster.search("messages", body)["aggregations"]["values"]
    return found


def _near(place: str, edits: int, alike: int) -> Json:
    return {
        "field": place, "suggest_mode": "always", "sort": "frequency", "max_edits": edits, "prefix_length": alike,
        "size": _LISTED, "shard_size": _LISTED * 4, "min_word_length": 1, "max_term_freq": 1_000_000_000,
        "accuracy": 0.1, "string_distance": "damerau_levenshtein", "max_inspections": 50,
    }  # fmt: skip


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: "\\" + match[0], text)


def _either_case(text: str) -> str:
    """A pattern of Lucene's for a text whatever its case."""
    return "".join(
        f"[{lower}{upper}]" if (lower := char.lower()) != (upper := char.upper()) and len(lower + upper) == 2
        else _escaped(char) for char in text
    )  # fmt: skip
