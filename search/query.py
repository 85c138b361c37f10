"""What the user typed, as a tree; no engine in sight."""

from typing import Literal, TypeAlias

from msgspec import Struct

TextField = Literal[
    "", "subject", "body", "own", "quoted", "from", "to", "cc", "bcc", "with", "filename", "attachment"
]  # fmt: skip


class Word(Struct, frozen=True, tag=True):
    """A word in a text field ("" is anywhere); `text` as typed, without its marks. A CJK run is a word as well."""

    text: str
    field: TextField = ""
    prefix: bool = False  # contr*
    fuzzy: int = 0  # edits allowed, 0 to 2


class Phrase(Struct, frozen=True, tag=True):
    """Words in this order, at most `slop` places astray. `from:"john@x.org"` is an `Exact`, not a phrase."""

    text: str
    field: TextField = ""
    slop: int = 0


class Exact(Struct, frozen=True, tag=True):
    """A value as a whole: addresses (from, to, cc, bcc, with: lower case), people (person, wrote, got: id or name),
    domain, has, is, dkim, arc, list, id, thread, number, label, tag (lower case), note (words), collection, lang,
    outlet, cited-by (an article's id), date ("none", "doubtful"), filename."""

    field: str
    value: str


class Between(Struct, frozen=True, tag=True):
    """`low <= field < high`: "date" in seconds since 1970 UTC, "size" in bytes, "cited" in articles; None is open."""

    field: Literal["date", "size", "cited"]
    low: int | None = None
    high: int | None = None


class And(Struct, frozen=True, tag=True):
    """All of them."""

    parts: tuple["Node", ...]


class Or(Struct, frozen=True, tag=True):
    """Any of them."""

    parts: tuple["Node", ...]


class Not(Struct, frozen=True, tag=True):
    """None of it."""

    part: "Node"


Node: TypeAlias = Word | Phrase | Exact | Between | And | Or | Not


class Chip(Struct, frozen=True):
    """One top-level term as it was read: in words, as typed, and the query that remains without it."""

    words: str  # 'from "podesta"', "between 2015-08-01 and 2015-09-30"
    text: str
    without: str
    negated: bool = False


class Query(Struct, frozen=True):
    """A query that was read: the tree (None asks for everything), the text as typed, the chips."""

    text: str = ""
    tree: Node | None = None
    chips: tuple[Chip, ...] = ()
