"""Outlook's message files, and other OLE files that are none."""

import base64
from hashlib import sha256
from pathlib import Path

import pytest
from msgspec.structs import replace
from outlook_makers import TEXT8, Storage, msg, ole, values

from ingest.archives import Item, Problem, read, units
from ingest.messages import part_bytes, read_message
from search.documents import has

HEADER = "Received: from a by b; Tue, 13 May 2014 16:53:20 +0000\r\nSubject: As sent\r\nFrom: Ann <a@x.example>\r\n\r\n"
OWN = values(p1a="IPM.Note", p37="Harbour wall", p1000="Plain", p1013=b"<p>Gr\xfc\xdfe <img src='cid:a@b'></p>",
             p3fde=1252, p39=1_400_000_000.0, pe07=1, p42="Ann Lee", p64="EX", p65="/o=Council/cn=ann",
             p5d02="ann@council.example", pc1a="Clerk", pc1f="clerk@council.example", pc1e="SMTP",
             p8003="budget", p17=2)  # fmt: skip


def things(data: bytes, folder: Path, name: str = "mail.msg") -> list[Item | Problem]:
    """What reading the folder gives."""
    (folder / name).write_bytes(data)
    (unit,) = units(folder)
    assert not isinstance(unit, Problem)
    return list(read(unit))


def one(root: Storage, folder: Path) -> Item:
    """The message of a .msg, and nothing else."""
    (item,) = things(ole(root), folder)
    assert isinstance(item, Item)
    return item


def test_a_message_with_all_that_it_may_have(tmp_path: Path) -> None:
    inner = msg(values(p37="Inner", p1000="Inside."), head=24)
    files = [values(p3707="plan.pdf", p3704="PLAN~1.PDF", p370e="application/pdf", p3701=b"%PDF-" + bytes(5000)),
             values(p3704="a.gif", p3705=1, p3701=b"GIF89a", p3712="a@b", p3714=4),
             (values(p3001="Inner", p3705=5), inner)]  # fmt: skip
    recipients = [values(pc15=1, p3001="Bob", p3003="bob@x.example", p3002="SMTP"), values(pc15=2, p3001="Cee")]
    item = one(msg(OWN, recipients, files, [("Keywords", 0x8003)]), tmp_path)
    assert (item.made, item.flags, item.member) == ("msg", "S", "mail.msg")
    reading = read_message(item.raw, made=item.made)
    mail = reading.message
    assert [str(one) for one in (*mail.from_, *mail.sender)] == [
        "Ann Lee <ann@council.example>", "Clerk <clerk@council.example>"]  # fmt: skip
    assert ([str(to) for to in mail.to], [str(cc) for cc in mail.cc]) == (["Bob <bob@x.example>"], ["Cee"])
    assert (mail.subject, mail.date, mail.zone) == ("Harbour wall", 1_400_000_000, None)
    assert {"Keywords": "budget", "Importance": "high"}.items() <= dict(mail.headers).items()
    names = [(file.name, file.inline) for file in mail.attachments]
    assert names == [("a.gif", True), ("plan.pdf", False), ("Inner", False)]
    assert part_bytes(item.raw, mail.attachments[1].part)[1] == b"%PDF-" + bytes(5000)
    assert (reading.made, read_message(reading.attached[0]).message.text) == (("msg",), "Inside.")


def test_html_alone_is_read_in_its_code_page(tmp_path: Path) -> None:
    own = {**OWN}
    del own[0x1000]
    assert "Grüße" in read_message(one(msg(own), tmp_path).raw).message.text


def test_the_header_of_the_transport_comes_first(tmp_path: Path) -> None:
    item = one(msg({**OWN, **values(p7d=HEADER)}), tmp_path)
    assert item.raw.startswith(HEADER.strip().encode())
    mail = read_message(item.raw).message
    assert (mail.subject, str(mail.from_[0])) == ("As sent", "Ann <a@x.example>")


def test_strings_of_one_byte_are_read_in_the_code_page_of_the_message(tmp_path: Path) -> None:
    own = {**values(p3ffd=1251), 0x37: (TEXT8, "Привет".encode("cp1251"))}
    assert read_message(one(msg(own), tmp_path).raw).message.subject == "Привет"


