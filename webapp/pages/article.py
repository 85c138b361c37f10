"""`/a/<id>`: an article: what it cites, passage by passage, beside the messages; the original, and what proves it."""

from flask import Blueprint
from msgspec import Struct
from werkzeug.wrappers import Response

from mappings.articles import WITHOUT_LANGUAGES, Article, ArticleRow, Capture, CitedState
from search.errors import NotFound
from search.shelved import row as article_row
from webapp.answers import answer
from webapp.citations import Told, tell
from webapp.context import shelf, site
from webapp.formats import SHORT
from webapp.marks import Footnote
from webapp.operations import BYTES, operation
from webapp.pages.part import download

pages = Blueprint("article", __name__)
SHOWN = 200  # citations on the page of one article


class ArticlePage(Struct, frozen=True, kw_only=True):
    """An article. Its text is whole only where the operator says so; its words stand in the citations."""

    article: ArticleRow
    addresses: tuple[str, ...]
    captures: tuple[Capture, ...]
    kept: bool  # the captures can be had here
    notes: tuple[str, ...]
    matched: CitedState | None  # when it was looked for what it cites; None if it was not yet
    length: int  # of its text, code points
    text: str  # "" unless it may be shown whole
    citations: tuple[Told, ...]  # shown, and to be confirmed, in the article's order
    more: int  # citations beyond those listed
    silent: tuple[Told, ...]  # looked at and not held for citations; only where people decide on them

    @property
    def without_languages(self) -> bool:
        """Whether no translations were looked for."""
        return self.matched is not None and self.matched.model.endswith(WITHOUT_LANGUAGES)

    @property
    def shown(self) -> list[Told]:
        """What it cites."""
        return [one for one in self.citations if one.judged.tier == "shown"]

    @property
    def probable(self) -> list[Told]:
        """What it may cite."""
        return [one for one in self.citations if one.judged.tier == "probable"]

    @property
    def footnotes(self) -> list[Footnote]:
        """Where the text, if it is whole, has the words that cite."""
        return [Footnote(one.citation.passage.start, one.citation.passage.end, one.number) for one in self.shown]


@pages.get("/a/<article:id>")
@pages.get("/a/<article:id>.json", endpoint="json")
@operation("an article: its passages beside the mails that they cite", ArticlePage)
def article(id: str) -> Response:
    """The article; NotFound."""
    full = shelf().article(id)
    return answer("article.html", page(full))


def page(full: Article) -> ArticlePage:
    """All that its page shows."""
    judged = shelf().cites(full.id)
    listed = [one for one in judged if one.tier != "silent"]
    silent = [one for one in judged if one.tier == "silent"] if site().writable else []
    told = tell(listed[:SHOWN], {full.id: full})
    whole = shelf().settings().whole
    return ArticlePage(
        article=article_row(full), addresses=full.addresses, captures=full.captures, kept=whole, notes=full.notes,
        matched=shelf().cited_state(full.id), length=len(full.text), text=full.text if whole else "",
        citations=tuple(told), more=max(0, len(listed) - SHOWN),
        silent=tuple(tell(silent[:SHOWN], {full.id: full}, first=len(told) + 1)),
    )  # fmt: skip


@pages.get("/a/<article:id>/capture/<digest:sha256>")
@operation("its bytes as they were read, where the site gives them away", BYTES)
def capture(id: str, sha256: str) -> Response:
    """The bytes of an article as they were read, to be saved; only where its whole text may be shown."""
    full = shelf().article(id)
    if not shelf().settings().whole or all(one.sha256 != sha256 for one in full.captures):
        raise NotFound("This site gives away no copies of articles.")
    kept, data = shelf().capture(sha256)
    return download(data, f"{full.id[:SHORT]}-{kept.at}.{kept.ending}", BYTES)
