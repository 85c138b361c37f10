"""What is known of a message's signatures (DKIM, ARC), and the keys they are checked with."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

SignatureState = Literal["verified", "fails", "no-key", "unchecked"]
BodyCover = Literal["whole", "part", "none"]
STATES: tuple[SignatureState, ...] = ("verified", "fails", "no-key", "unchecked")  # the best one first
UNSIGNED = "unsigned"


class Key(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A public key as it was published, and where it is known from."""

    kind: Literal["dkim", "pgp", "ca"] = "dkim"
    name: str  # "selector._domainkey.domain"; the fingerprint of a key that is a file
    text: str  # the TXT record (RFC 6376 §3.6.1); the key's armoured text
    first: str = ""  # day, month or year it was seen from and until, as ISO 8601
    last: str = ""
    source: str = ""  # where its text was found
    checked: str = ""  # how it is known to be right
    added: int = 0  # seconds since 1970; 0 for those that come with the program

    @property
    def where(self) -> str:
        """Where it is known from, in a few words."""
        return self.source or "added without a source"

    @property
    def when(self) -> str:
        """When it is known to have been in use: `2012-01 to 2016-10`, `since 2023`, "" where nothing is known."""
        if self.first and self.last:
            return f"{self.first} to {self.last}"
        return f"since {self.first}" if self.first else f"until {self.last}" if self.last else ""


class Signature(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One DKIM-Signature field, or one field of an ARC set, as it was checked (RFC 6376, RFC 8617)."""

    state: SignatureState
    code: str = ""  # why it is not "verified", short and stable: "body-differs", "head-differs", "revoked" …
    reason: str = ""  # the same as a sentence for people
    domain: str = ""  # d=, who signed
    selector: str = ""  # s=
    identity: str = ""  # i=, where it says more than the domain
    algorithm: str = ""  # a=
    headers: tuple[str, ...] = ()  # fields that are covered, lower case, in the order of h=
    bare: tuple[str, ...] = ()  # fields that matter to a reader, stand in the mail, and are not covered
    body: BodyCover = "whole"
    length: int = 0  # bytes of the body that l= covers, where body is "part"
    size: int = 0  # bytes of the whole body, as it is signed
    signed: int | None = None  # t=, seconds since 1970
    expires: int | None = None  # x=
    bits: int = 0  # of the key
    key: str = ""  # where the key is known from
    seen: str = ""  # when the key is known to have been in use
    aligned: bool = False  # the domain is that of From, or one above or below it
    weak: tuple[str, ...] = ()  # what makes it worth less: sentences
    reading: str = ""  # what had to be undone in the bytes for it to verify, "" for nothing

    @property
    def name(self) -> str:
        """The name its key has in the DNS."""
        return key_name(self.selector, self.domain)


class ArcSet(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one server that passed a mail on added to it (RFC 8617 §4): a seal, a signature, and what it claims."""

    instance: int
    seal: Signature  # over the ARC fields up to its own
    message: Signature  # over the mail as it was at that server
    cv: str = ""  # what the server says of the chain before it: none, pass, fail
    claims: str = ""  # its Authentication-Results: a claim, worth what the seal is worth


class Seal(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A part that its writer signed or encrypted: S/MIME (RFC 8551) or OpenPGP (RFC 3156)."""

    kind: Literal["smime", "pgp"]
    act: Literal["signed", "encrypted"]
    form: Literal["detached", "opaque", "inline"]
    part: str = ""  # its number, "" for the whole mail


class SealCheck(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A seal as it was checked. A certificate that came along in the mail says of itself whom it names."""

    seal: Seal
    state: Literal["valid", "invalid", "no-key", "unchecked", "encrypted"]
    reason: str = ""  # a sentence, where the state alone does not tell
    signer: str = ""  # whom the certificate or key names
    issuer: str = ""  # who issued the certificate, as it says
    key: str = ""  # the key's fingerprint or number, the certificate's serial
    since: str = ""  # the certificate's validity, as dates
    until: str = ""
    signed: str = ""  # when, as the signature says
    chain: str = ""  # what is known of who vouches for the certificate
    weak: str = ""


class Later(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What was found out about a message after it was stored; stands in for what its record says."""

    signatures: tuple[Signature, ...] = ()
    arc: tuple[ArcSet, ...] = ()


def key_name(selector: str, domain: str) -> str:
    """Where a DKIM key stands in the DNS, lower case (RFC 6376 §3.6.2.1)."""
    return f"{selector}._domainkey.{domain}".lower()


def dkim_state(signatures: Iterable[Signature]) -> str:
    """The best state of any signature; "unsigned" where there is none."""
    found = {signature.state for signature in signatures}
    return next((state for state in STATES if state in found), UNSIGNED)


def arc_state(sets: Iterable[ArcSet]) -> str:
    """"verified" where every seal holds and the last server's signature does, "" without any set."""
    chain = list(sets)
    if not chain:
        return ""
    found = {one.seal.state for one in chain} | {chain[-1].message.state}
    if [one.instance for one in chain] != list(range(1, len(chain) + 1)):
        found.add("fails")
    if any(one.cv != ("pass" if one.instance > 1 else "none") for one in chain):
        found.add("fails")
    return next(state for state in ("unchecked", "fails", "no-key", "verified") if state in found)
