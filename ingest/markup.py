"""HTML mail -> readable text, quotations marked with `> ` as in plain mail."""

import re

from resiliparse.extract.html2text import extract_plain_text

from ingest.introductions import introduces

# Private-use characters stand for where a quotation opens and closes while the text is made.
_OPEN, _MAYBE, _CLOSE = "\ue0f0", "\ue0f1", "\ue0f2"
_REST = "\ue0f3"  # from here to the end another mail is quoted, as the program that wrote the markup says
# Outlook, Outlook for Mac and for telephones, Hotmail, Yahoo, Proton, Zimbra, NetEase, Spark
_REST_HINTS = ("RplyFwd", "appendonsend", "OLK_SRC", "eference-message", "stopSpelling", "_quote", "zwchr", "Reply")
_REST_TAG = re.compile(
    r"<(?:div|span|hr|table|blockquote)\b[^<>]{0,400}?\b(?:id|class|name)=[\"']?(?:divRplyFwdMsg|appendonsend|"
    r"OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|ms-outlook-mobile-reference-message|stopSpelling|"
    r"yahoo_quoted|protonmail_quote|zwchr|isReplyContent|messageReplySection)\b",
    re.I,
)
_MARKS = re.compile("([\ue0f0-\ue0f2])")
_HIDDEN = [
    "[hidden]",
    '[style*="display:none" i]',
    '[style*="display: none" i]',
    '[style*="visibility:hidden" i]',
    '[style*="visibility: hidden" i]',
    '[style*="mso-hide:all" i]',
]
_HIDDEN_HINTS = (b"hidden", b"display:none", b"display: none", b"mso-hide", b"&#", b"&colon")
_BLOCKQUOTE = re.compile(r"<(/?)blockquote\b([^<>]*)>", re.I)
_CITED = re.compile(r"cite|quote|border-left", re.I)
_BARE_ADDRESS = re.compile(r"<([\w.+-]{1,64}+@[\w.-]{3,200})>")  # an address whose brackets were not escaped is no tag
_EMPTY = re.compile(r"\n[ \t\xa0\u200b-\u200f\u2060\ufeff\u034f\xad]+(?=\n)")
_CELLS = re.compile(r"\t(?:[ ]*\t)+")
_GAPS = re.compile(r"\n\n\n+")  # a pattern that begins with literals is found quickly
_TAGS = re.compile(r"<[^<>]*+>")
LONGEST = 5_000_000  # characters of markup read as a document; beyond that tags are only stripped


def html_to_text(html: str) -> str:
    """The text a reader sees: paragraphs, lists and table rows on lines of their own; what is hidden is left out.

    Quotations (`blockquote` as mail programs make it) get `> ` before each line, one a level.
    """
    return read_html(html)[0]


def read_html(html: str) -> tuple[str, int]:
    """The text as `html_to_text` gives it, and where the markup says that the rest quotes another mail; else 0."""
    if len(html) > LONGEST:
        return _GAPS.sub("\n\n", _TAGS.sub(" ", html)), 0
    for mark in (_OPEN, _MAYBE, _CLOSE, _REST):
        html = html.replace(mark, "")
    rest = _REST_TAG.search(html) if any(hint in html for hint in _REST_HINTS) else None
    if rest:
        html = html[: rest.start()] + _REST + html[rest.start() :]
    html = _BARE_ADDRESS.sub(r"&lt;\1&gt;", html)
    quoted = "blockquote" in html or "BLOCKQUOTE" in html
    if quoted:
        html = _BLOCKQUOTE.sub(_marked, html)
    try:
        text = _text(html)
        if not text.strip():
            text = _text(html, alt_texts=True)  # a mail that is all pictures
    except Exception:
        return _GAPS.sub("\n\n", _TAGS.sub(" ", html.replace(_REST, ""))), 0
    text = _CELLS.sub("\t", text.replace("\xa0", " "))
    if quoted:
        text = _with_marks(text)
    text = _GAPS.sub("\n\n", _EMPTY.sub("\n", text)).strip()
    if not rest:
        return text, 0
    above, _, below = text.partition(_REST)
    above, below = above.rstrip(), below.lstrip()
    return (f"{above}\n\n{below}", len(above) + 2) if above and below else (above + below, 0)


def _text(html: str, alt_texts: bool = False) -> str:
    """The text of a document without what its style hides."""
    low = html.encode("utf-8", "replace").lower()  # several times faster than that of a text that is not all ASCII
    hidden = _HIDDEN if any(hint in low for hint in _HIDDEN_HINTS) else None  # each selector looks at each element
    return extract_plain_text(html, main_content=False, alt_texts=alt_texts, noscript=True, skip_elements=hidden)


def _marked(tag: re.Match[str]) -> str:
    """A blockquote's tag with its mark. In the source, not the tree: each change to a tree costs its whole size."""
    if tag[1]:
        return _CLOSE + tag[0]
    sure = _CITED.search(tag[2])
    return tag[0] + (_OPEN if sure else _MAYBE)


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
            if not depth:
                out.append("\n")
        elif piece.strip():
            piece = piece.strip("\n")
            marks = ">" * min(depth, 50) + " " if depth else ""
            out.append(marks + piece.replace("\n", "\n" + marks))
            out.append("\n" if depth else "\n\n")
    return "".join(out)
