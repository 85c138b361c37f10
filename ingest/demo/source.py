"""The demo corpus as it is written: people and drafts of mails, read from the text files in `corpus/`."""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
TITLE = "The Saltmarrow papers"
# Summer time begins and ends on the last Sunday of March and October; only these years are told of.
_SUMMER = {2018: ((3, 25), (10, 28)), 2019: ((3, 31), (10, 27)), 2020: ((3, 29), (10, 25))}
_HEAD = re.compile(r"^===== (?P<id>\S+)(?: < (?P<parent>\S+))? \| (?P<who>\S+)(?: > (?P<to>[^|]+?))? \| (?P<when>.+)$")
_DIRECTIVE = re.compile(r"^(?P<key>[a-z][a-z-]*): ?(?P<value>.*)$")


@dataclass(frozen=True)
class Person:
    """Who writes or gets mail, and the habits of the mail program they write it with."""

    key: str
    name: str
    address: str
    zone: str = "home"  # "home" and "cet" have summer time; else hours east of UTC such as "+3"
    program: str = "webpost"  # names a quoting style: outlook, webpost, pocket, quill
    format: str = "plain"  # plain, flowed, html, alt
    charset: str = "utf-8"
    encoding: str = "quoted-printable"
    lang: str = "en"  # of the mail program: its dates and the words around quotations
    sig: str = ""
    sig_on: str = "all"  # all, or "new" for mails that answer nothing
    link: str = "full"  # full, irt, index, subject: how replies name what they answer
    quote: str = "top"
    list_id: str = ""  # a mailing list's
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """One mail as written: the head line, the directives, the author's own words."""

    id: str
    sender: str
    to: tuple[str, ...]
    when: datetime  # aware, in the sender's zone
    parent: str = ""
    body: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    def get(self, key: str, default: str = "") -> str:
        """A directive's value."""
        return self.fields.get(key, default)

    def keys(self, key: str) -> tuple[str, ...]:
        """A directive's value as a tuple of words."""
        return tuple(self.get(key).replace(",", " ").split())


def seed(*parts: str) -> int:
    """A number of 64 bits that depends on the words alone: what stands in for chance."""
    return int.from_bytes(hashlib.sha256("|".join(parts).encode()).digest()[:8], "big")


def offset(zone: str, moment: datetime) -> timedelta:
    """How far east of UTC a zone is at a moment of its own wall clock."""
    if zone.startswith(("+", "-")):
        return timedelta(hours=int(zone))
    begin, end = _SUMMER[moment.year]
    summer = begin <= (moment.month, moment.day) < end
    return timedelta(hours=(1 if zone == "cet" else 0) + (1 if summer else 0))


def in_zone(text: str, zone: str, second: int = 0) -> datetime:
    """`2018-01-09 08:52` on a zone's wall clock, as an aware datetime."""
    naive = datetime.strptime(text.strip(), "%Y-%m-%d %H:%M").replace(second=second)
    return naive.replace(tzinfo=timezone(offset(zone, naive)))


def about() -> str:
    """What the first page tells of the corpus, in Markdown."""
    return (CORPUS / "about.md").read_text(encoding="utf-8")


def read_people(corpus: Path = CORPUS) -> dict[str, Person]:
    """The cast by key; lists are people with members."""
    tables = tomllib.loads((corpus / "people.toml").read_text(encoding="utf-8"))
    people = {}
    for key, table in tables.items():
        table["members"] = tuple(table.get("members", ()))
        people[key] = Person(key=key, **table)
    return people


def read_crowd(corpus: Path = CORPUS) -> dict[str, Person]:
    """The festival's volunteers: a name a line, addresses derived from them."""
    crowd = {}
    for line in (corpus / "volunteers.txt").read_text(encoding="utf-8").splitlines():
        name, _, address = line.partition("\t")
        if name:
            crowd[address] = Person(key=address, name=name, address=address)
    return crowd


def read_drafts(people: dict[str, Person], corpus: Path = CORPUS) -> list[Draft]:
    """Every mail of every strand, oldest first; a mail always stands behind the one it answers."""
    drafts = [d for path in sorted((corpus / "strands").glob("*.txt")) for d in _read_strand(path, people)]
    if len({d.id for d in drafts}) != len(drafts):
        raise ValueError("two drafts share an id")
    return sorted(drafts, key=lambda d: (d.when, d.id))


def _read_strand(path: Path, people: dict[str, Person]) -> Iterator[Draft]:
    chunks = re.split(r"^(?====== )", path.read_text(encoding="utf-8"), flags=re.M)
    for chunk in chunks[1:]:
        head, _, rest = chunk.partition("\n")
        match = _HEAD.match(head)
        if not match:
            raise ValueError(f"{path.name}: {head}")
        yield from _vary(match, rest, people)


def _vary(match: re.Match[str], rest: str, people: dict[str, Person]) -> Iterator[Draft]:
    """One draft; or one for each `vary:` line (a date, then what {1}, {2} … stand for), split at `|`."""
    fields: dict[str, str] = {}
    variants: list[list[str]] = []
    lines = rest.split("\n")
    while lines and (directive := _DIRECTIVE.match(lines[0])):
        lines.pop(0)
        if directive["key"] == "vary":
            variants.append([cell.strip() for cell in directive["value"].split("|")])
        else:
            fields[directive["key"]] = directive["value"]
    body = "\n".join(lines).strip("\n")
    sender = people[match["who"]]
    to = tuple((match["to"] or "").replace(",", " ").split())
    for number, cells in enumerate(variants or [[match["when"]]], 1):
        name = f"{match['id']}-{number}" if variants else match["id"]
        second = int(fields.get("second", seed("second", name) % 60))
        when = in_zone(cells[0], sender.zone, second)
        filled = {key: _fill(value, cells) for key, value in fields.items()}
        yield Draft(name, sender.key, to, when, match["parent"] or "", _fill(body, cells), filled)


def _fill(text: str, cells: list[str]) -> str:
    for number, cell in enumerate(cells):
        text = text.replace(f"{{{number}}}", cell)
    return text
