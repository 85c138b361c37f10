"""`/m/<id>`: a message, its text or HTML, its route and headers, and everything known of it."""

from typing import Literal, cast, get_args

from flask import Blueprint, redirect, request
from msgspec import Struct
from werkzeug.wrappers import Response

from mappings.records import File, Forensics, Message, MessageRow, Place, Thread
from mappings.signatures import UNSIGNED, Later, SealCheck, dkim_state
from mappings.sources import Published, published
from search.desk import Tag
from search.errors import NotFound
from webapp.answers import answer, wants_json
from webapp.citations import Told, cited_by, footnotes
from webapp.context import choice, engine, site, text_value
from webapp.desk import NOTHING, Marked, known_tags, marks_in
from webapp.formats import link, message_link, row_link, thread_link
from webapp.found import read_query
from webapp.html import steps
from webapp.marks import Footnote
from webapp.nearby import Among, Neighbours, in_conversation, in_result
from webapp.operations import flag, one_of, operation, text
from webapp.pages.file import files_of
from webapp.passages import holds

pages = Blueprint("message", __name__)
View = Literal["text", "html", "route"]
SHOWN = 200_000  # code points of text on the page unless all of it is asked for
CITED = 30  # citations of it on the page


class MessagePage(Struct, frozen=True, kw_only=True):
    """A message with all that is known of it."""

    message: Message
    row: MessageRow
    neighbours: Neighbours
    among: Among | None = None  # where it stands in what the search finds
    places: tuple[Place, ...]
    published: tuple[Published, ...] = ()
    copies: tuple[MessageRow, ...] = ()
    attached: tuple[MessageRow, ...] = ()
    carrier: MessageRow | None = None
    files: dict[str, File] = {}  # the attachments as files, by SHA-256, with the first lines of their texts
    view: View = "text"
    q: str = ""
    words: str = ""  # marked and led to
    whole: bool = False
    forensics: Forensics | None = None
    dkim: str = UNSIGNED  # the best state of its signatures
    seals: tuple[SealCheck, ...] = ()  # what the writer signed or encrypted, in the view of the route
    examined: Later | None = None  # the signatures with all there is to say
    cited: tuple[Told, ...] = ()  # by whom, those to be confirmed last
    cited_more: int = 0  # citations beyond those listed
    marks: Marked = NOTHING
    known_tags: tuple[Tag, ...] = ()

    @property
    def has_words(self) -> bool:
        """Whether the text or subject has the words that the address names."""
        return holds(self.message.text, self.words) or holds(self.message.subject, self.words)

    @property
    def footnotes(self) -> tuple[Footnote, ...]:
        """Where the text has the words that are cited."""
        return (*footnotes(self.cited, self.message), *self.marks.footnotes)

    @property
    def tall(self) -> int:
        """About how tall its HTML is, in steps."""
        return steps(self.message.text, sum(part.inline for part in self.message.attachments))

    @property
    def footed(self) -> set[int]:
        """The numbers of the citations whose words are marked in the text that is shown."""
        end = len(self.message.text) if self.whole else SHOWN
        return {one.number for one in self.footnotes if not one.note and self.view == "text" and one.start < end}


@pages.get("/m/<mail:id>")
@pages.get("/m/<mail:id>.json", endpoint="json")
@operation("a mail", MessagePage, one_of("view", get_args(View)), text("q", "marks words"),
           text("words", "marks these, and `#words` leads there"),
           flag("whole", "shows the longest text in full"), leads="to its conversation, if it is a ghost")  # fmt: skip
def message(id: str) -> Response:
    """The message, or for one that is not here its place in the conversation."""
    row = engine().row(id)
    if row.ghost:
        return redirect(link(f"/t/{row.thread or row.id}.json") if wants_json() else row_link(row), 302)
    full = engine().message(id)
    places = engine().places(full.id)
    q = text_value("q")
    view = cast(View, choice("view", get_args(View)) or "text")
    raw = engine().raw(full.id) if view == "route" else b""
    cited, all_cited = cited_by(full.id, CITED)
    return answer(
        "message.html",
        MessagePage(
            message=full, row=row, neighbours=in_conversation(engine(), thread_of(row), full, q),
            among=in_result(engine(), read_query(q), full),
            places=tuple(places), published=published(places, engine().sources()),
            copies=tuple(engine().copies(full.id)),
            attached=tuple(engine().attached(full.id)), carrier=carrier(full.carrier),
            files=files_of(full), view=view if view != "html" or full.html else "text", q=q,
            words=text_value("words"), whole=choice("whole", ("0", "1")) == "1",
            dkim=dkim_state(full.signatures),
            forensics=site().mail.forensics(raw) if view == "route" else None,
            seals=site().mail.seals(raw, full.seals, engine().keys()) if view == "route" and full.seals else (),
            examined=site().mail.signatures(full, raw, engine().keys()) if view == "route" else None,
            cited=tuple(cited), cited_more=max(0, all_cited - CITED),
            marks=marks_in([full]).get(full.id, NOTHING), known_tags=tuple(known_tags()),
        ),
    )  # fmt: skip


@pages.get("/m/<mail:id>/conversation")
@operation("leads to its conversation", None, leads="to the conversation")
def conversation(id: str) -> Response:
    """The conversation a message is in."""
    return redirect(thread_link(engine().thread(id).id), 302)


def thread_of(row: MessageRow) -> Thread:
    """The conversation of a message; the message alone while an ingest that is running has not arranged it yet."""
    try:
        return engine().thread(row.id)
    except NotFound:
        return Thread(id=row.thread or row.id, subject=row.subject, rows=(row,), first=row.date, last=row.date)


def carrier(id: str) -> MessageRow | None:
    """The row of the mail that a message was attached to, if that is here."""
    try:
        return engine().row(id) if id else None
    except NotFound:
        return None


@pages.app_template_global()
def permalink(id: str) -> str:
    """The address of a message with its host, as it is printed."""
    return f"{request.host_url.rstrip('/')}{message_link(id)}"
