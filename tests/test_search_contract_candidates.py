"""Candidates for citations on both engines: the same messages in the same order; texts in the order they came."""

from mappings.records import OWN_KINDS
from search.citing import Wanted
from search.engine import Engine
from search.words import tokens
from tests.test_search_contract import ANN, BOB, CLO, DAY, T0, corpus, empty, fill, kind, mail, make

__all__ = ["empty", "kind", "make"]  # the fixtures


def named(engine: Engine, wanted: Wanted, limit: int = 200) -> list[str]:
    found = engine.candidates(wanted, limit)
    assert sorted((one.score for one in found), reverse=True) == [one.score for one in found]
    return [engine.message(one.id).message_id.partition("@")[0] for one in found]


def test_candidates_are_found_by_groups_of_words(empty: Engine) -> None:
    fill(empty, corpus())
    assert named(empty, Wanted(groups=[{"leaking": 1.0}, {"harbour": 1.0}])) == ["a1", "a2", "f1", "a3"]
    assert named(empty, Wanted(groups=[{"nowhere": 1.0, "ferme": 0.4}])) == ["b1"]
    assert named(empty, Wanted(groups=[{"来週": 1.0}])) == ["c1"]
    assert named(empty, Wanted(groups=[{"report": 1.0}], since=0), limit=3) == named(
        empty, Wanted(groups=[{"report": 1.0}]))[:3]  # fmt: skip
    assert len(named(empty, Wanted(groups=[{"report": 1.0}]))) == 12
    assert named(empty, Wanted()) == named(empty, Wanted(groups=[{}], phrases=["…"])) == []
    assert named(empty, Wanted(groups=[{"leaking": 1.0}]), limit=0) == []


def test_of_a_group_the_best_word_counts_and_groups_add_up(empty: Engine) -> None:
    fill(empty, corpus())
    both = {one.id: one.score for one in empty.candidates(Wanted(groups=[{"wall": 1.0, "leaking": 0.5}]))}
    apart = {one.id: one.score for one in empty.candidates(Wanted(groups=[{"wall": 1.0}, {"leaking": 0.5}]))}
    wall = {one.id: one.score for one in empty.candidates(Wanted(groups=[{"wall": 1.0}]))}
    leaking = {one.id: one.score for one in empty.candidates(Wanted(groups=[{"leaking": 0.5}]))}
    for id in wall.keys() & leaking.keys():
        assert abs(both[id] - max(wall[id], leaking[id])) < 1e-3
        assert abs(apart[id] - wall[id] - leaking[id]) < 1e-3
    assert both.keys() == apart.keys() == wall.keys() | leaking.keys()


def test_a_phrase_is_found_in_its_order(empty: Engine) -> None:
    fill(empty, corpus())
    assert named(empty, Wanted(phrases=["two three FOUR"])) == ["h1"]
    assert named(empty, Wanted(phrases=["three two"])) == []
    assert named(empty, Wanted(phrases=["wall is leaking"])) == ["a1", "a2"]
    assert named(empty, Wanted(phrases=["Then"], groups=[{"seven": 1.0}])) in (["a2", "h1"], ["h1", "a2"])


def test_people_and_dates_bound_the_candidates(empty: Engine) -> None:
    fill(empty, corpus())
    harbour = [{"harbour": 1.0}]
    assert named(empty, Wanted(groups=harbour, people=[CLO.address])) == ["a3"]
    assert named(empty, Wanted(groups=harbour, people=["BOB.stone@harbour.example"], before=T0 + DAY)) == ["a1"]
    assert named(empty, Wanted(groups=harbour, after=T0 + DAY, before=T0 + 3 * DAY)) == ["a3", "a2"]
    assert named(empty, Wanted(people=[CLO.address])) == ["g1", "c1", "b1", "a3"]
    people = [CLO.address, BOB.address.lower(), ANN.address]
    assert named(empty, Wanted(people=people, before=T0 + 41 * DAY)) == ["b1", "a3", "a2", "a1"]
    assert named(empty, Wanted(people=people[:2], both=True)) == ["g1", "c1", "b1", "a3"]
    assert named(empty, Wanted(people=[CLO.address, "x@y.z"], both=True)) == []
    assert named(empty, Wanted(groups=[{"cafe": 1.0}], people=[BOB.address.lower(), ANN.address], both=True)) == ["b1"]


def test_copies_are_candidates_and_ghosts_are_not(empty: Engine) -> None:
    fill(empty, [mail("one", "Sign here.\n"), mail("one", "Sign here.\n", subject="Re:", headers=(("X", "y"),)),
                 mail("two", "Yes.\n", "> sign what?\n", in_reply_to=("lost@x.example",))])  # fmt: skip
    assert sorted(named(empty, Wanted(groups=[{"sign": 1.0}]))) == ["one", "one", "two"]


def test_equal_scores_go_by_date_and_id_as_in_searches(empty: Engine) -> None:
    mails = [mail(f"m{number}", "equal words\n", subject="", date=T0 + number % 3) for number in range(30)]
    fill(empty, mails)
    order = [message.id for message, _ in sorted(mails, key=lambda one: (one[0].date, one[0].id), reverse=True)]
    for limit in (1, 7, 30):
        assert [one.id for one in empty.candidates(Wanted(groups=[{"equal": 1.0}]), limit)] == order[:limit]


def test_texts_come_in_the_order_of_arrival(empty: Engine) -> None:
    mails = corpus()
    assert empty.newest() == 0
    fill(empty, mails[:3])
    first = list(empty.texts())
    assert {(id, text) for _, id, text in first} == {(message.id, own(message)) for message, _ in mails[:3]}
    assert [count for count, _, _ in first] == sorted(count for count, _, _ in first)
    upto = empty.newest()
    assert upto >= 0
    fill(empty, mails[3:], archive="/b")
    later = {id for _, id, _ in empty.texts(upto)}
    assert {message.id for message, _ in mails[3:]} <= later
    assert {id for _, id, _ in empty.texts()} == {message.id for message, _ in mails}
    assert {message.id for message, _ in mails[3:4]} <= {
        one.id for one in empty.candidates(Wanted(groups=[{"ferme": 1.0}], since=upto))}  # fmt: skip


def own(message: object) -> str:
    return "".join(message.text[one.start : one.end] for one in message.segments if one.kind in OWN_KINDS)  # type: ignore[attr-defined]


def test_hostile_questions_are_answered(empty: Engine) -> None:
    fill(empty, corpus())
    words = dict.fromkeys(tokens("the harbour wall is leaking again"), 1.0)
    hostile = Wanted(
        groups=[words | {"\ud800": 1.0, "\0": 2.0, "x" * 40_000: 1.0, "": 1.0, "wall*": 5.0}] * 400,
        phrases=["\ud800 \0", "wall " * 5_000], people=["\0", "\ud800@x", ""], after=-(1 << 80), before=1 << 80,
    )  # fmt: skip
    assert empty.candidates(hostile) == []  # nobody of that name
    assert named(empty, Wanted(groups=hostile.groups, phrases=hostile.phrases))[0] in ("a1", "d1")
    assert named(empty, Wanted(groups=[{"wall": 0.0}, {"wall": -1.0}])) == []
