"""The demo corpus: as large and as varied as it says, the same bytes on every run, and nowhere but in .example."""

import base64
import email
import io
import mailbox
import re
import struct
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from functools import cached_property
from pathlib import Path

import pytest

from ingest.demo.build import build
from ingest.demo.files import attachment, pdf, xlsx
from ingest.demo.picture import draw
from ingest.demo.quoting import wrap
from ingest.demo.source import CORPUS, read_drafts, read_people


@dataclass(frozen=True)
class Mail:
    """A built mail: where it lies, its bytes, and what the standard library makes of them."""

    box: str
    raw: bytes
    message: Message

    @cached_property
    def head(self) -> str:
        return self.raw.partition(b"\n\n")[0].decode("utf-8", "replace")

    def header(self, name: str) -> str:
        """A header, decoded leniently."""
        found = re.search(rf"^{name}: ((?:.*\n[ \t])*.*)$", self.head, re.M | re.I)
        return str(make_header(decode_header(re.sub(r"\n[ \t]", " ", found[1])))) if found else ""

    @cached_property
    def texts(self) -> str:
        """Every text part that is not a file, decoded."""
        out = []
        for part in self.message.walk():
            if part.get_content_type() in {"text/plain", "text/html"}:
                data = part.get_payload(decode=True)
                assert isinstance(data, bytes)
                out.append(data.decode(part.get_content_charset() or "utf-8", "replace"))
        return "\n".join(out)

    @cached_property
    def kinds(self) -> set[str]:
        return {part.get_content_type() for part in self.message.walk()}

    @cached_property
    def files(self) -> list[str]:
        return [part.get_filename() or "" for part in self.message.walk() if part.get_filename()]


def _mail(box: str, raw: bytes) -> Mail:
    return Mail(box, raw, email.message_from_bytes(raw))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo")
    build(path)
    return path


@pytest.fixture(scope="module")
def mails(folder: Path) -> list[Mail]:
    box = mailbox.Maildir(folder / "town-clerk", create=False)
    found = [_mail("clerk", box.get_bytes(key)) for key in sorted(box.keys())]
    sent = box.get_folder("Sent")
    found += [_mail("clerk", sent.get_bytes(key)) for key in sorted(sent.keys())]
    for name in ("mayors-office", "orme-export"):
        path = folder / f"{name}.mbox"
        with zipfile.ZipFile(folder / "leak.zip") as archive:
            path.write_bytes(archive.read(f"leak/{name}.mbox"))
        mbox = mailbox.mbox(path, create=False)
        found += [_mail(name, mbox.get_bytes(key)) for key in mbox.iterkeys()]
        mbox.close()
    return found


def test_builds_the_same_bytes_twice(folder: Path, tmp_path: Path) -> None:
    begun = time.process_time()
    paths = build(tmp_path)
    assert time.process_time() - begun < 3
    assert build(tmp_path) == paths == tuple(
        tmp_path / name for name in ("town-clerk", "leak.zip", "saltmarrow-papers.zip")
    )
    ours = {p.relative_to(tmp_path): p.read_bytes() for path in paths for p in (path, *path.rglob("*")) if p.is_file()}
    theirs = {name: (folder / name).read_bytes() for name in ours}
    assert ours == theirs
    assert len(list((folder / "town-clerk").rglob("*.store*"))) == len(ours) - 2
    assert sum(map(len, ours.values())) < 3_000_000


def test_counts(mails: list[Mail]) -> None:
    assert 290 <= len({mail.header("Message-ID") for mail in mails}) <= 360
    assert {mail.box for mail in mails} == {"clerk", "mayors-office", "orme-export"}
    people = {address for mail in mails for _, address in getaddresses([mail.header("From")])}
    assert len(people) >= 35
    years = Counter(str(mail.header("Date"))[12:16] for mail in mails)
    assert (years["2018"] > 80, years["2019"] > 150) == (True, True)


def test_at_most_a_tenth_is_generated(mails: list[Mail]) -> None:
    robots = {
        mail.header("Message-ID") for mail in mails if "Auto-Submitted" in mail.head or "newsletter@" in mail.head
    }
    assert 10 <= len(robots) <= len({mail.header("Message-ID") for mail in mails}) / 10


