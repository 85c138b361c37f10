"""ingest.archives.sniff: recognised by the first bytes."""

import gzip

import pytest
from test_ingest_archives_makers import ENVELOPE, PACKERS, mail

from ingest.archives.sniff import HEAD, is_separator, is_tar, sniff
from tests.archive_files import tarred, zipped

MAILS = {
    "plain": mail(),
    "CRLF": mail(newline=b"\r\n"),
    "byte order mark": b"\xef\xbb\xbf" + mail(),
    "blank lines before": b"\r\n\n" + mail(),
    "8 bit": b"Subject: Gr\xfc\xdfe\nFrom: J\xc3\xbcrgen\n\nx",
    "folded": b"Received: from a\n\tby b\n  with c\nDate: today\n\nx",
    "no body": b"Subject: x\n",
    "no line end": b"Subject: x",
    "space before the colon": b"Subject : x\nFrom : y\n\nz",
    "only headers of its own": b"X-Mailer: none\n\nx",
    "a broken line": b"From: a\nTo: b\nthis is no header\nSubject: c\n\nx",
    "an envelope line quoted": b"Return-Path: x\n>From x@y Mon Jan  1 00:00:00 2001\nFrom: a\n\nb",
    "a space before the first": b" From: a\nSubject: b\n\nc",
    "lower case": b"from: a\nsubject: b\n\nc",
    "a header longer than what is looked at": b"To: " + b"a@example.org,\n " * 6000 + b"\n\nx",
}
OTHERS = {
    "CSV": b"From,To,Subject\na,b,c\n",
    "CSV with semicolons": b"Date;From;To\n1;2;3\n",
    "Python": b'"""Subject: matter."""\nimport sys\n\nclass From:\n    pass\n',
    "C": b"#include <stdio.h>\nint main(void) { return 0; }\n",
    "HTML": b"<!DOCTYPE html>\n<html><head><title>From: me</title>",
    "JSON": b'{"From": "ann", "To": "bob"}',
    "YAML": b"name: x\nversion: 1\nauthor: me\n",
    "YAML of a workflow": b"on: push\njobs:\n  build:\n    steps:\n",
    "an address book": b"BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nEND:VCARD\n",
    "a calendar": b"BEGIN:VCALENDAR\nVERSION:2.0\n",
    "prose": b"From what I hear, all is well.\nMore of it.\n\nYours",
    "prose with a colon": b"Dear Ann,\nSubject: to change\n",
    "a note": b"Subject: the budget\nwe spoke of it and nothing came of it\n\nYours",
    "an HTTP answer": b"HTTP/1.1 200 OK\nContent-Type: text/html\nDate: x\n\n",
    "an RFC": b"\n\n\nNetwork Working Group                Request for Comments: 5322\nObsoletes: 2822\n",
    "PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "zeros": bytes(4096),
    "a header with zeros": b"Subject: a\0b\nFrom: \0\n\nx",
    "UTF-16": "From: Ann\nTo: Bob\n\nHello".encode("utf-16"),
    "PDF": b"%PDF-1.4\n",
    "a debian control file": b"Package: x\nVersion: 1\nArchitecture: all\nDescription: y\n",
}


@pytest.mark.parametrize("name", MAILS)
def test_mails_are_mails(name: str) -> None:
    assert sniff(MAILS[name][:HEAD]).kind == "message"


@pytest.mark.parametrize("name", OTHERS)
def test_other_files_are_not_and_say_why(name: str) -> None:
    found = sniff(OTHERS[name])
    assert (found.kind, found.code) == ("other", "not-mail")
    assert found.reason.startswith("This is ")
    assert found.reason.endswith(", not mail.")


@pytest.mark.parametrize("kind", PACKERS)
def test_compressed_streams(kind: str) -> None:
    assert sniff(PACKERS[kind](b"x")).kind == kind


def test_containers() -> None:
    assert sniff(zipped({"a": b"b"})).kind == "zip"
    assert sniff(zipped({})).kind == "zip"
    assert sniff(tarred({"a": b"b"})).kind == "tar"
    assert sniff(ENVELOPE + mail()).kind == "mbox"
    assert sniff(b"\xef\xbb\xbf\n\n" + ENVELOPE + mail()).kind == "mbox"


def test_a_tar_without_magic_is_known_by_its_checksum() -> None:
    old = bytearray(tarred({"old.eml": mail()}))
    old[257:265] = bytes(8)
    old[148:156] = b"        "
    old[148:156] = b"%06o\0 " % sum(old[:512])
    assert is_tar(bytes(old))
    old[0] ^= 1
    assert not is_tar(bytes(old))


@pytest.mark.parametrize("name", ["[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF", "word/document.xml"])
def test_an_office_document_is_a_zip_but_no_archive(name: str) -> None:
    assert sniff(zipped({name: b"x"})).reason == "This is an office document or program (zip), not mail."


@pytest.mark.parametrize(
    ("head", "what"),
    [(b"\x1f\x9d\x90", "compress"), (b"LZIP\1", "lzip")],
)
def test_formats_of_mail_that_are_not_read_are_named(head: bytes, what: str) -> None:
    found = sniff(head)
    assert found.code == "unsupported"
    assert what in found.reason


def test_nothing_and_indexes_are_passed_over() -> None:
    assert sniff(b"").kind == "empty"
    assert sniff(b"\n\r\n \n").kind == "empty"
    assert sniff(b"\n" * HEAD).code == "not-mail"
    assert sniff(b"// <!-- <mdb:mork:z v=\"1.4\"/> -->\n").kind == "ignored"


@pytest.mark.parametrize(
    "line",
    [
        b"From ann@example.org Mon Sep  6 12:00:00 2021",
        b"From - Mon Sep  6 12:00:00 2021",
        b"From ???@??? Tue Jan 10 11:22:33 2006",
        b"From 1678901234567890123@xxx Tue Sep 06 12:00:00 +0000 2016",
        b"From ann@example.org Mon, 6 Sep 2021 12:00:00 +0200",
        b"From ann at example.org  Thu Mar  1 10:00:00 2018",
        b'From "Ann Smith"@example.org Mon Sep  6 12:00 2021',
        b"From ann!uucp Mon Sep  6 12:00:00 MET DST 1993 remote from host",
        b"From MAILER-DAEMON Fri Jul  8 12:08:34 2011",
        b"From ann@example.org 2021-09-06 12:00:00",
    ],
)
def test_envelope_lines(line: bytes) -> None:
    assert is_separator(line + b"\nanything at all\n", 0)


@pytest.mark.parametrize(
    "text",
    [
        b"From what I saw on Monday it was fine\nand so on\n",
        b"From now on: nothing\nNote: this\n",
        b"From the desk of Ann\n\nSubject: no\n",
        b"From Mon to Fri\n",
        b"From here",
    ],
)
def test_prose_is_no_envelope_line(text: bytes) -> None:
    assert not is_separator(text, 0)


def test_an_odd_envelope_line_is_believed_before_a_header() -> None:
    assert is_separator(b"From nobody\nReceived: x\n", 0)
    assert is_separator(b"From nobody\n>From a@b\nReceived: x\n", 0)
    assert not is_separator(b"From nobody\nFoo: x\n", 0)


def test_a_gzip_of_a_gzip_is_told_layer_by_layer() -> None:
    assert sniff(gzip.compress(gzip.compress(mail()))).kind == "gzip"
