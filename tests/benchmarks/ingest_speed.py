"""Ingest against native peers (notmuch, mu) and against parsing and indexing alone, on the same mails in one run.

Ours is measured before, between and after the peers, so that a noisy machine shows as spread. Debian's notmuch and
maildir-utils are installed if they are absent. `python -m tests.benchmarks.ingest_speed --help`
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.generate import prepared
from tests.benchmarks.measure import Run, disk, ingest, parser, report, run, table, warm


@dataclass(slots=True)
class Series:
    """Runs of one program on one corpus, and what its files take."""

    name: str
    count: int
    raw: int
    runs: list[Run] = field(default_factory=list)
    stored: int = 0

    def figures(self) -> dict[str, Any]:
        """Medians over the runs: messages/s on the wall and of CPU, peak bytes, files' share of the raw bytes."""
        walls = [self.count / one.seconds for one in self.runs]
        return {
            "messages": self.count, "runs": len(self.runs), "rate": statistics.median(walls), "best": max(walls),
            "worst": min(walls), "cpu_rate": statistics.median(self.count / one.cpu for one in self.runs),
            "cores": statistics.median(one.cpu / one.seconds for one in self.runs),
            "peak_mib": max(one.peak for one in self.runs) / 2**20, "share": self.stored / self.raw,
        }  # fmt: skip


def install() -> None:
    """Debian's packages of the peers, if they are not there yet."""
    if shutil.which("notmuch") and shutil.which("mu"):
        return
    if os.geteuid() != 0:
        sys.exit("notmuch and maildir-utils are needed; as root, this would install them.")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", "notmuch", "maildir-utils"]):
        subprocess.run(["apt-get", "-q", *command], check=True, env=environment, stdout=subprocess.DEVNULL)


def ours(series: Series, source: Path, corpus: Path, workers: int) -> None:
    """One ingest into a fresh corpus; every message must have been read."""
    ended, counts = ingest(corpus, source, workers=workers, fresh=True)
    if counts["read"] != counts["new"] + counts["already"] + counts["failed"] or counts["read"] != series.count:
        sys.exit(f"The counts do not add up: {counts}")
    series.runs.append(ended)
    series.stored = disk(corpus)
    print(f"  {series.name}: {series.count / ended.seconds:,.0f} messages/s", flush=True)


def mu(series: Series, maildir: Path, folder: Path) -> None:
    """`mu index` into a fresh database."""
    shutil.rmtree(folder, ignore_errors=True)
    run(["mu", "init", f"--muhome={folder}", f"--maildir={maildir}", "--quiet"])
    series.runs.append(run(["mu", "index", f"--muhome={folder}", "--quiet"]))
    series.stored = disk(folder)
    print(f"  mu: {series.count / series.runs[-1].seconds:,.0f} messages/s", flush=True)


def notmuch(series: Series, maildir: Path, folder: Path) -> None:
    """`notmuch new` into a fresh database beside the mail."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    config = folder / "config"
    config.write_text(
        f"[database]\npath={folder}\nmail_root={maildir}\n[user]\nname=n\nprimary_email=n@example.org\n[new]\ntags=new\n"
    )
    series.runs.append(run(["notmuch", f"--config={config}", "new", "--quiet", "--no-hooks"]))
    series.stored = disk(folder)
    print(f"  notmuch: {series.count / series.runs[-1].seconds:,.0f} messages/s", flush=True)


def ceiling(mbox: Path) -> dict[str, float]:
    """Messages/s without storing, see the module of that name."""
    command = [sys.executable, "-m", "tests.benchmarks.ceiling", mbox, "ours", "bare"]
    found: dict[str, float] = json.loads(run(command).out)
    return found


def raw_bytes(path: Path) -> int:
    """Bytes of mail in a generated corpus, as its maker counted them."""
    return int(path.with_name(f"{path.name}.ready").read_text().split()[1])


def measure(given: Any) -> dict[str, Any]:
    """Everything in turn; figures by name."""
    base, count, peers = given.bench, given.count, not given.no_peers
    mbox, maildir = prepared(base, count, "mbox"), prepared(base, count, "maildir") if peers else None
    raw, corpus = raw_bytes(mbox), base / "corpus"
    all_ours = [Series(f"ours, {n} worker{'s' * (n > 1)}", count, raw) for n in given.workers]
    folder = Series("ours, Maildir", count, raw)
    theirs = [Series("mu", count, raw), Series("notmuch", count, raw)]
    ceilings = []
    warm(mbox)
    for step in (mu, notmuch, None)[: 3 if peers else given.rounds]:
        if step is not notmuch:
            ceilings.append(ceiling(mbox))
        for series, workers in zip(all_ours, given.workers, strict=True):
            ours(series, mbox, corpus, workers)
        if maildir and step is not None:
            warm(maildir)
            ours(folder, maildir, corpus, given.workers[0])
            step(theirs[0] if step is mu else theirs[1], maildir, base / "peer")
    found = {one.name: one.figures() for one in [*all_ours, folder, *theirs] if one.runs}
    for name in ceilings[0]:
        found[f"ceiling, {name}"] = {"rate": statistics.median(one[name] for one in ceilings)}
    if given.large:
        large = prepared(base, given.large, "mbox")
        series = Series(f"ours, {given.large:,}", given.large, raw_bytes(large))
        ours(series, large, base / f"corpus-{given.large}", given.workers[0])
        ours(all_ours[0], mbox, corpus, given.workers[0])
        found[series.name] = series.figures()
        found[all_ours[0].name] = all_ours[0].figures()
    return found


def main() -> None:
    """Reads the arguments, measures, prints the table and the ratios."""
    options = parser(__doc__)
    options.add_argument("--count", type=int, default=50_000)
    options.add_argument("--large", type=int, default=300_000, help="0 leaves the large corpus out")
    options.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    options.add_argument("--no-peers", action="store_true")
    options.add_argument("--rounds", type=int, default=1, help="without peers: how often ours is measured")
    given = options.parse_args()
    if not given.no_peers:
        install()
    found = measure(given)
    columns = ("rate", "worst", "best", "cpu_rate", "cores", "peak_mib", "share")
    rows = [(name, *(row.get(key, "") for key in columns)) for name, row in found.items()]
    print(table(("messages/s", *columns), rows))
    mine = max(found[name]["rate"] for name in found if name.startswith("ours") and "worker" in name)
    for name in ("mu", "notmuch", "ceiling, ours", "ceiling, bare"):
        if name in found:
            print(f"ours / {name}: {mine / found[name]['rate']:.2f}")
    if given.large:
        first = next(iter(found.values()))["rate"]
        print(f"{given.large:,} / {given.count:,}: {found[f'ours, {given.large:,}']['rate'] / first:.2f}")
    report(found, given.json)


if __name__ == "__main__":
    main()
