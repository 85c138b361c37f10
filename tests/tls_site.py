"""A server of our own that speaks TLS and notes what it is told, and certificates for it, good and forged."""

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

NEEDS = "openssl"


def lacks() -> str:
    """What this machine needs for it and has not."""
    return "" if shutil.which(NEEDS) else NEEDS


def _openssl(*arguments: object, stdin: bytes = b"") -> None:
    subprocess.run([NEEDS, *map(str, arguments)], check=True, input=stdin, capture_output=True)


class Signed:
    """A key and a certificate in files: signed by `authority`, or by itself."""

    def __init__(
        self, folder: Path, file: str, name: str, *, authority: "Signed | None" = None, more: str = "", days: int = 30
    ) -> None:
        self.key, self.certificate = folder / f"{file}.key", folder / f"{file}.pem"
        _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.key)
        if authority is None:
            _openssl("req", "-x509", "-new", "-key", self.key, "-subj", f"/CN={name}", "-days", days,
                     "-out", self.certificate)  # fmt: skip
            return
        asked, extensions = folder / f"{file}.csr", folder / f"{file}.ext"
        _openssl("req", "-new", "-key", self.key, "-subj", f"/CN={name}", "-out", asked)
        extensions.write_text(f"subjectAltName=DNS:localhost,IP:127.0.0.1\n{more}\n")
        _openssl("x509", "-req", "-in", asked, "-CA", authority.certificate, "-CAkey", authority.key,
                 "-set_serial", 2, "-extfile", extensions, "-days", days, "-out", self.certificate)  # fmt: skip


class Site:
    """What has been asked of a running site, and where it is."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.proofs: list[str | None] = []  # Authorization of each request


@contextmanager
def site(own: Signed | None = None, *behind: Signed, status: int = 200) -> Iterator[Site]:
    """A site that shows the certificate `own`, with those `behind` it, and answers everything with the same status;
    without a certificate it speaks plain HTTP."""

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found.proofs.append(self.headers["Authorization"])
            body = b"{}"
            self.send_response(status)
            for name, value in (("Content-Type", "application/json"), ("Content-Length", str(len(body))),
                                ("X-Elastic-Product", "Elasticsearch")):  # fmt: skip
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *arguments: object) -> None:
            pass  # a client that hangs up in the middle of the handshake

    server = Quiet(("127.0.0.1", 0), Answers)
    found = Site(server.server_address[1])
    if own:
        chain = own.certificate.with_suffix(".chain")
        chain.write_bytes(b"".join(one.certificate.read_bytes() for one in (own, *behind)))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, own.key)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
