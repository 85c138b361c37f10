"""Tables of mails: CSV with any delimiter and JSON Lines, their columns and rows, what is wrong with some of them."""

import csv
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ingest import archives
from ingest.archives import Item, Problem, rows
from ingest.archives.columns import ROLES, recognised
from ingest.archives.sniff import sniff
from ingest.messages import read_message
from ingest.prepare import Setting, prepare_chunk
from ingest.told_columns import read_map
from mappings.records import Message
from tests.release_texts import FORWARDED

MAIL = b'From: ann@example.org\r\nDate: Mon, 1 Jan 2024 10:00:00 +0100\r\nSubject: x\r\n\r\nBody, "so"\r\n'


def written(columns: list[str], *lines: list[str], delimiter: str = ",") -> str:
    """A table as the standard library writes it."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([columns, *lines])
    return out.getvalue()


def things(path: Path, position: str = "", columns: dict[str, str] | None = None) -> list[Item | Problem]:
    """What a table holds, from a position on."""
    (unit,) = archives.units(path)
    assert not isinstance(unit, Problem)
    from ingest.archives.units import with_columns

    told = with_columns(unit, columns, table=True) if columns else unit
    assert not isinstance(told, Problem)
    return list(archives.read(told, position))


def items(path: Path, **more: Any) -> list[Item]:
    """The same, where nothing is wrong."""
    found = things(path, **more)
    assert all(isinstance(thing, Item) for thing in found), found
    return [thing for thing in found if isinstance(thing, Item)]


def message(item: Item) -> Message:
    """The message that a row became."""
    return read_message(item.raw, made=item.made).message


def test_a_column_of_whole_mails_is_kept_to_the_byte(tmp_path: Path) -> None:
    mails = [MAIL, MAIL.replace(b"Body", "Bödy".encode("cp1252")), MAIL.replace(b"\r\n", b"\n")]
    path = tmp_path / "emails.csv"
    with path.open("wb") as file:
        file.write(b'"file","message"\n')
        for number, mail in enumerate(mails):
            file.write(b'"allen-p/inbox/%d.","%b"\n' % (number, mail.replace(b'"', b'""')))
    found = items(path)
    assert [item.raw for item in found] == mails
    assert [item.member for item in found] == ["allen-p/inbox/0.", "allen-p/inbox/1.", "allen-p/inbox/2."]
    assert {item.made for item in found} == {""}


def test_a_row_of_fields_becomes_a_message(tmp_path: Path) -> None:
    columns = ["Id", "DocNumber", "MetadataSubject", "MetadataTo", "MetadataFrom", "MetadataDateSent", "RawText",
               "ExtractedBodyText"]  # fmt: skip
    row = ["1", "C09000001", "WOW", "H; Abedin, Huma", "Sullivan, Jacob J", "2012-09-12T04:00:00+00:00",
           "All of\nthe text, ü", "the text"]  # fmt: skip
    path = tmp_path / "Emails.csv"
    path.write_text(written(columns, row))
    (item,) = items(path)
    read = message(item)
    assert item.made == read.made == "table"
    assert list(map(str, (*read.from_, *read.to))) == ["Sullivan, Jacob J", "H", "Abedin, Huma"]
    assert (read.subject, read.text.rstrip(), read.date) == ("WOW", "All of\nthe text, ü", 1347422400)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters_marks_and_line_ends(tmp_path: Path, delimiter: str) -> None:
    text = written(["id", "from", "to", "date", "subject", "body"],
                   ["7", "Ann <ann@x.org>", "b@x.org, c@x.org", "2015-08-03", "Hi", "One\r\nTwo"],
                   ["8", "Ann <ann@x.org>", "", "", "", "Three"], delimiter=delimiter)  # fmt: skip
    path = tmp_path / "mails.txt"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    found = items(path)
    assert [item.number for item in found] == ["7", "8"]
    first = message(found[0])
    assert [person.address for person in first.to] == ["b@x.org", "c@x.org"]
    assert first.text.split() == ["One", "Two"]


def test_json_lines(tmp_path: Path) -> None:
    lines = [
        {"id": "P1", "frm": "Ann Roe <ann@x.org>", "to": "Bob <b@x.org>; Cid <c@x.org>", "date": "2015-08-03T02:12:00",
         "subject": "s", "body": "b\nc"},
        {"id": 2, "from": {"name": "Ann, R", "email": "ann@x.org"}, "to": [{"address": "b@x.org"}, "Cid <c@x.org>"],
         "timestamp": 1438567920, "labels": ["To do", "a, b"], "text": "t"},
    ]  # fmt: skip
    path = tmp_path / "mails.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    first, _ = things(path)
    assert isinstance(first, Item)
    assert first.number == "P1"
    read = message(first)
    assert ([str(person) for person in read.to], read.date) == (["Bob <b@x.org>", "Cid <c@x.org>"], 1438567920)
    assert [note.code for note in read.notes] == ["zone-assumed"]
    path.write_text(json.dumps(lines[1]) + "\n")
    (second,) = items(path)
    read = message(second)
    assert (second.number, str(read.from_[0]), len(read.to), read.date) == ("2", "Ann, R <ann@x.org>", 2, 1438567920)
    assert read.labels == ("To do", "a, b")


def test_a_broken_row_is_a_failure_with_its_line_and_the_next_ones_follow(tmp_path: Path) -> None:
    path = tmp_path / "mails.csv"
    path.write_text("from,subject,body\nann@x.org,one,text\na,b,c,d,e\n,,\nann@x.org,two,text\n")
    found = things(path)
    assert [type(thing).__name__ for thing in found] == ["Item", "Problem", "Problem", "Item"]
    problems = [thing for thing in found if isinstance(thing, Problem)]
    assert [thing.code for thing in problems] == ["broken-row", "broken-row"]
    assert problems[0].reason.startswith("Line 3: It has 5 fields for 3 columns")
    assert problems[1].reason.startswith("Line 4: There is nothing of a mail")
    path = tmp_path / "mails.jsonl"
    path.write_text('{"from": "a@x.org", "body": "1"}\n{"from": \n[1]\n{"from": "a@x.org", "body": "2"}\n')
    assert [type(thing).__name__ for thing in things(path)] == ["Item", "Problem", "Problem", "Item"]


def test_a_quotation_mark_that_nothing_closes_costs_its_row_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "LARGEST", 5000)
    path = tmp_path / "mails.csv"
    good = "".join(f"ann@x.org,s{number},text\n" for number in range(1000))
    path.write_text(f'from,subject,body\nann@x.org,first,"never closed\n{good}')
    found = things(path)
    assert [type(thing).__name__ for thing in found[:2]] == ["Problem", "Item"]
    assert len(found) == 1001


def test_reading_goes_on_after_any_row(tmp_path: Path) -> None:
    path = tmp_path / "mails.csv"
    path.write_text(written(["id", "from", "body"], *([str(n), "a@x.org", f"text\n{n}"] for n in range(20))))
    found = items(path)
    for number, item in enumerate(found):
        rest = items(path, position=item.position)
        assert [one.raw for one in rest] == [one.raw for one in found[number + 1 :]]


def test_large_fields(tmp_path: Path) -> None:
    path = tmp_path / "mails.csv"
    path.write_text(written(["from", "body"], ["a@x.org", "long " * 200_000]))
    (item,) = items(path)
    assert len(message(item).text) > 999_000


def test_tables_inside_other_archives(tmp_path: Path) -> None:
    text = written(["id", "from", "body"], ["1", "a@x.org", "t"], ["2", "a@x.org", "u"])
    (tmp_path / "mails.csv.gz").write_bytes(gzip.compress(text.encode()))
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as box:
        box.writestr("in/mails.csv", text)
    assert [item.number for item in items(tmp_path / "mails.csv.gz")] == ["1", "2"]
    assert [item.member for item in items(tmp_path / "more.zip")] == ["in/mails.csv", "in/mails.csv"]


def test_columns_that_are_told(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(written(["Absender", "Gesendet", "Inhalt"], ["a@x.org", "2015-08-03 10:00", "Guten Tag"]))
    assert sniff(path.read_bytes()).kind == "other"
    told = read_map("from=Absender, date=Gesendet,body=Inhalt", ROLES, "A mail", "from=Sender")
    (item,) = items(path, columns=told)
    read = message(item)
    assert (str(read.from_[0]), read.text.strip()) == ("a@x.org", "Guten Tag")


@pytest.mark.parametrize(("text", "words"), [
    ("from", "is not written"), ("wer=Absender", 'no "wer"'), ("from=a,from=b", "twice"), ("from=", "is not written"),
])  # fmt: skip
def test_a_map_that_cannot_be_read(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_map(text, ROLES, "A mail", "from=Sender")


@pytest.mark.parametrize("head", [
    "name,phone,subject\nann,1,x\n", "subject,body\na,b\n", "from,to\na,b\n", "a;b;c\n", '{"from": 1}\n', "{}\n",
])  # fmt: skip
def test_what_is_no_table_of_mails(head: str) -> None:
    assert sniff(head.encode()).kind == "other"


def test_each_role_has_one_column() -> None:
    assert set(recognised(["From", "TO", "e-mail", "Sent On", "X"])) == set()
    found = recognised(["From", "TO", "Body Text", "Sent On", "X"])
    assert found == {"from": "From", "to": "TO", "body": "Body Text", "date": "Sent On"}
    assert set(found) <= set(ROLES)


def test_rows_that_are_released_documents_have_chains(tmp_path: Path) -> None:
    path = tmp_path / "Emails.csv"
    path.write_text(written(["DocNumber", "MetadataSubject", "MetadataFrom", "RawText"],
                            ["C09001101", "DREDGING", "Osei, Abena K", FORWARDED]))  # fmt: skip
    (item,) = items(path)
    chunk = prepare_chunk(Setting("a", "", "fast"), [item])
    outer, first, second = (prepared.message for prepared in chunk.messages)
    assert [one.made for one in (outer, first, second)] == ["table", "quotation", "quotation"]
    assert outer.in_reply_to == (first.message_id,)
    assert (outer.subject, str(first.from_[0])) == ("DREDGING", "Burns, Tomas J <BurnsTJ@harbour.example>")
    assert {segment.kind for segment in outer.segments} >= {"own", "mark", "quoted"}
