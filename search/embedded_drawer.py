"""Marks in the embedded corpus's `desk.sqlite`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import json

from mappings.desk import Mark
from search import marking
from search.desk import Desked, Tag
from search.drawer import Sought
from search.embedded_desk_file import DeskFile

_AT_ONCE = 1000  # marks read at a time


class EmbeddedDrawer:
    """See `search.drawer.Drawer`."""

    def __init__(self, file: DeskFile) -> None:
        self._file = file

    def any(self) -> bool:
        """Whether there is a mark at all."""
        return bool(self._file.all("SELECT 1 FROM marks LIMIT 1"))

    def get(self, ids: Iterable[str]) -> dict[str, Mark]:
        """Marks by their ids; those that are not there are left out."""
        return {id: _mark(body) for id, body in self._file.among("SELECT id, body FROM marks WHERE id IN ({})", ids)}

    def find(self, sought: Sought) -> Iterator[Mark]:
        """The marks that are meant, in the order of ids."""
        where, values = _where(sought)
        last = ""
        while rows := self._file.all(
            f"SELECT id, body FROM marks WHERE id > ? AND {where} ORDER BY id LIMIT {_AT_ONCE}", [last, *values]
        ):
            last = rows[-1][0]
            yield from (_mark(body) for _, body in rows)

    def page(self, sought: Sought, limit: int, after: tuple[int, str] | None) -> tuple[int, list[Mark]]:
        """How many there are, and the newest after the one made then, with that id."""
        where, values = _where(sought)
        total = self._file.all(f"SELECT count(*) FROM marks WHERE {where}", values)[0][0]
        if after:
            where += " AND (-at, id) > (?, ?)"
            values += [-after[0], after[1]]
        rows = self._file.all(f"SELECT body FROM marks WHERE {where} ORDER BY -at, id LIMIT ?", [*values, limit])
        return int(total), [_mark(body) for (body,) in rows]

    def messages(self, sought: Sought) -> list[str]:
        """The ids of the messages that carry such marks, each once."""
        where, values = _where(sought)
        return [id for (id,) in self._file.all(f"SELECT DISTINCT message FROM marks WHERE {where}", values)]

    def tags(self) -> list[Tag]:
        """The tags in use, by name."""
        # SQLite takes the name from the row that holds the maximum
        rows = self._file.all(
            "SELECT name, count(DISTINCT message), max(at) FROM marks WHERE kind = 'tag' AND gone = 0 GROUP BY key"
            " ORDER BY key"
        )
        return [Tag(*row) for row in rows]

    def authors(self) -> list[tuple[str, int]]:
        """Who wrote notes, and how many; by name."""
        return self._file.all("SELECT by, count(*) FROM marks WHERE kind = 'note' AND gone = 0 GROUP BY by ORDER BY by")

    def counts(self) -> Desked:
        """How many marks there are."""
        kinds = dict(self._file.all("SELECT kind, count(*) FROM marks WHERE gone = 0 GROUP BY kind"))
        found = self._file.all("SELECT count(DISTINCT message) FROM marks WHERE gone = 0")
        return Desked(kinds.get("tag", 0), kinds.get("star", 0), kinds.get("note", 0), found[0][0] if found else 0)

    def change(self, ids: Iterable[str], how: Callable[[Mapping[str, Mark]], Iterable[Mark]]) -> list[Mark]:
        """Reads marks, and stores what `how` makes of those that are there, with nobody in between."""
        with self._file.transaction() as connection:
            made = list(how(self.get(ids)))
            connection.executemany(
                "INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_row, made)
            )
        return made


def _mark(body: str) -> Mark:
    return json.decode(body, type=Mark)


def _row(mark: Mark) -> tuple[Any, ...]:
    words = f" {' '.join(marking.words_of(mark))} " if mark.kind == "note" else ""
    act = mark.history[-1].act if mark.history else ""
    body = json.encode(mark).decode()
    key = marking.key_of(mark.name)
    return mark.id, mark.message, mark.kind, key, mark.name, mark.by, mark.at, mark.gone, act, words, body


def _where(sought: Sought) -> tuple[str, list[Any]]:
    """A condition on `marks`, with its values."""
    found: list[tuple[str, Any]] = []
    for column, value in (("kind", sought.kind), ("by", sought.by), ("act", sought.act)):
        if value:
            found.append((f"{column} = ?", value))
    if sought.gone is not None:
        found.append(("gone = ?", sought.gone))
    for column, listed in (("key", sought.keys), ("message", sought.messages)):
        if listed is not None:
            found.append((f"{column} IN (SELECT value FROM json_each(?))", json.encode(list(listed)).decode()))
    if sought.beginning:
        found.append(("substr(key, 1, ?) = ?", (len(sought.beginning), sought.beginning)))
    found += [("instr(words, ?)", f" {word} ") for word in sought.words]
    if sought.prefix:
        found.append(("instr(words, ?)", f" {sought.prefix}"))
    values: list[Any] = []
    for _, value in found:
        values += value if isinstance(value, tuple) else (value,)
    return " AND ".join(condition for condition, _ in found) or "1", values
