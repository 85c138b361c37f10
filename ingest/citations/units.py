"""What of a passage is compared: its quotations and its sentences, each word with what the corpus may have for it."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ingest.citations.lexicon import Lexicon
from ingest.citations.words import Word, number, sentences, terms, words_of
from mappings.articles import Passage, Span

MOST = 12  # units of a passage
_TITLE = 12  # words of a heading
_STOPS = (".", "!", "?", "…", ":", ";", ")", "]", "”", "“", "»", "«", '"', "。", "」")
_LEAST = 3  # telling words of a unit
_NEAR = 0.08  # translations so much less alike than the best one are as good
_SURE = 0.9  # cosine from which on two words are taken for the same
Nearest = Callable[[Sequence[str]], Mapping[str, tuple[tuple[str, float], ...]]]


class Term(NamedTuple):
    """A word of an article: what stands for it in the corpus, each with its worth up to 1, and how rare it is."""

    word: str
    forms: Mapping[str, float]
    rarity: float


class Unit(NamedTuple):
    """A stretch of an article that may say what a message says: its terms, and its words as they stand."""

    span: Span
    quoted: bool
    terms: tuple[Term, ...]
    words: tuple[str, ...]


class Cut(NamedTuple):
    """A passage: its units, and the terms of all its words."""

    passage: Passage
    units: tuple[Unit, ...]
    terms: tuple[Term, ...]


def cut(text: str, passages: Sequence[Passage], lexicon: Lexicon, nearest: Nearest | None) -> list[Cut]:
    """The passages of an article with their units."""
    words = {word.word: text[word.start : word.end] for word in words_of(text)}
    terms_of = _terms(words, lexicon, nearest)
    return [_cut(text, passage, terms_of) for passage in passages]


def _terms(words: Mapping[str, str], lexicon: Lexicon, nearest: Nearest | None) -> dict[str, Term]:
    """Word -> its term, for the words that tell anything."""
    asked = {word: written.lower() for word, written in words.items() if len(word) > 2 or not word.isascii()}
    found = nearest(list(asked.values())) if nearest else {}
    made: dict[str, Term] = {}
    for word in words:
        alike = dict(found.get(asked.get(word, ""), ()))
        term = _term(word, alike, lexicon)
        if term is not None:
            made[word] = term
    return made


def _term(word: str, alike: dict[str, float], lexicon: Lexicon) -> Term | None:
    """What may stand for a word: itself, and the corpus' words that mean about the same; None for one that is common,
    or that nothing stands for."""
    if digits := number(word):
        alike[digits] = 1.0
    if word in lexicon.counts or not alike:
        alike[word] = 1.0
    best = max(alike.values())
    good = [form for form, likeness in alike.items() if likeness >= best - _NEAR]
    if any(lexicon.common(form) for form in good):
        return None
    rarity = min(lexicon.rarity(form) for form in good)
    forms: dict[str, float] = {}
    for form, likeness in alike.items():
        if not lexicon.common(form):
            worth = max(0.0, min(1.0, (likeness - 0.5) / (_SURE - 0.5)))
            forms[form] = worth * min(1.0, rarity / max(lexicon.rarity(form), 0.1))
    return Term(word, {form: worth for form, worth in forms.items() if worth > 0.05}, rarity)


def _heading(text: str, passage: Passage) -> bool:
    """Whether a passage is a title or the like: a few words that no full stop ends. Such cite nothing."""
    bare = text[passage.start : passage.end]
    return not passage.quoted and len(bare.split()) <= _TITLE and not bare.endswith(_STOPS)


def _cut(text: str, passage: Passage, terms_of: Mapping[str, Term]) -> Cut:
    if _heading(text, passage):
        return Cut(passage, (), ())
    units = [_unit(text, span.start, span.end, True, terms_of) for span in passage.quoted]
    parts = sentences(text, passage.start, passage.end)
    units += [_unit(text, start, end, False, terms_of) for start, end in parts]
    if len(parts) > 1:
        units.append(_unit(text, passage.start, passage.end, False, terms_of))
    kept = [unit for unit in units if len(unit.terms) >= _LEAST or (unit.quoted and len(unit.words) >= _LEAST)]
    kept.sort(key=lambda unit: (-unit.quoted, -len(unit.terms)))
    whole = _unit(text, passage.start, passage.end, False, terms_of)
    return Cut(passage, tuple(kept[:MOST]), whole.terms)


def _unit(text: str, start: int, end: int, quoted: bool, terms_of: Mapping[str, Term]) -> Unit:
    words: list[Word] = words_of(text, start, end)
    found = {word.word: terms_of[word.word] for word in words if word.word in terms_of}
    return Unit(Span(start, end), quoted, tuple(found.values()), terms(text[start:end]))
