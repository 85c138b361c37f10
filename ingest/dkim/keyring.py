"""Public keys by their name in the DNS: those that come with the program, those of a corpus, and files of them."""

import csv
import io
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import resources

from msgspec import MsgspecError, Struct, json

from ingest.dkim.crypto import KeyProblem, ed25519_key, rsa_key
from ingest.dkim.tags import TagProblem, bare, read_tags
from mappings.signatures import Key, key_name

COLUMNS = ("selector", "domain", "record", "first", "last", "source", "checked")
_TYPES = ("rsa", "ed25519")


class Record(Struct, frozen=True):
    """A key's TXT record, read (RFC 6376 §3.6.1, RFC 8463)."""

    type: str  # k=
    rsa: tuple[int, int] | None = None
    ed25519: bytes = b""
    hashes: tuple[str, ...] = ()  # h=, the only ones allowed; () for any
    testing: bool = False  # t=y
    strict: bool = False  # t=s: i= must name the very domain
    revoked: bool = False  # an empty p=

    @property
    def bits(self) -> int:
        """The key's size."""
        return self.rsa[0].bit_length() if self.rsa else 256 if self.ed25519 else 0


@lru_cache(maxsize=256)
def read_record(text: str) -> Record:
    """A TXT record. KeyProblem for what no signature can be checked with."""
    try:
        tags = read_tags(text)
    except TagProblem as problem:
        raise KeyProblem(f"The key's record can't be read: {problem}.") from None
    if tags.get("v", "DKIM1") != "DKIM1":
        raise KeyProblem(f'The key\'s record is of the version "{tags["v"][:20]}".')
    kind = bare(tags.get("k", "rsa")).lower()
    if kind not in _TYPES:
        raise KeyProblem(f'The key is of the type "{kind[:20]}", which is not known.')
    services = bare(tags.get("s", "*")).lower().split(":")
    if "*" not in services and "email" not in services:
        raise KeyProblem("The key is not meant for mail.")
    if "p" not in tags:
        raise KeyProblem("The record holds no key (p=).")
    flags = bare(tags.get("t", "")).lower().split(":")
    hashes = tuple(bare(tags["h"]).lower().split(":")) if tags.get("h") else ()
    revoked = not bare(tags["p"])
    return Record(
        kind, rsa_key(tags["p"]) if kind == "rsa" and not revoked else None,
        ed25519_key(tags["p"]) if kind == "ed25519" and not revoked else b"",
        hashes, "y" in flags, "s" in flags, revoked,
    )  # fmt: skip


class Keyring:
    """Keys by name. A name may have several: keys change, and old mail was signed with the old one."""

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        self._keys: dict[str, list[Key]] = {}
        for key in keys:
            if key.kind == "dkim":
                self._keys.setdefault(key.name.lower(), []).append(key)

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, name: str) -> list[Key]:
        """The keys of a name such as `20120113._domainkey.gmail.com`, in the order they were given."""
        return self._keys.get(name.lower(), [])


@cache
def shipped() -> tuple[Key, ...]:
    """The keys that come with the program."""
    text = resources.files("ingest.dkim").joinpath("keys.tsv").read_text(encoding="utf-8")
    return tuple(read_keys(text))


def keyring(added: Iterable[Key] = ()) -> Keyring:
    """The keys of a corpus, then those that come with the program."""
    return Keyring([*added, *shipped()])


def dkim_key(name: str, record: str, *, first: str = "", last: str = "", source: str = "", checked: str = "") -> Key:
    """A key for `selector._domainkey.domain`, its record looked through. KeyProblem."""
    selector, mark, domain = name.strip().rstrip(".").partition("._domainkey.")
    if not (selector and mark and domain):
        raise KeyProblem(f'"{name}" is no name of a key: selector._domainkey.domain.')
    text = " ".join(record.split())
    read_record(text)
    return Key(name=key_name(selector, domain), text=text, first=first, last=last, source=source, checked=checked)


def read_keys(text: str) -> list[Key]:
    """A file of keys: tab-separated with a line of column names, or one JSON object a line; `#` begins a comment.

    The columns are COLUMNS; all but the first three may be missing. KeyProblem names the line.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip() and line[:1] != "#"]
    if not lines:
        return []
    rows = _json_rows(lines) if lines[0][1].lstrip().startswith("{") else _tab_rows(lines)
    found = []
    for number, row in rows:
        known = {name: row[name].strip() for name in COLUMNS[3:] if row.get(name)}
        try:
            found.append(dkim_key(f"{row['selector']}._domainkey.{row['domain']}", row["record"], **known))
        except KeyError as missing:
            raise KeyProblem(f"Line {number}: the column {missing} is missing.") from None
        except KeyProblem as problem:
            raise KeyProblem(f"Line {number}: {problem}") from None
    return found


def _json_rows(lines: list[tuple[int, str]]) -> Iterable[tuple[int, dict[str, str]]]:
    for number, line in lines:
        try:
            yield number, json.decode(line, type=dict[str, str])
        except MsgspecError as problem:
            raise KeyProblem(f"Line {number}: {problem}.") from None


def _tab_rows(lines: list[tuple[int, str]]) -> Iterable[tuple[int, dict[str, str]]]:
    names = [name.strip().lower() for name in lines[0][1].split("\t")]
    if missing := [name for name in COLUMNS[:3] if name not in names]:
        raise KeyProblem(f"Line {lines[0][0]}: the column {missing[0]} is missing; the first line names the columns.")
    for number, line in lines[1:]:
        cells = next(csv.reader(io.StringIO(line), delimiter="\t", quoting=csv.QUOTE_NONE))
        yield number, dict(zip(names, cells, strict=False))
