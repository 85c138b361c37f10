"""One GET over a connection to the very address that was checked, with limits of time and size."""

import http.client
import re
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from urllib.parse import SplitResult, quote, urlsplit

from msgspec import Struct

from ingest.articles.pieces import NotReadable
from ingest.articles.public import Allowed, Resolve

CONNECT = 10.0  # seconds for a connection
_SAFE = "/:@!$&'()*+,;=~-._%?"
_HOST = re.compile(r"[a-z0-9._-]{1,253}|[0-9a-f:.]{2,45}")
_UNTOUCHED = ("gzip", "deflate")


class Answer(Struct, frozen=True, kw_only=True):
    """What a server answered: the body as it came over the line, still packed where it was."""

    status: int
    headers: dict[str, str]  # by lower case name; the first of each
    body: bytes = b""
    cut: bool = False  # the body is longer than what was to be read


class Line(Struct, frozen=True, kw_only=True):
    """What a request is made with."""

    resolve: Resolve
    allowed: Allowed
    agent: str
    seconds: float = 30.0  # for all of it
    largest: int = 10 << 20  # bytes of a body
    context: ssl.SSLContext | None = None


def plain_address(address: str) -> SplitResult:
    """An address taken apart, with what no address may hold encoded. NotReadable."""
    text = quote("".join(address.split()), safe=_SAFE + "#[]")
    try:
        parts = urlsplit(text)
        port = parts.port
        host = _ascii(urlsplit(address.strip()).hostname or "")
    except (ValueError, UnicodeError):
        raise NotReadable("bad-address", f'"{address[:200]}" is no address of the web.') from None
    if parts.scheme.lower() not in ("http", "https") or not _HOST.fullmatch(host):
        raise NotReadable("bad-address", f'"{address[:200]}" is no address of the web.')
    if parts.username is not None or parts.password is not None:
        raise NotReadable("bad-address", "An address with a user's name or password is not fetched.")
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    return SplitResult(parts.scheme.lower(), netloc, parts.path or "/", parts.query, "")


def _ascii(host: str) -> str:
    return host.lower() if host.isascii() else host.encode("idna").decode("ascii")


def get(parts: SplitResult, line: Line, accept: str = "*/*") -> Answer:
    """The answer to one GET; redirects are answers like any other. NotReadable."""
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _checked(host, port, line)
    context = (line.context or trusting()) if parts.scheme == "https" else None
    connection = _Connection(host, port, address, context)
    late = threading.Event()
    watch = threading.Timer(line.seconds, connection.cut_off, (late,))
    watch.daemon = True
    watch.start()
    try:
        found = _asked(connection, parts, line, accept)
        if late.is_set():  # what was cut off looks like the answer's end
            raise TimeoutError
        return found
    except (OSError, http.client.HTTPException, ValueError) as error:
        if late.is_set():
            raise NotReadable("timeout", f"{host} took more than {line.seconds:g} seconds.") from None
        raise NotReadable("no-answer", f"{host} could not be read: {_words(error)}.") from None
    finally:
        watch.cancel()
        connection.close()


def _checked(host: str, port: int, line: Line) -> str:
    """The address to connect to. Every one that the name has must be public: a name with a private one is a trap."""
    try:
        found = line.resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise NotReadable("no-host", f"{host} has no address: {_words(error)}.") from None
    if not found:
        raise NotReadable("no-host", f"{host} has no address.")
    if not all(line.allowed(one, port) for one in found):
        reason = f"{host} (port {port}) is not on the public internet: only public addresses are fetched."
        raise NotReadable("not-public", reason)
    return found[0]


def _asked(connection: "_Connection", parts: SplitResult, line: Line, accept: str) -> Answer:
    target = quote(parts.path, safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
    connection.putrequest("GET", target, skip_accept_encoding=True, skip_host=True)
    for name, value in (
        ("Host", parts.netloc), ("User-Agent", line.agent), ("Accept", accept), ("Accept-Encoding", "gzip, deflate"),
        ("Connection", "close"),
    ):  # fmt: skip
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    headers: dict[str, str] = {}
    for name, value in answer.getheaders():
        headers.setdefault(name.lower(), value)
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > line.largest:
        return Answer(status=answer.status, headers=headers, cut=True)
    body = bytearray()
    while len(body) <= line.largest and (got := answer.read(1 << 16)):
        body += got
    if announced.isdecimal() and len(body) < int(announced) and "transfer-encoding" not in headers:
        raise ConnectionError("it ended the connection before its answer's end")
    return Answer(status=answer.status, headers=headers, body=bytes(body), cut=len(body) > line.largest)


class _Connection(http.client.HTTPConnection):
    """A connection to an address that was looked up before, with the host's name for TLS; it knows of no proxy."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=CONNECT)
        self._address = address
        self._context = context
        self._line: socket.socket | None = None  # `sock` is handed to the answer
        self._late = False

    def connect(self) -> None:
        """Connects to the address, not to the name. OSError."""
        self._line = self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._context is not None:
            self._line = self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)
        if self._late:
            raise TimeoutError

    def cut_off(self, late: threading.Event) -> None:
        """Ends whatever the connection waits for."""
        late.set()
        self._late = True
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)


def trusting() -> ssl.SSLContext:
    """The authorities that this machine trusts; where it names none, those that browsers do."""
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if not (paths.cafile or (paths.capath and any(Path(paths.capath).glob("*.0")))):
        with suppress(ImportError):
            import certifi

            context.load_verify_locations(certifi.where())
    return context


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not good ({error.verify_message})"
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return str(getattr(error, "strerror", None) or error or type(error).__name__).rstrip(".")[:200]
