"""Checking RSA and Ed25519 signatures with whole numbers alone: verifying has no secrets to leak and takes a power."""

import base64
import binascii
import hashlib
import hmac

from ingest.dkim.tags import bare

SMALLEST, LARGEST = 384, 16_384  # bits of an RSA modulus that is tried
# DigestInfo before the digest itself: RFC 8017 §9.2, note 1
_INFO = {
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
}
_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_I = pow(2, (_P - 1) // 4, _P)
_Point = tuple[int, int, int, int]  # X, Y, Z, T


class KeyProblem(ValueError):
    """Bytes that are no key, as a sentence."""


def rsa_key(text: str) -> tuple[int, int]:
    """Modulus and exponent of a base64 SubjectPublicKeyInfo (RFC 5280) or RSAPublicKey (RFC 8017 A.1.1). KeyProblem."""
    try:
        data = base64.b64decode(bare(text), validate=True)
        outer = _sequence(data)
        if outer[:1] == b"\x30":  # SubjectPublicKeyInfo: the algorithm, then a bit string that holds the key
            _, at = _element(outer, 0)
            bits, _ = _element(outer, at)
            outer = _sequence(bits[1:])
        first, at = _element(outer, 0)
        second, _ = _element(outer, at)
    except (binascii.Error, ValueError, IndexError):
        raise KeyProblem("The key's bytes can't be read.") from None
    modulus, exponent = int.from_bytes(first, "big"), int.from_bytes(second, "big")
    if not SMALLEST <= modulus.bit_length() <= LARGEST or not 2 < exponent < 1 << 64:
        raise KeyProblem(f"A key of {modulus.bit_length()} bits is none.")
    return modulus, exponent


def _sequence(data: bytes) -> bytes:
    if data[:1] != b"\x30":
        raise ValueError
    return _element(data, 0)[0]


def _element(data: bytes, at: int) -> tuple[bytes, int]:
    """The content of the DER element at an offset, and where the next one begins."""
    size, at = data[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        size, at = int.from_bytes(data[at : at + count], "big"), at + count
    if at + size > len(data):
        raise ValueError
    return data[at : at + size], at + size


def rsa_verifies(key: tuple[int, int], hash_name: str, message: bytes, signature: bytes) -> bool:
    """RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2): the encoded message is built and compared, never parsed."""
    modulus, exponent = key
    size = (modulus.bit_length() + 7) // 8
    value = int.from_bytes(signature, "big")
    if len(signature) > size or value >= modulus:
        return False
    told = _INFO[hash_name] + hashlib.new(hash_name, message, usedforsecurity=False).digest()
    if size < len(told) + 11:
        return False
    wanted = b"\x00\x01" + b"\xff" * (size - len(told) - 3) + b"\x00" + told
    return hmac.compare_digest(pow(value, exponent, modulus).to_bytes(size, "big"), wanted)


def ed25519_key(text: str) -> bytes:
    """The 32 bytes of an Ed25519 key (RFC 8463 §3.2). KeyProblem."""
    try:
        key = base64.b64decode(bare(text), validate=True)
    except (binascii.Error, ValueError):
        raise KeyProblem("The key's bytes can't be read.") from None
    if len(key) != 32:
        raise KeyProblem(f"An Ed25519 key has 32 bytes, not {len(key)}.")
    return key


def ed25519_verifies(key: bytes, message: bytes, signature: bytes) -> bool:
    """Ed25519 (RFC 8032 §5.1.7) over the message; some milliseconds."""
    if len(signature) != 64:
        return False
    public, point = _decompress(key), _decompress(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if public is None or point is None or scalar >= _L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % _L
    left = _times(scalar, _BASE)
    right = _add(point, _times(challenge, public))
    return not ((left[0] * right[2] - right[0] * left[2]) % _P or (left[1] * right[2] - right[1] * left[2]) % _P)


def _add(one: _Point, two: _Point) -> _Point:
    """RFC 8032 §5.1.4."""
    a = (one[1] - one[0]) * (two[1] - two[0]) % _P
    b = (one[1] + one[0]) * (two[1] + two[0]) % _P
    c = 2 * one[3] * two[3] * _D % _P
    d = 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: _Point) -> _Point:
    found: _Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = _add(found, point)
        point, scalar = _add(point, point), scalar >> 1
    return found


def _decompress(data: bytes) -> _Point | None:
    """RFC 8032 §5.1.3; None for what is no point of the curve."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _I % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _base() -> _Point:
    point = _decompress((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))
    if point is None:
        raise AssertionError
    return point


_BASE = _base()
