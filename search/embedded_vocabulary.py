"""A corpus' own values and words in the embedded engine: out of the index's dictionary, and by counting a match."""

import tantivy

from search.embedded_queries import Compiler
from search.embedded_store import translated
from search.near import ALIKE, LONG, PLACES, chosen, neighbours
from search.query import Query, TextField
from search.vocabulary import EVERYTHING, LONGEST, MOST, Near, Values

_LISTED = 2_000  # words that begin alike, the most frequent ones


class EmbeddedVocabulary:
    """The vocabulary of an embedded corpus; see `search.vocabulary.Vocabulary`."""

    _compiler: Compiler

    def _searcher(self) -> tantivy.Searcher:
        raise NotImplementedError

    def values(self, field: str, query: Query = EVERYTHING, *, holding: str = "", limit: int = 50, skip: int = 0,
               copies: bool = False) -> Values:  # fmt: skip
        """A field's values over a whole match, those alone that have `holding` in them, whatever its case."""
        with translated():
            asked = {"values": {"terms": {"field": field, "size": MOST, "segment_size": MOST}}}
            answer = self._searcher().aggregate(self._compiler.compile(query.tree, copies), asked)["values"]
        wanted = holding.lower()
        found = [
            (bucket["key"], int(bucket["doc_count"]))
            for bucket in answer["buckets"] if bucket["key"] and wanted in bucket["key"].lower()
        ]  # fmt: skip
        found.sort(key=lambda pair: (-pair[1], pair[0]))
        return Values(tuple(found[skip : skip + limit]), len(found), bool(answer.get("sum_other_doc_count")))

    def beginning(self, field: str, start: str, limit: int = 10) -> list[tuple[str, int]]:
        """Values of a field that begin so (lower case), the most frequent in the corpus first, with their counts."""
        if len(start) > LONGEST:
            return []
        with translated():
            found = self._searcher().terms_with_prefix(field, start, limit=limit)
        return [(value, int(count)) for value, count in found]

    def near(self, word: str, field: TextField = "") -> Near:
        """What is nearly a word in a field of text, or anywhere."""
        with translated():
            searcher = self._searcher()
            places = PLACES.get(field) or (field,)
            count = sum(searcher.doc_freq(place, word) for place in places)
            candidates = set(neighbours(word))
            found = [(one, sum(searcher.doc_freq(place, one) for place in places)) for one in candidates if one]
            if not any(number for one, number in found if one != word) and len(word) >= LONG:
                for place in places:
                    listed = searcher.terms_with_prefix(place, word[:ALIKE], limit=_LISTED)
                    found += [pair for pair in listed if abs(len(pair[0]) - len(word)) <= 2]
        return Near(count, chosen(word, found))
