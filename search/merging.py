"""Who is one person: handles joined by what people decided, then by evidence, never against a decision."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from mappings.persons import NAMED, Decision, Evidence, Known, Person, PersonRow, handle_id, shown

FEW = 3  # addresses that a list shows of a person
_RULES = ("written", "local", "named", "signature", "card", "answers")  # the plainest first


class _Groups:
    """Disjoint sets of handles, some of which may not meet."""

    def __init__(self, handles: Iterable[str]) -> None:
        self.members = {handle: {handle} for handle in handles}
        self.foes: dict[str, set[str]] = defaultdict(set)

    def join(self, one: str, other: str) -> None:
        """Makes one of two groups, unless somebody said that they are two."""
        first, second = self.members.get(one), self.members.get(other)
        if first is None or second is None or first is second:
            return
        if any(not self.foes[handle].isdisjoint(second) for handle in first):
            return
        first |= second
        for handle in second:
            self.members[handle] = first

    def part(self, one: str, other: str) -> None:
        """Keeps two handles apart, unless a later word has joined them."""
        if self.members.get(one) is not self.members.get(other) or one not in self.members:
            self.foes[one].add(other)
            self.foes[other].add(one)


def merged(known: Sequence[Known], evidence: Sequence[Evidence], decisions: Sequence[Decision]) -> list[Person]:
    """All persons, whatever the order of what is given. The latest decision goes before earlier ones, each before the
    evidence."""
    facts = {one.handle: one for one in known}
    groups = _Groups(facts)
    for decision in sorted(decisions, key=lambda one: (-one.at, one.id)):
        for other in decision.others:
            (groups.join if decision.kind == "join" else groups.part)(decision.one, other)
    ranked = sorted(evidence, key=lambda one: (_RULES.index(one.rule), one.one, one.other))
    for one in ranked:
        groups.join(one.one, one.other)
    why: dict[int, list[Evidence]] = defaultdict(list)
    for one in ranked:
        if one.one in facts and groups.members[one.one] is groups.members.get(one.other):
            why[id(groups.members[one.one])].append(one)
    said: dict[int, list[Decision]] = defaultdict(list)
    for decision in sorted(decisions, key=lambda one: (-one.at, one.id)):
        touched = {id(groups.members[handle]): None for handle in (decision.one, *decision.others)
                   if handle in groups.members}  # fmt: skip
        for group in touched:
            said[group].append(decision)
    distinct = {id(group): group for group in groups.members.values()}
    return [
        _person([facts[handle] for handle in group], why[key], said[key]) for key, group in distinct.items()
    ]  # fmt: skip


def _person(known: list[Known], evidence: list[Evidence], decisions: list[Decision]) -> Person:
    known.sort(key=lambda one: (-one.wrote - one.got, one.handle))
    dates = [date for one in known for date in (one.first, one.last) if date is not None]
    person = Person(
        id=min(handle_id(one.handle) for one in known), name="", known=tuple(known),
        wrote=sum(one.wrote for one in known), got=sum(one.got for one in known), evidence=tuple(evidence),
        decisions=tuple(decisions), first=min(dates, default=None), last=max(dates, default=None),
    )  # fmt: skip
    return replace(person, name=_name(person))


def _name(person: Person) -> str:
    """The name that most mails give, one of several words and first name first if there is any; else the address."""
    names = [name for name, _ in person.names if "@" not in name]
    whole = [name for name in names if len(name.split()) > 1]
    plain = [name for name in whole if "," not in name]
    return next(iter(plain or whole or names), "") or shown(person.known[0].handle)


def row(person: Person) -> PersonRow:
    """A person as a list shows it."""
    return PersonRow(
        id=person.id, name=person.name, addresses=person.addresses[:FEW], handles=len(person.known), wrote=person.wrote,
        got=person.got, first=person.first, last=person.last, role=person.role,
    )  # fmt: skip


def spoken(person: Person) -> list[str]:
    """The texts by whose words a person is found."""
    handles = [one.handle.removeprefix(NAMED) for one in person.known]
    return [*dict.fromkeys([person.name, *(name for name, _ in person.names), *handles])]
