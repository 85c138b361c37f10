"""Copies of corpora with articles, between the engines: everything of the shelf goes along, and is compared."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import copying
from mappings.articles import Settings, Span, Verdict
from mappings.keys import ghost_id
from search.engine import Engine, open_engine
from search.shelf_digest import shelf_digest
from tests.shelf_articles import article, citation, cite, keep
from tests.test_search_contract import Maker, corpus, fill, kind, make, names

__all__ = ["kind", "make"]  # the fixtures


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Engine]:
    """A folder with mails, three articles and all that may be known of them."""
    engine = open_engine(str(tmp_path / "source"), create=True)
    mails = corpus()
    fill(engine, mails)
    ids = {message.message_id.partition("@")[0]: message.id for message, _ in mails}
    one, two, _ = keep(engine, article("a", "One \0."), article("b", "Two."), article("c", "Three."))
    cite(engine, one, citation(one, ids["a1"]), citation(one, ghost_id("lost@x.example"), start=20),
         citation(one, "", 0.6, 40, named="a lost one", number="7", collection="x"))  # fmt: skip
    cite(engine, two, citation(two, ids["b1"], 0.7))
    with engine.writer() as writer:
        writer.judge([Verdict(article=two, message=ids["b1"], cites=False, by="Eve", at=3),
                      Verdict(article=two, message=ids["c1"], cites=True, passage=Span(0, 2), at=4)])  # fmt: skip
        writer.set_settings(Settings(shown=0.8))
        writer.keep_derived("citations-weights", b"learned")
        writer.keep_derived("citations-lexicon", b"counted")
        writer.index()
    yield engine
    engine.close()


def test_the_shelf_goes_along(source: Engine, make: Maker, kind: str, tmp_path: Path) -> None:
    there = make()
    told = copying.copy(source, there)
    assert (told.same, told.articles) == (True, 3)
    assert shelf_digest(there) == shelf_digest(source)
    assert there.derived("citations-weights") == b"learned"
    assert (there.derived("citations-lexicon") is None) == (kind == "elastic")
    assert names(there, "is:cited") == names(source, "is:cited") == ["a1", "c1"]
    one = source.article_at("news.example/a", "")
    state = there.cited_state(one)
    assert state is not None
    assert 0 < state.upto <= there.newest()
    again = copying.copy(source, there)
    assert again.same
    back = open_engine(str(tmp_path / "back"), create=True)
    assert copying.copy(there, back).same
    assert shelf_digest(back) == shelf_digest(source)
    assert back.status().citations == source.status().citations == {"shown": 3, "silent": 1, "probable": 1, "absent": 1}
    back.close()
    with there.writer() as writer:
        writer.set_settings(Settings())
    assert shelf_digest(there) != shelf_digest(source)
