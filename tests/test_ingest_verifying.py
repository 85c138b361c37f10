"""Archives held against the corpus: what is missing, changed, new, gone; counts that add up; on both engines."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from ingest.pipeline import load
from ingest.verifying import Checked, check
from search.engine import Engine
from tests.archive_files import zipped
from tests.test_ingest_archives_makers import mail, mboxrd
from tests.test_search_contract import Maker, empty, kind, make

__all__ = ["Maker", "empty", "kind", "make"]  # the fixtures

CARRIER = (
    b"From: a@b.example\nSubject: Carrier\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee.\n--b\n"
    b"Content-Type: message/rfc822\n\n" + mail(90) + b"\n--b--\n"
)


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    """An mbox of three, a folder of two single mails one of which carries a third, a zip of two."""
    there = tmp_path / "there"
    (there / "single").mkdir(parents=True)
    (there / "box.mbox").write_bytes(mboxrd([mail(1), mail(2), mail(3)]))
    (there / "single" / "four.eml").write_bytes(mail(4))
    (there / "single" / "carrier.eml").write_bytes(CARRIER)
    (there / "two.zip").write_bytes(zipped({"a.eml": mail(5), "b.eml": mail(6)}))
    return there


def told(engine: Engine, *paths: Path) -> dict[str, Checked]:
    """What was found, by the archives' names; the counts add up."""
    found = {Path(one.archive).name: one for one in check(engine, paths)}
    for one in found.values():
        assert one.read == one.same + one.moved + one.changed + one.known + one.new
        assert one.stored == one.found + one.missing
    return found


def changes(one: Checked) -> list[tuple[str, str]]:
    return sorted((change.what, change.member) for change in one.changes)


def test_what_nobody_touched_is_as_it_was(empty: Engine, archives: Path) -> None:
    load(empty, [archives], collection="c", workers=1)
    found = told(empty, archives)
    assert {name: (one.read, one.same, one.stored) for name, one in found.items()} == {
        "box.mbox": (3, 3, 3), "single": (3, 3, 3), "two.zip": (2, 2, 2)}  # fmt: skip
    assert all(one.holds for one in found.values())


def test_every_kind_of_change_is_told(empty: Engine, archives: Path) -> None:
    load(empty, [archives], workers=1)
    (archives / "box.mbox").write_bytes(mboxrd([mail(2), mail(3), mail(7)]))  # the first was taken out, one came
    (archives / "single" / "four.eml").write_bytes(mail(4, b"Forged.\n"))
    (archives / "single" / "carrier.eml").unlink()
    (archives / "single" / "six.eml").write_bytes(mail(6))
    (archives / "two.zip").unlink()
    found = told(empty, archives)
    box = found["box.mbox"]
    assert (box.read, box.moved, box.new, box.missing) == (3, 2, 1, 1)
    assert changes(found["single"]) == [
        ("changed", "four.eml"), ("known", "six.eml"), ("missing", "carrier.eml"),
        ("missing", "carrier.eml#2")]  # fmt: skip
    assert changes(found["two.zip"]) == [("gone", "")]
    assert (found["two.zip"].stored, found["two.zip"].missing) == (2, 2)
    assert empty.status().messages == 8, "nothing is written"


def test_a_path_names_archives_below_it_alone(empty: Engine, archives: Path) -> None:
    load(empty, [archives], workers=1)
    assert set(told(empty, archives / "single")) == {"single"}
    assert set(told(empty, archives / "two.zip", archives / "box.mbox")) == {"two.zip", "box.mbox"}
    assert told(empty, archives.parent / "nowhere") == {}
    (archives / "box.mbox").write_bytes(b"\x00\x01 no mail at all")
    box = told(empty, archives / "box.mbox")["box.mbox"]
    assert {change.what for change in box.changes} <= {"other", "missing"}
    assert (box.read, box.stored, box.missing) == (0, 3, 3)


def test_the_command(tmp_path: Path, archives: Path) -> None:
    from webapp.cli import main

    def run(*words: object) -> tuple[int, str]:
        ended = CliRunner().invoke(main, [*map(str, words), "--engine", str(tmp_path / "corpus")])
        return ended.exit_code, ended.output

    assert run("ingest", archives)[0] == 0
    status, said = run("verify", archives)
    assert status == 0
    assert "3 of 3 archives are as they were: 8 read = 8 as they were" in said
    (archives / "single" / "four.eml").write_bytes(mail(4, b"Forged.\n"))
    (archives / "two.zip").unlink()
    status, said = run("verify", archives)
    assert status == 1
    assert "has other bytes now" in said
    assert "two.zip: the archive is not there any more" in said
    assert "1 of 3 archives are as they were" in said
    status, said = run("verify", archives, "--json")
    assert status == 1
    assert '"what": "changed"' in said
    assert run("verify", tmp_path / "nowhere")[0] == 2
    assert run("verify")[0] == 0
