"""Messages made of fields, bodies and files: the same bytes every time, nothing lost, nothing let in by a value."""

from email import message_from_bytes, policy
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import pipeline
from ingest.archives import Item
from ingest.compose import Enclosure, compose
from ingest.copying import copy
from ingest.fields import date_field, field, mailbox
from ingest.messages import part_bytes, read_message
from ingest.prepare import Setting, prepare_chunk, prepare_packed, unpack
from mappings.made import MADE, told
from mappings.records import Address, Message
from search.engine import open_engine

ANN = Address("Ann Lee", "ann@council.example")
FIELDS = [("From", [ANN]), ("Subject", "Harbour wall"), ("Date", date_field(1_400_000_000, 120))]


def read(raw: bytes) -> Message:
    return read_message(raw).message


def test_the_bytes_are_the_same_on_every_machine() -> None:
    files = [Enclosure(b"\0\1\2", "plan.bin"), Enclosure(b"GIF89a", "a.gif", "image/gif", "a@b", inline=True)]
    raw = compose(FIELDS, text="Größe", html="<p>Größe <img src='cid:a@b'>", files=files)
    assert sha256(raw).hexdigest() == "c10ac0f0afe0c258fe598ae0b57b742a7b30b27911e2ecfe344dcf2b8c55923d"


def test_fields_bodies_and_files_come_back() -> None:
    files = [Enclosure(b"\0\1\2", "plan.bin"), Enclosure(b"GIF89a", "a.gif", "image/gif", "a@b", inline=True)]
    raw = compose([*FIELDS, ("Cc", [])], text="plain", html="<p>rich <img src='cid:a@b'>", files=files)
    mail = read(raw)
    assert (mail.from_, mail.subject, mail.date, mail.zone) == ((ANN,), "Harbour wall", 1_400_000_000, 120)
    assert [(one.name, one.declared, one.inline) for one in mail.attachments] == [
        ("a.gif", "image/gif", True), ("plan.bin", "application/octet-stream", False)]  # fmt: skip
    assert [part_bytes(raw, one.part)[1] for one in mail.attachments] == [b"GIF89a", b"\0\1\2"]
    assert mail.html
    assert not mail.notes
    assert "cc" not in {name.lower() for name, _ in mail.headers}


@settings(deadline=None)
@given(st.text(), st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.binary(max_size=400))
def test_any_text_and_any_bytes_come_back(subject: str, text: str, data: bytes) -> None:
    raw = compose([("Subject", subject), ("From", [Address(subject, "a@b.example")])], text=text,
                  files=[Enclosure(data, subject)])  # fmt: skip
    parsed = message_from_bytes(raw, policy=policy.compat32)
    body, file = parsed.get_payload()
    assert file.get_payload(decode=True) == data
    stored = body.get_payload(decode=True)
    if "\r" not in text:
        stored = stored.replace(b"\r\n", b"\n")
    assert stored.decode() == text
    assert set(parsed.keys()) <= {"Subject", "From", "MIME-Version", "Content-Type"}
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


@pytest.mark.parametrize(
    "who",
    [
        Address('Lee, Ann "the"', "ann@x.example"), Address("Ann \\", "a@x.example"),
        Address("Jürgen Ångström, 議事録 " * 9, "j@x.example"),
        Address("", "ann@x.example"), Address("Ann", ""), Address("Ann", "/o=Council/ou=First/cn=Recipients/cn=ann"),
        Address("=?utf-8?q?x?=", "x@x.example"), Address("a@x.example", "a@x.example"),
    ],
)  # fmt: skip
def test_mailboxes_come_back(who: Address) -> None:
    want = Address(" ".join(who.name.split()), who.address)
    assert read(compose([("To", [who, ANN])], text="")).to == (want, ANN)


def test_a_value_makes_no_second_field() -> None:
    raw = compose(
        [("Subject", "a\r\nBcc: evil@x.example\n\nbody"), ("X-\r\nEvil", "x"), ("", "x")], text="t",
        files=[Enclosure(b"", "a\r\nX-Evil: 1\".txt", "text/html\r\nX-Evil: 1", "c\r\nX-Evil: 1")],
    )  # fmt: skip
    assert b"\nBcc" not in raw
    assert b"\nX-Evil" not in raw
    assert read(raw).attachments[0].name == 'a X-Evil: 1".txt'


