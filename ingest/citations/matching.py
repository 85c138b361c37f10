"""A passage against the corpus: candidates from the engine, a look at each, vectors for the best, a score for all."""

from collections.abc import Mapping, Sequence
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, NamedTuple

from ingest.citations import features
from ingest.citations.days import Day
from ingest.citations.families import Found, families, seniority
from ingest.citations.features import Naming, Weights
from ingest.citations.lexicon import Lexicon
from ingest.citations.likeness import Runs, Scorer, Window
from ingest.citations.people import People
from ingest.citations.reading import Reader
from ingest.citations.units import Cut, Unit
from ingest.citations.words import words_of
from search.citing import Candidate, Shelf, Wanted

if TYPE_CHECKING:
    from ingest.citations.encoder import Encoder

BY_WORDS = 60  # candidates of a passage
BY_PERSON = 15  # of each
BY_DATE = 15
SLACK = 15  # days around a date
_DAY = 86400
_SENTENCE = 5  # words of a quotation that is more than a term
WINDOWS = 3  # of a message that get vectors
ENCODED = 14  # families of a passage that get vectors
_QUOTED = 1.6  # what a word in a quotation counts for in the search


class Scored(NamedTuple):
    """A family of messages against a passage: the original first, the numbers that speak for it, and the score."""

    cut: Cut
    members: Sequence[Found]
    numbers: Mapping[str, float]
    score: float
    runs: Runs
    window: Window | None  # of the original, and the unit that is nearest to it

    @property
    def original(self) -> Found:
        """The message that is linked."""
        return self.members[0]


class Tools(NamedTuple):
    """What passages are matched with."""

    shelf: Shelf
    reader: Reader
    lexicon: Lexicon
    people: People
    encoder: "Encoder | None"
    looks: Weights  # chooses what gets vectors
    weights: Weights


def candidates(tools: Tools, text: str, cut: Cut, naming: Naming, since: int = 0) -> list[Candidate]:
    """Messages that may be meant: by their words, and by people whom the passage names."""
    quoted = {term.word for unit in cut.units if unit.quoted for term in unit.terms}
    groups = [
        {form: worth * (_QUOTED if term.word in quoted else 1.0) for form, worth in term.forms.items()}
        for term in cut.terms
    ]
    if not groups:
        return []
    found = tools.shelf.candidates(Wanted(groups=groups, since=since), BY_WORDS)
    sure = {p for one in naming.here for p, worth in one.people.items() if worth > 0.3}
    known = sorted(sure, key=lambda p: (tools.people.mails(p), p))[:3]  # those with the fewest mails tell the most
    for person in known:
        some = Wanted(groups=groups, people=tools.people.addresses(person), since=since)
        found += tools.shelf.candidates(some, BY_PERSON)
    if day := _narrowest(naming):
        everybody = [address for person in known for address in tools.people.addresses(person)]
        some = Wanted(groups=groups, people=everybody, since=since, after=(day.lo - SLACK) * _DAY,
                      before=(day.hi + SLACK) * _DAY)  # fmt: skip
        found += tools.shelf.candidates(some, BY_DATE)
    return list({one.id: one for one in found}.values())


def _narrowest(naming: Naming) -> Day | None:
    """Of the days that a passage names with their year, the one that says most; None for none."""
    dated = [day for day in naming.days if day.year]
    return min(dated, key=lambda day: (day.hi - day.lo, day.span.start), default=None)


def look(tools: Tools, cut: Cut, found: Sequence[Candidate], naming: Naming) -> list[Scored]:
    """The families among the candidates, each with the numbers that need no vectors, the most promising first."""
    scorer = Scorer(cut, tools.lexicon)
    read = tools.reader.read(one.id for one in found)
    wholes = {id: scorer.whole(one) for id, one in read.items()}
    mean = fmean(wholes.values()) if wholes else 0.0
    spread = max(pstdev(wholes.values()), 0.02) if wholes else 1.0
    made = [
        Found(one, sorted(scorer.windows(one), key=lambda window: -window.strength)) for one in read.values()
    ]
    scored = []
    for members in families(one for one in made if one.windows):
        looked = []
        for one in members:
            runs = scorer.runs(one.read)
            numbers = features.first(one, wholes[one.read.message.id], mean, spread, runs, naming)
            looked.append((one, runs, numbers))
        # Of those who hold the words, the writer's own come first, then who fits the names, then the oldest.
        looked.sort(key=lambda at: (seniority(at[0])[0], -round(at[2]["writer"] + at[2]["date"], 1), seniority(at[0])))
        one, runs, numbers = looked[0]
        score = tools.looks.score(numbers)
        scored.append(Scored(cut, [member for member, _, _ in looked], numbers, score, runs, one.windows[0]))
    scored.sort(key=lambda one: -one.score)
    return scored


