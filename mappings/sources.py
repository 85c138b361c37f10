"""Published places: the number a mail was published under in a collection, and the public address made from it."""

import re
from collections.abc import Mapping
from string import Formatter
from urllib.parse import quote, urlsplit

from msgspec import Struct

from mappings.records import Place

NAMES = ("id", "name", "collection")
_NUMBERED = re.compile(r"(?:[A-Za-z]{2,}(?:[-_][A-Za-z]+)*[-_])?(\d{1,12})")


class Published(Struct, frozen=True, omit_defaults=True):
    """A mail's number in a collection, and its public address, "" where no template is known."""

    number: str
    collection: str = ""
    url: str = ""


def check(template: str) -> str:
    """What is wrong with a template such as `https://example.org/mails/{id}`, a sentence for people; "" for nothing."""
    try:
        fields = [name for _, name, form, how in Formatter().parse(template) if name is not None and not (form or how)]
        plain = template.format(id="1", name="1", collection="1")
    except (ValueError, LookupError, AttributeError):
        return f'"{template}" can\'t be filled in: write {{id}}, {{name}} or {{collection}}, and {{{{ for a brace.'
    if not set(fields) & {"id", "name"}:
        return f'"{template}" has neither {{id}} nor {{name}}: every mail would get the same address.'
    if unknown := [name for name in fields if name not in NAMES]:
        return f'"{template}" asks for {{{unknown[0]}}}; there are {{id}}, {{name}} and {{collection}}.'
    parts = urlsplit(plain)
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"[\s\"<>\\^`|]", plain):
        return f'"{template}" is no address that begins with http:// or https://.'
    if "{" in template.partition("://")[2].partition("/")[0]:
        return f'"{template}" would take the name of a server from a mail.'
    return ""


def address(template: str, place: Place) -> str:
    """The public address of what was found at a place; "" without template or number."""
    if not template or not place.number or check(template):
        return ""
    name = re.split(r"[/!]", place.member)[-1] or re.split(r"[/\\]", place.archive)[-1]
    values = {"id": place.number, "name": name, "collection": place.collection}
    return template.format(**{key: quote(value, safe="") for key, value in values.items()})


def published(places: list[Place], templates: Mapping[str, str]) -> tuple[Published, ...]:
    """The numbers a message was published under, each once, in the order of its places."""
    found = (
        Published(place.number, place.collection, address(templates.get(place.collection, ""), place))
        for place in places
        if place.number
    )
    return tuple(dict.fromkeys(found))


def number_of(name: str) -> str:
    """The number that a file's name is: "1234" of `1234.eml`, `dnc-emails/1234`, `email_1234.eml`; "" for no number."""
    stem = re.split(r"[/!]", name)[-1]
    found = _NUMBERED.fullmatch(re.sub(r"\.(?:eml|msg|txt|mail|email|mbox)$", "", stem, flags=re.IGNORECASE))
    return found[1] if found else ""
