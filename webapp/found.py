"""Which messages of a conversation a search finds, and where they matched if not in their text."""

from collections.abc import Mapping

from mappings.records import Message
from search.documents import attached
from search.engine import Engine
from search.errors import SearchError
from search.file_texts import wanted
from search.highlight import Marker, marker
from search.parse import parse
from search.query import And, Exact, Not, Query
from webapp.text import Finder

ONCE = 500  # hits that are asked for at a time
BESIDE = ("from", "to", "cc", "bcc", "filename")  # the fields that are looked through beside the text
AROUND = 40  # code points of an attachment's text that are shown on both sides of what matched

Field = tuple[str, str]  # its name, and its words or those around


def read_query(q: str) -> Query:
    """A query; the empty one for none, and for one that can't be read."""
    try:
        return parse(q) if q else Query()
    except SearchError:
        return Query()


def finder(q: str) -> Finder | None:
    """What marks the words of a query in a text; None without a query, or with one that can't be read."""
    query = read_query(q)
    return marker(query).spans if query.tree else None


def found_in(engine: Engine, query: Query, thread: str) -> list[str]:
    """The ids of what a query finds in a conversation; none for one that asks for everything."""
    if query.tree is None:
        return []
    # not the opposite: nothing is highlighted under a Not, which takes longer than finding does
    within = Query(text=query.text, tree=And((Not(Not(query.tree)), Exact("thread", thread))))
    found: list[str] = []
    cursor = ""
    while True:
        page = engine.search(within, order="oldest", limit=ONCE, cursor=cursor, facets=False)
        found += [hit.row.id for hit in page.hits]
        cursor = page.next
        if not cursor:
            return found


class Beside:
    """Finds the fields of messages that matched beside their subject and text."""

    def __init__(self, engine: Engine, query: Query) -> None:
        self._engine = engine
        self._mark: Marker = marker(query)

    def of(self, messages: Mapping[str, Message]) -> dict[str, tuple[Field, ...]]:
        """The fields of each message, by its id."""
        texts: dict[str, str] = {}
        if self._mark.wants("attachment"):
            texts = {sha256: file.text for sha256, file in self._engine.files(wanted(messages.values())).items()}
        return {id: (*self._fields(mail), *self._files(mail, texts)) for id, mail in messages.items()}

    def _fields(self, mail: Message) -> list[Field]:
        words = {
            "from": map(str, mail.from_), "to": map(str, mail.to), "cc": map(str, mail.cc), "bcc": map(str, mail.bcc),
            "filename": (one.name for one in mail.attachments if one.name),
        }  # fmt: skip
        return [(field, one) for field in BESIDE for one in words[field] if self._mark.spans(field, one)]

    def _files(self, mail: Message, texts: Mapping[str, str]) -> list[Field]:
        found = []
        for attachment, text in attached(mail, texts):
            if spans := self._mark.spans("attachment", text):
                start, end = spans[0]
                around = " ".join(text[max(0, start - AROUND) : end + AROUND].split())
                found.append(("attachment", f"{attachment.name or 'unnamed file'}: … {around} …"))
        return found
