"""The commands of `unsealed articles`: what articles are here and what they cite, verdicts, settings, files of them."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from ingest.console import DONE, INTERRUPTED, Sorry, engine_option, json_option, print_json, print_page, stoppable
from mappings.plain import clean, clean_text

if TYPE_CHECKING:
    from mappings.articles import Article, ArticleRow, Settings
    from search.citing import ArticleOrder
    from search.engine import Engine

STOPPING = "Stopping after the article at hand; once more quits at once."
ORDERS = ["newest", "oldest", "added", "outlet", "citations"]


@click.group()
def articles() -> None:
    """Articles that cite messages: listed, shown, judged, removed, exported. `unsealed cite` takes them in."""


@articles.command("list")
@click.argument("words", nargs=-1)
@click.option("--outlet", default="", metavar="NAME", help="Those of one outlet.")
@click.option("--lang", default="", metavar="CODE", help="Those in one language (ISO 639-1).")
@click.option("--year", default="", metavar="YEAR", help="Those of one year.")
@click.option("--cites", default="", metavar="ID", help="Those that cite this message.")
@click.option("--cited", is_flag=True, help="Those alone that cite a message.")
@click.option("--order", default="newest", show_default=True, type=click.Choice(ORDERS), help="Which come first.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), metavar="N", help="So many.")
@click.option("--cursor", default="", metavar="CURSOR", help="Where the last list ended.")
@engine_option
@json_option
def list_(
    words: tuple[str, ...], outlet: str, lang: str, year: str, cites: str, cited: bool, order: "ArticleOrder",
    limit: int, cursor: str, engine: str, as_json: bool,
) -> None:  # fmt: skip
    """The articles that are here, with how many messages each cites; WORDS are looked for in title and text."""
    from search.citing import ArticlesWanted
    from search.engine import open_engine

    with closing(open_engine(engine)) as corpus:
        message = corpus.row(cites).id if cites else ""
        wanted = ArticlesWanted(words=" ".join(words), outlet=outlet, lang=lang, year=year, cites=message,
                                uncited=not cited)  # fmt: skip
        found = corpus.articles(wanted, order=order, limit=limit, cursor=cursor)
    print_page(found, line, "No articles.", as_json)


def line(row: "ArticleRow") -> str:
    """An article on one line."""
    parts = [f"{row.cites} cited"]
    parts += [f"{row.probable} to be confirmed"] if row.probable else []
    parts += [f"{row.absent} not here"] if row.absent else []
    title = row.title or row.address or "without a title"
    return clean(f"{row.id[:16]}  {row.date[:10] or 'no date   '}  {row.outlet or '—'}: {title}  ({', '.join(parts)})")


@articles.command()
@click.argument("id")
@click.option("--raw", is_flag=True, help="The bytes as they were read last.")
@engine_option
@json_option
def show(id: str, raw: bool, engine: str, as_json: bool) -> None:
    """An article by its id or eight digits of it: what it says of itself, its text, what it cites."""
    if raw and as_json:
        raise click.UsageError("--raw and --json exclude each other.")
    from ingest.articles.told import Teller, lines
    from search.engine import open_engine

    with closing(open_engine(engine)) as corpus:
        article = corpus.article(id)
        teller = Teller(corpus)
        if raw:
            _write_raw(corpus, article)
        elif as_json:
            print_json({"article": article, "citations": teller.object(article, {})["citations"]})
        else:
            show_article(article)
            for told in lines(corpus, article, teller)[1:]:
                click.echo(told)


def show_article(article: "Article") -> None:
    """Everything but the citations."""
    from datetime import UTC, datetime

    for name, value in (
        ("id", article.id), ("address", article.address), ("also at", ", ".join(article.addresses)),
        ("title", article.title), ("outlet", article.outlet), ("by", ", ".join(article.authors)),
        ("date", article.date), ("language", article.lang),
    ):  # fmt: skip
        if value:
            click.echo(clean(f"{name}: {value}"))
    for capture in article.captures:
        at = f"{datetime.fromtimestamp(capture.at, UTC):%Y-%m-%d %H:%M:%S} UTC"
        click.echo(clean(f"read {at} from {capture.source}: {capture.size:,} bytes, SHA-256 {capture.sha256}"))
    for note in article.notes:
        click.echo(clean(note))
    click.echo(f"\n{clean_text(article.text)}\n")


def _write_raw(corpus: "Engine", article: "Article") -> None:
    if not article.captures:
        raise Sorry("No bytes of it were read: it is known by its address alone.")
    _, data = corpus.capture(article.captures[-1].sha256)
    if sys.stdout.isatty():
        click.echo(clean_text(data.decode("utf-8", "replace")))
        return
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


@articles.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@engine_option
@json_option
def remove(ids: tuple[str, ...], engine: str, as_json: bool) -> None:
    """Remove articles, with their bytes, citations and verdicts."""
    from search.engine import open_engine

    with closing(open_engine(engine)) as corpus:
        whole = list(dict.fromkeys(corpus.article(id).id for id in ids))  # all are there, or none is removed
        with corpus.writer() as writer:
            for id in whole:
                writer.drop_article(id)
            writer.index(wait=True)
    if as_json:
        print_json({"removed": whole})
    else:
        click.echo(f"{len(whole):,} removed.")


@articles.command()
@click.option("--csv", "as_csv", is_flag=True, help="A row for each citation.")
@click.option("--captures", "folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path),
              help="The bytes that were read, a file each, with a manifest of their hashes.")  # fmt: skip
@click.option("--output", default="-", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Where to; unless told, the standard output.")  # fmt: skip
@click.option("--silent", is_flag=True, help="With --csv: citations too that are not likely enough to be shown.")
@engine_option
@click.pass_context
def export(ctx: click.Context, as_csv: bool, folder: Path | None, output: Path, silent: bool, engine: str) -> None:
    """Everything known of the articles and what they cite: JSON Lines, or --csv; their bytes with --captures."""
    from ingest.articles import exporting
    from search.engine import open_engine

    with closing(open_engine(engine)) as corpus, stoppable(STOPPING) as stop:
        if folder is not None:
            found = exporting.captures(corpus, folder, stop=lambda: stop.asked)
            missing = f", {found.missing:,} could not be read back" if found.missing else ""
            click.echo(f"{found.captures:,} files of {found.articles:,} articles in {folder}{missing}.", err=True)
        if folder is None or as_csv or str(output) != "-":
            with _opened(output) as out:
                if as_csv:
                    exporting.rows(corpus, out, silent=silent, stop=lambda: stop.asked)
                else:
                    exporting.objects(corpus, out, stop=lambda: stop.asked)
    ctx.exit(INTERRUPTED if stop.asked else DONE)


@contextmanager
def _opened(output: Path) -> Iterator[TextIO]:
    if str(output) == "-":
        yield sys.stdout
        return
    with output.open("w", encoding="utf-8", newline="") as file:
        yield file


@articles.command()
@click.option("--shown", type=click.FloatRange(0, 1), help="The probability from which on a citation is shown.")
@click.option("--probable", type=click.FloatRange(0, 1), help="… from which on it is offered for confirmation.")
@click.option("--whole/--no-whole", default=None, help="Whether public pages show an article's whole text.")
@engine_option
@json_option
def settings(shown: float | None, probable: float | None, whole: bool | None, engine: str, as_json: bool) -> None:
    """Where the tiers of citations begin, and what public pages show; without an option, as it is set."""
    from msgspec.structs import replace

    from search.engine import open_engine

    with closing(open_engine(engine)) as corpus:
        found = corpus.settings()
        told = {"shown": shown, "probable": probable, "whole": whole}
        wanted: Settings = replace(found, **{name: value for name, value in told.items() if value is not None})
        if wanted.probable > wanted.shown:
            raise Sorry(f"What is shown begins at {wanted.shown:g}, below --probable {wanted.probable:g}.")
        if wanted != found:
            with corpus.writer() as writer:
                writer.set_settings(wanted)
                writer.index(wait=True)
    if as_json:
        print_json(wanted)
    else:
        click.echo(f"Shown from {wanted.shown:g} on, to be confirmed from {wanted.probable:g} on.")
        click.echo(f"Public pages show {'the whole text' if wanted.whole else 'the cited passages alone'}.")


@articles.command()
@click.argument("article")
@click.argument("message")
@click.option("--yes", "verdict", flag_value="yes", help="The article cites the message.")
@click.option("--no", "verdict", flag_value="no", help="It does not.")
@click.option("--undo", "verdict", flag_value="undo", help="Take back what was decided.")
@click.option("--by", default="", metavar="NAME", help="Who decides.")
@click.option("--note", default="", metavar="TEXT", help="Why.")
@engine_option
@json_option
def judge(
    article: str, message: str, verdict: str | None, by: str, note: str, engine: str, as_json: bool
) -> None:
    """Decide for good whether an ARTICLE cites a MESSAGE, both by their ids; it stands before every run's result."""
    import time

    from mappings.articles import Verdict
    from search.engine import open_engine

    if verdict is None:
        raise click.UsageError("Say --yes, --no or --undo.")
    with closing(open_engine(engine)) as corpus:
        found, of = corpus.article(article).id, corpus.row(message).id
        with corpus.writer() as writer:
            if verdict == "undo":
                writer.unjudge(found, of)
            else:
                cites = verdict == "yes"
                writer.judge([Verdict(article=found, message=of, cites=cites, by=by, at=int(time.time()), note=note)])
            writer.index(wait=True)
    if as_json:
        print_json({"article": found, "message": of, "verdict": verdict})
    else:
        said = {"yes": "cites", "no": "does not cite", "undo": "is undecided on"}[verdict]
        click.echo(f"{found[:16]} {said} {of[:16]}.")
