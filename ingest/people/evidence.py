"""What shows that two handles are one person's: always the same whole name, and something besides.

Equal names alone merge nobody, nor do first names. The rules, the plainest first:
written: a name without an address, once written "Last, First"; local: the same part before the @ at two domains;
named: one of the addresses is made of the name, which nobody else in the corpus is likely to bear (of a common name
both must be); signature: a mail from one names the other among its writer's own words; card: a contact card has both;
answers: who was written to at one answers from the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from ingest.people.bearers import Bearer
from ingest.people.roles import local_part
from mappings.persons import Evidence, Rule
from mappings.records import Message
from search.engine import Engine
from search.query import And, Exact, Node, Phrase, Query

COMMON = 6  # with so many first names to a surname, and surnames to a first name, the two together are common
BEARERS = 8  # addresses under one name and not made of it, beyond which the name is common
LOOKED_AT = 12  # of these, the most used, that are held against each other
ASKED = 40  # pairs for which the mails themselves are asked, those with most mails first
REPLIES = 15  # of a handle that are looked at


def found(engine: Engine, bearers: Sequence[Bearer]) -> list[Evidence]:
    """All the evidence that there is, whatever the order in which the corpus was taken in."""
    by_name: dict[tuple[str, str], list[Bearer]] = defaultdict(list)
    for bearer in bearers:
        by_name[bearer.key].append(bearer)
    firsts, lasts = _spread(by_name)
    evidence: list[Evidence] = []
    open_pairs: list[tuple[Bearer, Bearer]] = []
    for key in sorted(by_name):
        several = sorted(by_name[key], key=lambda one: (-one.weight, one.known.handle))[:LOOKED_AT]
        strangers = sum(bool(one.address) and not one.made_of() for one in by_name[key])
        common = strangers > BEARERS or (firsts[key[1]] >= COMMON and lasts[key[0]] >= COMMON)
        for one, other in combinations(several, 2):
            if one.middle and other.middle and one.middle.isdisjoint(other.middle):
                continue  # another initial: another person
            if rule := _by_name(one, other, common):
                evidence.append(_evidence(rule, one, other))
            elif one.address and other.address:
                open_pairs.append((one, other))
    open_pairs.sort(key=lambda pair: (-min(pair[0].weight, pair[1].weight), pair[0].known.handle, pair[1].known.handle))
    for one, other in open_pairs[:ASKED]:
        evidence += _by_mails(engine, one, other)
    return evidence


def _spread(names: Iterable[tuple[str, str]]) -> tuple[dict[str, int], dict[str, int]]:
    """How many first names go with each surname, and surnames with each first name."""
    firsts: dict[str, set[str]] = defaultdict(set)
    lasts: dict[str, set[str]] = defaultdict(set)
    for first, last in names:
        firsts[last].add(first)
        lasts[first].add(last)
    return {name: len(of) for name, of in firsts.items()}, {name: len(of) for name, of in lasts.items()}


def _evidence(rule: Rule, one: Bearer, other: Bearer, messages: Iterable[str] = ()) -> Evidence:
    first, second = sorted((one.known.handle, other.known.handle))
    return Evidence(rule=rule, one=first, other=second, name=one.name, messages=tuple(messages))


def _by_name(one: Bearer, other: Bearer, common: bool) -> Rule | None:
    """The rule that names and addresses alone satisfy."""
    if not one.address and not other.address:
        return "written"
    local = local_part(one.address)
    if len(local) > 2 and local == local_part(other.address):
        return "local"
    made = one.made_of() + other.made_of()
    return "named" if made == 2 or (made and not common) else None


def _by_mails(engine: Engine, one: Bearer, other: Bearer) -> Iterator[Evidence]:
    """What the mails themselves say."""
    for writer, named in ((one, other), (other, one)):
        if ids := _ids(engine, Exact("from", writer.address), Phrase(named.address, "own")):
            yield _evidence("signature", writer, named, ids)
            return
    if ids := _card(engine, one.address, other.address):
        yield _evidence("card", one, other, ids)
    elif ids := _answer(engine, one.address, other.address) or _answer(engine, other.address, one.address):
        yield _evidence("answers", one, other, ids)


def _ids(engine: Engine, *asked: Node, limit: int = 1) -> list[str]:
    """The oldest messages that match."""
    page = engine.search(Query(tree=And(asked)), order="oldest", limit=limit, facets=False)
    return [hit.row.id for hit in page.hits]


def _card(engine: Engine, one: str, other: str) -> list[str]:
    """A message with a contact card that has both addresses."""
    asked = (Exact("has", "contact"), Phrase(one, "attachment"), Phrase(other, "attachment"))
    for message in engine.messages(_ids(engine, *asked, limit=3)):
        cards = [part.sha256 for part in message.attachments if part.sha256 and _is_card(part.sniffed, part.declared,
                                                                                      part.name)]  # fmt: skip
        for file in engine.files(cards).values():
            if one in file.text.lower() and other in file.text.lower():
                return [message.id]
    return []


def _is_card(*told: str) -> bool:
    return any("vcard" in one.lower() or one.lower().endswith(".vcf") for one in told)


def _answer(engine: Engine, asked: str, answering: str) -> list[str]:
    """A mail to one address, and the answer to its sender from the other."""
    page = engine.search(Query(tree=Exact("from", answering)), order="oldest", limit=REPLIES, facets=False)
    replies = {hit.row.parent: hit.row for hit in page.hits if hit.row.parent and not hit.row.parent.startswith("g")}
    for parent in engine.messages(replies):
        reply = replies[parent.id]
        writers = {who.address.lower() for who in parent.from_}
        to_writer = writers & {who.address.lower() for who in reply.to}
        if to_writer and asked in _recipients(parent) and answering not in _recipients(parent):
            return [parent.id, reply.id]
    return []


def _recipients(message: Message) -> set[str]:
    return {who.address.lower() for who in (*message.to, *message.cc, *message.bcc)}
