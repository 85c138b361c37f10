"""Words that set a person apart: frequent in a sample of their own words, rare in the corpus.

Scored as Elasticsearch's significant terms are by default (JLH): the rise in share, times how many times as large it
is, (f - b) * f / b, with f the share of the person's mails that have a word and b that of all documents.
https://www.elastic.co/guide/en/elasticsearch/reference/8.19/search-aggregations-bucket-significantterms-aggregation.html
"""

import math
from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from mappings.records import OWN_KINDS, Message
from search.engine import Engine
from search.query import Query
from search.words import tokens

SAMPLE = 300  # of the latest mails that a person wrote
ASKED = 600  # words of the sample, the most frequent, whose frequency in the corpus is asked for
SHOWN = 24
_RATIO, _SURE = 1.5, 2.5  # how many times, and standard deviations, a word must be more frequent than with everybody
_LEAST = 2  # mails of the sample that must have a word; one in thirty of a large one
_SHORTEST = 3  # letters; of CJK, two


class Topic(Struct, frozen=True):
    """A word, how many mails of the sample have it, and how many documents of the corpus."""

    word: str
    mails: int
    documents: int


class Topics(Struct, frozen=True, kw_only=True):
    """Words that set somebody apart, the most telling first, drawn from so many of their mails."""

    words: tuple[Topic, ...] = ()
    sample: int = 0


def topics(engine: Engine, wrote: Query, names: Iterable[str]) -> Topics:
    """The topics of the mails that match, leaving out words of the names given."""
    page = engine.search(wrote, order="newest", limit=SAMPLE, facets=False)
    seen = Counter[str]()
    messages = engine.messages(hit.row.id for hit in page.hits)
    for message in messages:
        seen.update(own_words(message))
    least = max(_LEAST, len(messages) // 30)
    known = {word for name in names for word in tokens(name)}
    likely = [word for word, count in seen.items() if count >= least and word not in known]
    likely = sorted(likely, key=lambda word: (-seen[word], word))[:ASKED]
    documents, found = engine.frequencies(likely) if likely else (0, {})
    scored = sorted((-_score(seen[word], len(messages), count, documents), word) for word, count in found.items())
    shown = tuple(Topic(word, seen[word], found[word]) for score, word in scored[:SHOWN] if score)
    return Topics(words=shown, sample=len(messages))


def own_words(message: Message) -> set[str]:
    """The words that a sender wrote, subject and signature left out."""
    own = "\n".join(message.text[part.start : part.end] for part in message.segments if part.kind == OWN_KINDS[0])
    return {word for word in tokens(own) if _tells(word)}


def _tells(word: str) -> bool:
    return (len(word) >= _SHORTEST or not word.isascii()) and not any(letter.isdigit() for letter in word)


def _score(mails: int, sample: int, documents: int, corpus: int) -> float:
    """How much a word tells; 0 for one that may be so frequent by chance, or hardly more than with everybody."""
    expected = sample * documents / corpus
    if not documents or mails < _RATIO * expected or mails - expected < _SURE * math.sqrt(expected):
        return 0.0
    mine, everybodys = mails / sample, documents / corpus
    return (mine - everybodys) * mine / everybodys
