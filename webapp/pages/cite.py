"""`/cite`: a citation added by hand: an article and a message as they are pasted, the words marked on both sides."""

import re
import time
from urllib.parse import urlsplit

from flask import Blueprint, redirect, request
from msgspec import Struct
from msgspec.structs import replace
from werkzeug.wrappers import Response

from mappings.articles import Article, ArticleRow, Span, Verdict
from mappings.records import Message, MessageRow
from search.article_keys import address_key
from search.errors import NotFound, QueryError
from search.parse import parse
from search.shelved import row as article_row
from webapp import writing
from webapp.answers import answer
from webapp.citations import message_row
from webapp.context import engine, shelf, site, text_value
from webapp.formats import SHORT, article_link
from webapp.operations import operation, text
from webapp.pages.review import keep
from webapp.places import find_words
from webapp.text import plain

pages = Blueprint("cite", __name__)
SHOWN = 200_000  # code points of a text that can be marked here
CHOICES = 20  # messages that a number may mean
ID = re.compile(r"[0-9a-f]{8,64}")
OURS = re.compile(r"/(?P<kind>[am])/(?P<id>[0-9a-f]{8,64})(?:[./]|\Z)")


class CitePage(Struct, frozen=True, kw_only=True):
    """What was pasted, what it was found to be, and what is still to be done; `problem` says what can't be found."""

    article_typed: str
    message_typed: str
    article: ArticleRow | None = None
    article_text: str = ""
    message: MessageRow | None = None
    message_text: str = ""
    choices: tuple[MessageRow, ...] = ()
    problem: str = ""
    article_words: str = ""
    message_words: str = ""
    writable: bool = False


@pages.get("/cite")
@pages.get("/cite.json", endpoint="json")
@operation("a citation added by hand", CitePage, text("article", "its address or id"),
           text("message", "an address, id or number"))  # fmt: skip
def form() -> Response:
    """The form, with both texts once both are known."""
    return answer("cite.html", filled(text_value("article"), text_value("message"))[0])


@pages.post("/cite")
@operation("stores it", None, form=(
    *writing.FORM, text("article", required=True), text("message", required=True),
    text("article_words", "the words that cite", 20_000, required=True), text("article_at", longest=12),
    text("message_words", "the words cited", 20_000), text("message_at", longest=12),
), leads="to the article's page")
def add() -> Response:
    """Stores the citation as a person's word, and leads to it on the article's page."""
    writing.check()
    typed = writing.field("article"), writing.field("message")
    made, article, message = filled(*typed)
    words = writing.field("article_words", 20_000), writing.field("message_words", 20_000)
    by, note = writing.decider(), writing.field("note", 500)
    if article is None or message is None:
        return answer("cite.html", made, 400)
    passage = find_words(plain(article.text), words[0], near("article_at"))
    span = find_words(plain(message.text), words[1], near("message_at"))
    if problem := missing(words, passage, span):
        again = replace(made, problem=problem, article_words=words[0], message_words=words[1])
        return answer("cite.html", again, 400)
    keep(Verdict(article=article.id, message=message.id, cites=True, by=by, at=int(time.time()), note=note,
                 passage=passage, span=span))  # fmt: skip
    return redirect(f"{article_link(article.id)}#of-{message.id[:SHORT]}", 303)


def missing(words: tuple[str, str], passage: Span | None, span: Span | None) -> str:
    """What is to be said of words that were not found."""
    if not words[0]:
        return "Which words of the article cite the message? Mark or paste them."
    if passage is None:
        return "These words are not in the article as it is kept here."
    if words[1] and span is None:
        return "These words are not in the message."
    return ""


def near(name: str) -> int | None:
    """Where a script saw the selection begin; it only tells equal words apart."""
    value = writing.field(name, 12)
    return int(value) if value.isascii() and value.isdigit() else None


def filled(article_typed: str, message_typed: str) -> tuple[CitePage, Article | None, Message | None]:
    """The page for what was pasted, with the article and the message, if they are here."""
    made = CitePage(article_typed=article_typed, message_typed=message_typed, writable=site().writable)
    article, message, problems = None, None, []
    if article_typed:
        try:
            article = find_article(article_typed)
        except NotFound as error:
            problems.append(str(error))
    if message_typed:
        found = find_messages(message_typed)
        if len(found) == 1:
            message = engine().message(found[0])
        elif found:
            made = replace(made, choices=tuple(engine().row(id) for id in found[:CHOICES]))
        else:
            problems.append(f"No message here is called “{message_typed}”.")
    if article and site().writable:  # its whole text: the site was served to people who decide
        made = replace(made, article_text=article.text[:SHOWN])
    return replace(
        made, article=article_row(article) if article else None, message=message_row(message) if message else None,
        message_text=message.text[:SHOWN] if message else "", problem=" ".join(problems),
    ), article, message  # fmt: skip


def parted(pasted: str) -> tuple[str, str]:
    """Host and path of what was pasted, if it is an address."""
    try:
        parts = urlsplit(pasted)
    except ValueError:
        return "", pasted
    return parts.netloc, parts.path


def ours(pasted: str, kind: str) -> str:
    """The id in an address of this site's own pages; "" for any other."""
    host, path = parted(pasted)
    match = OURS.match(path.removeprefix(request.script_root)) if host in ("", request.host) else None
    return match["id"] if match and match["kind"] == kind else ""


def find_article(pasted: str) -> Article:
    """An article by its id, its page here, or its address; NotFound."""
    id = ours(pasted, "a") or (pasted if ID.fullmatch(pasted) else "")
    id = id or shelf().article_at(address_key(pasted), "")
    if not id:
        raise NotFound(f"The article {pasted} is not here yet: unsealed cite {pasted} --fetch brings it in.")
    return shelf().article(id)


def find_messages(pasted: str) -> list[str]:
    """Ids of the messages that an id, a page here, a published number or address, or a Message-ID may mean."""
    id = ours(pasted, "m") or (pasted if ID.fullmatch(pasted) else "")
    if id:
        try:
            return [engine().message(id).id]
        except NotFound:
            if not ID.fullmatch(pasted):
                return []
    last = parted(pasted)[1].rstrip("/").rpartition("/")[2] if "://" in pasted else pasted.strip("<>")
    last = last.replace('"', "").strip()
    found: list[str] = []
    for field in ("number", "id") if "@" not in last else ("id",):
        try:
            query = parse(f'{field}:"{last}"')
        except QueryError:
            continue
        found += [hit.row.id for hit in engine().search(query, limit=CHOICES, facets=False).hits if not hit.row.ghost]
    return list(dict.fromkeys(found))


