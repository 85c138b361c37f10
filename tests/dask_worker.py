"""What is loaded into a worker of Dask before it works: it notes what it reads, or is as bad as the test wants it."""

import os
import sys
import uuid
from pathlib import Path
from typing import Any

KIND = os.environ["UNSEALED_TEST_WORKER"]


def down() -> Any:
    """Raises what is too deep to be sent."""
    return down()


def spoil() -> None:
    """Changes what this worker does."""
    from ingest import prepare, scheduler

    there, reading = prepare.prepare_packed, scheduler.reading
    if there.__module__ == __name__:
        return  # it is loaded twice

    def prepare_packed(*arguments: Any) -> bytes:
        (Path(os.environ["UNSEALED_TEST_NOTES"]) / f"{os.getpid()}-{uuid.uuid4().hex}").touch()
        if KIND == "dies":
            os._exit(1)
        if KIND == "raises":
            down()
        return there(*arguments)

    prepare.prepare_packed = prepare_packed
    if KIND == "older":
        scheduler.reading = lambda: reading() | {"fast-mail-parser": "0.0.1"}


if KIND == "lacks":
    for name in ("ingest", "ingest.prepare", "ingest.scheduler"):
        sys.modules[name] = None  # type: ignore[assignment]
else:
    spoil()
