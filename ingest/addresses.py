"""Address headers -> mailboxes, as people and programs really write them (RFC 5322 §3.4 and well beyond)."""

import re
from functools import lru_cache

from ingest.headers import decode_words
from mappings.records import Address

MOST = 5000  # mailboxes kept of one header
_BARE = re.compile(r"[^\s<>()\[\]\"@,;:\\]+@[^\s<>()\"@,;:\\]+")
_PLAIN = re.compile(r"\s*(?:\"([^\"\\]*)\"|([^\"<>()@,;:\\]*?))\s*<([^\s<>()\"@,;:\\]+@[^\s<>()\"@,;:\\]+)>\s*")
_TOKEN = re.compile(
    r"\"(?:[^\"\\]|\\.)*+(?:\"|\Z)|<[^<>]*+(?:>|\Z)|\\.|=\?[^?\s]+\?[bBqQ]\?[^?]*\?=|[(),;:<>]|[^\"<>(),;:\\=]++|.",
    re.S,
)
_SPECIAL = re.compile(r"[\"():;\\]|=\?")  # where these stand, a comma need not part two mailboxes
_OBSCURED = re.compile(r"([^\s@<>]+ at [^\s@<>]+\.[A-Za-z0-9.-]+)\Z")
_PAIR = re.compile(r"\\(.)", re.S)
_COMMENT = re.compile(r"\([^()]*+\)")
_NOBODY = re.compile(r"undisclosed[- ]recipients?:", re.I)
_ROUTE = re.compile(r"^(?:@[^:@,]+,?)+:")


def parse_addresses(value: str, charset: str = "") -> tuple[Address, ...]:
    """The mailboxes of an address field, groups flattened, names decoded, addresses as written.

    `value` is unfolded and may hold encoded words and surrogate-escaped bytes; nothing raises. A mailbox without
    an address is kept by its name, a name without its mailbox (an empty group) is not. The same people come again
    and again: the answers to short values are kept.
    """
    return _kept(value, charset) if len(value) < 300 else _parse(value, charset)


def _parse(value: str, charset: str) -> tuple[Address, ...]:
    """What `parse_addresses` gives, worked out."""
    value = value.strip()
    if not value:
        return ()
    if value.isascii() and "\0" not in value:
        pieces = value.split(",", MOST) if "," in value and not _SPECIAL.search(value) else [value]
        boxes = [_plain(piece, charset) for piece in pieces]
        if all(boxes):
            return tuple([box for box in boxes if box])
    return _by_tokens(value, charset)


_kept = lru_cache(maxsize=8192)(_parse)


def _plain(text: str, charset: str) -> Address | None:
    """The mailbox of `a@b`, `Name <a@b>` or `"Name" <a@b>`, None for any other text."""
    if found := _PLAIN.fullmatch(text):
        return _mailbox(found[1] or found[2] or "", found[3], "", charset)
    text = text.strip()
    return Address("", text) if _BARE.fullmatch(text) else None


def _by_tokens(value: str, charset: str) -> tuple[Address, ...]:
    """The mailboxes of a field of any form, token by token."""
    boxes: list[Address] = []
    words: list[str] = []
    angle = comment = ""
    depth = 0
    for piece in _TOKEN.findall(value):
        if depth:
            depth += (piece in "(") - (piece in ")")
            comment += piece if depth else ""
        elif piece in "(":
            depth = 1
            comment += " " if comment else ""
        elif piece in ",;":
            _close(boxes, words, angle, comment, charset)
            words, angle, comment = [], "", ""
            if len(boxes) >= MOST:
                break
        elif piece in ":" and not angle:
            words, comment = [], ""  # a group's name
        elif piece[0] == "<" and len(piece) > 1:
            angle = angle or piece
        elif piece not in "<>":
            words.append(piece)
    _close(boxes, words, angle, comment, charset)
    return tuple(boxes)


def _close(boxes: list[Address], words: list[str], angle: str, comment: str, charset: str) -> None:
    """Make a mailbox of what stood between two commas."""
    text = "".join(words).strip()
    address = _ROUTE.sub("", angle.strip("<> \t")) if angle else ""
    if "(" in address and '"' not in address:
        address = _COMMENT.sub("", address)
    if _NOBODY.match(address):
        return
    if not address and text:
        address, text = _address_in(text)
    if address or text or (comment and angle):
        boxes.append(_mailbox(_unquoted(text), address, comment, charset))


def _address_in(text: str) -> tuple[str, str]:
    """Of `a@b`, `Name a@b`, `a@b Name`, `"odd local"@b` and `a at b.org`: the address and the rest."""
    if text.startswith('"') and (quoted := re.fullmatch(r'"(?:[^"\\]|\\.)*"@[^\s@"]+', text)):
        return quoted[0], ""
    found = _BARE.search(text) if "@" in text else _OBSCURED.search(text)
    if not found:
        bare = text.strip("\"'")
        return (bare, "") if _BARE.fullmatch(bare) else ("", text)
    rest = (text[: found.start()] + " " + text[found.end() :]).strip()
    return found[0], "" if rest in ("''", '""', "[]", "[mailto ]") else rest


def _unquoted(text: str) -> str:
    """A phrase without its quotation marks and quoted pairs."""
    if '"' not in text and "\\" not in text:
        return text
    return _PAIR.sub(r"\1", re.sub(r'(?<!\\)"', "", text))


def _mailbox(name: str, address: str, comment: str, charset: str) -> Address:
    """One mailbox with its display name decoded; a comment is the name when there is no other."""
    name = name or comment.strip()
    if "=?" in name or not name.isascii():
        name = _unquoted(decode_words(name, charset))
    if not address.isascii() or "=?" in address or "\0" in address:
        address = decode_words(address, charset)
    return Address(" ".join(name.split()), address.strip())
