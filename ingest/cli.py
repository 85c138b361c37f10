"""Ingest's commands: ingest, status, reindex, copy; the others are registered. Heavy imports wait for a command."""

import sys
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest import extract_cli, published
from ingest.cite_cli import cite_option, follow, tell_matched, tell_taken
from ingest.console import (
    COUNTED,
    DONE,
    INTERRUPTED,
    WRONG,
    Commands,
    Sorry,
    console,
    engine_option,
    existing,
    json_option,
    print_json,
    stoppable,
)
from mappings.plain import clean

if TYPE_CHECKING:
    from ingest.articles.intake import Taken
    from ingest.articles.matching import Matched
    from ingest.extraction.stage import Extraction
    from ingest.progress import Outcome, Progress
    from mappings.records import Failure, Status

LISTED = 20  # archives and failures that are listed unless more are asked for
STOPPING = "Stopping once the batch at hand is stored; once more quits at once."


_ELSEWHERE = {
    "analyze": "analyze_cli", "articles": "articles_cli", "batch": "batch_cli", "cite": "cite_cli",
    "duplicates": "copies_cli", "export": "export_cli", "extract": "extract_cli", "failures": "failures_cli",
    "keys": "keys_cli", "notes": "desk_cli", "people": "people_cli", "searches": "searches_cli", "tag": "desk_cli",
    "unlock": "unlock_cli", "verify": "verify_cli",
}  # fmt: skip


def register(group: Commands) -> None:
    """Adds the commands of this module, and those of the modules beside it by name."""
    for command in (ingest, status, reindex, copy):
        group.add_command(command)
    group.elsewhere.update({name: f"ingest.{module}" for name, module in _ELSEWHERE.items()})


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--collection", default="", metavar="NAME", help="Name these mails as a collection, to search within.")
@click.option("--workers", type=click.IntRange(1, 64), metavar="N",
              help="Processes that read mails; unless told, as suits the cores and the size.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Read and count, write nothing.")
@click.option("--parser", default="fast", show_default=True, type=click.Choice(["fast", "mailparser"]),
              help="What reads the mails.")  # fmt: skip
@click.option("--scheduler", default="", metavar="tcp://HOST:8786",
              help="Have mails read by the workers of this Dask scheduler.")  # fmt: skip
@extract_cli.extract_option
@cite_option
@published.published_options
@engine_option
@json_option
@click.pass_context
def ingest(
    ctx: click.Context, paths: tuple[str, ...], collection: str, workers: int | None, dry_run: bool, parser: str,
    scheduler: str, no_extract: bool, no_cite: bool, source_url: str, columns: str, engine: str, as_json: bool,
) -> None:  # fmt: skip
    """Take in mail archives: files, folders, zip, tar and compressed files.

    What was read before is not read again; ^C stops, and the same command goes on.
    """
    from ingest import pipeline
    from ingest.people import directory
    from ingest.scheduler import lent
    from search.engine import open_engine
    from search.errors import CorpusMissing

    if scheduler and workers:
        raise click.UsageError("--scheduler and --workers exclude each other.")
    corpus_folder = Path(engine).expanduser().absolute()
    published.checked(source_url, collection)
    named = published.mapped(existing(paths), columns)
    units = pipeline.find(named, besides=corpus_folder if corpus_folder.is_dir() else None)
    if not units:
        raise Sorry(f"There is nothing to read in {' '.join(paths)}.")
    found: list[Failure] = []
    extraction = cited = corpus = None
    with stoppable(STOPPING) as stop, progress(as_json) as shown, lent(scheduler, shown.say) as (executor, hands):
        try:
            with suppress(CorpusMissing):  # a dry run needs none
                corpus = open_engine(engine, create=not dry_run)
            if corpus is not None and not dry_run:
                published.keep(corpus, collection, source_url)
            outcome = pipeline.load(
                corpus, units, collection=collection, workers=hands or workers or 0, dry_run=dry_run, parser=parser,
                progress=shown, executor=executor, stop=lambda: stop.asked, found=found if dry_run else None,
            )  # fmt: skip
            if corpus is not None and not (no_extract or dry_run or stop.asked):
                extraction = extract_cli.follow(corpus, shown, workers=workers or 0)
            if corpus is not None and not (dry_run or stop.asked):
                directory.follow(corpus, shown)
            if corpus is not None and outcome.new and not (no_cite or dry_run or stop.asked):
                cited = follow(corpus, shown, lambda: stop.asked)
        finally:
            if corpus is not None:
                corpus.close()
    report(outcome, as_json, dry_run=dry_run, found=found, extraction=extraction, cited=cited)
    ctx.exit(exit_status(outcome, extraction, cited))


