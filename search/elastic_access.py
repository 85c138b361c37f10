"""What opens a cluster's door: who we are and whom we trust, out of the environment; and why a door stayed shut.

No sentence made here holds a secret.
"""

import logging
import os
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from search.errors import CorpusError

VARIABLE = "UNSEALED_ELASTIC_"
_CA, _FINGERPRINT = f"{VARIABLE}CA", f"{VARIABLE}FINGERPRINT"
_log = logging.getLogger("unsealed")

# X509_V_ERR_* of OpenSSL's x509_vfy.h
_EXPIRED, _UNKNOWN, _OTHER_NAME = {10}, {18, 19, 20, 21}, {62, 64}
_PLAIN = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"}


class Untrusted(ssl.SSLError):
    """A certificate that the fingerprint is not of; `reason` says so."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def credentials() -> dict[str, Any]:
    """Who we are, as options of the client: `api_key`, or `basic_auth`, or nothing. From UNSEALED_ELASTIC_API_KEY, or
    _USER and _PASSWORD; the secrets also from files, named by _API_KEY_FILE or _PASSWORD_FILE. CorpusError."""
    key, user, password = _secret("API_KEY"), os.environ.get(f"{VARIABLE}USER", ""), _secret("PASSWORD")
    if key and (user or password):
        raise CorpusError(f"Either {VARIABLE}API_KEY or {VARIABLE}USER and {VARIABLE}PASSWORD, please, not both.")
    if bool(user) != bool(password):
        there, missing = ("USER", "PASSWORD") if user else ("PASSWORD", "USER")
        raise CorpusError(f"{VARIABLE}{there} is set, but {VARIABLE}{missing} is not.")
    if not key:
        return {"basic_auth": (user, password)} if user else {}
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        raise CorpusError(f"What {VARIABLE}API_KEY gives is not an API key.")
    id, colon, own = key.partition(":")  # as the cluster lists it; else the two encoded in one
    return {"api_key": (id, own) if colon else key}


def _secret(name: str) -> str:
    variable, file = f"{VARIABLE}{name}", f"{VARIABLE}{name}_FILE"
    given, path = os.environ.get(variable, ""), os.environ.get(file, "")
    if not path:
        return given
    if given:
        raise CorpusError(f"Either {variable} or {file}, please, not both.")
    try:
        found = Path(path).read_text(encoding="utf-8").strip()
        told = Path(path).stat()
    except UnicodeDecodeError:
        found = ""
    except OSError as error:
        raise CorpusError(f"{path}, named by {file}, can't be read: {error.strerror}.") from None
    if not found:
        raise CorpusError(f"{path}, named by {file}, holds no text.")
    # Only told to who can mend it: files that a container is given belong to others, and are open within it.
    if told.st_uid == os.geteuid() and told.st_mode & 0o004:
        _log.warning("%s holds a secret, and every user of this machine can read it: chmod 600.", path)
    return found


def trust(scheme: str) -> dict[str, Any]:
    """Whom we trust, as options of the client: whoever has a certificate of the authority in the file
    UNSEALED_ELASTIC_CA, or that UNSEALED_ELASTIC_FINGERPRINT names; else whom this machine trusts. CorpusError."""
    authority, mark = os.environ.get(_CA, ""), os.environ.get(_FINGERPRINT, "")
    if scheme != "https":
        if authority or mark:  # a password that was meant to be sent under cover
            raise CorpusError(f"{_CA if authority else _FINGERPRINT} wants an address that begins with https://.")
        return {}
    if authority and mark:
        raise CorpusError(f"Either {_CA} or {_FINGERPRINT}, please, not both.")
    if mark:
        digits = re.sub(r"[\s:]", "", mark).lower()
        if not re.fullmatch(r"[0-9a-f]{64}", digits):
            raise CorpusError(f"{_FINGERPRINT} is not a SHA-256: 64 hexadecimal digits, with colons or without.")
        return {"ssl_assert_fingerprint": digits, "ssl_context": Pinned(digits)}
    if authority:
        try:
            ssl.create_default_context(cafile=authority)
        except ssl.SSLError:
            raise CorpusError(f"{authority}, named by {_CA}, holds no certificate in PEM form.") from None
        except OSError as error:
            raise CorpusError(f"{authority}, named by {_CA}, can't be read: {error.strerror}.") from None
        return {"ca_certs": authority}
    return {}


class Pinned(ssl.SSLContext):
    """Trusts a server by the SHA-256 of its certificate, or of the authority's that signed it.

    The client's own check looks for the fingerprint anywhere in the chain that the server sent, which nobody has
    verified there: who puts a copy of the authority's certificate behind one of his own passes.
    """

    mark: str
    known: set[bytes]  # certificates that were found right

    def __new__(cls, mark: str) -> "Pinned":
        """`mark` are 64 hexadecimal digits in small letters."""
        made = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        made.mark = mark
        made.known = set()
        return made

    def wrap_socket(
        self, sock: socket.socket, server_side: bool = False, do_handshake_on_connect: bool = True,
        suppress_ragged_eofs: bool = True, server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLSocket:  # fmt: skip
        """The connection after its handshake; Untrusted."""
        found = super().wrap_socket(
            sock, server_side, do_handshake_on_connect, suppress_ragged_eofs, server_hostname, session
        )
        try:
            own = found.getpeercert(binary_form=True) or b""
            if own not in self.known:
                self._check(found, own, str(server_hostname))
                self.known.add(own)
        except BaseException:
            found.close()
            raise
        return found

    def _check(self, connected: ssl.SSLSocket, own: bytes, name: str) -> None:
        if sha256(own).hexdigest() == self.mark:
            return
        for authority in _chain(connected):
            if sha256(authority).hexdigest() == self.mark:
                self._vouched(authority, own, connected.getpeername(), name)
                return
        raise Untrusted(f"its certificate is {sha256(own).hexdigest()}, which {_FINGERPRINT} does not name")

    @staticmethod
    def _vouched(authority: bytes, own: bytes, address: tuple[str, int], name: str) -> None:
        """Whether the authority did sign this certificate, by a second connection that trusts it alone."""
        context = ssl.create_default_context(cadata=authority)
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # as for an authority's file
        with socket.create_connection(address[:2], timeout=10) as plain, \
                context.wrap_socket(plain, server_hostname=name) as second:  # fmt: skip
            if second.getpeercert(binary_form=True) != own:
                raise Untrusted(f"its certificates change; {_CA} is the better way")


def _chain(connected: ssl.SSLSocket) -> list[bytes]:
    """The certificates that the server sent, its own first; public from Python 3.13 on."""
    with suppress(AttributeError):
        if hasattr(connected, "get_unverified_chain"):
            return list(connected.get_unverified_chain())
        sent: Any = connected._sslobj.get_unverified_chain()  # type: ignore[attr-defined]
        return [ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in sent]
    return []


def shut(error: BaseException, scheme: str) -> str:
    """Why a connection did not come about, where certificates or TLS are the reason: "is not trusted: …"; else ""."""
    for found in _causes(error):
        if isinstance(found, Untrusted):
            return f"is not trusted: {found.sentence}"
        if isinstance(found, ssl.SSLCertVerificationError):
            return f"is not trusted: {_verdict(found)}"
        if isinstance(found, ssl.SSLError) and found.reason in _PLAIN:
            return "does not speak TLS there; the address may have to begin with http://"
        if isinstance(found, ConnectionResetError) and scheme == "http":  # http.client.RemoteDisconnected is one
            return "hangs up; if it speaks TLS, the address has to begin with https://"
    return ""


def _verdict(error: ssl.SSLCertVerificationError) -> str:
    authority = os.environ.get(_CA)
    if error.verify_code in _OTHER_NAME:
        return "its certificate was made for other names than this one"
    if error.verify_code in _EXPIRED:
        return "its certificate has expired"
    if error.verify_code not in _UNKNOWN:
        return f"its certificate is not valid ({error.verify_message})"
    if authority:
        return f"its certificate is not signed by the authority in {authority}"
    return f"nobody that this machine knows has signed its certificate; {_CA} or {_FINGERPRINT} makes it known"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that led to it, each once."""
    todo, seen = [error], set()
    while todo:
        found = todo.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        linked = (found.__cause__, found.__context__, *getattr(found, "errors", ()), *found.args)
        todo += [one for one in linked if isinstance(one, BaseException)]
