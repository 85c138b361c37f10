"""`unsealed cite`: articles in, and the messages found that they cite. Heavy imports wait until the command runs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingest.console import (
    COUNTED,
    DONE,
    INTERRUPTED,
    WRONG,
    Sorry,
    console,
    engine_option,
    json_option,
    stoppable,
)
from mappings.plain import clean

if TYPE_CHECKING:
    from ingest.articles.intake import Read, Taken
    from ingest.articles.matching import Matched
    from ingest.progress import Progress
    from search.engine import Engine, Writer

STOPPING = "Stopping once the article at hand is done; once more quits at once."
LISTED = 20  # articles that are listed with their citations
WEB = ("http://", "https://")


@click.command()
@click.argument("sources", nargs=-1, metavar="[PATH|URL]…")
@click.option("--fetch", is_flag=True, help="Fetch addresses, politely, from the public internet alone.")
@click.option("--list", "lists", multiple=True, metavar="TABLE", type=click.Path(path_type=Path),
              help="A table or list of articles: their addresses, or files beside it.")  # fmt: skip
@click.option("--map", "columns", default="", metavar="WHAT=COLUMN,…",
              help="Which columns of a table hold what, as in url=Link,text=Body.")  # fmt: skip
@click.option("--contact", default="", metavar="WHO", help="Whom servers may write to about what is fetched.")
@click.option("--no-match", is_flag=True, help="Take articles in, leave the citations for later.")
@click.option("--again", is_flag=True, help="Read, fetch and match anew what is here already, too.")
@click.option("--retrain", is_flag=True, help="Learn from what people decided on citations, then match all by that.")
@engine_option
@json_option
@click.pass_context
def cite(
    ctx: click.Context, sources: tuple[str, ...], fetch: bool, lists: tuple[Path, ...], columns: str, contact: str,
    no_match: bool, again: bool, retrain: bool, engine: str, as_json: bool,
) -> None:  # fmt: skip
    """Take in articles and find the messages that they cite.

    Articles are web pages (HTML, MHTML, WARC), text, Markdown, PDF, tables of articles, lists of addresses, feeds, and
    folders and archives of these. Without any, those that are here are matched with the mail that came in since;
    with --fetch, those that are known by address alone are fetched. What was read is not read again; ^C stops, and the
    same command goes on. --json prints one object an article, on a line each.
    """
    from ingest.cli import progress
    from search.engine import open_engine

    places = named(sources, lists, columns, fetch)
    with stoppable(STOPPING) as stop, progress(as_json) as shown, \
            closing(open_engine(engine, create=bool(places))) as corpus:  # fmt: skip
        with corpus.writer() as writer:
            run = _Run(corpus, writer, shown, lambda: stop.asked, again, Path(engine).expanduser().absolute())
            whole = as_json or not any(isinstance(place, Path) and place.is_dir() for place, _ in places)
            taken = run.take(places, fetch, contact, whole=whole) if places or fetch else None
            matched = None if no_match or stop.asked else run.match(retrain)
        if as_json:
            tell_programs(corpus, taken, matched)
        else:
            tell_people(corpus, taken, matched)
        if run.learnt:
            click.echo(run.learnt, err=as_json)
    ctx.exit(exit_status(taken, matched))


def named(
    sources: Sequence[str], lists: Sequence[Path], columns: str, fetch: bool
) -> "list[tuple[Path | str, dict[str, str]]]":
    """What was named, with the columns that its tables are to have. Sorry for what is not there or can't be used."""
    from ingest.articles.columns import ROLES
    from ingest.told_columns import check_columns, told_columns

    told = told_columns(columns, ROLES, "An article", "text=Body") if columns else {}
    found: list[tuple[Path | str, dict[str, str]]] = []
    for source in dict.fromkeys((*sources, *map(str, lists))):
        if source.lower().startswith(WEB):
            if not fetch:
                raise Sorry(f"{clean(source)} is an address: with --fetch it is fetched.")
            found.append((source, {}))
            continue
        path = Path(source).expanduser().absolute()
        if not path.exists():
            raise Sorry(f"There is nothing at {path}.")
        if told and path.is_file():
            check_columns(path, told)
        found.append((path, told))
    return found


