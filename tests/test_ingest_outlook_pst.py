"""PST and OST: every form and every way of hiding, folders, attachments, items within items, damage, going on."""

import io
import zipfile
from pathlib import Path

import pytest
from outlook_makers import TEXT8, Pst, values

from ingest.archives import Item, Problem, read, units
from ingest.messages import part_bytes, read_message

SENT = 1_400_000_000


def data_file(form: str = "unicode", crypt: int = 1, *, said: int = 2, body: str = "A long text. " * 900) -> bytes:
    """A file with an inbox of two mails, the first with a file and an item attached, and an appointment."""
    pst = Pst(form, crypt)
    pst.node(0x21, 0, pst.context(values(p3001="store")))
    pst.node(0x61, 0, pst.context({3: (0x102, bytes.fromhex("0d820000 0400 0500")), 4: (0x102, b"")}))
    pst.node(0x122, 0x122, pst.context(values(p3001="")))
    pst.folder(0x8022, 0x122, "Top of Personal Folders")
    pst.folder(0x8042, 0x8022, "Inbox", said)
    pst.folder(0x8062, 0x8022, "Calendar/old", 1)
    inner = pst.item(values(p37="Inner", p1000="Inside.", p1035="<inner@x.example>"))
    first = pst.item(
        values(p1a="IPM.Note", p37="\x01\x04Re: Harbour wall", p1000=body, p39=float(SENT), pe07=1, pc1a="Ann Lee",
               pc1e="SMTP", pc1f="ann@council.example", p1035="<a@x.example>", p1042="<b@x.example>", p71=b"\1\2\3"),
        [values(pc15=1, p3001="'Bob'", p3002="EX", p3003="/o=Council/cn=bob", p39fe="bob@council.example"),
         values(pc15=2, p3001="Cee", p3002="EX", p3003="/o=Council/cn=cee"),
         values(pc15=3, p3001="dee@x.example", p3002="SMTP", p3003="dee@x.example")],
        [values(p3707="plan.bin", p3705=1, p3701=bytes(range(256)) * 300, p370e="application/pdf"),
         (values(p3001="Inner", p3705=5), inner)],
    )  # fmt: skip
    pst.node(0x200024, 0x8042, first)
    pst.node(0x200044, 0x8042, pst.item(values(p1a="IPM.Note", p37=(TEXT8, "Grüße".encode("cp1252")), pe07=9)))
    pst.node(0x200064, 0x8062, pst.item(values(p1a="IPM.Appointment", p37="Meeting", p8005=float(SENT))))
    return pst.whole()


def things(data: bytes, folder: Path, position: str = "", name: str = "box.pst") -> list[Item | Problem]:
    """What reading gives."""
    (folder / name).write_bytes(data)
    (unit,) = units(folder / name)
    assert not isinstance(unit, Problem)
    return list(read(unit, position))


@pytest.mark.parametrize("crypt", [0, 1, 2])
@pytest.mark.parametrize("form", ["ansi", "unicode", "large"])
def test_every_form_and_every_way_of_hiding(form: str, crypt: int, tmp_path: Path) -> None:
    found = things(data_file(form, crypt), tmp_path)
    assert [one.member for one in found] == [
        "Top of Personal Folders/Inbox#1", "Top of Personal Folders/Inbox#2", "Top of Personal Folders/Calendar_old#1"
    ]  # fmt: skip
    first, second, meeting = found
    assert isinstance(first, Item)
    assert (first.made, first.flags, first.labels) == ("pst", "S", ("Inbox",))
    mail = read_message(first.raw, made=first.made).message
    assert (str(mail.from_[0]), mail.subject, mail.date) == ("Ann Lee <ann@council.example>", "Re: Harbour wall", SENT)
    assert [str(one) for one in (*mail.to, *mail.cc, *mail.bcc)] == [
        "Bob <bob@council.example>", "Cee </o=Council/cn=cee>", "dee@x.example"]  # fmt: skip
    assert (mail.message_id, mail.in_reply_to, mail.thread_index) == ("a@x.example", ("b@x.example",), "AQID")
    assert mail.text == ("A long text. " * 900).strip("\n")
    assert [(one.name, one.declared, one.size) for one in mail.attachments] == [
        ("plan.bin", "application/pdf", 76_800), ("Inner", "message/rfc822", mail.attachments[1].size)]  # fmt: skip
    assert part_bytes(first.raw, mail.attachments[0].part)[1] == bytes(range(256)) * 300
    assert isinstance(second, Item)
    assert (second.flags, read_message(second.raw).message.subject) == ("DS", "Grüße")
    assert isinstance(meeting, Item)
    assert meeting.labels == ("Calendar/old", "appointment")
    assert read_message(meeting.raw).message.text == "Start: 2014-05-13 16:53 UTC"


