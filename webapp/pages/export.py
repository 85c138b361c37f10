"""`/export.csv`, `.jsonl`, `.mbox`, `.zip`: all that a search finds as a file; `/t/<id>.mbox`: a conversation."""

from collections.abc import Iterator

from flask import Blueprint
from werkzeug.wrappers import Response

from search.errors import CorpusDamaged
from search.exports import MEDIA, Export, Form, export, file_name
from search.parse import parse
from search.query import Query
from webapp.context import choice, engine, text_value
from webapp.formats import SHORT
from webapp.operations import TABLE, flag, one_of, operation, text
from webapp.pages.part import disposition, inert
from webapp.turns import Turns

pages = Blueprint("export", __name__)
ORDERS = ("oldest", "newest")
ASKED = (text("q", "the query"), one_of("order", ORDERS, "which come first"),
         flag("copies", "copies of a mail apart"))  # fmt: skip
AT_ONCE = 3  # of the server's eight threads: a slow reader of a large export holds one
_turns = Turns(AT_ONCE, "exports")


@pages.get("/export.csv")
@operation("all that a search finds as a table, by date", TABLE, *ASKED)
def as_table() -> Response:
    """A row a message."""
    return result("csv")


@pages.get("/export.jsonl")
@operation("the same as JSON Lines, with all that is known of each", MEDIA["jsonl"], *ASKED)
def as_lines() -> Response:
    """A line of JSON a message."""
    return result("jsonl")


@pages.get("/export.mbox")
@operation("the same as a mailbox, byte for byte", MEDIA["mbox"], *ASKED)
def as_mailbox() -> Response:
    """An mbox."""
    return result("mbox")


@pages.get("/export.zip")
@operation("the same as single mails, with a list of their hashes", MEDIA["eml"], *ASKED)
def as_mails() -> Response:
    """A zip of .eml."""
    return result("eml")


def result(form: Form) -> Response:
    """All that `q` finds, by date; no page of it, and no end but the last message."""
    query = parse(text_value("q"))
    copies = choice("copies", ("0", "1")) == "1"
    return sent(query, form, newest=choice("order", ORDERS) == "newest", copies=copies)


@pages.get("/t/<mail:id>.mbox")
@operation("its messages as a mailbox, byte for byte", MEDIA["mbox"])
def conversation(id: str) -> Response:
    """The messages of a conversation, byte for byte, the oldest first."""
    thread = engine().thread(id)
    return sent(parse(f"thread:{thread.id}"), "mbox", name=f"conversation-{thread.id[:SHORT]}.mbox")


def sent(
    query: Query, form: Form, *, newest: bool = False, copies: bool = False, name: str = ""
) -> Response:  # fmt: skip
    """An export as a download, made while it is sent. One that fails half-way ends without its end, which browsers
    call a failed download (RFC 9112 §8); Busy."""
    _turns.take()
    try:
        made = export(engine(), query, form, newest=newest, copies=copies)
        response = inert(Response(parts(made), content_type=MEDIA[form]))
    except BaseException:
        _turns.give()
        raise
    response.call_on_close(_turns.give)
    response.headers["Content-Disposition"] = disposition(name or file_name(query, form))
    response.headers["X-Accel-Buffering"] = "no"  # a proxy passes it on as it comes
    return response


def parts(made: Export) -> Iterator[bytes]:
    """The bytes; CorpusDamaged in the end where an mbox, which can't say so, lacks a message."""
    yield from made.parts
    if made.form == "mbox" and made.written.damaged:
        raise CorpusDamaged(f"{len(made.written.damaged):,} messages could not be read back.")
