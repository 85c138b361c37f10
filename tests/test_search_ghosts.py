"""Ghosts: what is told of a mail that is not here, from both engines, until it arrives."""

from msgspec.structs import replace

from ingest.threads import prepare, settle
from mappings.keys import ghost_id
from mappings.records import Address, ArchiveState, Message, Place, Segment
from search.engine import Batch, Engine
from search.ghosts import moment, quote_of
from tests.test_search_contract import BOB, DAY, T0, Maker, empty, fill, kind, mail, make, names

__all__ = ["Maker", "empty", "kind", "make"]  # the fixtures

LOST = "lost@x.example"
LINE = "On 12 May 2014 at 10:15, Zoë Quai <zoe@quay.example> wrote:\n"
QUOTED = "> The sluice gate is\n> stuck again.\n"


def answering(name: str, *, told: bool = True, **fields: object) -> tuple[Message, bytes]:
    """A mail that answers the lost one and quotes it, with who wrote it and when or without."""
    quotation = LINE * told + QUOTED
    message, raw = mail(name, f"I know, {name}.\n", quotation, subject="Re: Gate", references=(LOST,), **fields)
    own, quoted = message.segments
    said = {"who": LINE.strip(), "words": quoted.start + len(LINE), "name": "Zoë Quai", "address": "zoe@quay.example",
            "date": "2014-05-12T10:15"}  # fmt: skip
    bare = Segment("quoted", quoted.start, quoted.end, 1)
    return replace(message, segments=(own, replace(bare, **said) if told else bare)), raw


def test_a_quotation_tells_who_when_and_what() -> None:
    said = quote_of(answering("a")[0])
    assert (said.name, said.address, said.written) == ("Zoë Quai", "zoe@quay.example", "2014-05-12T10:15")
    assert said.words == "The sluice gate is stuck again."
    assert quote_of(answering("a", told=False)[0]).words == said.words
    assert quote_of(mail("b", "Own.\n")[0]).words == ""


def test_dates_as_they_are_quoted() -> None:
    assert moment("2014-05-13") == T0 - T0 % DAY
    assert moment("2014-05-13T16:53:20") == moment("2014-05-13T18:53:20+02:00") == T0
    assert [moment(written) for written in ("", "2014", "2014-05", "2014-13-99", "yesterday, he")] == [None] * 5


def test_all_that_is_known_is_shown_and_found(empty: Engine) -> None:
    fill(empty, [answering("bare", told=False, date=T0), answering("full", date=T0 + 1)])
    row = empty.row(ghost_id(LOST))
    assert row.ghost
    assert row.from_ == (Address("Zoë Quai", "zoe@quay.example"),)
    assert (row.written, row.date, row.preview) == (
        "2014-05-12T10:15", moment("2014-05-12T10:15"), "The sluice gate is stuck again.")  # fmt: skip
    thread = empty.thread(row.id)
    assert [one.parent for one in thread.rows if not one.ghost] == [row.id, row.id]
    assert (thread.first, thread.last) == (T0, T0 + 1), "the dates of mails that are here"
    for query in ("sluice", "quoted:sluice", "from:zoe", 'from:"zoe@quay.example"', "on:2014-05-12", "subject:gate"):
        assert names(empty, f"is:ghost {query}") == ["lost"], query
    assert names(empty, "is:ghost on:2014-05-13") == []
    assert names(empty, "sluice") == ["bare", "full"], "ghosts are hidden unless asked for"


def test_a_ghost_is_the_same_whatever_comes_first(make: Maker) -> None:
    mails = [answering("bare", told=False, date=T0), answering("full", date=T0 + 1), answering("more", date=T0 + 2)]
    digests = set()
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2]):
        engine = make()
        for number in order:
            with engine.writer() as writer:
                one = prepare(*mails[number], Place("/a", "box", number))
                writer.take(Batch(state=ArchiveState(archive="/a"), messages=[one]))
                settle(writer)
                writer.index()
        digests.add(engine.digest())
        assert names(engine, "is:ghost sluice from:zoe") == ["lost"]
    assert len(digests) == 1


def test_the_mail_takes_the_place_of_its_ghost(empty: Engine) -> None:
    fill(empty, [answering("full")])
    ghost = ghost_id(LOST)
    fill(empty, [mail("lost", "The sluice gate is stuck again.\n", subject="Gate", from_=(BOB,), date=T0 - 9)])
    assert names(empty, "is:ghost") == []
    assert empty.status().ghosts == 0
    assert empty.message(ghost).message_id == LOST
    assert empty.row(ghost).from_ == (BOB,)
