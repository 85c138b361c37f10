"""Tag lists, `a=1; b=2`, of which signatures and keys consist (RFC 6376 §3.2)."""

import base64
import binascii
import re

_BLANK = re.compile(r"[ \t\r\n]+")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class TagProblem(ValueError):
    """A tag list that can't be read, as a sentence."""


def read_tags(text: str) -> dict[str, str]:
    """The tags of a list in order, values without blanks at their ends. TagProblem for a list that is none."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        name = name.strip()
        if not name and not equals and not value.strip():
            continue
        if not equals or not _NAME.fullmatch(name):
            raise TagProblem(f'"{part.strip()[:40]}" is no tag')
        if name in found:
            raise TagProblem(f"the tag {name}= stands there twice")
        found[name] = value.strip()
    return found


def bare(value: str) -> str:
    """A value without any white space."""
    return _BLANK.sub("", value)


def number(tags: dict[str, str], name: str) -> int | None:
    """A tag's value as a number, None when it is not there. TagProblem."""
    value = tags.get(name)
    if value is None:
        return None
    if not re.fullmatch(r"[0-9]{1,76}", value):
        raise TagProblem(f"{name}= is no number")
    return int(value)


def data(value: str) -> bytes:
    """The bytes of a base64 value, blanks left out. TagProblem."""
    try:
        return base64.b64decode(bare(value).encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise TagProblem("its base64 is damaged") from None