def progress(as_json: bool) -> "Progress":
    """A bar on a terminal, lines elsewhere, on stderr; nothing for programs."""
    from ingest.progress import LiveProgress, PlainProgress, Progress

    if as_json:
        return Progress()
    if not sys.stderr.isatty():
        return PlainProgress(sys.stderr)
    return LiveProgress(console(stderr=True))


def exit_status(
    outcome: "Outcome", extraction: "Extraction | None" = None, cited: "Matched | None" = None,
    taken: "Taken | None" = None,
) -> int:  # fmt: skip
    """0 done, 1 done with counted failures, 2 nothing done, 130 cut short."""
    if outcome.interrupted or any(one and one.interrupted for one in (extraction, cited, taken)):
        return INTERRUPTED
    if not outcome.new + outcome.already + outcome.unchanged:
        return WRONG
    later = (extraction, cited, taken)
    return COUNTED if outcome.failed or outcome.partial or any(one and one.failed for one in later) else DONE


def report(
    outcome: "Outcome", as_json: bool, *, dry_run: bool = False, found: Iterable["Failure"] = (),
    extraction: "Extraction | None" = None, cited: "Matched | None" = None, taken: "Taken | None" = None,
) -> None:  # fmt: skip
    """What became of a load, on stdout: a table and what it means, or one JSON object."""
    import msgspec

    from ingest.progress import summary

    listed = list(found)[:LISTED]
    if as_json:
        value = msgspec.to_builtins(outcome) | {"rate": round(outcome.rate, 1), "dry_run": dry_run}
        articles = {} if taken is None else {"articles": {"read": taken.read, "new": taken.new, "failed": taken.failed}}
        value |= {"extraction": extraction, **articles, "cited": cited}
        print_json(value | ({"failures": listed} if dry_run else {}))
        return
    console().print(summary(outcome))
    if extraction is not None and extraction.read:
        extract_cli.report(extraction)
    if taken is not None:
        tell_taken(taken)
    if cited is not None:
        tell_matched(cited)
    for failure in listed:
        click.echo(failure_line(failure))
    if outcome.interrupted:
        click.echo("Stopped. What is counted here is safe; the same command goes on from there.")
    elif outcome.unchanged == outcome.archives:
        click.echo("Nothing has changed since it was last read.")
    elif not outcome.read:
        click.echo("There are no messages in it.")
    elif exit_status(outcome) == WRONG:
        click.echo("Nothing in it could be read.")
    if dry_run:
        click.echo("Nothing was written.")
    elif outcome.failed or outcome.partial:
        click.echo("`unsealed failures` lists what could not be read.")


def failure_line(failure: "Failure", number: int = 0) -> str:
    """One failure on one line: place, stage, reason."""
    where = failure.archive + (f" › {failure.member}" if failure.member else "")
    where += f" at byte {failure.offset:,}" if failure.offset >= 0 else ""
    kept = f" (stored as {failure.message[:16]})" if failure.message else ""
    return clean(f"{f'{number}. ' if number else ''}{where}: {failure.stage}, {failure.code}: {failure.reason}{kept}")


@click.command()
@engine_option
@json_option
def status(engine: str, as_json: bool) -> None:
    """What the corpus holds and what it was read from."""
    from msgspec.structs import replace

    from search.engine import open_engine

    with closing(open_engine(engine)) as corpus:
        found, marks = corpus.status(), corpus.desked()
        if marks.messages:
            found = replace(found, marks={"tags": marks.tags, "stars": marks.stars, "notes": marks.notes})
    if as_json:
        print_json(found)
    else:
        show_status(found)


