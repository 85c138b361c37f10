"""`unsealed batch`: many searches at once, from a list or a table."""

import csv
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.console import COUNTED, DONE, INTERRUPTED, Sorry, engine_option, json_line, json_option, stoppable
from mappings.plain import clean

if TYPE_CHECKING:
    from search.batch import Told

STOPPING = "Stopping after the search at hand; once more quits at once."


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--column", default="", metavar="NAME", help="FILE is a table; its column of queries: heading or number.")
@click.option("--csv", "as_csv", is_flag=True, help="A table for a spreadsheet.")
@click.option("--site", default="", metavar="URL", help="With --csv: where the site is, for the links.")
@engine_option
@json_option
@click.pass_context
def batch(ctx: click.Context, file: Path, column: str, as_csv: bool, site: str, engine: str, as_json: bool) -> None:
    """Search for each line of FILE (- is the standard input): how many messages and conversations, first and last date.

    A list has a query a line; a table (.csv, .tsv, or --column) a column of them. A line that can't be read is told
    and stops no other; the exit status is 1 then. --json prints an object a line.
    """
    from search.batch import COLUMNS, BadList, answers, cells, queries
    from search.engine import open_engine

    if as_csv and as_json:
        raise click.UsageError("--csv and --json exclude each other.")
    try:
        listed = list(queries(_read(file), table=file.suffix.lower() in (".csv", ".tsv"), column=column))
    except BadList as error:
        raise Sorry(str(error)) from None
    if not listed:
        raise Sorry(f"There are no queries in {file}.")
    failed = 0
    out = csv.writer(sys.stdout, lineterminator="\n")
    with closing(open_engine(engine)) as corpus, stoppable(STOPPING) as stop:
        if as_csv:
            out.writerow(COLUMNS)
        for told in answers(corpus, listed):
            failed += bool(told.error)
            if as_csv:
                out.writerow(cells(told, site.rstrip("/")))
            else:
                click.echo(json_line(told) if as_json else _line(told))
            if stop.asked:
                break
    ctx.exit(INTERRUPTED if stop.asked else COUNTED if failed else DONE)


def _read(file: Path) -> str:
    from search.batch import decoded

    return decoded(sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes())


def _line(told: "Told") -> str:
    """A search on one line: counts and span before the query, as it was typed."""
    from ingest.progress import plural
    from search.export_rows import iso

    if told.error:
        return clean(f"– line {told.line}: {told.query}: {told.error}")
    days = [iso(at, None)[:10] or "no date" for at in (told.first, told.last)]
    span = f" from {days[0]} to {days[1]}" if told.messages else ""
    of = plural(told.conversations, "conversation")
    return clean(f"{told.messages:,} in {told.conversations:,} {of}{span}: {told.query}")
