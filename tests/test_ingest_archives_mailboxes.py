"""What other mail programs keep: Apple Mail's .emlx, Thunderbird's flags, Babyl and MMDF."""

import base64
import plistlib
from pathlib import Path

import pytest

from ingest import archives
from ingest.archives import Item, Problem, delimited
from ingest.archives.sniff import sniff
from ingest.messages import read_message

MAIL = b"From: ann@x.org\nSubject: %b\n\nText of %b.\n"
PARTIAL = b"""From: ann@x.org
Subject: partial
Content-Type: multipart/mixed; boundary="cut"

--cut
Content-Type: text/plain

See the files.
--cut
Content-Disposition: attachment; filename=plan.pdf
Content-Type: application/pdf; name=plan.pdf
X-Apple-Content-Length: 12

--cut
Content-Disposition: attachment; filename=note.bin
Content-Type: application/octet-stream
X-Apple-Content-Length: 9


--cut
Content-Disposition: attachment; filename=gone.bin
Content-Type: application/octet-stream
X-Apple-Content-Length: 7

--cut--
"""


def mail(name: str) -> bytes:
    return MAIL % (name.encode(), name.encode())


def emlx(raw: bytes, flags: int = 0, count: int | None = None) -> bytes:
    """A message as Apple Mail keeps it."""
    return b"%-10d\n" % (len(raw) if count is None else count) + raw + plistlib.dumps({"flags": flags})


def items(path: Path) -> list[Item]:
    """All that the archives at a path hold, where nothing is wrong."""
    units = list(archives.units(path))
    found = [thing for unit in units if not isinstance(unit, Problem) for thing in archives.read(unit)]
    assert all(isinstance(thing, Item) for thing in found), found
    return [thing for thing in found if isinstance(thing, Item)]


def test_an_emlx_is_its_message_with_flags(tmp_path: Path) -> None:
    (tmp_path / "1.emlx").write_bytes(emlx(mail("one"), 1 | 1 << 2 | 1 << 4 | 77 << 40))
    (item,) = items(tmp_path)
    assert (item.raw, item.flags, item.made) == (mail("one"), "FRS", "")
    (item,) = items(tmp_path / "1.emlx")
    assert item.raw == mail("one")


@pytest.mark.parametrize("count", [0, 5, 10**9])
def test_an_emlx_whose_count_is_wrong(tmp_path: Path, count: int) -> None:
    (tmp_path / "1.emlx").write_bytes(emlx(mail("one"), 1, count))
    (item,) = items(tmp_path)
    assert (item.raw, item.flags) == (mail("one"), "S")


def test_an_emlx_without_its_property_list(tmp_path: Path) -> None:
    (tmp_path / "1.emlx").write_bytes(b"%d\n" % len(mail("one")) + mail("one") + b"<?xml <plist nonsense")
    (item,) = items(tmp_path)
    assert (item.raw, item.flags) == (mail("one"), "")


def test_parts_that_are_kept_apart_are_put_back(tmp_path: Path) -> None:
    messages = tmp_path / "In.mbox" / "Data" / "Messages"
    kept = tmp_path / "In.mbox" / "Data" / "Attachments" / "14" / "2"
    messages.mkdir(parents=True)
    kept.mkdir(parents=True)
    (messages / "14.partial.emlx").write_bytes(emlx(PARTIAL))
    (kept / "plan.pdf").write_bytes(b"%PDF-1.4 \x00\xff!")
    (messages / "14.3.emlxpart").write_bytes(base64.encodebytes(b"nine\x00byte"))
    (tmp_path / "In.mbox" / "Data" / "Messages" / "table_of_contents").write_bytes(b"\0\1")
    (item,) = items(tmp_path)
    assert item.made == "emlx"
    read = read_message(item.raw, made=item.made).message
    assert [(part.name, part.size) for part in read.attachments] == [("plan.pdf", 12), ("note.bin", 9), ("gone.bin", 0)]
    assert read.text.strip() == "See the files."
    assert [(note.code, note.part) for note in read.notes] == [("part-absent", "4")]


def test_a_partial_message_alone_says_what_is_absent(tmp_path: Path) -> None:
    (tmp_path / "14.partial.emlx").write_bytes(emlx(PARTIAL))
    (item,) = items(tmp_path)
    assert (item.raw, item.made) == (PARTIAL, "")
    notes = read_message(item.raw).message.notes
    assert [(note.code, note.part) for note in notes] == [("part-absent", part) for part in ("2", "3", "4")]


