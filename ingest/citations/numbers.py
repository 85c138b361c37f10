"""The numbers and addresses by which an article cites a message, read from its text and its links alone."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from mappings.articles import Article, Span

_ADDRESS = re.compile(r"(?:https?://|(?<![\w./@])(?:www\.|search\.)?wikileaks\.org/)[^\s<>\"“”«»]+", re.IGNORECASE)
_ENDS = ".,;:!?)]}'’*_"
# An archive's address, then the one that was archived: web.archive.org/web/2016…/https://…, archive.is/2016…/https://…
_ARCHIVED = re.compile(
    r"^https?://(?:web\.archive\.org/(?:web|save)/|(?:www\.)?archive\.(?:is|today|ph|fo|li|md|vn)/)(?:[\w.*-]+/)*?"
    r"(?=https?:/|www\.|wikileaks\.)", re.IGNORECASE,
)  # fmt: skip
_LEAK = re.compile(
    r"^/+(?P<release>[\w-]+(?:/+emails?)?)/+(?:emailid|get|docs|fileid)/+(?:\d{1,3}/+(?=\d))?(?P<number>\d{1,9})"
)
_OWN = re.compile(r"/m/(?P<id>g?[0-9a-f]{8,64})(?:[/.]|$)|/n/(?P<collection>[^/]+)/(?P<number>[^/]+?)(?:\.json)?$")
_RELEASED = re.compile(r"(?<![\w])(?P<number>C0\d{7})(?!\d)")
_LETTERED = re.compile(r"(?<![\w.@/-])(?P<number>[A-Z]{1,6}[-_]?\d{3,10})(?![\w@])")
_SIGN = (
    r"(?:n[°ºo]\.?\s?|nr\.?\s|num(?:ber|mer|ero)?\.?\s|numéro\s|número\s|nummer\s|#\s?|№\s?|\bids?[\s:]+|"
    r"identifi\w+\s|numer\s)"
)
_NUMBERED = re.compile(rf"(?<![\w]){_SIGN}(?P<number>\d{{1,7}})(?![\d%])", re.IGNORECASE)
_MAIL = re.compile(
    r"(?i)e-?mails?|mails?\b|courriel|correo|mensa|message|messag|nachricht|bericht|wiadomo|письм|wikileaks|leak"
)
_MESSAGE_ID = re.compile(r"(?P<label>message-id:?\s*)?<(?P<id>[^\s<>@]{1,200}@[^\s<>@]{1,200})>", re.IGNORECASE)
_NEAR = 120  # letters around a number in which mail is spoken of


class Mention(NamedTuple):
    """What an article calls a message by. Of a leak's link the release's name and the number, of ours the id."""

    span: Span
    named: str
    release: str = ""
    number: str = ""
    id: str = ""  # of a message here, or a Message-ID
    link: bool = False
    certain: bool = True  # it is a message's name even if none here has it


def mentions(article: Article, templates: Mapping[str, str]) -> list[Mention]:
    """All that an article cites by number or address, in the order of the text; links on no text come last.

    `templates` are the addresses that collections were published at: collection -> address with {id}.
    """
    found = list(_addresses(article, [(name, _pattern(text)) for name, text in templates.items()]))
    taken = [one.span for one in found]
    text = article.text
    for one in (*_released(text), *_message_ids(text), *_numbered(text), *_lettered(text)):
        if not any(one.span.start < span.end and span.start < one.span.end for span in taken):
            found.append(one)
            taken.append(one.span)
    found.sort(key=lambda one: (one.span.start == one.span.end, one.span.start))
    return found


def _addresses(article: Article, patterns: list[tuple[str, "re.Pattern[str] | None"]]) -> Iterator[Mention]:
    places: list[tuple[Span, str]] = [(Span(link.start, link.end), link.address) for link in article.links]
    for match in _ADDRESS.finditer(article.text):
        bare = match[0].rstrip(_ENDS)
        places.append((Span(match.start(), match.start() + len(bare)), bare))
    for span, address in places:
        if one := _address(span, address, patterns):
            yield one


def _address(span: Span, address: str, patterns: Iterable[tuple[str, "re.Pattern[str] | None"]]) -> Mention | None:
    """What an address leads to; None for what is no message's."""
    bare = original(address)
    for collection, pattern in patterns:
        if pattern and (match := pattern.match(_plain(bare))):
            return Mention(span, bare, collection, unquote(match["id"]), link=True)
    try:
        parts = urlsplit(bare)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if host == "wikileaks.org" or host.endswith((".wikileaks.org", ".wikileaks.com")) or host == "wikileaks.com":
        if match := _LEAK.match(parts.path):
            release = re.sub(r"/+", "/", match["release"])
            number = match["number"].lstrip("0") or "0"
            return Mention(span, f"https://wikileaks.org/{release}/emailid/{number}", release, number, link=True)
        return None
    if match := _OWN.search(parts.path):
        if match["id"]:
            return Mention(span, bare, id=match["id"], link=True, certain=False)
        return Mention(span, bare, unquote(match["collection"]), unquote(match["number"]), link=True, certain=False)
    if match := _RELEASED.search(bare):
        return Mention(span, match["number"], number=match["number"], link=True)
    return None


def original(address: str) -> str:
    """An address without the archive's around it, its percent signs read where that is harmless."""
    for _ in range(3):
        bare = _ARCHIVED.sub("", address)
        if bare == address:
            break
        address = re.sub(r"^(https?):/(?!/)", r"\1://", bare)
    if not re.match(r"https?://", address, re.IGNORECASE):
        address = f"https://{address}"
    return address.replace("%23", "#").replace("%2F", "/").replace("%2f", "/")


def _plain(address: str) -> str:
    """An address as templates are compared: no scheme, no www., no fragment."""
    return re.sub(r"^https?://(?:www\.)?", "", address.partition("#")[0], flags=re.IGNORECASE).rstrip("/")


def _pattern(template: str) -> "re.Pattern[str] | None":
    """What addresses made from a template look like; None for one without {id}."""
    if "{id}" not in template:
        return None
    parts = re.split(r"(\{id\}|\{name\}|\{collection\})", _plain(template.replace("{{", "{").replace("}}", "}")))
    seen = False
    made = ""
    for part in parts:
        if part == "{id}" and not seen:
            made, seen = made + r"(?P<id>[^/?#&]+)", True
        elif part in ("{id}", "{name}", "{collection}"):
            made += r"[^/?#&]+"
        else:
            made += re.escape(part)
    return re.compile(made + r"(?:[/?&].*)?$")


def _released(text: str) -> Iterator[Mention]:
    for match in _RELEASED.finditer(text):
        yield Mention(Span(*match.span()), match["number"], number=match["number"])


def _message_ids(text: str) -> Iterator[Mention]:
    for match in _MESSAGE_ID.finditer(text):
        yield Mention(Span(*match.span()), f"<{match['id']}>", id=match["id"], certain=bool(match["label"]))


def _numbered(text: str) -> Iterator[Mention]:
    """Numbers with a sign before them, beside a word for mail or the name of a leak."""
    for match in _NUMBERED.finditer(text):
        around = text[max(match.start() - _NEAR, 0) : match.end() + _NEAR]
        if _MAIL.search(around):
            number = match["number"].lstrip("0") or "0"
            yield Mention(Span(*match.span()), match[0].strip(), around, number, certain=False)


def _lettered(text: str) -> Iterator[Mention]:
    for match in _LETTERED.finditer(text):
        yield Mention(Span(*match.span()), match["number"], number=match["number"], certain=False)
