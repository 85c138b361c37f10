"""A web page -> its main text with links, and what it says about itself; by trafilatura: the one door to it."""

import re
from typing import Any

from lxml import etree

from ingest.articles.drawn import Drawn
from ingest.articles.metadata import Metadata, metadata
from ingest.articles.running_text import RunningText
from ingest.articles.trees import absolute, add_tree
from ingest.charsets import clean, declared_in_html, decode
from ingest.markup import html_to_text
from mappings.articles import Link

LONGEST = 16 << 20  # bytes of a page
FEW = 200  # letters of a main text, below which the whole page is looked at, too
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_EVIDENCE = 300  # links beside the text that are kept
WHOLE = "The main text could not be told from the rest of the page: it is the whole page's."


def decoded(data: bytes, charset: str = "") -> str:
    """A page's markup as text, by the charset that its server or it declares."""
    declared = declared_in_html(data)
    markup = decode(data, charset or declared, declared)[0]
    return _CONTROLS.sub(" ", _DECLARATION.sub("", clean(markup)))


def parsed(markup: str) -> Any:
    """The tree of a page or of a piece of one; None where there is nothing in it."""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    try:
        return etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def read_page(data: bytes, charset: str = "", address: str = "") -> Drawn:
    """The article that a page holds. `address` is where it was read from; "" when that is not known."""
    markup = decoded(data, charset)
    tree = parsed(markup)
    if tree is None:
        return Drawn(text=html_to_text(markup))
    about = metadata(tree, markup, address)
    base = address or about.saved or about.address
    notes = []
    found = _main(markup, base)
    out = RunningText()
    if found is not None and found.body is not None:
        add_tree(out, found.body, base)
    if out.size < FEW:
        whole = RunningText()
        body = tree.find("body")
        add_tree(whole, tree if body is None else body, base, page=True)
        if not whole.size and not out.size:  # as of a tree that is deeper than this parser goes
            whole.add_lines(html_to_text(markup))
        if whole.size > 2 * out.size:
            out = whole
            notes.append(WHOLE)
    beside = _beside(tree, base, out)
    return Drawn(
        address=about.address, saved=about.saved, title=_title(about, found, tree), outlet=about.outlet,
        authors=about.authors or _names(getattr(found, "author", None)),
        date=about.date or (getattr(found, "date", None) or ""), lang=about.lang, text=out.text(),
        links=(*out.links, *beside), notes=tuple(notes),
    )  # fmt: skip


def read_fragment(markup: str, address: str = "") -> Drawn:
    """The text of markup that is an article alone, as feeds and tables have it."""
    tree = parsed(_CONTROLS.sub(" ", clean(markup)))
    out = RunningText()
    if tree is not None:
        add_tree(out, tree, address)
    return Drawn(text=out.text(), links=tuple(out.links))


def _main(markup: str, base: str) -> Any:
    """trafilatura's document; None when it finds none. It looks for no date in the text: that may be the mail's."""
    import trafilatura

    dates = {"extensive_search": False, "original_date": True}
    try:
        return trafilatura.bare_extraction(
            markup, url=base or None, include_links=True, include_comments=False, include_formatting=False,
            with_metadata=True, date_extraction_params=dates,
        )  # fmt: skip
    except (RecursionError, ValueError, TypeError, AttributeError, etree.LxmlError):
        return None


def _title(about: Metadata, found: Any, tree: Any) -> str:
    title = about.title or getattr(found, "title", None) or ""
    if not title:
        element = tree.find(".//title")
        title = (element.text or "") if element is not None else ""
    return " ".join(title.split())[:1000]


def _names(authors: str | None) -> tuple[str, ...]:
    return tuple(name for part in (authors or "").split(";") if (name := part.strip()))


def _beside(tree: Any, base: str, out: RunningText) -> list[Link]:
    """Links within the article's element that are not in the text, such as those of a list of sources."""
    holder = next(iter(tree.iter("article")), None)
    if holder is None:
        holder = next(iter(tree.iter("main")), None)
    if holder is None:
        return []
    known = {link.address for link in out.links}
    found: dict[str, None] = {}
    walker = etree.iterwalk(holder, events=("start",), tag=("a", "nav", "aside", "footer", "iframe", "article"))
    for _, element in walker:
        if element.tag != "a":
            if element is not holder:
                walker.skip_subtree()
            continue
        address = absolute(element.get("href") or "", base)
        if address and address not in known and _away(address, base) and len(found) < _EVIDENCE:
            found[address] = None
    return [Link(out.size, out.size, address) for address in found]


def _away(address: str, base: str) -> bool:
    """Whether a link leads to another host: the page's own are its menus."""
    host = re.compile(r"^[a-z]+://(?:www\.)?([^/?#:]*)", re.I)
    here, there = host.match(base), host.match(address)
    return bool(there and (not here or here[1].lower() != there[1].lower()))
