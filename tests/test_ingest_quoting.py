"""Threads by quoted words: what a quotation must tell, what must not join strangers, and ghosts that nobody names."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from thread_mails import in_any_order, run

from ingest.quoting import shared_key
from mappings.records import Message
from search.engine import Arranged
from search.ghosts import Quote, quote_of
from tests.quoting_mails import ANN, BOB, CLO, DAY, MINUTE, MORE, T0, WORDS, answer, block, letter, written

Mail = tuple[Message, bytes]


def threads(*mails: Mail) -> list[Arranged]:
    return run([message for message, _ in mails])


def found(reply: Mail, *others: Mail) -> list[int]:
    """The numbers of the other mails that a reply is put below."""
    (thread,) = (one for one in threads(reply, *others) if reply[0].id in {leaf.id for leaf in one.leaves})
    (parent,) = (leaf.parent for leaf in thread.leaves if leaf.id == reply[0].id)
    return [number for number, (message, _) in enumerate(others) if message.id == parent]


def test_a_reply_is_put_below_what_it_quotes() -> None:
    for line in (
        f"On {written(T0)}, Ann Lee <ann@quay.example> wrote:", f"On {written(T0, 2)}, Ann Lee wrote:",
        f"On {written(T0, -7, zone=True)}, Lee, Ann wrote:", "On May 13, 2014, Ann Lee wrote:", "Ann wrote:",
        f"On {written(T0 - 30)}, ann@quay.example wrote:", "",
    ):  # fmt: skip
        assert found(answer(line), letter(WORDS)) == [0], line
    assert found(block(ANN, T0), letter(WORDS)) == [0]
    assert found(answer("On May 13, 2014, Ann wrote:", MORE), letter(WORDS + MORE)) == [0]


def test_without_its_words_it_is_not() -> None:
    line = f"On {written(T0)}, Ann Lee <ann@quay.example> wrote:"
    assert found(answer(line), letter(MORE)) == []
    assert found(answer(line, "Yes."), letter("Yes.\n" + MORE)) == []


def test_who_and_when_must_fit() -> None:
    line = f"On {written(T0)}, Ann Lee wrote:"
    assert found(answer(line), letter(WORDS, sender=CLO)) == []
    for later in (-5 * MINUTE, 7 * MINUTE, 30 * 3600, -40 * 3600):
        assert found(answer(line), letter(WORDS, date=T0 + later)) == [], later
    assert found(answer("On May 13, 2014, Ann Lee wrote:"), letter(WORDS, date=T0 - 3 * DAY)) == []
    assert found(answer("Ann wrote:"), letter(WORDS, date=T0 + DAY)) == [], "younger than the reply"
    assert found(answer("Ann wrote:"), letter(WORDS, date=T0 - 40 * DAY)) == []
    assert found(answer("", to=CLO), letter(WORDS)) == [], "nobody is named, and it is to somebody else"
    assert found(answer(line), letter(WORDS, date=None)) == []


def test_what_robots_and_strangers_repeat_joins_nobody() -> None:
    robot = "Alerts <no-reply@quay.example>"
    assert found(answer("", to=robot), letter(WORDS, sender=robot)) == []
    thanks = "Thank you very much indeed for your message.\n"
    assert found(answer("Ann wrote:", thanks), letter(thanks + WORDS)) == []
    form = "Dear madam, dear member, enclosed find the monthly statement of your account with this society.\n"
    mails = [letter(f"{form}{number} {MORE if number else WORDS}", date=T0 - number * 9 * DAY) for number in range(3)]
    assert found(answer(f"On {written(T0)}, Ann Lee wrote:", form), *mails) == [0]


def test_of_several_the_exact_one_then_the_latest() -> None:
    early, late = letter(WORDS, date=T0 - DAY), letter(WORDS, date=T0 - DAY // 2)
    assert found(answer("Ann wrote:"), early, late) == [1]
    assert found(answer(f"On {written(T0 - DAY)}, Ann Lee wrote:"), early, late) == [0]


def test_one_number_is_enough_under_one_subject() -> None:
    original = letter(WORDS + MORE, subject="Mooring")
    line = "find out who made the appointment, and whether somebody from the ministry comes?\nMeanwhile the damaged\n"
    assert found(answer("Ann wrote:", line, subject="Re: Mooring", to=CLO), original) == [0]
    assert found(answer("Ann wrote:", line, subject="Re: Other things", to=CLO), original) == []


def test_what_a_reply_names_goes_first() -> None:
    line = f"On {written(T0)}, Ann Lee wrote:"
    named = answer(line, headers="References: <b@x.example>\n")
    assert found(named, letter(WORDS, name="a"), letter(MORE, name="b")) == [1]
    named = answer(line, headers="In-Reply-To: <absent@x.example>\n")
    assert found(named, letter(WORDS, name="a")) == []


def test_words_go_before_the_subject() -> None:
    mails = [letter(WORDS, subject="Crane"), letter(MORE, subject="Crane", date=T0 + DAY // 3)]
    assert found(answer("Ann Lee wrote:", subject="Re: Crane"), *mails) == [0]
    assert found(answer("Ann Lee wrote:", "No.", subject="Re: Crane"), *mails) == [1]


def test_a_quoted_mail_that_is_not_here_is_a_ghost() -> None:
    line = f"On {written(T0)}, Ann Lee wrote:"
    for reply in (answer(line, subject="Re: Crane"), block(ANN, T0, subject="Re: Crane")):
        (thread,) = threads(reply)
        (ghost,) = thread.ghosts
        assert [(leaf.id, leaf.parent) for leaf in thread.leaves] == [(ghost.id, ""), (reply[0].id, ghost.id)]
        assert (ghost.message_id, ghost.subject, ghost.quote.name) == ("", "Crane", "Ann Lee")
        assert ghost.quote.written == "2014-05-13T16:53"
        assert ghost.quote.words.startswith("The commission meets")
    assert threads(answer(""))[0].ghosts == ()


def test_who_quote_the_same_mail_share_its_ghost() -> None:
    line = f"On {written(T0)}, Ann Lee wrote:"
    bob, clo = answer(line), block(ANN, T0, own="I do not know.\n", sender=CLO, date=T0 + DAY)
    other = answer(f"On {written(T0 + 9 * MINUTE)}, Ann Lee wrote:", own="No.\n")
    one, two = sorted(threads(bob, clo, other), key=lambda thread: len(thread.leaves))
    assert len(one.ghosts) == len(two.ghosts) == 1
    assert [leaf.parent for leaf in two.leaves] == ["", two.ghosts[0].id, two.ghosts[0].id]
    (thread,) = threads(bob, clo, letter(WORDS))
    assert (thread.ghosts, [leaf.depth for leaf in thread.leaves]) == ((), [0, 1, 1])


def test_a_ghost_stands_below_what_the_subject_finds() -> None:
    first = letter(MORE, subject="Crane", sender=CLO, to=BOB)
    reply = answer(f"On {written(T0 + DAY // 3)}, Ann Lee wrote:", subject="Re: Crane", to=CLO)
    (thread,) = threads(first, reply)
    assert [leaf.depth for leaf in thread.leaves] == [0, 1, 2]
    assert thread.leaves[1].id == thread.ghosts[0].id
    fits = answer("Chloé Roy wrote:", subject="Re: Crane", to=CLO)
    assert threads(first, fits)[0].ghosts == ()


def test_keys_of_ghosts() -> None:
    quote = quote_of(block(ANN, T0)[0])
    assert shared_key(quote) == shared_key(Quote("x", "Lee, Ann", "", quote.written + ":59", quote.words + " More."))
    for other in (
        Quote("", "", "", quote.written, quote.words), Quote("", "Ann", "", "2014-05-13", quote.words),
        Quote("", "Ann", "", quote.written, "Too few words"),
    ):  # fmt: skip
        assert shared_key(other) == 0


@st.composite
def corpora(draw: st.DrawFn) -> list[Message]:
    """Letters and answers that quote them, and each other, rightly and wrongly, with and without Message-IDs."""
    messages = []
    for number in range(draw(st.integers(2, 12))):
        date = T0 + draw(st.integers(0, 3)) * DAY // 2
        words = draw(st.sampled_from([WORDS, MORE, WORDS + MORE]))
        sender, to = draw(st.permutations([ANN, BOB, CLO]))[:2]
        fields = {
            "sender": sender, "to": to, "date": date, "name": draw(st.sampled_from(["", f"m{number}"])),
            "subject": draw(st.sampled_from(["", "Crane", "Re: Crane"])),
            "headers": f"X-Number: {number}\n" + draw(
                st.sampled_from(["", "", f"References: <m{number - 1}@x.example>\n"])),
        }  # fmt: skip
        lines = [f"On {written(T0, 2)}, Ann Lee wrote:", "Bob wrote:", "", f"On {written(T0)}, Chloé Roy wrote:"]
        line = draw(st.sampled_from(lines))
        if draw(st.booleans()):
            messages.append(answer(line, words, draw(st.sampled_from([WORDS, "Yes.\n", f"{number}\n"])), **fields)[0])
        else:
            messages.append(letter(words, **fields)[0])
    return messages


@settings(max_examples=150, deadline=None)
@given(corpora(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_the_order_of_ingest_makes_no_difference(messages: list[Message], chance: random.Random, runs: int) -> None:
    for thread in in_any_order(messages, chance, runs):
        ids = {leaf.id for leaf in thread.leaves}
        assert all(not leaf.parent or leaf.parent in ids for leaf in thread.leaves)
        assert {ghost.id for ghost in thread.ghosts} == {id for id in ids if id.startswith("g")}
