"""A real Elasticsearch for the tests: from Maven Central, started once a session, in a cache outside the checkout."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

VERSION = "8.19.21"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
USER = "unsealed-elastic"  # the server refuses to run as root
STARTS = 300  # seconds; 15 on a machine that has nothing else to do


def cache() -> Path:
    """Where the server is kept."""
    return Path(os.environ.get("UNSEALED_ELASTIC_CACHE") or Path.home() / ".cache" / "unsealed")


def lacks() -> str:
    """What this machine needs to run the server and has not; empty if nothing is missing."""
    names = ["java"] + ([] if archive().exists() else ["mvn"]) + (["setpriv"] if os.geteuid() == 0 else [])
    with contextlib.suppress(ModuleNotFoundError):
        __import__("elasticsearch")
        return " and ".join(name for name in names if not shutil.which(name))
    return "the package elasticsearch"


def archive() -> Path:
    """The server as Maven delivers it."""
    return cache() / f"elasticsearch-{VERSION}.zip"


def install() -> Path:
    """The unpacked server, fetched if need be."""
    home = cache() / f"elasticsearch-{VERSION}"
    if (home / "bin" / "elasticsearch").exists():
        return home
    if not archive().exists():
        cache().mkdir(parents=True, exist_ok=True)
        subprocess.run(["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={ARTIFACT}",
                        f"-DoutputDirectory={cache()}"], check=True, stdin=subprocess.DEVNULL)  # fmt: skip
    with zipfile.ZipFile(archive()) as packed:
        draft = cache() / f"unpacking-{os.getpid()}"
        packed.extractall(draft)
    for tool in (draft / home.name / "bin").iterdir():
        tool.chmod(0o755)
    (draft / home.name).rename(home)
    shutil.rmtree(draft)
    return home


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


class Server:
    """A node. Its folder holds a copy of the configuration, its data and its logs."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None, heap: str = "1g") -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.context: ssl.SSLContext | None = None  # for https
        self.process: subprocess.Popen[bytes] | None = None
        self.authorization = ""  # the header by which `wait` asks
        home = install()
        self.home = folder / "home"
        shutil.copytree(home, self.home, symlinks=True, copy_function=_link)
        told = {
            "discovery.type": "single-node", "http.port": str(self.port), "transport.port": str(free_port()),
            "http.host": "127.0.0.1", "transport.host": "127.0.0.1", "xpack.security.enabled": "false",
            "path.data": str(folder / "data"), "path.logs": str(folder / "logs"), "action.auto_create_index": "false",
            "action.destructive_requires_name": "false",
            "cluster.routing.allocation.disk.threshold_enabled": "false",
        } | dict(settings or {})  # fmt: skip
        lines = [f"{name}: {value}\n" for name, value in told.items() if value]
        (self.home / "config" / "elasticsearch.yml").unlink()
        (self.home / "config" / "elasticsearch.yml").write_text("".join(lines))
        options = self.home / "config" / "jvm.options.d"
        options.mkdir(exist_ok=True)
        (options / "heap.options").write_text(f"-Xms{heap}\n-Xmx{heap}\n")
        (folder / "tmp").mkdir()

    def start(self, wait: bool = True) -> None:
        """Starts it; returns when it answers."""
        # The server ends when this process does, however that ends, and what it starts in turn ends with it.
        command = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        java = Path(shutil.which("java") or "java").resolve().parents[1]
        env = {"PATH": os.environ["PATH"], "ES_JAVA_HOME": str(java), "ES_TMPDIR": str(self.folder / "tmp")}
        if os.geteuid() == 0:
            user = _user()
            for path in [self.folder, *self.folder.rglob("*")]:
                if (not path.is_symlink() and path.stat().st_nlink == 1) or path.is_dir():
                    os.chown(path, user.pw_uid, user.pw_gid)
            command += ["--reuid", USER, "--regid", str(user.pw_gid), "--clear-groups"]
        command.append(str(self.home / "bin" / "elasticsearch"))
        log = (self.folder / "output.log").open("ab")
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                        start_new_session=True, cwd=self.folder)  # fmt: skip
        log.close()
        if wait:
            self.wait()

    def wait(self) -> None:
        """Until it answers and every index can be written to."""
        deadline = time.monotonic() + STARTS
        address = f"{self.address}/_cluster/health?wait_for_status=yellow&timeout=5s"
        while time.monotonic() < deadline:
            assert self.process
            if self.process.poll() is not None:
                break
            asked = urllib.request.Request(address, headers={"Authorization": self.authorization})
            with contextlib.suppress(OSError), urllib.request.urlopen(
                asked, timeout=10, context=self.context
            ) as answer:
                if answer.status == 200:
                    return
            time.sleep(0.3)
        raise RuntimeError((self.folder / "output.log").read_text(errors="replace")[-3000:])

    def add_user(self, name: str, password: str, role: str) -> None:
        """A user of the file realm; before the start."""
        java = Path(shutil.which("java") or "java").resolve().parents[1]
        subprocess.run([self.home / "bin" / "elasticsearch-users", "useradd", name, "-p", password, "-r", role],
                       check=True, env={"PATH": os.environ["PATH"], "ES_JAVA_HOME": str(java)},
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # fmt: skip

    def kill(self) -> None:
        """Ends it as a power cut would."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, 9)
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """Ends it."""
        self.kill()


def _link(source: str, target: str) -> str:
    """Hard links where the file system allows it: a node's programs are the same as another's."""
    if "/config/" not in source:
        with contextlib.suppress(OSError):
            os.link(source, target)
            return target
    return shutil.copy2(source, target)


def _user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--shell", "/usr/sbin/nologin", USER], check=True)
        return pwd.getpwnam(USER)


@contextmanager
def running(
    settings: Mapping[str, str] | None = None, prepare: Callable[[Server], None] | None = None, *, wait: bool = True
) -> Iterator[Server]:  # fmt: skip
    """A node in a folder of its own, both gone afterwards; `prepare` is called before the start."""
    folder = Path(tempfile.mkdtemp(prefix="unsealed-elastic-"))
    folder.chmod(0o755)
    server = Server(folder, settings)
    try:
        if prepare:
            prepare(server)
        server.start(wait)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":  # python -m tests.elastic_server: until ^C
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with running() as one:
        print(one.address, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            while one.process and one.process.poll() is None:
                time.sleep(1)