def test_a_folder_called_attachments_elsewhere_is_read(tmp_path: Path) -> None:
    for folder in ("Attachments", "Messages"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.eml").write_bytes(mail(folder))
    assert [item.raw for item in items(tmp_path)] == [mail("Attachments"), mail("Messages")]


def test_deleted_mails_of_thunderbird_are_kept_and_marked(tmp_path: Path) -> None:
    head = b"From - Mon Jan  1 00:00:00 2001\nX-Mozilla-Status: %b\nX-Mozilla-Keys: todo $label1\n"
    (tmp_path / "Inbox").write_bytes(b"".join(
        head % status + mail(name) + b"\n" for status, name in ((b"0009", "gone"), (b"1003", "kept"), (b"0000", "new"))
    ))  # fmt: skip
    (tmp_path / "Inbox.msf").write_bytes(b"// <!-- <mdb:mork:z v=\"1.4\"/> -->\n")
    found = items(tmp_path)
    assert [item.flags for item in found] == ["ST", "PRS", ""]
    assert read_message(found[0].raw).message.labels == ("todo", "$label1")


BABYL = b"""BABYL OPTIONS: -*- rmail -*-
Version: 5
Labels:todo
\x1f\x0c
1, answered,, todo,
From: ann@x.org
X-Long: kept
Subject: one

*** EOOH ***
From: ann@x.org
Subject: one

Text of one.
\x1f\x0c
0, unseen,,
*** EOOH ***
From: bob@x.org
Subject: two

Text of two,
*** EOOH ***
to the end.
\x1f"""


def test_babyl(tmp_path: Path) -> None:
    (tmp_path / "RMAIL").write_bytes(BABYL)
    first, second = items(tmp_path)
    assert first.raw == b"From: ann@x.org\nX-Long: kept\nSubject: one\n\nText of one.\n"
    assert second.raw == b"From: bob@x.org\nSubject: two\n\nText of two,\n*** EOOH ***\nto the end.\n"
    assert (first.flags, second.flags) == ("RS", "")


def mmdf(*mails: bytes) -> bytes:
    line = b"\x01\x01\x01\x01\n"
    return b"".join(line + one + line for one in mails)


def test_mmdf(tmp_path: Path) -> None:
    mails = [mail("one"), mail("two"), mail("three")]
    (tmp_path / "box").write_bytes(mmdf(mails[0], b"From ann@x.org Mon Jan  1 00:00:00 2001\n" + mails[1], mails[2]))
    assert [item.raw for item in items(tmp_path)] == mails


@pytest.mark.parametrize("data", [BABYL, mmdf(mail("one"), mail("two"), mail("three"))])
def test_reading_goes_on_after_any_message(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "box"
    path.write_bytes(data)
    (unit,) = archives.units(path)
    assert not isinstance(unit, Problem)
    whole = [thing for thing in archives.read(unit) if isinstance(thing, Item)]
    for number, item in enumerate(whole):
        rest = list(archives.read(unit, item.position))
        assert [thing.raw for thing in rest if isinstance(thing, Item)] == [one.raw for one in whole[number + 1 :]]


@pytest.mark.parametrize("block", [1, 3, 7, 64])
def test_where_the_blocks_end_makes_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(delimited, "BLOCK", block)
    for name, data in (("a", BABYL), ("b", mmdf(mail("one"), mail("two")))):
        (tmp_path / name).write_bytes(data)
    assert len(items(tmp_path)) == 4


def test_a_message_beyond_the_limit_is_counted_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "LARGEST", 100)
    monkeypatch.setattr(delimited, "BLOCK", 16)
    (tmp_path / "box").write_bytes(mmdf(mail("one") + b"x" * 1000 + b"\n", mail("two")))
    (unit,) = archives.units(tmp_path)
    assert not isinstance(unit, Problem)
    first, second = archives.read(unit)
    assert isinstance(first, Problem)
    assert first.code == "too-large"
    assert isinstance(second, Item)
    assert second.raw == mail("two")


def test_files_are_known_by_their_first_lines() -> None:
    assert sniff(emlx(mail("one"))).kind == "emlx"
    assert sniff(b"12\nnot a mail\n").kind == "other"
    assert sniff(BABYL).kind == "babyl"
    assert sniff(mmdf(mail("x"))).kind == "mmdf"
