"""RSS and Atom -> a piece for each entry, with the entry's own bytes.

RSS 2.0: https://www.rssboard.org/rss-specification · RSS 1.0: https://validator.w3.org/feed/docs/rss1.html ·
Atom: RFC 4287 · content:encoded: https://web.resource.org/rss/1.0/modules/content/
"""

import re
from collections.abc import Iterator
from html import escape
from html.entities import html5
from urllib.parse import urljoin
from xml.parsers import expat

from msgspec import Struct, field

from ingest.articles.pieces import Piece, Problem, Told

DEEPEST = 200  # elements in elements
ENTRIES = 100_000
_ENTRY = {"item", "entry"}
_BODIES = ("encoded", "content", "description", "summary")  # the longest of them is the article, as a rule the first
_DATES = ("pubdate", "published", "date", "issued", "created", "updated", "modified")
_MARKUP = re.compile(r"<[a-zA-Z/!]")


class _Entry(Struct):
    """An entry while it is read: its fields by local name, and where it begins."""

    start: int
    line: int
    fields: dict[str, list[str]] = field(default_factory=dict)
    end: int = 0


class _Feed:
    """The parser's handlers. Text that is markup within XML (Atom's xhtml) is written out as it came."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.title = self.lang = self.link = ""
        self.entries: list[_Entry] = []
        self._entry: _Entry | None = None
        self._path: list[str] = []
        self._text: list[str] = []
        self._inside = 0  # the depth at which markup is written out, 0 for not at all
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.UseForeignDTD(True)  # so that &nbsp; and its like are told instead of refused
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler, parser.SkippedEntityHandler = self._characters, self._entity
        parser.EntityDeclHandler = _refuse
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2].lower()
        self._path.append(name)
        if len(self._path) > DEEPEST:
            raise ValueError(f"its elements are nested more than {DEEPEST} deep")
        if self._inside:
            written = (f' {key.rpartition(" ")[2]}="{escape(value)}"' for key, value in attributes.items())
            self._text.append(f"<{name}{''.join(written)}>")
            return
        if name in _ENTRY and self._entry is None:
            self._entry = _Entry(self.parser.CurrentByteIndex, self.parser.CurrentLineNumber)
        self._text = []
        if attributes.get("type") == "xhtml":
            self._inside = len(self._path)
        if len(self._path) <= 2:
            self.lang = self.lang or attributes.get("http://www.w3.org/XML/1998/namespace lang", "")
        if name == "link" and attributes.get("href") and attributes.get("rel", "alternate") == "alternate":
            self._keep("link", attributes["href"])

    def _end(self, tag: str) -> None:
        name = self._path.pop()
        if self._inside and len(self._path) >= self._inside:
            self._text.append(f"</{name}>")
            return
        self._inside = 0
        text = "".join(self._text)
        self._text = []
        if self._entry is not None and name in _ENTRY:
            self._entry.end = self._after()
            self.entries.append(self._entry)
            self._entry = None
            if len(self.entries) > ENTRIES:
                raise ValueError(f"it has more than {ENTRIES:,} entries")
        elif text.strip():
            self._keep("author" if name in ("creator", "name") and "item" not in name else name, text)

    def _keep(self, name: str, text: str) -> None:
        if self._entry is not None:
            self._entry.fields.setdefault(name, []).append(text.strip())
        elif len(self._path) <= 2:
            if name == "title":
                self.title = self.title or " ".join(text.split())
            elif name == "language":
                self.lang = text.strip()
            elif name == "link":
                self.link = self.link or text.strip()

    def _characters(self, text: str) -> None:
        self._text.append(escape(text) if self._inside else text)

    def _entity(self, name: str, is_parameter: bool) -> None:
        self._text.append(html5.get(f"{name};", ""))

    def _after(self) -> int:
        """Where the end tag that is at hand ends."""
        closed = self.data.find(b">", self.parser.CurrentByteIndex)
        return closed + 1 if closed >= 0 else len(self.data)


def read(data: bytes, member: str) -> Iterator[Piece | Problem]:
    """A piece for each entry; what breaks off is a Problem after the entries before it."""
    feed = _Feed(data)
    problem = ""
    try:
        feed.parser.Parse(data, True)
    except expat.ExpatError as error:
        problem = f"The feed can't be read on at line {error.lineno:,}: {expat.ErrorString(error.code)}."
    except (ValueError, LookupError) as error:
        problem = f"The feed can't be read on: {error}."
    for entry in feed.entries:
        yield _piece(feed, entry, member)
    if problem:
        yield Problem(code="damaged", reason=problem, member=member, offset=feed.parser.ErrorByteIndex)


def _piece(feed: _Feed, entry: _Entry, member: str) -> Piece:
    fields = entry.fields
    bodies = [text for name in _BODIES for text in fields.get(name, ())]
    body = max(bodies, key=len, default="")
    identity = (fields.get("guid") or fields.get("id") or [""])[0]
    link = (fields.get("link") or [""])[0] or (identity if identity.startswith(("http://", "https://")) else "")
    told = Told(
        address=urljoin(feed.link, link) if link else "", title=_line(fields, "title"),
        outlet=_line(fields, "source") or feed.title, authors=tuple(dict.fromkeys(fields.get("author", ()))),
        date=next((found for name in _DATES if (found := _line(fields, name))), ""),
        lang=_line(fields, "language") or feed.lang, html=body if _MARKUP.search(body) else _paragraphs(body),
    )  # fmt: skip
    return Piece(
        kind="fragment" if told.html.strip() else "address", data=feed.data[entry.start : entry.end],
        media="application/xml", told=told, member=member, offset=entry.start, line=entry.line, name=identity,
        brief=bool(link) and not (fields.get("encoded") or fields.get("content")),
    )  # fmt: skip


def _line(fields: dict[str, list[str]], name: str) -> str:
    return " ".join((fields.get(name) or [""])[0].split())


def _paragraphs(text: str) -> str:
    """Plain text as markup, its paragraphs kept."""
    return "".join(f"<p>{escape(part)}</p>" for part in re.split(r"\n\s*\n", text) if part.strip())


def _refuse(*_: object) -> None:
    raise ValueError("it declares entities of its own")
