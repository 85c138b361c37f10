"""The options of an ingest that say where its mails were published, and which columns a table has."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.console import Sorry

if TYPE_CHECKING:
    from ingest.archives import Problem, Unit
    from search.engine import Engine


def published_options(command: "click.decorators.FC") -> "click.decorators.FC":
    """`--source-url` and `--map`."""
    url = click.option("--source-url", default="", metavar="TEMPLATE", help=(
        "Where the collection was published: an address with {id} for a mail's number, {name} for its file's name."))
    told = click.option("--map", "columns", default="", metavar="WHAT=COLUMN,…", help=(
        "Which columns of a table hold what, as in from=Sender,date=SentOn,body=Text."))
    return url(told(command))  # fmt: skip


def checked(template: str, collection: str) -> None:
    """Sorry for a template that can't be used, or has no collection to belong to."""
    from mappings.sources import check

    if template and (wrong := check(template)):
        raise Sorry(wrong)
    if template and not collection:
        raise Sorry("--source-url goes with --collection: the address belongs to the mails of one collection.")


def keep(corpus: "Engine", collection: str, template: str) -> None:
    """Stores the template of a collection, if it is a new one."""
    if template and corpus.sources().get(collection) != template:
        with corpus.writer() as writer:
            writer.keep_source(collection, template)


def mapped(paths: Sequence[Path], columns: str) -> "list[Path | Unit | Problem]":
    """The paths; with `--map` those that are files as tables with these columns. Sorry when one lacks a column."""
    if not columns:
        return list(paths)
    from ingest.archives import units
    from ingest.archives.columns import ROLES
    from ingest.archives.units import with_columns
    from ingest.told_columns import check_columns, told_columns

    told = told_columns(columns, ROLES, "A mail", "from=Sender")
    found: list[Path | Unit | Problem] = []
    for path in paths:
        if path.is_dir():
            raise Sorry(f"--map goes with tables that are named one by one; {path} is a folder.")
        table = check_columns(path, told)
        found += [with_columns(unit, told, table=table) for unit in units(path)]
    return found
