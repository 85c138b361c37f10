"""A mail's DKIM signatures, each in one of four states that are never merged (RFC 6376 §6.1)."""

import hashlib
import re
from collections.abc import Iterable

from msgspec.structs import replace

from ingest.dkim.canonical import READINGS, Mail, chosen, field_relaxed, field_simple, without_signature
from ingest.dkim.crypto import KeyProblem, ed25519_verifies, rsa_verifies
from ingest.dkim.keyring import Keyring, Record, read_record
from ingest.dkim.tags import TagProblem, bare, data, number, read_tags
from mappings.signatures import Key, Signature

MOST = 20  # signatures of one mail that are looked at
_READ_AGAIN = 5_000_000  # bytes of a body that is read in other ways where it does not match as it stands
_MATTERS = (b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"reply-to", b"content-type")
_ALGORITHMS = {"rsa-sha256": "sha256", "rsa-sha1": "sha1", "ed25519-sha256": "sha256"}
_SMALL = 1024  # bits; RFC 8301 §3.2
_FORMS = {"simple": field_simple, "relaxed": field_relaxed}
_CODED = re.compile("=([0-9A-F]{2})")  # §2.11
NO_KEY = "No key of that name is at hand: this could not be checked."
COMPOSED = "The bytes are not those that were sent, so that this can't be checked."
REVOKED = "The record at hand says that the key was revoked."
OTHER_BODY = "The body is not the one that was signed, whatever the key."
OTHER_HEAD = "The signature does not match the fields it covers."


def signatures(mail: Mail, sender: str, keys: Keyring) -> tuple[Signature, ...]:
    """Every DKIM-Signature field as it was checked; `sender` is the address in From. Never asks the network."""
    return tuple(
        check(mail, field, read_field(field), sender, keys) for field in mail.all(b"dkim-signature")[:MOST]
    )  # fmt: skip


def unchecked(mail: Mail, sender: str) -> tuple[Signature, ...]:
    """The DKIM-Signature fields of a mail that was composed here from something else."""
    fields = mail.all(b"dkim-signature")[:MOST]
    found = (_described(mail, read_field(field), sender) for field in fields)
    return tuple(replace(one, state="unchecked", code="composed", reason=COMPOSED, bare=()) for one in found)


def read_field(field: bytes) -> dict[str, str]:
    """The tags of a signature field; what can't be read is under the name "" as a sentence."""
    try:
        return read_tags(field.partition(b":")[2].decode("utf-8", "replace"))
    except TagProblem as problem:
        return {"": f"The field can't be read: {problem}."}


def check(
    mail: Mail, field: bytes, tags: dict[str, str], sender: str, keys: Keyring, versioned: bool = True
) -> Signature:
    """One signature field; `versioned` asks for v=1, which ARC's has not."""
    found = _described(mail, tags, sender)
    try:
        problem = tags.get("") or _unfit(found, tags, versioned)
        digest, signature = data(tags.get("bh", "")), data(tags.get("b", ""))
        length = number(tags, "l")
    except TagProblem as error:
        problem = f"The field can't be read: {error}."
    if problem:
        return replace(found, state="fails", code="bad-field", reason=problem)
    head, _, form = bare(tags.get("c", "simple/simple")).lower().partition("/")
    form = form or "simple"
    if head not in _FORMS or form not in _FORMS:
        return replace(found, state="fails", code="bad-field", reason="The field names a form that is not known (c=).")
    reading = _reading(mail, form, length, _ALGORITHMS[found.algorithm], digest)
    found = _measured(mail, found, form, length, reading or "")
    if reading is None and keys.find(found.name):
        return replace(found, state="fails", code="body-differs", reason=OTHER_BODY)
    names = bare(tags["h"]).lower().encode().split(b":")
    canonical = _FORMS[head]
    covered = b"".join(canonical(one) for one in chosen(mail, names))
    covered += canonical(without_signature(field)).removesuffix(b"\r\n")
    if reading is None:
        return replace(found, state="no-key", code="no-key", reason=f"{NO_KEY} {OTHER_BODY}")
    return replace(verified(found, keys, covered, signature), reading=reading)


def _described(mail: Mail, tags: dict[str, str], sender: str) -> Signature:
    """What a field says, and what it leaves out of what the mail has."""
    domain = bare(tags.get("d", "")).lower().rstrip(".")
    identity = _CODED.sub(lambda code: chr(int(code[1], 16)), bare(tags.get("i", ""))).lower()
    names = bare(tags.get("h", "")).lower().split(":")
    counts: dict[bytes, int] = {}
    for name, _ in mail.fields:
        counts[name] = counts.get(name, 0) + 1
    covered = tuple(dict.fromkeys(name for name in names if counts.get(name.encode())))
    open_ = tuple(name.decode() for name in _MATTERS if counts.get(name, 0) > names.count(name.decode()))
    return Signature(
        state="fails", domain=domain, selector=bare(tags.get("s", "")), headers=covered, bare=open_,
        identity=identity if identity not in ("", "@" + domain) else "", algorithm=bare(tags.get("a", "")).lower(),
        signed=_seconds(tags, "t"), expires=_seconds(tags, "x"),
        aligned=aligned(sender.rpartition("@")[2].lower(), domain),
    )  # fmt: skip