def test_people_and_places_are_nowhere(mails: list[Mail]) -> None:
    for mail in mails:
        words = mail.head + mail.texts
        for domain in re.findall(r"[\w.+=-]+@([\w-]+(?:\.[\w-]+)+)", words) + re.findall(r"https?://([\w.-]+)", words):
            assert domain.endswith(".example") or "schemas" in domain or domain.startswith(("harbour-", "lantern")), (
                domain
            )
        for address in re.findall(r"\[(\d+\.\d+)\.\d+\.\d+\]", mail.head):
            assert address.startswith("10.") or address in {"192.0", "198.51", "203.0"}


LANGUAGES = {
    "French": r"\b(nous|vous|avec)\b.*\b(est|pas|les)\b",
    "German": r"\b(wir|Sie)\b.*\b(und|nicht|ist)\b",
    "Spanish": r"\b(nuestra|hemos|usted)\b",
    "Italian": r"\b(sono|relazione|scritto)\b.*\b(che|non)\b",
    "Portuguese": r"\b(orçamento|telhado|não)\b",
    "Polish": r"\b(czy|Przeczytałem|jest)\b",
    "Russian": r"[а-яё]{5}",
    "Japanese": r"[ぁ-ん]{3}",
    "Chinese": r"灯笼",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages(mails: list[Mail], language: str) -> None:
    found = {mail.header("Message-ID") for mail in mails if re.search(LANGUAGES[language], mail.texts, re.S)}
    assert len(found) >= 2


def _bytes_in(wanted: bytes) -> Callable[[Mail], bool]:
    return lambda mail: wanted in mail.raw


def _charset(name: str) -> Callable[[Mail], bool]:
    return lambda mail: any(part.get_content_charset() == name for part in mail.message.walk())


def _misdeclared(mail: Mail) -> bool:
    """Bytes 0x80 to 0x9F mean nothing in iso-8859-1: it is windows-1252."""
    return any(
        b"\x80" <= byte <= b"\x9f"
        for part in mail.message.walk()
        if part.get_content_charset() == "iso-8859-1"
        for byte in map(bytes, zip(_payload(part), strict=False))
    )


def _payload(part: object) -> bytes:
    data = part.get_payload(decode=True)  # type: ignore[attr-defined]
    return data if isinstance(data, bytes) else b""


def _undeclared(mail: Mail) -> bool:
    part = mail.message
    return part.get_content_type() == "text/plain" and not part.get_content_charset() and not _payload(part).isascii()


def _file(suffix: str) -> Callable[[Mail], bool]:
    return lambda mail: any(name.endswith(suffix) for name in mail.files)


def _broken_multipart(mail: Mail) -> bool:
    return mail.message.is_multipart() and f"--{mail.message.get_boundary()}--" not in mail.raw.decode("latin-1")


def _reply_without_parent(mail: Mail) -> bool:
    return mail.header("Subject").startswith("Re:") and not re.search(
        r"^(References|In-Reply-To|Thread-Index):", mail.head, re.M
    )


def _year_off(mail: Mail) -> bool:
    hop = re.search(r"\w{3}, \d\d \w{3} (\d{4})", mail.head)
    return "Received:" in mail.head and hop is not None and "Date: Mon, 12 Mar 2018" in mail.head and hop[1] == "2019"


FEATURES: dict[str, tuple[int, Callable[[Mail], bool]]] = {
    "pdf": (6, _file(".pdf")),
    "xlsx": (4, _file(".xlsx")),
    "csv": (3, _file(".csv")),
    "png": (6, _file(".png")),
    "ics": (3, _file(".ics")),
    "vcf": (1, _file(".vcf")),
    "a file name beyond ASCII": (1, _bytes_in(b"filename*=utf-8''r%C3%A9gistre")),
    "attached mails": (4, lambda mail: "message/rfc822" in mail.kinds),
    "begin forwarded message": (1, _bytes_in(b"Begin forwarded message:")),
    "forwarded as web mail does": (1, _bytes_in(b"---------- Forwarded message")),
    "Outlook's separator": (20, _bytes_in(b"-----Original Message-----")),
    "Outlook's header block": (15, _bytes_in(b"border-top:solid #E1E1E1")),
    "HTML only": (20, lambda mail: mail.message.get_content_type() == "text/html"),
    "alternatives": (20, lambda mail: "multipart/alternative" in mail.kinds),
    "Gmail's quotes": (10, _bytes_in(b"gmail_quote")),
    "newsletter with an inline image": (
        3,
        lambda mail: {"multipart/related", "image/png"} <= mail.kinds and "cid:" in mail.texts,
    ),
    "flowed": (10, _bytes_in(b"format=flowed")),
    "answers between the lines": (5, lambda mail: bool(re.search(r"^> .*\n\n\w.*(\n.*){1,9}\n> ", mail.texts, re.M))),
    "French attribution": (4, lambda mail: "a écrit :" in mail.texts),
    "German header block": (1, lambda mail: "-----Ursprüngliche Nachricht-----" in mail.texts),
    "iso-8859-1": (5, _charset("iso-8859-1")),
    "windows-1252": (5, _charset("windows-1252")),
    "koi8-r": (3, _charset("koi8-r")),
    "iso-2022-jp": (3, _charset("iso-2022-jp")),
    "gb2312": (2, _charset("gb2312")),
    "iso-8859-2": (1, _charset("iso-8859-2")),
    "windows-1251": (1, _charset("windows-1251")),
    "windows-1252 declared as iso-8859-1": (3, _misdeclared),
    "utf-8 undeclared": (1, _undeclared),
    "encoded words in subjects": (20, lambda mail: bool(re.search(r"^Subject: =\?", mail.head, re.M))),
    "encoded words in names": (20, lambda mail: bool(re.search(r"^From: =\?", mail.head, re.M))),
    "dated 1970": (1, _bytes_in(b"\nDate: Thu, 01 Jan 1970 00:00:00 +0000\n")),
    "a year off": (1, _year_off),
    "no date": (2, lambda mail: "\nDate:" not in mail.head),
    "neither date nor hop": (1, lambda mail: "\nDate:" not in mail.head and "Received:" not in mail.head),
    "Thread-Index alone": (
        3,
        lambda mail: (
            "Thread-Index:" in mail.head
            and "References:" not in mail.head
            and bool(re.match(r"(RE|FW|AW|WG):", mail.header("Subject")))
        ),
    ),
    "a reply that names no mail": (1, _reply_without_parent),
    "mailing list": (50, _bytes_in(b"\nList-Id: ")),
    "Bcc in the sent copy": (2, _bytes_in(b"\nBcc: ")),
    "three hops": (30, lambda mail: mail.head.count("Received:") >= 3),
    "sixty recipients": (1, lambda mail: len(getaddresses([mail.header("To")])) == 60),
    "robot's answer": (2, _bytes_in(b"Auto-Submitted: auto-replied")),
    "broken multipart": (1, _broken_multipart),
    "damaged base64": (1, _bytes_in(b"~~ NO CARRIER")),
    "no one to be seen": (1, _bytes_in(b"To: undisclosed-recipients:;")),
    "disclaimer": (3, _bytes_in(b"PRIVILEGED AND CONFIDENTIAL")),
}


@pytest.mark.parametrize("feature", FEATURES)
def test_features(mails: list[Mail], feature: str) -> None:
    least, has = FEATURES[feature]
    assert len({mail.header("Message-ID") for mail in mails if has(mail)}) >= least


def test_threads_branch_and_refer_to_mails_that_are_not_here(mails: list[Mail]) -> None:
    here = {mail.header("Message-ID") for mail in mails}
    parents: dict[str, str] = {}
    for mail in mails:
        names = (mail.header("References") or mail.header("In-Reply-To")).split()
        if names:
            parents[mail.header("Message-ID")] = names[-1]
    sizes: Counter[str] = Counter()
    for name in here:
        root = name
        while root in parents:
            root = parents[root]
        sizes[root] += 1
    big = [size for size in sizes.values() if size >= 8]
    assert len(big) >= 6
    assert sum(size >= 20 for size in big) >= 2
    answers = Counter(parents.values())
    assert sum(count >= 3 for count in answers.values()) >= 5
    assert len(set(parents.values()) - here) >= 5


def test_copies(mails: list[Mail]) -> None:
    by_name: dict[str, list[Mail]] = {}
    for mail in mails:
        by_name.setdefault(mail.header("Message-ID"), []).append(mail)
    twins = [group for group in by_name.values() if len(group) > 1]
    assert len(twins) >= 30
    assert sum(len({mail.raw for mail in group}) < len(group) for group in twins) >= 5
    assert sum(len({mail.head.count("Received:") for mail in group}) > 1 for group in twins) >= 20
    secret = [group for group in twins if len({"\nBcc: " in mail.head for mail in group}) == 2]
    assert any("piers@brackwater.example" in mail.head for group in secret for mail in group)
    for group in twins:
        assert len({mail.header("Subject") for mail in group}) == 1


def test_the_clue_in_the_hops(mails: list[Mail]) -> None:
    offer = next(mail for mail in mails if "Sobre B" in mail.header("Subject") and "Received:" in mail.head)
    hops = [parsedate_to_datetime(found) for found in re.findall(r";\n (\w{3}, .*)", offer.head)]
    assert [f"{hop:%H:%M:%S}" for hop in hops] == ["12:11:08", "11:46:04", "12:45:58"]  # other mails quote these
    assert hops == sorted(hops, reverse=True)


def test_every_hop_comes_after_the_one_before(mails: list[Mail]) -> None:
    for mail in mails:
        hops = [parsedate_to_datetime(found) for found in re.findall(r";\n (\w{3}, .*)", mail.head)]
        assert hops == sorted(hops, reverse=True)


def test_forwarded_copies_have_no_bcc(mails: list[Mail]) -> None:
    recipe = next(mail for mail in mails if mail.header("Subject") == "recipe, second half (again)")
    assert b"you are not asked to sign" in recipe.raw.lower()
    assert b"\nBcc:" not in recipe.raw


def test_mbox_escapes_lines_that_begin_with_from(folder: Path) -> None:
    with zipfile.ZipFile(folder / "leak.zip") as archive:
        data = archive.read("leak/mayors-office.mbox")
    assert re.search(rb"^>From ", data, re.M)
    assert len(re.findall(rb"^From \S+ \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d 201[89]$", data, re.M)) == len(
        re.findall(rb"^From ", data, re.M)
    )


def test_pdf_holds_its_text_and_its_offsets() -> None:
    data = pdf("# Heading\nten (10) \\ euros\nñandú")
    assert rb"(ten \(10\) \\ euros) Tj" in data
    assert "ñandú".encode("cp1252") in data
    start = int(data.rpartition(b"startxref\n")[2].split(b"\n")[0])
    assert data[start : start + 4] == b"xref"
    assert pdf("line\n" * 120).count(b"/Type /Page ") == 3
    for number, entry in enumerate(re.findall(rb"^(\d{10}) 00000 n ", data[start:], re.M), 1):
        assert data[int(entry) :].startswith(b"%d 0 obj" % number)


def test_workbook_opens() -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx("Name;Marks\nA & B;84.5\n"))) as book:
        assert book.testzip() is None
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<t>A &amp; B</t>" in sheet
    assert '<c r="B2"><v>84.5</v></c>' in sheet


