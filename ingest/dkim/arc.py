"""ARC: what servers that passed a mail on signed, set by set (RFC 8617)."""

import re

from msgspec.structs import replace

from ingest.charsets import clean
from ingest.dkim.canonical import Mail, field_relaxed, without_signature
from ingest.dkim.check import check, read_field, verified
from ingest.dkim.keyring import Keyring
from ingest.dkim.tags import TagProblem, bare, data
from mappings.signatures import ArcSet, Signature

MOST = 50  # instances: §4.2.1
_INSTANCE = re.compile(rb"[:;][ \t\r\n]*i[ \t\r\n]*=[ \t\r\n]*([0-9]{1,4})[ \t\r\n]*(?:;|\Z)")
_RESULTS, _MESSAGE, _SEAL = b"arc-authentication-results", b"arc-message-signature", b"arc-seal"
_MISSING = "The set lacks this field, or has it twice."


def sets(mail: Mail, sender: str, keys: Keyring) -> tuple[ArcSet, ...]:
    """Every ARC set by its instance, each of its two signatures checked by itself."""
    fields = {name: _by_instance(mail.all(name)) for name in (_RESULTS, _MESSAGE, _SEAL)}
    found = []
    for instance in sorted({number for named in fields.values() for number in named})[:MOST]:
        results, message, seal = (fields[name].get(instance, []) for name in (_RESULTS, _MESSAGE, _SEAL))
        tags = read_field(seal[0]) if len(seal) == 1 else {"": _MISSING}
        claims = results[0].partition(b":")[2].partition(b";")[2] if results else b""
        entry = ArcSet(
            instance=instance, seal=_seal(instance, fields, tags, keys), cv=bare(tags.get("cv", "")).lower(),
            message=_message(mail, message[0], sender, keys) if len(message) == 1 else _lacking(_MISSING),
            claims=clean(" ".join(claims.decode("utf-8", "replace").split()))[:4000],
        )  # fmt: skip
        found.append(entry)
    return tuple(found)


def _by_instance(fields: list[bytes]) -> dict[int, list[bytes]]:
    found: dict[int, list[bytes]] = {}
    for field in fields:
        if told := _INSTANCE.search(field):
            found.setdefault(int(told[1]), []).append(field)
    return found


def _message(mail: Mail, field: bytes, sender: str, keys: Keyring) -> Signature:
    """The signature of a set over the mail: as DKIM's, but that it has no version and i= counts the sets (§4.1.2)."""
    tags = {name: value for name, value in read_field(field).items() if name != "i"}
    return check(mail, field, tags, sender, keys, versioned=False)


def _lacking(reason: str) -> Signature:
    return Signature(state="fails", code="bad-field", reason=reason)


def _seal(
    instance: int, fields: dict[bytes, dict[int, list[bytes]]], tags: dict[str, str], keys: Keyring
) -> Signature:
    """The seal of a set, over the fields of this and all earlier sets (§5.1.1)."""
    if reason := tags.get(""):
        return _lacking(reason)
    found = Signature(
        state="fails", domain=bare(tags.get("d", "")).lower(), selector=bare(tags.get("s", "")),
        algorithm=bare(tags.get("a", "")).lower(), body="none", aligned=False,
    )  # fmt: skip
    if found.algorithm not in ("rsa-sha256", "ed25519-sha256") or not (found.domain and found.selector):
        return replace(found, code="bad-field", reason="The seal lacks a=, d= or s=, or names what is not known.")
    covered = b""
    for number in range(1, instance + 1):
        for name in (_RESULTS, _MESSAGE, _SEAL):
            one = fields[name].get(number, [])
            if len(one) != 1:
                return replace(found, code="chain-broken", reason=f"Set {number} of the chain is not whole.")
            field = without_signature(one[0]) if name == _SEAL and number == instance else one[0]
            covered += field_relaxed(field)
    try:
        signature = data(tags.get("b", ""))
    except TagProblem as problem:
        return replace(found, code="bad-field", reason=f"The seal can't be read: {problem}.")
    return verified(found, keys, covered.removesuffix(b"\r\n"), signature)
