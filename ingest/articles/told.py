"""What is printed of an article's citations: for programs one object an article, for people lines."""

import re
from collections.abc import Iterable
from typing import Any

from mappings.articles import Article, Judged, Span
from mappings.plain import clean
from search.engine import Engine
from search.errors import NotFound

LOWEST = 0.1  # the probability from which on citations are told
SHORT = 90  # letters of a passage on a line
_ATTACHED = re.compile(r"#[a-z]?\d+(?:\.\d+)*$")
_ENDING = re.compile(r"\.(?:eml|msg|txt|mail|email|mbox|html?)$", re.I)


class Teller:
    """Tells citations with the messages' published numbers; remembers those."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._numbers: dict[str, list[str]] = {}

    def object(self, article: Article, place: dict[str, Any]) -> dict[str, Any]:
        """An article and what it cites, best first, silent citations down to `LOWEST` too."""
        found = [one for one in self.engine.cites(article.id) if one.citation.probability >= LOWEST or one.verdict]
        texts = _Texts(self.engine, found)
        citations = [self._citation(article, one, texts) for one in ordered(found)]
        return {"article": article.id, **place, "address": article.address, "citations": citations}

    def _citation(self, article: Article, one: Judged, texts: "_Texts") -> dict[str, Any]:
        citation = one.citation
        own = self.numbers(citation.message)
        number = citation.number or next(iter(own), "") or citation.named
        told: dict[str, Any] = {
            "message": citation.message, "number": number, "method": citation.method,
            "probability": round(citation.probability, 4), "tier": one.tier,
            "passage": article.text[citation.passage.start : citation.passage.end],
            "passage_at": _places(citation.passage), "span": texts.cut(citation.message, citation.span),
            "span_at": _places(citation.span), "own": citation.own,
            "copies": self._copies(citation.copies, own, number),
        }  # fmt: skip
        if citation.named:
            told["named"] = citation.named
        if citation.collection:
            told["collection"] = citation.collection
        conflicts = [fact.text or f"{fact.article} / {fact.message}" for fact in citation.facts if not fact.agrees]
        if conflicts:
            told["conflicts"] = conflicts
        if one.verdict:
            told["verdict"] = one.verdict.cites
        return told

    def _copies(self, ids: Iterable[str], own: list[str], number: str) -> list[str]:
        """What copies were published under, each once; the id of one that was not."""
        found = dict.fromkeys(own)
        for id in ids:
            found |= dict.fromkeys(self.numbers(id) or [id])
        found.pop(number, None)
        return list(found)

    def numbers(self, id: str) -> list[str]:
        """What a message was published under; without a number the names of the documents that it was found in."""
        if id not in self._numbers:
            self._numbers[id] = self._look_up(id)
        return self._numbers[id]

    def _look_up(self, id: str) -> list[str]:
        if not id or id.startswith("g"):
            return []
        try:
            places = self.engine.places(id)
        except NotFound:
            return []
        found = [place.number for place in places if place.number]
        names = (_ATTACHED.sub("", place.member or place.archive) for place in places)
        return list(dict.fromkeys(found or (_ENDING.sub("", re.split(r"[/!]", name)[-1]) for name in names)))


class _Texts:
    """The messages that citations need, read at once."""

    def __init__(self, engine: Engine, found: Iterable[Judged]) -> None:
        wanted = {one.citation.message for one in found if one.citation.span and one.citation.here}
        self._messages = {message.id: message for message in engine.messages(wanted)}

    def cut(self, id: str, span: Span | None) -> str:
        """A stretch of a message's text."""
        message = self._messages.get(id)
        return message.text[span.start : span.end] if message and span else ""


def ordered(found: Iterable[Judged]) -> list[Judged]:
    """The most probable first; a person's yes before all, a no after all."""
    def key(one: Judged) -> tuple[int, float]:
        ruled = 0 if one.verdict is None else -1 if one.verdict.cites else 1
        return ruled, -one.citation.probability

    return sorted(found, key=key)


def lines(engine: Engine, article: Article, teller: Teller) -> list[str]:
    """An article and the messages that it cites, for people; what is silent is left out."""
    title = article.title or article.address or f"{article.text[:SHORT]}…"
    head = ", ".join(filter(None, (article.outlet, article.date[:10], title)))
    told = [clean(f"{article.id[:16]}  {head}")]
    for one in engine.cites(article.id):
        if one.tier == "silent":
            continue
        citation = one.citation
        number = citation.number or next(iter(teller.numbers(citation.message)), "")
        what = citation.message[:16] or "not here"
        name = f" ({number or citation.named})" if number or citation.named else ""
        passage = article.text[citation.passage.start : citation.passage.end][:SHORT]
        told.append(clean(f"    {citation.probability:.2f} {one.tier} {citation.method}: {what}{name}: {passage}"))
    return told


def _places(span: Span | None) -> list[int] | None:
    return [span.start, span.end] if span else None
