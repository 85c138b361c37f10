"""Reading by Dask's workers, on as many machines as there are: they read, this process stores.

https://distributed.dask.org: a scheduler that workers and clients connect to. Mails go out with each task and records
come back, so workers need neither the archives nor the corpus, only the same packages as this process.
"""

import hashlib
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ingest.console import Sorry

CONNECT = 10.0  # seconds within which a scheduler has to answer, and to have a worker
PATIENCE = 30.0  # seconds without any worker after which what they were given is read here
LOOK = 2.0  # seconds between two looks at who is there
READERS = ("fast-mail-parser", "mail-parser", "selectolax", "resiliparse", "msgspec", "olefile")  # records depend on


def reading() -> dict[str, str]:
    """What reads mails in this process: package to version, of our own code a hash."""
    from importlib import metadata  # slow to import

    found = {}
    for name in READERS:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    root = Path(__file__).resolve().parents[1]
    own = hashlib.sha256()
    for path in sorted(path for folder in ("ingest", "mappings") for path in (root / folder).rglob("*.py")):
        own.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return found | {"unsealed": own.hexdigest()[:16]}


def tried(fn: Callable[..., bytes], *arguments: Any) -> bytes:
    """What `fn` gives, nothing if it raises: an exception that is too deep to be sent leaves the caller waiting."""
    try:
        return fn(*arguments)
    except Exception:
        logging.getLogger("unsealed").exception("a task failed")
        return b""


@contextmanager
def lent(address: str, say: Callable[[str], object]) -> Iterator[tuple[Executor | None, int]]:
    """The workers of the scheduler at `address` as an executor, and how many mails' chunks they read at a time; nobody
    for "". `say` is told when they are gone. Sorry if there are none that read as this process does."""
    if not address:
        yield None, 0
        return
    client = _connect(address)
    try:
        _check(client, address)
        workers = Workers(client, address, say)
        try:
            yield workers, max(1, sum(client.nthreads().values()))
        finally:
            workers.shutdown()
    finally:
        with suppress(Exception):  # a scheduler that is gone can't be told good-bye
            client.close(timeout=5)


def _connect(address: str) -> Any:
    if not re.match(r"(tcp|tls|wss?)://[^/\s]+$", address):
        raise Sorry(f"{address} is not an address of a scheduler, as tcp://host:8786 is.")
    try:
        import dask
        import distributed
    except ModuleNotFoundError:
        raise Sorry("For a scheduler the package distributed is missing: pip install 'unsealed[dask]'.") from None
    for name in ("distributed", "distributed.client", "distributed.core", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what it would log is told in our words
    # chunks are sent along with their tasks, so that one whose worker dies is still to be had
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "10GB"})
    client: Any = distributed.Client
    try:
        return client(address, timeout=CONNECT, set_as_default=False, name="unsealed")
    except Exception:  # its own for a timeout, for another protocol, for a version that it can't speak to
        raise Sorry(f"No scheduler of Dask answers at {address}.") from None


def _check(client: Any, address: str) -> None:
    """Sorry unless there are workers and each of them reads as we do."""
    try:
        client.wait_for_workers(1, timeout=CONNECT)
    except Exception:  # TimeoutError, or a scheduler that went away
        raise Sorry(f"The scheduler at {address} has no workers.") from None
    ours = reading()
    for worker, theirs in sorted(client.run(reading, on_error="return").items()):
        if re.search(r"(ModuleNotFound|Import|Attribute)Error", repr(theirs)):
            raise Sorry(f"The worker {worker} lacks Unsealed, or has another version of it than this machine.")
        if not isinstance(theirs, dict):
            raise Sorry(f"The worker {worker} does not answer ({theirs}).")
        others = [f"{name} ({theirs.get(name)}, here {own})" for name, own in ours.items() if theirs.get(name) != own]
        if others:
            raise Sorry(f"The worker {worker} has another {', another '.join(others)}; a mail would be read otherwise.")


class Workers(Executor):
    """The workers of a scheduler. The future of what they can't do gives b"" or raises, also when all of them, or the
    scheduler, are gone."""

    def __init__(self, client: Any, address: str, say: Callable[[str], object]) -> None:
        self._client = client
        self._address = address
        self._say = say
        self._remote: Executor = client.get_executor(pure=False)
        self._open: set[Future[Any]] = set()
        self._told = self._alone = False
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **named: Any) -> "Future[Any]":
        """A future of what `fn` gives on whichever worker; it takes no names."""
        try:
            if self._alone:
                raise ConnectionError(self._address)
            future = self._remote.submit(tried, fn, *args)
        except Exception as error:
            future = Future()
            future.set_exception(error)
        self._open.add(future)
        future.add_done_callback(self._done)
        return future

    def _done(self, future: "Future[Any]") -> None:
        self._open.discard(future)
        if not self._ended.is_set() and not self._told and (future.cancelled() or future.exception()):
            self._told = True
            self._say(f"Workers of {self._address} were lost; what they were given is read here.")

    def _look(self) -> None:
        """Takes back what was given when nobody has been there to do it for some time."""
        seen = time.monotonic()
        while not self._ended.wait(LOOK):
            with suppress(Exception):
                if self._client.nthreads():
                    seen = time.monotonic()
            self._alone = time.monotonic() - seen > PATIENCE
            if self._alone:
                for future in list(self._open):
                    future.cancel()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Takes back what is still open."""
        self._ended.set()
        for future in list(self._open):
            future.cancel()
        self._watch.join(CONNECT)
