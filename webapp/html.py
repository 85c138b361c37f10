"""HTML mail made harmless: labelled links and stilled pictures, then nh3's allow-list, then a document of its own."""

import base64
import re
import secrets
from collections.abc import Callable
from itertools import islice
from urllib.parse import urlsplit

import nh3
from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser, LexborNode

Pictures = Callable[[str], tuple[str, bytes] | None]  # Content-ID -> media type and bytes of a raster image

LONGEST = 2_000_000  # characters of HTML that are shown
MOST_TAGS = 20_000  # parsers take time with the square of the depth: 200,000 nested <div> took three minutes
EMBEDDED = 8_000_000  # bytes of pictures put into one document
ROW, WIDE, PICTURE, STEP = 26, 90, 330, 160  # in pixels, but WIDE: letters on a line
TAGS = {
    "a", "abbr", "address", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code", "col",
    "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span",
    "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var",
}  # fmt: skip
DROPPED = {
    "script", "style", "head", "title", "template", "iframe", "frame", "frameset", "object", "embed", "applet",
    "noscript", "svg", "math", "select", "textarea", "button", "audio", "video", "xmp", "noembed", "noframes",
    "plaintext",
}  # fmt: skip
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang", "align", "valign", "style"},
    "a": {"href", "name"},
    "img": {"src", "alt", "width", "height"},
    "table": {"width", "border", "cellpadding", "cellspacing", "bgcolor"},
    "td": {"width", "height", "colspan", "rowspan", "bgcolor", "nowrap"},
    "th": {"width", "height", "colspan", "rowspan", "bgcolor", "nowrap"},
    "tr": {"bgcolor"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "li": {"value"},
    "bdo": {"dir"},
}
# Nothing that fetches, moves out of its box, covers, hides or animates.
STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left", "border-radius",
    "border-right", "border-spacing", "border-style", "border-top", "border-width", "color", "direction", "font-family",
    "font-size", "font-style", "font-variant", "font-weight", "line-height", "list-style-type", "margin-left",
    "max-width", "padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "text-align",
    "text-decoration", "text-indent", "text-transform", "vertical-align", "white-space", "width",
}  # fmt: skip
UNSAFE_STYLE = re.compile(r"url\s*\(|expression|image|@import|\\|/\*|javascript|behaviou?r|-moz-binding", re.IGNORECASE)
OPENING = re.compile("<[A-Za-z]")
DATA_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z")
RASTER = {
    b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF87a": "image/gif", b"GIF89a": "image/gif",
}  # fmt: skip


class Cleaned(Struct, frozen=True):
    """A whole document fit for the sandboxed frame, and what was left out of it."""

    document: str
    remote: int = 0  # pictures that would have been fetched from elsewhere
    cut: bool = False


def raster(data: bytes) -> str:
    """The media type of a PNG, JPEG, GIF or WebP by its first bytes; "" for anything else, SVG among it."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in RASTER.items() if data.startswith(magic)), "")


def target(href: str) -> str:
    """Where a link really leads, in a few words: its host, an address to write to; "" for one that is taken away."""
    try:
        parts = urlsplit(href.strip())
        scheme, host = parts.scheme.lower(), parts.hostname or ""
    except ValueError:
        return ""
    if scheme == "mailto":
        return parts.path[:80]
    return host[:253] if scheme in ("http", "https") else ""


def label_links(tree: LexborHTMLParser, name: str) -> None:
    """Writes the real target behind each link, in a span of a class that the mail can't know."""
    for node in tree.css("a[href]"):
        words = target(node.attributes.get("href") or "")
        if words and words.lower() not in (node.text() or "").lower().split():
            span = tree.create_node("span")
            span.attrs["class"] = name
            span.insert_child(f"\u2066[{words}]\u2069")
            node.insert_child(span)