def test_the_header_of_the_transport_stays_as_it_came() -> None:
    kept = (
        "Microsoft Mail Internet Headers Version 2.0\r\nReceived: from a\r\n\tby b; Tue, 5 May 2015 10:00:00 +0000\r\n"
        "SUBJECT:  as  sent\r\nContent-Type: multipart/mixed;\r\n\tboundary=x\r\n\r\n--x\r\n"
        "Content-Type: text/plain\r\n"
    )
    raw = compose(FIELDS, text="t", transport=kept)
    assert b"Received: from a\r\n\tby b; Tue, 5 May 2015 10:00:00 +0000\r\nSUBJECT:  as  sent\r\n" in raw
    mail = read(raw)
    assert (mail.subject, mail.from_, mail.text) == ("as  sent", (ANN,), "t")
    headers = dict(mail.headers)
    assert headers["X-Original-Content-Type"].startswith("multipart/mixed")
    assert [value for name, value in mail.headers if name == "X-Original-Line"] == [
        "Microsoft Mail Internet Headers Version 2.0", "--x", "Content-Type: text/plain"]  # fmt: skip


def test_html_keeps_its_bytes_and_charset() -> None:
    html = "<p>Grüße</p>".encode("cp1252")
    mail = read(compose(FIELDS, html=html, charset="windows-1252"))
    assert mail.text.strip() == "Grüße"


def test_a_thousand_files_and_fifty_megabytes() -> None:
    files = [Enclosure(bytes([number % 256]) * 50_000, f"{number}.bin") for number in range(1000)]
    assert len(read(compose(FIELDS, text="t", files=files)).attachments) == 1000


def test_long_words_are_cut_and_dates_beyond_the_calendar_are_none() -> None:
    assert max(map(len, field("Subject", "x" * 5000).split("\r\n"))) <= 998
    assert (date_field(1e18), date_field(0), date_field(0, -90)) == (
        "", "Thu, 01 Jan 1970 00:00:00 -0000", "Wed, 31 Dec 1969 22:30:00 -0130")  # fmt: skip
    assert mailbox(Address()) == ""


def nested() -> bytes:
    """A message made with one made along, and one that came as bytes."""
    inner = compose([("Subject", "made along")], text="inner")
    came = b"Subject: came so\n\nas it was\n"
    files = [Enclosure(inner, "inner", mail=True), Enclosure(came, "came.eml", "message/rfc822")]
    return compose([("Subject", "outer")], text="outer", files=files)


def test_the_mark_is_the_readers_and_goes_with_what_was_made_along() -> None:
    items = [Item(nested(), "", "1", made="pst"), Item(nested() + b"x", "", "2")]
    setting = Setting("/a.pst", "", "fast")
    here = prepare_chunk(setting, items).messages
    there = unpack(prepare_packed(setting, items), items).messages
    marks = [(one.message.subject, one.message.made) for one in here]
    assert marks == [("outer", "pst"), ("made along", "pst"), ("came so", ""),
                     ("outer", ""), ("made along", ""), ("came so", "")]  # fmt: skip
    assert [one.message for one in there] == [one.message for one in here]
    assert [one.raw for one in there] == [one.raw for one in here]


def test_the_mark_is_stored_copied_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "box").write_bytes(b"Subject: x\n\ny\n")
    monkeypatch.setattr(pipeline.archives, "read", lambda unit, position: [Item(nested(), "", "end", made="olm")])
    engine, other = (open_engine(str(tmp_path / name), create=True) for name in ("one", "two"))
    pipeline.load(engine, [tmp_path / "box"])
    assert copy(engine, other).same
    came = b"Subject: came so\n\nas it was\n"
    for raw, made in ((nested(), "olm"), (came, "")):
        id = sha256(raw).hexdigest()
        assert engine.message(id).made == other.message(id).made == made
    engine.close()
    other.close()
    assert all(told(kind).startswith("Made from a") for kind in MADE)
    assert told("") == ""
