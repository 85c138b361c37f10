"""The shelf of a folder: made in corpora of older versions, whole after what cut a call off, quick to search."""

import sqlite3
from pathlib import Path

import pytest

from mappings.articles import CitedState, Verdict
from search import embedded_citations, judging
from search.citing import ArticlesWanted
from search.embedded_store import DATABASE
from search.engine import open_engine
from search.parse import parse
from tests.shelf_articles import article, citation, cite, keep
from tests.test_search_contract import corpus, fill, names

TABLES = ("articles", "article_words", "article_keys", "captures", "captured", "citations", "verdicts", "cited_states",
          "derived")  # fmt: skip


def test_an_older_corpus_gets_what_it_lacks(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    engine = open_engine(str(folder), create=True)
    fill(engine, corpus())
    engine.close()
    connection = sqlite3.connect(folder / DATABASE)
    for table in TABLES:
        connection.execute(f"DROP TABLE {table}")
    connection.commit()
    connection.close()
    engine = open_engine(str(folder))
    assert engine.status().differences == ()
    assert engine.search(parse("own:harbour")).total == 2
    assert engine.articles(ArticlesWanted()).total == 0
    (one,) = keep(engine, article())
    cite(engine, one, citation(one, corpus()[0][0].id))
    assert names(engine, "is:cited") == ["a1"]
    engine.close()


def test_what_is_cut_off_in_the_middle_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(str(tmp_path / "corpus"), create=True)
    fill(engine, corpus())
    mails = [message.id for message, _ in corpus()]
    (one,) = keep(engine, article())
    cite(engine, one, citation(one, mails[0]))
    before = engine.cites(one), engine.cited_state(one), engine.verdicts(), engine.article(one)

    def fails(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch, engine.writer() as writer:
        patch.setattr(embedded_citations, "documents", fails)
        with pytest.raises(RuntimeError):
            writer.keep_citations(CitedState(article=one), [citation(one, mails[1])])
        with pytest.raises(RuntimeError):
            writer.judge([Verdict(article=one, message=mails[0], cites=False)])
        with pytest.raises(RuntimeError):
            writer.drop_article(one)
    with monkeypatch.context() as patch, engine.writer() as writer:
        patch.setattr(judging, "rows", fails)
        with pytest.raises(RuntimeError):
            writer.unjudge(one, mails[0])
    assert (engine.cites(one), engine.cited_state(one), engine.verdicts(), engine.article(one)) == before
    with engine.writer() as writer:
        writer.index()
    assert names(engine, "is:cited") == ["a1"]
    engine.close()


def test_damaged_captures_are_told(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "corpus"), create=True)
    made = [article(name, f"Text {name}.") for name in ("a", "b", "c")]
    keep(engine, *made)
    shas = sorted(one.captures[0].sha256 for one, _ in made)
    connection = sqlite3.connect(tmp_path / "corpus" / DATABASE)
    connection.execute("UPDATE captures SET data = x'00' WHERE sha256 = ?", (bytes.fromhex(shas[0]),))
    connection.execute("DELETE FROM captures WHERE sha256 = ?", (bytes.fromhex(shas[1]),))
    connection.commit()
    connection.close()
    told = dict(engine.verify_captures())
    assert list(told) == shas
    assert "can't be read" in told[shas[0]]
    assert told[shas[1]] == "its bytes are missing"
    assert told[shas[2]] == ""
    engine.close()