def _seconds(tags: dict[str, str], name: str) -> int | None:
    value = bare(tags.get(name, ""))
    return int(value) if value.isascii() and value.isdigit() and len(value) < 13 else None


def aligned(sender: str, domain: str) -> bool:
    """Whether a signing domain is the sender's, or one above or below it (RFC 7489 §3.1.1, but for its suffix list)."""
    if not sender or "." not in domain:
        return False
    return sender == domain or sender.endswith("." + domain) or domain.endswith("." + sender)


def _unfit(found: Signature, tags: dict[str, str], versioned: bool) -> str:
    """Why a field is no signature, "" when it is one. TagProblem."""
    if versioned and bare(tags.get("v", "")) != "1":
        return "The field is of no known version (v=)."
    for name in ("a", "b", "bh", "d", "h", "s"):
        if not bare(tags.get(name, "")):
            return f"The field lacks {name}=."
    if found.algorithm not in _ALGORITHMS:
        return f'The algorithm "{found.algorithm[:30]}" is not known.'
    if "from" not in bare(tags["h"]).lower().split(":"):
        return "The field does not cover From."
    if found.identity and not f".{found.identity.rpartition('@')[2]}".endswith(f".{found.domain}"):
        return "It speaks for another domain than the one that signed (i=, d=)."
    signed, expires = number(tags, "t"), number(tags, "x")
    if signed is not None and expires is not None and expires < signed:
        return "It expired before it was made (x=, t=)."
    return ""


def _reading(mail: Mail, form: str, length: int | None, hash_name: str, digest: bytes) -> str | None:
    """What has to be undone in the body for it to have the digest: "" for nothing, None when nothing helps."""
    for reading in ("", *READINGS):
        if reading and (len(mail.body) > _READ_AGAIN or b"From " not in mail.body):
            continue
        body = mail.body_as(form, reading)
        if length is not None and length > len(body):
            continue
        if hashlib.new(hash_name, body[:length], usedforsecurity=False).digest() == digest:
            return reading
    return None


def _measured(mail: Mail, found: Signature, form: str, length: int | None, reading: str) -> Signature:
    """How much of the body is covered, and what is weak about it."""
    size = len(mail.body_as(form, reading))
    weak = []
    if length is not None and length < size:
        told = "none of the body is" if not length else f"only the first {length:,} of its {size:,} bytes are"
        weak.append(f"Of the body, {told} covered (l=): more could be added below.")
        found = replace(found, body="part" if length else "none", length=length)
    if found.algorithm == "rsa-sha1":
        weak.append("It uses SHA-1, for which other content with the same digest can be made.")
    if doubled := [name for name in found.bare if name in found.headers]:
        weak.append(f"Of the fields that stand there more than once, one is not covered: {', '.join(doubled)}.")
    return replace(found, size=size, weak=tuple(weak))


def verified(found: Signature, keys: Keyring, covered: bytes, signature: bytes) -> Signature:
    """The signature with its state by the keys of that name: the first one that verifies, else why the last did not."""
    last: Signature | None = None
    for key in keys.find(found.name):
        last = _by_key(found, key, covered, signature)
        if last.state == "verified":
            return last
    return last or replace(found, state="no-key", code="no-key", reason=NO_KEY)


def _by_key(found: Signature, key: Key, covered: bytes, signature: bytes) -> Signature:
    try:
        record = read_record(key.text)
    except KeyProblem as problem:
        return replace(found, state="no-key", code="key-unfit", reason=str(problem))
    found = replace(found, bits=record.bits, key=key.where, seen=key.when)
    if record.revoked:
        return replace(found, state="no-key", code="revoked", reason=REVOKED)
    hash_name = _ALGORITHMS[found.algorithm]
    if unfit := _unfit_key(found, record, hash_name):
        return replace(found, state="fails", code="key-unfit", reason=unfit)
    if record.rsa:
        good = rsa_verifies(record.rsa, hash_name, covered, signature)
    else:  # RFC 8463 §3: what is signed is the digest
        good = ed25519_verifies(record.ed25519, hashlib.sha256(covered).digest(), signature)
    if not good:
        return replace(found, state="fails", code="head-differs", reason=OTHER_HEAD)
    return replace(found, state="verified", code="", reason="", weak=(*found.weak, *_weak_key(record)))


def _unfit_key(found: Signature, record: Record, hash_name: str) -> str:
    """Why a key may not be used for a signature, "" when it may."""
    if record.type != found.algorithm.partition("-")[0]:
        return "The key is of another type than the signature."
    if record.hashes and hash_name not in record.hashes:
        return f"The key is not meant for {hash_name}."
    if record.strict and found.identity and found.identity.rpartition("@")[2] != found.domain:
        return "The key may sign for its very domain only."
    return ""


def _weak_key(record: Record) -> Iterable[str]:
    if record.rsa and record.bits < _SMALL:
        yield f"Its key has {record.bits} bits: others can work out such a key today."
    if record.testing:
        yield "Its key was marked as a trial (t=y)."
