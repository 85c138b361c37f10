"""Outlook for Mac's archive, made here after what its readers say of it."""

from pathlib import Path

from ingest.archives import Item, Problem, read, units
from ingest.messages import part_bytes, read_message
from tests.archive_files import zipped

MESSAGE = """<?xml version="1.0" encoding="UTF-8"?>
<emails elementCount="1"><email xml:space="preserve">
<OPFMessageCopySubject>Harbour wall</OPFMessageCopySubject>
<OPFMessageCopySentTime>2014-05-13T16:53:20</OPFMessageCopySentTime>
<OPFMessageCopyMessageID>a@x.example</OPFMessageCopyMessageID>
<OPFMessageGetIsRead>1E0</OPFMessageGetIsRead>
<OPFMessageCopyBody>&lt;html&gt;&lt;body&gt;It leaks\x0b.&lt;/body&gt;&lt;/html&gt;</OPFMessageCopyBody>
<OPFMessageCopySenderAddress><emailAddress OPFContactEmailAddressAddress="ann@x.example"
 OPFContactEmailAddressName="Ann"/></OPFMessageCopySenderAddress>
<OPFMessageCopyToAddresses><emailAddress OPFContactEmailAddressAddress="bob@x.example"/>
<emailAddress OPFContactEmailAddressAddress="cee@x.example" OPFContactEmailAddressName="Cee"/>
</OPFMessageCopyToAddresses>
<OPFMessageCopyAttachmentList><messageAttachment OPFAttachmentName="plan.pdf" OPFAttachmentContentType="application/pdf"
 OPFAttachmentURL="Local/com.microsoft.__Attachments/message_1/plan.pdf"/>
<messageAttachment OPFAttachmentName="gone.pdf" OPFAttachmentURL="nowhere"/></OPFMessageCopyAttachmentList>
</email></emails>"""
CONTACTS = """<contacts><contact><OPFContactCopyDisplayName>Dee</OPFContactCopyDisplayName>
<OPFContactCopyBusinessPhone>123</OPFContactCopyBusinessPhone></contact><contact/></contacts>"""
FILES = {
    "Categories.xml": b"<categories/>",
    "Local/com.microsoft.__Messages/Inbox/Roof/message_1.xml": MESSAGE.encode(),
    "Local/com.microsoft.__Messages/Inbox/message_2.xml": b"<emails><email><OPFMessageCopySubject>Broken",
    "Local/com.microsoft.__Messages/Inbox/message_3.xml": b"<!DOCTYPE x []><emails/>",
    "Local/com.microsoft.__Attachments/message_1/plan.pdf": b"%PDF-1.4",
    "Local/Address Book/Contacts.xml": CONTACTS.encode(),
}


def things(files: dict[str, bytes], folder: Path, position: str = "") -> list[Item | Problem]:
    """What reading the archive gives."""
    (folder / "box.olm").write_bytes(zipped(files))
    (unit,) = units(folder / "box.olm")
    assert not isinstance(unit, Problem)
    return list(read(unit, position))


def test_messages_with_their_folder_people_and_files(tmp_path: Path) -> None:
    found = things(FILES, tmp_path)
    item = next(one for one in found if isinstance(one, Item))
    assert (item.made, item.flags, item.labels) == ("olm", "S", ("Inbox/Roof",))
    assert item.member == "Local/com.microsoft.__Messages/Inbox/Roof/message_1.xml"
    mail = read_message(item.raw).message
    assert [str(one) for one in (*mail.from_, *mail.to)] == [
        "Ann <ann@x.example>", "bob@x.example", "Cee <cee@x.example>"]  # fmt: skip
    assert (mail.subject, mail.date, mail.message_id) == ("Harbour wall", 1_400_000_000, "a@x.example")
    assert mail.text.startswith("It leaks")
    assert part_bytes(item.raw, mail.attachments[0].part)[1] == b"%PDF-1.4"


def test_what_can_not_be_read_is_told_and_contacts_are_kept(tmp_path: Path) -> None:
    found = things(FILES, tmp_path)
    assert [one.code for one in found if isinstance(one, Problem)] == ["part-lost", "damaged", "not-mail"]
    contacts = [one for one in found if isinstance(one, Item)][1:]
    assert [one.labels for one in contacts] == [("contact",), ("contact",)]
    mail = read_message(contacts[0].raw).message
    assert (mail.subject, mail.text) == ("Dee", "DisplayName: Dee\nBusinessPhone: 123")


def test_reading_goes_on_after_any_position(tmp_path: Path) -> None:
    whole = things(FILES, tmp_path)
    for number, thing in enumerate(whole):
        rest = things(FILES, tmp_path, thing.position)
        assert rest == whole[number + 1 :] or (isinstance(thing, Problem) and thing.code == "part-lost")


def test_an_xml_file_that_is_something_else_is_no_mail(tmp_path: Path) -> None:
    (problem,) = things({"x/com.microsoft.__Messages/a.xml": b"<?xml version='1.0'?><other/>"}, tmp_path)
    assert isinstance(problem, Problem)
    assert problem.code == "not-mail"
