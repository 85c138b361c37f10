"""The demo in a cluster: the corpus that a folder would hold, and its pages."""

import json
import signal
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("elasticsearch")

from search.engine import open_engine
from tests.test_webapp_cli import run, serving


def test_the_demo_is_ingested_into_a_cluster_and_served(elastic: Callable[[], str], tmp_path: Path) -> None:
    url = elastic()
    process, address, _ = serving("demo", "--port", "0", "--no-cite", "--engine", url, "--keep", str(tmp_path / "kept"))
    try:
        for path in ("", "?q=minutes", "status.json"):
            with urllib.request.urlopen(f"{address}{path}", timeout=30) as page:
                assert page.status == 200
                told = page.read()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode in (0, 1)
    assert json.loads(told)["status"]["engine"] == url
    assert not (tmp_path / "kept" / "corpus").exists()
    folder = run("demo", "--no-serve", "--no-cite", "--keep", tmp_path / "kept", "--json")
    assert folder.exit_code in (0, 1)
    engines = open_engine(url), open_engine(str(tmp_path / "kept" / "corpus"))
    digests = {engine.digest() for engine in engines}
    assert len(digests) == 1
    for engine in engines:
        engine.close()
