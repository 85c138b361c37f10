"""HTML mail -> readable text, quotations marked with `> ` as in plain mail."""

import re

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from ingest.quotes import introduces

# Private-use characters stand for where a quotation opens and closes while the text is made.
_OPEN, _MAYBE, _CLOSE = "\ue0f0", "\ue0f1", "\ue0f2"
_MARKS = re.compile("([\ue0f0-\ue0f2])")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.I)
_LINES = re.compile(r"^", re.M)
_EMPTY = re.compile(r"\n[ \t\xa0\u200b-\u200f\u2060\ufeff\u034f\xad]+(?=\n)")
_GAPS = re.compile(r"\n{3,}")
_TAGS = re.compile(r"<[^<>]*+>")
LONGEST = 5_000_000  # characters of markup read as a document; beyond that tags are only stripped


def html_to_text(html: str) -> str:
    """The text a reader sees: paragraphs, lists and table rows on lines of their own; what is hidden is left out.

    Quotations (`blockquote` as mail programs make it) get `> ` before each line, one a level.
    """
    if len(html) > LONGEST:
        return _GAPS.sub("\n\n", _TAGS.sub(" ", html))
    html = _MARKS.sub("", html)
    try:
        tree = HTMLTree.parse(html)
        quoted = _prepare(tree, html)
        text = extract_plain_text(
            tree, main_content=False, alt_texts=False, links=False, form_fields=False, noscript=True
        )
    except Exception:
        return _GAPS.sub("\n\n", _TAGS.sub(" ", html))
    text = text.replace("\xa0", " ")
    if quoted:
        text = _with_marks(text)
    return _GAPS.sub("\n\n", _EMPTY.sub("\n", text)).strip()


def _prepare(tree: HTMLTree, html: str) -> bool:
    """Drop what is not shown, put marks around quotations; True when there are any."""
    lower = html.lower()
    body = tree.body
    if body is None:
        return False
    if "none" in lower or "hidden" in lower or "mso-hide" in lower:
        for node in body.query_selector_all("[style], [hidden]"):
            if node.hasattr("hidden") or _HIDDEN.search(node.getattr("style", "") or ""):
                node.decompose()
    if "<blockquote" not in lower:
        return False
    for node in body.query_selector_all("blockquote"):
        style = (node.getattr("style", "") or "").lower()
        kind = (node.getattr("class", "") or "").lower() + (node.getattr("type", "") or "").lower()
        sure = "cite" in kind or "quote" in kind or "border-left" in style
        opening, closing = tree.create_text_node(_OPEN if sure else _MAYBE), tree.create_text_node(_CLOSE)
        first = node.first_child
        if opening is None or closing is None or first is None:
            continue
        node.insert_before(opening, first)
        node.append_child(closing)
    return True


def _with_marks(text: str) -> str:
    """Replace the marks by `> ` before each line between them."""
    out: list[str] = []
    levels: list[bool] = []
    depth = 0
    for piece in _MARKS.split(text):
        if piece in (_OPEN, _MAYBE):
            is_quote = piece == _OPEN or introduces("".join(out[-3:]).rstrip().rpartition("\n")[2])
            levels.append(is_quote)
            depth += is_quote
        elif piece == _CLOSE:
            depth -= levels.pop() if levels else 0
        elif piece.strip():
            piece = piece.strip("\n")
            out.append(_LINES.sub(">" * min(depth, 50) + " ", piece) if depth else piece)
            out.append("\n" if depth else "\n\n")
    return "".join(out)
