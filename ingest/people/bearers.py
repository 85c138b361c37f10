"""Handles with the name that each is used under, and whether a local part is made of that name."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec import Struct

from ingest.names import parts, words
from ingest.people.roles import local_part, role
from mappings.persons import NAMED, Known, Sighting
from mappings.records import Address

MOSTLY = 0.6  # of a handle's mails with a whole name, the share that its own name must have
NAMES = 30  # of a handle that are kept

_LETTERS = re.compile(r"[^a-z]+")


class Bearer(Struct, frozen=True):
    """A handle that may be somebody's, under one whole name: first and last, the initials of those between."""

    known: Known
    first: str
    last: str
    middle: frozenset[str]
    name: str  # as most mails write it

    @property
    def key(self) -> tuple[str, str]:
        """What those who may be one share."""
        return self.first, self.last

    @property
    def address(self) -> str:
        """Its address; "" for a name without one."""
        return "" if self.known.handle.startswith(NAMED) else self.known.handle

    @property
    def weight(self) -> int:
        """How many mails show it."""
        return self.known.wrote + self.known.got

    def made_of(self) -> bool:
        """Whether the part before the @ is made of the name: first and last, initials and last, a long last alone."""
        words = [word for word in _LETTERS.split(local_part(self.address)) if word]
        joined = "".join(words)
        first, last = _LETTERS.sub("", self.first), _LETTERS.sub("", self.last)
        if not self.address or len(last) < 2 or not first:
            return False
        middles = ["", *sorted(self.middle)]
        forms = {one for middle in middles for one in (
            first + middle + last, last + first + middle, first[0] + middle + last, last + first[0] + middle)}
        return len(joined) > 3 and (joined in forms or (joined == last and len(last) > 4))


def known_of(sightings: Iterable[Sighting]) -> list[Known]:
    """Every handle with its names, in the order of handles. The address of a list under which nobody writes or gets
    mail is left out."""
    by_handle: dict[str, list[Sighting]] = defaultdict(list)
    for one in sightings:
        by_handle[one.handle].append(one)
    found = []
    for handle in sorted(by_handle):
        seen = by_handle[handle]
        wrote, got = sum(one.wrote for one in seen), sum(one.got for one in seen)
        if not wrote + got:
            continue
        names = Counter[str]()
        keys = Counter[str]()
        for one in seen:
            name = one.name.strip("'\"\u2018\u2019\u201c\u201d ")
            if name and name.lower() != handle:
                names[name] += one.wrote + one.got
                if whole := whole_name(one.name):
                    keys[" ".join(whole)] += one.wrote
        dates = [date for one in seen for date in (one.first, one.last) if date is not None]
        found.append(Known(
            handle=handle, names=tuple(sorted(names.items(), key=lambda pair: (-pair[1], pair[0]))[:NAMES]),
            wrote=wrote, got=got, first=min(dates, default=None), last=max(dates, default=None),
            role=role(handle, sum(one.listed for one in seen), +keys, wrote, got),
        ))  # fmt: skip
    return found


@lru_cache(maxsize=10_000)
def whole_name(name: str) -> Sequence[str]:
    """First and last name; nothing of what is not both."""
    return parts(Address(name)) if "@" not in name else ()


def bearers(known: Iterable[Known]) -> list[Bearer]:
    """Those handles that may be somebody's and mostly go by one whole name."""
    found = []
    for one in known:
        if one.role:
            continue
        counts = Counter[tuple[str, str]]()
        for name, count in one.names:
            if whole := whole_name(name):
                counts[whole[0], whole[1]] += count
        if not counts:
            continue
        key = min(counts, key=lambda key: (-counts[key], key))
        if counts[key] >= MOSTLY * sum(counts.values()):
            names = [name for name, _ in one.names if tuple(whole_name(name)) == key]
            found.append(Bearer(one, *key, frozenset().union(*map(_between, names)), names[0]))
    return found


def _between(name: str) -> frozenset[str]:
    """The initials of the names between first and last."""
    return frozenset(word[0] for word in words(name)[1:-1] if word)
