"""`/searches`: searches that people keep, and what came in since they looked; feeds of what comes in (RFC 4287)."""

import time

from flask import Blueprint, redirect, request
from msgspec import Struct
from msgspec.structs import replace
from werkzeug.wrappers import Response

from mappings.saved import Saved
from search.errors import BadMark, QueryError
from search.parse import parse
from search.saving import LONGEST_NAME, Intake, counted, keep
from webapp import writing
from webapp.answers import answer
from webapp.context import BadValue, engine, site, text_value
from webapp.feeds import feed
from webapp.formats import link
from webapp.operations import FEED, one_of, operation, text

pages = Blueprint("searches", __name__)
NEWEST = 50  # entries of a feed
DEEDS = ("save", "seen", "remove")
FORM = (
    *writing.FORM, one_of("do", DEEDS, "keeps a search, says that it was looked through, forgets it", required=True),
    text("name", "of the search", LONGEST_NAME), text("q", "the query"), text("id", "of a saved search", 12),
)  # fmt: skip


class SavedRow(Struct, frozen=True, kw_only=True):
    """A saved search with how many messages it finds, and how many came in since it was looked through; `error` says
    why its query can't be read any more."""

    saved: Saved
    total: int = 0
    new: int = 0
    error: str = ""


class SearchesPage(Struct, frozen=True, kw_only=True):
    """The saved searches; `shown` is False where this site shows none."""

    rows: tuple[SavedRow, ...]
    shown: bool


@pages.get("/searches")
@pages.get("/searches.json", endpoint="json")
@operation("saved searches, and what is new in them", SearchesPage)
def listed() -> Response:
    """The list."""
    rows = tuple(row(one) for one in engine().searches())
    return answer("searches.html", SearchesPage(rows=rows, shown=site().marks))


def row(saved: Saved) -> SavedRow:
    """A saved search with its counts."""
    try:
        total, new = counted(engine(), saved)
    except QueryError as error:
        return SavedRow(saved=saved, error=str(error))
    return SavedRow(saved=saved, total=total, new=new)


@pages.post("/searches")
@operation("keeps a search, says that it was looked through, forgets it", None, form=FORM, leads="to the list")
def act() -> Response:
    """Does what a form asks for."""
    writing.check()
    by, deed, id = writing.decider(), writing.field("do", 20), writing.field("id", 12)
    if deed not in DEEDS:
        raise BadValue(f"“do” is one of {', '.join(DEEDS)}, not “{deed}”.")
    if deed == "save":
        try:
            keep(engine(), writing.field("name", LONGEST_NAME), writing.field("q"), by)
        except BadMark as error:
            raise BadValue(str(error)) from None
    elif deed == "seen":
        seen = replace(engine().saved(id), seen=engine().newest(), seen_at=int(time.time()))
        engine().put_searches([seen])
    else:
        engine().drop_search(id)
    return redirect(link("/searches"), 303)


@pages.get("/searches/<id>.atom")
@operation("what came in last of a saved search, as a feed", FEED)
def saved_feed(id: str) -> Response:
    """The feed of a saved search; NotFound."""
    saved = engine().saved(id)
    intake = engine().taken_in(parse(saved.query), limit=NEWEST)
    return as_feed(saved.name, f"/searches/{saved.id}.atom", saved.query, intake)


@pages.get("/feed.atom")
@operation("what came in last of what a search finds, as a feed", FEED, text("q", "the query"))
def search_feed() -> Response:
    """The feed of any search."""
    query = parse(text_value("q"))
    path = link("/feed.atom", q=query.text).removeprefix(request.script_root)
    return as_feed(query.text or "All messages", path, query.text, engine().taken_in(query, limit=NEWEST))


def as_feed(title: str, path: str, q: str, intake: Intake) -> Response:
    """What came in last, as a feed."""
    root = request.url_root.rstrip("/")
    page = link("/", q=q).removeprefix(request.script_root)
    updated = max((one.at for one in intake.taken), default=0)
    return feed("feed.xml", title=title, address=root + path, page=root + page, intake=intake, updated=updated)
