"""Tables for spreadsheets: nothing in them is a formula, whatever a stranger wrote."""

import csv
import io

import pytest

from mappings.tables import cell
from webapp.tables import table


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "＝1",
                                  '=HYPERLINK("http://evil.example")', "=cmd|' /C calc'!A0"])  # fmt: skip
def test_formulas_are_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["Le Monde", "a = b", "", "'quoted'", "1-2", 3, 0.25])
def test_all_else_stays(value: str | float) -> None:
    assert cell(value) == value


def test_a_table_reads_back_as_it_was() -> None:
    rows = [("a,b", 'say "x"', 1), ("two\nlines", "=evil\ud800", -2)]
    answer = table("x.csv", ("one", "two", "three"), rows)
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="x.csv"'
    text = answer.data.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["one", "two", "three"], ["a,b", 'say "x"', "1"], ["two\nlines", "'=evil\ufffd", "-2"],
    ]  # fmt: skip
