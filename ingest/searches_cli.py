"""The commands of `unsealed searches`: searches that are kept, and what came in since they were run."""

import time
from contextlib import closing
from typing import TYPE_CHECKING

import click

from ingest.console import decider, engine_option, json_option, print_json, query_text
from mappings.plain import clean

if TYPE_CHECKING:
    from mappings.saved import Saved


@click.group()
def searches() -> None:
    """Saved searches: listed, added, removed, run for what came in since."""


@searches.command("list")
@engine_option
@json_option
def list_(engine: str, as_json: bool) -> None:
    """The saved searches, by name."""
    from search.engine import open_engine

    with closing(open_engine(engine)) as corpus:
        found = corpus.searches()
    if as_json:
        print_json({"searches": found})
        return
    for one in found:
        click.echo(line(one))
    if not found:
        click.echo("No searches are saved.")


def line(saved: "Saved") -> str:
    """A saved search on one line."""
    from search.export_rows import iso

    by = f", {saved.by}" if saved.by else ""
    return clean(f"{saved.id}  {saved.name}: {saved.query}  ({iso(saved.at, None)[:10]}{by})")


@searches.command(context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.argument("query", nargs=-1, required=True, type=click.UNPROCESSED, metavar="QUERY…")
@click.option("--by", default="", metavar="NAME", help="Who keeps it; else the user of this machine.")
@engine_option
@json_option
def add(name: str, query: tuple[str, ...], by: str, engine: str, as_json: bool) -> None:
    """Keep a search under a NAME; what is here now is not new to it."""
    asked = query_text(query)
    from search.engine import open_engine
    from search.saving import keep

    with closing(open_engine(engine)) as corpus:
        saved = keep(corpus, name, asked, decider(by))
    if as_json:
        print_json(saved)
    else:
        click.echo(line(saved))


@searches.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@engine_option
@json_option
def remove(ids: tuple[str, ...], engine: str, as_json: bool) -> None:
    """Forget searches."""
    from search.engine import open_engine

    with closing(open_engine(engine)) as corpus:
        whole = list(dict.fromkeys(corpus.saved(id).id for id in ids))  # all are there, or none is removed
        for id in whole:
            corpus.drop_search(id)
    if as_json:
        print_json({"removed": whole})
    else:
        click.echo(f"{len(whole):,} removed.")


@searches.command()
@click.argument("ids", nargs=-1, metavar="[ID…]")
@click.option("--keep", is_flag=True, help="Don't note that they were run: what is new stays new.")
@engine_option
@json_option
def run(ids: tuple[str, ...], keep: bool, engine: str, as_json: bool) -> None:
    """How many messages each search finds, and how many came in since it was run or looked through."""
    from msgspec.structs import replace

    from search.engine import open_engine
    from search.errors import QueryError
    from search.saving import counted

    told: list[tuple[Saved, dict[str, object]]] = []
    done = []
    with closing(open_engine(engine)) as corpus:
        for saved in [corpus.saved(id) for id in ids] if ids else corpus.searches():
            newest, now = corpus.newest(), int(time.time())
            try:
                total, new = counted(corpus, saved)
            except QueryError as error:
                told.append((saved, {"error": str(error)}))
                continue
            told.append((saved, {"messages": total, "new": new}))
            done.append(replace(saved, seen=newest, seen_at=now))
        if done and not keep:
            corpus.put_searches(done)
    if as_json:
        print_json({"searches": [{"search": saved} | found for saved, found in told]})
        return
    for saved, one in told:
        said = one.get("error") or f"{one['new']:,} new of {one['messages']:,}"
        click.echo(clean(f"{saved.id}  {saved.name}: {said}"))
    if not told:
        click.echo("No searches are saved.")
