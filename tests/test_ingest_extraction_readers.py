"""Each kind of file gives its text; hostile ones end in a bounded way with a reason."""

import bz2
import gzip
import lzma
import time
from pathlib import Path

import pytest
import zstandard
from click.testing import CliRunner

from ingest.demo.files import xlsx
from ingest.extract_cli import extract
from ingest.extraction import TEXT, Answer, Job, Limits, office, packed
from ingest.extraction.kinds import media_type
from ingest.extraction.readers import read
from tests import extraction_files as make
from tests.archive_files import tarred, zipped

needs_library = pytest.mark.skipif(not office.is_here(), reason="needs the package kreuzberg")


def ask(data: bytes, name: str = "", declared: str = "application/octet-stream", ocr: str = "") -> Answer:
    """What is read of a file."""
    return read(Job(data, name, declared), Limits(ocr=ocr))


@needs_library
@pytest.mark.parametrize(("data", "name"), [
    (make.pdf("the sluice gate"), "a.pdf"), (make.docx("the sluice gate"), "a.docx"),
    (make.pptx("the sluice gate"), "a.pptx"), (make.odt("the sluice gate"), "a.odt"),
    (rb"{\rtf1\ansi the {\b sluice} gate\par}", "a.rtf"), (xlsx("the sluice gate;7\n"), "a.xlsx"),
])  # fmt: skip
def test_documents_are_known_by_their_content_whatever_they_are_called(data: bytes, name: str) -> None:
    for called in (name, "", "strange.bin"):
        answer = ask(data, called)
        assert (answer.state, answer.code) == ("text", "")
        assert "sluice" in answer.text
        assert "gate" in answer.text


@pytest.mark.parametrize(("data", "name", "declared", "words", "media"), [
    (b"plain\r\nwords\r\n", "a.txt", "text/plain", "plain\nwords", "text/plain"),
    ("Größe".encode("latin-1"), "", "text/plain", "Größe", "text/plain"),
    ("Größe".encode("utf-16"), "a.txt", "", "Größe", "text/plain"),
    (b"a;b\n1;2\n", "t.csv", "application/octet-stream", "a;b\n1;2", "text/csv"),
    (b"<html><body><p>shown</p><script>hidden</script></body></html>", "x", "", "shown", "text/html"),
    (b"no ending, no type", "", "", "no ending, no type", "text/plain"),
    (b"PNG? no: words", "a.png", "image/png", "PNG? no: words", "text/plain"),
    (b"From: a@x.example\nTo: b@x.example\nSubject: Inner\n\nwords\n", "m.eml", "", "Inner", "message/rfc822"),
])  # fmt: skip
def test_texts(data: bytes, name: str, declared: str, words: str, media: str) -> None:
    answer = ask(data, name, declared)
    assert (answer.state, answer.media) == ("text", media)
    assert words in answer.text
    assert "hidden" not in answer.text


def test_calendars_and_cards_are_lines_for_people() -> None:
    event = (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n"
        b"DTSTART:20191024T140000Z\r\nSUMMARY:A long\r\n  meeting\\, with tea\r\n"
        b"ATTENDEE;CN=\"Ann, Agren\":mailto:ann@x\r\n"
        b"END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert ask(event, "a.ics").text.split("\n") == [
        "Start: 2019-10-24 14:00 UTC", "Summary: A long meeting, with tea", "Attendee: Ann, Agren <ann@x>",
    ]  # fmt: skip
    card = (
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:Agren;Ann;;Dr;\r\n"
        b"FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Ann =C3=85gren\r\n"
        b"item1.TEL;TYPE=cell:+33 1 23\r\nPHOTO;ENCODING=BASE64;TYPE=JPEG:/9j/4AAQ\r\nEND:VCARD\r\n"
    )
    assert ask(card).text == "Full name: Agren, Ann, Dr\nName: Ann Ågren\nTelephone: +33 1 23"


OUT = "../../etc/passwd"  # where a link in an archive leads


@pytest.mark.parametrize("pack", [
    lambda data: zipped({"in/a.txt": data}), lambda data: tarred({"in/a.txt": data}, OUT),
    lambda data: gzip.compress(tarred({"in/a.txt": data}, OUT)), gzip.compress, bz2.compress, lzma.compress,
    lambda data: zstandard.ZstdCompressor().compress(data), lambda data: make.nested(3, data),
])  # fmt: skip
def test_archives_give_the_text_of_their_members(pack: object) -> None:
    answer = ask(pack(b"the sluice gate"), "box.gz")  # type: ignore[operator]
    assert (answer.state, answer.code) == ("text", "")
    assert answer.text.endswith("\nthe sluice gate")


def test_members_that_can_not_be_read_spoil_nothing() -> None:
    members = {"a.pdf": b"%PDF-1.4 broken", "b.txt": b"fine", "c.bin": bytes(100), "d.zip": b"PK\x03\x04 no"}
    assert ask(zipped(members)).text == "a.pdf\n\nb.txt\nfine\n\nc.bin\n\nd.zip"


@needs_library
@pytest.mark.parametrize("data", [
    make.pdf("secret", encrypted=True), make.locked_zip("a.txt"), make.compound("EncryptedPackage"),
    b"-----BEGIN PGP MESSAGE-----\n\nhQ\n",
])  # fmt: skip
def test_what_asks_for_a_password_says_so(data: bytes) -> None:
    answer = ask(data)
    assert (answer.state, answer.code, answer.text) == ("encrypted", "encrypted", "")


