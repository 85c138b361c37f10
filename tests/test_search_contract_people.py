"""The directory of people on both engines: who is one person, what is counted of them, what people decide."""

import random

import pytest
from msgspec.structs import replace

from ingest.people.directory import bring
from mappings.persons import Person, handle_id
from mappings.records import Address, Message
from search.deciding import joining, splitting
from search.engine import Engine
from search.errors import CursorError, NotFound
from search.parse import parse
from tests.test_search_contract import DAY, T0, Maker, empty, fill, kind, mail, make, names

__all__ = ["empty", "kind", "make"]  # the fixtures

WORK = Address("Cheryl Mills", "MillsCD@state.example")
HOME = Address("Mills, Cheryl D", "cheryl.mills@home.example")
BARE = Address("Mills, Cheryl D")
HUMA = Address("Huma", "huma@state.example")
HUMA_TOO = Address("Huma", "huma@elsewhere.example")
PRESS = Address("Cheryl Mills", "press@state.example")
JAKE = Address("Jake Sullivan", "jake@state.example")
JAKE_TOO = Address("Jake Sullivan", "sully77@mail.example")


def mails() -> list[tuple[Message, bytes]]:
    return [
        mail("a", "Call me.\n", from_=(WORK,), to=(JAKE,), date=T0),
        mail("b", "I did.\n", from_=(JAKE,), to=(WORK, HOME), cc=(HUMA,), date=T0 + DAY),
        mail("c", "At home now.\n", from_=(HOME,), to=(JAKE,), date=T0 + 2 * DAY),
        mail("d", "As printed.\n", from_=(BARE,), to=(HUMA,), date=T0 + 3 * DAY),
        mail("e", "The press office.\n", from_=(PRESS,), to=(HUMA_TOO,), bcc=(JAKE,), date=T0 + 4 * DAY),
        mail("f", "My own address is sully77@mail.example.\n", from_=(JAKE,), to=(HUMA,), date=T0 + 5 * DAY),
        mail("g", "Hello from here.\n", from_=(JAKE_TOO,), to=(HUMA_TOO,), date=None),
    ]


@pytest.fixture
def engine(empty: Engine) -> Engine:
    fill(empty, mails())
    draw(empty)
    return empty


def draw(engine: Engine) -> None:
    with engine.writer() as writer:
        bring(engine, writer)


def whose(engine: Engine, who: Address) -> Person:
    return engine.person(handle_id(who.address.lower()))


def groups(engine: Engine) -> dict[str, list[str]]:
    """Everybody's handles by name."""
    rows = engine.persons(limit=100).rows
    return {row.id: sorted(one.handle for one in engine.person(row.id).known) for row in rows}


def test_addresses_are_one_persons_on_evidence_alone(engine: Engine) -> None:
    cheryl, jake = whose(engine, WORK), whose(engine, JAKE)
    assert {one.handle for one in cheryl.known} == {
        "millscd@state.example", "cheryl.mills@home.example", "name:mills cheryl d"
    }
    assert {one.handle for one in jake.known} == {"jake@state.example", "sully77@mail.example"}
    assert {one.rule for one in cheryl.evidence} == {"named"}
    assert [(one.rule, len(one.messages)) for one in jake.evidence] == [("signature", 1)]
    assert engine.message(jake.evidence[0].messages[0]).text.startswith("My own")
    assert whose(engine, HUMA).id != whose(engine, HUMA_TOO).id  # a first name is no evidence
    assert whose(engine, PRESS).role == "role"
    assert len(whose(engine, PRESS).known) == 1
    assert (cheryl.name, jake.name) == ("Cheryl Mills", "Jake Sullivan")


def test_a_person_is_found_by_any_address_and_by_name(engine: Engine) -> None:
    cheryl = whose(engine, WORK)
    assert whose(engine, HOME) == cheryl == engine.person(cheryl.id)
    for asked in (cheryl.id, handle_id("millscd@state.example")):
        assert names(engine, f"person:{asked}") == ["a", "b", "c", "d"]
        assert names(engine, f"wrote:{asked}") == ["a", "c", "d"]
        assert names(engine, f"got:{asked}") == ["b"]
    assert names(engine, 'person:"jake sulli"') == ["a", "b", "c", "e", "f", "g"]
    assert names(engine, "from:jake") == ["b", "f", "g"]  # stays literal
    assert names(engine, "person:nobody") == []
    assert names(engine, "-person:jake") == ["d"]


