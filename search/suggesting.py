"""Suggestions while a query is typed: operators and their values, people, domains, subjects, out of the corpus."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from mappings.records import Address
from search.engine import Engine
from search.explain import unparse
from search.facets import FIELDS
from search.operators import ADDRESS, ARC, DKIM, HAS, IS, OPERATORS, PEOPLE
from search.query import And, Exact, Node, Phrase, Query, TextField, Word
from search.vocabulary import LONGEST
from search.words import fold, tokens

MOST = 8
_SAMPLE = 25  # newest mails that names and subjects are read from
_FIXED = {"has": HAS, "is": IS, "dkim": DKIM, "arc": ARC}
_WHOLE = {name: field for name, field in FIELDS.items() if name not in PEOPLE} | {"label": "label"}
_OPERATOR = re.compile(r"(-?)(?:([A-Za-z_-]+):)?(.*)", re.DOTALL)
_REPLY = re.compile(r"^(?:\s*(?:re|aw|sv|vs|antw|fwd?|wg|tr|rv)\s*(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)

Kind = Literal["operator", "value", "person", "domain", "collection", "subject", "tag"]


class Suggestion(Struct, frozen=True):
    """What could stand at the caret: its kind, its words, what it is or does; and the query and the caret's place once
    it stands there."""

    kind: Kind
    label: str
    note: str
    q: str
    at: int


class _Spot(Struct, frozen=True):
    """Where something is typed: `q[start:end]`, whose last part is looked for."""

    q: str
    start: int
    end: int
    minus: str
    operator: str
    typed: str

    def put(self, kind: Kind, term: str, label: str, note: str = "", *, open: bool = False) -> Suggestion:
        """The suggestion of a term; an operator stays open for its value."""
        tail = self.q[self.end :].lstrip()
        head = self.q[: self.start] + self.minus + term + ("" if open else " ")
        return Suggestion(kind, label, note, head + tail, len(head))


def suggest(engine: Engine, q: str, at: int) -> list[Suggestion]:
    """The best suggestions for what is typed left of the caret at `q[at]`, at most `MOST`."""
    spot = _spot(q, at)
    found: Iterable[Suggestion]
    if spot.operator:
        found = _valued(engine, spot)
    elif not 2 <= len(spot.typed) <= LONGEST:
        found = _operators(spot)
    else:
        found = [*_operators(spot)[:3], *_people(engine, spot, "from")[:3], *_named(engine, spot, "domain", 2),
                 *_named(engine, spot, "collection", 2), *_subjects(engine, spot)[:3]]  # fmt: skip
    unique = {one.q: one for one in found}
    return list(unique.values())[:MOST]


def _spot(q: str, at: int) -> _Spot:
    at = max(0, min(at, len(q)))
    left = q[:at]
    quoted = left.count('"') % 2 == 1
    start = left.rindex('"') if quoted else at
    while start and not left[start - 1].isspace() and left[start - 1] not in '(){}"':
        start -= 1
    end = at
    while end < len(q) and (q[end] != '"' if quoted else not q[end].isspace() and q[end] not in '(){}"'):
        end += 1
    end += quoted and end < len(q)
    match = _OPERATOR.match(left[start:])
    minus, operator, typed = match.groups() if match else ("", None, "")
    known = (operator or "").lower() in {one.name for one in OPERATORS}
    if operator and not known:
        typed, operator = f"{operator}:{typed}", ""
    return _Spot(q, start, end, minus, (operator or "").lower(), typed.strip('"').lstrip())


def _operators(spot: _Spot) -> list[Suggestion]:
    typed = spot.typed.lower()
    named = dict.fromkeys(one.name for one in OPERATORS if one.name and one.name.startswith(typed)) if typed else {}
    does = {one.name: one.does for one in OPERATORS}
    return [spot.put("operator", f"{name}:", f"{name}:", does[name], open=True) for name in named]


def _valued(engine: Engine, spot: _Spot) -> Iterator[Suggestion]:
    name, typed = spot.operator, spot.typed.lower()
    if name in _FIXED:
        for value, words in _FIXED[name].items():
            if value.startswith(typed):
                yield spot.put("value", f"{name}:{value}", value, words)
    elif name in PEOPLE:
        yield from _people(engine, spot, name)
    elif name == "tag":
        for tag in engine.tags():
            if tag.name.lower().startswith(typed):
                yield spot.put("tag", unparse(Exact("tag", tag.name)), tag.name)
    elif name in _WHOLE:
        yield from _named(engine, spot, name, MOST)
    elif name == "subject":
        yield from _subjects(engine, spot)


def _named(engine: Engine, spot: _Spot, name: str, most: int) -> list[Suggestion]:
    """Values that begin so, the most frequent first."""
    kind: Kind = "domain" if name == "domain" else "collection" if name == "collection" else "value"
    found = engine.beginning(_WHOLE[name], spot.typed.lower(), most)
    if not found and name == "collection" and spot.typed:  # its case is kept
        found = list(engine.values("collection", holding=spot.typed, limit=most).values)
    return [spot.put(kind, unparse(Exact(name, value)), value) for value, _ in found if value]


def _begun(typed: str, field: TextField) -> Node | None:
    """The query for texts that have all the words typed, the last of them as a beginning."""
    words = tokens(typed)
    if not words:
        return None
    nodes: list[Node] = [Word(word, field) for word in words[:-1]]
    nodes.append(Word(words[-1], field, prefix=typed[-1:].isalnum()))
    return nodes[0] if len(nodes) == 1 else And(tuple(nodes))


def _people(engine: Engine, spot: _Spot, name: str) -> list[Suggestion]:
    """Who is called so, by name or address: senders as often as they wrote, then those met in the newest mails."""
    field: TextField = "from" if name == "from" else "to" if name == "to" else "with"
    tree = _begun(spot.typed, field)
    if tree is None:
        return []
    names: dict[str, str] = {}
    page = engine.search(Query(tree=tree), order="newest", limit=_SAMPLE, facets=False)
    for who in (who for hit in page.hits for who in (*hit.row.from_, *hit.row.to)):
        if who.address and _called(who, spot.typed):
            names[who.address.lower()] = names.get(who.address.lower()) or who.name
    ranked: list[str] = []
    if name in ("from", "with"):
        wrote = Query(tree=_begun(spot.typed, "from"))
        ranked = [value for value, _ in engine.values("from_address", wrote, limit=MOST).values]
    ranked += [value for value, _ in engine.beginning("to_address", spot.typed.lower(), 3)]
    listed = list(dict.fromkeys([*ranked, *names]))[:MOST]
    return [spot.put("person", _person(name, one), names.get(one) or one, one if names.get(one) else "")
            for one in listed]  # fmt: skip


def _person(name: str, address: str) -> str:
    return unparse(Exact(name, address) if ADDRESS.fullmatch(address) else Phrase(address, name))  # type: ignore[arg-type]


def _called(who: Address, typed: str) -> bool:
    words = tokens(f"{who.name} {who.address}")
    return all(any(word.startswith(part) for word in words) for part in tokens(typed))


def _subjects(engine: Engine, spot: _Spot) -> list[Suggestion]:
    """Subjects of mails that have these words in them, the newest first."""
    tree = _begun(spot.typed, "subject")
    if tree is None:
        return []
    page = engine.search(Query(tree=tree), order="newest", limit=_SAMPLE, facets=False)
    found: dict[str, str] = {}
    for hit in page.hits:
        subject = _REPLY.sub("", " ".join(hit.row.subject.split())).replace('"', " ").strip()
        if tokens(subject) and len(subject) <= 200:
            found.setdefault(fold(subject), subject)
    return [spot.put("subject", f'subject:"{subject}"', subject) for subject in list(found.values())[:MOST]]