def show_status(found: "Status") -> None:
    """Counts, collections, archives."""
    from rich.table import Table
    from rich.text import Text

    from ingest.progress import plural

    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    share = f", {100 * found.stored_bytes / found.raw_bytes:.0f} % of them" if found.raw_bytes else ""
    for count, words in (
        (found.messages, f"{plural(found.messages, 'message')}, {days(found.first, found.last)}"),
        (found.threads, plural(found.threads, "thread")),
        (found.ghosts, "mails that are referred to but not here"),
        (found.duplicates, "copies of another message"),
        (found.undated, "without a usable date"),
        (found.unindexed, "stored, not yet searchable"),
        (found.failures, plural(found.failures, "failure")),
    ):
        table.add_row(f"{count:,}", words)
    table.add_row(f"{found.raw_bytes / 1e6:,.1f} MB", "of mail")
    table.add_row(f"{found.stored_bytes / 1e6:,.1f} MB", f"on disk{share}, in {clean(found.engine)}")
    if found.files:
        table.add_row(f"{sum(found.files.values()):,}", f"attached files: {extract_cli.files_in_words(found.files)}")
    if found.articles:
        shown, absent, waiting = (found.citations.get(name, 0) for name in ("shown", "absent", "probable"))
        told = f"{shown:,} citations shown, {absent:,} of them of mails that are not here, {waiting:,} to be confirmed"
        table.add_row(f"{found.articles:,}", f"{plural(found.articles, 'article')}: {told}")
    for kind, count in found.marks.items():
        if count:
            table.add_row(f"{count:,}", f"{kind} that you put on messages")
    for name, count in found.collections.items():
        if name:
            table.add_row(f"{count:,}", Text(f"in collection {clean(name)}"))
    console().print(table)
    for note in found.notes:
        click.echo(note)
    for one in found.differences:
        click.echo(clean(f"{one.index}: {one.what}"))
    for remedy in dict.fromkeys(one.remedy for one in found.differences):
        click.echo(remedy)
    for state in found.archives[:LISTED]:
        part = "" if state.done else ", read in part"
        click.echo(
            f"{clean(state.archive)} ({state.kind or 'archive'}{part}): {state.read:,} read = {state.new:,} new + "
            f"{state.already:,} already there + {state.failed:,} failed"
        )
    if len(found.archives) > LISTED:
        click.echo(f"… and {len(found.archives) - LISTED:,} more archives; --json lists them all.")


def days(first: int | None, last: int | None) -> str:
    """`2001-03-04 to 2003-11-20`."""
    if first is None or last is None:
        return "none with a date"
    return f"{day(first)} to {day(last)}"


def day(seconds: int) -> str:
    """A date in UTC; a year that the calendar lacks is said as such."""
    from datetime import UTC, datetime, timedelta

    try:
        return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds):%Y-%m-%d}"
    except OverflowError:
        return "beyond the calendar"


@click.command()
@engine_option
@json_option
@click.pass_context
def reindex(ctx: click.Context, engine: str, as_json: bool) -> None:
    """Rebuild the full-text index from what is stored."""
    from search.engine import open_engine

    done = 0
    with closing(open_engine(engine)) as corpus, corpus.writer() as writer, progress(as_json) as shown:
        for done in writer.reindex():
            shown.phase(f"{done:,} messages indexed")
    if as_json:
        print_json({"indexed": done})
    else:
        click.echo(f"{done:,} messages are in the index.")
    ctx.exit(DONE)


@click.command()
@click.option("--from", "source", required=True, metavar="CORPUS", help="What to copy.")
@click.option("--to", "target", required=True, metavar="CORPUS", help="Where it goes.")
@json_option
@click.pass_context
def copy(ctx: click.Context, source: str, target: str, as_json: bool) -> None:
    """Copy a corpus, from a folder into a cluster or the other way, and compare the two."""
    from ingest import copying
    from search.engine import open_engine

    with closing(open_engine(source)) as old, closing(open_engine(target, create=True)) as new, \
            progress(as_json) as shown:  # fmt: skip
        found = copying.copy(old, new, shown)
    if as_json:
        print_json(found)
    else:
        verdict = "both corpora are the same" if found.same else "the corpora differ"
        articles = f" and {found.articles:,} articles" if found.articles else ""
        marks = f", {found.marks:,} tags, stars and notes" if found.marks else ""
        click.echo(f"{found.messages:,} messages{articles}{marks}: {verdict}; digest {found.digest}.")
    ctx.exit(DONE if found.same else COUNTED)
