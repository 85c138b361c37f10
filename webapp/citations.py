"""Citations as pages tell them: both sides, what agrees and what does not, by which method it was found."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from mappings.articles import Article, ArticleRow, Citation, Fact, Judged, Match, Span, Tier
from mappings.records import Message, MessageRow
from search.errors import NotFound
from search.shelved import row as article_row
from webapp.context import engine, shelf
from webapp.excerpts import Excerpt, Mark, excerpt, opening, sides
from webapp.formats import plural
from webapp.marks import Footnote

COPIES = 12  # mails that have the words too, looked at for a citation
METHODS = {
    "link": "linked", "number": "named by its number", "words": "quoted", "translation": "translated",
    "description": "described", "thread": "named as an answer", "hand": "added by hand",
}  # fmt: skip
TIERS = {
    "shown": "", "probable": "probable, to be confirmed", "silent": "looked at and not held for a citation",
}  # fmt: skip
EXACT = 0.98  # of the letters of a quotation, to be called "word for word"
MATCHES = 400  # marked on either side


class Told(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A citation with both its sides. The message is None where it is not in the corpus and no mail refers to it."""

    number: int  # on its page, from 1
    article: ArticleRow
    message: MessageRow | None
    said: str  # the method in words
    judged: Judged
    passage: Excerpt
    words: Excerpt | None = None  # of the message; None for one that is not here
    copies: tuple[MessageRow, ...] = ()

    @property
    def citation(self) -> Citation:
        """The citation itself."""
        return self.judged.citation

    @property
    def key(self) -> str:
        """What verdicts name its message by: as the one that stands does, else its id, or what the article calls it."""
        return self.judged.verdict.message if self.judged.verdict else self.citation.key[1]

    @property
    def agreeing(self) -> list[Fact]:
        """What speaks for it, the strongest first."""
        return [fact for fact in ranked(self.citation.facts) if fact.agrees]

    @property
    def conflicting(self) -> list[Fact]:
        """What speaks against it, the strongest first."""
        return [fact for fact in ranked(self.citation.facts) if not fact.agrees]


def ranked(facts: Iterable[Fact]) -> list[Fact]:
    """Facts by what they weigh, each once."""
    return sorted(dict.fromkeys(facts), key=lambda fact: -abs(fact.weight))


def fact_words(fact: Fact) -> str:
    """A fact as a sentence: the engine's own, or both sides' words."""
    if fact.text:
        return fact.text
    said = [f"{name}: {words}" for name, words in (("article", fact.article), ("message", fact.message)) if words]
    return "; ".join(said)


def tier_words(tier: Tier) -> str:
    """A tier in words; "" for what is simply shown."""
    return TIERS[tier]


def cited_by_words(told: Sequence[Told]) -> str:
    """`Cited by 4 articles`, `Cited by 1 article, probably by 2 more`, `Probably cited by 1 article`."""
    sure = {one.article.id for one in told if one.judged.tier == "shown"}
    maybe = {one.article.id for one in told} - sure
    if not sure:
        return f"Probably cited by {plural(len(maybe), 'article')}"
    more = f", probably by {len(maybe):,} more" if maybe else ""
    return f"Cited by {plural(len(sure), 'article')}{more}"


def cites_words(told: Sequence[Told]) -> str:
    """`3 messages and 1 that is not here`."""
    here = {one.citation.message for one in told if one.message and not one.message.ghost}
    gone = {one.citation.key[1] for one in told if not one.message or one.message.ghost}
    said = [plural(len(here), "message")] if here else []
    if gone:
        said.append((f"{len(gone):,}" if here else plural(len(gone), "message")) + " not in this corpus")
    return " and ".join(said)


def by_article(told: Sequence[Told]) -> list[tuple[str, list[Told]]]:
    """Citations of one message by their articles, in the order of the first of each."""
    grouped: dict[str, list[Told]] = {}
    for one in told:
        grouped.setdefault(one.article.id, []).append(one)
    return list(grouped.items())


def message_row(message: Message) -> MessageRow:
    """A message as a line."""
    return MessageRow(
        id=message.id, subject=message.subject, from_=message.from_, to=message.to[:3], date=message.date,
        zone=message.zone, lang=message.lang, size=message.size, message_id=message.message_id,
        recipients=len(message.to) + len(message.cc) + len(message.bcc),
    )  # fmt: skip


