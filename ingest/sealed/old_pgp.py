"""OpenPGP of the years when it was used most: keys and hashes that Sequoia refuses today, through PGPy."""

import warnings
from collections.abc import Callable
from typing import Any

MISSING = "For keys of an old kind a package is missing: pip install 'unsealed[crypto]'."


def _library() -> Any:
    """PGPy; ImportError. It warns of everything that is old, which is why it is here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pgpy

        return pgpy


def decryptor(data: bytes, password: str | None) -> Callable[[bytes], bytes | None]:
    """What opens messages with a secret key, None where it fails. ImportError; ValueError for a key it can't use."""
    pgpy = _library()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        key = _tried(lambda: pgpy.PGPKey.from_blob(data)[0])
        if key is None or key.is_public:
            raise ValueError
        if key.is_protected and (password is None or not _unlocks(key, password)):
            raise ValueError
    return lambda message: _open(pgpy, key, message, password)


def _unlocks(key: Any, password: str) -> bool:
    def work() -> bool:
        with key.unlock(password):
            return True

    return bool(_tried(work))


def _open(pgpy: Any, key: Any, message: bytes, password: str | None) -> bytes | None:
    def work() -> bytes:
        blob = pgpy.PGPMessage.from_blob(message)
        if not key.is_protected:
            return _bytes(key.decrypt(blob).message)
        with key.unlock(password):
            return _bytes(key.decrypt(blob).message)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: bytes | None = _tried(work)
        return found


def _bytes(text: Any) -> bytes:
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else bytes(text)


def verifies(public: str, content: bytes, signature: bytes | None) -> bool:
    """Whether a signature over the content, or within it where it is a text signed in clear, holds. ImportError."""
    pgpy = _library()

    def work() -> bool:
        key = pgpy.PGPKey.from_blob(public)[0]
        if signature is None:
            found = key.verify(pgpy.PGPMessage.from_blob(content))
        else:
            found = key.verify(content, pgpy.PGPSignature.from_blob(signature))
        return bool(found) and any(found.good_signatures)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return bool(_tried(work))


def _tried(work: Callable[[], Any]) -> Any:
    """What it gives, None if it raises: the library raises whatever comes."""
    try:
        return work()
    except Exception:
        return None
