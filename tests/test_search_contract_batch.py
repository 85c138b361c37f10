"""Many searches at once, on both engines: lists and tables read, what each line tells, what can't be read or asked."""

from types import SimpleNamespace

import pytest

from search import batch
from search.batch import Asked, BadList, Told, answers, cells, decoded, queries
from search.engine import Engine
from search.errors import EngineUnavailable, TooMuch
from tests.test_search_contract import DAY, T0, filled, kind

__all__ = ["filled", "kind"]  # the fixtures


def test_each_line_tells_what_its_query_finds(filled: Engine) -> None:
    listed = list(queries('"harbour wall"\n\n  from:(ann\nreport\n zzzz \ndate:none\n'))
    told = list(answers(filled, listed))
    assert [one.line for one in told] == [1, 3, 4, 5, 6]
    assert told[0] == Told(line=1, query='"harbour wall"', read='"harbour wall"', messages=3, conversations=1, first=T0,
                           last=T0 + 2 * DAY)  # fmt: skip
    assert "at character 6" in told[1].error
    assert told[1].messages == 0
    assert (told[2].messages, told[2].conversations) == (12, 12)
    assert (told[3].messages, told[3].first, told[3].last) == (0, None, None)
    assert (told[4].messages, told[4].first, told[4].last) == (1, None, None)


def test_an_undated_mail_is_neither_first_nor_last(filled: Engine) -> None:
    (told,) = answers(filled, [Asked(1, "harbour")])
    assert told.first == T0
    assert told.last is not None
    assert told.last > T0


def test_what_takes_too_long_stops_no_other_and_what_is_away_does(
    filled: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = filled.search

    def failing(error: Exception) -> object:
        def asked(query: object, **options: object) -> object:
            if "report" in query.text:  # type: ignore[attr-defined]
                raise error
            return search(query, **options)  # type: ignore[arg-type]

        return asked

    monkeypatch.setattr(filled, "search", failing(TooMuch("It took too long.")))
    told = list(answers(filled, [Asked(1, "report"), Asked(2, "harbour")]))
    assert (told[0].error, told[1].messages > 0) == ("It took too long.", True)
    monkeypatch.setattr(filled, "search", failing(EngineUnavailable("away")))
    with pytest.raises(EngineUnavailable):
        list(answers(filled, [Asked(1, "report")]))


def test_after_its_time_the_rest_is_told_not_to_be_asked(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 6.0, 7.0])
    monkeypatch.setattr(batch, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    told = list(answers(filled, [Asked(n, "harbour") for n in (1, 2, 3)], seconds=5))
    assert [one.error for one in told] == ["", *["Not asked: 5 seconds were over."] * 2]


def test_a_query_without_end_is_refused(filled: Engine) -> None:
    (told,) = answers(filled, [Asked(1, "x" * 5000)])
    assert "5,000 characters" in told.error
    assert len(told.query) < 100


@pytest.mark.parametrize(("text", "column", "wanted"), [
    ("Query,Note\nroof,x\n\n,y\nlibrary,\n", "", [(2, "roof"), (5, "library")]),
    ("id;Name\n1;roof\n2;\"a; b\"\n", "", [(2, "roof"), (3, "a; b")]),
    ("id\tfull text\n1\troof\n", "FULL TEXT", [(2, "roof")]),
    ("a,b\nc,d\n", "2", [(1, "b"), (2, "d")]),
    ("roof\nlibrary\n", "", [(1, "roof"), (2, "library")]),
    ("\ufeffquery\r\nroof\r\n", "", [(2, "roof")]),
    ('query\n"two\nlines"\nroof\n', "", [(2, "two lines"), (4, "roof")]),
    ("", "", []),
])  # fmt: skip
def test_tables(text: str, column: str, wanted: list[tuple[int, str]]) -> None:
    assert [(one.line, one.text) for one in queries(text, table=True, column=column)] == wanted


@pytest.mark.parametrize(("text", "column"), [("a,b\n1,2\n", "c"), ("a,b\n", "9"), (f"query\n{'x' * 200_000}\n", "")])
def test_tables_that_have_no_such_column_or_cannot_be_read(text: str, column: str) -> None:
    with pytest.raises(BadList):
        list(queries(text, table=True, column=column))


@pytest.mark.parametrize(("data", "wanted"), [
    ("é".encode(), "é"), ("é".encode("utf-8-sig"), "é"), ("é".encode("utf-16"), "é"), ("é".encode("cp1252"), "é"),
])  # fmt: skip
def test_files_as_programs_write_them(data: bytes, wanted: str) -> None:
    assert decoded(data).lstrip("\ufeff") == wanted


def test_rows_hold_no_formula_and_lead_to_the_search() -> None:
    row = cells(Told(line=1, query="=1+1 &", messages=2, first=0), "https://site.example")
    assert row[1] == "'=1+1 &"
    assert row[5] == "1970-01-01T00:00:00+00:00"
    assert row[-1] == "https://site.example/?q=%3D1%2B1+%26"
    assert cells(Told(line=1, query="(", error="-no"), "")[-2:] == ["'-no", ""]
