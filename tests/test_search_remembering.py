"""Answers that are kept: while nothing changes, so many, and never across a change."""

from pathlib import Path

from test_search_contract import CLO, fill, mail

from search.engine import open_engine
from search.parse import parse
from search.remembering import Remembered


def test_an_answer_is_made_once_under_a_stamp() -> None:
    kept: Remembered[list[int]] = Remembered(2)
    made: list[str] = []

    def make(name: str) -> list[int]:
        made.append(name)
        return []

    for stamp, asked in ("1a", "1a", "1b", "1a", "1c", "1a", "1b", "2a"):
        kept.get(stamp, asked, lambda name=stamp + asked: make(name))  # type: ignore[misc]
    assert made == ["1a", "1b", "1c", "1b", "2a"], "of three the one that was asked for least lately is forgotten"


def test_facets_and_histogram_follow_what_is_stored_and_copies_are_counted_apart(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "corpus"), create=True)
    reader = open_engine(str(tmp_path / "corpus"))
    fill(engine, [mail("a", "budget one\n")])

    def senders() -> dict[str, int]:
        found = reader.search(parse("budget")).facets
        return {value.value: value.count for facet in found if facet.name == "from" for value in facet.values}

    assert senders() == {"ann@harbour.example": 1}
    fill(engine, [mail("b", "budget two\n", from_=(CLO,))], archive="/b")
    assert senders() == {"ann@harbour.example": 1, "chloe@port.example": 1}
    fill(engine, [mail("b2", "budget two\n", message_id="b@x.example", from_=(CLO,), cc=(CLO,))], archive="/c")
    assert reader.search(parse("budget")).total == 2
    assert reader.search(parse("budget"), copies=True).total == 3
    assert sum(bar.count for bar in reader.search(parse("budget"), copies=True).histogram.bars) == 3  # type: ignore[union-attr]
    assert sum(senders().values()) == 2
    reader.close()
    engine.close()
