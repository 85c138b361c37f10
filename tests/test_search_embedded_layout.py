"""A folder whose tables or index are of another version: told column by column and field by field, and mended."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from search.embedded_store import DATABASE, INDEX
from search.engine import open_engine
from search.errors import CorpusDamaged, CorpusError
from search.parse import parse
from tests.test_search_contract import corpus, fill, names
from webapp import create_app
from webapp.cli import Mail, main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus."""
    engine = open_engine(str(tmp_path / "corpus"), create=True)
    fill(engine, corpus())
    assert engine.status().differences == ()
    engine.close()
    return tmp_path / "corpus"


def alter(folder: Path, *statements: str) -> None:
    """Changes tables."""
    connection = sqlite3.connect(folder / DATABASE)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_an_index_of_another_version_is_told_field_by_field_and_reindex_mends_it(folder: Path) -> None:
    meta = folder / INDEX / "meta.json"
    noted: dict[str, Any] = json.loads(meta.read_text())
    fields = {field["name"]: field for field in noted["schema"]}
    fields["subject"]["options"]["indexing"]["tokenizer"] = "raw"
    fields["month"]["type"] = "u64"
    fields["sender"] = fields.pop("quoted") | {"name": "sender"}
    meta.write_text(json.dumps(noted | {"schema": list(fields.values())}))
    engine = open_engine(str(folder))
    found = engine.status().differences
    assert {one.what for one in found} == {
        'field "quoted" is missing', 'field "sender" is not expected', 'field "month" is u64, expected i64',
        'field "subject" is indexing.tokenizer raw, expected indexing.tokenizer folded',
    }  # fmt: skip
    with pytest.raises(CorpusDamaged, match="unsealed reindex"):
        engine.search(parse("harbour"))
    text = CliRunner().invoke(main, ["status", "--engine", str(folder)], catch_exceptions=False).stdout
    assert 'index: field "quoted" is missing\n' in text
    assert "`unsealed reindex` makes the index anew.\n" in text
    assert "field &#34;quoted&#34; is missing" in create_app(engine, Mail()).test_client().get("/status").text
    with engine.writer() as writer:
        list(writer.reindex())
    assert engine.status().differences == ()
    assert names(engine, "leaking") == ["a1", "a2"]
    engine.close()


def test_an_index_that_is_not_there_is_told(folder: Path) -> None:
    engine = open_engine(str(folder))
    (folder / INDEX / "meta.json").write_text("{")
    (found,) = engine.status().differences
    assert "can't be read" in found.what
    engine.close()


def test_tables_of_another_version(folder: Path) -> None:
    alter(folder, "ALTER TABLE messages ADD COLUMN odd TEXT", "DROP TABLE keys", "ALTER TABLE ghosts DROP COLUMN ghost")
    engine = open_engine(str(folder))
    found = engine.status().differences
    assert {(one.index, one.what, one.hinders) for one in found} == {
        ("messages", 'column "odd" is not expected', False), ("keys", "the table is missing", True),
        ("ghosts", 'column "ghost" is missing', True),
    }  # fmt: skip
    assert all("new corpus" in one.remedy for one in found)
    alter(folder, "ALTER TABLE messages DROP COLUMN recipients", "DROP TABLE archives")
    with pytest.raises(CorpusDamaged, match="laid out for another version"):
        engine.status()
    engine.close()


def test_a_folder_of_another_format(folder: Path) -> None:
    alter(folder, "UPDATE meta SET value = 99 WHERE key = 'format'")
    with pytest.raises(CorpusError, match="its format is 99"):
        open_engine(str(folder))