@pytest.mark.parametrize(("data", "name", "declared", "code"), [
    (b"\x89PNG\r\n\x1a\n" + bytes(30), "a.png", "image/png", "no-ocr"), (bytes(100), "a.bin", "", "no-reader"),
    (b"-----BEGIN PGP SIGNATURE-----\n\niQ\n", "signature.asc", "application/pgp-signature", "no-reader"),
])  # fmt: skip
def test_what_has_no_reader_says_so(data: bytes, name: str, declared: str, code: str) -> None:
    answer = ask(data, name, declared)
    assert (answer.state, answer.code) == ("unread", code)


def test_pictures_are_read_only_with_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(30)
    monkeypatch.setenv("PATH", "")
    missing = ask(picture, ocr="eng")
    assert (missing.state, missing.code) == ("unread", "no-ocr")
    assert "tesseract is missing" in missing.reason


def test_without_the_library_documents_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "is_here", lambda: False)
    answer = ask(make.pdf("words"))
    assert (answer.state, answer.code) == ("unread", "no-library")


@needs_library
@pytest.mark.parametrize("data", [b"%PDF-1.4 and no more", make.docx("x")[:300], b"{\\rtf1 " + bytes(10)])
def test_damaged_files_never_raise(data: bytes) -> None:
    answer = ask(data, "a.pdf")
    assert answer.state in ("failed", "empty", "unread", "text")
    assert answer.reason or answer.text


def test_long_texts_are_cut_and_say_so() -> None:
    answer = ask(b"word " * (TEXT // 5 + 10))
    assert (answer.state, answer.code, len(answer.text)) == ("text", "cut", TEXT)
    assert "2,000,000" in answer.reason


@pytest.mark.parametrize(("data", "reason"), [
    (make.bomb(), "too much"), (make.nested(9), "deep"),
    (zipped({f"{number}.txt": b"x" for number in range(packed.MEMBERS + 5)}), "2,000 files"),
    (zipped({"a.zip": zipped({"b.zip": make.bomb(300)}), "c.txt": b"fine"}), "suspiciously much"),
])  # fmt: skip
def test_bombs_end_early_and_say_so(data: bytes, reason: str) -> None:
    began = time.monotonic()
    answer = ask(data)
    assert answer.code == "limits"
    assert reason in answer.reason
    assert time.monotonic() - began < 20


@needs_library
def test_entities_that_multiply_are_not_followed() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    answer = ask(make.docx("&e9;", f"<!DOCTYPE d [{entities}]>"), "bomb.docx")
    assert len(answer.text) < 10_000


@needs_library
def test_a_pdf_of_many_pages_is_read_or_given_up() -> None:
    answer = ask(make.pdf("page", pages=3_000))
    assert answer.state in ("text", "failed")


@needs_library
def test_cells_of_a_workbook_stay_apart() -> None:
    assert ask(xlsx("Who;How much\nAnn Agren;7\n;9\n")).text == "Sheet1\nWho\tHow much\nAnn Agren\t7\n\t9"


@needs_library
def test_what_stands_beside_the_running_text_of_a_document_is_kept_once() -> None:
    def part(name: str, words: str) -> str:
        return f'<w:{name} xmlns:w="{make.W}"><w:p><w:r><w:t xml:space="preserve">{words}</w:t></w:r></w:p></w:{name}>'

    more: dict[str, bytes | str] = {
        "word/header1.xml": part("hdr", "Strictly confidential"),
        "word/header2.xml": part("hdr", "Strictly confidential"),
        "word/comments.xml": part("comments", "Who &amp; what is this?"), "word/styles.xml": part("styles", "No text"),
    }  # fmt: skip
    text = ask(make.docx("the sluice gate", deleted="was never paid for", more=more)).text
    assert text.count("the sluice gate") == text.count("Strictly confidential") == 1
    assert "[comments]\nWho & what is this?" in text
    assert "[text boxes and changes]\nwas never paid for" in text
    assert "No text" not in text


@pytest.mark.parametrize(("streams", "name", "media"), [
    (("WordDocument", "Workbook"), "a.xls", "application/vnd.ms-excel"),
    (("WordDocument", "Workbook"), "", "application/msword"), (("BOOK",), "a.doc", "application/vnd.ms-excel"),
])  # fmt: skip
def test_of_two_documents_in_one_file_the_name_tells_the_outer(
    streams: tuple[str, ...], name: str, media: str
) -> None:
    assert media_type(b"".join(map(make.compound, streams)), name, "") == media


def test_languages_that_pictures_can_not_be_read_in_are_refused_at_once(tmp_path: Path) -> None:
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\necho languages:\necho eng\necho deu\n")
    program.chmod(0o755)
    for path, wanted, said in (
        (tmp_path, "deu+xx", "does not know xx; it knows eng, deu"), (tmp_path / "none", "eng", "not installed"),
    ):  # fmt: skip
        done = CliRunner().invoke(extract, ["--ocr", wanted], env={"PATH": str(path)})
        assert (done.exit_code, said in done.output) == (2, True)
