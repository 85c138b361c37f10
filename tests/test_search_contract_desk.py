"""Tags, stars and notes on both engines: kept at once, found by searches, never overwritten, undone."""

from collections.abc import Iterator, Sequence

import pytest

from mappings.desk import Anchor, Mark
from search.desk import NotesWanted, Tag
from search.engine import Engine
from search.errors import CursorError, NotFound, Overtaken, QueryError, SearchError
from search.parse import parse
from tests.test_search_contract import Maker, corpus, empty, engine, fill, kind, mail, make, names

__all__ = ["empty", "engine", "kind", "make"]  # the fixtures


def ids() -> dict[str, str]:
    """Ids of the corpus's mails by their names."""
    return {message.message_id.partition("@")[0]: message.id for message, _ in corpus()}


def told(marks: Sequence[Mark]) -> list[tuple[str, str]]:
    return [(mark.kind, mark.name or mark.text) for mark in marks]


def test_marks_are_seen_at_once_and_found(engine: Engine) -> None:
    id = ids()
    assert engine.marks(id.values()) == {}
    assert names(engine, "tag:*") == names(engine, "is:starred") == names(engine, "has:note") == []
    engine.tag([id["a1"], id["b1"]], add=["Follow Up", "täx"], by="Eve")
    engine.star([id["a1"]], by="Eve")
    anchor = Anchor("wall", 12, 16, "The harbour ", " is leaking")
    engine.note(id["c1"], "Ask Chloé about the minutes", anchor=anchor, by="Ann")
    found = engine.marks([id["a1"], id["a2"], id["c1"]])
    assert told(found[id["a1"]]) == [("star", ""), ("tag", "Follow Up"), ("tag", "täx")]
    assert told(found[id["c1"]]) == [("note", "Ask Chloé about the minutes")]
    assert id["a2"] not in found
    note = found[id["c1"]][0]
    assert (note.anchor, note.by, [change.did for change in note.history]) == (anchor, "Ann", ["added"])
    assert note.at == note.history[0].at > 1_700_000_000


@pytest.mark.parametrize(("query", "expected"), [
    ('tag:"follow up"', ["a1", "b1"]), ("tag:TÄX", ["a1", "b1"]), ("tag:*", ["a1", "b1", "g1"]),
    ("tag:fol*", ["a1", "b1"]), ("tag:follow", []), ("is:starred", ["a1"]), ("has:note", ["a1", "c1"]),
    ("note:minutes", ["c1"]),
    ('note:"about the MINUTES"', ["c1"]), ('note:"minutes about"', []), ("note:chloe", ["c1"]), ("note:minu*", ["c1"]),
    ('note:"the min*"', ["c1"]), ("note:(minutes OR later)", ["a1", "c1"]), ("subject:wall -tag:*", ["a2", "a3"]),
    ("tag:contract OR is:starred", ["a1", "g1"]), ("-has:note subject:wall", ["a2", "a3"]), ("leaking tag:täx", ["a1"]),
])  # fmt: skip
def test_searches_for_marks(marked: Engine, query: str, expected: list[str]) -> None:
    assert names(marked, query) == expected


