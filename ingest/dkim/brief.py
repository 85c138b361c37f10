"""Signatures for which no key is at hand, told from their fields alone: most mail waits for keys, and must not cost."""

import re
from collections.abc import Iterable, Iterator

from ingest.dkim.keyring import Keyring
from mappings.signatures import ArcSet, Later, Signature, key_name

_CLEAN = re.compile(r"[\w.=-]+")
DKIM, SEAL, MESSAGE = "dkim-signature", "arc-seal", "arc-message-signature"
FIELDS = frozenset((DKIM, SEAL, MESSAGE))
_TAG = re.compile(r";\s*(a|cv|d|i|s)\s*=([^;]*)")
_Tags = dict[str, str]


def waiting(fields: Iterable[tuple[str, str]], keys: Keyring) -> Later | None:
    """All signatures as waiting for a key; None where there is one for any of them, or where a field is not plain.

    `fields` are lower-case names and values, unfolded, of FIELDS alone.
    """
    found: dict[str, list[_Tags]] = {DKIM: [], SEAL: [], MESSAGE: []}
    for name, value in fields:
        tags = _tags(value)
        domain, selector = tags.get("d", ""), tags.get("s", "")
        if not (_CLEAN.fullmatch(domain) and _CLEAN.fullmatch(selector)) or keys.find(key_name(selector, domain)):
            return None
        found[name].append(tags)
    try:
        chain = tuple(_sets(found[SEAL], found[MESSAGE])) if found[SEAL] or found[MESSAGE] else ()
        return Later(signatures=tuple([_signature(tags) for tags in found[DKIM]]), arc=chain)
    except (KeyError, ValueError):
        return None


def _tags(value: str) -> _Tags:
    return {name: text.strip() for name, text in _TAG.findall(f";{value}")}


def _signature(tags: _Tags) -> Signature:
    algorithm = tags.get("a", "").lower()
    return Signature(
        state="no-key", code="no-key", domain=tags["d"].lower(), selector=tags["s"], algorithm=algorithm
    )  # fmt: skip


def _sets(seals: list[_Tags], messages: list[_Tags]) -> Iterator[ArcSet]:
    """The sets of a chain that is whole; KeyError, ValueError for any other."""
    by_instance = {int(tags["i"]): tags for tags in messages}
    if len(by_instance) != len(messages) or len(seals) != len(messages):
        raise ValueError
    for tags in sorted(seals, key=lambda tags: int(tags["i"])):
        instance = int(tags["i"])
        message = _signature(by_instance.pop(instance))
        yield ArcSet(instance=instance, seal=_signature(tags), message=message, cv=tags.get("cv", "").lower())
