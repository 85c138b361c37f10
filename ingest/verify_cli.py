"""`unsealed verify`: what is stored, and archives as they are now, held against what the corpus says of them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.console import COUNTED, DONE, Sorry, engine_option, json_option, print_json
from mappings.plain import clean

if TYPE_CHECKING:
    from ingest.progress import Progress
    from ingest.verifying import Change, Checked
    from search.engine import Engine

LISTED = 20  # changes that are listed unless more are asked for
SAID = {
    "missing": "is not there any more", "changed": "has other bytes now", "new": "is not in the corpus",
    "known": "was not read from there, but from elsewhere", "gone": "the archive is not there any more",
    "other": "what is there now is not read as that archive any more",
}  # fmt: skip


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH…]")
@click.option("--limit", default=LISTED, show_default=True, type=click.IntRange(1), metavar="N",
              help="List so many changes.")  # fmt: skip
@engine_option
@json_option
@click.pass_context
def verify(ctx: click.Context, paths: tuple[str, ...], limit: int, engine: str, as_json: bool) -> None:
    """Re-read everything stored and compare it with what it was; with PATHs the archives there, too.

    Of an archive is told which messages are missing from it now, are changed, or are in it and not in the corpus.
    Nothing is written.
    """
    from ingest.cli import progress
    from search.engine import open_engine

    asked = [Path(path).expanduser().absolute() for path in paths]
    with closing(open_engine(engine)) as corpus, progress(as_json) as shown:
        checked, bad = read_again(corpus.verify(), "id", shown)
        captures, damaged = read_again(corpus.verify_captures(), "sha256", shown, of=", of an article")
        held = list(archives(corpus, asked, Path(engine).expanduser().absolute(), shown)) if asked else []
    changes = [change for one in held for change in one.changes]
    if as_json:
        told = {"captures": captures, "bad_captures": damaged} if captures else {}
        print_json({"checked": checked, "bad": bad} | told | ({"archives": held} if asked else {}))
    else:
        result = f"{len(bad):,} are damaged." if bad else "all are as they were."
        click.echo(f"{checked:,} messages checked: {result}")
        if captures:
            result = f"{len(damaged):,} are damaged." if damaged else "all are as they were."
            click.echo(f"{captures:,} pages and files that articles were read from checked: {result}")
        show(held, changes[:limit])
        if len(changes) > limit:
            click.echo(f"… and {len(changes) - limit:,} more changes; --limit {len(changes)} lists them all.")
    ctx.exit(COUNTED if bad or damaged or changes else DONE)


def read_again(
    found: Iterable[tuple[str, str]], key: str, shown: "Progress", of: str = ""
) -> tuple[int, list[dict[str, str]]]:
    """How many were re-read, and those that are not what they were; a `key` is what they are named by, `of` is said
    behind it."""
    checked = 0
    bad: list[dict[str, str]] = []
    for name, wrong in found:
        checked += 1
        if wrong:
            bad.append({key: name, "reason": wrong})
            shown.say(clean(f"{name[:16]}{of}: {wrong}"))
        if not checked % 10_000:
            shown.phase(f"{checked:,} checked")
    return checked, bad


def archives(corpus: "Engine", paths: Sequence[Path], besides: Path, shown: "Progress") -> "Iterator[Checked]":
    """What became of the archives at or below the paths. Sorry where neither disk nor corpus knows of any."""
    from ingest.verifying import check

    met = False
    for one in check(corpus, paths, besides):
        shown.phase(clean(f"{one.archive} checked"))
        met = True
        yield one
    if not met:
        raise Sorry(f"There is nothing at {' '.join(map(str, paths))}, and nothing was read from there.")


def show(held: "Sequence[Checked]", changes: "Sequence[Change]") -> None:
    """A line for each archive that is not as it was, one for all, and the changes."""
    for one in held:
        if not one.holds and not one.gone:
            click.echo(clean(f"{one.archive}: {counts([one])}"))
    for change in changes:
        where = change.archive + (f" › {change.member}" if change.member else "")
        where += f" at byte {change.offset:,}" if change.offset >= 0 else ""
        ids = " → ".join(id[:16] for id in (change.was, change.id) if id)
        click.echo(clean(f"{where}: {f'{ids} ' if ids else ''}{SAID[change.what]}"))
    if held:
        intact = sum(one.holds for one in held)
        click.echo(f"{intact:,} of {len(held):,} archives are as they were: {counts(held)}")


def counts(held: "Sequence[Checked]") -> str:
    """The counts of archives together, in words."""
    def total(name: str) -> str:
        return f"{sum(getattr(one, name) for one in held):,}"

    return (
        f"{total('read')} read = {total('same')} as they were + {total('moved')} moved + {total('changed')} changed + "
        f"{total('known')} known from elsewhere + {total('new')} new; {total('stored')} stored = {total('found')} "
        f"found + {total('missing')} missing; {total('failed')} failed."
    )