class _Run:
    """What both halves of the command share."""

    def __init__(
        self, engine: "Engine", writer: "Writer", progress: "Progress", stop: "Callable[[], object]", again: bool,
        besides: Path,
    ) -> None:  # fmt: skip
        self.engine = engine
        self.writer = writer
        self.progress = progress
        self.stop = stop
        self.again = again
        self.besides = besides
        self.learnt = ""  # a sentence on what verdicts taught

    def take(
        self, places: "list[tuple[Path | str, dict[str, str]]]", fetch: bool, contact: str, *, whole: bool
    ) -> "Taken":
        """The first half: articles in."""
        from ingest.articles.intake import Intake

        fetcher = None
        if fetch:
            from ingest.articles.fetching import Fetcher

            fetcher = Fetcher(contact)
        intake = Intake(
            self.engine, self.writer, fetcher=fetcher, again=self.again, whole=whole, progress=self.progress,
            stop=self.stop, besides=self.besides,
        )  # fmt: skip
        return intake.run(places) if places else intake.fetch_known()

    def match(self, retrain: bool) -> "Matched":
        """The second half: what they cite."""
        from ingest.articles.matching import learnt, match, opened

        matcher = opened(self.engine, self.writer, self.progress)
        if retrain:
            matcher, self.learnt = learnt(self.engine, self.writer, matcher)
        return match(self.engine, self.writer, matcher, again=self.again, progress=self.progress, stop=self.stop)


def cite_option(command: "click.decorators.FC") -> "click.decorators.FC":
    """`--no-cite`, for commands that end with matching."""
    words = "Leave the articles that are here for `unsealed cite`."
    return click.option("--no-cite", is_flag=True, help=words)(command)


def follow(corpus: "Engine", shown: "Progress", stop: "Callable[[], object]") -> "Matched | None":
    """Matches the articles with what came in, at the end of another command; None where there are no articles."""
    if not next(iter(corpus.article_ids()), ""):
        return None
    from ingest.articles.matching import match, opened

    with corpus.writer() as writer:
        return match(corpus, writer, opened(corpus, writer, shown), progress=shown, stop=stop)


def take_in(corpus: "Engine", place: Path, shown: "Progress", stop: "Callable[[], object]") -> "tuple[Taken, Matched]":
    """Takes the articles below a folder in, and matches them."""
    from ingest.articles.intake import Intake
    from ingest.articles.matching import match, opened

    with corpus.writer() as writer:
        intake = Intake(corpus, writer, progress=shown, stop=stop, besides=place.parent / "corpus")
        taken = intake.run([(place, {})])
        return taken, match(corpus, writer, opened(corpus, writer, shown), progress=shown, stop=stop)


def retry(corpus: "Engine", places: "Iterable[str]", shown: "Progress", stop: "Callable[[], object]") -> int:
    """Reads sources of articles that have failures again; how many were resolved."""
    from ingest.articles.intake import Intake

    with corpus.writer() as writer:
        intake = Intake(corpus, writer, progress=shown, stop=stop)
        return intake.run([(Path(place), {}) for place in sorted(places) if Path(place).exists()]).resolved


def exit_status(taken: "Taken | None", matched: "Matched | None") -> int:
    """0 done, 1 done with counted failures, 2 nothing done, 130 cut short."""
    if (taken and taken.interrupted) or (matched and matched.interrupted):
        return INTERRUPTED
    if taken and taken.sources and not taken.new + taken.already:
        return WRONG
    return COUNTED if (taken and taken.failed) or (matched and matched.failed) else DONE


