"""The second stage: every file is read once, its text becomes searchable, what fails is listed, what stops goes on."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest import pipeline
from ingest.copying import copy
from ingest.extraction import Limits, stage
from ingest.extraction.keeper import Keeper
from search.engine import Engine
from search.parse import parse
from tests import extraction_files
from tests.archive_files import zipped
from tests.test_ingest_extraction_keeper import STUB
from tests.test_search_contract import Maker, kind, make

__all__ = ["kind", "make"]  # the fixtures


def write(folder: Path, name: str, *files: tuple[str, bytes]) -> None:
    """A mail that carries files."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ann@x.example", "bob@x.example", name
    mail["Message-ID"], mail["Date"] = f"<{name}@x.example>", "Mon, 3 Aug 2015 14:02:00 +0000"
    mail.set_content("See what is attached.\n")
    for called, data in files:
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=called)
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.eml").write_bytes(mail.as_bytes())


def found(engine: Engine, query: str) -> list[str]:
    """Subjects of what is found."""
    return sorted(hit.row.subject for hit in engine.search(parse(query)).hits)


@pytest.fixture
def engine(make: Maker, tmp_path: Path) -> Engine:
    """Three mails with four files in all, one of them twice."""
    plan = b"the sluice gate"
    write(tmp_path / "mail", "one", ("plan.txt", plan), ("noise.bin", bytes(200)))
    write(tmp_path / "mail", "two", ("copy of plan.txt", plan), ("box.zip", zipped({"a.txt": "weir"})))
    write(tmp_path / "mail", "three", ("locked.zip", extraction_files.locked_zip("a.txt")), ("none.txt", b" \n\n"))
    engine = make()
    pipeline.load(engine, [tmp_path / "mail"])
    return engine


def test_each_file_is_read_once_and_found_in_every_mail_that_carries_it(engine: Engine) -> None:
    outcome = stage.extract(engine, workers=1)
    assert (outcome.read, outcome.text, outcome.empty, outcome.encrypted, outcome.unread, outcome.failed) == (
        5, 2, 1, 1, 1, 0)  # fmt: skip
    assert found(engine, "attachment:sluice") == ["one", "two"]
    assert found(engine, "attachment:weir") == ["two"]
    assert found(engine, "attachment:a.txt") == ["two"]  # a member's name
    assert engine.status().files == {"empty": 1, "encrypted": 1, "text": 2, "unread": 1}
    assert stage.extract(engine, workers=1).read == 0
    assert stage.extract(engine, workers=1, again=stage.AGAIN).read == 2  # the empty one and that without a reader


def test_what_was_stopped_goes_on(engine: Engine) -> None:
    asked = iter([False, False, True])
    first = stage.extract(engine, workers=1, stop=lambda: next(asked, True))
    assert first.interrupted
    assert 0 < first.read < 5
    second = stage.extract(engine, workers=1)
    assert (second.interrupted, first.read + second.read) == (False, 5)
    assert found(engine, "attachment:sluice") == ["one", "two"]


def test_failures_are_listed_once_with_the_mail_and_the_file_and_struck_when_resolved(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make()
    write(tmp_path / "mail", "bad", ("abort", b"x" * 10), ("good", b"y" * 10))
    write(tmp_path / "mail", "worse", ("hang", b"z" * 10), ("segfault", b"q" * 10))
    pipeline.load(engine, [tmp_path / "mail"])
    monkeypatch.setattr(stage, "Keeper", lambda limits: Keeper(limits, STUB))
    for retry in (False, True):
        outcome = stage.extract(engine, workers=2, limits=Limits(seconds=2.0), again=stage.AGAIN if retry else ())
        assert (outcome.read, outcome.text, outcome.failed) == ((3, 0, 3) if retry else (4, 1, 3))
        listed = [failure for _, failure in engine.failures()]
        assert sorted((failure.stage, failure.code) for failure in listed) == [
            ("extract", "crashed"), ("extract", "crashed"), ("extract", "timeout")]  # fmt: skip
        assert engine.status().failures == 3
    timeout = next(failure for failure in listed if failure.code == "timeout")
    assert timeout.reason == "hang (part 2): Reading it took more than 2 seconds."
    assert engine.message(timeout.message).subject == "worse"
    assert engine.files([timeout.file])[timeout.file].code == "timeout"
    assert Path(timeout.archive, timeout.member).exists()
    read = engine.status().archives
    pipeline.retry(engine, engine.failures())  # reads archives; these failures are not theirs
    assert engine.status().failures == 3
    monkeypatch.undo()
    assert stage.extract(engine, workers=1, again=stage.AGAIN).text == 3
    assert engine.failures() == []
    assert engine.status().archives == read


def test_texts_are_copied_with_the_corpus(engine: Engine, make: Maker) -> None:
    stage.extract(engine, workers=1)
    other = make()
    assert copy(engine, other).same
    assert found(other, "attachment:sluice") == ["one", "two"]
    assert other.status().files == engine.status().files


def test_pictures_cost_no_reading(engine: Engine, tmp_path: Path) -> None:
    write(tmp_path / "more", "four", ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(50)))
    stage.extract(engine, workers=1)
    pipeline.load(engine, [tmp_path / "more"])
    assert stage.extract(engine, workers=1).unread == 1
    assert [file.code for file, _ in engine.files_in(["unread"]) if file.media == "image/png"] == ["no-ocr"]
