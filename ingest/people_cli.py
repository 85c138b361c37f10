"""The commands of `unsealed people`: who is who, why, and what a person decides on it."""

from contextlib import closing
from typing import TYPE_CHECKING

import click

from ingest.console import by_option, decider, engine_option, json_option, print_json, print_page
from mappings.plain import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from mappings.persons import Decision, PersonRow
    from search.engine import Engine
    from search.persons import PersonOrder

ORDERS = ["mails", "sent", "received", "name"]


@click.group(invoke_without_command=True)
@click.option("--again", is_flag=True, help="Draw the directory anew from all mail that is here.")
@engine_option
@json_option
@click.pass_context
def people(ctx: click.Context, again: bool, engine: str, as_json: bool) -> None:
    """People: which addresses and names are one person's, and why.

    Alone, lists them. Several addresses are one person's only on evidence, which `show` tells; what a person joins or
    splits stays so, whatever is ingested later. Ingest brings the directory up to date; --again does it by itself.
    """
    if ctx.invoked_subcommand:
        if again:
            raise click.UsageError("--again stands alone.")
        return
    if again:
        _again(engine, as_json)
    else:
        ctx.invoke(list_, words=(), order="mails", limit=50, cursor="", engine=engine, as_json=as_json)


def _again(engine: str, as_json: bool) -> None:
    from ingest.people.directory import bring
    from search.engine import open_engine

    with closing(open_engine(engine)) as corpus, corpus.writer() as writer:
        found = bring(corpus, writer)
    if as_json:
        print_json(found)
    else:
        click.echo(f"{found.persons:,} people of {found.handles:,} addresses and names; {found.evidence:,} times "
                   "something shows that two are one person's.")  # fmt: skip


@people.command("list")
@click.argument("words", nargs=-1)
@click.option("--order", default="mails", show_default=True, type=click.Choice(ORDERS), help="Which come first.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), metavar="N", help="So many.")
@click.option("--cursor", default="", metavar="CURSOR", help="Where the last list ended.")
@engine_option
@json_option
def list_(
    words: tuple[str, ...], order: "PersonOrder", limit: int, cursor: str, engine: str, as_json: bool
) -> None:
    """Who writes and gets most mail; WORDS are looked for at the start of words of names and addresses."""
    from search.engine import open_engine

    with closing(open_engine(engine)) as corpus:
        found = corpus.persons(" ".join(words), order=order, limit=limit, cursor=cursor)
    nobody = "Nobody. `unsealed people --again` draws the directory from the mail that is here."
    print_page(found, line, nobody, as_json)


def line(row: "PersonRow") -> str:
    """A person on one line."""
    also = [address for address in row.addresses if address != row.name]
    more = row.handles - len(row.addresses)
    told = [*also, f"and {more} more"] if more > 0 else also
    kind = f"  [{row.role}]" if row.role else ""
    return clean(f"{row.id}  {row.wrote:>7,} sent {row.got:>7,} received  {row.name}  {', '.join(told)}{kind}")


@people.command()
@click.argument("person")
@engine_option
@json_option
def show(person: str, engine: str, as_json: bool) -> None:
    """One person, by id, address or name: what they go by, and for each join its evidence with mails that show it."""
    from search.deciding import named
    from search.engine import open_engine
    from search.reasons import examples, why

    with closing(open_engine(engine)) as corpus:
        found = named(corpus, person)
        evidence = [(one, why(one), examples(corpus, one)) for one in found.evidence]
    if as_json:
        told = [{"evidence": one, "why": words, "messages": ids} for one, words, ids in evidence]
        print_json({"person": found, "evidence": told})
        return
    click.echo(clean(f"{found.name}  {found.id}"))
    for one in found.known:
        names = ", ".join(f"{name} ({count:,})" for name, count in one.names[:5])
        goes = f"; as {names}" if names else ""
        click.echo(clean(f"  {one.handle}  {one.wrote:,} sent, {one.got:,} received{goes}"))
    for _, words, ids in evidence:
        click.echo(clean(f"because: {words} {' '.join(id[:16] for id in ids)}"))
    for decision in found.decisions:
        click.echo(decided(decision))


def decided(decision: "Decision") -> str:
    """A decision on one line."""
    from ingest.cli import day
    from mappings.persons import shown

    others = ", ".join(map(shown, decision.others))
    verb = "is the same person as" if decision.kind == "join" else "is somebody else than"
    return clean(f"{decision.id}  {shown(decision.one)} {verb} {others}, said {decision.by} on {day(decision.at)}")


@people.command()
@click.argument("persons", nargs=-1, required=True, metavar="PERSON PERSON…")
@by_option
@engine_option
@json_option
def join(persons: tuple[str, ...], by: str, engine: str, as_json: bool) -> None:
    """Say for good that several are one person, each named by id, address or name."""
    from search.deciding import joining, named

    if len(persons) < 2:
        raise click.UsageError("Name two or more.")
    _decide(engine, as_json, lambda corpus: joining([named(corpus, one) for one in persons], decider(by)))


@people.command()
@click.argument("person")
@click.argument("handles", nargs=-1, required=True, metavar="ADDRESS…")
@by_option
@engine_option
@json_option
def split(person: str, handles: tuple[str, ...], by: str, engine: str, as_json: bool) -> None:
    """Say for good that addresses (or names without one) are not this person's."""
    from search.deciding import named, splitting

    def made(corpus: "Engine") -> "list[Decision]":
        found = named(corpus, person)
        known = {one.handle for one in found.known}
        asked = [f"name:{one}" if one not in known and f"name:{one}" in known else one
                 for one in (" ".join(handle.lower().split()) for handle in handles)]  # fmt: skip
        return splitting(found, asked, decider(by))

    _decide(engine, as_json, made)


def _decide(engine: str, as_json: bool, make: "Callable[[Engine], list[Decision]]") -> None:
    from search.engine import open_engine

    with closing(open_engine(engine)) as corpus:
        decisions = make(corpus)
        with corpus.writer() as writer:
            for decision in decisions:
                writer.decide(decision)
    if as_json:
        print_json(decisions)
    else:
        for decision in decisions:
            click.echo(decided(decision))


@people.command()
@click.argument("decisions", nargs=-1, metavar="[DECISION]…")
@engine_option
@json_option
def undo(decisions: tuple[str, ...], engine: str, as_json: bool) -> None:
    """Take decisions back, by their ids; without any, list those that stand."""
    from search.engine import open_engine

    with closing(open_engine(engine)) as corpus:
        if decisions:
            with corpus.writer() as writer:
                for id in decisions:
                    writer.undecide(id)
        left = corpus.decisions()
    if as_json:
        print_json(left)
        return
    for decision in left:
        click.echo(decided(decision))
    if not left:
        click.echo("No decisions stand.")
