"""Text releases: what their documents say of sender, recipients, date and subject, and the mails of their chains."""

import calendar
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import archives, pipeline
from ingest.archives import Item, Problem
from ingest.archives.sniff import sniff
from ingest.messages import read_message
from ingest.releases import blocks
from ingest.releases.clock import read_clock
from ingest.releases.document import read_document
from ingest.releases.mails import document_mail, recovered
from ingest.releases.marks import is_mark, released, without_margin
from ingest.releases.people import read_people
from ingest.releases.sameness import release_copy_key, release_id
from mappings.records import Message
from search.engine import Engine, open_engine
from search.parse import parse
from tests.release_texts import ANSWER, BANNER, FORWARDED, LETTER, MEMO, PLAIN, QUOTED


def message(text: str) -> Message:
    """The message that a document becomes."""
    return read_message(document_mail(text), made="text").message


def chain(text: str) -> list[Message]:
    """The messages recovered from a document's chain."""
    raw = document_mail(text)
    read = read_message(raw, made="text").message
    return [read_message(mail.raw, made="quotation").message for mail in recovered(read, raw)]


def own(read: Message) -> str:
    """The own words of a message, in one line."""
    return " ".join("".join(read.text[s.start : s.end] for s in read.segments if s.kind == "own").split())


@pytest.mark.parametrize(("text", "expected"), [
    ("Monday, Apnl 12. 2010 5:31 PM", (2010, 4, 12, 17, 31, 0)),
    ("Saturday, April 3, 20104:50 PM", (2010, 4, 3, 16, 50, 0)),
    ("Tuesday, August 23, 201111:40 AM", (2011, 8, 23, 11, 40, 0)),
    ("Wednesda , Februa 3, 2010 7:34 PM", (2010, 2, 3, 19, 34, 0)),
    ("Sunda A ril 11, 2010 8:58 AM", (2010, 4, 11, 8, 58, 0)),
    ("Wednesday, March 30, 2011 821 PM", (2011, 3, 30, 20, 21, 0)),
    ("Sat Dec 04 13:53:21 2010", (2010, 12, 4, 13, 53, 21)),
    ("Mon Feb 2112:54:01 2011", (2011, 2, 21, 12, 54, 1)),
    ("Friday, August 5, 2009 12:02 AM •", (2009, 8, 5, 0, 2, 0)),
    ("10/12/2011 5:01:36 P.M. Eastern Daylight Time", (2011, 10, 12, 17, 1, 36)),
])  # fmt: skip
def test_dates_as_they_are_misread(text: str, expected: tuple[int, ...]) -> None:
    clock = read_clock(text)
    assert clock is not None
    assert (clock.year, clock.month, clock.day, clock.hour, clock.minute, clock.second) == expected


@pytest.mark.parametrize("text", ["", "tomorrow", "Monday, Xxxxx 12, 2010", "Friday, February 30, 2010 1 PM", "7011"])
def test_what_is_no_date(text: str) -> None:
    assert read_clock(text) is None


def test_a_zone_that_is_given_is_kept() -> None:
    clock = read_clock("Fri, 3 Jun 201119:26:03 -0400")
    assert clock is not None
    assert (clock.day, clock.hour, clock.zone) == (3, 19, -240)


@pytest.mark.parametrize(("value", "expected"), [
    ("Mills, Cheryl D <MillsCD@state.gov>; Abedin, Huma", ["Mills, Cheryl D <MillsCD@state.gov>", "Abedin, Huma"]),
    ("H <hrod17@clintonemail.com >", ["H <hrod17@clintonemail.com>"]),
    ("'sullivanjj@state.gov'", ["sullivanjj@state.gov"]),
    ("Abedin, Huma <AbedinH©state.gov>", ["Abedin, Huma <AbedinH@state.gov>"]),
    ("Cheryl Mills <   ", ["Cheryl Mills"]),
    ("Burns, William J., Feltman, Jeffrey D", ["Burns, William J", "Feltman, Jeffrey D"]),
    ("Ann Roe, Bob Poe", ["Ann Roe", "Bob Poe"]),
    ("Anne-Marie Slaughter [mailto:slaughter@x.example]", ["Anne-Marie Slaughter <slaughter@x.example>"]),
    ("Goosby, Eric (OGAC); H", ["Goosby, Eric (OGAC)", "H"]),
    ("  >; <  ", []),
])  # fmt: skip
def test_people_as_they_are_printed(value: str, expected: list[str]) -> None:
    assert [str(person) for person in read_people(value)] == expected


