"""Evidence that several addresses and names are one person's, in sentences."""

from mappings.persons import NAMED, Evidence, Role, Rule, shown
from search.engine import Engine
from search.query import And, Exact, Node, Phrase, Query

_WHY: dict[Rule, str] = {
    "written": 'The same name, once with the last name first: "{one}" and "{other}".',
    "local": '{one} and {other} have the same part before the @ and go by the same name, "{name}".',
    "named": '{one} and {other} go by the same whole name, "{name}", and an address is made of it.',
    "signature": '{one} and {other} go by the same name, "{name}", and a mail from one names the other itself.',
    "card": '{one} and {other} go by the same name, "{name}", and stand on one contact card.',
    "answers": '{one} and {other} go by the same name, "{name}": who was written to at one answered from the other.',
}
ROLES: dict[Role, str] = {
    "role": "An office, a program or a list: an address of that kind is never held to be a person's.",
    "list": "A mailing list's address: it is never held to be a person's.",
    "silent": "Much mail goes to this address and next to none comes from it, as with lists: it is not held to be one "
              "with others.",
    "shared": "Several people write from this address, so that it is held to be none of theirs.",
}
FEW = 2  # mails that show what names alone tell


def why(evidence: Evidence) -> str:
    """A sentence for people."""
    return _WHY[evidence.rule].format(one=shown(evidence.one), other=shown(evidence.other), name=evidence.name)


def examples(engine: Engine, evidence: Evidence) -> list[str]:
    """Ids of mails that show it: those that were noted, else the latest of each of the two under that name."""
    if evidence.messages:
        return list(evidence.messages)
    found = []
    for handle in (evidence.one, evidence.other):
        asked: Node = Phrase(shown(handle), "with")
        if not handle.startswith(NAMED):
            asked = And((Exact("with", handle), Phrase(evidence.name, "with")))
        page = engine.search(Query(tree=asked), order="newest", limit=FEW - 1, facets=False)
        found += [hit.row.id for hit in page.hits]
    return list(dict.fromkeys(found))
