"""The loop that matches articles against the mail: each that was not matched yet, or for which there is new mail."""

import time
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Protocol

from msgspec import Struct

from ingest.articles.ledger import Ledger
from ingest.articles.pieces import Problem
from ingest.progress import Progress
from mappings.articles import Article, Citation, CitedState, Settings
from search.engine import Engine, Writer
from search.errors import SearchError

MATCHING = "matching"  # the code of failures


class Finds(Protocol):
    """As much of a matcher as this loop needs."""

    @property
    def model(self) -> str:
        """Name of the weights."""

    @property
    def lacks(self) -> Sequence[str]:
        """Sentences on what is missing."""

    def cite(self, article: Article, *, since: int = 0) -> list[Citation]:
        """What an article cites, of the messages that came in after `since`."""


class Matched(Struct, kw_only=True):
    """What became of articles: all = matched + unchanged + failed, as far as it was not interrupted."""

    articles: int = 0
    matched: int = 0
    unchanged: int = 0  # matched before, and nothing new since
    failed: int = 0
    shown: int = 0  # citations that were found in this run, by tier
    probable: int = 0
    silent: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    lacks: tuple[str, ...] = ()


def text_hash(article: Article) -> str:
    """What tells whether an article's text is the one that was matched."""
    return sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest()


def match(
    engine: Engine, writer: Writer, matcher: Finds, *, again: bool = False, only: Iterable[str] | None = None,
    progress: Progress | None = None, stop: Callable[[], object] = bool,
) -> Matched:  # fmt: skip
    """Matches the articles (`only` these) and stores what they cite. `again` matches all anew, against all mail."""
    progress = progress or Progress()
    began = time.monotonic()
    found = Matched(lacks=tuple(matcher.lacks))
    settings, newest = engine.settings(), engine.newest()
    ledger = Ledger(engine, writer)
    ids = list(dict.fromkeys(only)) if only is not None else list(engine.article_ids())
    progress.start(len(ids))
    for id in ids:
        if stop():
            found.interrupted = True
            break
        found.articles += 1
        article = engine.article(id)
        since, add = _since(engine, article, matcher.model, newest, again)
        if since < 0:
            found.unchanged += 1
        else:
            _match(writer, matcher, article, since, add, newest, found, settings, ledger)
        words = f"{found.articles:,} of {len(ids):,}, {found.shown:,} citations, {found.probable:,} to be confirmed"
        progress.step("matching articles", found.articles, words)
    if found.matched:
        progress.phase("indexing")
        writer.index(wait=True)
    found.seconds = time.monotonic() - began
    return found


def _since(engine: Engine, article: Article, model: str, newest: int, again: bool) -> tuple[int, bool]:
    """(the message after which matching begins, whether what was found before stays); -1 for nothing to do.

    An article that cites what was not here is matched with all mail again: the message may have come in.
    """
    state = None if again else engine.cited_state(article.id)
    if state is None or state.model != model or state.text != text_hash(article):
        return 0, False
    if state.upto >= newest:
        return -1, True
    absent = any(not one.citation.here for one in engine.cites(article.id))
    return (0, False) if absent else (state.upto, True)


def _match(
    writer: Writer, matcher: Finds, article: Article, since: int, add: bool, newest: int, found: Matched,
    settings: Settings, ledger: Ledger,
) -> None:  # fmt: skip
    try:
        citations = matcher.cite(article, since=since) if article.text else []
    except SearchError:
        raise
    except Exception as error:  # one article's; the others go on, and the next run tries it again
        place = article.captures[-1].source if article.captures else article.address or article.id
        reason = f"It could not be matched ({type(error).__name__}: {str(error)[:200]})."
        ledger.failed(ledger.begin(place), Problem(code=MATCHING, reason=reason))
        found.failed += 1
        return
    kept = [one for one in citations if one.probability >= settings.kept]
    state = CitedState(article=article.id, text=text_hash(article), model=matcher.model, upto=newest,
                       at=int(time.time()))  # fmt: skip
    writer.keep_citations(state, kept, add=add)
    found.matched += 1
    for one in kept:
        if one.probability >= settings.shown:
            found.shown += 1
        elif one.probability >= settings.probable:
            found.probable += 1
        else:
            found.silent += 1


def opened(engine: Engine, writer: Writer, progress: Progress) -> Finds:
    """The matcher of a corpus, with what new mail adds to it."""
    from ingest.citations.matcher import Matcher

    return Matcher.open(engine, writer=writer, progress=progress)


def learnt(engine: Engine, writer: Writer, matcher: Finds) -> tuple[Finds, str]:
    """A matcher that has learnt from what people decided, and a sentence on that; the same one where nothing is."""
    from ingest.citations import Matcher, retrain

    result = retrain(engine, writer)
    if not result.model:
        return matcher, f"There was nothing to learn from {result.verdicts:,} verdicts."
    return Matcher.open(engine), f"Learnt from {result.verdicts:,} verdicts on {result.tried:,} findings."