def judge(tools: Tools, text: str, looked: Sequence[Scored]) -> list[Scored]:
    """The most promising families with all numbers and the score that counts, the best first."""
    few = looked[:ENCODED]
    near = _cosines(tools, text, few) if tools.encoder else {}
    judged = []
    for at, one in enumerate(few):
        cosine, said, window = near.get(at, (0.0, 0.0, one.window))
        others = sorted((near[i][0] for i in near if i != at), reverse=True)[:5]
        best = one.original.read.sentences[window.first] if window else None
        numbers = dict(one.numbers)
        numbers |= {
            "cosine": cosine, "cosine_z": cosine - fmean(others) if others else 0.0,
            "both": min(numbers["writer"], numbers["reader"]),
            "own": float(best is None or best.own), "met": _met(text, one),
            "astray": _astray(one, said),
        }  # fmt: skip
        judged.append(one._replace(numbers=numbers, score=tools.weights.score(numbers), window=window))
    judged.sort(key=lambda one: -one.score)
    return judged


def _cosines(tools: Tools, text: str, few: Sequence[Scored]) -> dict[int, tuple[float, float, Window]]:
    """Place in `few` -> how near the nearest unit and window are, how near the nearest quotation and its window, and
    the window that is nearest of all."""
    if not few or tools.encoder is None or not few[0].cut.units:
        return {}
    units = [text[unit.span.start : unit.span.end] for unit in few[0].cut.units]
    windows = [one.original.windows[:WINDOWS] for one in few]
    said = [[one.original.read.text(w.first, w.last) for w in some] for one, some in zip(few, windows, strict=True)]
    vectors = tools.encoder.vectors([*units, *(words for some in said for words in some)])
    alike = vectors[: len(units)] @ vectors[len(units) :].T
    quoted = [at for at, unit in enumerate(few[0].cut.units) if _long(unit)]
    found: dict[int, tuple[float, float, Window]] = {}
    column = 0
    for at, some in enumerate(windows):
        block = alike[:, column : column + len(some)]
        column += len(some)
        if some:
            unit, place = divmod(int(block.argmax()), len(some))
            said_ = float(block[quoted].max()) if quoted else 0.0
            found[at] = float(block[unit, place]), said_, some[place]._replace(unit=unit)
    return found


def _long(unit: Unit) -> bool:
    """Whether a unit is a quotation of so many words that a message cited for it says them."""
    return unit.quoted and len(unit.words) >= _SENTENCE


def _astray(one: Scored, cosine: float) -> float:
    """How far the passage's quotations are from all that the message says: 0 without any, up to 1."""
    quoted = {at for at, unit in enumerate(one.cut.units) if _long(unit)}
    if not quoted:
        return 0.0
    cover = max((window.cover for window in one.original.windows if window.unit in quoted), default=0.0)
    return 1 - max(0.0, min(1.0, max(cosine, cover, one.runs.share if one.runs.unit in quoted else 0.0)))


def _met(text: str, one: Scored) -> float:
    """Of the passage's names and other words with a capital, the share by rarity that the message has somewhere."""
    read = one.original.read
    words = {word for sentence in read.sentences for word in sentence.words}
    for address in (*read.message.from_, *read.message.to, *read.message.cc):
        words.update(address.name.lower().split())
    met = total = 0.0
    start, end = one.cut.passage.start, one.cut.passage.end
    capital = _capitals(text, start, end)
    for term in one.cut.terms:
        if term.word in capital:
            total += term.rarity
            met += term.rarity * max((worth for form, worth in term.forms.items() if form in words), default=0.0)
    return met / total if total else 0.5


def _capitals(text: str, start: int, end: int) -> set[str]:
    return {
        word.word
        for word in words_of(text, start, end)
        if text[word.start].isupper() and text[max(word.start - 2, 0) : word.start].strip(" \"“«„‘'(").isalnum()
    }
