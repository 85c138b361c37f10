"""A server that asks who is there, over TLS: its certificate, users, roles, and API keys."""

import base64
import contextlib
import hashlib
import json
import shutil
import ssl
import subprocess
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import elastic_server
from tests.elastic_server import VERSION, Server

PLUGIN = Path(__file__).parent / "elastic_plugin"
_SECRET = "store-secret"  # of key stores that live as long as a test
_TOKENIZER = "org.elasticsearch.plugin.analysis.TokenizerFactory"
_FILTER = "org.elasticsearch.plugin.analysis.TokenFilterFactory"
_CLASS = "unsealed.tests.SecurityAnalysis"
_COMPONENTS = {
    _TOKENIZER: {"uax_url_email": f"{_CLASS}$Addresses"},
    _FILTER: {"pattern_capture": f"{_CLASS}$Parts", "unique": f"{_CLASS}$Once"},
}


def lacks() -> str:
    """What this machine needs beside a server to run one with security, and has not; empty if nothing is missing."""
    return " and ".join(name for name in ("javac", "keytool") if not shutil.which(name))


class Authority:
    """A certificate authority made with keytool, its certificate as a file, and what it signs."""

    def __init__(self, folder: Path, name: str) -> None:
        self.store = folder / f"{name}.p12"
        self.certificate = folder / f"{name}.pem"
        _keytool(self.store, "-genkeypair", "-alias", name, "-dname", f"CN={name}", "-ext", "bc:critical=ca:true",
                 "-ext", "ku:critical=keyCertSign", "-keyalg", "EC", "-validity", "30")  # fmt: skip
        self.name = name
        self.certificate.write_bytes(_keytool(self.store, "-exportcert", "-rfc", "-alias", name))

    def sign(self, store: Path, names: str) -> str:
        """A server's key and certificate in a new PKCS12 store; the SHA-256 of the certificate."""
        _keytool(store, "-genkeypair", "-alias", "http", "-dname", "CN=node", "-keyalg", "EC", "-validity", "30")
        asked = _keytool(store, "-certreq", "-alias", "http")
        given = _keytool(self.store, "-gencert", "-rfc", "-alias", self.name, "-ext", f"san={names}", "-validity", "30",
                         stdin=asked)  # fmt: skip
        _keytool(store, "-importcert", "-noprompt", "-alias", self.name, stdin=self.certificate.read_bytes())
        _keytool(store, "-importcert", "-noprompt", "-alias", "http", stdin=given)
        return fingerprint(given)


def fingerprint(pem: bytes) -> str:
    """SHA-256 of a certificate."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.decode().strip())).hexdigest()


def _keytool(store: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    told = ["keytool", *arguments, "-keystore", str(store), "-storetype", "PKCS12", "-storepass", _SECRET]
    return subprocess.run(told, check=True, input=stdin, capture_output=True).stdout


def plugin() -> Path:
    """The folder of the compiled plugin, in the cache."""
    source = PLUGIN / "SecurityAnalysis.java"
    mark = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    found = elastic_server.cache() / f"plugin-{VERSION}-{mark}"
    if found.exists():
        return found
    draft = found.with_name(f"{found.name}-draft")
    shutil.rmtree(draft, ignore_errors=True)
    classes = draft / "classes"
    classes.mkdir(parents=True)
    subprocess.run(["javac", "-proc:none", "-cp", f"{elastic_server.install()}/lib/*", "-d", classes, source],
                   check=True, stdin=subprocess.DEVNULL)  # fmt: skip
    with zipfile.ZipFile(draft / "analysis.jar", "w") as jar:
        for path in classes.rglob("*.class"):
            jar.write(path, path.relative_to(classes))
    shutil.rmtree(classes)
    told = {"name": "analysis", "description": "what the tests lack", "version": "1", "elasticsearch.version": VERSION,
            "java.version": "17"}  # fmt: skip
    (draft / "stable-plugin-descriptor.properties").write_text("".join(f"{k}={v}\n" for k, v in told.items()))
    (draft / "named_components.json").write_text(json.dumps(_COMPONENTS))
    draft.rename(found)
    return found


class Secured:
    """A running server with security on; `boss` may everything."""

    def __init__(self, server: Server, authority: Authority, stranger: Authority, mark: str) -> None:
        self.server = server
        self.authority = authority
        self.stranger = stranger  # signed nothing here
        self.fingerprint = mark

    @property
    def address(self) -> str:
        """https://localhost:port"""
        return self.server.address

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """One request as the boss."""
        headers = {"Authorization": self.server.authorization, "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        asked = urllib.request.Request(self.address + path, data, headers, method=method)
        with urllib.request.urlopen(asked, timeout=60, context=self.server.context) as answer:
            return json.loads(answer.read())

    def api_key(self, role: Mapping[str, Any]) -> str:
        """A new API key with these privileges and no more."""
        body = {"name": "test", "role_descriptors": {"only": role}}
        return str(self.ask("POST", "/_security/api_key", body)["encoded"])

    def revoke(self, key: str) -> None:
        """Makes an API key worthless."""
        id = base64.b64decode(key).decode().partition(":")[0]
        self.ask("DELETE", "/_security/api_key", {"ids": [id]})

    def forget(self, prefix: str) -> None:
        """Removes a corpus."""
        with contextlib.suppress(OSError):
            self.ask("DELETE", f"/{prefix}-*")


@contextmanager
def secured(folder: Path, roles: str, users: Mapping[str, str]) -> Iterator[Secured]:
    """A server with these roles (YAML) and users (name to role, the password is name-secret) beside `boss`."""
    authority, stranger = Authority(folder, "authority"), Authority(folder, "stranger")
    mark = ""

    def prepare(server: Server) -> None:
        nonlocal mark
        config = server.home / "config"
        mark = authority.sign(config / "http.p12", "dns:localhost,ip:127.0.0.1")
        (config / "roles.yml").write_text(roles)
        shutil.copytree(plugin(), server.home / "plugins" / "analysis")
        for name, role in {"boss": "superuser", **users}.items():
            server.add_user(name, f"{name}-secret", role)
        server.authorization = "Basic " + base64.b64encode(b"boss:boss-secret").decode()
        server.address = f"https://localhost:{server.port}"
        server.context = ssl.create_default_context(cafile=str(authority.certificate))

    told = {
        "xpack.security.enabled": "true", "xpack.security.enrollment.enabled": "false",
        "xpack.security.http.ssl.enabled": "true", "xpack.security.http.ssl.keystore.path": "http.p12",
        "xpack.security.http.ssl.keystore.password": _SECRET, "xpack.security.authc.api_key.enabled": "true",
    }  # fmt: skip
    with elastic_server.running(told, prepare) as server:
        yield Secured(server, authority, stranger, mark)
