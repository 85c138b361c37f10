"""S/MIME through `cryptography`: signatures checked with the certificates that came along, mails opened with a key."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from ingest.sealed.ber import BerProblem, parse
from ingest.sealed.cms import Enveloped, Recipient, Signer, read_enveloped, read_signed
from ingest.sealed.pgp import BAD, Opener
from mappings.signatures import Key, Seal, SealCheck

MISSING = "To check or open S/MIME a package is missing: pip install 'unsealed[crypto]'."
_HASHES = {
    "1.2.840.113549.2.5": "md5", "1.3.14.3.2.26": "sha1", "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512",
}  # fmt: skip
_DIGEST, _TIME = "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5"
_PSS, _OAEP, _RSA = "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.7", "1.2.840.113549.1.1.1"
_CBC = {"2.16.840.1.101.3.4.1.2", "2.16.840.1.101.3.4.1.22", "2.16.840.1.101.3.4.1.42"}
_GCM = {"2.16.840.1.101.3.4.1.6", "2.16.840.1.101.3.4.1.26", "2.16.840.1.101.3.4.1.46"}
_TRIPLE_DES = "1.2.840.113549.3.7"
_OPEN_CHAIN = "Who vouches for the certificate was not checked: whoever made it can have written any name into it."
_DEEPEST = 6  # certificates of a chain


class SmimeProblem(ValueError):
    """A key that can't be used, as a sentence."""


def check(seal: Seal, content: bytes | None, data: bytes, keys: list[Key]) -> list[SealCheck]:
    """Every signer of a signature (`data`) over `content`, or over what stands inside it. Never raises."""
    try:
        from cryptography import x509
    except ImportError:
        return [SealCheck(seal=seal, state="unchecked", reason=MISSING)]
    try:
        found = read_signed(data)
        content = found.content if content is None else content
        if content is None or not found.signers:
            raise BerProblem("it holds no content, or no signer")
    except BerProblem as problem:
        return [SealCheck(seal=seal, state="invalid", reason=f"The signature can't be read: {problem}.")]
    certificates = []
    for one in found.certificates:
        try:
            certificates.append(x509.load_der_x509_certificate(one))
        except (ValueError, TypeError):
            continue
    return [_check_one(seal, content, signer, certificates, keys) for signer in found.signers]


def _check_one(seal: Seal, content: bytes, signer: Signer, certificates: list[Any], keys: list[Key]) -> SealCheck:
    cert = next((one for one in certificates if _is_of(one, signer)), None)
    if cert is None:
        return SealCheck(seal=seal, state="no-key", reason="The signer's certificate did not come along.")
    when = _time(signer)
    found = SealCheck(
        seal=seal, state="invalid", signer=_name(cert.subject), issuer=_name(cert.issuer),
        since=f"{cert.not_valid_before_utc:%Y-%m-%d}", until=f"{cert.not_valid_after_utc:%Y-%m-%d}",
        key=f"{cert.serial_number:x}",
        signed=f"{when:%Y-%m-%d %H:%M UTC}" if when else "", chain=_chain(cert, certificates, keys),
    )  # fmt: skip
    hash_name = _HASHES.get(signer.digest)
    if hash_name is None:
        return replace(found, state="unchecked", reason="Its hash is not known.")
    try:
        good = _matches(signer, content, hash_name) and _verifies(cert.public_key(), signer, content, hash_name)
    except _unsupported():
        return replace(found, state="unchecked", reason="Its algorithm is not known.")
    weak = "Its hash is old: other content with the same one can be made." if hash_name in ("md5", "sha1") else ""
    if when and not cert.not_valid_before_utc <= when <= cert.not_valid_after_utc:
        weak = f"{weak} By its own date, the certificate was not valid when it signed.".strip()
    return replace(found, state="valid" if good else "invalid", reason="" if good else BAD, weak=weak)


def _unsupported() -> tuple[type[Exception], ...]:
    from cryptography.exceptions import UnsupportedAlgorithm

    return (UnsupportedAlgorithm, NotImplementedError, ValueError, TypeError)


def _is_of(cert: Any, named: Signer | Recipient) -> bool:
    """Whether a certificate is the one that a signer or recipient names."""
    from cryptography import x509

    if named.issuer:
        return bool(cert.serial_number == named.serial and cert.issuer.public_bytes() == named.issuer)
    try:
        own = cert.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except (x509.ExtensionNotFound, ValueError):
        return False
    return bool(own == named.key_id)


def _matches(signer: Signer, content: bytes, hash_name: str) -> bool:
    """Whether the digest among the signed attributes is the content's; true where the content itself is signed."""
    if not signer.attributes:
        return True
    told = parse(signer.values[_DIGEST]).octets() if _DIGEST in signer.values else b""
    return hmac.compare_digest(told, hashlib.new(hash_name, content, usedforsecurity=False).digest())


def _verifies(key: Any, signer: Signer, content: bytes, hash_name: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    algorithm: hashes.HashAlgorithm = getattr(hashes, hash_name.upper())()
    message = signer.attributes or content
    try:
        if isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(padding.MGF1(algorithm), padding.PSS.AUTO)
            key.verify(signer.signature, message, pss if signer.algorithm == _PSS else padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signer.signature, message, ec.ECDSA(algorithm))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signer.signature, message)
        else:
            raise NotImplementedError
    except InvalidSignature:
        return False
    return True


