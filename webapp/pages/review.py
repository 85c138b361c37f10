"""`/review`: probable citations one by one, decided by people; `/review/verdicts`: all that was decided."""

import time

from flask import Blueprint, redirect
from msgspec import Struct
from werkzeug.wrappers import Response

from mappings.articles import Article, ArticleRow, Judged, Verdict
from mappings.records import MessageRow
from search.engine import Writer
from search.errors import NotFound
from search.shelved import row as article_row
from webapp import writing
from webapp.answers import answer
from webapp.citations import Told, articles_of, ghost, message_row, tell
from webapp.context import BadValue, engine, shelf, site, text_value, whole_number
from webapp.formats import date, link
from webapp.operations import number, one_of, operation, text

pages = Blueprint("review", __name__)
LISTED = 50  # verdicts on one page
KEYS = {"yes": True, "no": False}


class Decided(Struct, frozen=True, kw_only=True):
    """A verdict with what it is about; the article or message is None where it is gone, or was never here."""

    verdict: Verdict
    article: ArticleRow | None
    message: MessageRow | None


class ReviewPage(Struct, frozen=True, kw_only=True):
    """The next citation to decide on, if there is one: its place in the order, and how many there are."""

    left: int
    place: str
    after: str
    told: Told | None
    done: Decided | None  # what was decided just now
    writable: bool


class VerdictsPage(Struct, frozen=True, kw_only=True):
    """A page of what people decided, the latest first."""

    total: int
    page: int
    pages: int
    verdicts: tuple[Decided, ...]
    writable: bool


@pages.get("/review")
@pages.get("/review.json", endpoint="json")
@operation("probable citations, one by one, to say yes or no to", ReviewPage, text("after", "goes on there", 1000),
           text("article", "what was decided just now", 64), text("message"))  # fmt: skip
def review() -> Response:
    """The next probable citation that nobody has decided on."""
    after = text_value("after", 1000)
    left, found = shelf().review(after=after, limit=1)
    told = tell([found[0][1]], articles_of([found[0][1]])) if found else []
    return answer(
        "review.html",
        ReviewPage(
            left=left, place=found[0][0] if found else "", after=after, told=told[0] if told else None,
            done=decided_now(text_value("article", 64), text_value("message")), writable=site().writable,
        ),
    )  # fmt: skip


def decided_now(article: str, message: str) -> Decided | None:
    """The verdict on an article and a message, if it still stands."""
    if not article:
        return None
    found = [one for one in shelf().verdicts() if one.article == article and one.message == message]
    return decided(found[:1])[0] if found else None


@pages.get("/review/verdicts")
@pages.get("/review/verdicts.json", endpoint="verdicts_json")
@operation("what people decided", VerdictsPage, number("page"))
def verdicts() -> Response:
    """All verdicts."""
    found = sorted(shelf().verdicts(), key=lambda one: (-one.at, one.article, one.message))
    last = max(1, -(-len(found) // LISTED))
    number = whole_number("page", 1, 1, last)
    shown = decided(found[(number - 1) * LISTED : number * LISTED])
    return answer("verdicts.html", VerdictsPage(total=len(found), page=number, pages=last, verdicts=tuple(shown),
                                                writable=site().writable))  # fmt: skip


def decided(found: list[Verdict]) -> list[Decided]:
    """Verdicts with what they are about."""
    articles: dict[str, Article] = {}
    for one in found:
        try:
            articles[one.article] = shelf().article(one.article)
        except NotFound:
            continue
    ids = {one.message for one in found if len(one.message) == 64}
    mails = {mail.id: message_row(mail) for mail in engine().messages(ids)}
    return [
        Decided(
            verdict=one, article=article_row(articles[one.article]) if one.article in articles else None,
            message=mails.get(one.message) or (ghost(one.message) if one.message.startswith("g") else None),
        )
        for one in found
    ]  # fmt: skip


@pages.post("/review")
@operation("stores a decision, or takes it back", None, form=(
    *writing.FORM, text("article", longest=64, required=True), text("message", required=True),
    one_of("decision", (*KEYS, "undo"), required=True), text("after", longest=1000),
), statuses=(404, 409))
def decide() -> Response:
    """Stores a yes or a no, or takes one back; leads back to where the form was."""
    writing.check()
    article, message = writing.field("article", 64), writing.field("message")
    what = writing.field("decision", 10)
    by, note = writing.decider(), writing.field("note", 500)
    if what == "undo":
        writing.store(lambda writer: writer.unjudge(article, message))
        return redirect(writing.back(link("/review")), 303)
    if what not in KEYS:
        raise BadValue(f"A decision is yes, no or undo, not “{what}”.")
    known = citation_of(article, message)
    if known is None:
        raise NotFound("No run has found this citation; it may have been removed meanwhile.")
    earlier = known.verdict
    if earlier and earlier.cites != KEYS[what]:
        said = "confirmed" if earlier.cites else "rejected"
        raise writing.Decided(f"{earlier.by or 'Somebody'} {said} this citation, {date(earlier.at)}.")
    if earlier:  # of two who say the same the first stands
        return redirect(writing.back(link_after(article, message)), 303)
    verdict = Verdict(
        article=article, message=message, cites=KEYS[what], by=by, at=int(time.time()), note=note
    )
    keep(verdict)
    return redirect(writing.back(link_after(article, message)), 303)


def keep(verdict: Verdict) -> None:
    """Stores one verdict, searchable at once."""

    def write(writer: Writer) -> None:
        writer.judge([verdict])

    writing.store(write)


def citation_of(article: str, message: str) -> Judged | None:
    """A citation by what verdicts go by; NotFound without the article."""
    for one in shelf().cites(article):
        if message in (one.citation.key[1], one.verdict.message if one.verdict else ""):
            return one
    return None


def link_after(article: str, message: str) -> str:
    """The next one to decide on, after this."""
    return link("/review", article=article, message=message, after=writing.field("after", 1000))
