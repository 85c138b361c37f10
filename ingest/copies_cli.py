"""`unsealed duplicates`: groups of copies explained, split and joined."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import click

from ingest.console import Sorry, by_option, decider, engine_option, json_option, print_json
from mappings.plain import clean

if TYPE_CHECKING:
    from ingest.rulings import Copy
    from mappings.records import Ruling

LISTED = 20  # groups that are listed unless more are asked for


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID…]")
@click.option("--split", is_flag=True, help="The messages named are copies of none, for good.")
@click.option("--join", is_flag=True, help="The messages named are copies of each other, for good.")
@by_option
@click.option("--limit", default=LISTED, show_default=True, type=click.IntRange(1), metavar="N", help="List so many.")
@engine_option
@json_option
def duplicates(
    ids: tuple[str, ...], split: bool, join: bool, by: str, limit: int, engine: str, as_json: bool
) -> None:
    """Explain groups of copies: all, or those that the messages named are in.

    Copies stand behind one hit; nothing is dropped. What is split or joined stays so, whatever is ingested later.
    """
    from ingest.rulings import decide, explained, group_of
    from search.engine import open_engine

    if (split and join) or (split and not ids) or (join and len(ids) < 2):
        raise click.UsageError("--split takes one message or more, --join two or more, and not both at once.")
    with closing(open_engine(engine)) as corpus:
        named = list(dict.fromkeys(corpus.message(id).id for id in ids))
        if join and len(named) < 2:
            raise Sorry("They all name the same message.")
        if split or join:
            decide(corpus, named, join=join, by=decider(by))
        groups = list(dict.fromkeys(group_of(corpus, id) for id in named) if ids else corpus.groups())
        listed = [explained(corpus, group) for group in groups[:limit]]
        rulings = corpus.rulings()
    if as_json:
        print_json({"total": len(groups), "groups": listed, "rulings": rulings})
        return
    ruled = {ruling.id: ruling for ruling in rulings}
    for group in listed:
        for line in told(group, ruled):
            click.echo(" " * (len(line) - len(line.lstrip())) + clean(line))
    if not groups:
        click.echo("There are no copies.")
    elif len(groups) > limit:
        click.echo(f"… and {len(groups) - limit:,} more groups; --limit {len(groups)} lists them all.")


def told(group: "Sequence[Copy]", ruled: "dict[str, Ruling]") -> "Iterator[str]":
    """A group for a terminal: what it is, then each message with its reason, its differences and its places."""
    from ingest.cli import day
    from ingest.progress import plural

    places = sum(len(copy.places) for copy in group)
    count = f"{len(group):,} copies" if len(group) > 1 else "no copies"
    yield f"{group[0].row.subject or 'no subject'} ({count}, {places:,} {plural(places, 'place')})"
    for copy in group:
        row = copy.row
        when = "no date" if row.date is None else day(row.date)
        stands = "" if copy.of else " stands for all" if len(group) > 1 else ""
        yield f"{row.id[:16]}  {when}  {', '.join(map(str, row.from_)) or 'no sender'}{stands}"
        if copy.of:
            yield f"    a copy of {copy.of[:16]}: {'; '.join(copy.why)}"
            yield f"    differs in {'; '.join(copy.differs)}"
        if (ruling := ruled.get(row.id)) and ruling.cut and not ruling.joins:
            yield f"    a copy of none, said {ruling.by} on {day(ruling.at)}"
        for place in copy.places:
            at = f" at byte {place.offset:,}" if place.offset >= 0 else ""
            yield f"    found in {place.archive}{f' › {place.member}' if place.member else ''}{at}"