@pytest.mark.parametrize("kind", ["IPM.Contact", "IPM.Task", "IPM.StickyNote", "IPM.Appointment"])
def test_what_is_no_mail_becomes_a_message_too(kind: str, tmp_path: Path) -> None:
    item = one(msg(values(p1a=kind, p37="Subject", p3001="Ann", p3a16="Council", p1000="Note.")), tmp_path)
    mail = read_message(item.raw).message
    assert "Note." in mail.text
    assert ("Company: Council" in mail.text) == (kind == "IPM.Contact")
    assert dict(mail.headers)["X-Message-Class"] == kind
    kinds = {"IPM.Contact": {"contact"}, "IPM.Appointment": {"calendar"}}.get(kind, set())
    assert set(has(replace(mail, made="msg"))) == kinds
    assert not has(mail)  # a header alone could say so in any mail


def test_a_signed_mail_keeps_the_part_that_was_signed(tmp_path: Path) -> None:
    entity = (
        b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=cut\r\n\r\n--cut\r\n'
        b"Content-Type: text/plain\r\n\r\nSigned.\r\n--cut\r\nContent-Type: application/pkcs7-signature; name=smime.p7s"
        b"\r\n\r\n0\r\n--cut--\r\n"
    )
    own = {**OWN, **values(p1a="IPM.Note.SMIME.MultipartSigned")}
    item = one(msg(own, files=[values(p3707="smime.p7m", p370e="multipart/signed", p3701=entity)]), tmp_path)
    assert item.raw.endswith(entity)
    mail = read_message(item.raw).message
    assert (mail.text, [file.name for file in mail.attachments]) == ("Signed.", ["smime.p7s"])


def test_attached_to_a_mail_it_is_a_message_of_its_own() -> None:
    data = ole(msg(OWN, files=[values(p3707="x.bin", p3701=b"x")]))
    raw = (
        b"Subject: x\nContent-Type: multipart/mixed; boundary=cut\n\n--cut\nContent-Type: application/octet-stream\n"
        b"Content-Disposition: attachment; filename=wall.msg\nContent-Transfer-Encoding: base64\n\n"
    ) + base64.encodebytes(data)
    reading = read_message(raw + b"--cut--\n")
    (file,) = reading.message.attachments
    assert (file.name, file.sha256, file.message) == (
        "wall.msg", sha256(data).hexdigest(), sha256(reading.attached[0]).hexdigest())  # fmt: skip
    assert reading.made == ("msg",)
    assert read_message(reading.attached[0]).message.subject == "Harbour wall"
    broken = raw + base64.encodebytes(data[:600]) + b"--cut--\n"
    broken = broken.replace(base64.encodebytes(data), b"")
    found = read_message(broken).message
    assert ([note.code for note in found.notes], found.attachments[0].message) == (["msg-damaged"], "")


def test_a_file_that_is_only_named_is_told(tmp_path: Path) -> None:
    own = msg(OWN, files=[values(p3707="big.doc", p3705=2, p370d="\\\\server\\big.doc")])
    problem, item = things(ole(own), tmp_path)
    assert isinstance(problem, Problem)
    assert (problem.code, "\\\\server\\big.doc" in problem.reason) == ("part-lost", True)
    assert isinstance(item, Item)


def test_other_ole_files_are_no_mail_and_damaged_ones_say_so(tmp_path: Path) -> None:
    assert [one.code for one in things(ole({"WordDocument": bytes(5000)}), tmp_path)] == ["not-mail"]  # type: ignore[union-attr]
    assert [one.code for one in things(ole(msg(OWN))[:700], tmp_path)] == ["damaged"]  # type: ignore[union-attr]


def test_what_goes_wrong_in_one_is_met_again_after_it(tmp_path: Path) -> None:
    """A folder goes on after the loss that is told before the message, and then gives the message."""
    (tmp_path / "a.msg").write_bytes(ole(msg(OWN, files=[values(p3707="x", p3705=2)])))
    (unit,) = units(tmp_path)
    assert not isinstance(unit, Problem)
    problem, item = list(read(unit))
    assert list(read(unit, problem.position)) == [problem, item]
    assert list(read(unit, item.position)) == []
