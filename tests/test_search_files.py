"""Files that mails carry and the text drawn from them: the same promises from both engines."""

from hashlib import sha256

import pytest

from mappings.records import Attachment, File
from search.documents import ATTACHED
from search.engine import Engine
from search.errors import NotFound
from search.parse import parse
from tests.test_search_contract import T0, Maker, fill, kind, mail, make

__all__ = ["kind", "make"]  # the fixtures

PLAN, LOGO = sha256(b"plan").hexdigest(), sha256(b"logo").hexdigest()


def attachment(digest: str, name: str, part: str = "2", size: int = 10) -> Attachment:
    """A file under a name."""
    return Attachment(part=part, name=name, declared="application/pdf", size=size, sha256=digest)


@pytest.fixture
def engine(make: Maker) -> Engine:
    """Three mails that carry one file under two names, one of them a second file; two without."""
    found = make()
    fill(found, [
        mail("p1", "See the plan.\n", subject="Plan", date=T0 + 2, attachments=(attachment(PLAN, "plan.pdf"),)),
        mail("p2", "As I said.\n", subject="Again", date=T0 + 1,
             attachments=(attachment(PLAN, "plan (1).pdf"), attachment(LOGO, "logo.png", "3"))),
        mail("p3", "No date.\n", subject="Undated", date=None, attachments=(attachment(PLAN, "plan.pdf"),)),
        mail("o1", "Our sluice gate.\n", subject="Own words", date=T0 + 3),
        mail("o2", "Yes.\n", "> Our sluice gate.\n", subject="Quoted words", date=T0 + 4),
    ])  # fmt: skip
    return found


def keep(engine: Engine, *files: File) -> None:
    """Stores what became of files and indexes."""
    with engine.writer() as writer:
        writer.keep_files(files)
        writer.index()


def found(engine: Engine, query: str) -> list[str]:
    """Subjects of the hits, best first."""
    return [hit.row.subject for hit in engine.search(parse(query)).hits]


def text(digest: str, words: str) -> File:
    """A file that was read."""
    return File(sha256=digest, size=10, media="application/pdf", state="text", text=words)


def test_files_wait_until_they_are_read(engine: Engine) -> None:
    waiting = {file.sha256: (file.media, engine.row(id).subject) for file, id in engine.files_in(["waiting"])}
    assert waiting.keys() == {PLAN, LOGO}
    assert waiting[LOGO] == ("application/pdf", "Again")
    assert waiting[PLAN][1] in ("Plan", "Again", "Undated")
    assert engine.status().files == {"waiting": 2}
    keep(engine, text(PLAN, "sluice"), File(sha256=LOGO, state="unread", code="no-reader", reason="No reader."))
    assert list(engine.files_in(["waiting"])) == []
    assert engine.status().files == {"text": 1, "unread": 1}
    assert [file.code for file, _ in engine.files_in(["unread", "failed"])] == ["no-reader"]
    assert engine.files([PLAN, LOGO, "00" * 32])[PLAN].text == "sluice"
    assert engine.files([LOGO])[LOGO].reason == "No reader."


def test_the_text_of_attachments_is_found_ranked_last_and_shown_with_its_name(engine: Engine) -> None:
    assert found(engine, "attachment:sluice") == []
    keep(engine, text(PLAN, "The sluice gate is to be renewed."))
    assert set(found(engine, "attachment:sluice")) == {"Plan", "Again", "Undated"}
    assert found(engine, "sluice")[:2] == ["Own words", "Quoted words"]
    assert len(found(engine, "sluice")) == 5
    assert found(engine, "body:renewed") == []
    assert set(found(engine, 'attachment:"gate is to be" -subject:plan')) == {"Again", "Undated"}
    (hit,) = engine.search(parse("renewed filename:1")).hits
    (light,) = [light for light in hit.highlights if light.field == "attachment"]
    assert (light.name, light.file) == ("plan (1).pdf", PLAN)
    (cut,) = light.fragments
    assert [cut.text[start:end] for start, end in cut.spans] == ["renewed"]


def test_a_text_that_changes_or_goes_is_searched_as_it_is_now(engine: Engine) -> None:
    keep(engine, text(PLAN, "sluice"))
    keep(engine, text(PLAN, "weir"))
    assert found(engine, "attachment:sluice") == []
    assert len(found(engine, "attachment:weir")) == 3
    keep(engine, File(sha256=PLAN, state="failed", code="timeout", reason="It took too long."))
    assert found(engine, "attachment:weir") == []


def test_a_mail_that_comes_after_the_text_was_drawn_is_found_by_it(engine: Engine) -> None:
    keep(engine, text(PLAN, "sluice"))
    late = mail("p4", "Late.\n", subject="Late", date=T0 + 9, attachments=(attachment(PLAN, "p.pdf"),))
    fill(engine, [late], archive="/b")
    assert "Late" in found(engine, "attachment:sluice")
    assert engine.files([PLAN])[PLAN].state == "text"
    with engine.writer() as writer:
        list(writer.reindex())
    assert len(found(engine, "attachment:sluice")) == 4


def test_every_mail_that_carries_a_file_is_listed_in_pages(engine: Engine) -> None:
    total, rows = engine.carriers(PLAN)
    assert (total, [row.subject for row in rows]) == (3, ["Again", "Plan", "Undated"])
    assert [row.subject for row in engine.carriers(PLAN, limit=1, skip=1)[1]] == ["Plan"]
    with pytest.raises(NotFound):
        engine.carriers("00" * 32)


def test_an_attached_mail_and_an_empty_file_are_not_read(make: Maker) -> None:
    engine = make()
    inner = Attachment(part="2", name="a.eml", declared="message/rfc822", size=9, sha256="11" * 32, message="11" * 32)
    fill(engine, [mail("m", "x\n", subject="M", attachments=(inner, attachment("22" * 32, "empty", "3", 0)))])
    assert engine.status().files == {"mail": 1}
    assert engine.carriers("11" * 32)[0] == 1


def test_only_so_much_of_a_mails_attachments_is_searched(engine: Engine) -> None:
    keep(engine, text(PLAN, "weir " + "x" * ATTACHED + " sluice"))
    assert len(found(engine, "attachment:weir")) == 3
    assert found(engine, "attachment:sluice") == []
    assert engine.files([PLAN])[PLAN].text.endswith("sluice")


def test_a_hit_far_down_in_a_text_is_shown_too(engine: Engine) -> None:
    keep(engine, text(PLAN, "weir " * 100_000 + "sluice"))
    for hit in engine.search(parse("attachment:sluice")).hits:
        (light,) = hit.highlights
        assert light.fragments[0].text.endswith("weir sluice")
