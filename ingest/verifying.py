"""An archive as it is now held against the corpus: what is missing from it, what has changed, what is new in it."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from ingest import archives
from ingest.archives import Item, Problem, Unit
from ingest.pipeline import find, name_of
from ingest.prepare import Setting, prepare_chunk
from search.engine import Engine
from search.errors import NotFound

What = Literal["missing", "changed", "new", "known", "gone", "other"]
CHUNK_MESSAGES = 100
CHUNK_BYTES = 8 << 20

_Spot = tuple[str, int]  # member and offset: a place within an archive


class Change(Struct, frozen=True, kw_only=True):
    """One thing that is not as it was. `id` is what stands there now, `was` what the corpus has from there.

    missing: read from there, nowhere in the archive now · changed: other bytes at the place · new: neither place nor
    bytes are known · known: the place is not known, the bytes are, from elsewhere · gone: the whole archive ·
    other: there is something, but it is not that archive any more.
    """

    archive: str
    what: What
    member: str = ""
    offset: int = -1
    id: str = ""
    was: str = ""


class Checked(Struct, kw_only=True):
    """An archive's counts: read = same + moved + changed + known + new; stored = found + missing."""

    archive: str
    gone: bool = False
    read: int = 0  # messages that it holds now, attached ones counted
    same: int = 0  # at the place and with the bytes that the corpus has
    moved: int = 0  # at another place than they were read from, as in an mbox that was compacted
    changed: int = 0
    known: int = 0
    new: int = 0
    failed: int = 0  # what could not be read, in full or in part
    stored: int = 0  # what the corpus has from it
    found: int = 0
    missing: int = 0  # those that were replaced by others at their place counted
    changes: list[Change] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether all is as it was."""
        return not self.changes


def check(engine: Engine, paths: Sequence[Path], besides: Path | None = None) -> Iterator[Checked]:
    """Every archive at or below the paths, those that are there and those that the corpus alone knows of; nothing of
    the folder `besides`, which is the corpus itself."""
    there = [path for path in paths if path.exists()]
    units = {name_of(unit): unit for unit in find(there, besides=besides)}
    lines = (state for state in engine.status().archives if state.kind != "articles")
    names = {state.archive for state in lines if _below(state.archive, paths)}
    stored = _stored(engine, names | units.keys())
    for name in sorted(names | units.keys()):
        places = stored.get(name, {})
        if name in units:
            yield _held_against(engine, name, units[name], places)
        else:
            count = sum(map(len, places.values()))
            gone = Change(archive=name, what="other" if Path(name).exists() else "gone")
            yield Checked(archive=name, gone=True, stored=count, missing=count, changes=[gone])


def _below(archive: str, paths: Iterable[Path]) -> bool:
    return any(Path(archive).is_relative_to(path) for path in paths)


def _stored(engine: Engine, names: set[str]) -> dict[str, dict[_Spot, set[bytes]]]:
    """The ids of the messages at each place of the archives named."""
    found: dict[str, dict[_Spot, set[bytes]]] = {}
    for id, place in engine.placed():
        if place.archive in names:
            spots = found.setdefault(place.archive, {})
            spots.setdefault((place.member, place.offset), set()).add(bytes.fromhex(id))
    return found


def _held_against(engine: Engine, name: str, unit: Unit | Problem, places: dict[_Spot, set[bytes]]) -> Checked:
    told = Checked(archive=name)
    ids = set[bytes]().union(*places.values())
    met, replaced = set[bytes](), set[bytes]()
    strange: list[tuple[_Spot, bytes]] = []
    for spot, id in _now(unit, name, told):
        met.add(id)
        told.read += 1
        if id in places.get(spot, ()):
            told.same += 1
        elif id in ids:
            told.moved += 1
        else:
            strange.append((spot, id))
    for spot, id in strange:
        if was := places.get(spot, set()) - met:
            told.changed += 1
            replaced |= was
            told.changes.append(_change(name, "changed", spot, id, min(was)))
        elif _known(engine, id):
            told.known += 1
            told.changes.append(_change(name, "known", spot, id))
        else:
            told.new += 1
            told.changes.append(_change(name, "new", spot, id))
    for spot, was in places.items():
        told.stored += len(was)
        told.found += len(was & met)
        told.changes += [_change(name, "missing", spot, was=id) for id in sorted(was - met - replaced)]
    told.missing = told.stored - told.found
    return told


def _now(unit: Unit | Problem, name: str, told: Checked) -> Iterator[tuple[_Spot, bytes]]:
    """Place and id of every message in an archive, those attached to others too; failures are counted."""
    setting = Setting(name, "", "fast")
    for part in _parts([unit] if isinstance(unit, Problem) else archives.read(unit)):
        chunk = prepare_chunk(setting, part)
        told.failed += len(chunk.failures)
        for prepared in chunk.messages:
            place = prepared.place
            yield (place.member, place.offset), bytes.fromhex(prepared.message.id)


def _parts(things: Iterable[Item | Problem]) -> Iterator[list[Item | Problem]]:
    part: list[Item | Problem] = []
    size = 0
    for thing in things:
        part.append(thing)
        size += len(thing.raw) if isinstance(thing, Item) else 0
        if size >= CHUNK_BYTES or len(part) >= CHUNK_MESSAGES:
            yield part
            part, size = [], 0
    yield part


def _known(engine: Engine, id: bytes) -> bool:
    try:
        return engine.row(id.hex()).id == id.hex()
    except NotFound:
        return False


def _change(archive: str, what: What, spot: _Spot, id: bytes = b"", was: bytes = b"") -> Change:
    return Change(archive=archive, what=what, member=spot[0], offset=spot[1], id=id.hex(), was=was.hex())