def test_lists_are_ordered_narrowed_and_paged(engine: Engine) -> None:
    page = engine.persons(limit=2)
    rest = engine.persons(limit=100, cursor=page.next)
    assert (page.total, len(page.rows), len(rest.rows), rest.next) == (5, 2, 3, "")
    everybody = [*page.rows, *rest.rows]
    assert [row.wrote + row.got for row in everybody] == sorted(row.wrote + row.got for row in everybody)[::-1]
    assert [row.name for row in engine.persons("che mil", order="sent").rows] == ["Cheryl Mills"] * 2
    assert [row.name for row in engine.persons(order="name").rows][:2] == ["Cheryl Mills"] * 2
    assert [row.id for row in engine.persons("sully77").rows] == [whose(engine, JAKE).id]
    assert engine.persons("zebra").total == 0
    with pytest.raises(CursorError):
        engine.persons(cursor="x")
    with pytest.raises(NotFound):
        engine.person("0" * 12)
    assert engine.who(["huma@state.example", "x@y"]).keys() == {"huma@state.example"}


def test_mails_are_counted_once_and_copies_not_at_all(engine: Engine) -> None:
    fill(engine, [mail("a", "Call me.\n", from_=(WORK,), to=(JAKE,), date=T0, labels=("again",))], archive="/b")
    draw(engine)
    cheryl, jake = whose(engine, WORK), whose(engine, JAKE)
    assert (cheryl.wrote, cheryl.first, cheryl.last) == (3, T0, T0 + 3 * DAY)
    got = engine.shares(parse(""), "got")
    assert {share.person.id: share.mails for share in got.rows}[cheryl.id] == 1  # at two addresses
    assert [(share.person.name, share.mails) for share in engine.shares(parse("call"), "wrote").rows] == [
        ("Cheryl Mills", 1)
    ]
    few = engine.shares(parse(""), "wrote", 1)
    assert (len(few.rows), few.total, few.more) == (1, 3, True)
    assert engine.shares(parse("zebra"), "got").rows == ()
    told = engine.exchanges(parse(""), [cheryl.id, jake.id, whose(engine, HUMA).id])
    pairs = {(one.sender, one.recipient): one.mails for one in told}
    assert (pairs[cheryl.id, jake.id], pairs[jake.id, cheryl.id]) == (2, 1)
    assert [one.mails for one in told] == sorted(pairs.values(), reverse=True)
    assert sum(one.mails for one in engine.exchanges(parse("own:home"), [cheryl.id, jake.id])) == 1


def test_what_somebody_decides_stands_for_good_and_can_be_taken_back(engine: Engine) -> None:
    cheryl, huma = whose(engine, WORK), whose(engine, HUMA)
    (apart,) = splitting(cheryl, ["cheryl.mills@home.example"], "Eve")
    (one,) = joining([huma, whose(engine, HUMA_TOO)], "Eve")
    with engine.writer() as writer:
        writer.decide(apart)
        writer.decide(one)
    assert whose(engine, HOME).id != whose(engine, WORK).id
    assert whose(engine, HUMA).id == whose(engine, HUMA_TOO).id
    assert names(engine, f"person:{whose(engine, HOME).id}") == ["b", "c"]
    assert [told.by for told in whose(engine, HUMA).decisions] == ["Eve"]
    draw(engine)
    assert whose(engine, HOME).id != whose(engine, WORK).id
    assert {told.id for told in engine.decisions()} == {apart.id, one.id}
    (again,) = joining([whose(engine, HOME), whose(engine, WORK)], "Bob")
    with engine.writer() as writer:
        writer.decide(replace(again, at=apart.at + 1))
    assert whose(engine, HOME).id == whose(engine, WORK).id  # the later word counts
    with engine.writer() as writer:
        for decision in engine.decisions():
            writer.undecide(decision.id)
        with pytest.raises(NotFound):
            writer.undecide(one.id)
    assert whose(engine, HUMA).id != whose(engine, HUMA_TOO).id
    assert whose(engine, HOME) == cheryl


def test_the_directory_does_not_depend_on_the_order_of_ingest(engine: Engine, make: Maker) -> None:
    other = make()
    shuffled = mails()
    random.Random(5).shuffle(shuffled)
    for at in range(0, len(shuffled), 3):
        fill(other, shuffled[at : at + 3], archive=f"/{at}")
        draw(other)
    assert groups(other) == groups(engine)
    assert other.persons().rows == engine.persons().rows


def test_the_directory_outlives_a_reindex(engine: Engine) -> None:
    before = groups(engine)
    with engine.writer() as writer:
        list(writer.reindex())
    assert groups(engine) == before
    draw(engine)
    assert groups(engine) == before
    assert names(engine, f"wrote:{whose(engine, WORK).id}") == ["a", "c", "d"]


def test_words_are_counted_by_documents(engine: Engine) -> None:
    documents, found = engine.frequencies(["home", "call", "zebra"])
    assert documents == 7
    assert found == {"home": 1, "call": 1, "zebra": 0}
