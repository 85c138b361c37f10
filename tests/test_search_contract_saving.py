"""Saved searches and what came in last, on both engines: kept, discreet, copied; old mail that comes late is new."""

import time

import pytest

from ingest.copying import copy
from mappings.saved import Saved
from search.engine import Engine
from search.errors import BadMark, NotFound, QueryError
from search.parse import parse
from search.saving import made
from tests.test_search_contract import DAY, T0, Maker, corpus, empty, engine, fill, kind, mail, make

__all__ = ["empty", "engine", "kind", "make"]  # the fixtures


def test_searches_are_kept_changed_and_forgotten(engine: Engine, kind: str) -> None:
    assert engine.searches() == []
    first, second = made("Wall", "harbour wall", "Ann", 3), made("a list", "report", "", 0)
    assert engine.put_searches([first, second]) == 2
    assert [one.name for one in engine.searches()] == ["a list", "Wall"]
    assert engine.saved(first.id) == first
    engine.put_searches([Saved(id=first.id, name="Wall", query="wall", seen=9)])
    assert engine.saved(first.id).seen == 9
    hidden = engine.discreet()
    assert hidden.searches() == []
    with pytest.raises(NotFound):
        hidden.saved(first.id)
    with pytest.raises(BadMark):
        hidden.put_searches([first])
    engine.drop_search(first.id)
    with pytest.raises(NotFound):
        engine.drop_search(first.id)
    assert [one.name for one in engine.searches()] == ["a list"]


def test_what_comes_in_late_is_new_however_old_it_is(engine: Engine, kind: str) -> None:
    before = engine.newest()
    late = [mail("late1", "report of old\n", subject="Old", date=T0 - 4000 * DAY),
            mail("late2", "report without a date\n", subject="Undated too", date=None)]  # fmt: skip
    fill(engine, late, archive="/late")
    found = engine.taken_in(parse("report"), limit=3)
    assert found.total == 14
    assert {one.row.subject for one in found.taken[:2]} == {"Old", "Undated too"}
    assert abs(found.taken[0].at - time.time()) < 300
    since = engine.taken_in(parse("report"), after=before)
    if kind == "embedded":  # a cluster counts by times, and may count the last minutes twice
        assert {one.row.subject for one in since.taken} == {"Old", "Undated too"}
    assert since.total >= 2
    assert engine.taken_in(parse("zzzz")).taken == ()
    assert engine.taken_in(parse("report"), limit=0).total == 14
    assert engine.taken_in(parse("is:ghost OR report"), limit=100).total == 14, "ghosts never came in"


def test_a_copy_of_what_was_here_is_nothing_new(engine: Engine) -> None:
    before = engine.taken_in(parse("leaking")).total
    message, raw = corpus()[0]
    fill(engine, [(message, raw)], archive="/again")
    assert engine.taken_in(parse("leaking")).total == before


@pytest.mark.parametrize(("name", "query", "error"), [
    ("  ", "x", BadMark), ("x" * 121, "x", BadMark), ("fine", "(x", QueryError),
])  # fmt: skip
def test_what_cannot_be_kept(name: str, query: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        made(name, query, "Ann", 0)


def test_a_copy_of_a_corpus_has_them(engine: Engine, kind: str, make: Maker) -> None:
    seen = made("seen", "report", "Ann", engine.newest())
    engine.put_searches([seen, made("unseen", "wall", "Ann", 0)])
    other = make()
    copy(engine, other)
    there = {one.name: one for one in other.searches()}
    assert (there["seen"].id, there["seen"].by, there["seen"].query) == (seen.id, "Ann", "report")
    assert there["unseen"].seen == 0
    if kind == "embedded":  # a cluster counts by times, and looks ten minutes back
        assert there["seen"].seen == other.newest()
