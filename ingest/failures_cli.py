"""`unsealed failures`: what could not be read and why, counted, listed, tried again."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest import cite_cli, extract_cli
from ingest.console import COUNTED, DONE, INTERRUPTED, Sorry, engine_option, json_option, print_json, stoppable
from mappings.plain import clean

if TYPE_CHECKING:
    from search.engine import Engine
    from search.failures import Tally, Which

LISTED = 20  # failures that are listed unless more are asked for


@click.command()
@click.option("--retry", is_flag=True, help="Read the archives concerned again and strike what now succeeds.")
@click.option("--stage", default="", metavar="STAGE", help="Those of one stage: open, split, parse, extract …")
@click.option("--code", default="", metavar="CODE", help="Those of one reason, such as truncated.")
@click.option("--archive", default="", metavar="PATH", help="Those of one archive: its path, or the end of it.")
@click.option("--limit", default=LISTED, show_default=True, type=click.IntRange(1), metavar="N", help="List so many.")
@engine_option
@json_option
@click.pass_context
def failures(
    ctx: click.Context, retry: bool, stage: str, code: str, archive: str, limit: int, engine: str, as_json: bool
) -> None:
    """What could not be read: place, stage and reason of each, and how many there are of each kind."""
    from search.engine import open_engine
    from search.failures import Which

    with closing(open_engine(engine)) as corpus:
        counted = corpus.tally()
        which = Which(stage, code, named(archive, counted))
        counted = [one for one in counted if matches(one, which)]
        if retry:
            ctx.exit(retry_failures(corpus, {one.archive for one in counted}, as_json))
        found = corpus.failures(limit=limit, which=which)
    total = sum(one.lost + one.kept for one in counted)
    if as_json:
        import msgspec

        rows = [{"number": number} | msgspec.to_builtins(failure) for number, failure in found]
        print_json({"total": total, "counts": counted, "failures": rows})
        return
    from ingest.cli import failure_line

    for number, failure in found:
        click.echo(failure_line(failure, number))
    if total > len(found):
        click.echo(f"… and {total - len(found):,} more; --limit {total} lists them all.")
    show_counts(counted)


def named(archive: str, counted: "list[Tally]") -> str:
    """The archive that a path or the end of one names; Sorry for none or several."""
    if not archive:
        return ""
    names = {one.archive for one in counted}
    whole = str(Path(archive).expanduser().absolute())
    found = {archive, whole} & names or {name for name in names if name.endswith(f"/{archive.strip('/')}")}
    if len(found) == 1:
        return found.pop()
    raise Sorry(f"{'Several' if found else 'No'} archives with failures are called {archive}.")


def matches(one: "Tally", which: "Which") -> bool:
    """Whether a count is of failures that are asked for."""
    asked = (which.stage, one.stage), (which.code, one.code), (which.archive, one.archive)
    return all(wanted in ("", has) for wanted, has in asked)


def show_counts(counted: "list[Tally]") -> None:
    """How many there are of each kind, and of all."""
    kinds: dict[tuple[str, str], list[int]] = {}
    for one in counted:
        counts = kinds.setdefault((one.stage, one.code), [0, 0])
        counts[0] += one.lost
        counts[1] += one.kept
    for (stage, code), (lost, kept) in sorted(kinds.items()):
        click.echo(clean(f"{lost + kept:,} {stage}, {code}: {lost:,} lost, {kept:,} whose mail is kept"))
    lost, kept = (sum(counts[at] for counts in kinds.values()) for at in (0, 1))
    all_told = f"{lost + kept:,} in all = {lost:,} lost + {kept:,} whose mail is kept."
    click.echo(all_told if kinds else "There are no failures.")


def retry_failures(corpus: "Engine", archives: set[str], as_json: bool) -> int:
    """Reads again, from the start, each of the archives that have failures; the exit status."""
    from ingest import pipeline
    from ingest.cli import STOPPING, progress

    known = [(number, failure) for number, failure in pipeline.failures(corpus) if failure.archive in archives]
    missing = sorted({failure.archive for _, failure in known if not Path(failure.archive).exists()})
    with stoppable(STOPPING) as stop, progress(as_json) as shown:
        outcome = pipeline.retry(corpus, known, progress=shown, stop=lambda: stop.asked)
        stages = {failure.stage for _, failure in known}
        if "extract" in stages and not stop.asked:
            extract_cli.follow(corpus, shown, failed=True)
        if "article" in stages and not stop.asked:
            places = {failure.archive for _, failure in known if failure.stage == "article"}
            outcome.resolved += cite_cli.retry(corpus, places - set(missing), shown, lambda: stop.asked)
    left = corpus.status().failures
    if as_json:
        print_json({"resolved": outcome.resolved, "remaining": left, "missing": missing, "outcome": outcome})
    else:
        for archive in missing:
            web = archive.startswith(cite_cli.WEB)
            why = "is tried again by `unsealed cite --fetch`" if web else "is not there any more; its failures stay"
            click.echo(f"{clean(archive)} {why}.", err=True)
        click.echo(f"{outcome.resolved:,} resolved, {left:,} left; {outcome.new:,} new messages.")
        if outcome.interrupted:
            click.echo("Stopped. The same command begins these archives again.")
    return INTERRUPTED if outcome.interrupted else COUNTED if left else DONE
