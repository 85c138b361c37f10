"""What speaks for a citation, for people: the words that agree, side by side, and names and dates that do or don't."""

from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher

from msgspec.structs import replace

from ingest.citations.days import Day, agreement, written
from ingest.citations.features import Naming
from ingest.citations.likeness import Window
from ingest.citations.matching import Scored
from ingest.citations.people import People
from ingest.citations.reading import Read
from ingest.citations.units import Unit
from ingest.citations.words import Word, words_of
from mappings.articles import Fact, Match, Method, Span, Topic
from search.words import tokens

_CUT = 240  # letters of a text in a fact
_ROW = 2  # words in the same order that are marked though they are common
_MOST = 60  # matches of a citation
_TAKEN = 0.45  # share of a unit's words from which on it is quoted as it stands
_SAID = ("strength", "cover", "back", "whole", "whole_z", "share", "row", "cosine", "cosine_z")
_Weight = Callable[..., float]
_RARE = 9.0  # rarity of a row of words from which on it can't be chance


def method(scored: Scored, lang: str) -> Method:
    """How a message was found, in one word."""
    runs = scored.runs
    if runs.unit >= 0 and (runs.share >= _TAKEN or runs.longest >= _RARE):
        return "words"
    other = scored.original.read.message.lang
    unit = scored.cut.units[scored.window.unit] if scored.window else None
    if unit and (unit.quoted or scored.numbers.get("cosine", 0.0) > 0.55) and lang and other and lang != other:
        return "translation"
    return "description"


def best_window(scored: Scored) -> Window | None:
    """The window that is shown: of words taken over the one that has most of them, else the nearest in meaning."""
    runs = scored.runs
    if runs.unit >= 0 and runs.share >= _TAKEN:
        same = [window for window in scored.original.windows if window.unit == runs.unit]
        if same:
            return same[0]
    return scored.window


def stretch(read: Read, window: Window | None) -> Span | None:
    """Where a window stands in the message's text; None for none, and for the subject."""
    if window is None or read.sentences[window.first].start < 0:
        return None
    return Span(read.sentences[window.first].start, read.sentences[window.last].end)


def matches(text: str, unit: Unit, read: Read, span: Span | None) -> tuple[Match, ...]:
    """The words of a unit and of a message's stretch that say the same, in the order of the article."""
    if span is None:
        return ()
    ours = words_of(text, unit.span.start, unit.span.end)
    theirs = words_of(read.message.text, span.start, span.end)
    found = _rows(ours, theirs)
    used = {at for match in found for at, word in enumerate(theirs) if _within(word, match.message)}
    forms = {term.word: term.forms for term in unit.terms}
    for word in ours:
        if word.word in forms and not any(_within(word, match.article) for match in found):
            best = _best(forms[word.word], theirs, used)
            if best >= 0:
                used.add(best)
                other = theirs[best]
                like = 1.0 if other.word == word.word else min(1.0, forms[word.word][other.word])
                found.append(Match(article=Span(word.start, word.end), message=Span(other.start, other.end),
                                   like=round(like, 2)))  # fmt: skip
    found.sort(key=lambda match: match.article.start)
    return tuple(found[:_MOST])


def _rows(ours: Sequence[Word], theirs: Sequence[Word]) -> list[Match]:
    """Rows of the same words in the same order."""
    if len(ours) > 400 or len(theirs) > 1500:
        return []
    matcher = SequenceMatcher(None, [word.word for word in ours], [word.word for word in theirs], autojunk=False)
    return [
        Match(article=_joined(ours[a : a + size]), message=_joined(theirs[b : b + size]))
        for a, b, size in matcher.get_matching_blocks()
        if size >= _ROW
    ]


def _joined(words: Sequence[Word]) -> Span:
    return Span(words[0].start, words[-1].end)


def _within(word: Word, span: Span) -> bool:
    return span.start <= word.start < span.end


def _best(forms: Mapping[str, float], theirs: Sequence[Word], used: set[int]) -> int:
    """The place of the unused word that means a word best; -1 for none."""
    best, worth = -1, 0.15
    for at, word in enumerate(theirs):
        if at not in used and forms.get(word.word, 0.0) > worth:
            best, worth = at, forms[word.word]
    return best


