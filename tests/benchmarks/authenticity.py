"""How many of real mails are in each state (DKIM, ARC, dates, S/MIME and PGP), and what checking costs.

`python -m tests.benchmarks.authenticity FOLDER_OR_FILE…`; the costs are measured on generated mails, in this process.
"""

import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest import archives, pipeline
from ingest.authenticity import authenticated
from ingest.dkim.keyring import dkim_key
from ingest.messages import read_message
from ingest.prepare import Setting, prepare_chunk
from mappings.records import Message
from mappings.signatures import Key, arc_state, dkim_state
from search.documents import has
from tests.benchmarks.generate import Generator
from tests.benchmarks.measure import parser, report, table
from tests.dkim_mails import NAME, record, signed

CHUNK = 200
ROUNDS = 5


def messages(path: Path) -> Iterator[Message]:
    """Every message below a path as ingest reads it, attached ones too."""
    for unit in pipeline.find([path]):
        if isinstance(unit, archives.Problem):
            continue
        setting = Setting(str(unit.path), "", "fast")
        held: list[archives.Item | archives.Problem] = []
        for item in archives.read(unit):
            held.append(item)
            if len(held) >= CHUNK:
                yield from (one.message for one in prepare_chunk(setting, held).messages)
                held = []
        yield from (one.message for one in prepare_chunk(setting, held).messages)


def states(path: Path) -> Counter[str]:
    """Messages by each of their states."""
    found: Counter[str] = Counter()
    for message in messages(path):
        found["messages"] += 1
        found["dkim " + dkim_state(message.signatures)] += 1
        if state := arc_state(message.arc):
            found["arc " + state] += 1
        found.update(f"failed: {one.code}" for one in message.signatures if one.state == "fails")
        found.update(f"has {name}" for name in has(message) if "doubt" in name)
        found.update(f"{seal.kind} {seal.act}" for seal in message.seals)
        found["date none"] += message.date is None
    return found


def costs(count: int) -> dict[str, Any]:
    """Microseconds a mail: reading it, asking whether there is anything to check, checking one signature."""
    raws = list(Generator(count))
    bare = [raw.replace(b"\nDKIM-Signature:", b"\nX-Signature:", 1) for raw in raws]
    read, unsigned = ([read_message(raw).message for raw in some] for some in (raws, bare))
    keys: tuple[Key, ...] = (dkim_key(NAME, record()),)
    bodies = [re.sub(rb"(?<!\r)\n", b"\r\n", raw) for raw in raws[:200]]
    sealed = [signed(raw) for raw in bodies]
    with_signature = [read_message(raw).message for raw in sealed]

    def clock(work: Any) -> float:
        return min(_timed(work) for _ in range(ROUNDS))

    return {
        "reading": 1e6 * clock(lambda: [read_message(raw) for raw in raws]) / count,
        "unsigned": _each(clock, unsigned, bare, ()),
        "signed, no key": _each(clock, read, raws, ()),
        "signed, key": _each(clock, with_signature, sealed, keys),
        "bytes of a signed mail": sum(map(len, sealed)) / len(sealed),
    }


def _each(clock: Any, read: list[Message], raws: list[bytes], keys: tuple[Key, ...]) -> float:
    return float(1e6 * clock(lambda: [authenticated(m, r, keys) for m, r in zip(read, raws, strict=True)]) / len(raws))


def _timed(work: Any) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    """Counts, then costs."""
    options = parser(__doc__)
    options.add_argument("paths", nargs="*", type=Path)
    options.add_argument("--messages", type=int, default=1000, help="generated mails that costs are measured on")
    given = options.parse_args()
    figures: dict[str, Any] = {}
    for path in given.paths:
        figures[path.name] = dict(sorted(states(path).items()))
        print(f"{path.name}: {figures[path.name]}", flush=True)
    figures["costs"] = costs(given.messages)
    print(table(("what", "µs a mail"), [(name, f"{value:,.1f}") for name, value in figures["costs"].items()]))
    report(figures, given.json)


if __name__ == "__main__":
    sys.exit(main())
