"""What stands beside the running text of office packages (ECMA-376, OpenDocument), where readers do not look: headers
and footers, notes, comments, text boxes, deleted words."""

import re
import zipfile
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from itertools import pairwise

PART = 32 << 20  # bytes of one part
PARTS = 2_000
_NAMES = re.compile(
    r"(?:word|ppt|xl)/(?:[\w-]+/)?(document|header|footer|footnotes|endnotes|comments?|slide|notesSlide|threadedComment|"
    r"drawing|data|chart)\d*\.xml|(content|styles)\.xml"
)
_CALLED = {
    "document": "text boxes and changes", "data": "diagram", "threadedComment": "comments", "comment": "comments",
    "drawing": "text boxes", "slide": "slide", "notesSlide": "notes", "content": "text boxes and changes",
    "styles": "headers and footers",
}  # fmt: skip
_PARAGRAPH = re.compile(r"</(?:w:p|a:p|text:p|text:h|text|comment)>")
_BREAK = re.compile(r"<(?:w:tab|w:br|a:br|text:tab|text:line-break|text:s)\b[^>]*>")
_WORDS = re.compile(r"<(?:w:t|w:delText|a:t|t|text)(?:\s[^>]*)?>([^<]*)<")
_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"\w+")
_MISSING = 0.3  # of a paragraph's pairs of words, at least


def passed_over(data: bytes, text: str) -> str:
    """The paragraphs of a package that `text`, which a reader made of it, lacks: each part's under its name. "" for
    what is no package."""
    have = set(pairwise(_WORD.findall(text)))
    singles = {word for pair in have for word in pair} or set(_WORD.findall(text))
    found: dict[str, dict[str, None]] = {}
    for kind, paragraph in _paragraphs(data):
        words = _WORD.findall(paragraph)
        pairs = list(pairwise(words))
        missing = sum(pair not in have for pair in pairs) if pairs else sum(word not in singles for word in words)
        if words and missing > _MISSING * max(len(pairs), 1):
            found.setdefault(_CALLED.get(kind, kind), {})[paragraph] = None
    return "\n\n".join("\n".join((f"[{kind}]", *lines)) for kind, lines in found.items())


def _paragraphs(data: bytes) -> Iterator[tuple[str, str]]:
    """(kind of part, paragraph) of every part that may hold text."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            for info in package.infolist()[:PARTS]:
                if (name := _NAMES.fullmatch(info.filename)) and info.file_size <= PART:
                    with package.open(info) as part:
                        markup = part.read(PART).decode("utf-8", "replace")
                    kind = name[1] or name[2]
                    yield from ((kind, paragraph) for paragraph in _of(markup, bare=name[2] is not None))
    except Exception:  # damaged: what was read before it counts
        return


def _of(markup: str, *, bare: bool) -> Iterator[str]:
    """The paragraphs of a part; `bare` where all that is no tag is text."""
    for piece in _PARAGRAPH.split(markup):
        piece = _BREAK.sub(" ", piece)
        words = _TAG.sub("", piece) if bare else "".join(_WORDS.findall(f"{piece}<"))
        if paragraph := " ".join(unescape(words).split()):
            yield paragraph
