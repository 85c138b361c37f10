"""Signatures as every engine keeps and finds them: states, keys, and what a later check found out."""

from pathlib import Path

from dkim_mails import NAME, record, sealed, signed, variant
from test_search_contract import Maker, empty, kind, make  # noqa: F401  # fixtures

from ingest import copying
from ingest.authenticity import recheck
from ingest.dkim.keyring import dkim_key
from ingest.pipeline import load
from mappings.signatures import Key, Later, Signature
from search.engine import Engine
from search.parse import parse

KEY = dkim_key(NAME, record(), source="a test")
MAILS = {
    "signed": signed(),
    "copy": b"X-Copy: 1\r\n" + signed(),
    "changed": signed(variant("changed")).replace(b"hearing", b"Hearing"),
    "unsigned": variant("unsigned"),
    "other": signed(variant("other"), domain="paper.example"),
    "broken": b"DKIM-Signature: v=1\r\n" + variant("broken"),
    "arc": sealed(variant("arc")),
}


def fill(engine: Engine, folder: Path) -> None:
    """Takes the mails in."""
    folder.mkdir()
    for name, raw in MAILS.items():
        (folder / f"{name}.eml").write_bytes(raw)
    load(engine, [folder])


def found(engine: Engine, query: str) -> list[str]:
    """Message-IDs of what a query finds, without their domain."""
    hits = engine.search(parse(query), order="oldest").hits
    return sorted(hit.row.message_id.partition("@")[0] for hit in hits)


def test_states_are_found_and_counted(empty: Engine, tmp_path: Path) -> None:  # noqa: F811
    fill(empty, tmp_path / "mails")
    assert found(empty, "dkim:no-key") == ["budget", "changed", "other"]
    assert found(empty, "dkim:fails") == ["broken"]
    assert found(empty, "dkim:unsigned") == ["arc", "unsigned"]
    assert found(empty, "dkim:verified") == []
    assert found(empty, "arc:no-key") == ["arc"]
    assert found(empty, "-dkim:unsigned -dkim:fails") == ["budget", "changed", "other"]
    facets = {facet.name: facet.values for facet in empty.search(parse("")).facets}
    assert {value.value: value.count for value in facets["dkim"]} == {"no-key": 3, "unsigned": 2, "fails": 1}
    assert all(empty.search(parse(value.query)).total == value.count for value in facets["dkim"])
    assert "dkim" not in {facet.name for facet in empty.search(parse("dkim:unsigned")).facets}


def test_a_key_that_is_added_settles_what_waited_for_it_and_its_removal_undoes_that(
    empty: Engine, tmp_path: Path  # noqa: F811
) -> None:
    fill(empty, tmp_path / "mails")
    digest = empty.digest()
    with empty.writer() as writer:
        writer.put_keys([KEY])
        outcome = recheck(empty, writer, {KEY.name})
        writer.index()
    assert (outcome.checked, outcome.changed, outcome.states) == (3, 3, {"verified": 2, "fails": 1})
    assert empty.keys() == [KEY]
    assert found(empty, "dkim:verified") == ["budget"]
    assert found(empty, "dkim:verified is:duplicate") == ["budget", "budget"]
    message = empty.message(empty.search(parse("dkim:verified")).hits[0].row.id)
    assert (message.signatures[0].state, message.signatures[0].key) == ("verified", "a test")
    assert empty.messages([message.id]) == [message]
    with empty.writer() as writer:
        list(writer.reindex())
    assert found(empty, "dkim:verified") == ["budget"]
    assert all(not wrong for _, wrong in empty.verify())
    assert empty.digest() == digest
    with empty.writer() as writer:
        writer.drop_keys([KEY])
        recheck(empty, writer, {KEY.name})
        writer.index()
    assert empty.keys() == []
    assert found(empty, "dkim:no-key") == ["budget", "changed", "other"]


def test_what_comes_in_later_is_checked_with_the_keys_of_the_corpus(empty: Engine, tmp_path: Path) -> None:  # noqa: F811
    with empty.writer() as writer:
        writer.put_keys([KEY, Key(name=NAME, text="p=", source="revoked since")])
    fill(empty, tmp_path / "mails")
    assert found(empty, "dkim:verified") == ["budget"]
    assert len(empty.keys()) == 2


def test_findings_of_unknown_messages_are_left_out(empty: Engine, tmp_path: Path) -> None:  # noqa: F811
    fill(empty, tmp_path / "mails")
    (hit,) = empty.search(parse("dkim:fails")).hits
    later = Later(signatures=(Signature(state="verified"),))
    with empty.writer() as writer:
        writer.amend({hit.row.id: later, "0" * 64: later})
        writer.index()
    assert found(empty, "dkim:verified") == ["broken"]


def test_a_copy_of_the_corpus_has_its_keys_and_findings(make: Maker, tmp_path: Path) -> None:  # noqa: F811
    old, new = make(), make()
    fill(old, tmp_path / "mails")
    with old.writer() as writer:
        writer.put_keys([KEY])
        recheck(old, writer, {KEY.name})
        writer.index()
    assert copying.copy(old, new).same
    assert new.keys() == [KEY]
    assert found(new, "dkim:verified") == ["budget"]
