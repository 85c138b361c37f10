"""What both engines' queries share: the worth of each field, and which documents stay hidden."""

from collections.abc import Iterable

from search.query import And, Node, Not, Or, Phrase, TextField, Word

# What a match is worth by its field: a mail is about its subject and its own words; what it quotes was said elsewhere,
# and what it carries may be long and about many things.
WEIGHTS = {
    "subject": 3.0, "own": 2.0, "quoted": 0.6, "from": 2.0, "to": 1.0, "cc": 0.8, "bcc": 0.8, "filename": 1.5,
    "attachment": 0.4,
}  # fmt: skip
TIE = 0.1  # what a field that is not the best one adds
FIELDS: dict[TextField, tuple[str, ...]] = {
    "": tuple(WEIGHTS),
    "body": ("own", "quoted"),
    "with": ("from", "to", "cc", "bcc"),
}
# what is asked of the desk (search/desk.py), and may be kept from readers
DESK = {"tag", "note", ("is", "starred"), ("has", "note")}
# What `person:` and its like look at.
PARTS = {"person": ("from", "to", "cc", "bcc"), "wrote": ("from",), "got": ("to", "cc", "bcc")}
UNHIDDEN = {("is", "duplicate"), ("is", "ghost")}  # what asks for documents that are hidden otherwise


def nodes(tree: Node) -> Iterable[Node]:
    """Every node of a tree, outermost first."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, And | Or):
            waiting.extend(node.parts)
        elif isinstance(node, Not):
            waiting.append(node.part)


def is_ranked(tree: Node | None) -> bool:
    """Whether relevance means anything: some word or phrase is asked for."""
    return tree is not None and any(isinstance(node, Word | Phrase) for node in nodes(tree))