def facts(
    text: str, scored: Scored, naming: Naming, people: People, weights: Mapping[str, float], how: Method,
    found: Sequence[Match], span: Span | None, cued: float,
) -> tuple[Fact, ...]:  # fmt: skip
    """The evidence in sentences, the weightiest first."""
    read, numbers = scored.original.read, scored.numbers

    def weight(*names: str) -> float:
        return round(sum(weights.get(name, 0.0) * numbers.get(name, 0.0) for name in names), 2)

    made = [_said(text, scored, how, found, span, weight)]
    made += _named(text, naming, people, read, weight("writer", "writer_date"), weight("reader"), weight("absent"))
    if date := date_fact(text, naming.days, naming.near_days, read.message.date):
        made.append(replace(date, weight=weight("date" if date.agrees else "conflict")))
    if cued:
        made.append(Fact(topic="cue", text="The passage says that a message is cited." if cued > 0.9
                         else "The passage may be citing a message."))  # fmt: skip
    made.sort(key=lambda fact: -abs(fact.weight))
    return tuple(made)


def _said(text: str, scored: Scored, how: Method, found: Sequence[Match], span: Span | None, weight: _Weight) -> Fact:
    window = scored.window
    unit = scored.cut.units[scored.runs.unit if how == "words" else window.unit if window else 0]
    article = _short(text[unit.span.start : unit.span.end])
    message = scored.original.read.message
    said = _short(message.text[span.start : span.end] if span else message.subject)
    if how == "words":
        share = round(100 * scored.runs.share)
        sentence = f"{share} % of these words stand in the message as they are." if share else "These words agree."
        return Fact(topic="words", article=article, message=said, text=sentence, weight=weight(*_SAID))
    pairs = {
        f"{text[m.article.start : m.article.end]} = {message.text[m.message.start : m.message.end]}": None
        for m in found
        if tokens(text[m.article.start : m.article.end]) != tokens(message.text[m.message.start : m.message.end])
    }
    sentence = "Says about the same" + (f": {', '.join(list(pairs)[:8])}." if pairs else ".")
    topic: Topic = "translation" if how == "translation" else "words"
    return Fact(topic=topic, article=article, message=said, text=sentence, weight=weight(*_SAID))


def _named(
    text: str, naming: Naming, people: People, read: Read, writer: float, reader: float, absent: float
) -> list[Fact]:
    made: list[Fact] = []
    seen: set[str] = set()
    for named in (*naming.here, *naming.near):
        here = named in naming.here
        name = text[named.span.start : named.span.end]
        for who, word, worth in ((read.writer, "sender", writer), (read.readers, "recipient", reader)):
            if (both := who & named.people.keys()) and word not in seen and not seen & {f"{word}{p}" for p in both}:
                seen.add(word)
                shown = ", ".join(filter(None, (people.shown(p) for p in sorted(both))))
                made.append(Fact(topic="name", article=name, message=shown or name, weight=worth,
                                 text=f"{'The passage' if here else 'The article'} names the {word}."))  # fmt: skip
    there = read.writer | read.readers
    lacking = [n for n in naming.here if not there & n.people.keys() and max(n.people.values()) > 0.6]
    for named in lacking[:3]:
        name = text[named.span.start : named.span.end]
        made.append(Fact(topic="name", agrees=False, article=name, weight=round(absent / len(lacking), 2),
                         text=f"{name} neither wrote nor got the message."))  # fmt: skip
    return made


def date_fact(text: str, here: Sequence[Day], near: Sequence[Day], date: int | None) -> Fact | None:
    """How the dates that an article names stand to a message's: the one that agrees, else the nearest conflict."""
    if date is None:
        return None
    rated = [(agreement(day, date), day) for day in here] or [
        (rate, day) for day in near if (rate := agreement(day, date)) > 0
    ]
    rated = [(rate, day) for rate, day in rated if rate > 0.3 or rate < 0]
    if not rated:
        return None
    rate, day = max(rated, key=lambda one: (one[0], bool(one[1].month), bool(one[1].day)))
    said, is_ = text[day.span.start : day.span.end], written(date)
    if rate > 0:
        return Fact(topic="date", article=said, message=is_, text="The dates agree.")
    return Fact(topic="date", agrees=False, article=said, message=is_, text=f"Article: {said}; mail: {is_}.")


def _short(text: str) -> str:
    bare = " ".join(text.split())
    return bare if len(bare) <= _CUT else f"{bare[: _CUT - 1]}…"
