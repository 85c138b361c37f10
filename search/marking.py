"""What a mark is and becomes, whichever engine keeps it: its id, its name, its words, each change of it."""

import re
import unicodedata
from collections.abc import Iterable
from hashlib import blake2b

from msgspec import Struct
from msgspec.structs import replace

from mappings.desk import Anchor, Change, Did, Kind, Mark
from search.errors import BadMark
from search.shelved import plain_text
from search.words import tokens

LONGEST_NAME = 80  # code points of a tag's name
LONGEST_NOTE = 20_000
LONGEST_BY = 80
_NEVER = re.compile('["“”„‟«»＂*,]')  # what ends a tag's name in a query or a form
_UNSEEN = ("Cc", "Cs", "Co", "Cn")
_TURNS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C))


class Hand(Struct, frozen=True):
    """Who does something, when (seconds since 1970), and the name of the act."""

    by: str
    at: int
    act: str

    def did(self, did: Did, was: str = "") -> Change:
        """A change by this hand."""
        return Change(did, self.by, self.at, self.act, was)


def tag_name(text: str) -> str:
    """A tag's name as it is kept; BadMark for what can't be one."""
    seen = "".join(
        char for char in plain_text(text).translate(_TURNS)
        if char.isspace() or unicodedata.category(char) not in _UNSEEN
    )  # fmt: skip
    name = " ".join(unicodedata.normalize("NFC", seen).split())
    if not name:
        raise BadMark("A tag needs a name.")
    if len(name) > LONGEST_NAME:
        raise BadMark(f"A tag's name has at most {LONGEST_NAME} letters.")
    if found := _NEVER.search(name):
        raise BadMark(f"There can be no {found[0]} in a tag's name.")
    return name


def key_of(name: str) -> str:
    """A tag's name as it is compared: whatever the case."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def id_of(kind: Kind, message: str, key: str = "") -> str:
    """The id of a tag or star: there is but one on a message."""
    return blake2b(f"{kind}\0{message}\0{key}".encode(), digest_size=16).hexdigest()


def words_of(mark: Mark) -> list[str]:
    """The words by which a note is found."""
    return tokens(mark.text)


def checked_text(text: str) -> str:
    """A note's text as it is kept; BadMark for one that is empty or too long."""
    kept = plain_text(text).replace("\r\n", "\n").strip()
    if not kept:
        raise BadMark("A note needs words.")
    if len(kept) > LONGEST_NOTE:
        raise BadMark(f"A note has at most {LONGEST_NOTE:,} letters.")
    return kept


def checked_by(by: str) -> str:
    """A name of somebody as it is kept."""
    return " ".join(plain_text(by).split())[:LONGEST_BY]


def checked_anchor(anchor: Anchor | None) -> Anchor | None:
    """An anchor as it is kept."""
    if anchor is None:
        return None
    return Anchor(
        plain_text(anchor.quote), anchor.start, anchor.end, plain_text(anchor.before), plain_text(anchor.after)
    )  # fmt: skip


def put(old: Mark | None, kind: Kind, message: str, name: str, hand: Hand) -> Mark | None:
    """A tag or star that is put on a message; None if it is there."""
    if old is None:
        id = id_of(kind, message, key_of(name))
        history = (hand.did("added"),)
        return Mark(id=id, kind=kind, message=message, by=hand.by, at=hand.at, name=name, history=history)
    return changed(old, hand.did("restored"), gone=False) if old.gone else None


def removed(mark: Mark, hand: Hand) -> Mark | None:
    """A mark that is taken away; None if it is gone."""
    return None if mark.gone else changed(mark, hand.did("removed"), gone=True)


def renamed(old: Mark, there: Mark | None, name: str, hand: Hand) -> list[Mark]:
    """A tag under another name, `there` being the message's tag of that name: the marks that change."""
    if key_of(old.name) == key_of(name):
        return [changed(old, hand.did("renamed", old.name), name=name)] if old.name != name else []
    found = [changed(old, hand.did("removed"), gone=True)]
    if there is None:
        id = id_of(old.kind, old.message, key_of(name))
        found.append(replace(old, id=id, name=name, history=(*old.history, hand.did("renamed", old.name))))
    elif there.gone:
        found.append(changed(there, hand.did("restored"), gone=False))
    return found


def undone(mark: Mark, hand: Hand) -> Mark:
    """A mark as it was before its last change."""
    last = mark.history[-1]
    if last.did == "edited":
        return changed(mark, hand.did("edited", mark.text), text=last.was)
    if last.did == "renamed" and key_of(last.was) == key_of(mark.name):
        return changed(mark, hand.did("renamed", mark.name), name=last.was)
    return changed(mark, hand.did("restored" if mark.gone else "removed"), gone=not mark.gone)


def changed(mark: Mark, change: Change, **fields: object) -> Mark:
    """A mark after a change."""
    return replace(mark, history=(*mark.history, change), **fields)


def arranged(marks: Iterable[Mark]) -> list[Mark]:
    """The marks of a mail and its copies as they are shown: its star, its tags by name, its notes by place; of what
    stands on several copies the first."""
    found: dict[tuple[str, str], Mark] = {}
    for mark in sorted(marks, key=lambda one: (one.at, one.id)):
        found.setdefault((mark.kind, mark.id if mark.kind == "note" else key_of(mark.name)), mark)
    return sorted(found.values(), key=_place)


def _place(mark: Mark) -> tuple[int, str, int, int]:
    order = ("star", "tag", "note").index(mark.kind)
    return order, key_of(mark.name), mark.anchor.start if mark.anchor else -1, mark.at
