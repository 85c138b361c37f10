"""Articles against a corpus: every method, from the surest to the faintest, into citations with their evidence."""

from collections.abc import Iterator, Sequence
from typing import Self

from msgspec.structs import replace

from ingest.citations import encoder as encoding
from ingest.citations import model as models
from ingest.citations.cues import cue
from ingest.citations.days import Day, dates_in
from ingest.citations.encoder import Encoder
from ingest.citations.evidence import best_window, facts, matches, method, stretch
from ingest.citations.features import Naming, chance, last
from ingest.citations.matching import Scored, Tools, candidates, judge, look
from ingest.citations.model import Model, Stages
from ingest.citations.people import Named
from ingest.citations.preparing import Drawn, Progress
from ingest.citations.reading import Reader
from ingest.citations.replies import replies
from ingest.citations.resolving import Numbers
from ingest.citations.units import Cut, cut
from mappings.articles import WITHOUT_LANGUAGES, Article, Citation, Span
from search.engine import Engine, Writer

LEAST = 0.1  # chance below which nothing is told
_TOP = 3  # families of a passage that may be told
_COPIES = 100
_BEFORE, _AFTER = 2, 1  # passages around one whose names and dates count for it, too


class Matcher:
    """Finds what articles cite. One matcher serves many articles: what it reads and computes is remembered."""

    def __init__(self, engine: Engine, drawn: Drawn, encoder: Encoder | None, model: Model) -> None:
        self._engine = engine
        self._drawn = drawn
        self._reader = Reader(engine.messages, drawn.people.person, drawn.lexicon.weigh)
        self._encoder = encoder
        self.stages = model.stages(encoder is not None)
        self._numbers = Numbers(engine)
        self._name = model.name

    @classmethod
    def open(
        cls, engine: Engine, *, writer: Writer | None = None, progress: Progress | None = None,
        languages: bool | None = None,
    ) -> Self:  # fmt: skip
        """A matcher for a corpus as it stands: what matching needs is drawn from it, or from its new mail alone. With a
        writer that is kept in the corpus, else forgotten with the matcher.

        `languages` False leaves translations alone; None looks for them if they are installed.
        """
        encoder = Encoder() if languages or (languages is None and encoding.available()) else None
        drawn = Drawn(engine, encoder)
        if drawn.update(progress) and writer is not None:
            drawn.keep(writer)
        return cls(engine, drawn, encoder, models.of(engine.derived(models.NAME)))

    @property
    def stages(self) -> Stages:
        """The weights that citations are judged by."""
        return self._stages

    @stages.setter
    def stages(self, stages: Stages) -> None:
        self._stages = stages
        self._tools = Tools(
            self._engine, self._reader, self._drawn.lexicon, self._drawn.people, self._encoder,
            stages.looks, stages.weights,
        )  # fmt: skip

    @property
    def model(self) -> str:
        """Name of the weights, and whether translations are looked for."""
        return self._name if self._encoder else self._name + WITHOUT_LANGUAGES

    @property
    def translates(self) -> bool:
        """Whether translated words are looked for."""
        return self._encoder is not None

    @property
    def lacks(self) -> tuple[str, ...]:
        """Sentences on what is missing."""
        return () if self._encoder else (encoding.LACKS,)

    def cite(self, article: Article, *, since: int = 0) -> list[Citation]:
        """What an article cites, best first, down to a chance of one in ten; `since` looks at newer mail alone."""
        found: dict[tuple[str, str], Citation] = {}
        for citation in (*self._by_number(article, since), *self._by_text(article, since)):
            before = found.get(citation.key)
            found[citation.key] = citation if before is None else _joined(before, citation)
        cited = self._without_copies(list(found.values()))
        cited += replies(article, cited, self._engine, self._tools.people, self.model)
        cited.sort(key=lambda one: (-one.probability, one.passage.start, one.message))
        return [self._placed(one) for one in cited if one.probability >= LEAST]

    def _by_number(self, article: Article, since: int) -> list[Citation]:
        return [replace(one, model=self.model) for one in self._numbers.cite(article)]

    def _by_text(self, article: Article, since: int) -> list[Citation]:
        """What the passages cite by words, translated words and description."""
        text = article.text
        found = []
        for part, naming in self.cut(article):
            scored = self.judged(text, part, naming, since)
            cued = cue(text[part.passage.start : part.passage.end])
            for place in range(min(_TOP, len(scored))):
                scores = [scored[place].score, *_rivals(scored, place)]
                likely = chance(self._stages.last.score(last(scores, 0, scored[place].numbers, cued)))
                if likely >= LEAST:
                    found.append(self._citation(article, scored[place], naming, likely, cued))
        return found

    def cut(self, article: Article) -> Iterator[tuple[Cut, Naming]]:
        """An article's passages, and the people and dates named in each and around it."""
        text, nearest = article.text, self._drawn.dictionary.nearest if self._drawn.dictionary else None
        names = [self._tools.people.named(text, one.start, one.end) for one in article.passages]
        days = [dates_in(text, one.start, one.end) for one in article.passages]
        for at, part in enumerate(cut(text, article.passages, self._tools.lexicon, nearest)):
            yield part, _naming(names, days, at)

    def looked(self, text: str, part: Cut, naming: Naming, since: int = 0) -> list[Scored]:
        """The families of messages that a passage may mean, at a first look, the most promising first."""
        tools = self._tools
        return look(tools, part, candidates(tools, text, part, naming, since), naming)

    def judged(self, text: str, part: Cut, naming: Naming, since: int = 0) -> list[Scored]:
        """The families of messages that a passage may mean, the best first."""
        return judge(self._tools, text, self.looked(text, part, naming, since))

    def _citation(self, article: Article, scored: Scored, naming: Naming, likely: float, cued: float) -> Citation:
        window = best_window(scored)
        scored = scored._replace(window=window)
        how = method(scored, article.lang)
        read = scored.original.read
        unit = scored.cut.units[window.unit] if window else None
        span = stretch(read, window)
        same = matches(article.text, unit, read, span) if unit else ()
        own = window is None or read.sentences[window.first].own
        return Citation(
            article=article.id, message=read.message.id, method=how, probability=round(likely, 4),
            passage=unit.span if unit else Span(scored.cut.passage.start, scored.cut.passage.end), span=span, own=own,
            copies=tuple(one.read.message.id for one in scored.members[1:_COPIES]), matches=same,
            facts=facts(
                article.text, scored, naming, self._tools.people, self._tools.weights.of, how, same, span, cued
            ), model=self.model,
        )  # fmt: skip

    def _without_copies(self, cited: Sequence[Citation]) -> list[Citation]:
        """One citation for a message and its copies: that of the likeliest, the others in its list.

        Who quotes a message is left out where it is cited for the quoted words; an answer is cited for its own.
        """
        kept: list[tuple[Citation, set[str]]] = []
        for one in sorted(cited, key=lambda one: (one.method not in ("link", "number"), -one.probability)):
            if not one.here:
                kept.append((one, set()))
                continue
            group = {row.id for row in self._engine.copies(one.message)[:_COPIES]}
            if any(one.message in same or _quotes(one, other) for other, same in kept):
                continue
            copies = dict.fromkeys((*one.copies, *sorted(group)))
            copies.pop(one.message, None)
            kept.append((replace(one, copies=tuple(copies)[:_COPIES]), group))
        return [one for one, _ in kept]

    def _placed(self, one: Citation) -> Citation:
        """The citation with the number that its message was published under."""
        if one.number or not one.here:
            return one
        places = self._engine.places(one.message)
        place = next((place for place in places if place.number), places[0] if places else None)
        return replace(one, collection=place.collection, number=place.number) if place else one


