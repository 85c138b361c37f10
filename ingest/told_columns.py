"""`--map`: what people say about the columns of a table, of mails or of articles."""

from collections.abc import Collection
from pathlib import Path

from ingest.console import Sorry


def read_map(text: str, roles: Collection[str], kind: str, example: str) -> dict[str, str]:
    """`what=column,…` as role -> column. ValueError with a sentence for people, who name the columns of `kind`."""
    told: dict[str, str] = {}
    for part in text.split(","):
        role, equals, column = part.strip().partition("=")
        role = role.strip().lower()
        if not equals or not column.strip():
            raise ValueError(f'"{part.strip()}" is not written what=column, as in {example}.')
        if role not in roles:
            raise ValueError(f'{kind} has no "{role}"; what can be named: {", ".join(roles)}.')
        if role in told:
            raise ValueError(f'"{role}" is named twice.')
        told[role] = column.strip()
    return told


def told_columns(text: str, roles: Collection[str], kind: str, example: str) -> dict[str, str]:
    """The same for a command: Sorry for what can't be read."""
    try:
        return read_map(text, roles, kind, example)
    except ValueError as error:
        raise Sorry(f"--map: {error}") from None


def check_columns(path: Path, told: dict[str, str]) -> bool:
    """Whether a file is a table; Sorry for one that lacks a column that was told."""
    from ingest.archives.folder import open_plain
    from ingest.archives.rows import shape_of
    from ingest.archives.streams import BLOCK

    with open_plain(path) as file:
        shape = shape_of(file.read(BLOCK))
    if shape is None:
        return False
    if lacking := [column for column in told.values() if column not in shape.columns]:
        raise Sorry(f'{path} has no column "{lacking[0]}"; it has {", ".join(shape.columns)}.')
    return True
