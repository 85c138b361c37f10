"""The citations as a table (`/citations.csv`) and as a feed of the newest ones (`/citations.atom`, RFC 4287)."""

from collections.abc import Iterator

from flask import Blueprint, request
from werkzeug.wrappers import Response

from mappings.articles import Judged
from search.errors import NotFound
from webapp.citations import Told, articles_of, fact_words, tell
from webapp.context import shelf, site
from webapp.feeds import feed
from webapp.formats import SHORT, article_link, machine_date, message_link
from webapp.operations import FEED, TABLE, operation
from webapp.tables import table

pages = Blueprint("citations", __name__)
NEWEST = 50  # entries of the feed
COLUMNS = (
    "article", "article's page", "address", "title", "outlet", "date", "language", "message", "message's page",
    "named", "collection", "number", "subject", "message's date", "method", "tier", "probability",
    "words of the article", "words of the message", "conflicts", "decided", "by", "at",
)  # fmt: skip


@pages.get("/citations.csv")
@operation("all citations as a table", TABLE)
def as_table() -> Response:
    """All citations that are shown or to be confirmed, by article."""
    return table("citations.csv", COLUMNS, (cells(one) for one in every()))


def every() -> Iterator[Told]:
    """Every citation but the silent ones, one article after the other."""
    for id in shelf().article_ids():
        try:
            judged = [one for one in shelf().cites(id) if one.tier != "silent"]
        except NotFound:  # removed meanwhile
            continue
        yield from tell(judged, articles_of(judged))


def cells(told: Told) -> tuple[str | int | float, ...]:
    """A citation as a line of the table."""
    article, citation, message, verdict = told.article, told.citation, told.message, told.judged.verdict
    conflicts = "; ".join(map(fact_words, told.conflicting))
    root = request.host_url.rstrip("/")
    return (
        article.id, root + article_link(article.id), article.address, article.title, article.outlet, article.date,
        article.lang, citation.message, root + message_link(citation.message) if citation.message else "",
        citation.named, citation.collection, citation.number, message.subject if message else "",
        machine_date(message.date) if message else "", told.said, told.judged.tier, round(citation.probability, 4),
        told.passage.text[slice(*told.passage.cited)], told.words.text[slice(*told.words.cited)] if told.words else "",
        conflicts, {None: "", True: "yes", False: "no"}[verdict.cites if verdict else None],
        verdict.by if verdict else "", machine_date(verdict.at) if verdict else "",
    )  # fmt: skip


@pages.get("/citations.atom", endpoint="feed")
@operation("the newest citations as a feed", FEED)
def as_feed() -> Response:
    """The citations that were found or confirmed last."""
    judged = shelf().newest_citations(NEWEST)
    told = tell(judged, articles_of(judged))
    last = max(map(found_at, judged), default=0)
    return feed("citations.xml", title=site().title, told=told, last=last, found_at=found_at, short=SHORT)


def found_at(one: Judged) -> int:
    """When a citation was confirmed, or else found."""
    return one.verdict.at if one.verdict and one.verdict.cites else one.citation.at
