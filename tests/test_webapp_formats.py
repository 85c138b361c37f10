"""Plain values in words, histograms as shapes, rows in order of time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.records import Failure, MessageRow, Place
from search.query import Chip, Query
from search.results import Bar, Histogram
from webapp import formats
from webapp.conversation import collapse, in_time
from webapp.histogram import draw
from webapp.narrowing import narrowed, redated
from webapp.pages.part import disposition, safe_name


@pytest.mark.parametrize(("seconds", "zone", "words"), [
    (1438625220, -240, "2015-08-03 14:07 -0400"), (1438625220, 345, "2015-08-03 23:52 +0545"),
    (1438625220, None, "2015-08-03 18:07 UTC"),
    (0, 0, "1970-01-01 00:00 +0000"), (-86400, 0, "1969-12-31 00:00 +0000"), (None, None, "no date"),
    (10**15, 0, "1000000000000000 seconds from 1970"), (-10**12, None, "-1000000000000 seconds from 1970"),
    (1438625220, 10**6, "1438625220 seconds from 1970"),
])  # fmt: skip
def test_dates_carry_their_zone(seconds: int | None, zone: int | None, words: str) -> None:
    assert formats.date(seconds, zone) == words


@given(st.none() | st.integers(), st.none() | st.integers())
def test_no_date_is_too_odd_to_write(seconds: int | None, zone: int | None) -> None:
    assert formats.date(seconds, zone)
    assert formats.day(seconds, zone)
    formats.machine_date(seconds)


@pytest.mark.parametrize(("count", "words"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (14_600, "14.6 kB"),
                                              (999_900, "1.0 MB"), (2_100_000, "2.1 MB"),
                                              (5 * 10**13, "50.0 TB")])  # fmt: skip
def test_sizes(count: int, words: str) -> None:
    assert formats.size(count) == words


@pytest.mark.parametrize(("seconds", "words"), [(0, "0 s"), (4, "4 s"), (125, "2 min 5 s"), (12_000, "3 h 20 min"),
                                                (-60, "−1 min"), (187_200, "2 d 4 h"), (None, "unknown")])  # fmt: skip
def test_delays(seconds: int | None, words: str) -> None:
    assert formats.delay(seconds) == words


def test_topics_ignore_what_replies_add() -> None:
    assert formats.topic("RE: [list] Fwd: AW: Budget") == formats.topic("[list] budget") == "budget"
    assert formats.topic("Re: Budget") != formats.topic("Re: Roof")


def test_places_name_archive_member_and_byte() -> None:
    assert formats.place(Place("/a/box.zip", "mail/in.mbox", 1234)) == "box.zip › mail/in.mbox at byte 1,234"
    assert formats.place(Failure(archive="/a/b/", stage="open", code="x", reason="y")) == "b"


def test_terms_quote_their_value() -> None:
    assert formats.term("from", 'a"b\\c@x') == 'from:"abc@x"'


def test_narrowing_adds_a_term_and_dates_replace_each_other() -> None:
    assert narrowed("a OR b", "lang:fr") == "a OR b lang:fr"
    assert narrowed('"open', "lang:fr") == 'lang:fr "open'
    chips = (Chip("a", "a", ""), Chip("in 2015", "date:2015", "a"), Chip("not 2014", "-date:2014", "a", negated=True))
    assert redated(Query("a date:2015 -date:2014", None, chips), "date:2016") == "a -date:2014 date:2016"


def test_histogram_draws_bars_in_their_place() -> None:
    months = tuple(Bar(f"2015-{month:02}-01", "", count) for month, count in ((1, 4), (2, 0), (3, 2), (4, 1)))
    drawing = draw(Histogram("month", months, 3))
    assert drawing is not None
    assert [(column.x, column.width, column.words, column.messages, column.term) for column in drawing.columns] == [
        ("0.0", "250.0", "January 2015", 4, "date:2015-01"), ("500.0", "250.0", "March 2015", 2, "date:2015-03"),
        ("750.0", "250.0", "April 2015", 1, "date:2015-04"),
    ]  # fmt: skip
    assert drawing.path.count("M") == 3
    assert drawing.peak == 4


def test_histogram_of_little_or_much() -> None:
    assert draw(None) is None
    assert draw(Histogram("year", ())) is None
    assert draw(Histogram("year", (Bar("2015-01-01", "", 3),))) is None, "one bar compares nothing"
    days = tuple(Bar(f"{2010 + day // 336}-{day // 28 % 12 + 1:02}-{day % 28 + 1:02}", "", 1) for day in range(600))
    drawing = draw(Histogram("day", days))
    assert drawing is not None
    assert drawing.unit == "month"
    far = draw(Histogram("year", (Bar("1677-01-01", "", 1), Bar("2262-01-01", "", 1))))
    assert far is not None
    assert len(far.columns) == 2
    hours = draw(Histogram("hour", (Bar("2015-08-03T14:00Z", "", 1), Bar("2015-08-03T16:00Z", "", 2))))
    assert hours is not None
    assert [(column.words, column.term, column.x) for column in hours.columns] == [
        ("2015-08-03 14:00 UTC", "date:2015-08-03T14", "0.0"), ("2015-08-03 16:00 UTC", "date:2015-08-03T16", "666.7"),
    ]  # fmt: skip


def row(id: str, parent: str = "", date: int | None = None, copies: int = 0) -> MessageRow:
    return MessageRow(id=id, parent=parent, date=date, copies=copies, ghost=id.startswith("g"))


def test_ghosts_stand_before_the_first_that_answers_them() -> None:
    rows = [row("g1"), row("a", "g1", 50), row("b", "a", 60), row("c", "g1", 20), row("d", "a"), row("g2", "b"),
            row("e", "g2", 90)]  # fmt: skip
    assert [found.id for found in in_time(rows)] == ["g1", "c", "a", "d", "b", "g2", "e"]


def test_long_chains_need_no_recursion() -> None:
    rows = [row("0", "", 0), *(row(str(number), str(number - 1), None) for number in range(1, 5000))]
    assert len(in_time(rows)) == 5000


def test_copies_stand_behind_one_row() -> None:
    rows = [row("a", "", 1), row("b", "a", 2, 1), row("c", "a", 2, 1), row("d", "c", 3)]
    kept, behind = collapse(rows, lambda id: [found for found in rows if found.id in "bc" and found.id != id])
    assert [(found.id, found.parent) for found in kept] == [("a", ""), ("b", "a"), ("d", "b")]
    assert [copy.id for copy in behind["b"]] == ["c"]


@pytest.mark.parametrize(("name", "safe"), [
    ("plan.pdf", "plan.pdf"), ("../../etc/passwd", "passwd"), ("C:\\x\\y.exe", "y.exe"), ("a\r\nb.txt", "a__b.txt"),
    ("", "attachment"), (".htaccess", "htaccess"), ("gpj\u202eexe.txt", "gpj_exe.txt"), ("a;b\"c%d", "a_b_c_d"),
    ("/", "attachment"), ("...", "attachment"),
])  # fmt: skip
def test_file_names_are_only_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text())
def test_no_name_breaks_its_header(name: str) -> None:
    value = disposition(name)
    assert value.isascii()
    assert value.isprintable()
    assert value.count('"') == 2
    assert len(safe_name(name)) <= 120
