"""What forms do to tags, stars and notes (`POST /notes`); `/m/<id>/marks`: all that was ever done on a message."""

from collections.abc import Callable, Sequence
from itertools import islice

from flask import Blueprint, redirect, request
from msgspec import Struct
from werkzeug.wrappers import Response

from mappings.desk import Anchor, Mark
from mappings.records import Message, MessageRow
from search.desk import Act
from search.marking import LONGEST_NOTE
from search.parse import parse
from webapp import writing
from webapp.anchors import anchor_of
from webapp.answers import answer, encode
from webapp.context import BadValue, engine, site
from webapp.done import Done, tell
from webapp.formats import message_link
from webapp.operations import one_of, operation, text
from webapp.writing import Refused

pages = Blueprint("desk", __name__)
MOST = 10_000  # messages of a result that are marked at once
LONGEST_DO = 300
SCOPES = ("selected", "page", "all")
FORM = (
    *writing.FORM,
    text("do", "star, unstar, tag, untag (of an id, else of the scope), put, edit, remove, rename, undo", LONGEST_DO,
         required=True),
    text("message", "an id; of several messages each", 64), text("tag", "names of tags, apart by commas"),
    text("text", "a note", LONGEST_NOTE), text("words", "of the message, which the note is about", LONGEST_NOTE),
    text("before", "what stands before them", 500), text("after", "what stands after them", 500),
    text("seen", "how many changes of a note the writer knows of", 9), text("to", "a tag's new name"),
    one_of("scope", SCOPES, "what is meant: the messages selected, those shown, all of the result"),
    text("shown", "the ids of those shown", 10_000), text("q", "the query of the result"),
)  # fmt: skip


class HistoryPage(Struct, frozen=True, kw_only=True):
    """All marks that a message and its copies ever had, with each change of them."""

    row: MessageRow
    marks: tuple[Mark, ...]


@pages.get("/m/<mail:id>/marks")
@pages.get("/m/<mail:id>/marks.json", endpoint="json")
@operation("tags, stars and notes of a message, with all that was ever done to them", HistoryPage)
def history(id: str) -> Response:
    """The history of a message's marks."""
    shown()
    row = engine().row(id)
    return answer("marks.html", HistoryPage(row=row, marks=tuple(engine().history(row.id))))


@pages.post("/notes")
@operation("puts tags, stars and notes on messages, and takes them off", None, form=FORM,
           leads="back to the page; a script that asks for JSON gets what was done")
def act() -> Response:
    """Does what a form asks for."""
    writing.check()
    verb, _, rest = writing.field("do", LONGEST_DO).partition(" ")
    if verb not in ACTS:
        raise BadValue(f"“do” is one of {', '.join(ACTS)}, not “{verb}”.")
    made, left = ACTS[verb](rest, writing.decider())
    done = Done(act=made.id, did=verb, changed=len({mark.message for mark in made.marks}), left=left)
    if request.accept_mimetypes.best == "application/json":
        return Response(encode(done), content_type="application/json")
    tell(done)
    usual = message_link(request.form.get("message", "")[:64]) if request.form.get("message") else "/"
    return redirect(writing.back(usual), 303)


def shown() -> None:
    """Refuses who may not see the desk."""
    if not site().marks:
        raise Refused("Tags, stars and notes are not shown on this site.")


Doing = Callable[[str, str], tuple[Act, int]]


def star(id: str, by: str, on: bool = True) -> tuple[Act, int]:
    """Stars a message, or those meant."""
    ids, left = meant(id)
    return engine().star(ids, on, by=by), left


def tag(id: str, by: str) -> tuple[Act, int]:
    """Tags those meant."""
    names = tags()
    ids, left = meant(id)
    return engine().tag(ids, add=names, by=by), left


def untag(rest: str, by: str) -> tuple[Act, int]:
    """Takes a tag off a message, or those of the form off those meant."""
    id, _, name = rest.partition(" ")
    names = [name] if name else tags()
    ids, left = meant(id)
    return engine().tag(ids, remove=names, by=by), left


def put(rest: str, by: str) -> tuple[Act, int]:
    """What is filled in on one message: tags, a note."""
    message = engine().message(writing.field("message", 64))
    words, passage = writing.field("text", LONGEST_NOTE), anchor(message)  # before anything is written
    found: list[Mark] = []
    made = None
    if request.form.get("tag", "").strip():
        made = engine().tag([message.id], add=tags(), by=by)
        found += made.marks
    if words or not made:
        made = engine().note(message.id, words, anchor=passage, by=by)
        found += made.marks
    return Act(made.id, tuple(found)), 0


def anchor(message: Message) -> Anchor | None:
    """The passage that the form's note is about; BadValue for words that the message has not."""
    words = writing.field("words", LONGEST_NOTE)
    if not words:
        return None
    found = anchor_of(message.text, words, request.form.get("before", "")[-500:], request.form.get("after", "")[:500])
    if found is None:
        raise BadValue(f"The words “{words[:80]}” are not in this message; go back and paste them as they stand there.")
    return found


def edit(id: str, by: str) -> tuple[Act, int]:
    """Writes a note anew."""
    seen = writing.field("seen", 9)
    return engine().edit_note(id, writing.field("text", LONGEST_NOTE), seen=int(seen) if seen.isdecimal() else 0,
                              by=by), 0  # fmt: skip


def rename(old: str, by: str) -> tuple[Act, int]:
    """Gives a tag another name."""
    return engine().rename_tag(old, writing.field("to"), by=by), 0


def undo(rest: str, by: str) -> tuple[Act, int]:
    """Undoes an act, or what it did to one mark."""
    act, _, only = rest.partition(" ")
    return engine().undo(act, only=only, by=by), 0


ACTS: dict[str, Doing] = {
    "star": star, "unstar": lambda id, by: star(id, by, False), "tag": tag, "untag": untag, "put": put, "edit": edit,
    "remove": lambda id, by: (engine().remove_marks([id], by=by), 0), "rename": rename,
    "undo": undo,
}  # fmt: skip


def tags() -> list[str]:
    """The tags that a form names; BadValue for none."""
    found = [name for part in writing.field("tag").split(",") if (name := part.strip())]
    if not found:
        raise BadValue("Which tag? Write its name.")
    return found


def meant(id: str) -> tuple[Sequence[str], int]:
    """Ids of the messages that a form means, and how many it leaves out: the one it names, those selected, those shown,
    or the first of the whole result."""
    if id:
        return [engine().message(id).id], 0
    scope = writing.field("scope", 10) or "selected"
    if scope == "all":
        return of_result(writing.field("q"))
    names = writing.field("shown", 10_000).split() if scope == "page" else request.form.getlist("message")
    ids = [engine().row(name[:64]).id for name in dict.fromkeys(names)]
    if not ids:
        raise BadValue("No message was selected.")
    return [one for one in ids if not one.startswith("g")], 0


def of_result(q: str) -> tuple[list[str], int]:
    """Ids of the newest messages that a query finds, and how many more there are."""
    found = engine().every(parse(q), newest=True)
    rows = islice((row for row in found.rows if not row.ghost), MOST)
    return [row.id for row in rows], max(0, found.total - MOST)
