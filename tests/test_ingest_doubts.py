"""Doubts about dates and routes: what is odd leaves a note, what is ordinary none."""

import pytest

from ingest.doubts import strangers
from ingest.messages import forensics as travel
from ingest.messages import read_message
from mappings.records import Message
from search.documents import has

FIRST = "from mail.paper.example by mx.council.example; Mon, 5 Jan 2015 11:00:00 +0000"


def read(date: str, *received: str) -> Message:
    lines = [*(f"Received: {value}" for value in received), f"Date: {date}", "Subject: x", "", "words"]
    return read_message("\n".join(lines).encode()).message


def codes(message: Message) -> list[str]:
    return [note.code for note in message.notes if note.code.endswith("-doubtful")]


@pytest.mark.parametrize(("date", "doubtful"), [
    ("Mon, 5 Jan 2015 10:00:00 +0000", False), ("Mon, 5 Jan 2015 10:00:00 +1400", False),
    ("Mon, 5 Jan 2015 10:00:00 -1200", False), ("Mon, 5 Jan 2015 10:00:00 -0000", False),
    ("Mon, 5 Jan 2015 10:00:00 +1430", True), ("Mon, 5 Jan 2015 10:00:00 -1300", True),
    ("Mon, 5 Jan 2015 10:00:00 +2500", True),
    ("Mon, 5 Jan 2015 10:00:00 EST", False), ("Mon, 5 Jan 2015 10:00:00", False),
    ("Sat, 31 Oct 1970 10:00:00 +0000", True), ("Sun, 31 Oct 1971 10:00:00 +0000", False),
])  # fmt: skip
def test_dates_that_can_hardly_be_true(date: str, doubtful: bool) -> None:
    message = read(date)
    assert message.date_source == "header"
    assert ("date-doubtful" in codes(message)) == doubtful
    assert ("doubtful-date" in has(message)) == doubtful


def test_a_date_yet_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1_420_000_000.0)  # 2014-12-31
    assert codes(read("Thu, 1 Jan 2015 10:00:00 +0000")) == ["date-doubtful"]
    assert codes(read("Wed, 31 Dec 2014 10:00:00 +0000")) == []
    message = read("Mon, 5 Jan 2015 10:00:00 +0000")  # too far ahead to be taken, and no server stands in
    assert (message.date_source, has(message)) == ("none", [])


def test_a_date_that_a_server_stands_in_for_is_doubtful_but_an_absent_one_is_not() -> None:
    message = read("Tue, 5 Jan 2016 10:00:00 +0000", FIRST)
    assert (message.date_source, has(message)) == ("received", ["date", "doubt", "doubtful-date"])
    absent = read_message(f"Received: {FIRST}\nSubject: x\n\nwords".encode()).message
    assert (absent.date_source, has(absent)) == ("received", ["date"])


@pytest.mark.parametrize(("minute", "doubtful"), [("12:10", False), ("10:01", False), ("09:59", True)])
def test_clocks_that_run_backwards(minute: str, doubtful: bool) -> None:
    message = read("Mon, 5 Jan 2015 10:00:00 +0000", f"from a by b; Mon, 5 Jan 2015 {minute}:00 +0000", FIRST)
    assert codes(message) == (["route-doubtful"] if doubtful else [])
    assert ("doubt" in has(message)) == doubtful
    assert "doubtful-date" not in has(message)


@pytest.mark.parametrize(("by", "text", "odd"), [
    ("mx.council.example (Postfix)", "mail.council.example ([192.0.2.1])", False),
    ("mx.council.example", "relay.paper.example (mx.council.example [192.0.2.1])", False),
    ("mx.council.example", "relay.paper.example", True), ("localhost", "relay.paper.example", False),
    ("localhost.localdomain", "relay.paper.example", False), ("mx.council.example", "[192.0.2.1]", False),
    ("", "", False),
])  # fmt: skip
def test_servers_that_do_not_meet(by: str, text: str, odd: bool) -> None:
    assert strangers(by, text) == odd


def test_the_route_says_which_hop_is_odd() -> None:
    later = "from relay.other.example by mx2.other.example with SMTP; Mon, 5 Jan 2015 09:00:00 +0000"
    raw = f"Received: {later}\nReceived: {FIRST}\nDate: Mon, 5 Jan 2015 10:00:00 +0000\n\nwords".encode()
    first, second = travel(raw).hops
    assert first.odd == ()
    assert ["earlier moment" in second.odd[0], "does not name" in second.odd[1]] == [True, True]
