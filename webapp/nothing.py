"""What to say when a search finds nothing, or hardly anything: which term is to blame, what may have been meant."""

from msgspec import Struct

from search import spelling
from search.parse import parse
from search.query import And, Node, Not, Or, Phrase, Query, Word
from search.weights import is_ranked
from webapp.context import Ask, engine

# fields whose terms are words looked for; all others narrow
WORDS = {"", "subject", "body", "own", "quoted", "attachment"}
MOST = 8  # terms that are counted one by one
FEW = 20  # messages; where more are found the words are spelt as they are meant


class Term(Struct, frozen=True):
    """One term of a search that finds nothing: what it asks for, how many it matches alone, and what is found without
    it."""

    words: str
    text: str
    filter: bool
    alone: int
    without: str
    rest: int


class Nothing(Struct, frozen=True, kw_only=True):
    """Why nothing was found: how many the words alone match, how many the filters alone, those queries, and each term
    by itself."""

    words: str = ""
    words_total: int = 0
    filters: str = ""
    filters_total: int = 0
    terms: tuple[Term, ...] = ()


class Meant(Struct, frozen=True):
    """A query that may have been meant, the words it puts right (as typed, as the corpus has them, messages with
    them), and how many messages it finds."""

    q: str
    words: tuple[tuple[str, str, int], ...]
    total: int


def is_filter(tree: Node | None) -> bool:
    """True for what narrows a result rather than looks for words: people, dates, kinds, exclusions."""
    match tree:
        case Word() | Phrase():
            return tree.field not in WORDS
        case And(parts) | Or(parts):
            return all(is_filter(part) for part in parts)
        case Not():
            return True
    return True


def filters_only(query: Query) -> bool:
    """True when nothing in a query looks for words."""
    return is_filter(query.tree)


def why_nothing(query: Query, asked: Ask) -> Nothing | None:
    """Asks again with the words alone, with the filters alone, with each term alone and without it; None for a single
    term."""
    if len(query.chips) < 2:
        return None
    kinds = [is_filter(parse(chip.text).tree) for chip in query.chips]
    texts = [chip.text for chip in query.chips]
    words = " ".join(text for text, narrows in zip(texts, kinds, strict=True) if not narrows)
    filters = " ".join(text for text, narrows in zip(texts, kinds, strict=True) if narrows)
    terms = tuple(
        Term(chip.words, chip.text, narrows, _total(chip.text, asked), chip.without, _total(chip.without, asked))
        for chip, narrows in list(zip(query.chips, kinds, strict=True))[:MOST]
    )
    if not words or not filters:
        return Nothing(terms=terms)
    return Nothing(words=words, words_total=_total(words, asked), filters=filters,
                   filters_total=_total(filters, asked), terms=terms)  # fmt: skip


def meant(query: Query, asked: Ask, total: int) -> Meant | None:
    """What may have been meant, if the corpus' own words find more than what was typed."""
    if total > FEW or not is_ranked(query.tree):
        return None
    found = spelling.better(query, engine())
    more = _total(found.q, asked) if found else 0
    return Meant(found.q, found.words, more) if found and more > total else None


def _total(q: str, asked: Ask) -> int:
    return engine().count(parse(q), copies=asked.copies)