def test_picture_is_a_png_that_decompresses() -> None:
    data = draw("size 21 9 white\nrect 2 2 5 5 red\ndisc 14 4 3 blue\nline 0 0 20 8 black\ntext 1 1 1 navy a1")
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", data[16:24]) == (21, 9)
    at = data.index(b"IDAT")
    size = struct.unpack(">I", data[at - 4 : at])[0]
    assert len(zlib.decompress(data[at + 4 : at + 4 + size])) == 9 * (1 + 11)


def test_flowed_lines_keep_a_space_where_they_were_broken() -> None:
    text = "word " * 40
    broken = wrap(text.strip(), flowed=True).split("\n")
    assert all(line.endswith(" ") for line in broken[:-1])
    assert "".join(broken) == text.strip()


def test_every_attachment_is_used_and_every_file_is_package_data() -> None:
    used = {
        name.strip()
        for draft in read_drafts(read_people())
        for key in ("attach", "image")
        for name in draft.get(key).split(",")
        if name.strip() and not name.strip().startswith("msg:")
    }
    there = {path.name for path in (CORPUS / "attachments").iterdir()}
    assert {name.removesuffix(".txt") if name.count(".") > 1 else name for name in there} == used
    assert all(attachment(name)[1] for name in used)
    assert all(len(path.relative_to(CORPUS).parts) <= 2 for path in CORPUS.rglob("*"))


def test_the_story_names_its_people() -> None:
    story = (CORPUS / "STORY.md").read_text(encoding="utf-8")
    for key in (
        "maud",
        "leo",
        "vosmere",
        "judith",
        "bernard",
        "tariq",
        "ruth",
        "pip",
        "gus",
        "berenice",
        "joaquin",
        "ilaria",
    ):
        assert read_people()[key].name in story


def test_thread_index_begins_with_the_parent_s(mails: list[Mail]) -> None:
    indexes = [base64.b64decode(mail.header("Thread-Index")) for mail in mails if mail.header("Thread-Index")]
    assert all((len(index) - 22) % 5 == 0 for index in indexes)
    roots = {index for index in indexes if len(index) == 22}
    assert sum(index[:22] in roots for index in indexes if len(index) > 22) >= 20
