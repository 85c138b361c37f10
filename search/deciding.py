"""What a person decides on people, as records: who is one with whom, which handles are somebody else's."""

import time
from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b

from mappings.persons import Decision, Person, shown
from search.errors import SearchError
from search.persons import Directory


def joining(persons: Sequence[Person], by: str) -> list[Decision]:
    """That these are one person. SearchError where they are one already."""
    first, others = persons[0], {one.id: one for one in persons[1:] if one.id != persons[0].id}
    if not others:
        raise SearchError(f"{first.name} is one person already.")
    return [_decision("join", first.known[0].handle, [one.known[0].handle for one in others.values()], by)]


def splitting(person: Person, handles: Collection[str], by: str) -> list[Decision]:
    """That these handles are not this person's. SearchError where they are not, or where none would be left."""
    of_person = [one.handle for one in person.known]
    if strange := [handle for handle in handles if handle not in of_person]:
        raise SearchError(f"{shown(strange[0])} is not an address or a name of {person.name}.")
    rest = [handle for handle in of_person if handle not in handles]
    if not rest:
        raise SearchError(f"All addresses of {person.name} were named: nothing would be left.")
    return [_decision("split", handle, rest, by) for handle in of_person if handle in handles]


def _decision(kind: str, one: str, others: Iterable[str], by: str) -> Decision:
    now, listed = int(time.time()), tuple(others)
    told = "\n".join((kind, one, *listed, by, str(time.time_ns()))).encode("utf-8", "surrogatepass")
    id = blake2b(told, digest_size=6).hexdigest()
    return Decision(id=id, kind="join" if kind == "join" else "split", one=one, others=listed, by=by, at=now)


def named(directory: Directory, text: str) -> Person:
    """The one person that an id, an address or a name names; SearchError for none and for several."""
    if found := directory.who([text.strip().lower()]):
        return directory.person(next(iter(found.values())).id)
    if len(text) == 12 and not text.strip("0123456789abcdef"):
        return directory.person(text)
    page = directory.persons(text, limit=5)
    if page.total == 1:
        return directory.person(page.rows[0].id)
    if not page.total:
        raise SearchError(f"Nobody in the directory goes by {text}.")
    listed = ", ".join(f"{row.name} ({row.id})" for row in page.rows)
    raise SearchError(f"{page.total:,} people go by {text}; name one by its id: {listed}{' …' if page.next else ''}.")
