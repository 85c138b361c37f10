"""Plain text and Markdown -> an article's text with links, and a title where the first line is one."""

import re
from collections.abc import Iterator

from ingest.articles.drawn import Drawn
from ingest.articles.running_text import LINKS, RunningText
from ingest.articles.when import iso_date
from ingest.charsets import clean, decode
from mappings.articles import Link

TITLE = 150  # letters of a first line that is taken for a title
_BREAKS = re.compile(r"\r\n?|[\f\v\x1c-\x1e\x85\u2028\u2029]")
_ENDS = re.compile(r"[ \t\xa0]+$", re.M)
_GAPS = re.compile(r"\n{3,}")
_NOTHING = re.compile("[\u200b\u2060\ufeff]")
_BARE = re.compile(r"https?://[^\s<>\"“”«»|\\^`{}\x00-\x1f]{3,2000}", re.I)
_TAIL = re.compile(r"[.,;:!?'’)\]]+$")
_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
_FIELD = re.compile(r"([\w-]{1,30})[ \t]*:[ \t]*(.*)")
_CALLED = {
    "title": "title", "url": "address", "source": "address", "link": "address", "canonical": "address",
    "canonical_url": "address", "original": "address", "date": "date", "published": "date", "lang": "lang",
    "language": "lang", "outlet": "outlet", "publication": "outlet", "publisher": "outlet", "site": "outlet",
}  # fmt: skip
_ENCODED = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def normal(text: str) -> str:
    """Text with line ends `\\n`, paragraphs apart by one empty line, and no blanks at the ends of lines."""
    text = _NOTHING.sub("", _BREAKS.sub("\n", clean(text)))
    return _GAPS.sub("\n\n", _ENDS.sub("", text)).strip()


def plain(data: bytes, charset: str = "") -> str:
    """Bytes as text."""
    codec = next((codec for mark, codec in _ENCODED if data.startswith(mark)), "")
    return data.decode(codec, "replace") if codec else decode(data, charset)[0]


def read_text(data: bytes, charset: str = "") -> Drawn:
    """A text file as an article. It is given no date: one in its lines may be the mail's."""
    text = normal(plain(data, charset))
    return Drawn(title=title_of(text), text=text, links=with_bare(text, ()))


def title_of(text: str) -> str:
    """The first line, if it is short and stands by itself; "" otherwise."""
    first, _, rest = text.partition("\n")
    alone = rest.startswith("\n") and bool(rest.strip())
    return first.strip() if alone and len(first) <= TITLE and not first.rstrip().endswith((",", ";", "-")) else ""


def with_bare(text: str, links: tuple[Link, ...]) -> tuple[Link, ...]:
    """The links, and between them the addresses that stand in the text as such; in the order of their places."""
    taken = sorted((link.start, link.end) for link in links)
    found = list(links)
    at = 0
    for match in _BARE.finditer(text):
        start, end = match.start(), match.start() + len(_trimmed(match[0]))
        while at < len(taken) and taken[at][1] <= start:
            at += 1
        if (at == len(taken) or taken[at][0] >= end) and len(found) < LINKS:
            found.append(Link(start, end, text[start:end]))
    return tuple(sorted(found, key=lambda link: (link.start, link.end)))


def _trimmed(address: str) -> str:
    """An address without the marks of the sentence that it stands in; brackets stay where they are a pair."""
    tail = _TAIL.search(address)
    if tail is None:
        return address
    bare = address[: tail.start()]
    for opening, closing in ("()", "[]"):
        if tail[0].startswith(closing) and bare.count(opening) > bare.count(closing):
            return bare + closing
    return bare


def read_markdown(data: bytes, charset: str = "") -> Drawn:
    """A Markdown file as an article, with what its front matter says."""
    from markdown_it import MarkdownIt

    from ingest.articles.pages import parsed
    from ingest.articles.trees import add_tree

    text = _BREAKS.sub("\n", clean(plain(data, charset))).lstrip("\ufeff\n")
    told: dict[str, str] = {}
    authors: list[str] = []
    if front := _FRONT.match(text):
        told, authors = _front(front[1])
        text = text[front.end() :]
    markup = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    out = RunningText()
    tree = parsed(markup)
    if tree is not None:
        add_tree(out, tree, told.get("address", ""))
    found = out.text()
    heading = tree.find(".//h1") if tree is not None else None
    title = " ".join("".join(heading.itertext()).split()) if heading is not None else title_of(found)
    return Drawn(
        title=told.get("title") or title, address=told.get("address", ""), outlet=told.get("outlet", ""),
        authors=tuple(authors), date=iso_date(told.get("date", "")), lang=told.get("lang", "")[:2].lower(), text=found,
        links=with_bare(found, tuple(out.links)),
    )  # fmt: skip


def _front(text: str) -> tuple[dict[str, str], list[str]]:
    """The fields of a front matter that an article has, and its authors. Its simple form: a field a line, lists of
    names in brackets or below, each after a hyphen."""
    told: dict[str, str] = {}
    authors: list[str] = []
    name = ""
    for line in text.split("\n"):
        if found := _FIELD.fullmatch(line.strip()):
            name = found[1].lower()
            value = found[2].strip().strip("\"'")
            if name in _CALLED and value:
                told.setdefault(_CALLED[name], value)
            elif name in ("author", "authors", "by", "byline"):
                authors += _names(value.strip("[]").split(","))
        elif name in ("author", "authors") and line.strip().startswith("- "):
            authors += _names([line.strip()[2:]])
    return told, authors


def _names(values: list[str]) -> Iterator[str]:
    return (name for value in values if (name := value.strip().strip("\"'")))
