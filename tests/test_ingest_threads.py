"""Threads: keys, copies, and that the order of ingest makes no difference."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from thread_mails import Memory, back, drawn, in_any_order, mail, run, thread_index

from ingest.threads import keys, prepare, settle
from mappings.keys import ghost_id, link_key
from mappings.records import ArchiveState, Message, Place
from search.engine import Batch


def test_links_hold_its_own_key_then_those_it_names() -> None:
    found = keys(mail("c@x", refs="a@x b@x", reply="b@x"))
    assert found.links == (link_key("c@x"), link_key("a@x"), link_key("b@x"), found.copy_keys[1])
    assert found.references == ("a@x", "b@x")
    assert all(-(1 << 63) <= key < 1 << 63 for key in (*found.links, found.subject_key, *found.copy_keys))


def test_a_mail_without_message_id_is_linked_to_its_copies() -> None:
    one, two = mail(salt="1"), mail(salt="2")
    assert one.id != two.id
    assert len(run([one, two])) == 1


def test_outlook_conversations_hang_by_their_thread_index() -> None:
    root = mail("a@x", index=thread_index(5))
    answer = mail("b@x", day=1, index=thread_index(5, 1))
    again = mail("c@x", day=2, index=thread_index(5, 1, 2))
    other = mail("d@x", day=2, index=thread_index(6, 1))
    threads = run([again, other], [answer, root])
    assert [drawn(thread, [root, answer, again, other]) for thread in threads if thread.id == root.id] == [
        ["a@x", "  b@x", "    c@x"]
    ]
    assert len(threads) == 2


def test_replies_share_the_subject_key_of_what_they_answer() -> None:
    assert keys(mail("a@x")).subject_key == keys(mail("b@x", subject="Re: [x] HARBOUR dues")).subject_key != 0
    assert keys(mail("a@x", subject="Re: hello")).subject_key == 0
    assert keys(mail("a@x", subject="Re:")).subject_key == 0


def test_robots_have_no_subject_key() -> None:
    assert keys(mail("a@x", subject="Re: Nightly backup failed", sender="Cron@x.org")).subject_key == 0
    assert keys(mail("a@x", subject="Re: Nightly backup failed", sender="cronin@x.org")).subject_key != 0


def test_an_orphan_is_a_reply_that_names_no_mail() -> None:
    assert keys(mail("a@x", subject="Re: Harbour dues")).orphan
    assert not keys(mail("a@x", subject="Re: Harbour dues", refs="b@x")).orphan
    assert not keys(mail("a@x", subject="Fwd: Harbour dues")).orphan


def test_settle_arranges_what_changed_and_no_more() -> None:
    memory = Memory()
    told: list[tuple[int, int]] = []

    def take(*messages: Message) -> int:
        prepared = [prepare(message, b"", Place(archive="a")) for message in messages]
        memory.take(Batch(state=ArchiveState(archive="a"), messages=prepared))
        return settle(memory, lambda done, all_: told.append((done, all_)))

    assert take(mail("a@x"), mail("b@x", subject="Boats"), back()) == 2
    assert told == [(2, 2)]
    assert memory.joins == 1
    assert take() == 0
    assert take(mail("c@x", refs="b@x", day=1)) == 1


@st.composite
def corpora(draw: st.DrawFn) -> list[Message]:
    """Mails that refer to each other wildly: circles, reused ids, ghosts, orphans, copies, no dates, no ids."""
    names = [f"m{n}@x" for n in range(7)]
    messages = []
    for number in range(draw(st.integers(1, 14))):
        sender, to = draw(st.permutations(["ann@x.org", "bob@x.org", "sailors@lists.x.org", "cron@x.org"]))[:2]
        messages.append(mail(
            draw(st.sampled_from(["", *names])), refs=" ".join(draw(st.lists(st.sampled_from(names), max_size=3))),
            subject=draw(st.sampled_from(["Harbour dues", "Re: Harbour dues", "Re: Boats", "Boats", "Re: hello"])),
            day=draw(st.sampled_from([None, 0, 1, 2, 10, 20])), sender=sender, to=to, salt=str(number),
            index=draw(st.sampled_from(["", "", thread_index(1), thread_index(1, 2), thread_index(1, 2, 3)])),
            text=draw(st.sampled_from(["One.", "Two."])),
        ))  # fmt: skip
    return messages


@settings(max_examples=100, deadline=None)
@given(corpora(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_the_order_of_ingest_makes_no_difference(messages: list[Message], chance: random.Random, runs: int) -> None:
    in_any_order(messages, chance, runs)


@settings(max_examples=100, deadline=None)
@given(corpora())
def test_a_tree_holds_every_message_once_below_its_parent(messages: list[Message]) -> None:
    threads = run(messages)
    ids = [leaf.id for thread in threads for leaf in thread.leaves if not leaf.id.startswith("g")]
    assert sorted(ids) == sorted({message.id for message in messages})
    for thread in threads:
        depths: dict[str, int] = {}
        for leaf in thread.leaves:
            assert leaf.id not in depths
            assert leaf.depth == (depths[leaf.parent] + 1 if leaf.parent else 0)
            depths[leaf.id] = leaf.depth
        ghosts = {ghost.id for ghost in thread.ghosts}
        assert ghosts == {id for id in depths if id.startswith("g")}
        assert ghosts <= {leaf.parent for leaf in thread.leaves}
        own = {ghost_id(message.message_id) for message in messages if message.message_id}
        assert not ghosts & own
