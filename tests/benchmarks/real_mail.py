"""Reads real mail whole, twice: counts add up, every message is as its file has it, order and workers change nothing.

`python -m tests.benchmarks.real_mail FOLDER_OR_FILE…`
"""

import re
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from mappings.records import Place
from search.engine import Engine, open_engine
from tests.benchmarks.measure import disk, ingest, parser, report, table

FROM_LINE = re.compile(rb">?From [^\n]*\n")
MAGIC = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
QUOTED = re.compile(rb"^>(>*From )", re.M)


@cache
def packed(archive: Path) -> zipfile.ZipFile | None:
    """The archive opened by the standard library, if it is a zip file."""
    return zipfile.ZipFile(archive) if zipfile.is_zipfile(archive) else None


def original(place: Place, size: int) -> bytes | None:
    """About `size` bytes from a place on, read without this program's readers; None where only those can look."""
    path = Path(place.archive)
    if "!" in place.member or "#" in place.member:
        return None
    if path.is_file() and (archive := packed(path)):
        return archive.read(place.member)[max(place.offset, 0) :][:size]
    path = path / place.member if place.member and path.is_dir() else path
    if not path.is_file():
        return None
    with path.open("rb") as file:
        if file.read(6).startswith(MAGIC):
            return None
        file.seek(max(place.offset, 0))
        return file.read(size)


def differs(raw: bytes, place: Place) -> str:
    """Where the bytes at a place are not those stored; "" if they are, "?" if they could not be looked at.

    An envelope line before the message and the quoting of `From ` lines are no part of a message.
    """
    data = original(place, len(raw) + 4096 + raw.count(b"From "))
    if data is None:
        return "?"
    whole = place.offset < 0
    for candidate in (data, FROM_LINE.sub(b"", data, count=1) if FROM_LINE.match(data) else data):
        for form in (candidate, QUOTED.sub(rb"\1", candidate)):
            if form == raw or (not whole and form.startswith(raw)):
                return ""
    return f"{place.archive} {place.member} {place.offset}"


def compared(engine: Engine) -> Iterator[str]:
    """One verdict a place: "same", "unseen", "made", or where it differs; and what verifying found wrong."""
    for id, wrong in engine.verify():
        if wrong:
            yield f"verify: {id}: {wrong}"
        raw = engine.raw(id)
        made = engine.message(id).made
        for place in engine.places(id):
            verdict = "" if made else differs(raw, place)
            yield "made" if made else "same" if not verdict else "unseen" if verdict == "?" else f"differs: {verdict}"


def once(corpus: Path, parts: Sequence[Sequence[Path]], workers: int) -> dict[str, Any]:
    """Ingests the parts one after another into a fresh corpus; the figures, or an end if counts do not add up."""
    runs = [ingest(corpus, *part, workers=workers, fresh=number == 0) for number, part in enumerate(parts)]
    counts: Counter[str] = Counter()
    for _, one in runs:
        counts.update({key: one[key] for key in ("read", "new", "already", "failed", "partial", "bytes")})
    if counts["read"] != counts["new"] + counts["already"] + counts["failed"]:
        sys.exit(f"The counts do not add up: {counts}")
    with closing(open_engine(str(corpus))) as engine:
        status, digest = engine.status(), engine.digest()
        failures = Counter(f"{one.stage}: {one.code}" for _, one in engine.failures(limit=100_000))
    if status.messages != counts["new"] or status.unindexed:
        sys.exit(f"{counts['new']:,} new messages, {status.messages:,} stored, {status.unindexed:,} not searchable")
    return {
        **counts, "workers": workers, "seconds": sum(run.seconds for run, _ in runs), "threads": status.threads,
        "ghosts": status.ghosts, "duplicates": status.duplicates, "undated": status.undated,
        "share": disk(corpus) / status.raw_bytes, "failures": dict(failures), "digest": digest,
    }  # fmt: skip


def main() -> None:
    """Reads the arguments, ingests in three ways, compares."""
    options = parser(__doc__)
    options.add_argument("paths", type=Path, nargs="+")
    given = options.parse_args()
    paths = [path.resolve() for path in given.paths]
    corpus = given.bench / "real"
    figures: dict[str, Any] = {
        "in order": once(corpus, [paths], 1),
        "reversed": once(corpus, [paths[::-1]], 2),
        "one by one": once(corpus, [[path] for path in paths[1:] + paths[:1]], 1),
    }
    columns = ("workers", "read", "new", "already", "failed", "partial", "threads", "ghosts", "seconds", "share")
    rows = [(name, *(one[key] for key in columns), one["digest"][:12]) for name, one in figures.items()]
    print(table(("run", *columns, "digest"), rows))
    print("failures:", figures["one by one"]["failures"])
    with closing(open_engine(str(corpus))) as engine:
        verdicts = Counter(compared(engine))
    same, unseen, made = (verdicts.pop(verdict, 0) for verdict in ("same", "unseen", "made"))
    print(f"places compared with their files: {same:,} same, {unseen:,} inside other files, {made:,} of messages made "
          f"of something else, {len(verdicts):,} wrong")  # fmt: skip
    differing = len({one["digest"] for one in figures.values()}) != 1
    figures["places"] = {"same": same, "unseen": unseen, "made": made, "wrong": list(verdicts)[:100]}
    report(figures, given.json)
    if verdicts or differing:
        sys.exit("\n".join([*(["The digests differ."] if differing else []), *list(verdicts)[:20]]))


if __name__ == "__main__":
    main()
