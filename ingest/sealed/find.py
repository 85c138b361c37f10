"""Which parts of a mail were signed or encrypted by its writer, and the text of what is signed in clear."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.sealed.cms import AUTHENTICATED, ENVELOPED, SIGNED, TYPES, kind_of
from mappings.signatures import Seal

if TYPE_CHECKING:
    from ingest.structure import Part, Tree

BEGIN, END = "-----BEGIN PGP ", "-----END PGP "
_CLEAR, _SIGNATURE, _MESSAGE = f"{BEGIN}SIGNED MESSAGE-----", f"\n{BEGIN}SIGNATURE-----", f"{BEGIN}MESSAGE-----"
_LAST = f"\n{END}SIGNATURE-----"


def seals(tree: "Tree", inline: list[Seal]) -> tuple[Seal, ...]:
    """Every part that is signed or encrypted, from the outside inwards, then what is so within texts."""
    return (*_of_parts(tree), *inline) if tree.root.children or tree.root.type in TYPES else tuple(inline)


def _of_parts(tree: "Tree") -> Iterator[Seal]:
    waiting = [tree.root]
    while waiting:
        part = waiting.pop()
        waiting.extend(reversed(part.children))
        if part.type == "multipart/signed":
            protocol = part.options.get("protocol", "").lower()
            kinds = {child.type for child in part.children}
            pgp = "pgp" in protocol or "application/pgp-signature" in kinds
            yield Seal(kind="pgp" if pgp else "smime", act="signed", form="detached", part=part.number)
        elif part.type == "multipart/encrypted":
            yield Seal(kind="pgp", act="encrypted", form="opaque", part=part.number)
        elif part.type in TYPES:
            yield from _of_cms(part)


def _of_cms(part: "Part") -> Iterator[Seal]:
    kind = kind_of(part.content)
    if kind == SIGNED:
        yield Seal(kind="smime", act="signed", form="opaque", part=part.number)
    elif kind in (ENVELOPED, AUTHENTICATED) or part.options.get("smime-type", "").lower() == "enveloped-data":
        yield Seal(kind="smime", act="encrypted", form="opaque", part=part.number)


def cleartext(text: str, part: str, found: list[Seal]) -> str:
    """A text without the marks and signatures of what is signed in clear in it (RFC 9580 §7); fills `found`."""
    if at_line(text, _MESSAGE) >= 0:
        found.append(Seal(kind="pgp", act="encrypted", form="inline", part=part))
    out = []
    at = 0
    while (start := at_line(text, _CLEAR, at)) >= 0:
        head = text.find("\n\n", start)
        signature = text.find(_SIGNATURE, head)
        last = text.find(_LAST, signature)
        if head < 0 or signature < head or last < signature:
            break
        body = text[head + 2 : signature]
        if body.startswith("- ") or "\n- " in body:
            body = "\n".join(line.removeprefix("- ") for line in body.split("\n"))
        out += [text[at:start], body]
        at = last + len(_LAST)
        found.append(Seal(kind="pgp", act="signed", form="inline", part=part))
    return "".join([*out, text[at:]]) if out else text


def at_line(text: str, mark: str, start: int = 0) -> int:
    """Where a mark stands at the beginning of a line; -1 where it does not."""
    at = text.find(mark, start)
    while at > 0 and text[at - 1] != "\n":
        at = text.find(mark, at + 1)
    return at
