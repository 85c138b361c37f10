"""A winmail.dat (TNEF) in a mail, opened in place: what is in it counts as the mail's own; its bytes stay untouched."""

from msgspec import Struct

from ingest.sniffing import sniff
from ingest.structure import Part, Tree

MARK = ".winmail."  # in a part's number, between that of the container and that of the part inside
_TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")


class Winmail(Struct, frozen=True):
    """A container that was opened: its part's number, the message its content makes, and what could not be read."""

    part: str
    raw: bytes
    problems: tuple[str, ...] = ()


def opened(tree: Tree) -> list[Winmail]:
    """Every winmail.dat among the parts of a mail. One that can't be read has no bytes and says why."""
    return [_open(leaf) for leaf in tree.leaves() if (leaf.name or leaf.type in _TYPES) and _is_one(leaf)]


def _is_one(leaf: Part) -> bool:
    named = leaf.type in _TYPES or leaf.name.lower().endswith("winmail.dat")
    return named and sniff(leaf.content) == "application/vnd.ms-tnef"


def _open(leaf: Part) -> Winmail:
    from ingest.outlook import mail, tnef  # rarely wanted

    try:
        spent = mail.Spent()
        raw = mail.message(tnef.read(leaf.content), spent)
    except Exception as problem:  # the last net: a damaged one stays an attachment
        return Winmail(leaf.number, b"", (f"It could not be opened ({type(problem).__name__}: {problem}).",))
    return Winmail(leaf.number, raw, tuple(dict.fromkeys(spent.losses)))
