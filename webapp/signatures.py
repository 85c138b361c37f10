"""What is known of a message's signatures, in sentences: for the page and for the terminal."""

import time
from collections.abc import Iterator
from typing import NamedTuple

from mappings.records import Message
from mappings.signatures import Later, Seal, SealCheck, Signature, arc_state, dkim_state

TITLES = {
    "verified": "Verified",
    "fails": "Signed, does not verify",
    "no-key": "Signed, no key at hand",
    "unchecked": "Signed, can’t be checked",
    "unsigned": "Unsigned",
}
OTHERS = "The domain is not the sender’s: it vouches for what it passed on, not for who is named in From."
NOT_FORGED = "This does not mean that it is forged: lists, filters and archives alter mails on their way."
MEANING = {
    "verified": "What is covered is as it was when that server sent it. It does not tell who wrote it.",
    "fails": NOT_FORGED,
    "no-key": "Nothing follows from that. A key can be added with “unsealed keys add”.",
    "unchecked": "",
    "unsigned": "No server signed this mail (DKIM); before 2008 hardly any did.",
}
_CLAIMS = ("authentication-results", "x-original-authentication-results")
_NAMES = {"message-id": "Message-ID", "cc": "Cc", "mime-version": "MIME-Version"}
_ALWAYS = ("from", "to", "cc", "subject", "date", "message-id", "reply-to")


SEALED = {
    "valid": "The signature holds",
    "invalid": "The signature does not hold",
    "no-key": "Signed, no key at hand",
    "unchecked": "Signed, not checked",
    "encrypted": "Encrypted",
}
_KINDS = {"smime": "S/MIME", "pgp": "PGP"}
_COLOURS = {"valid": "verified", "invalid": "fails"}


class Line(NamedTuple):
    """One signature: its state, who signed, and what there is to say, sentence by sentence."""

    state: str
    title: str
    by: str
    said: tuple[str, ...]


class Verdict(NamedTuple):
    """A message's signatures: the best state, what it means, and all of them."""

    state: str
    title: str
    meaning: str
    lines: tuple[Line, ...]
    arc: str  # the chain's state, "" without one
    chain: tuple[Line, ...]
    claims: tuple[str, ...]  # what receiving servers wrote


def verdict(message: Message, examined: Later | None = None) -> Verdict:
    """All that is known of a message's signatures, as stored or as examined now."""
    known = examined or Later(signatures=message.signatures, arc=message.arc)
    state = dkim_state(known.signatures)
    chain = []
    for one in known.arc:
        chain.append(_line(one.seal, f"Seal {one.instance}"))
        chain.append(_line(one.message, f"Signature {one.instance}"))
    claims = [value for name, value in message.headers if name.lower() in _CLAIMS]
    claims += [f"{one.claims} (ARC, set {one.instance})" for one in known.arc if one.claims]
    arc = arc_state(known.arc)
    return Verdict(
        state, TITLES[state], MEANING[state], tuple(_line(one) for one in known.signatures), TITLES.get(arc, ""),
        tuple(chain), tuple(claims),
    )  # fmt: skip


def _line(found: Signature, what: str = "") -> Line:
    title = f"{what}: {TITLES[found.state].lower()}" if what else TITLES[found.state]
    return Line(found.state, title, found.domain or "nobody named", tuple(_said(found, what.startswith("Seal"))))


def _said(found: Signature, seal: bool) -> Iterator[str]:
    """What a signature covers, by which key, what it leaves out, what is weak."""
    if found.reason:
        yield found.reason
    who = found.domain or "Somebody"
    verb = "signed" if found.state == "verified" else "says to have signed"
    key = f" with the key “{found.selector}”" if found.selector else ""
    size = f" ({found.bits} bit)" if found.bits else ""
    origin = f", known from {found.key}" if found.key else ""
    seen = f", in use {found.seen}" if found.seen else ""
    if seal:
        yield f"{who} {verb} the fields of the chain{key}{size}{origin}{seen}."
    elif found.headers:
        yield f"{who} {verb} {covered(found)}{key}{size}{origin}{seen}."
    if found.bare:
        yield f"Not covered: {_listed(found.bare)}."
    if found.headers and not seal:
        yield "The domain is the sender’s." if found.aligned else OTHERS
    if found.signed is not None:
        until = f", to be good until {_date(found.expires)}" if found.expires is not None else ""
        yield f"It says that it was made on {_date(found.signed)}{until}."
    if found.reading:
        yield f"It verifies with {found.reading}."
    yield from found.weak


def _date(seconds: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))


def covered(found: Signature) -> str:
    """`From, To, Subject, Date and the whole body`."""
    named = [name for name in _ALWAYS if name in found.headers]
    others = len(found.headers) - len(named)
    body = {"whole": "the whole body", "none": "nothing of the body"}.get(
        found.body, f"the first {found.length:,} of {found.size:,} bytes of the body"
    )
    rest = [f"{others} more {'field' if others == 1 else 'fields'}"] if others else []
    return _listed([*named, *rest, body])


def _listed(names: "list[str] | tuple[str, ...]") -> str:
    shown = [_NAMES.get(name, name.title() if name.islower() and " " not in name else name) for name in names]
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)


def acts(seals: tuple[Seal, ...]) -> str:
    """`Signed (S/MIME), encrypted (PGP)`: what the writer did, each thing once."""
    said = dict.fromkeys(f"{seal.act} ({_KINDS[seal.kind]})" for seal in seals)
    return ", ".join(said).capitalize().replace("pgp", "PGP").replace("s/mime", "S/MIME")


def seal_line(found: SealCheck) -> Line:
    """One seal in words; what a certificate says of itself is said as that."""
    kind = _KINDS[found.seal.kind]
    by = found.signer or (f"key {found.key}" if found.key else kind)
    return Line(_COLOURS.get(found.state, found.state), f"{kind}: {SEALED[found.state].lower()}", by,
                tuple(_seal_said(found)))  # fmt: skip


def _seal_said(found: SealCheck) -> Iterator[str]:
    if found.reason:
        yield found.reason
    if found.issuer:
        yield (f"The certificate names {found.signer} and was issued by {found.issuer}, as it says; valid from "
               f"{found.since} to {found.until}, serial {found.key}.")  # fmt: skip
    elif found.signer:
        yield f"The key {found.key} names {found.signer}."
    if found.signed:
        yield f"It says that it was made on {found.signed}."
    if found.chain:
        yield found.chain
    if found.weak:
        yield found.weak
