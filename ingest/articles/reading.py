"""A piece -> an Article: text, passages, links, language, what the page and others say about it, its bytes."""

import hashlib
import re
import time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from msgspec import MsgspecError, json

from ingest.articles import texts
from ingest.articles.drawn import Drawn
from ingest.articles.pieces import NotReadable, Piece, Told
from ingest.articles.when import iso_date
from ingest.citations.passages import passages
from ingest.extraction import Job, Limits
from ingest.extraction.keeper import Keeper
from ingest.language import language
from ingest.processes import command
from mappings.articles import Article, Capture, Link
from search.article_keys import address_key, article_id

LIMITS = Limits(seconds=30.0, memory=1200)
COMMAND = command("ingest.articles.worker")
NOT_FETCHED = "Known by its address alone: its text was not fetched."
BRIEF = "A summary: its page was not fetched."
_WEB = re.compile(r"https?://[^\s/?#]", re.I)
_LANG = re.compile(r"[A-Za-z]{2}(?![A-Za-z])")
_WORDS = 3  # fewer are no article's text


class Reader:
    """Reads pieces; pages and documents in a process of their own that is killed when it hangs. A context manager."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._keeper = Keeper(limits, COMMAND)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keeper.close()

    def article(self, piece: Piece, source: str) -> Article:
        """The article that a piece is, with the capture of its bytes; `source` is the file or address. NotReadable."""
        found = self._drawn(piece)
        if len(found.text.split()) < _WORDS and piece.kind != "address":
            raise NotReadable("no-text", "There is no text in it.")
        if piece.kind == "address":
            found.notes = (NOT_FETCHED,)
        elif piece.note or piece.brief:
            found.notes = (*found.notes, piece.note or BRIEF)
        return _article(piece, found, source)

    def _drawn(self, piece: Piece) -> Drawn:
        told = piece.told
        if piece.kind == "address":
            return Drawn()
        if piece.kind == "text":
            return texts.read_text(piece.data, piece.charset)
        if piece.kind == "row":
            text = texts.normal(told.text)
            return Drawn(title=texts.title_of(text), text=text, links=texts.with_bare(text, ()))
        data = told.html.encode("utf-8", "replace") if piece.kind == "fragment" else piece.data
        name = told.file if piece.kind == "document" else told.address
        answer = self._keeper.read(Job(data, name, f"{piece.kind} {piece.charset}"))
        if answer.state != "text":
            raise NotReadable(answer.code, answer.reason)
        try:
            found = json.decode(answer.text, type=Drawn)
        except MsgspecError:
            raise NotReadable("crashed", "Its reader gave back rubbish.") from None
        found.links = texts.with_bare(found.text, found.links)
        return found


def _article(piece: Piece, found: Drawn, source: str) -> Article:
    told = piece.told
    address, others = _addresses(told, found, piece.others)
    now = int(time.time())
    captures: tuple[Capture, ...] = ()
    if piece.data:
        digest = hashlib.sha256(piece.data).hexdigest()
        media = found.media or piece.media
        captures = (Capture(sha256=digest, size=len(piece.data), media=media, source=source, at=piece.at or now,
                            status=piece.status),)  # fmt: skip
    declared = _LANG.match(told.lang) or _LANG.match(found.lang)
    return Article(
        id=article_id(address, found.text), address=address, addresses=others, title=told.title or found.title,
        outlet=told.outlet or found.outlet or host(address), authors=told.authors or found.authors,
        date=iso_date(told.date) or found.date, lang=_lang(told, found.text, declared[0].lower() if declared else ""),
        text=found.text, passages=passages(found.text), links=_within(found.links, len(found.text)), captures=captures,
        notes=found.notes, added=now,
    )  # fmt: skip


def _lang(told: Told, text: str, declared: str) -> str:
    """The language that a table names, else the one the text is in, else the one declared."""
    if told.lang and declared:
        return declared
    return language(text) or declared


def _addresses(told: Told, found: Drawn, more: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The address of an article and the others that it was found at.

    A page is believed about its own address within its host, and where nothing else is known: no page takes the place
    of another site's article.
    """
    here = told.address if _WEB.match(told.address) else ""
    here = here or (found.saved if _WEB.match(found.saved) else "")
    own = found.address if _WEB.match(found.address) else ""
    if own and (not here or host(own) == host(here)):
        first, second = own, here
    else:
        first, second = here, ""
    others = dict.fromkeys(one for one in (second, *more) if one and one != first)
    key = address_key(first)
    return first, tuple(one for one in others if address_key(one) != key)


def _within(links: tuple[Link, ...], size: int) -> tuple[Link, ...]:
    return tuple(link for link in links if 0 <= link.start <= link.end <= size)


def is_whole(article: Article) -> bool:
    """Whether there is more of an article than an address or a summary."""
    return bool(article.text) and BRIEF not in article.notes


def host(address: str) -> str:
    """The host of an address, without `www.`; "" for none."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
