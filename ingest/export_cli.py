"""`unsealed export`: a whole result as a table, JSON Lines, an mbox, or single mails in a zip."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from ingest.console import COUNTED, DONE, Sorry, engine_option, json_option, print_json, query_text, stoppable
from mappings.plain import clean

if TYPE_CHECKING:
    from search.export_rows import Written
    from search.exports import Form

STOPPING = "Stopping; nothing is kept of what was written."


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("query", nargs=-1, type=click.UNPROCESSED, metavar="[QUERY…]")
@click.option("--format", "form", default="csv", show_default=True, type=click.Choice(["csv", "jsonl", "mbox", "eml"]),
              help="eml: single mails in a zip, with a manifest of their hashes.")  # fmt: skip
@click.option("--output", default="-", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Where to; unless told, the standard output. It appears once it is whole.")  # fmt: skip
@click.option("--order", default="oldest", show_default=True, type=click.Choice(["oldest", "newest"]),
              help="Which come first.")  # fmt: skip
@engine_option
@json_option
@click.pass_context
def export(ctx: click.Context, query: tuple[str, ...], form: "Form", output: Path, order: str, engine: str,
           as_json: bool) -> None:  # fmt: skip
    """Write everything that matches QUERY, without any everything, to a file: csv, jsonl, mbox or eml."""
    asked = query_text(query)
    if as_json and str(output) == "-":
        raise click.UsageError("--json tells of a file: it needs --output.")
    if str(output) == "-" and form in ("mbox", "eml") and sys.stdout.isatty():
        raise Sorry("Mails as they came could steer a terminal; say --output FILE.")
    from search.engine import open_engine
    from search.exports import export as made
    from search.parse import parse

    with closing(open_engine(engine)) as corpus, stoppable(STOPPING) as stop:
        found = made(corpus, parse(asked), form, newest=order == "newest")
        with opened(output) as out, closing(found.parts):
            for part in found.parts:
                if stop.asked:
                    break
                out.write(part)
            if not found.written.whole:
                raise KeyboardInterrupt  # the file is not put in its place
    if as_json:
        print_json({"output": str(output), "format": form, "written": found.written})
    else:
        for line in told(found.written, form):
            click.echo(clean(line), err=True)
    ctx.exit(COUNTED if found.written.damaged else DONE)


@contextmanager
def opened(output: Path) -> Iterator[BinaryIO]:
    """The standard output, or a file that takes its name once all is in it: a part never passes for the whole."""
    if str(output) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    draft = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(output)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def told(written: "Written", form: "Form") -> Iterator[str]:
    """What became of an export, in sentences."""
    yield f"{written.messages:,} of {written.total:,} messages written."
    if written.ghosts:
        yield (f"{written.ghosts:,} of them are not in this corpus: " +
               ("left out." if form in ("mbox", "eml") else "what others tell of them was written."))  # fmt: skip
    if written.ended:
        yield f"{written.ended:,} had no line end at their end and got one, as an mbox must have it."
    for id in written.damaged:
        yield f"{id} could not be read back; unsealed verify says more."
