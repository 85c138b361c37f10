"""What all tests share: tests marked `browser` need one; without it they are skipped, aloud, but on CI they fail."""

import importlib.util
import os
import shutil

import pytest

_skipped: set[str] = set()


def browser_lacks() -> str:
    """What a browser test needs and this machine has not; empty if nothing is missing."""
    lacking = [name for name, there in (
        ("chromium", shutil.which("chromium") or shutil.which("google-chrome")),
        ("chromedriver", shutil.which("chromedriver")),
        ("the package selenium", importlib.util.find_spec("selenium")),
    ) if not there]  # fmt: skip
    return " and ".join(lacking)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips browser tests on a machine without a browser; with CI=true that is a failure."""
    if item.get_closest_marker("browser") and (lacking := browser_lacks()):
        if os.environ.get("CI") == "true":
            pytest.fail(f"a browser test needs {lacking}", pytrace=False)
        _skipped.add(item.nodeid)
        pytest.skip(f"needs {lacking}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says which tests were not run, whatever the verbosity."""
    if _skipped:
        terminalreporter.write_line(f"{len(_skipped)} browser tests were skipped: {browser_lacks()} is missing.")
