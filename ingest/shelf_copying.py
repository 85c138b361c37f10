"""Articles, citations, verdicts and settings from one corpus into another, once its messages are there."""

from collections.abc import Mapping

from msgspec.structs import replace

from ingest.progress import Progress
from mappings.articles import Article, Citation, CitedState, Judged, Verdict
from search.engine import Engine, Writer
from search.errors import SearchError
from search.persons import NAME as PEOPLE

# These note up to which message they were drawn, and every corpus counts its messages by itself.
COUNTED = ("citations-lexicon", "citations-people")


def copy_shelf(source: Engine, target: Engine, writer: Writer, progress: Progress) -> int:
    """Stores all articles of `source` with what is known of them; how many there were."""
    ids: dict[str, str] = {}
    for id in source.article_ids():
        article = source.article(id)
        ids[id] = writer.keep_article(article, _bodies(source, article, progress))
        if not len(ids) % 100:
            progress.phase(f"{len(ids):,} articles copied")
    if not ids and not source.derived_names():
        return 0
    writer.set_settings(source.settings())
    whole, newest = source.newest(), target.newest()
    for old, new in ids.items():
        state = source.cited_state(old)
        found = source.cites(old)
        if state is not None or found:
            upto = newest if state and state.upto >= whole else 0
            writer.keep_citations(
                replace(state or CitedState(article=new), article=new, upto=upto), _found(found, new)
            )  # fmt: skip
    writer.judge(_verdicts(source, ids))
    for name in source.derived_names():
        if name == PEOPLE:
            continue  # drawn anew from the mails that the other corpus has
        if name not in COUNTED or whole == newest:
            writer.keep_derived(name, source.derived(name) or b"")
    return len(ids)


def _bodies(source: Engine, article: Article, progress: Progress) -> dict[str, bytes]:
    """The bytes of an article's captures, those that are as they were."""
    found = {}
    for capture in article.captures:
        try:
            found[capture.sha256] = source.capture(capture.sha256)[1]
        except SearchError as error:
            progress.say(f"The capture {capture.sha256[:16]} is left out: {error}")
    return found


def _found(judged: list[Judged], article: str) -> list[Citation]:
    return [replace(one.citation, article=article) for one in judged if one.citation.method != "hand"]


def _verdicts(source: Engine, ids: Mapping[str, str]) -> list[Verdict]:
    return [replace(one, article=ids.get(one.article, one.article)) for one in source.verdicts()]