def tell_programs(corpus: "Engine", taken: "Taken | None", matched: "Matched | None") -> None:
    """One JSON object an article: those that were named, else all that are here; on stderr what failed."""
    from ingest.articles.told import Teller
    from ingest.console import json_line

    teller = Teller(corpus)
    for id, place in _places(corpus, taken):
        click.echo(json_line(teller.object(corpus.article(id), place)))
    for count, words in ((taken.failed if taken else 0, "read"), (matched.failed if matched else 0, "matched")):
        if count:
            click.echo(f"{count:,} could not be {words}: `unsealed failures` lists them.", err=True)
    for lack in matched.lacks if matched else ():
        click.echo(lack, err=True)


def _places(corpus: "Engine", taken: "Taken | None") -> "Iterator[tuple[str, dict[str, Any]]]":
    if taken is not None and taken.sources:
        for read in taken.met:
            yield read.article, where(read)
        return
    for id in corpus.article_ids():
        article = corpus.article(id)
        source = article.captures[-1].source if article.captures else article.address
        yield id, {"path": source}


def where(read: "Read") -> dict[str, Any]:
    """The file that an article was read from, and in a table its line and name: `path` holds all of it."""
    import os

    path = read.source
    if read.member:
        path = read.source + ("/" if os.path.isdir(read.source) else "!") + read.member  # noqa: PTH112
    found: dict[str, Any] = {"path": path}
    if read.line:
        found = {"path": f"{path}#{read.name or read.line}", "file": path, "line": read.line}
        found |= {"name": read.name} if read.name else {}
    return found


def tell_people(corpus: "Engine", taken: "Taken | None", matched: "Matched | None") -> None:
    """Counts, and the articles that were named with what they cite."""
    from ingest.articles.told import Teller, lines

    if taken is not None:
        tell_taken(taken)
    if matched is not None:
        tell_matched(matched)
    teller = Teller(corpus)
    met = list(dict.fromkeys(read.article for read in taken.met)) if taken else []
    for id in met[:LISTED] if matched else ():
        for line in lines(corpus, corpus.article(id), teller):
            click.echo(line)
    if matched and len(met) > LISTED:
        click.echo(f"… and {len(met) - LISTED:,} more articles: `unsealed articles list` has them all.")
    if (taken and taken.interrupted) or (matched and matched.interrupted):
        click.echo("Stopped. What is counted here is safe; the same command goes on from there.")


def tell_taken(taken: "Taken") -> None:
    """Counts of what was read, and what could not be."""
    from ingest.cli import failure_line

    console().print(_taken_table(taken))
    for failure in taken.problems:
        click.echo(failure_line(failure))
    if taken.failed:
        click.echo("`unsealed failures --stage article` lists all that could not be read.")


def _taken_table(taken: "Taken") -> Any:
    from rich.table import Table

    from ingest.progress import duration, plural

    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(justify="right")
    table.add_column()
    table.add_row(f"{taken.read:,}", f"{plural(taken.read, 'article')} read, in {duration(taken.seconds)}")
    renewed = f", {taken.renewed:,} of them read anew" if taken.renewed else ""
    for count, words in (
        (taken.new, "new"), (taken.already, f"already there{renewed}"), (taken.failed, "failed"),
    ):  # fmt: skip
        table.add_row(f"{count:,}", words)
    for count, words in (
        (taken.fetched, f"{plural(taken.fetched, 'page')} fetched"),
        (taken.passed, f"{plural(taken.passed, 'file')} passed over: no articles"),
    ):
        if count:
            table.add_row(f"{count:,}", words)
    return table


def tell_matched(matched: "Matched") -> None:
    """What a run of matching found."""
    from ingest.progress import duration, plural

    counts = f"{matched.matched:,} {plural(matched.matched, 'article')} matched in {duration(matched.seconds)}"
    unchanged = f", {matched.unchanged:,} with nothing new" if matched.unchanged else ""
    failed = f", {matched.failed:,} failed" if matched.failed else ""
    click.echo(f"{counts}{unchanged}{failed}.")
    if matched.matched:
        shown = f"{matched.shown:,} {plural(matched.shown, 'citation')} found"
        click.echo(f"{shown}, {matched.probable:,} to be confirmed.")
    for lack in matched.lacks:
        click.echo(lack)