def test_marks_are_told_from_words() -> None:
    marks = (BANNER.format(number=1), "   RELEASE IN PART", "B5,B6", "1.4(D)", "\fUNCLASSIFIED", "STATE-SCB0045233",
             "Date: 05/13/2031          RELEASE IN", "(b)(6)")  # fmt: skip
    assert [line for line in marks if not is_mark(line)] == []
    words = ("", "Fyi", "B", "I was released in full view.", "Bring the NR form", "Dates: 1 and 2", "See B6 below")
    assert [line for line in words if is_mark(line)] == []
    assert without_margin("Sent:   Friday, 2:10 PM      B1,1.4(D)").rstrip() == "Sent:   Friday, 2:10 PM"
    assert released(FORWARDED)
    assert not released("Dear all,\nthe release is full of errors.")


def test_a_document_becomes_a_message() -> None:
    read = message(FORWARDED)
    assert list(map(str, read.from_)) == ["Osei, Abena K <OseiAK@harbour.example>"]
    assert list(map(str, read.to)) == ["Lindqvist, Karin", "marta.ruiz@harbour.example", "H"]
    assert list(map(str, read.cc)) == ["Burns, Tomas J"]
    assert read.subject == "Fw: Dredging tender - who signed"
    assert (read.date, read.zone) == (calendar.timegm((2010, 4, 12, 17, 31, 0)), None)
    assert [note.code for note in read.notes] == ["zone-assumed"]


def test_nothing_of_a_document_is_cut_and_marks_are_no_own_words() -> None:
    read = message(FORWARDED)
    assert read.text == FORWARDED.strip("\n")
    assert own(read) == (
        "Karin, please read below before Tuesday. The second bid came in late. B5 I would not answer him yet."
    )
    assert {segment.kind for segment in read.segments} == {"own", "mark", "quoted"}
    ends = [0, *(segment.end for segment in read.segments)]
    assert [segment.start for segment in read.segments] == ends[:-1]
    assert ends[-1] == len(read.text)


def test_each_mail_of_a_chain_is_recovered_and_threaded() -> None:
    outer = message(FORWARDED)
    first, second = chain(FORWARDED)
    assert str(first.from_[0]) == "Burns, Tomas J <BurnsTJ@harbour.example>"
    names = ["Osei, Abena K", "Lindqvist, Karin <lindqvistk@harbour.example>", "Petrov, Ilya"]
    assert list(map(str, first.to)) == names
    assert own(first) == "Abena, nobody here remembers signing it. Do you?"
    assert str(second.from_[0]) == "Petrov, Ilya <petrovi@quay.example>"
    assert own(second) == "The paper is dated the 3rd."
    assert outer.in_reply_to == (first.message_id,)
    assert first.in_reply_to == (second.message_id,)
    assert second.in_reply_to == ()


def test_a_line_that_introduces_a_quotation_begins_a_mail_of_the_chain() -> None:
    text = (
        "From: Hall, John F\nSent: Saturday, October 29, 2011 7:24 PM\nTo: Mills, Cheryl D\n"
        "Subject: Re: Cake cutting\n\nI appreciate the reply.\n\n"
        'On Oct 27, 2011, at 9:45 PM, "Mills, Cheryl D"\n<MillsCD@state.example> wrote:\n\n'
        "Would the Secretary come?\n\n"
        "On Thu, Oct 27, 2011 at 4:38 PM, Lona Valmoro <lona@state.example> wrote:\nWe are back the night before.\n"
    )
    mails = chain(text)
    assert [(str(mail.from_[0]), mail.subject, own(mail)) for mail in mails] == [
        ("Mills, Cheryl D <MillsCD@state.example>", "Re: Cake cutting", "Would the Secretary come?"),
        ("Lona Valmoro <lona@state.example>", "Cake cutting", "We are back the night before."),
    ]
    assert [mail.date for mail in mails] == [
        calendar.timegm((2011, 10, 27, 21, 45, 0)), calendar.timegm((2011, 10, 27, 16, 38, 0))
    ]  # fmt: skip
    assert mails[0].in_reply_to == (mails[1].message_id,)
    assert own(message(text)) == "I appreciate the reply."


