"""The tree of a thread: ghosts, copies, circles, chains."""

import random
from time import perf_counter

from msgspec.structs import replace
from thread_mails import drawn, mail, member, tree

from ingest.arrange import arrange
from mappings.keys import ghost_id
from mappings.records import Segment


def test_tree_of_one() -> None:
    alone = mail("a@x")
    thread = arrange([member(alone)])
    assert (thread.id, thread.subject, thread.ghosts) == (alone.id, "Harbour dues", ())
    assert drawn(thread, [alone]) == ["a@x"]


def test_a_reply_alone_shows_the_mail_it_answers_as_a_ghost() -> None:
    text = "On Monday Ann wrote:\n> Words."
    reply = replace(mail("c@x", refs="a@x b@x", subject="Re: [x] Harbour dues"), text=text,
                    segments=(Segment("quoted", 0, len(text), 1, "On Monday Ann wrote:"),))  # fmt: skip
    thread = arrange([member(reply)])
    assert drawn(thread, [reply]) == ["[b@x]", "  c@x"]
    (ghost,) = thread.ghosts
    assert (ghost.id, ghost.subject, ghost.quote.who) == (ghost_id("b@x"), "Harbour dues", "On Monday Ann wrote:")
    assert (thread.id, thread.subject) == (reply.id, "Harbour dues")


def test_ghosts_stand_where_mails_are_missing() -> None:
    messages = [
        mail("a@x"),
        mail("d@x", refs="a@x b@x c@x", day=3),
        mail("e@x", refs="a@x b@x", day=2),
        mail("f@x", refs="a@x g@x h@x d@x", day=5),
    ]
    assert tree(*messages) == ["a@x", "  [b@x]", "    e@x", "    [c@x]", "      d@x", "        f@x"]


def test_a_ghost_no_mail_answers_stays_only_to_hold_others_together() -> None:
    assert tree(mail("b@x", refs="r@x s@x p@x"), mail("c@x", refs="r@x s@x q@x", day=1)) == [
        "[r@x]", "  [p@x]", "    b@x", "  [q@x]", "    c@x",
    ]  # fmt: skip
    assert tree(mail("p@x"), mail("c@x", refs="r@x s@x p@x", day=1)) == ["p@x", "  c@x"]


def test_a_mail_alone_is_no_reply_to_what_came_after_it() -> None:
    early, late = mail("a@x"), mail("b@x", day=3)
    joins = mail("c@x", refs="b@x a@x", day=4)
    assert tree(early, late, joins) == ["a@x", "  c@x", "b@x"]


def test_siblings_go_by_date_undated_ones_last() -> None:
    messages = [mail("a@x", day=5)] + [
        mail(f"{name}@x", refs="a@x", day=day) for name, day in (("d", None), ("c", 9), ("b", 7), ("e", 1))
    ]
    assert tree(*messages) == ["a@x", "  e@x", "  b@x", "  c@x", "  d@x"]
    assert arrange([member(message) for message in messages]).id == messages[4].id


def test_copies_follow_the_first_and_children_hang_below_it() -> None:
    first, copy = mail("a@x", salt="1"), mail("a@x", subject="[list] Harbour dues", salt="2")
    child = mail("b@x", refs="a@x", day=1)
    copies = sorted([first, copy], key=lambda message: message.id)
    thread = arrange([member(message) for message in (child, *reversed(copies))])
    assert [(leaf.id, leaf.parent, leaf.depth) for leaf in thread.leaves] == [
        (copies[0].id, "", 0), (copies[1].id, "", 0), (child.id, copies[0].id, 1),
    ]  # fmt: skip


def test_mails_that_share_a_message_id_keep_a_place_each() -> None:
    one = mail("a@x")
    forged = mail("a@x", subject="Another matter", text="Other words.", day=1)
    replies = mail("b@x", refs="a@x", subject="Re: Harbour dues", day=2), mail(
        "c@x", refs="a@x", subject="Re: Another matter", day=3
    )
    assert tree(one, forged, *replies) == ["a@x", "  b@x", "a@x", "  c@x"]
    thread = arrange([member(message) for message in (one, forged, *replies)])
    assert thread.leaves[3].parent == forged.id


def test_circles_are_opened_at_the_earliest() -> None:
    assert tree(mail("a@x", refs="a@x")) == ["a@x"]
    assert tree(mail("a@x", refs="b@x"), mail("b@x", refs="a@x", day=1)) == ["a@x", "  b@x"]
    ring = [mail(f"n{n}@x", refs=f"n{(n - 1) % 50}@x", day=n) for n in range(50)]
    assert tree(*ring) == ["  " * n + f"n{n}@x" for n in range(50)]
    assert tree(mail("a@x", refs="g@x b@x"), mail("b@x", refs="g@x a@x", day=1)) == ["[g@x]", "  a@x", "    b@x"]


def test_a_chain_of_ten_thousand_and_a_hub() -> None:
    count = 10_000
    ids = [f"n{n}@x" for n in range(count)]
    chain = [member(mail(ids[n], refs=" ".join(ids[max(0, n - 30) : n]), day=n / 100)) for n in range(count)]
    hub = [member(mail("root@x"))] + [member(mail(id, refs="root@x", day=n / 100)) for n, id in enumerate(ids)]
    random.Random(3).shuffle(chain)
    start = perf_counter()
    assert [leaf.depth for leaf in arrange(chain).leaves] == list(range(count))
    assert sum(leaf.depth for leaf in arrange(hub).leaves) == count
    assert perf_counter() - start < 10


def test_one_message_id_borne_by_thousands() -> None:
    borne = [member(mail("static@x", subject=f"News {n}", day=n / 100)) for n in range(4000)]
    replies = [member(mail(f"r{n}@x", refs="static@x", subject=f"Re: News {n}", day=n / 100 + 1)) for n in range(4000)]
    start = perf_counter()
    leaves = arrange(borne + replies).leaves
    assert perf_counter() - start < 10
    assert [leaf.depth for leaf in leaves] == [0, 1] * 4000
