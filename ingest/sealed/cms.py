"""Cryptographic messages of S/MIME, taken apart (CMS, RFC 5652): what they hold, who signed, who may read it."""

from msgspec import Struct

from ingest.sealed.ber import INTEGER, OCTETS, SEQUENCE, SET, BerProblem, Element, oid, parse

SIGNED, ENVELOPED, AUTHENTICATED = "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.3", "1.2.840.113549.1.9.16.1.23"
TYPES = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
_CONTEXT_0, _CONTEXT_1, _OWN_0 = 0xA0, 0xA1, 0x80


class Signer(Struct, frozen=True):
    """Who signed, and how. `attributes` is what is signed in place of the content, b"" where it is the content."""

    issuer: bytes  # DER, with the serial, or b"" where the key's identifier is given
    serial: int
    key_id: bytes
    digest: str  # object identifiers of the hash and of the signature's algorithm
    algorithm: str
    parameters: bytes
    attributes: bytes
    values: dict[str, bytes]  # the attributes' first values, whole, by their identifier
    signature: bytes


class Signed(Struct, frozen=True):
    """Signed data: the content if it is inside, the certificates that came along (DER), the signers."""

    content: bytes | None
    certificates: tuple[bytes, ...]
    signers: tuple[Signer, ...]


class Recipient(Struct, frozen=True):
    """For whom a content key is encrypted, and the key itself."""

    issuer: bytes
    serial: int
    key_id: bytes
    algorithm: str
    parameters: bytes
    key: bytes


class Enveloped(Struct, frozen=True):
    """Encrypted data: recipients by key transport, the cipher and its parameters, the ciphertext, its tag if any."""

    recipients: tuple[Recipient, ...]
    algorithm: str
    parameters: bytes
    content: bytes
    attributes: bytes = b""  # of authenticated data, as they are authenticated
    mac: bytes = b""


def _opened(data: bytes) -> tuple[str, Element]:
    """The kind of a ContentInfo and its content (§3)."""
    outer = parse(data)
    if outer.tag != SEQUENCE:
        raise BerProblem("no cryptographic message")
    kind, inner = list(outer.children())[:2]
    return oid(kind), next(inner.children())


def kind_of(data: bytes) -> str:
    """SIGNED, ENVELOPED or another identifier; "" for what is no cryptographic message."""
    try:
        return _opened(data)[0]
    except (BerProblem, ValueError, StopIteration):
        return ""


def signed_content(data: bytes) -> bytes | None:
    """What was signed, where it stands inside; None where it does not, or for anything else."""
    try:
        return read_signed(data).content if kind_of(data) == SIGNED else None
    except BerProblem:
        return None


def read_signed(data: bytes) -> Signed:
    """SignedData (§5.1). BerProblem."""
    try:
        kind, inner = _opened(data)
        if kind != SIGNED:
            raise BerProblem("it is not signed data")
        fields = list(inner.children())
        holder = list(fields[2].children())
        content = next(holder[1].children()).octets() if len(holder) > 1 else None
        certificates: tuple[bytes, ...] = ()
        for field in fields[3:-1]:
            if field.tag == _CONTEXT_0:
                certificates = tuple(one.whole for one in field.children() if one.tag == SEQUENCE)
        signers = tuple(_signer(one) for one in fields[-1].children()) if fields[-1].tag == SET else ()
    except (StopIteration, IndexError, ValueError) as problem:
        raise BerProblem(str(problem) or "it is cut off") from None
    return Signed(content, certificates, signers)


def _signer(element: Element) -> Signer:
    fields = list(element.children())
    issuer, serial, key_id = _named(fields[1])
    digest, _ = _algorithm(fields[2])
    attributes, values, rest = b"", {}, fields[3:]
    if rest[0].tag == _CONTEXT_0:
        values = _values(rest[0])
        attributes = bytes([SET]) + rest[0].whole[1:]  # signed as a SET (§5.4)
        rest = rest[1:]
    algorithm, parameters = _algorithm(rest[0])
    return Signer(issuer, serial, key_id, digest, algorithm, parameters, attributes, values, rest[1].octets())


def _values(element: Element) -> dict[str, bytes]:
    found = {}
    for attribute in element.children():
        name, values = list(attribute.children())[:2]
        if first := next(values.children(), None):
            found[oid(name)] = first.whole
    return found


def _named(element: Element) -> tuple[bytes, int, bytes]:
    """Issuer and serial, or the key's identifier."""
    if element.tag != SEQUENCE:
        return b"", 0, element.octets()
    issuer, serial = list(element.children())[:2]
    if serial.tag != INTEGER:
        raise BerProblem("a serial that is no number")
    return issuer.whole, int.from_bytes(serial.content, "big", signed=True), b""


def _algorithm(element: Element) -> tuple[str, bytes]:
    fields = list(element.children())
    return oid(fields[0]), fields[1].whole if len(fields) > 1 else b""


def read_enveloped(data: bytes) -> Enveloped:
    """EnvelopedData (§6.1) or AuthEnvelopedData (RFC 5083). BerProblem."""
    try:
        kind, inner = _opened(data)
        if kind not in (ENVELOPED, AUTHENTICATED):
            raise BerProblem("it is not encrypted data")
        fields = [field for field in inner.children() if field.tag != _CONTEXT_0]
        recipients = tuple(_recipient(one) for one in fields[1].children() if one.tag == SEQUENCE)
        holder = list(fields[2].children())
        algorithm, parameters = _algorithm(holder[1])
        attributes = mac = b""
        if kind == AUTHENTICATED:
            attributes = next((bytes([SET]) + one.whole[1:] for one in fields[3:] if one.tag == _CONTEXT_1), b"")
            mac = next((one.content for one in fields[3:] if one.tag == OCTETS), b"")
        if holder[2].tag & ~0x20 != _OWN_0:
            raise BerProblem("it holds no content")
        return Enveloped(recipients, algorithm, parameters, holder[2].octets(), attributes, mac)
    except (StopIteration, IndexError, ValueError) as problem:
        raise BerProblem(str(problem) or "it is cut off") from None


def _recipient(element: Element) -> Recipient:
    fields = list(element.children())
    issuer, serial, key_id = _named(fields[1])
    algorithm, parameters = _algorithm(fields[2])
    return Recipient(issuer, serial, key_id, algorithm, parameters, fields[3].octets())