def method_of(citation: Citation, text: str, marks: Sequence[Mark]) -> str:
    """How it was found, in words: a quotation in the article's text is one word for word, or with changes; the marks
    are those of the article's side."""
    if citation.method != "words" or not citation.matches:
        return METHODS[citation.method]
    same = [one for one in marks if one.like >= 1]
    letters = [at for at in range(citation.passage.start, min(citation.passage.end, len(text))) if text[at].isalnum()]
    held = sum(any(one.start <= at < one.end for one in same) for at in letters)
    return "quoted word for word" if held >= EXACT * len(letters) else "quoted, with changes"


def tell(judged: Sequence[Judged], articles: Mapping[str, Article], *, first: int = 1) -> list[Told]:
    """Citations with both sides; the articles by id, the messages are fetched at once."""
    wanted = {id for one in judged for id in (one.citation.message, *one.citation.copies[:COPIES]) if id}
    here = {message.id: message for message in engine().messages(id for id in wanted if not id.startswith("g"))}
    return [
        _told(number, one, articles[one.citation.article], here)
        for number, one in enumerate(judged, first) if one.citation.article in articles
    ]  # fmt: skip


def _told(number: int, judged: Judged, article: Article, here: Mapping[str, Message]) -> Told:
    citation = judged.citation
    message = here.get(citation.message)
    text = message.text if message else ""
    matches = citation.matches[:MATCHES] or whole(citation, article.text, text)
    left, right = sides(article.text, text, matches)
    words = None
    if message:
        words = excerpt(text, citation.span, right) if citation.span else beginning(message)
    return Told(
        number=number, article=article_row(article), said=method_of(citation, article.text, left), judged=judged,
        message=message_row(message) if message else ghost(citation.message),
        passage=excerpt(article.text, citation.passage, left), words=words,
        copies=others(message, [here[id] for id in citation.copies[:COPIES] if id in here]),
    )  # fmt: skip


def others(message: Message | None, copies: Iterable[Message]) -> tuple[MessageRow, ...]:
    """Mails that have the words too, each once however many copies of it are here, without the message's own."""

    def key(mail: Message) -> tuple[object, ...]:
        return mail.from_[0].address.lower() if mail.from_ else "", mail.date, mail.subject

    found = {key(mail): mail for mail in reversed(list(copies))}
    return tuple(message_row(mail) for name, mail in reversed(found.items()) if not message or name != key(message))


def whole(citation: Citation, article: str, message: str) -> tuple[Match, ...]:
    """The match of a citation without any, where both sides are the same words: as a person has marked them."""
    if not citation.span or citation.span.start == citation.span.end:
        return ()
    left, right = citation.passage, citation.span
    same = article[left.start : left.end].split() == message[right.start : right.end].split()
    return (Match(article=left, message=right),) if same else ()


def beginning(message: Message) -> Excerpt:
    """The first of a message's own words: what is shown where none in particular are cited."""
    own = next((part for part in message.segments if part.kind == "own" and
                message.text[part.start : part.end].strip()), None)  # fmt: skip
    start, end = (own.start, own.end) if own else (0, len(message.text))
    cut = opening(message.text[start:end])
    return Excerpt(text=cut.text, start=cut.start + start, after=cut.after)


def ghost(id: str) -> MessageRow | None:
    """The row of a mail that others refer to but that is not here; None for one that nobody knows."""
    try:
        return engine().row(id) if id else None
    except NotFound:
        return None


def articles_of(judged: Iterable[Judged]) -> dict[str, Article]:
    """The articles of citations by id; one that was removed meanwhile is left out."""
    found: dict[str, Article] = {}
    for id in dict.fromkeys(one.citation.article for one in judged):
        try:
            found[id] = shelf().article(id)
        except NotFound:
            continue
    return found


def cited_by(id: str, most: int) -> tuple[list[Told], int]:
    """The citations of a message and its copies, those shown before those to be confirmed, and how many there are."""
    judged = shelf().cited_by([id]).get(id, [])
    ordered = sorted(judged, key=lambda one: one.tier != "shown")[:most]
    return tell(ordered, articles_of(ordered)), len(judged)


def footnotes(told: Iterable[Told], message: Message) -> tuple[Footnote, ...]:
    """Where a message's text has the words that are cited, of itself or of a copy."""
    found = []
    for one in told:
        span = one.citation.span
        if span and one.citation.message != message.id:
            span = same_place(one.words, message.text)
        if span and span.start < span.end:
            found.append(Footnote(span.start, span.end, one.number))
    return tuple(found)


def same_place(words: Excerpt | None, text: str) -> Span | None:
    """Where a text has the words that are cited of another copy; None if it has not, letter by letter."""
    cited = words.text[slice(*words.cited)] if words else ""
    at = text.find(cited) if cited.strip() else -1
    return Span(at, at + len(cited)) if at >= 0 else None
