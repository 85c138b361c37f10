"""What all tests share. Tests marked `browser` need one, those with the fixture `elastic` a real Elasticsearch, those
with `libarchive` that library and its package; without it they are skipped, aloud, but on CI they fail."""

import importlib.util
import itertools
import os
import shutil
import signal
import urllib.request
from collections.abc import Callable, Iterator

import pytest

from tests import elastic_server, foreign_files

_skipped: set[str] = set()
_without_server: set[str] = set()
_without_library: set[str] = set()
_prefixes = itertools.count(1)


def browser_lacks() -> str:
    """What a browser test needs and this machine has not; empty if nothing is missing."""
    lacking = [name for name, there in (
        ("chromium", shutil.which("chromium") or shutil.which("google-chrome")),
        ("chromedriver", shutil.which("chromedriver")),
        ("the package selenium", importlib.util.find_spec("selenium")),
    ) if not there]  # fmt: skip
    return " and ".join(lacking)


def pytest_configure() -> None:
    """A SIGTERM, as `timeout` sends it, ends a run as ^C does: what the tests started is stopped and cleared away."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips browser tests on a machine without a browser; with CI=true that is a failure."""
    if item.get_closest_marker("browser") and (lacking := browser_lacks()):
        if os.environ.get("CI") == "true":
            pytest.fail(f"a browser test needs {lacking}", pytrace=False)
        _skipped.add(item.nodeid)
        pytest.skip(f"needs {lacking}")


@pytest.fixture(scope="session")
def libarchive() -> None:
    """For tests that need the library."""
    if lacking := foreign_files.lacks():
        if os.environ.get("CI") == "true":
            pytest.fail(f"tests of 7z and its like need {lacking}", pytrace=False)
        _without_library.add(lacking)
        pytest.skip(f"needs {lacking}")


@pytest.fixture(scope="session")
def elastic_address() -> Iterator[str]:
    """The address of a server that all tests share: UNSEALED_ELASTIC_TEST if it is set, else one that is started."""
    if address := os.environ.get("UNSEALED_ELASTIC_TEST"):
        yield address
        return
    with elastic_server.running() as server:
        yield server.address


@pytest.fixture(scope="session")
def elastic(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """Gives addresses in the cluster that hold nothing yet; what was stored at them is gone in the end."""
    if lacking := elastic_server.lacks():
        if os.environ.get("CI") == "true":
            pytest.fail(f"tests of Elasticsearch need {lacking}", pytrace=False)
        _without_server.add(lacking)
        pytest.skip(f"needs {lacking}")
    address: str = request.getfixturevalue("elastic_address")
    given: list[str] = []

    def fresh() -> str:
        given.append(f"test-{os.getpid()}-{next(_prefixes)}")
        if len(given) > 5:  # the server's memory is small, and each corpus has many indexes
            forget(address, given.pop(0))
        return f"{address}/{given[-1]}"

    yield fresh
    for prefix in given:
        forget(address, prefix)


def forget(address: str, prefix: str) -> None:
    """Removes a corpus from the cluster."""
    asked = urllib.request.Request(f"{address}/{prefix}-*", method="DELETE")
    urllib.request.urlopen(asked, timeout=60).read()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says which tests were not run, whatever the verbosity."""
    if _without_server:
        terminalreporter.write_line(f"The tests of Elasticsearch were skipped: {_without_server.pop()} is missing.")
    if _without_library:
        terminalreporter.write_line(f"The tests of 7z and RAR were skipped: {_without_library.pop()} is missing.")
    if _skipped:
        terminalreporter.write_line(f"{len(_skipped)} browser tests were skipped: {browser_lacks()} is missing.")
