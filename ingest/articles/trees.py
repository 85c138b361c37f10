"""A tree of markup -> text with links: HTML's own elements, and those that trafilatura makes of them."""

from typing import Any
from urllib.parse import urljoin

from lxml import etree

from ingest.articles.running_text import RunningText


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_BLOCKS = _tags(
    "p head list item table row div section article main header footer aside nav h1 h2 h3 h4 h5 h6 li ul ol dl dt dd tr"
    " thead tbody tfoot pre figure figcaption caption address hr form fieldset details summary blockquote quote body"
    " center option"
)
_PARAGRAPHS = _BLOCKS - _tags("row item li tr dt dd")
_CELLS = _tags("td th cell")
_WITHIN = _tags("p item li cell td th hi ref a span em strong b i head q")
_SILENT = _tags(
    "script style noscript template svg math iframe object embed select textarea button input canvas audio video"
    " graphic img map title link meta"
)
_PAGE = _tags("nav aside footer form dialog")
_SCHEMES = ("http://", "https://")


def add_tree(out: RunningText, root: Any, base: str = "", *, page: bool = False) -> None:
    """Adds what is readable below an element. `page`: without what stands around a page's main text."""
    walker = etree.iterwalk(root, events=("start", "end"))
    inline: list[bool] = []  # for each quotation that is open: whether it stands in the midst of a paragraph
    for event, element in walker:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            hidden = tag in _SILENT or (page and tag in _PAGE) or not tag or _is_hidden(element)
            if hidden and element is not root:
                walker.skip_subtree()
                continue
            _start(out, element, tag, base, inline)
            if element.text:
                out.add(element.text)
        else:
            if tag not in _SILENT and not (page and tag in _PAGE) and tag and not _is_hidden(element):
                _end(out, element, tag, inline)
            if element.tail and element is not root:
                out.add(element.tail)


def _start(out: RunningText, element: Any, tag: str, base: str, inline: list[bool]) -> None:
    if tag in ("quote", "q", "blockquote"):
        parent = element.getparent()
        within = tag == "q" or (tag == "quote" and parent is not None and parent.tag in _WITHIN and not out.begins)
        inline.append(within)
        if within:
            out.add(" “" if tag == "quote" else "“")
            return
        out.paragraph()
        out.quoted += 1
    elif tag in _PARAGRAPHS:
        out.paragraph()
    elif tag in _BLOCKS or tag in ("lb", "br"):
        out.line()
    elif tag in _CELLS:
        out.add(" ")
    elif tag in ("a", "ref"):
        out.open(absolute(element.get("href") or element.get("target") or "", base))


def _end(out: RunningText, element: Any, tag: str, inline: list[bool]) -> None:
    if tag in ("quote", "q", "blockquote"):
        if inline and inline.pop():
            out.add("”")
            return
        out.paragraph()
        out.quoted = max(0, out.quoted - 1)
    elif tag in _PARAGRAPHS:
        out.paragraph()
    elif tag in _BLOCKS:
        out.line()
    elif tag in _CELLS:
        out.add(" ")
    elif tag in ("a", "ref"):
        out.close()


def _is_hidden(element: Any) -> bool:
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    return bool(style) and "display:none" in style.replace(" ", "").lower()


def absolute(address: str, base: str) -> str:
    """Where a link leads; "" for one that leads to no page."""
    address = address.strip()
    if not address or address.startswith("#"):
        return ""
    if not address.lower().startswith(_SCHEMES):
        try:
            address = urljoin(base, address) if base else address
        except ValueError:
            return ""
    return address if address.lower().startswith((*_SCHEMES, "mid:", "mailto:")) and len(address) <= 4000 else ""