@pytest.fixture(scope="module")
def marked(request: pytest.FixtureRequest, kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A corpus with some marks."""
    maker = Maker(request, kind, tmp_path_factory.mktemp("marked"))
    found = maker()
    fill(found, corpus())
    id = ids()
    found.tag([id["a1"], id["b1"]], add=["Follow Up", "täx"])
    found.tag([id["g1"]], add=["contract"])
    found.star([id["a1"]])
    found.note(id["c1"], "Ask Chloé about the minutes")
    found.note(id["a1"], "Look at it later")
    yield found
    maker.close()


def test_results_are_counted_by_tag(marked: Engine) -> None:
    def tags(engine: Engine, query: str) -> list[tuple[str, int, str]]:
        return [(one.value, one.count, one.query) for facet in engine.search(parse(query)).facets
                if facet.name == "tag" for one in facet.values]  # fmt: skip

    assert tags(marked, "") == [
        ("follow up", 2, 'tag:"follow up"'), ("täx", 2, "tag:täx"), ("contract", 1, "tag:contract")]  # fmt: skip
    assert tags(marked, "subject:wall") == [("follow up", 1, 'tag:"follow up"'), ("täx", 1, "tag:täx")]
    assert tags(marked, "-tag:*") == []
    assert tags(marked.discreet(), "subject:wall") == []


def test_each_change_stays_and_each_act_can_be_undone(empty: Engine) -> None:
    id = "ab" * 32  # a message that is not here
    first = empty.tag([id], add=["one", "two"], by="Eve")
    assert len(first.marks) == 2
    assert empty.tag([id], add=["ONE"], by="Bob").marks == ()
    second = empty.tag([id], remove=["one"], add=["three"], by="Bob")
    assert told(empty.marks([id])[id]) == [("tag", "three"), ("tag", "two")]
    assert len(empty.undo(second.id, by="Ann").marks) == 2
    assert told(empty.marks([id])[id]) == [("tag", "one"), ("tag", "two")]
    assert empty.undo(second.id).marks == ()  # it is undone
    (one,) = [mark for mark in empty.history(id) if mark.name == "one"]
    assert [(change.did, change.by) for change in one.history] == [
        ("added", "Eve"), ("removed", "Bob"), ("restored", "Ann")]  # fmt: skip
    assert (one.by, one.gone) == ("Eve", False)
    starred = empty.star([id])
    assert empty.star([id]).marks == ()
    empty.undo(starred.id)
    assert empty.star([id], False).marks == ()
    assert told(empty.marks([id])[id]) == [("tag", "one"), ("tag", "two")]
    assert sorted(mark.kind for mark in empty.every_mark() if mark.gone) == ["star", "tag"]


def test_a_note_is_edited_by_one_who_has_read_it(empty: Engine) -> None:
    id = "ab" * 32
    (note,) = empty.note(id, "  First\r\nlines \n", by="Eve").marks
    assert note.text == "First\nlines"
    empty.edit_note(note.id, "Second", seen=1, by="Bob")
    with pytest.raises(Overtaken, match="Bob"):
        empty.edit_note(note.id, "Third", seen=1, by="Eve")
    act = empty.edit_note(note.id, "Third", by="Eve")
    assert told(empty.marks([id])[id]) == [("note", "Third")]
    empty.undo(act.id, by="Eve")
    found = empty.mark(note.id)
    assert found.text == "Second"
    assert [(change.did, change.was) for change in found.history] == [
        ("added", ""), ("edited", "First\nlines"), ("edited", "Second"), ("edited", "Third")]  # fmt: skip
    gone = empty.remove_marks([note.id], by="Ann")
    assert empty.marks([id]) == {}
    with pytest.raises(NotFound):
        empty.edit_note(note.id, "Fourth")
    empty.undo(gone.id)
    assert told(empty.marks([id])[id]) == [("note", "Second")]
    for wrong in ("", " \n", "x" * 20_001):
        with pytest.raises(SearchError):
            empty.note(id, wrong)
    with pytest.raises(NotFound):
        empty.mark("00" * 16)


def test_tags_are_renamed_and_become_one(empty: Engine) -> None:
    one, two, three = "aa" * 32, "bb" * 32, "cc" * 32
    empty.tag([one, two], add=["tax"], by="Eve")
    empty.tag([two, three], add=["Money"], by="Bob")
    assert [(tag.name, tag.messages) for tag in empty.tags()] == [("Money", 2), ("tax", 2)]
    act = empty.rename_tag("TAX", "money", by="Ann")
    assert [(tag.name, tag.messages) for tag in empty.tags()] in ([("money", 3)], [("Money", 3)])
    (mark,) = empty.marks([one])[one]
    assert (mark.name, mark.by, mark.history[-1].by, mark.history[-1].was) == ("money", "Eve", "Ann", "tax")
    empty.undo(act.id)
    assert [(tag.name, tag.messages) for tag in empty.tags()] == [("Money", 2), ("tax", 2)]
    act = empty.rename_tag("money", "MONEY")
    assert {mark.name for mark in empty.marks([two, three])[three]} == {"MONEY"}
    empty.undo(act.id)
    assert told(empty.marks([three])[three]) == [("tag", "Money")]
    with pytest.raises(NotFound):
        empty.rename_tag("nowhere", "x")


@pytest.mark.parametrize("name", ["", "  ", 'a "b"', "a,b", "a*", "x" * 81, "\u202e\u0000"])
def test_what_is_no_name_of_a_tag_is_refused(empty: Engine, name: str) -> None:
    with pytest.raises(SearchError):
        empty.tag(["ab" * 32], add=[name])
    assert empty.tags() == []


def test_a_tag_is_kept_with_one_space_and_without_what_nobody_sees(empty: Engine) -> None:
    empty.tag(["ab" * 32], add=[" a\u202e \n b\ud800"])
    assert [tag.name for tag in empty.tags()] == ["a b?"]


def test_copies_share_their_marks(engine: Engine) -> None:
    one = mail("twin", "The very same words\n")
    other = mail("twin", "The very same words\n", headers=(("Received", "by x"),))
    fill(engine, [one])
    fill(engine, [other], archive="/b")
    first, second = one[0], other[0]
    assert [row.id for row in engine.copies(first.id)] == [second.id]
    engine.tag([first.id], add=["seen"])
    assert told(engine.marks([second.id])[second.id]) == [("tag", "seen")]
    assert len(engine.tag([second.id], add=["seen"]).marks) == 0
    assert names(engine, "tag:seen") == ["twin"]
    engine.tag([second.id], remove=["seen"])
    assert engine.marks([first.id]) == {}


def test_marks_wait_for_their_message(engine: Engine) -> None:
    later, raw = mail("late", "Words that come late\n")
    engine.tag([later.id], add=["soon"])
    assert names(engine, "tag:soon") == []
    fill(engine, [(later, raw)])
    assert names(engine, "tag:soon") == ["late"]


def test_marks_are_written_while_another_writes_mail(engine: Engine) -> None:
    with engine.writer():
        engine.star([ids()["a1"]])
        assert names(engine, "is:starred") == ["a1"]


def test_notes_are_listed_by_author_tag_and_words(empty: Engine) -> None:
    first, second = "aa" * 32, "bb" * 32
    for at in range(5):
        empty.note(first, f"Number {at} of five", by="Eve")
    empty.note(second, "Another one", by="Bob")
    empty.tag([second], add=["press"])
    assert empty.authors() == [("Bob", 1), ("Eve", 5)]
    assert empty.notes(NotesWanted(by="Eve", words="FIVE number")).total == 5
    assert [note.text for note in empty.notes(NotesWanted(tag="Press")).notes] == ["Another one"]
    assert empty.notes(NotesWanted(tag="none")).total == 0
    page, seen = empty.notes(NotesWanted(), limit=4), list[str]()
    while True:
        seen += [note.id for note in page.notes]
        assert page.total == 6
        if not page.next:
            break
        page = empty.notes(NotesWanted(), limit=4, cursor=page.next)
    assert len(seen) == len(set(seen)) == 6
    with pytest.raises(CursorError):
        empty.notes(NotesWanted(), cursor="!")


def test_who_may_not_see_the_desk_finds_nothing_of_it(engine: Engine) -> None:
    id = ids()["a1"]
    engine.tag([id], add=["secret"], by="Eve")
    (note,) = engine.note(id, "Secret", by="Eve").marks
    reader = engine.discreet()
    assert reader.marks([id]) == {}
    assert reader.history(id) == reader.tags() == reader.authors() == list(reader.every_mark()) == []
    assert reader.notes(NotesWanted()).total == reader.desked().messages == 0
    with pytest.raises(NotFound):
        reader.mark(note.id)
    with pytest.raises(SearchError):
        reader.tag([id], add=["mine"])
    for query in ("tag:secret", "-tag:*", "wall OR is:starred", "-has:note", "note:secret"):
        with pytest.raises(QueryError):
            reader.search(parse(query))
    assert names(reader, "leaking") == ["a1", "a2"]
    assert engine.tags() == [Tag("secret", 1, engine.tags()[0].last)]


def test_marks_go_into_another_corpus_with_their_history(empty: Engine, make: Maker) -> None:
    id = "ab" * 32
    empty.tag([id], add=["one"], by="Eve")
    empty.tag([id], remove=["one"], by="Bob")
    empty.note(id, "Words", by="Eve")
    other = make()
    other.tag([id], add=["one"], by="Ann")
    assert other.put_marks(empty.every_mark()) == 2
    assert list(other.every_mark()) == list(empty.every_mark())
    other.tag([id], add=["one"])
    other.put_marks(empty.every_mark())
    assert told(other.marks([id])[id]) == [("tag", "one"), ("note", "Words")]


def test_several_thousand_marks_are_found(engine: Engine) -> None:
    many = [f"{number:064x}" for number in range(3000)] + [ids()["a1"]]
    act = engine.tag(many, add=["many"])
    assert len(act.marks) == 3001
    assert names(engine, "tag:many") == ["a1"]
    assert engine.tags()[0].messages == 3001
    assert len(engine.undo(act.id).marks) == 3001
    assert names(engine, "tag:many") == []
