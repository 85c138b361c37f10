"""The corpus' correspondents by the names they go by, and where an article names them."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import msgspec
import zstandard

from ingest.names import TITLES, WORD, parts, plain
from mappings.articles import Span
from mappings.records import Address

NAME = "citations-people"
# The share of an address' mails that a name must have to be its owner's; less will do if the name has mostly that
# address. In scanned mail, names and addresses get mixed up.
MOSTLY, SHARE = 0.6, 0.3
_FEW = 40  # people of one surname
LEAST = 0.34  # share of a name's mails that one of several people of that name must have


class Named(NamedTuple):
    """A stretch of an article that names people of the corpus: person -> how sure that is, up to 1."""

    span: Span
    people: dict[int, float]


class _Stored(msgspec.Struct):
    """What is kept: the upto of the last message read, and (name, address) -> mails."""

    upto: int
    seen: dict[str, int]


class People:
    """Who wrote and got the corpus' mails. A person is all addresses and names that occur together."""

    def __init__(self) -> None:
        self.upto = 0
        self._seen: Counter[tuple[str, str]] = Counter()
        self._of: dict[str, int] = {}  # "@address" or "first last" -> person
        self._addresses: dict[int, Counter[str]] = {}
        self._mails: Counter[int] = Counter()
        self._surnames: dict[str, list[int]] = {}
        self._firsts: dict[str, set[int]] = {}
        self._shown: dict[int, str] = {}

    def read(self, addresses: Iterable[Address]) -> None:
        """Takes in the people of a message."""
        for address in addresses:
            self._seen[" ".join(parts(address)), address.address.lower()] += 1

    def settle(self) -> None:
        """Finds out who is who, from all that was read."""
        names_of, addresses_of = Counter[str](), Counter[str]()  # in mails that give both
        for (name, address), count in self._seen.items():
            if name and address:
                names_of[address] += count
                addresses_of[name] += count
        parent: dict[str, str] = {}

        def root(key: str) -> str:
            while parent.setdefault(key, key) != key:
                parent[key] = parent[parent[key]]
                key = parent[key]
            return key

        for (name, address), count in self._seen.items():
            share, of_name = count / max(names_of[address], 1), count / max(addresses_of[name], 1)
            if name and address and (share >= MOSTLY or min(share, of_name) >= SHARE):
                parent[root(name)] = root("@" + address)
        numbers: dict[str, int] = {}
        surnames: dict[str, Counter[int]] = defaultdict(Counter)
        self._firsts, self._addresses, self._mails = defaultdict(set), defaultdict(Counter), Counter()
        names: dict[int, Counter[str]] = defaultdict(Counter)
        for (name, address), count in self._seen.items():
            for key in filter(None, (name, "@" + address if address else "")):
                self._of[key] = numbers.setdefault(root(key), len(numbers))
            person = self._of[name or "@" + address] if name or address else -1
            if person < 0:
                continue
            self._mails[person] += count
            if address:
                self._addresses[person][address] += count
            first, _, last = name.rpartition(" ")
            if first:
                surnames[last][person] += count
                self._firsts[first.split()[0]].add(person)
                names[person][name] += count
        self._surnames = {last: [p for p, _ in people.most_common(_FEW)] for last, people in surnames.items()}
        self._shown = {p: " ".join(w.capitalize() for w in n.most_common(1)[0][0].split()) for p, n in names.items()}

    def person(self, address: Address) -> int:
        """The person of an address; -1 for one that was not seen."""
        found = self._of.get("@" + address.address.lower(), -1) if address.address else -1
        return found if found >= 0 else self._of.get(" ".join(parts(address)), -1)

    def shown(self, person: int) -> str:
        """A name for people to read."""
        return self._shown.get(person, "")

    def mails(self, person: int) -> int:
        """How many mails a person wrote or got."""
        return self._mails[person]

    def addresses(self, person: int, most: int = 6) -> list[str]:
        """The addresses that a person's mails have, the usual ones first."""
        return [address for address, _ in self._addresses.get(person, Counter()).most_common(most)]

    def named(self, text: str, start: int = 0, end: int | None = None) -> list[Named]:
        """Where `text[start:end]` names people: by full name, by surname, by a first name that one person has."""
        words = list(WORD.finditer(text, start, len(text) if end is None else end))
        found: list[Named] = []
        for at, word in enumerate(words):
            if not word[0][0].isupper():
                continue
            joined = at > 0 and text[words[at - 1].end() : word.start()].strip(" \xa0.") == ""
            before = words[at - 1] if joined and words[at - 1][0][0].isupper() else None
            if (people := self._surname(word[0], before[0] if before else "")):
                full = before is not None and plain(before[0]) in self._firsts
                left = before.start() if before and full else word.start()
                if found and found[-1].span.end > left:
                    found.pop()  # the first name, which is part of this
                found.append(Named(Span(left, word.end()), people))
            elif people := self._first(word[0]):
                found.append(Named(Span(word.start(), word.end()), people))
        return found

    def _surname(self, word: str, before: str) -> dict[int, float]:
        folded = plain(word)
        known = [form for form in _forms(folded) if form in self._surnames]
        if not known:
            return {}
        last = max(known, key=lambda form: (9 if form == folded else 1) * self._written(form))
        people = self._surnames[last]
        first = plain(before) if before else ""
        forms = _forms(first) if first else []
        same = [p for p in people if any(p in self._firsts.get(form, ()) for form in forms)]
        if same:
            return dict.fromkeys(same[:3], 1.0)
        if any(form in self._firsts for form in forms[:1]) and first not in TITLES:
            return {}  # somebody else of that surname
        total = sum(self._mails[p] for p in people)
        if total < 2 or len(last) < 3:
            return {}
        return {p: self._mails[p] / total for p in people if self._mails[p] >= LEAST * total}

    def _written(self, surname: str) -> int:
        """The mails of all who have a surname."""
        return sum(self._mails[person] for person in self._surnames[surname])

    def _first(self, word: str) -> dict[int, float]:
        people = self._firsts.get(plain(word), set())
        total = sum(self._mails[p] for p in people)
        if total < 5 or len(word) < 3:
            return {}
        best = max(people, key=lambda p: (self._mails[p], -p))
        return {best: 0.5} if self._mails[best] >= 0.6 * total else {}

    def dump(self) -> bytes:
        """What `load` reads."""
        seen = {f"{name}\t{address}": count for (name, address), count in self._seen.items()}
        return zstandard.compress(msgspec.msgpack.encode(_Stored(self.upto, seen)), 3)

    @classmethod
    def load(cls, data: bytes | None) -> "People":
        """Those who were kept; nobody for None."""
        people = cls()
        if data is not None:
            stored = msgspec.msgpack.decode(zstandard.decompress(data), type=_Stored)
            people.upto = stored.upto
            for key, count in stored.seen.items():
                name, _, address = key.partition("\t")
                people._seen[name, address] = count
            people.settle()
        return people


def _forms(plain: str) -> list[str]:
    """A name and what it may be when a language has inflected it: "podesty", "podestou" of podesta."""
    forms = [plain]
    if len(plain) > 4:
        for cut in (1, 2, 3):
            stem = plain[:-cut]
            if len(stem) >= 4:
                forms += [stem, stem + "a"] if cut < 3 else [stem]
    return forms