def test_marked_quotations_stay_with_the_answers_between_them() -> None:
    text = (
        "From: Ann Lee\nSent: Monday, May 2, 2011 7:24 PM\nTo: H\nSubject: Re: plan\n\n"
        "On Mon, May 2, 2011 at 4:38 PM, H <h@x.example> wrote:\n> Can you come?\nYes.\n> And Bob?\nNo.\n"
    )
    assert chain(text) == []
    assert own(message(text)) == "Yes. No."


def test_the_offset_of_a_recovered_mail_is_that_in_the_document() -> None:
    raw = document_mail("\n\nä " + FORWARDED)
    read = read_message(raw, made="text").message
    data = ("\n\nä " + FORWARDED).encode()
    for mail in recovered(read, raw):
        assert data[mail.offset :].lstrip().startswith(b"Original Message")


def test_one_mail_has_one_key_however_it_was_scanned() -> None:
    copies = [message(QUOTED), chain(FORWARDED)[0], chain(ANSWER)[0]]
    assert len({read.message_id for read in copies}) == 1
    assert len({release_copy_key(read) for read in copies}) == 1


def test_two_mails_of_one_minute_are_two() -> None:
    other = QUOTED.replace("Abena, nobody here rememhers signing it. Do you?", "Ilya, call me.")
    assert message(other).message_id == message(QUOTED).message_id
    assert release_copy_key(message(other)) != release_copy_key(message(QUOTED))
    forwarded = QUOTED.replace("Dredging", "Fw: Dredging")
    assert message(forwarded).message_id != message(QUOTED).message_id


def test_without_sender_or_time_there_is_no_id() -> None:
    fields = read_document(QUOTED).parts[0].fields
    assert release_id(fields).endswith("@release.invalid")
    blacked = read_document(QUOTED.replace("Bums, Tomas J <BurnsTJ@harbour.example >", "")).parts[0].fields
    assert blacked.sender is None
    assert release_id(blacked) == ""


def test_memoranda_and_letters() -> None:
    memo = message(MEMO)
    assert (str(memo.from_[0]), str(memo.to[0]), memo.subject) == ("Ilya", "Karin", "What the second bidder knows")
    assert memo.date == calendar.timegm((2010, 4, 14, 0, 0, 0))
    letter = message(LETTER)
    assert (letter.from_, letter.date, letter.subject) == ((), None, "")
    assert own(letter) == "Dear Madam, The Harbour Board thanks you for your letter."


@pytest.mark.parametrize(("head", "kind"), [
    (FORWARDED, "text"), (LETTER, "text"), (PLAIN, "text"), ("\n\n" + PLAIN, "text"),
    ("From: a@b.example\nDate: Mon, 1 Jan 2024 10:00:00 +0000\nSent: yes\nSubject: x\n\nText", "message"),
    ("Notes on the tender\n\nFrom what we know, it was sent in June.\nSubject to change.", "other"),
    ("def sent(to):\n    return to\n", "other"),
])  # fmt: skip
def test_documents_are_known_by_content(head: str, kind: str) -> None:
    assert sniff(head.encode()).kind == kind


def things(path: Path) -> list[Item | Problem]:
    """All that the archives at a path hold."""
    return [thing for unit in archives.units(path) if not isinstance(unit, Problem) for thing in archives.read(unit)]


def test_documents_are_read_from_files_folders_and_zips(tmp_path: Path) -> None:
    (tmp_path / "C09001101.txt").write_text(FORWARDED)
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as box:
        box.writestr("docs/C09001104.txt", MEMO)
    found = [thing for thing in things(tmp_path) if isinstance(thing, Item)]
    assert [(item.member, item.made) for item in found] == [("C09001101.txt", "text"), ("docs/C09001104.txt", "text")]
    (alone,) = things(tmp_path / "C09001101.txt")
    assert isinstance(alone, Item)
    assert alone.raw == found[0].raw