def test_an_item_within_an_item_is_a_message_that_was_made_too(tmp_path: Path) -> None:
    first = things(data_file(), tmp_path)[0]
    assert isinstance(first, Item)
    reading = read_message(first.raw, made=first.made)
    assert reading.made == ("pst",)
    inner = read_message(reading.attached[0]).message
    assert (inner.subject, inner.text, inner.message_id) == ("Inner", "Inside.", "inner@x.example")


def test_reading_goes_on_after_any_position(tmp_path: Path) -> None:
    whole = things(data_file(), tmp_path)
    for number, thing in enumerate(whole):
        assert things(data_file(), tmp_path, thing.position) == whole[number + 1 :]


def test_items_that_a_folder_counts_and_that_are_not_there_are_told(tmp_path: Path) -> None:
    found = things(data_file(said=5), tmp_path)
    (problem,) = [one for one in found if isinstance(one, Problem)]
    assert (problem.code, problem.member) == ("missing", "Top of Personal Folders/Inbox")
    assert "5 items; 3 of them are not there" in problem.reason


def test_in_a_zip_and_by_another_name(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("mail/archive.bin", data_file())
    found = things(out.getvalue(), tmp_path, name="leak.zip")
    assert found[0].member == "mail/archive.bin!Top of Personal Folders/Inbox#1"
    assert len([one for one in found if isinstance(one, Item)]) == 3
    again = things(out.getvalue(), tmp_path, found[0].position, name="leak.zip")
    assert again == found[1:]


def test_a_file_that_breaks_off_gives_what_is_left(tmp_path: Path) -> None:
    """The trees stand at the end here: without the last page, the root of the tree of blocks is gone."""
    data = data_file()
    found = things(data[:-512], tmp_path)
    assert len([one for one in found if isinstance(one, Item)]) == 3
    assert "truncated" in [one.code for one in found if isinstance(one, Problem)]
    found = things(data[:0x4400], tmp_path)
    assert [(type(one), one.code) for one in found] == [(Problem, "truncated")]  # type: ignore[union-attr]


def test_a_damaged_item_costs_itself_alone(tmp_path: Path) -> None:
    data = bytearray(data_file(crypt=0))
    at = data.index("Grüße".encode("cp1252")) - len("IPM.Note".encode("utf-16-le")) - 12  # the heap of the second mail
    data[at : at + 12] = bytes(12)
    found = things(bytes(data), tmp_path)
    assert [type(one) for one in found] == [Item, Problem, Item]
    assert [one.member for one in found][1] == "Top of Personal Folders/Inbox#2"


def test_a_lost_attachment_is_told_and_the_mail_kept(tmp_path: Path) -> None:
    data = bytearray(data_file(crypt=0))
    at = data.index(b"\x01\x01\x0a\x00")  # the list of the ten blocks of the attachment
    data[at] = 9
    found = things(bytes(data), tmp_path)
    assert [type(one) for one in found] == [Problem, Item, Item, Item]
    assert isinstance(found[0], Problem)
    assert (found[0].code, "plan.bin" in found[0].reason) == ("part-lost", True)


def test_a_file_encrypted_by_windows_says_so(tmp_path: Path) -> None:
    data = bytearray(data_file())
    data[0x201] = 0x10
    assert [one.code for one in things(bytes(data), tmp_path)] == ["encrypted"]  # type: ignore[union-attr]


def test_items_within_themselves_end(tmp_path: Path) -> None:
    pst = Pst(crypt=0)
    pst.node(0x122, 0x122, pst.context(values(p3001="")))
    pst.folder(0x8022, 0x122, "Top", 1)
    block = pst.block(b"")
    place: tuple[int, int] = (block, 0)
    for _ in range(40):
        place = pst.item(values(p37="again"), files=[(values(p3705=5), place), (values(p3705=5), place)])
    pst.node(0x200024, 0x8022, place)
    found = things(pst.whole(), tmp_path)
    assert [type(one) for one in found].count(Item) == 1
    assert len(found) < 20


def test_an_item_with_more_than_its_share_is_cut_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.outlook.mail.MOST", 100_000)
    pst = Pst(crypt=0)
    pst.node(0x122, 0x122, pst.context(values(p3001="")))
    pst.folder(0x8022, 0x122, "Top", 1)
    files = [values(p3707=f"{number}.bin", p3701=bytes(60_000)) for number in range(4)]
    pst.node(0x200024, 0x8022, pst.item(values(p37="much"), files=files))
    *problems, item = things(pst.whole(), tmp_path)
    assert [one.code for one in problems if isinstance(one, Problem)] == ["part-lost", "part-lost"]
    assert isinstance(item, Item)
    assert [one.name for one in read_message(item.raw).message.attachments] == ["0.bin"]


def test_a_file_of_many_items_has_trees_of_many_levels(tmp_path: Path) -> None:
    pst = Pst()
    pst.node(0x122, 0x122, pst.context(values(p3001="")))
    pst.folder(0x8022, 0x122, "Top", 600)
    for number in range(600):
        pst.node(0x200024 + 32 * number, 0x8022, pst.item(values(p37=f"mail {number}")))
    found = things(pst.whole(), tmp_path)
    assert [read_message(one.raw).message.subject for one in found if isinstance(one, Item)] == [
        f"mail {number}" for number in range(600)]  # fmt: skip


def test_items_that_share_their_bytes_without_end_are_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.archives.streams.FREE", 0)
    monkeypatch.setattr("ingest.archives.streams.RATIO", 1)
    pst = Pst(crypt=0)
    pst.node(0x122, 0x122, pst.context(values(p3001="")))
    pst.folder(0x8022, 0x122, "Top", 50)
    place = pst.item(values(p37="same", p3705=1), files=[values(p3707="a", p3701=bytes(60_000))])
    for number in range(50):
        pst.node(0x200024 + 32 * number, 0x8022, place)
    found = things(pst.whole(), tmp_path)
    assert isinstance(found[-1], Problem)
    assert (found[-1].code, 0 < len(found) < 10) == ("bomb", True)


def test_recipients_that_are_lost_leave_the_rest_of_the_mail(tmp_path: Path) -> None:
    data = bytearray(data_file(crypt=0))
    at = data.index(b"\xec\x7c")  # the mark of the table of recipients
    data[at] = 0
    problem, item = things(bytes(data), tmp_path)[:2]
    assert isinstance(problem, Problem)
    assert (problem.code, problem.reason.startswith("The recipients could not be read")) == ("part-lost", True)
    assert isinstance(item, Item)
    assert len(read_message(item.raw).message.attachments) == 2


def test_a_broken_page_of_the_tree_of_blocks_is_done_without(tmp_path: Path) -> None:
    pst = Pst()
    pst.node(0x122, 0x122, pst.context(values(p3001="")))
    pst.folder(0x8022, 0x122, "Top", 600)
    for number in range(600):
        pst.node(0x200024 + 32 * number, 0x8022, pst.item(values(p37=f"mail {number}")))
    data = bytearray(pst.whole())
    root = int.from_bytes(data[0xF0:0xF8], "little")
    inner = int.from_bytes(data[root + 24 + 16 : root + 24 + 24], "little")  # the second page below it
    assert data[inner + 496] == 0x80
    assert data[inner + 491] == 1  # no leaf
    data[inner + 496] = 0
    assert [type(one) for one in things(bytes(data), tmp_path)] == [Item] * 600
