"""The server of the tests does not outlive them."""

import os
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from tests import elastic_server


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv")
def test_a_server_ends_with_the_process_that_started_it_however_that_ends(tmp_path: Path) -> None:
    home = tmp_path / "installed"
    for folder in ("bin", "config"):
        (home / folder).mkdir(parents=True)
    (home / "config" / "elasticsearch.yml").touch()
    program = home / "bin" / "elasticsearch"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    code = f"""
        import pathlib, time
        from tests import elastic_server
        elastic_server.install = lambda: pathlib.Path({str(home)!r})
        with elastic_server.running(wait=False) as server:
            print(server.process.pid, server.folder, flush=True)
            time.sleep(600)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True,
                          cwd=Path(elastic_server.__file__).parents[1]) as starter:  # fmt: skip
        assert starter.stdout
        told, folder = starter.stdout.readline().split()
        pid = int(told)
        command = Path(f"/proc/{pid}/cmdline")
        deadline = time.monotonic() + 30
        while b"sleep" not in command.read_bytes():  # its user and what it ends with are set by then
            assert time.monotonic() < deadline
            time.sleep(0.02)
        starter.kill()
    shutil.rmtree(folder)
    while _runs(pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
