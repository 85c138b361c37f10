"""Processes of our own that read what strangers made and may be killed: how they are started."""

import os
import struct
import sys
from pathlib import Path

HEAD = struct.Struct(">Q")  # how many bytes of msgpack follow
_ROOT = str(Path(__file__).parents[1])


def command(module: str) -> tuple[str, ...]:
    """What starts a process that does what a module's `main` does; what is added is in its `sys.argv`."""
    # Our own folder is looked in last and the current one not at all: neither may stand in for a library.
    code = f"import sys; sys.path.append({_ROOT!r}); from {module} import main; main()"
    return sys.executable, "-P", "-c", code


def environment() -> dict[str, str]:
    """The environment without what is ours: what reads strangers' files needs no password of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith("UNSEALED_")}
