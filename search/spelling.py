"""Did you mean: a query with its misspelt words replaced by the corpus' own."""

import re
from collections.abc import Iterator

from msgspec import Struct

from search.near import SHORTEST
from search.query import And, Node, Or, Phrase, Query, TextField, Word
from search.vocabulary import Vocabulary
from search.words import any_word, cjk_run, tokens

RARE = 2  # messages; a word that more have is spelt as it is meant
OFTENER = 10  # times as many messages have the word that was meant
MOST = 6  # words that are looked up


class Better(Struct, frozen=True):
    """A query that may have been meant, and the words replaced in it: (as typed, as the corpus has it, messages)."""

    q: str
    words: tuple[tuple[str, str, int], ...]


def better(query: Query, vocabulary: Vocabulary) -> Better | None:
    """The query with each word that no message has, or hardly any, replaced by the most frequent near one; None when
    all words are the corpus' own or nothing is near."""
    q, replaced = query.text, []
    for word, field in list(dict.fromkeys(_words(query.tree)))[:MOST]:
        found = tokens(word)[0]
        near = vocabulary.near(found, field)
        if near.count > RARE or not near.words or near.words[0][1] < OFTENER * near.count:
            continue
        other, count = near.words[0]
        changed = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", other, q, flags=re.IGNORECASE)
        if changed != q:
            q = changed
            replaced.append((word, other, count))
    return Better(q, tuple(replaced)) if replaced else None


def _words(tree: Node | None) -> Iterator[tuple[str, TextField]]:
    """The words that must be there as they are spelt, with their fields: none that is left out or cut."""
    match tree:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _words(part)
        case Word(text, field, prefix=False, fuzzy=0):
            yield from _spelt(text, field)
        case Phrase(text, field):
            yield from _spelt(text, field)


def _spelt(text: str, field: TextField) -> Iterator[tuple[str, TextField]]:
    for match in any_word().finditer(text):
        found = tokens(match[0])
        if len(found) == 1 and len(found[0]) >= SHORTEST and not cjk_run().search(match[0]) and not found[0].isdigit():
            yield match[0], field
