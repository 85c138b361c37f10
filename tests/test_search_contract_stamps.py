"""Both engines: a corpus's stamp changes with all that is stored or becomes searchable, and with nothing else."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.pipeline import load
from mappings.articles import Settings
from search.engine import Engine, open_engine
from search.parse import parse

MAIL = "From: ann@example.org\nTo: bob@example.org\nMessage-ID: <{0}@example.org>\nSubject: budget {0}\n" \
    "Date: Mon, 3 Aug 2015 14:02:00 +0000\n\nThe harbour, number {0}.\n"


@pytest.fixture(params=["embedded", "elastic"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "elastic":
        fresh: Callable[[], str] = request.getfixturevalue("elastic")
        return fresh()
    return str(tmp_path / "corpus")


@pytest.fixture
def reader(address: str) -> Iterator[Engine]:
    engine = open_engine(address, create=True)
    yield engine
    engine.close()


def mails(folder: Path, *numbers: int) -> Path:
    folder.mkdir()
    for number in numbers:
        (folder / f"{number}.eml").write_text(MAIL.format(number))
    return folder


def test_a_stamp_stays_while_nothing_changes_and_tells_of_an_ingest_elsewhere(
    address: str, reader: Engine, tmp_path: Path
) -> None:
    empty = reader.stamp()
    assert reader.stamp() == empty
    for round, numbers in enumerate([(1, 2), (3,)]):
        before = reader.stamp()
        other = open_engine(address)
        load(other, [mails(tmp_path / str(round), *numbers)])
        other.close()
        assert reader.stamp() != before
        # what is read under the new stamp is new
        assert reader.search(parse("harbour")).total == (2, 3)[round]
        assert reader.status().messages == (2, 3)[round]
        settled = reader.stamp()  # asking for the status may have made more visible
        assert reader.stamp() == settled


def test_a_stamp_tells_of_what_is_no_mail(address: str, reader: Engine, tmp_path: Path) -> None:
    load(reader, [mails(tmp_path / "mails", 1)])
    before = reader.stamp()
    with reader.writer() as writer:
        writer.set_settings(Settings(shown=0.9))
        writer.index()
    assert reader.stamp() != before
    assert reader.settings().shown == 0.9


def test_a_stamp_tells_of_a_rebuilt_index(reader: Engine, tmp_path: Path) -> None:
    load(reader, [mails(tmp_path / "mails", 1, 2)])
    before = reader.stamp()
    with reader.writer() as writer:
        for _ in writer.reindex():
            pass
    assert reader.stamp() != before


def test_what_people_write_beside_it_is_told_only_when_asked_for(reader: Engine, tmp_path: Path) -> None:
    load(reader, [mails(tmp_path / "mails", 1)])
    id = reader.search(parse("harbour")).hits[0].row.id
    plain, whole = reader.stamp(), reader.stamp(desk=True)
    for change in (lambda: reader.star([id]), lambda: reader.tag([id], add=["harbour"])):
        change()
        assert reader.stamp() == plain
        assert reader.stamp(desk=True) != whole
        whole = reader.stamp(desk=True)
    assert reader.stamp(desk=True) == whole
