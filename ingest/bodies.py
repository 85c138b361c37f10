"""Which parts are the body, and the body as readable text."""

import re

from ingest.charsets import declared_in_html, decode, quiet_assumption
from ingest.markup import read_html
from ingest.sealed.find import BEGIN, cleartext
from ingest.structure import UU_BEGIN, Part, Tree, decode_uu
from mappings.records import Note
from mappings.signatures import Seal

LONGEST = 8_000_000  # code points of text kept of one message; in Chinese, a cluster gets 60 MB of terms for them
_STUB = re.compile(
    r"\b(?:html|browser|e-?mail (?:client|program|reader|software)|mail (?:client|reader|program)"
    r"|view (?:this|it|the) (?:message|e-?mail|mail)"
    r"|online version|webversion|version en ligne|im browser|navigateur|navegador)\b|^\W*(?:https?://\S+\W*)+$",
    re.I,
)
_MARKUP = re.compile(r"<[^<>\n]*+>")
_MAY_BEGIN = re.compile(rb"\nbegin ")  # by its literal it is found faster than `in` finds it
_UU_LINE = re.compile(rb"[ -`]{2,70}\r?\n|`\r?\n| \r?\n|end\r?(?:\n|\Z)")


class Body:
    """The chosen body: its text, the number of an HTML part that shows it, its leaves, uuencoded files found inside."""

    __slots__ = ("enclosed", "html", "leaves", "notes", "quoted_from", "seals", "text")

    def __init__(self) -> None:
        self.text = ""
        self.html = ""
        self.leaves: set[str] = set()  # numbers of the parts that are body, or another form of it
        self.enclosed: list[tuple[str, str, bytes]] = []  # number, name, content
        self.notes: list[Note] = []
        self.quoted_from = 0  # where the HTML that the text was made from says that the rest is quoted; else 0
        self.seals: list[Seal] = []  # what is signed or encrypted within the text


def read_body(tree: Tree) -> Body:
    """Choose the body's parts, for each multipart/alternative by itself, and join their texts."""
    body = Body()
    pieces: list[str] = []
    for leaf in _chosen(tree, body):
        text = leaf_text(leaf, body)
        if text and not text.isspace():
            pieces.append(text.rstrip() if leaf.type == "text/html" else text)
        if leaf.type == "text/html" and not body.html:
            body.html = leaf.number
    if len(pieces) > 1:
        body.quoted_from = 0
    text = pieces[0] if len(pieces) == 1 else "\n\n".join(piece.strip("\n") for piece in pieces)
    if len(text) > LONGEST:
        text = text[:LONGEST]
        body.notes.append(
            Note("text-cut", f"The text is longer than {LONGEST} characters: the rest is in the raw message.")
        )
    body.text = text.strip("\n")
    return body


def _chosen(tree: Tree, body: Body) -> list[Part]:
    """The leaves whose texts make up the body, in order. Fills body.leaves with them and with their other forms."""
    chosen: list[Part] = []
    stack = [tree.root]
    while stack:
        part = stack.pop()
        if not part.children:
            if _is_text(part) or (
                part is tree.root and part.type.startswith("text/") and part.disposition != "attachment"
            ):
                chosen.append(part)
                body.leaves.add(part.number)
        elif part.type == "multipart/alternative":
            picked = _alternative(part, body)
            if picked:
                stack.append(picked)
        else:
            stack.extend(reversed(part.children))
    return chosen


def _is_text(part: Part) -> bool:
    """True for a leaf that can be (part of) the body: plain, HTML or enriched text that is no file."""
    if part.type not in ("text/plain", "text/html", "text/enriched", "text/richtext"):
        return False
    return not part.name and part.disposition != "attachment"


def _alternative(part: Part, body: Body) -> Part | None:
    """The child to read: plain text unless it is empty or says no more than that there is HTML."""
    plain = html = None
    for child in part.children:
        kinds = _kinds(child)
        if child.type == "text/plain" and child.disposition != "attachment" and plain is None:
            plain = child
            child.name = ""
        elif "text/html" in kinds:
            html = child
        elif "text/plain" in kinds and plain is None:
            plain = child
    if html is not None:
        leaf = _first(html, "text/html")
        if leaf is not None:
            leaf.name = ""
            body.leaves.add(leaf.number)
            if not body.html:
                body.html = leaf.number
    if plain is not None and html is not None and plain.type == "text/plain" and _is_stub(plain, html):
        body.leaves.add(plain.number)
        return html
    return plain or html or (part.children[0] if part.children else None)


