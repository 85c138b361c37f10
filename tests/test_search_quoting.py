"""Quoted words and ghosts that no mail names, as both engines keep them: the same threads whatever comes first."""

import pytest

from ingest import copying
from ingest.threads import prepare, settle
from mappings.records import Address, ArchiveState, Message, Place
from search.engine import Batch, Engine, open_engine
from search.errors import NotFound
from search.parse import parse
from tests.quoting_mails import ANN, BOB, CLO, DAY, MORE, T0, WORDS, answer, block, letter, written
from tests.test_search_contract import Maker, empty, fill, kind, make

__all__ = ["empty", "kind", "make"]  # the fixtures

LINE = f"On {written(T0, 2)}, Ann Lee wrote:"


def mails() -> list[tuple[Message, bytes]]:
    """A letter, answers that quote it, one another, and mails that are not here."""
    first = answer(LINE, own=MORE, subject="Re: Crane")
    return [
        letter(WORDS, subject="Crane"),
        first,
        block(BOB, T0 + DAY // 2, MORE, own="So be it.\n", sender=CLO, to=BOB, date=T0 + DAY),
        answer("Bob wrote:", MORE, own="Twice.\n", sender=ANN, to=BOB, date=T0 + 2 * DAY),
        block(CLO, T0 + 3 * DAY, "Nobody knows what became of that mail, nor who commanded it.\n", date=T0 + 4 * DAY),
        letter("Another matter, among members of the crew.\n" + MORE[:30], subject="Crew", sender=CLO, name="c"),
    ]  # fmt: skip


def parents(engine: Engine, messages: list[tuple[Message, bytes]]) -> list[int | str]:
    """What each message answers, by its number in the list; "" for none, "g" for a ghost."""
    numbers = {message.id: number for number, (message, _) in enumerate(messages)}
    found = [engine.row(message.id).parent for message, _ in messages]
    return [numbers[parent] if parent in numbers else parent[:1] for parent in found]


def test_threads_by_quoted_words_whatever_comes_first(make: Maker) -> None:
    known = mails()
    digests = set()
    for order, size in ((range(6), 6), (range(6), 1), (range(5, -1, -1), 1), ((3, 1, 5, 0, 4, 2), 2)):
        engine = make()
        listed = list(order)
        for start in range(0, len(listed), size):
            with engine.writer() as writer:
                batch = [prepare(*known[number], Place("/a", "box", number)) for number in listed[start : start + size]]
                writer.take(Batch(state=ArchiveState(archive="/a"), messages=batch))
                settle(writer)
                assert not writer.loose()
                writer.index()
        assert parents(engine, known) == ["", 0, 1, 1, "g", ""]
        assert engine.status().threads == 3
        digests.add(engine.digest())
    assert len(digests) == 1


def test_what_was_stored_is_settled_by_a_later_run(make: Maker) -> None:
    known = mails()
    engine = make()
    for one in known:
        with engine.writer() as writer:  # ends before it settles, as a killed one does
            writer.take(Batch(state=ArchiveState(archive="/a"), messages=[prepare(*one, Place("/a"))]))
    fill(engine, [])
    assert parents(engine, known) == ["", 0, 1, 1, "g", ""]


def test_a_copy_in_the_other_engine_has_the_same_digest(make: Maker, tmp_path: object) -> None:
    source, target = open_engine(f"{tmp_path}/source", create=True), make()
    for one in mails():
        fill(source, [one])
    assert copying.copy(source, target).same
    source.close()


def test_a_ghost_that_no_mail_names(empty: Engine) -> None:
    replies = [answer(LINE, own="Yes.\n"), answer(LINE, own="No.\n", sender=CLO, to=ANN, date=T0 + DAY)]
    fill(empty, replies)
    assert empty.status().ghosts == 1
    ghost = empty.row(empty.row(replies[0][0].id).parent)
    assert (ghost.ghost, ghost.from_, ghost.written) == (True, (Address("Ann Lee"),), "2014-05-13T18:53")
    assert ghost.preview.startswith("The commission meets")
    assert [row.parent for row in empty.thread(ghost.id).rows] == ["", ghost.id, ghost.id]
    for query in ("commission", "from:lee", "on:2014-05-13"):
        assert [hit.row.id for hit in empty.search(parse(f"is:ghost {query}")).hits] == [ghost.id], query


def test_the_mail_takes_the_place_of_its_ghost(empty: Engine) -> None:
    replies = [answer(LINE, own="Yes.\n"), answer("Ann wrote:", own="No.\n", sender=CLO, to=ANN, date=T0 + DAY)]
    fill(empty, replies)
    ghosts = {empty.row(message.id).parent for message, _ in replies}
    assert len(ghosts) == empty.status().ghosts == 2
    late = letter(WORDS, subject="Crane")
    fill(empty, [late])
    assert empty.status().ghosts == 0
    assert empty.search(parse("is:ghost")).total == 0
    assert {empty.message(ghost).id for ghost in ghosts} == {late[0].id}
    assert {empty.thread(ghost).id for ghost in ghosts} == {late[0].id}
    with pytest.raises(NotFound):
        empty.row("g" + "1" * 16)
