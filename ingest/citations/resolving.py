"""From what an article calls a message by to the message: collections and the many ways to write a number."""

import re
from collections.abc import Iterator

from ingest.citations.numbers import Mention, mentions
from mappings.articles import Article, Citation, Fact, Passage, Span
from mappings.keys import ghost_id
from search.engine import Engine
from search.errors import NotFound

_NAMELESS = "emails email mails mail files file leak leaks the wikileaks archive release documents docs messages of and"
_GENERAL = frozenset(_NAMELESS.split())
_WORDS = re.compile(r"[^\W\d_]+")
LINKED, NUMBERED, LIKELY = 0.99, 0.97, 0.85
_WIDTHS = (4, 5, 6)


class Numbers:
    """Looks up numbers in a corpus' collections."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._templates = engine.sources()
        self._collections: list[str] | None = None

    def cite(self, article: Article) -> list[Citation]:
        """What an article cites by number or address: messages here, and those that are not here by name."""
        found: dict[tuple[str, str], Citation] = {}
        for mention in mentions(article, self._templates):
            citation = self._citation(article, mention)
            if citation is not None:
                before = found.get(citation.key)
                if before is None or before.probability < citation.probability:
                    found[citation.key] = citation
        return list(found.values())

    def _citation(self, article: Article, mention: Mention) -> Citation | None:
        id, collection, number, sure = self._find(article, mention)
        if not id and not mention.certain and not collection:
            return None
        named = mention.named if id or mention.certain else f"{collection} {number}"
        span = mention.span if mention.span.end > mention.span.start else _whole(article)
        words = article.text[mention.span.start : mention.span.end]
        text = "It is named by its address." if mention.link else "It is named by its number."
        if not id or id.startswith("g"):
            text += " It is not in this corpus."
        return Citation(
            article=article.id, message=id, named=named, collection=collection, number=number,
            method="link" if mention.link else "number", probability=sure, passage=_passage(article.passages, span),
            facts=(Fact(topic="link" if mention.link else "number", article=words or mention.named,
                        message=number, text=text),),
        )  # fmt: skip

    def _find(self, article: Article, mention: Mention) -> tuple[str, str, str, float]:
        """(id of a message or ghost, its collection, its number there, how sure); "" for what is not here."""
        sure = LINKED if mention.link else NUMBERED
        if mention.id:
            return *self._by_id(mention), sure
        if not mention.release:
            for collection in self._names():
                if ids := self._engine.published(mention.number, collection):
                    return ids[0], collection, mention.number, sure
            return "", "", mention.number, sure
        around = mention.release if mention.link else f"{mention.release} {_around(article, mention.span)}"
        for collection, number, certain in self._ways(around, mention.number, mention.link):
            if ids := self._engine.published(number, collection):
                return ids[0], collection, number, sure if certain else LIKELY
        return "", mention.release if mention.link else self._told(around), mention.number, sure

    def _by_id(self, mention: Mention) -> tuple[str, str, str]:
        try:
            return self._engine.row(mention.id).id, "", ""
        except NotFound:
            return (ghost_id(mention.id) if "@" in mention.id and mention.certain else ""), "", ""

    def _ways(self, around: str, number: str, link: bool) -> Iterator[tuple[str, str, bool]]:
        """(collection, number, whether that is certain) in the order to try: a collection of that name first."""
        words = {word.lower() for word in _WORDS.findall(around)} - _GENERAL
        capitals = {word[0].upper() for word in _WORDS.findall(around) if link or word[0].isupper()}
        padded = [number, *(number.zfill(width) for width in _WIDTHS if len(number) < width)]
        named: list[str] = []
        others: list[str] = []
        for collection in self._names():
            own = {word.lower() for word in _WORDS.findall(collection)} - _GENERAL
            (named if own & words else others).append(collection)
        for collection in named:
            yield from ((collection, one, True) for one in padded)
        for collection in named + others:
            for letter in sorted(capitals):
                yield from ((collection, letter + one, True) for one in padded)
        if link and not named and len(others) == 1:
            yield from ((others[0], one, False) for one in padded)

    def _told(self, text: str) -> str:
        """The collection whose whole name a text has; "" for none or several. What it lacks is missing, then."""
        words = {word.lower() for word in _WORDS.findall(text)}
        own = {name: {word.lower() for word in _WORDS.findall(name)} for name in self._names()}
        told = [name for name, parts in own.items() if parts - _GENERAL and parts <= words]
        return told[0] if len(told) == 1 else ""

    def _names(self) -> list[str]:
        if self._collections is None:
            self._collections = sorted({*self._engine.status().collections, *self._templates, ""})
        return self._collections


def _around(article: Article, span: Span) -> str:
    """The passage that a stretch is in."""
    place = _passage(article.passages, span)
    return article.text[place.start : place.end]


def _passage(passages: tuple[Passage, ...], span: Span) -> Span:
    for passage in passages:
        if passage.start <= span.start < passage.end:
            return Span(passage.start, passage.end)
    return span


def _whole(article: Article) -> Span:
    return Span(0, min(len(article.text), 300))