def _kinds(part: Part) -> set[str]:
    """The types of the leaves below a part that could be body."""
    return {leaf.type for leaf in Tree(part, []).leaves() if leaf.disposition != "attachment"}


def _first(part: Part, kind: str) -> Part | None:
    """The first leaf of a type below a part."""
    return next((leaf for leaf in Tree(part, []).leaves() if leaf.type == kind), None)


def _is_stub(plain: Part, html: Part) -> bool:
    """True when a plain alternative is empty, or short and only points at the HTML form."""
    if plain.end - plain.start > 2000:
        return False
    plain.decoded = decode(plain.content, plain.options.get("charset", ""))
    text = plain.decoded[0].strip()
    if not text:
        return True
    leaf = _first(html, "text/html")
    longer = leaf is not None and leaf.end - leaf.start > 2 * len(text)
    return longer and len(text) < 400 and bool(_STUB.search(text))


def leaf_text(leaf: Part, body: Body) -> str:
    """One text leaf as readable text with "\\n" line ends; notes and uuencoded files go to `body`."""
    data = leaf.content
    if leaf.damaged:
        body.notes.append(
            Note(leaf.damaged, "The part's base64 is damaged: what could be decoded is shown.", leaf.number)
        )
    if data.startswith(b"begin ") or _MAY_BEGIN.search(data):
        data = _take_uuencoded(data, leaf, body)
    label = leaf.options.get("charset", "")
    is_html = leaf.type == "text/html"
    inner = declared_in_html(data) if is_html and not data.isascii() else ""
    text, assumed = leaf.decoded if leaf.decoded and data is leaf.content else decode(data, label, inner)
    if assumed or (assumed := quiet_assumption(data, label, inner)):
        told = f"declared as {label!r}" if label else "no charset declared"
        body.notes.append(Note("charset-assumed", f"Read as {assumed}: {told}.", leaf.number))
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if is_html:
        text, rest = read_html(text)
        body.quoted_from = rest
        return text
    if BEGIN in text:
        text = cleartext(text, leaf.number, body.seals)
    if leaf.type in ("text/enriched", "text/richtext"):
        text = _MARKUP.sub("", text).replace("<<", "<")
    elif leaf.options.get("format", "").lower() == "flowed":
        text = unflow(text, leaf.options.get("delsp", "").lower() == "yes")
    return text


def html_text(leaf: Part) -> str:
    """An HTML leaf decoded, markup and all."""
    data = leaf.content
    return decode(data, leaf.options.get("charset", ""), declared_in_html(data))[0]


def _take_uuencoded(data: bytes, leaf: Part, body: Body) -> bytes:
    """Cut uuencoded files out of a text; each becomes part `<number>.u<n>`."""
    kept: list[bytes] = []
    last = 0
    for begin in UU_BEGIN.finditer(data):
        if begin.start() < last:
            continue
        at = begin.end() + 1
        while (line := _UU_LINE.match(data, at)) and not line[0].startswith(b"end"):
            at = line.end()
        if at == begin.end() + 1 or not line:
            continue
        content = decode_uu(data[begin.start() : line.end()])
        number = f"{leaf.number}.u{len(body.enclosed) + 1}"
        body.enclosed.append((number, decode(begin[1])[0].strip(), content))
        kept.append(data[last : begin.start()])
        last = line.end()
    return b"".join([*kept, data[last:]])


def unflow(text: str, delsp: bool = False) -> str:
    """Undo format=flowed (RFC 3676): join soft-broken lines of equal quote depth, remove space-stuffing."""
    out: list[str] = []
    joining = -1  # quote depth of an open paragraph
    for line in text.split("\n"):
        rest = line.lstrip(">") if line.startswith(">") else line
        depth = len(line) - len(rest)
        if rest.startswith(" "):
            rest = rest[1:]
        soft = rest.endswith(" ") and rest != "-- "
        if soft and delsp:
            rest = rest[:-1]
        if joining == depth and rest != "-- ":
            out.append(rest)
        else:
            out.append("\n" + ">" * depth + (" " if depth else "") + rest)
        joining = depth if soft else -1
    return "".join(out)[1:]
