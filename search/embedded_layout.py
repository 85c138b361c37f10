"""Where an embedded corpus's tables and its index differ from what this version asks for, column by column."""

import sqlite3
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import MsgspecError, json

from mappings.records import Difference
from search.embedded_index import open_index
from search.embedded_store import INDEX, SCRIPTS, Store, script_text
from search.layout import ANEW, REINDEX

Json = dict[str, Any]


def differences(store: Store) -> list[Difference]:
    """What differs in the tables, then in the full-text index."""
    return [*_tables(store), *_index(store.folder / INDEX)]


def _tables(store: Store) -> Iterator[Difference]:
    model = sqlite3.connect(":memory:")
    try:
        for script in SCRIPTS:
            model.executescript(script_text(script))
        wanted, found = _columns(model), _columns(store.connection())
    finally:
        model.close()
    for table, columns in wanted.items():
        if table not in found:
            yield Difference(index=table, what="the table is missing", remedy=ANEW, hinders=True)
            continue
        for name, kind in columns.items():
            has = found[table].get(name)
            if has is None:
                yield Difference(index=table, what=f'column "{name}" is missing', remedy=ANEW, hinders=True)
            elif has != kind:
                what = f'column "{name}" is {has}, expected {kind}'
                yield Difference(index=table, what=what, remedy=ANEW, hinders=True)
        for name in found[table].keys() - columns.keys():
            yield Difference(index=table, what=f'column "{name}" is not expected', remedy=ANEW)


def _columns(connection: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Each table's columns with their types."""
    rows = connection.execute(
        "SELECT m.name, c.name, c.type || iif(c.\"notnull\", ' not null', '') FROM sqlite_schema m"
        " JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
    )
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind.lower() or "untyped"
    return found


def _index(folder: Path) -> Iterator[Difference]:
    try:
        found = _schema(folder)
    except (OSError, MsgspecError, LookupError, TypeError) as error:
        yield Difference(index=INDEX, what=f"it can't be read ({error})", remedy=REINDEX, hinders=True)
        return
    wanted = _wanted()
    for name, field in wanted.items():
        if name not in found:
            yield Difference(index=INDEX, what=f'field "{name}" is missing', remedy=REINDEX, hinders=True)
        elif found[name] != field:
            has, asked = _said(found[name], field)
            what = f'field "{name}" is {has}, expected {asked}'
            yield Difference(index=INDEX, what=what, remedy=REINDEX, hinders=True)
    for name in found.keys() - wanted.keys():
        yield Difference(index=INDEX, what=f'field "{name}" is not expected', remedy=REINDEX, hinders=True)


@cache
def _wanted() -> dict[str, Json]:
    with TemporaryDirectory(prefix="unsealed-") as model:
        open_index(Path(model))
        return _schema(Path(model))


def _schema(folder: Path) -> dict[str, Json]:
    """The fields as Tantivy notes them in the index's folder."""
    noted = json.decode((folder / "meta.json").read_bytes())
    return {field["name"]: field for field in noted["schema"]}


def _said(found: Json, expected: Json) -> tuple[str, str]:
    """How two fields differ: by their types, else by their options."""
    if found["type"] != expected["type"]:
        return str(found["type"]), str(expected["type"])
    one, other = dict(_flat("", found["options"])), dict(_flat("", expected["options"]))
    names = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    return _listed(one, names), _listed(other, names)


def _listed(options: Json, names: list[str]) -> str:
    return ", ".join(f"{name} {str(options.get(name, 'not set')).lower()}" for name in names)


def _flat(above: str, node: Json) -> Iterator[tuple[str, Any]]:
    for name, value in node.items():
        if isinstance(value, dict):
            yield from _flat(f"{above}{name}.", value)
        else:
            yield above + name, value
