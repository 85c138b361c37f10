"""Real files of other projects' suites, which this repository does not carry: `UNSEALED_SUITES` names their folder."""

import os
from pathlib import Path

import pytest

from ingest.archives import Item, Problem, read, units
from ingest.messages import files_of, read_message
from ingest.outlook.pst import DataFile

SUITES = os.environ.get("UNSEALED_SUITES", "")
pytestmark = pytest.mark.skipif(not SUITES, reason="UNSEALED_SUITES names no folder with the suites' real files")
OLE = b"\xd0\xcf\x11\xe0"


def real(*endings: str) -> list[Path]:
    """The suites' files with those endings."""
    return sorted(path for ending in endings for path in Path(SUITES).rglob(f"*{ending}")) if SUITES else []


def things(path: Path) -> list[Item | Problem]:
    """What reading a file gives."""
    return [thing for unit in units(path) if not isinstance(unit, Problem) for thing in read(unit)]


@pytest.mark.parametrize("path", real(".pst", ".ost"), ids=lambda path: path.name)
def test_every_item_that_a_folder_counts_is_read(path: Path) -> None:
    found = things(path)
    with path.open("rb") as file:
        said = sum(folder.said for folder in DataFile(file, path.stat().st_size).folders())
    assert said == len(found) > 0
    assert not [thing for thing in found if isinstance(thing, Problem)]
    for thing in found:
        assert isinstance(thing, Item)
        mail = read_message(thing.raw).message
        assert mail.date is not None or not mail.from_, thing.member
        assert mail.text or mail.attachments, thing.member


@pytest.mark.parametrize("path", real(".tnef"), ids=lambda path: path.name)
def test_every_file_of_a_container_comes_out_as_its_suite_has_it(path: Path) -> None:
    (item,) = [thing for thing in things(path) if isinstance(thing, Item)]
    files = {attachment.name: data for attachment, data in files_of(item.raw)}
    names = path.with_suffix(".list").read_text(encoding="utf-8").split()
    for name in names:
        if not name.startswith(f"{path.stem}-body."):
            baseline = (path.parent.parent / "baselines" / f"{name}.baseline").read_bytes()
            interface = 16 if name == "Untitled_Attachment" else 0  # an object's id, left by the suite
            assert files[name] == baseline[interface:]


@pytest.mark.parametrize("path", real(".msg"), ids=lambda path: path.name)
def test_every_message_file_is_a_message(path: Path) -> None:
    if path.read_bytes()[:4] != OLE:
        pytest.skip("it is no OLE file: other suites name their mails so")
    found = things(path)
    assert [type(thing) for thing in found] == [Item]
    assert isinstance(found[0], Item)
    assert read_message(found[0].raw).message.subject
