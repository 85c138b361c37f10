"""OpenPGP through Sequoia: signatures checked with public keys, messages opened with secret ones."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ingest.sealed import old_pgp
from mappings.signatures import Key, Seal, SealCheck

MISSING = "To check or open PGP a package is missing: pip install 'unsealed[crypto]'."
BAD = "The signature does not match what it stands under."
_UNREAD = "The signature can't be read."
_NO_KEY = "No public key of its writer is at hand: this could not be checked."
_NOT_KEPT = "This is a secret key, which a corpus does not keep; `unsealed unlock --key` opens mails with it."
_OLD = "Its key or hash is of an old kind, which is no longer safe: others can make such signatures today."
_SIGNATURE = b"-----BEGIN PGP SIGNATURE-----"


class PgpProblem(ValueError):
    """A key that can't be used, as a sentence."""


class Opener(Struct, frozen=True):
    """What opens messages with a secret key: what the key is called, and a function that gives None where it fails."""

    name: str
    open: Callable[[bytes], bytes | None]


def public_key(data: bytes, source: str) -> Key:
    """A public key from a file, armoured or not. PgpProblem, also for a secret one."""
    try:
        from pysequoia import ArmorKind, armor
    except ImportError:
        raise PgpProblem(MISSING) from None
    packets = _packets(data)
    if any("Secret" in str(packet.tag) for packet in packets):
        raise PgpProblem(_NOT_KEPT)
    if not packets or "PublicKey" not in str(packets[0].tag):
        raise PgpProblem("This is no PGP key.")
    text = data.decode("latin-1") if b"-----BEGIN PGP " in data else armor(data, ArmorKind.PublicKey)
    return Key(kind="pgp", name=packets[0].fingerprint, text=text, source=source, checked=_owner(packets))


def opener(data: bytes, password: str | None) -> Opener:
    """A secret key from a file. PgpProblem, also for a wrong password."""
    try:
        from pysequoia import Tsk, decrypt
    except ImportError:
        raise PgpProblem(MISSING) from None
    packets = _packets(data)
    if not packets or "SecretKey" not in str(packets[0].tag):
        raise PgpProblem("This is no secret PGP key.")
    name = f"the PGP key {packets[0].fingerprint}"
    try:
        key = Tsk.from_bytes(data)
        decryptor = key.decryptor(password) if password is not None else key.decryptor()
    except BaseException as error:
        _pass_on(error)
        return Opener(name, _old_opener(data, password))

    def work(message: bytes) -> bytes | None:
        try:
            return decrypt(message, decryptor=decryptor).bytes
        except BaseException as error:
            _pass_on(error)
            return None

    return Opener(name, work)


def _old_opener(data: bytes, password: str | None) -> Callable[[bytes], bytes | None]:
    try:
        return old_pgp.decryptor(data, password)
    except ImportError:
        raise PgpProblem(old_pgp.MISSING) from None
    except ValueError:
        raise PgpProblem("The secret key can't be used, perhaps for want of the right password.") from None


def check(seal: Seal, content: bytes, signature: bytes | None, keys: list[Key]) -> SealCheck:
    """A signature beside what it signs, which has CRLF line ends (RFC 3156 §5); without one, a text signed in clear."""
    try:
        from pysequoia import Cert, Sig, verify
    except ImportError:
        return SealCheck(seal=seal, state="unchecked", reason=MISSING)
    try:
        sig = Sig.from_bytes(content[content.rindex(_SIGNATURE) :] if signature is None else signature)
    except BaseException as error:
        _pass_on(error)
        return SealCheck(seal=seal, state="invalid", reason=_UNREAD)
    issuer = sig.issuer_fingerprint or sig.issuer_key_id or ""
    when = sig.created.strftime("%Y-%m-%d %H:%M UTC") if sig.created else ""
    found = SealCheck(seal=seal, state="no-key", reason=_NO_KEY, key=issuer, signed=when)
    for key in keys:
        packets = _packets(key.text.encode()) if key.kind == "pgp" else []
        if not issuer or issuer not in {name for one in packets for name in (one.fingerprint, one.key_id)}:
            continue
        found = replace(found, signer=_owner(packets), state="valid", reason="")
        try:
            certs = [Cert.from_bytes(key.text.encode())]
            beside = None if signature is None else sig
            if verify(bytes=content, store=lambda _, certs=certs: certs, signature=beside).valid_sigs:
                return found
        except BaseException as error:
            _pass_on(error)
        return _by_old_rules(found, key, content, signature)
    return found


def _by_old_rules(found: SealCheck, key: Key, content: bytes, signature: bytes | None) -> SealCheck:
    """What did not hold by today's rules, by those of its time."""
    try:
        good = old_pgp.verifies(key.text, content, signature)
    except ImportError:
        return replace(found, state="unchecked", reason=f"By today's rules it does not hold. {old_pgp.MISSING}")
    return replace(found, weak=_OLD) if good else replace(found, state="invalid", reason=BAD)


def _packets(data: bytes) -> list[Any]:
    from pysequoia.packet import PacketPile

    found: list[Any] = _guarded(lambda: list(PacketPile.from_bytes(data)), "This is no PGP key.")
    return found


def _owner(packets: list[Any]) -> str:
    """Whom a key names, by its own word."""
    return ", ".join([str(packet.user_id) for packet in packets if packet.user_id][:3])


def _guarded(work: Callable[[], Any], sentence: str) -> Any:
    try:
        return work()
    except BaseException as error:
        _pass_on(error)
        raise PgpProblem(sentence) from None


def _pass_on(error: BaseException) -> None:
    """A panic of the library is no Exception, and must end no run; what ends a run must."""
    if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit | MemoryError):
        raise error
