"""Copies as both engines keep them: groups, places, and what a person decided, which stays."""

import random
from collections.abc import Sequence

from ingest import copying
from ingest.copies import BY_ID, BY_WORDS
from ingest.rulings import BETWEEN, decide, explained
from ingest.threads import prepare, settle
from mappings.records import ArchiveState, Message, Place
from search.engine import Batch, Engine
from search.parse import parse
from tests.test_search_contract import DAY, T0, Maker, empty, fill, kind, mail, make, names

__all__ = ["empty", "kind", "make"]  # the fixtures

Mails = Sequence[tuple[Message, bytes]]


def three(**fields: object) -> list[tuple[Message, bytes]]:
    """Mails of which the first two share words and minute, the last two Message-ID and own words."""
    return [
        mail("one", "Sign here.\n", subject="Deed", headers=(("To", "bob"),)),
        mail("two", "Sign here.\n", subject="Deed", date=T0 + 5),
        mail("two", "Sign here.\n", subject="Re: Deed", date=T0 + DAY, **fields),
    ]  # fmt: skip


def ids(mails: Mails) -> list[str]:
    return [message.id for message, _ in mails]


def group(engine: Engine, id: str) -> set[str]:
    return {id, *(row.id for row in engine.copies(id))}


def test_two_rules_make_one_group_whatever_comes_first(make: Maker) -> None:
    mails = [*three(), mail("other", "Sign here.\n", subject="Deed", date=T0 + 90)]
    digests = set()
    for order in ([0, 1, 2, 3], [0, 2, 3, 1], [2, 0, 1, 3]):
        engine = make()
        for number in order:
            fill(engine, [mails[number]], archive=f"/{number}")
        assert list(engine.groups()) == [tuple(sorted(ids(mails[:3])))]
        assert engine.search(parse("own:sign")).total == 2
        digests.add(engine.digest())
    assert len(digests) == 1


def test_one_hit_says_in_how_many_places(empty: Engine) -> None:
    mails = three()
    fill(empty, mails)
    fill(empty, mails[:1], archive="/b", collection="second")
    (hit,) = empty.search(parse("own:sign")).hits
    assert (hit.row.copies, hit.row.places) == (2, 4)
    assert empty.row(mails[1][0].id).places == 4
    assert names(empty, "collection:second") == names(empty, "collection:harbour") == [hit.row.message_id.split("@")[0]]
    assert empty.status().duplicates == 2
    (told,) = [explained(empty, group) for group in empty.groups()]
    assert [bool(copy.of) for copy in told] == [False, True, True]
    assert {copy.why for copy in told[1:]} <= {(BY_ID,), (BY_WORDS,), (BETWEEN,)}
    assert "bytes" in told[1].differs


def test_what_is_split_stays_apart_for_good(empty: Engine, make: Maker) -> None:
    mails = three()
    fill(empty, mails)
    alone = mails[1][0].id
    decide(empty, [alone], join=False, by="Eve")
    assert list(empty.groups()) == []
    assert empty.search(parse("own:sign")).total == 3
    more = mail("two", "Sign here.\n", subject="Deed", date=T0 + 9)
    fill(empty, [more], archive="/c")
    assert group(empty, more[0].id) == {more[0].id, mails[0][0].id, mails[2][0].id}
    assert group(empty, alone) == {alone}
    with empty.writer() as writer:
        list(writer.reindex())
    assert empty.search(parse("own:sign")).total == 2
    (ruling,) = empty.rulings()
    assert (ruling.id, ruling.by, ruling.cut) == (alone, "Eve", True)
    assert ruling.at > T0
    other = make()
    assert copying.copy(empty, other).same
    assert other.rulings() == [ruling]
    assert group(other, alone) == {alone}


def test_what_is_joined_is_one_group_and_one_thread(empty: Engine) -> None:
    mails = [mail("left", "Left.\n", subject="A"), mail("right", "Right.\n", subject="B", date=T0 + 9 * DAY),
             mail("right", "Right.\n", subject="B", date=T0 + 8 * DAY)]  # fmt: skip
    fill(empty, mails)
    assert empty.row(mails[0][0].id).thread != empty.row(mails[1][0].id).thread
    decide(empty, ids(mails[:2]), join=True, by="Eve")
    assert list(empty.groups()) == [tuple(sorted(ids(mails)))]
    assert empty.row(mails[0][0].id).thread == empty.row(mails[1][0].id).thread
    assert empty.search(parse("own:left OR own:right")).total == 1
    (told,) = [explained(empty, group) for group in empty.groups()]
    assert any(reason.startswith("said so by Eve on ") for copy in told for reason in copy.why)
    decide(empty, [mails[0][0].id], join=False, by="Bob")
    assert group(empty, mails[0][0].id) == {mails[0][0].id}
    assert group(empty, mails[1][0].id) == set(ids(mails[1:]))
    decide(empty, [mails[0][0].id, mails[2][0].id], join=True, by="Ann")
    assert group(empty, mails[0][0].id) == set(ids(mails))


def test_any_order_of_ingest_gives_the_same_groups(make: Maker) -> None:
    chance = random.Random(5)
    mails = [
        mail(f"m{chance.randint(0, 3)}", chance.choice(["Yes.\n", "No.\n"]), subject="Vote",
             date=T0 + chance.choice([0, 5, 90]), headers=(("X-Number", str(number)),))
        for number in range(14)
    ]  # fmt: skip
    found = set()
    for seed in range(3):
        engine = make()
        order = list(mails)
        random.Random(seed).shuffle(order)
        for part in (order[:5], order[5:9], order[9:]):
            with engine.writer() as writer:
                taken = [prepare(*one, Place("/a", "box", mails.index(one))) for one in part]
                writer.take(Batch(state=ArchiveState(archive="/a"), messages=taken))
                settle(writer)
                writer.index()
        found.add((engine.digest(), tuple(sorted(engine.groups())), engine.search(parse("subject:vote")).total))
    assert len(found) == 1
