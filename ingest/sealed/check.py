"""A mail's seals, each checked or said to be encrypted; what the parts concerned hold is read from the raw bytes."""

from collections.abc import Iterator

from ingest.dkim.canonical import crlf
from ingest.headers import read_head
from ingest.sealed import pgp, smime
from ingest.structure import Part, Tree, read_tree
from mappings.signatures import Key, Seal, SealCheck

_CLEAR, _END = b"-----BEGIN PGP SIGNED MESSAGE-----", b"-----END PGP SIGNATURE-----"
_ENCRYPTED = "It is encrypted: only its headers are known."


def examine(raw: bytes, seals: tuple[Seal, ...], keys: list[Key]) -> tuple[SealCheck, ...]:
    """Every seal of a message as it is now known, one entry a signer."""
    if not seals:
        return ()
    parts = {part.number: part for part in parts_of(read_tree(raw, read_head(raw)))}
    found: list[SealCheck] = []
    for seal in seals:
        part = parts.get(seal.part)
        if seal.act == "encrypted":
            found.append(SealCheck(seal=seal, state="encrypted", reason=_ENCRYPTED))
        elif part is not None:
            found += _check(seal, part, keys)
    return tuple(found)


def parts_of(tree: Tree) -> Iterator[Part]:
    """Every part, those with children too."""
    waiting = [tree.root]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(reversed(part.children))


def _check(seal: Seal, part: Part, keys: list[Key]) -> list[SealCheck]:
    if seal.form == "opaque":
        return smime.check(seal, None, part.content, keys)
    if seal.form == "inline":
        text = part.content
        start = text.find(_CLEAR)
        end = text.find(_END, start)
        return [pgp.check(seal, text[start : end + len(_END)] + b"\n", None, keys)]
    if len(part.children) < 2:
        return [SealCheck(seal=seal, state="invalid", reason="The signature, or what it signs, is missing.")]
    content, signature = signed_bytes(part), part.children[-1].content
    if seal.kind == "pgp":
        return [pgp.check(seal, content, signature, keys)]
    return smime.check(seal, content, signature, keys)


def signed_bytes(part: Part) -> bytes:
    """What a multipart/signed signs: its first part, head and all, with CRLF line ends (RFC 1847 §2.1)."""
    first = part.children[0]
    return crlf(first.data[first.begin : first.end])
