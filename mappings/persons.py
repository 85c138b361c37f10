"""The records of people: how mails name them, who is held to be one person and why, what somebody decided on it."""

from hashlib import blake2b
from typing import Literal

from msgspec import Struct

NAMED = "name:"  # what the handle of somebody without an address begins with; then the words of the name
Rule = Literal["written", "local", "named", "signature", "card", "answers"]
Role = Literal["", "role", "list", "shared", "silent"]


class Sighting(Struct, frozen=True, kw_only=True, gc=False):
    """A handle under one of its names, and how many mails (of copies one) show it so. A handle is an address in small
    letters, or of who is named without one `NAMED` and the words of the name."""

    handle: str
    name: str = ""  # as written
    wrote: int = 0
    got: int = 0  # To, Cc or Bcc
    listed: int = 0  # mails of the mailing list that has this address
    first: int | None = None  # seconds since 1970
    last: int | None = None


class Known(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A handle with all its names, the most frequent first."""

    handle: str
    names: tuple[tuple[str, int], ...] = ()
    wrote: int = 0
    got: int = 0
    first: int | None = None
    last: int | None = None
    role: Role = ""  # why it is nobody's own: an office's address, a list's, one that several people use or none


class Evidence(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Why two handles are one person's; `unsealed people` and the person's page say it in words (search/reasons.py)."""

    rule: Rule
    one: str
    other: str
    name: str = ""  # that both go by
    messages: tuple[str, ...] = ()  # ids of mails that show it; by name alone, those are found by search


class Decision(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What somebody decided for good: that handles are one person's, or that they are not."""

    id: str
    kind: Literal["join", "split"]
    one: str
    others: tuple[str, ...]
    by: str = ""
    at: int = 0  # seconds since 1970


class Person(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One person, as far as mails show. Counts are of mails by each handle, added up."""

    id: str  # the smallest of its handles' ids, each of which names the person as well
    name: str
    known: tuple[Known, ...]  # the most used first
    wrote: int = 0
    got: int = 0
    first: int | None = None
    last: int | None = None
    evidence: tuple[Evidence, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Its addresses, the most used first."""
        return tuple(one.handle for one in self.known if not one.handle.startswith(NAMED))

    @property
    def role(self) -> Role:
        """Why it is no person, if it is none."""
        return self.known[0].role

    @property
    def names(self) -> tuple[tuple[str, int], ...]:
        """All its names with their mails, the most frequent first."""
        counts: dict[str, int] = {}
        for one in self.known:
            for name, count in one.names:
                counts[name] = counts.get(name, 0) + count
        return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


class PersonRow(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A person in a list."""

    id: str
    name: str
    addresses: tuple[str, ...] = ()  # the first few
    handles: int = 1  # how many addresses and names without one there are
    wrote: int = 0
    got: int = 0
    first: int | None = None
    last: int | None = None
    role: Role = ""


def handle_id(handle: str) -> str:
    """The id of a handle: 12 hex digits."""
    return blake2b(handle.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def shown(handle: str) -> str:
    """A handle for people to read."""
    return handle.removeprefix(NAMED)
