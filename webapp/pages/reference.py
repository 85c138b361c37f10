"""`/m/<id>/reference`: how to cite a message, or words of it, in texts and in programs that keep references."""

from flask import Blueprint, request
from msgspec import Struct
from werkzeug.wrappers import Response

from mappings.records import Message, MessageRow
from mappings.sources import Published, published
from webapp.answers import answer
from webapp.context import engine, text_value
from webapp.operations import operation, text
from webapp.passages import address, anchored, finder, holds
from webapp.references import Reference, reference

pages = Blueprint("reference", __name__)
pages.add_app_template_global(finder, "words_finder")
pages.add_app_template_filter(anchored)


class ReferencePage(Struct, frozen=True, kw_only=True):
    """A reference; `words` are those of the message that it quotes, `missing` says that it has no such words."""

    row: MessageRow
    page: str  # the whole address that it gives
    reference: Reference
    words: str = ""
    missing: bool = False


@pages.get("/m/<mail:id>/reference")
@pages.get("/m/<mail:id>/reference.json", endpoint="json")
@operation("how to cite it", ReferencePage, text("words", "of it that are cited, too"))
def page(id: str) -> Response:
    """The page."""
    message = engine().message(id)
    words = " ".join(text_value("words").split())
    missing = bool(words) and not holds(message.text, words) and not holds(message.subject, words)
    quoted = "" if missing else words
    made = forms(message, published(engine().places(message.id), engine().sources()), quoted)
    return answer("reference.html", ReferencePage(
        row=engine().row(message.id), page=address(root(), message.id, quoted), reference=made, words=words,
        missing=missing,
    ))  # fmt: skip


@pages.app_template_global()
def forms(message: Message, at: tuple[Published, ...], words: str = "") -> Reference:
    """All forms of a reference to a message of this site."""
    return reference(message, at, address(root(), message.id, words), words)


def root() -> str:
    """The site's address, as the reader has it."""
    return request.url_root.rstrip("/")
