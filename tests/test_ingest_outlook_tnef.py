"""winmail.dat: as a file of its own, and opened in place in the mail that carries it."""

import base64
import struct
from hashlib import sha256
from pathlib import Path

import pytest
from outlook_makers import attribute, listed, tnef, values

from ingest.archives import Item, Problem, read, units
from ingest.messages import body_html, part_bytes, parts_by_content_id, read_message
from ingest.outlook import tnef as reader

HTML = "<p>Grüße <img src='cid:a@b'></p>".encode()
OWN = values(p37="Inside", p1013=HTML, p3fde=65001, pc1a="Ann", pc1e="SMTP", pc1f="ann@x.example")
FILES = [values(p3707="plan.bin", p3705=1, p3701=b"\0\1\2"),
         values(p3707="a.gif", p3705=1, p3701=b"GIF89a", p3712="a@b", p3714=4)]  # fmt: skip
INNER = bytes.fromhex("0703020000000000c000000000000046") + tnef(values(p37="Inner", p1000="Deeper."))
WITH_ITEM = [*FILES, {**values(p3001="Inner", p3705=5), 0x3701: (0x0D, INNER)}]


def mail(container: bytes, text: str = "", kind: str = "application/ms-tnef") -> bytes:
    """A mail that carries a container."""
    return (
        b"From: Bob <bob@x.example>\nSubject: Outside\nContent-Type: multipart/mixed; boundary=cut\n\n"
        b"--cut\nContent-Type: text/plain\n\n" + text.encode() + b"\n--cut\nContent-Type: " + kind.encode() +
        b"; name=winmail.dat\nContent-Disposition: attachment; filename=winmail.dat\n"
        b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(container) + b"--cut--\n"
    )  # fmt: skip


def test_a_container_among_files_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "winmail.dat").write_bytes(tnef(OWN, [values(pc15=1, p3001="Cee", p39fe="cee@x.example")], FILES))
    (unit,) = units(tmp_path)
    assert not isinstance(unit, Problem)
    (item,) = read(unit)
    assert isinstance(item, Item)
    assert item.made == "tnef"
    found = read_message(item.raw).message
    assert [str(one) for one in (*found.from_, *found.to)] == ["Ann <ann@x.example>", "Cee <cee@x.example>"]
    assert (found.subject, found.text) == ("Inside", "Grüße")


@pytest.mark.parametrize("kind", ["application/ms-tnef", "application/octet-stream"])
def test_in_a_mail_its_content_is_the_mails_own(kind: str) -> None:
    raw = mail(tnef(OWN, files=WITH_ITEM), kind=kind)
    reading = read_message(raw)
    found = reading.message
    assert found.id == sha256(raw).hexdigest()
    assert (found.subject, found.made, found.text) == ("Outside", "", "Grüße")
    names = [(one.part.partition(".")[0], one.name) for one in found.attachments]
    assert names == [("2", "winmail.dat"), ("2", "a.gif"), ("2", "plan.bin"), ("2", "Inner")]
    for one in found.attachments:
        same, data = part_bytes(raw, one.part)
        assert (same, sha256(data).hexdigest()) == (one, one.sha256)
    assert part_bytes(raw, found.attachments[2].part)[1] == b"\0\1\2"
    assert body_html(raw, found.html) == HTML.decode()
    assert parts_by_content_id(raw) == {"a@b": found.attachments[1].part}
    assert (reading.made, read_message(reading.attached[0]).message.subject) == (("tnef",), "Inner")
    for number in ("2.winmail.9", "1.winmail.1", "9.winmail.1", "2.winmail."):
        with pytest.raises(KeyError):
            part_bytes(raw, number)


def test_the_text_of_the_mail_comes_before_that_of_the_container() -> None:
    assert read_message(mail(tnef(OWN), "Outside text.")).message.text == "Outside text."


def test_a_damaged_one_stays_an_attachment_and_is_told() -> None:
    found = read_message(mail(b"\x78\x9f\x3e\x22\0\0" + bytes(20))).message
    assert [one.name for one in found.attachments] == ["winmail.dat"]
    assert [note.code for note in found.notes] == ["winmail-damaged"]


def test_attributes_of_old_containers_are_read() -> None:
    sent = attribute(1, 0x00038005, struct.pack("<7H", 2014, 5, 13, 16, 53, 20, 2))
    name, address = b"Ann Lee\0", b"SMTP:ann@x.example\0"
    who = attribute(1, 0x00008000, struct.pack("<4H", 4, 0, len(name), len(address)) + name + address)
    old = [sent, who, attribute(1, 0x00018004, b"Gr\xfc\xdfe\0"), attribute(1, 0x0002800C, b"Text\0"),
           attribute(2, 0x0006800F, b"data"), attribute(2, 0x00018010, b"old.txt\0")]  # fmt: skip
    found = read_message(_made(b"\x78\x9f\x3e\x22\0\0" + b"".join(old))).message
    assert (found.date, str(found.from_[0]), found.subject, found.text) == (
        1_400_000_000, "Ann Lee <ann@x.example>", "Grüße", "Text")  # fmt: skip
    assert [(one.name, one.size) for one in found.attachments] == [("old.txt", 4)]


def _made(data: bytes) -> bytes:
    from ingest.outlook.mail import Spent, message

    return message(reader.read(data), Spent())


def test_what_breaks_off_or_is_followed_by_rubbish_gives_what_there_was() -> None:
    whole = tnef(OWN, files=FILES)
    assert reader.read(whole + b"rubbish and more").problems == ["Something else follows what can be read of it."]
    cut = reader.read(whole[:-40])
    assert (len(cut.files), bool(cut.problems)) == (2, True)
    broken = bytearray(whole)
    broken[whole.index(b"\0\1\2")] = 9
    assert any("checksum" in one for one in reader.read(bytes(broken)).problems)


def test_named_properties_and_lists_that_lie_about_their_length() -> None:
    found = reader.read(tnef({**OWN, **values(p8123="budget")}))
    assert found.properties.text("keywords") == "budget"
    lying = b"\x78\x9f\x3e\x22\0\0" + attribute(1, 0x00069003, struct.pack("<L", 0xFFFFFFFF) + listed(OWN)[4:])
    lying += attribute(1, 0x00018004, b"still\0")
    assert reader.read(lying).properties.text(0x37) == "still"
