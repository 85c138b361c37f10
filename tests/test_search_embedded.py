"""What the embedded engine alone promises: statements that stay quick however large the corpus is."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ingest.threads import prepare, settle
from mappings.records import Address, ArchiveState, Message, Place, Segment
from search import embedded_store
from search.engine import Batch, open_engine
from search.parse import parse

# the status page and the audits count all there is
WHOLE = ("SELECT count(", "SELECT key, message_id", "SELECT num FROM messages ORDER BY num", "SELECT num, label, key")


def test_no_statement_reads_a_whole_table_to_find_a_few_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plans: dict[str, list[str]] = {}

    class Explained(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if sql.lstrip().startswith(("SELECT", "UPDATE", "DELETE")) and sql not in plans:
                plans[sql] = [row[3] for row in super().execute("EXPLAIN QUERY PLAN " + sql, *values)]
            return super().execute(sql, *values)

    connect = sqlite3.connect
    monkeypatch.setattr(
        embedded_store.sqlite3, "connect", lambda *args, **named: connect(*args, factory=Explained, **named)
    )
    engine = open_engine(str(tmp_path / "corpus"), create=True)
    people = (Address("Ann", "ann@x.example"), Address("Bob", "bob@x.example"))
    mails = [
        Message(
            id=f"{number:064x}", size=3, subject="Re: Dues" if number % 2 else "Dues", date=1_500_000_000 + number,
            message_id=f"{number}@x.example", from_=people[number % 2 :][:1], to=people[: number % 2 + 1][:1],
            references=("9@y.example",) if number == 4 else (), carrier=f"{1:064x}" if number == 6 else "",
        )
        for number in range(1, 9)
    ]  # fmt: skip
    with engine.writer() as writer:
        for archive in "ab":
            prepared = [prepare(mail, b"raw", Place(archive, "", 0, archive)) for mail in mails]
            writer.take(Batch(state=ArchiveState(archive=archive, collection=archive), messages=prepared))
            settle(writer)
            writer.index()
    for query in ("dues", "is:ghost", f"thread:{1:064x}", "id:9@y.example"):
        engine.search(parse(query), by_thread=True)
    for mail in mails:
        engine.thread(mail.id)
        engine.copies(mail.id)
        engine.attached(mail.id)
        engine.places(mail.id)
    engine.close()
    assert len(plans) > 30
    tables = ("messages", "places", "links", "ghosts", "blocks", "m", "c", "o", "p")
    scans = [
        (sql, step)
        for sql, plan in plans.items()
        for step in plan
        if not sql.startswith(WHOLE)
        and ((step.startswith("SCAN") and step.split()[1] in tables) or "PRIMARY KEY (rowid<?)" in step)
    ]
    assert scans == []


def test_words_near_by_are_the_same_mails_in_every_order(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "corpus"), create=True)
    words = ["ash", "birch", "cedar", "elm", "fir"]
    mails = []
    for number in range(300):
        text = " ".join(words[(number * 7**place // 3) % 5] for place in range(1, 12))
        segments = (Segment("own", 0, len(text)),)
        mails.append(Message(id=f"{number:064x}", size=3, text=text, segments=segments, subject=str(number)))
    with engine.writer() as writer:
        prepared = [prepare(mail, b"raw", Place("a", "", number)) for number, mail in enumerate(mails)]
        writer.take(Batch(state=ArchiveState(archive="a"), messages=prepared))
        writer.index()
    for slop in (1, 2, 3):
        query = parse(f'own:"ash cedar fir"~{slop}')
        best, newest = (engine.search(query, order=order, limit=300) for order in ("relevance", "newest"))
        assert {hit.row.id for hit in best.hits} == {hit.row.id for hit in newest.hits}
        assert best.total == newest.total == len(best.hits) > 0
    engine.close()