def test_bytes_that_the_text_cannot_stand_for_go_along(tmp_path: Path) -> None:
    data = QUOTED.replace("nobody", "personne à").encode("cp1252")
    (tmp_path / "C1.txt").write_bytes(data)
    (item,) = things(tmp_path)
    assert isinstance(item, Item)
    read = read_message(item.raw, made="text")
    assert "personne à here" in read.message.text
    assert [(file.name, file.size) for file in read.message.attachments] == [("C1.txt", len(data))]


@pytest.fixture(params=["embedded", "elastic"])
def corpus(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A corpus of three documents, two of which quote the third."""
    folder = tmp_path / "release"
    folder.mkdir()
    for name, text in (("C09001101", FORWARDED), ("C09001102", QUOTED), ("C09001103", ANSWER)):
        (folder / f"{name}.txt").write_text(text)
    url = request.getfixturevalue("elastic")() if request.param == "elastic" else str(tmp_path / "corpus")
    with closing(open_engine(url, create=True)) as engine:
        outcome = pipeline.load(engine, [folder])
        assert (outcome.read, outcome.new, outcome.failed) == (6, 6, 0)
        yield engine


def test_a_mail_that_is_quoted_is_one_hit_the_document(corpus: Engine) -> None:
    page = corpus.search(parse("own:nobody"))
    assert page.total == 1
    (hit,) = page.hits
    assert hit.row.copies == 2
    assert [place.member for place in corpus.places(hit.row.id)] == ["C09001102.txt"]


def test_documents_and_quotations_are_one_conversation(corpus: Engine) -> None:
    (hit,) = corpus.search(parse("own:either")).hits
    thread = corpus.thread(hit.row.id)
    depths = {(row.from_[0].name.replace("Bums", "Burns"), row.depth) for row in thread.rows}
    assert depths == {("Petrov, Ilya", 0), ("Burns, Tomas J", 1), ("Osei, Abena K", 2), ("Lindqvist, Karin", 2)}
    assert not any(row.ghost for row in thread.rows)


def test_a_recovered_mail_says_where_it_was_found(corpus: Engine) -> None:
    (hit,) = corpus.search(parse('own:"dated the 3rd"')).hits
    (found,) = corpus.messages([hit.row.id])
    assert found.made == "quotation"
    (carrier,) = corpus.messages([found.carrier])
    assert carrier.made == "text"
    (place,) = corpus.places(found.id)
    assert place.member == "C09001101.txt#q2"
    assert FORWARDED.encode()[place.offset :].lstrip().startswith(b"Original Message\nFrom: Petrov")


LINES = st.sampled_from([
    "From: Ann Roe <ann@x.org>", "From:", "> From: Bob", "Sent: Monday, May 3, 2010 5:31 PM", "Sent:   ", "To: H; B",
    "To: c@x.org", "Cc:", "Subject: Re: plan", "Subject", "     Original Message", "", "   B6", "RELEASE IN PART",
    "Fyi.", BANNER.format(number=1), "Date: Fri, 3 Jun 201119:26:03 -0400", "\x0c", "Re: plan", "For: Hillary",
    "A, B; C <d@x.org>",
])  # fmt: skip


@given(st.lists(LINES | st.text(max_size=30), max_size=40))
def test_any_text_is_covered_without_a_gap(lines: list[str]) -> None:
    raw = document_mail("\n".join(lines))
    read = read_message(raw, made="text").message
    ends = [0, *(segment.end for segment in read.segments)]
    assert [segment.start for segment in read.segments] == ends[:-1]
    assert ends[-1] == len(read.text)
    chained = list(recovered(read, raw))
    assert [mail.number for mail in chained] == list(range(1, len(chained) + 1))
    for mail in chained:
        assert read_message(mail.raw, made="quotation").message.text in read.text


def test_more_blocks_than_a_document_has_stay_text() -> None:
    text = "From: Ann\nSent: Monday, May 3, 2010 5:31 PM\nTo: Bob\nSubject: x\n\nText\n\n" * (blocks.MOST + 10)
    parts = read_document(text).parts
    assert len(parts) == blocks.MOST
    assert parts[-1].end == len(text)
