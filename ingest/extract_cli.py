"""The command `extract`, and the same stage at the end of an ingest."""

from typing import TYPE_CHECKING

import click

from ingest.console import (
    COUNTED,
    DONE,
    INTERRUPTED,
    Sorry,
    console,
    engine_option,
    json_option,
    print_json,
    stoppable,
)

if TYPE_CHECKING:
    from ingest.extraction.stage import Extraction
    from ingest.progress import Progress
    from mappings.records import FileState
    from search.engine import Engine

STOPPING = "Stopping once the files at hand are read; once more quits at once."


def extract_option(command: "click.decorators.FC") -> "click.decorators.FC":
    """`--no-extract`, for commands that end with this stage."""
    words = "Leave the text of attachments for `unsealed extract`."
    return click.option("--no-extract", is_flag=True, help=words)(command)


@click.command()
@click.option("--workers", type=click.IntRange(1, 64), metavar="N",
              help="Processes that read; a core each unless told.")  # fmt: skip
@click.option("--timeout", default=30.0, show_default=True, type=click.FloatRange(1, 3600), metavar="SECONDS",
              help="For one file.")  # fmt: skip
@click.option("--memory", default=800, show_default=True, type=click.IntRange(100, 65_536), metavar="MB",
              help="For one file.")  # fmt: skip
@click.option("--retry", is_flag=True, help="Read again what failed, was empty, or had no reader.")
@click.option("--ocr", default="", metavar="LANGUAGES", help="Read pictures with tesseract, such as eng or deu+fra.")
@engine_option
@json_option
@click.pass_context
def extract(
    ctx: click.Context, workers: int | None, timeout: float, memory: int, retry: bool, ocr: str, engine: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Draw the text out of attachments, so that it can be searched.

    Each file is read once, however many mails carry it, by a process that may be killed; ^C stops, and the same command
    goes on.
    """
    from contextlib import closing

    from ingest.cli import progress
    from ingest.extraction import Limits
    from ingest.extraction.stage import AGAIN
    from ingest.extraction.stage import extract as run
    from search.engine import open_engine

    check_languages(ocr)
    limits = Limits(timeout, memory, ocr)
    with closing(open_engine(engine)) as corpus, stoppable(STOPPING) as stop, progress(as_json) as shown:
        again = AGAIN if retry else ()
        found = run(corpus, workers=workers or 0, limits=limits, again=again, progress=shown, stop=lambda: stop.asked)
    if as_json:
        print_json(found)
    else:
        report(found)
    ctx.exit(INTERRUPTED if found.interrupted else COUNTED if found.failed else DONE)


def check_languages(wanted: str) -> None:
    """Sorry for languages that pictures can't be read in here."""
    from ingest.extraction import pictures

    known = pictures.languages() if wanted else []
    if wanted and not known:
        raise Sorry(f"Pictures are read by the program {pictures.PROGRAM}, which is not installed.")
    if missing := [language for language in wanted.split("+") if wanted and language not in known]:
        raise Sorry(f"{pictures.PROGRAM} does not know {', '.join(missing)}; it knows {', '.join(known)}.")


def follow(corpus: "Engine", shown: "Progress", *, failed: bool = False, workers: int = 0) -> "Extraction":
    """The stage at the end of another command; with `failed` also what failed before."""
    from ingest.extraction.stage import extract as run

    with stoppable(STOPPING) as stop:
        again: tuple[FileState, ...] = ("failed",) if failed else ()
        return run(corpus, workers=workers, again=again, progress=shown, stop=lambda: stop.asked)


def files_in_words(files: dict[str, int]) -> str:
    """`17 with text, 11 without a reader`: files by their state; what is missing, if something is."""
    from ingest.extraction import office
    from mappings.file_states import counted

    return counted(files) + ("" if office.is_here() else "; PDF and office files need the package kreuzberg")


def report(found: "Extraction") -> None:
    """What became of the files, as a table on stdout."""
    from rich.table import Table

    from ingest.progress import duration, plural

    if not found.read:
        click.echo("No attachment waits to be read.")
        return
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(justify="right")
    table.add_column()
    table.add_row(f"{found.read:,}", f"attached {plural(found.read, 'file')} read, in {duration(found.seconds)}")
    for count, words in (
        (found.text, f"with text, {found.characters:,} characters"),
        (found.empty, "without any"),
        (found.encrypted, "that ask for a password"),
        (found.unread, "of kinds that have no reader"),
        (found.failed, "failed"),
    ):
        table.add_row(f"{count:,}", words)
    console().print(table)
    if found.interrupted:
        click.echo("Stopped. `unsealed extract` goes on from there.")
    if found.failed:
        click.echo("`unsealed failures` lists them; `unsealed extract --retry` tries them again.")