def still(tree: LexborHTMLParser, name: str, pictures: Pictures) -> int:
    """Puts the mail's own pictures into the document and takes away all others; returns how many were remote."""
    remote, room = 0, EMBEDDED
    for node in tree.css("img"):
        source = (node.attributes.get("src") or "").strip()
        if source[:4].lower() == "cid:":
            found = pictures(source[4:])
            if found and len(found[1]) <= room:
                room -= len(found[1])
                node.attrs["src"] = f"data:{found[0]};base64,{base64.b64encode(found[1]).decode('ascii')}"
                continue
        elif DATA_PICTURE.match(source):
            continue
        remote += source[:4].lower() == "http" or source[:2] == "//"
        blank(tree, node, name)
    return remote


def blank(tree: LexborHTMLParser, node: LexborNode, name: str) -> None:
    """A picture that is not shown: its words in its place, nothing where it had none (most are counting pixels)."""
    words = (node.attributes.get("alt") or "").strip()
    if words:
        span = tree.create_node("span")
        span.attrs["class"] = name
        span.insert_child(f"[picture: {words[:200]}]")
        node.replace_with(span)
    else:
        node.decompose()


def allow(tag: str, attribute: str, value: str) -> str | None:
    """nh3's filter: no style that could fetch, only pictures that are in the document, no links to the frame itself."""
    if attribute == "style" and UNSAFE_STYLE.search(value):
        return None
    if attribute == "src":
        return value if DATA_PICTURE.match(value) else None
    if attribute == "href" and not value.lower().startswith(("http://", "https://", "mailto:")):
        return None
    return value


def first_part(html: str) -> str:
    """As much of the HTML as can be shown: LONGEST characters, MOST_TAGS tags."""
    html = html[:LONGEST]
    last = next(islice(OPENING.finditer(html), MOST_TAGS, None), None)
    return html[: last.start()] if last else html


def clean(html: str, pictures: Pictures) -> Cleaned:
    """Hostile HTML to a document for the frame. The allow-list has the last word, whatever came before it."""
    start = first_part(html)
    name = f"u{secrets.token_hex(6)}"
    tree = LexborHTMLParser(start.encode("utf-8", "replace"))
    label_links(tree, name)
    remote = still(tree, name, pictures)
    root = tree.body or tree.root
    body = nh3.clean(
        (root.html if root is not None else "") or "",
        tags=TAGS,
        clean_content_tags=DROPPED,
        attributes=ATTRIBUTES,
        attribute_filter=allow,
        allowed_classes={"span": {name}},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes={"http", "https", "mailto", "data"},
        url_relative="deny",
        filter_style_properties=STYLES,
    )
    return Cleaned(document(body, name), remote, len(start) < len(html))


def steps(text: str, pictures: int) -> int:
    """About how tall a mail with that text is in the frame, in steps of STEP, from 2 to 20: nothing can look inside."""
    rows = sum(1 + len(row) // WIDE for row in text[:LONGEST].split("\n", MOST_TAGS))
    return min(20, 2 + (rows * ROW + pictures * PICTURE) // STEP)


def document(body: str, name: str) -> str:
    """The frame's document around a cleaned body."""
    return (
        '<!doctype html><html lang="und"><meta charset="utf-8"><title>A mail’s HTML</title>'
        '<meta name="viewport" content="width=device-width">'
        "<style>:root{color-scheme:light}body{margin:1rem;background:#fff;color:#1c1b19;"
        "font:16px/1.5 system-ui,sans-serif;overflow-wrap:break-word}img{max-width:100%;height:auto}"
        "a{color:inherit}table{max-width:100%}pre{white-space:pre-wrap}"
        "blockquote{margin:0 0 0 .5rem;padding-left:.75rem;border-left:2px solid #cfc8bb}"
        f".{name}{{all:revert;font:12px/1.3 ui-monospace,monospace;color:#6b2a26;background:#f6efe6;padding:0 .25em;"
        "margin:0 .25em;overflow-wrap:anywhere}</style>"
        f'<body dir="auto">{body}</body></html>'
    )
