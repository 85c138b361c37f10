"""`unsealed tag` and `unsealed notes`: whole results tagged and starred at once, tags renamed, notes listed."""

import sys
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING

import click

from ingest.console import Sorry, by_option, decider, engine_option, json_option, print_json, query_text
from mappings.plain import clean, clean_text

if TYPE_CHECKING:
    from mappings.desk import Mark
    from search.desk import Act
    from search.engine import Engine

LISTED = 50  # notes that are listed unless more are asked for
AT_ONCE = 1000
COLUMNS = ("note", "by", "at", "changed", "on these words", "from", "to", "message", "tags")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("query", nargs=-1, type=click.UNPROCESSED, metavar="[QUERY…]")
@click.option("--add", multiple=True, metavar="NAME", help="Put this tag on all that is found. Repeatable.")
@click.option("--remove", multiple=True, metavar="NAME", help="Take this tag off all that is found. Repeatable.")
@click.option("--star/--unstar", default=None, help="Put a star on all that is found, or take it off.")
@click.option("--rename", nargs=2, default=None, metavar="OLD NEW",
              help="Give a tag another name; two with one name become one.")  # fmt: skip
@click.option("--undo", default="", metavar="ACT", help="Undo what an earlier command did, by the number it printed.")
@by_option
@engine_option
@json_option
def tag(
    query: tuple[str, ...], add: tuple[str, ...], remove: tuple[str, ...], star: bool | None,
    rename: tuple[str, str] | None, undo: str, by: str, engine: str, as_json: bool,
) -> None:  # fmt: skip
    """Tag or star everything that QUERY finds; without anything to do, list the tags."""
    asked = query_text(query)
    marks = bool(add or remove or star is not None)
    if marks + bool(rename) + bool(undo) > 1 or bool(query) != marks:
        raise click.UsageError("Say a QUERY and what to do with what it finds (--add, --remove, --star, --unstar), or "
                               "--rename, or --undo.")  # fmt: skip
    from search.engine import open_engine

    by = decider(by)
    with closing(open_engine(engine)) as corpus:
        if rename:
            report([corpus.rename_tag(*rename, by=by)], as_json)
        elif undo:
            report([corpus.undo(undo, by=by)], as_json)
        elif marks:
            tag_all(corpus, asked, add, remove, star, by, as_json)
        else:
            list_tags(corpus, as_json)


def tag_all(corpus: "Engine", query: str, add: tuple[str, ...], remove: tuple[str, ...], star: bool | None, by: str,
            as_json: bool) -> None:  # fmt: skip
    """Does it to the whole result, and says how many messages changed."""
    from search.parse import parse

    ids = [row.id for row in corpus.every(parse(query)).rows if not row.ghost]
    acts: list[Act] = []
    if add or remove:
        acts.append(corpus.tag(ids, add=add, remove=remove, by=by))
    if star is not None:
        acts.append(corpus.star(ids, star, by=by))
    report(acts, as_json, len(ids))


def report(acts: "list[Act]", as_json: bool, found: int | None = None) -> None:
    """How many messages changed, and how that is undone."""
    changed = len({mark.message for act in acts for mark in act.marks})
    names = [act.id for act in acts if act.marks]
    if as_json:
        print_json({"found": found, "changed": changed, "acts": names})
        return
    of = "" if found is None else f" of {found:,} found"
    if not changed:
        click.echo(f"Nothing was to be changed: 0 messages{of}.")
        return
    click.echo(f"{changed:,} messages{of} changed.")
    for name in names:
        click.echo(f"unsealed tag --undo {name} takes it back.")


def list_tags(corpus: "Engine", as_json: bool) -> None:
    """The tags in use."""
    tags = corpus.tags()
    if as_json:
        print_json({"tags": tags, "marks": corpus.desked()})
        return
    for one in tags:
        click.echo(f"{one.messages:>9,}  {clean(one.name)}")
    if not tags:
        click.echo("No message is tagged.")


@click.command()
@click.argument("words", nargs=-1)
@click.option("--by", default="", metavar="NAME", help="Those that NAME wrote.")
@click.option("--tag", default="", metavar="NAME", help="Those on messages with this tag.")
@click.option("--csv", "as_csv", is_flag=True, help="A table, a row a note.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help=f"So many; else {LISTED}, of a table or JSON all.")
@engine_option
@json_option
def notes(
    words: tuple[str, ...], by: str, tag: str, as_csv: bool, limit: int | None, engine: str, as_json: bool
) -> None:
    """List the notes, the newest first, WORDS being looked for in them."""
    if as_csv and as_json:
        raise click.UsageError("--csv and --json exclude each other.")
    from search.desk import NotesWanted, every_note
    from search.engine import open_engine

    wanted = NotesWanted(by=by, tag=tag, words=" ".join(words))
    with closing(open_engine(engine)) as corpus:
        total = corpus.notes(wanted, limit=1).total
        found = list(islice(every_note(corpus, wanted), limit or (None if as_csv or as_json else LISTED)))
        if as_json:
            print_json({"total": total, "notes": found})
        elif as_csv:
            write_csv(corpus, found)
        else:
            for mark in found:
                show_note(mark)
            click.echo(f"{len(found):,} of {total:,} notes." if total else "No notes.")


def show_note(mark: "Mark") -> None:
    """A note for a terminal."""
    click.echo(clean(f"{mark.message[:16]}  {moment(mark.at)}  {mark.by or 'nobody named'}"))
    if mark.anchor:
        click.echo(f"    “{clean(mark.anchor.quote)}”")
    for line in mark.text.splitlines():
        click.echo(f"    {clean_text(line)}")


def moment(seconds: int) -> str:
    """A time in UTC, as ISO 8601 has it."""
    from datetime import UTC, datetime

    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def write_csv(corpus: "Engine", found: "list[Mark]") -> None:
    """Notes as a table on stdout, safe for spreadsheets."""
    import csv

    from mappings.tables import cell

    if not found:
        raise Sorry("No notes.")
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for start in range(0, len(found), AT_ONCE):
        part = found[start : start + AT_ONCE]
        others = corpus.marks({mark.message for mark in part})
        for mark in part:
            anchor = mark.anchor
            tags = ", ".join(one.name for one in others.get(mark.message, ()) if one.kind == "tag")
            row = (mark.text, mark.by, moment(mark.at), moment(mark.changed), anchor.quote if anchor else "",
                   anchor.start if anchor else "", anchor.end if anchor else "", mark.message, tags)  # fmt: skip
            writer.writerow([cell(value) for value in row])
