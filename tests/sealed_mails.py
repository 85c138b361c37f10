"""Mails signed and encrypted for tests with keys made on the spot: S/MIME by `cryptography`, PGP by Sequoia, PGPy."""

import datetime
import warnings
from functools import cache
from typing import Any

import pysequoia
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
    pkcs12,
)
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options
from cryptography.x509.oid import NameOID

HEAD = (
    b"From: Ann Lee <ann@council.example>\r\nTo: Bob Ray <bob@paper.example>\r\nSubject: %s\r\n"
    b"Date: Mon, 3 Aug 2015 14:02:00 -0400\r\nMessage-ID: <%s@council.example>\r\nMIME-Version: 1.0\r\n"
)
INNER = (
    b"Content-Type: multipart/mixed; boundary=inner\r\n\r\n--inner\r\nContent-Type: text/plain\r\n\r\n"
    b"The hearing is moved to the harbour.\r\n--inner\r\nContent-Type: text/csv\r\n"
    b'Content-Disposition: attachment; filename="sums.csv"\r\n\r\na,b\r\n1,2\r\n--inner--\r\n'
)
PASSWORD = "open sesame"  # of keys made for tests


@cache
def identity(name: str, by: str = "") -> tuple[Any, x509.Certificate]:
    """A private key and its certificate, issued by the authority `by`, or by itself."""
    key = rsa.generate_private_key(65537, 2048)
    called = x509.Name([
        x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.EMAIL_ADDRESS, "ann@council.example"),
    ])  # fmt: skip
    signer, above = identity(by) if by else (key, None)
    builder = (
        x509.CertificateBuilder().subject_name(called).issuer_name(above.subject if above else called)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(datetime.datetime(2014, 1, 1)).not_valid_after(datetime.datetime(2044, 1, 1))
        .add_extension(x509.BasicConstraints(ca=not by, path_length=None), critical=True)
    )  # fmt: skip
    return key, builder.sign(signer, hashes.SHA256())


def mail(name: str, entity: bytes, subject: str = "Budget") -> bytes:
    """A mail with that MIME entity."""
    return HEAD % (subject.encode(), name.encode()) + entity


def smime_signed(opaque: bool, name: str = "Ann Lee", by: str = "Authority") -> bytes:
    """INNER signed: opaque, or with the signature beside it."""
    key, cert = identity(name, by)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(INNER).add_signer(cert, key, hashes.SHA256())
    data = builder.sign(Encoding.DER, [PKCS7Options.Binary] if opaque else
                        [PKCS7Options.Binary, PKCS7Options.DetachedSignature])  # fmt: skip
    if opaque:
        head = b'Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"\r\n'
        return mail("opaque", head + _base64(data))
    return mail("detached", b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=outer'
                b"\r\n\r\n--outer\r\n" + INNER + b"\r\n--outer\r\nContent-Type: application/pkcs7-signature\r\n"
                + _base64(data) + b"--outer--\r\n")  # fmt: skip


def smime_encrypted(entity: bytes = INNER, name: str = "smime") -> bytes:
    """An entity encrypted for Bob."""
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(entity).add_recipient(identity("Bob Ray", "Authority")[1])
    data = builder.encrypt(Encoding.DER, [PKCS7Options.Binary])
    head = b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n"
    return mail(name, head + _base64(data), f"A secret: {name}")


def bobs_p12(password: str | None = PASSWORD) -> bytes:
    """Bob's key and certificate as PKCS#12."""
    key, cert = identity("Bob Ray", "Authority")
    how = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"bob", key, cert, None, how)


def bobs_pem() -> bytes:
    """Bob's key alone as PEM."""
    return identity("Bob Ray", "Authority")[0].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def authority_pem(name: str = "Authority") -> bytes:
    """The authority's certificate."""
    return identity(name)[1].public_bytes(Encoding.PEM)


@cache
def pgp_key(name: str = "Ann") -> Any:
    """A secret PGP key of today."""
    return pysequoia.Tsk.generate(f"{name} <{name.lower()}@council.example>")


@cache
def old_pgp_key() -> Any:
    """A secret PGP key of 2005: RSA of 1,024 bits, bound by SHA-1."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pgpy
        from pgpy import constants as c

        key = pgpy.PGPKey.new(c.PubKeyAlgorithm.RSAEncryptOrSign, 1024)
        usage = {c.KeyFlags.Sign, c.KeyFlags.EncryptCommunications, c.KeyFlags.EncryptStorage}
        key.add_uid(
            pgpy.PGPUID.new("Old Ann"), usage=usage, hashes=[c.HashAlgorithm.SHA1], hash=c.HashAlgorithm.SHA1,
            ciphers=[c.SymmetricKeyAlgorithm.AES128], compression=[c.CompressionAlgorithm.Uncompressed],
        )  # fmt: skip
        return key


def old_signature(data: bytes) -> bytes:
    """A signature by the old key, with SHA-1."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pgpy import constants as c

        return str(old_pgp_key().sign(data, hash=c.HashAlgorithm.SHA1)).encode()


def old_encrypted(data: bytes) -> bytes:
    """Bytes encrypted for the old key, armoured."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pgpy

        return str(old_pgp_key().pubkey.encrypt(pgpy.PGPMessage.new(data))).encode()


def pgp_signed(signature: bytes | None = None) -> bytes:
    """INNER signed by PGP beside it."""
    sign = signature or pysequoia.sign(pgp_key().signer(), INNER, mode=pysequoia.SignatureMode.DETACHED)
    return mail("pgp-signed", b'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=outer'
                b"\r\n\r\n--outer\r\n" + INNER + b"\r\n--outer\r\nContent-Type: application/pgp-signature\r\n\r\n"
                + sign + b"\r\n--outer--\r\n")  # fmt: skip


def pgp_clear() -> bytes:
    """A text signed in clear, with a line that begins with a dash."""
    text = pysequoia.sign(pgp_key().signer(), b"- first\nThe hearing is moved.\n", mode=pysequoia.SignatureMode.CLEAR)
    return mail("pgp-clear", b"Content-Type: text/plain\r\n\r\nHello,\r\n\r\n" + text + b"\r\nend\r\n")


def pgp_encrypted(data: bytes | None = None, name: str = "pgp") -> bytes:
    """INNER encrypted by PGP for Bob."""
    data = data or pysequoia.encrypt(INNER, [pgp_key("Bob").extract_certificate()])
    return mail(name, b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=outer'
                b"\r\n\r\n--outer\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--outer\r\n"
                b"Content-Type: application/octet-stream\r\n\r\n" + data + b"\r\n--outer--\r\n",
                f"A secret: {name}")  # fmt: skip


def _base64(data: bytes) -> bytes:
    import base64

    return b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(data).replace(b"\n", b"\r\n")