def _rivals(scored: Sequence[Scored], at: int) -> list[float]:
    """The scores of the other families that may be meant in place of one: not those that another quotation of the
    passage is likely to be of."""
    return [one.score for place, one in enumerate(scored) if place != at and not _apart(one, scored[at])]


def _apart(one: Scored, other: Scored) -> bool:
    """Whether a passage seems to quote both."""
    if min(one.score, other.score) <= 0 or one.window is None or other.window is None:
        return False
    first, second = one.cut.units[one.window.unit], other.cut.units[other.window.unit]
    disjoint = first.span.end <= second.span.start or second.span.end <= first.span.start
    return first.quoted and second.quoted and disjoint


def _naming(names: Sequence[Sequence[Named]], days: Sequence[Sequence[Day]], at: int) -> Naming:
    around = range(max(at - _BEFORE, 0), min(at + _AFTER + 1, len(names)))
    return Naming(
        names[at], [one for i in around for one in names[i]], days[at], [one for i in around for one in days[i]]
    )


def _joined(before: Citation, other: Citation) -> Citation:
    """Two findings of one message as one: by number if one of them is, with the words and the evidence of both; else
    the likelier one."""
    first, second = (before, other) if before.probability >= other.probability else (other, before)
    if second.method in ("link", "number"):
        first, second = second, first
    if first.method not in ("link", "number"):
        return first
    return replace(
        first, probability=max(first.probability, second.probability), span=second.span, own=second.own,
        copies=second.copies, matches=second.matches, facts=first.facts + second.facts,
    )  # fmt: skip


def _quotes(one: Citation, other: Citation) -> bool:
    """Whether a citation is of a message that only holds the words of another's: quoted ones, or the same stretch."""
    if one.message not in other.copies or one.method in ("link", "number"):
        return False
    return not one.own or (one.passage.start < other.passage.end and other.passage.start < one.passage.end)