def _time(signer: Signer) -> datetime | None:
    """When it was signed, as the signer says (RFC 5652 §11.3)."""
    if _TIME not in signer.values:
        return None
    try:
        text = parse(signer.values[_TIME]).content.decode("ascii")
        if len(text) == 13:  # UTCTime: two digits of the year, below 50 for 20xx
            text = ("20" if text < "5" else "19") + text
        return datetime.strptime(text.replace("Z", "+0000"), "%Y%m%d%H%M%S%z")
    except ValueError:
        return None


def _name(name: Any) -> str:
    """A distinguished name: its common name and address, else all of it."""
    values = {part.oid.dotted_string: str(part.value) for part in name}
    common, address = values.get("2.5.4.3", ""), values.get("1.2.840.113549.1.9.1", "")
    return f"{common} <{address}>" if common and address else common or address or name.rfc4514_string()


def _chain(cert: Any, certificates: list[Any], keys: list[Key]) -> str:
    """Whether authorities that were added to the corpus vouch for a certificate, by way of others that came along."""
    from cryptography import x509

    trusted = [one for key in keys if key.kind == "ca" for one in x509.load_pem_x509_certificates(key.text.encode())]
    if not trusted:
        return _OPEN_CHAIN
    at = cert
    for _ in range(_DEEPEST):
        for one in trusted:
            if one == at or _issued(at, one):
                return f"{_name(one.subject)}, which was added as an authority, vouches for the certificate."
        above = next((one for one in certificates if one != at and _issued(at, one)), None)
        if above is None:
            break
        at = above
    return "None of the authorities that were added vouches for the certificate."


def _issued(cert: Any, issuer: Any) -> bool:
    """Whether one certificate was issued with another, which may do so."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    try:
        cert.verify_directly_issued_by(issuer)
        return bool(issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        return False


def authority(data: bytes, source: str) -> list[Key]:
    """Certificates of authorities from a PEM file. SmimeProblem."""
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding
    except ImportError:
        raise SmimeProblem(MISSING) from None
    try:
        found = x509.load_pem_x509_certificates(data)
    except ValueError:
        raise SmimeProblem("This is no certificate in PEM form.") from None
    return [
        Key(
            kind="ca", name=f"{_name(one.subject)} {one.serial_number:x}", source=source,
            text=one.public_bytes(Encoding.PEM).decode(), first=f"{one.not_valid_before_utc:%Y-%m-%d}",
            last=f"{one.not_valid_after_utc:%Y-%m-%d}",
        )
        for one in found
    ]  # fmt: skip


def opener(data: bytes, password: str | None) -> Opener:
    """A private key from a PKCS#12 or PEM file, with its certificate if that is in there. SmimeProblem."""
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
    except ImportError:
        raise SmimeProblem(MISSING) from None
    secret = password.encode() if password is not None else None
    cert = None
    try:
        if b"-----BEGIN " in data:
            key: Any = load_pem_private_key(data, secret)
            if b"-----BEGIN CERTIFICATE" in data:
                cert = x509.load_pem_x509_certificates(data)[0]
        else:
            key, cert, _ = pkcs12.load_key_and_certificates(data, secret)
    except (ValueError, TypeError):
        raise SmimeProblem("The private key can't be read, perhaps for want of the right password.") from None
    if not isinstance(key, RSAPrivateKey):
        raise SmimeProblem("Only RSA keys open S/MIME mails here.")
    name = f"{_name(cert.subject)}, {cert.serial_number:x}" if cert else f"of {key.key_size} bit"
    return Opener(f"the S/MIME key {name}", lambda message: _opened(message, key, cert))


def _opened(data: bytes, key: Any, cert: Any) -> bytes | None:
    """What was encrypted for the key, by its certificate if there is one; None where it does not open it."""
    try:
        found = read_enveloped(data)
    except BerProblem:
        return None
    named = [one for one in found.recipients if cert is None or _is_of(cert, one)]
    for recipient in named or found.recipients:
        try:
            return _decrypted(found, _content_key(recipient, key))
        except _unsupported():
            continue
    return None


def _content_key(recipient: Recipient, key: Any) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    if recipient.algorithm == _RSA:
        return bytes(key.decrypt(recipient.key, padding.PKCS1v15()))
    if recipient.algorithm != _OAEP:
        raise NotImplementedError
    kinds: list[Callable[[], hashes.HashAlgorithm]] = [hashes.SHA1, hashes.SHA256, hashes.SHA384, hashes.SHA512]
    for kind in kinds:  # the parameters name it, but few readers go by them
        try:
            return bytes(key.decrypt(recipient.key, padding.OAEP(padding.MGF1(kind()), kind(), None)))
        except ValueError:
            continue
    raise ValueError


def _decrypted(found: Enveloped, key: bytes) -> bytes:
    """The content (RFC 3565, RFC 3370, RFC 5084). ValueError for a key that is not the right one."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.padding import PKCS7

    if found.algorithm in _GCM:
        nonce = next(parse(found.parameters).children()).content
        try:
            return AESGCM(key).decrypt(nonce, found.content + found.mac, found.attributes or None)
        except Exception:
            raise ValueError from None
    vector = parse(found.parameters).content
    if found.algorithm in _CBC:
        cipher = Cipher(algorithms.AES(key), modes.CBC(vector))
    elif found.algorithm == _TRIPLE_DES:
        from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES

        cipher = Cipher(TripleDES(key), modes.CBC(vector))
    else:
        raise NotImplementedError
    decryptor, unpadder = cipher.decryptor(), PKCS7(len(vector) * 8).unpadder()
    plain = decryptor.update(found.content) + decryptor.finalize()
    return unpadder.update(plain) + unpadder.finalize()


