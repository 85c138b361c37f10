"""PDF and office documents -> an article's text with links, by the readers of attachments."""

import re
from itertools import pairwise

from ingest.articles.drawn import Drawn
from ingest.articles.pieces import NotReadable
from ingest.articles.texts import normal, title_of, with_bare
from ingest.extraction import Unreadable
from ingest.extraction.kinds import media_type
from ingest.extraction.office import PDF, described
from mappings.articles import Link

_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\xad\u2010]\n(?=[a-zà-öø-ÿа-я])")
_WRAPPED = re.compile(r"(?<=[^\n])\n(?=[^\n])")
_ENDS = (".", "!", "?", ":", "”", "»", '"', "…", ")")
_FULL = 0.75  # of the longest usual line: a shorter one ends its paragraph, if it or the next one looks like it


def read_document(data: bytes, name: str = "") -> Drawn:
    """The article that a document holds. NotReadable."""
    media = media_type(data, name, "")
    try:
        found = described(data, media)
    except Unreadable as problem:
        raise NotReadable(problem.code, str(problem)) from None
    text = normal(found.text)
    if media == PDF:
        text = paragraphs(text)
    # where a link's words stand is not told; an address in the text itself is found there
    links = tuple(Link(len(text), len(text), address) for address in found.addresses if address not in text)
    title = found.title if " " in found.title.strip() else title_of(text)
    return Drawn(title=title, authors=found.authors, text=text, links=with_bare(text, links), media=media)


def paragraphs(text: str) -> str:
    """Lines of a page put together again to paragraphs, words that were parted at their ends too."""
    parts = [part for block in text.split("\n\n") for part in _divided(_HYPHEN.sub("", block))]
    return "\n\n".join(_WRAPPED.sub(" ", part) for part in parts)


def _divided(block: str) -> list[str]:
    """A block of lines, divided after lines that end a sentence well before the margin."""
    lines = block.split("\n")
    if len(lines) < 3:
        return [block]
    margin = _FULL * sorted(map(len, lines))[int(len(lines) * 0.9)]
    parts: list[list[str]] = [[]]
    for line, following in pairwise([*lines, ""]):
        parts[-1].append(line)
        begins = following.lstrip("“„«\"'(")[:1].isupper()
        if len(line) < margin and (begins or line.rstrip().endswith(_ENDS)):
            parts.append([])
    return ["\n".join(part) for part in parts if part]
