"""Senders and recipients as releases print them: "Mills, Cheryl D <MillsCD@state.gov>; Abedin, Huma"."""

import re
from functools import lru_cache

from mappings.records import Address

_ADDRESS = re.compile(r"[\w.+'-]+\s?@\s?[\w-]+(?:\s?\.\s?[\w-]+)*\.?")
_BRACKETS = re.compile(r"[<\[({]\s*(?:mailto|nnailto|rnailto)?[:;]?([^<>\[\](){}]*)[>\])}]?", re.I)
# A semicolon, a comma after an address, or a gap where something was blacked out.
_PART = re.compile(r";|(?<=>),|(?<=\]),(?=\s)|(?<!\s)\s{4,}+(?![<\[({@,;])")
_NAME_JUNK = " \t_•*|~\"'`’‘“”,.:;-—=<>[]{}"
_PAIR = re.compile(r"[A-Z][\w'’. -]{1,30}")
_CODE = re.compile(r"\s+B[1-9]\b.*$")
_SPACES = re.compile(r"\s+")


@lru_cache(maxsize=8192)
def read_people(value: str) -> tuple[Address, ...]:
    """The mailboxes in a field's value, in order; a mailbox that was blacked out is left out."""
    value = value.replace("©", "@").replace("®", "@")
    people: list[Address] = []
    for part in _PART.split(value):
        for piece in _parted(part):
            person = _person(piece)
            if person is not None:
                people.append(person)
    return tuple(people)


def _parted(part: str) -> list[str]:
    """A stretch between two semicolons, cut where commas part people rather than surname and first name."""
    if part.count(",") < 1 or "<" in part or "(" in part:
        return [part]
    pieces = [piece.strip() for piece in part.split(",")]
    if all("@" in piece for piece in pieces):
        return pieces
    if len(pieces) >= 4 and len(pieces) % 2 == 0 and all(map(_PAIR.fullmatch, pieces)):
        return [f"{last}, {first}" for last, first in zip(pieces[::2], pieces[1::2], strict=True)]
    if len(pieces) >= 2 and all(" " in piece for piece in pieces):
        return pieces  # "Cheryl Mills, Huma Abedin"
    return [part]


def _person(piece: str) -> Address | None:
    """One mailbox, None where nothing readable is left of it."""
    piece = piece.strip()
    address = ""
    name = piece
    found = _BRACKETS.search(piece)
    if found:
        inner = found[1].strip()
        if "@" in inner:
            address = "".join(inner.split()).strip("'\"<>,;:")
            name = piece[: found.start()] + " " + piece[found.end() :]
        elif piece[found.start()] in "<[":
            name = piece[: found.start()] + " " + piece[found.end() :]  # blacked out
    elif "@" in piece and (plain := _ADDRESS.search(piece)):
        address = "".join(plain[0].split()).strip("'\".")
        name = piece[: plain.start()] + " " + piece[plain.end() :]
    name = _SPACES.sub(" ", _CODE.sub("", name)).strip(_NAME_JUNK)
    if name.count("(") != name.count(")"):
        name = name.replace("(", "").replace(")", "").strip(_NAME_JUNK)
    if not name and not address:
        return None
    return Address(name, address)
