"""Threads: keys, subjects, the subject rule, the tree, and that the order of ingest makes no difference."""

import random
from base64 import b64encode
from collections.abc import Iterable, Sequence
from time import perf_counter
from types import TracebackType
from typing import Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ingest.subjects import WINDOW
from ingest.threads import answers, arrange, base_subject, keys, prepare, settle
from mappings.keys import ghost_id, hash64, link_key
from mappings.records import Address, ArchiveState, Attachment, Message, Place, Prepared, Segment
from search.engine import Arranged, Batch, Counts, Member, Writer

DAY = 86400
MONDAY = 1_000_000_000


def mail(
    message_id: str = "", *, refs: str = "", reply: str = "", subject: str = "Harbour dues", day: float | None = 0,
    sender: str = "ann@x.org", to: str = "bob@x.org", text: str = "Words.", index: str = "", salt: str = "",
) -> Message:  # fmt: skip
    """A message whose id is made from all that is given."""
    id = f"{hash64(repr(locals()).encode()) & (1 << 64) - 1:016x}" * 4
    return Message(
        id=id, size=1, message_id=message_id, references=tuple(refs.split()), subject=subject, text=text,
        in_reply_to=tuple(reply.split()), date=None if day is None else MONDAY + int(day * DAY), date_source="header",
        from_=(Address(address=sender),), to=tuple(Address(address=who) for who in to.split()), thread_index=index,
    )  # fmt: skip


def member(message: Message, num: int = 0) -> Member:
    """What a writer hands back of a message."""
    prepared = prepare(message, b"", Place(archive="a"))
    people = (*message.from_, *message.to)
    return Member(
        num, message.id, message.message_id, prepared.references, message.date, message.subject,
        frozenset(person.address for person in people), message.from_[0].address, prepared.copy_key,
        next((segment.who for segment in message.segments if segment.who), ""), message.thread_index,
    )  # fmt: skip


class Memory:
    """A Writer in memory: labels by union-find over link keys, the pairs of `kin` by looking at every pair."""

    def __init__(self) -> None:
        self.stored: list[Prepared] = []
        self.facts: list[Member] = []
        self.labels: list[int] = []
        self.keys: dict[int, int] = {}
        self.changed: set[int] = set()
        self.trees: dict[int, Arranged] = {}
        self.joins = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def state(self, archive: str, collection: str) -> ArchiveState | None:
        return None

    def take(self, batch: Batch) -> Counts:
        known = {prepared.message.id for prepared in self.stored}
        fresh = [prepared for prepared in batch.messages if prepared.message.id not in known]
        for prepared in fresh:
            num = len(self.stored)
            self.stored.append(prepared)
            self.facts.append(member(prepared.message, num))
            self.labels.append(num)
            self.changed.add(num)
            for key in filter(None, prepared.links):
                self._merge(self.labels[self.keys.setdefault(key, num)], self.labels[num])
        return Counts(new=len(fresh), already=len(batch.messages) - len(fresh))

    def _merge(self, kept: int, gone: int) -> None:
        self.labels = [kept if label == gone else label for label in self.labels]
        if kept != gone:
            self.trees.pop(gone, None)
            self.changed.discard(gone)
        self.changed.add(kept)

    def forget_failures(self, numbers: Iterable[int]) -> None:
        pass

    def loose(self) -> list[int]:
        return sorted(self.changed)

    def members(self, label: int) -> list[Member]:
        return [fact for fact, its in zip(self.facts, self.labels, strict=True) if its == label]

    def kin(self, label: int, window: int) -> list[tuple[Member, Member]]:
        pairs = []
        for reply, by in zip(self.stored, self.labels, strict=True):
            if not (reply.orphan and reply.subject_key and reply.message.date is not None):
                continue
            for older, its in zip(self.stored, self.labels, strict=True):
                if label not in (by, its) or by == its or older.subject_key != reply.subject_key:
                    continue
                if older.message.date is not None and 0 <= reply.message.date - older.message.date <= window:
                    pairs.append((reply, older))
        facts = {fact.id: fact for fact in self.facts}
        return [(facts[reply.message.id], facts[older.message.id]) for reply, older in pairs]

    def join(self, first: int, second: int) -> None:
        self.joins += 1
        self._merge(self.labels[first], self.labels[second])

    def arrange(self, threads: Iterable[tuple[int, Arranged]]) -> None:
        for label, thread in threads:
            self.trees[label] = thread
            self.changed.discard(label)

    def index(self) -> None:
        pass

    def reindex(self) -> Iterable[int]:  # type: ignore[override]
        return []


def run(*batches: Sequence[Message], writer: Writer | None = None) -> list[Arranged]:
    """The threads after these batches, settled after each, by id."""
    memory = Memory()
    for batch in batches:
        prepared = [prepare(message, b"", Place(archive="a")) for message in batch]
        memory.take(Batch(state=ArchiveState(archive="a"), messages=prepared))
        settle(memory)  # type: ignore[arg-type]
    assert not memory.loose()
    return sorted(memory.trees.values(), key=lambda tree: tree.id)


def drawn(thread: Arranged, messages: Iterable[Message]) -> list[str]:
    """A tree as lines of Message-IDs, two blanks a level, ghosts in brackets."""
    names = {message.id: message.message_id for message in messages}
    names |= {ghost.id: f"[{ghost.message_id}]" for ghost in thread.ghosts}
    return ["  " * leaf.depth + names[leaf.id] for leaf in thread.leaves]


def tree(*messages: Message) -> list[str]:
    """The tree of messages that make one thread."""
    return drawn(arrange([member(message, num) for num, message in enumerate(messages)]), messages)


def test_links_hold_its_own_key_then_those_it_names() -> None:
    found = keys(mail("c@x", refs="a@x b@x", reply="b@x"))
    assert found.links == (link_key("c@x"), link_key("a@x"), link_key("b@x"))
    assert found.references == ("a@x", "b@x")
    assert all(-(1 << 63) <= key < 1 << 63 for key in (*found.links, found.subject_key, found.copy_key))


@pytest.mark.parametrize("junk", ["", "<>", "localhost", "<localhost>", "@", "none", "@x.org", " ", "a" * 2000 + "@x"])
def test_junk_is_no_message_id(junk: str) -> None:
    found = keys(mail(junk, refs=junk))
    assert found.links == (0, found.copy_key)
    assert found.references == ()


def test_ids_lose_brackets_blanks_and_comments() -> None:
    message = replace(mail("<c @x.org>"), references=("<a@x.org> (garbage)", "<b@ x.org><d@x.org>"))
    assert keys(message).links == tuple(map(link_key, ("c@x.org", "a@x.org", "b@x.org", "d@x.org")))


def test_a_mail_without_message_id_is_linked_to_its_copies() -> None:
    one, two = mail(salt="1"), mail(salt="2")
    assert one.id != two.id
    assert len(run([one, two])) == 1


def test_many_references_are_cut_to_the_first_and_the_last_two_hundred() -> None:
    found = keys(mail("own@x", refs=" ".join(f"n{number}@x" for number in range(5000))))
    assert found.references == ("n0@x", *(f"n{number}@x" for number in range(4800, 5000)))


def test_in_reply_to_prevails_over_the_order_of_references() -> None:
    assert keys(mail("c@x", refs="b@x root@x", reply="b@x")).references == ("b@x",)
    assert keys(mail("c@x", refs="b@x root@x", reply="b@x")).links[2:] == (link_key("root@x"),)


def test_of_several_in_reply_to_the_references_tell() -> None:
    found = keys(mail("c@x", refs="r@x b@x", reply="o@x b@x"))
    assert found.references == ("r@x", "b@x")
    assert link_key("o@x") in found.links


@pytest.mark.parametrize(
    ("header", "values", "trusted"),
    [
        ("Message from Bob <bob@x.org> of Mon, 4 May 1998", ("bob@x.org",), ()),
        ("Message from Ted <ted@x.org> of Mon, 4 May 1998", ("ted@x.org",), ()),
        ('Your message of "Mon, 4 May." <199805041021.CAA19391@x.org>', ("199805041021.CAA19391@x.org",),
         ("199805041021.CAA19391@x.org",)),
        ("<ted@x.org>", ("ted@x.org",), ("ted@x.org",)),
        ("<bob@x.org>", ("bob@x.org",), ()),
        ("Your mail of Monday", ("Your mail of Monday",), ()),
    ],
)  # fmt: skip
def test_an_address_in_prose_is_no_message_id(header: str, values: tuple[str, ...], trusted: tuple[str, ...]) -> None:
    message = replace(mail("c@x"), in_reply_to=values, headers=(("In-Reply-To", header),))
    assert keys(message).references == trusted


def thread_index(guid: int, *replies: int) -> str:
    """A Thread-Index of a conversation, one more number for each reply."""
    tail = b"".join(reply.to_bytes(5, "big") for reply in replies)
    return b64encode(b"\x01\xc5" + b"\7" * 4 + guid.to_bytes(16, "big") + tail).decode()


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


@pytest.mark.parametrize("index", ["", "A", "!!!", "AQ==", thread_index(0), "B" + thread_index(5)[1:], "é"])
def test_a_broken_thread_index_says_nothing(index: str) -> None:
    assert len(keys(mail("a@x", index=index)).links) == 1


@pytest.mark.parametrize(
    ("subject", "base", "reply"),
    [
        ("Harbour  dues", "harbour dues", False),
        ("Re: Harbour dues", "harbour dues", True),
        ("RE[2]: Re^3: Re(4): harbour dues", "harbour dues", True),
        ("AW: WG: Harbour dues", "harbour dues", True),
        ("Fwd: Re: Harbour dues", "harbour dues", False),
        ("[Port-List] Re: [port-list] Harbour dues", "harbour dues", True),
        ("[port:00123] Harbour dues (fwd)", "harbour dues", False),
        ("Réf : Harbour dues", "harbour dues", True),
        ("答复：回复: 港口费", "港口费", True),
        ("转发：港口费", "港口费", False),
        ("Odp: Sv: VS: Antw: Harbour dues", "harbour dues", True),
        ("Tr: RV: Fw: Harbour dues", "harbour dues", False),
        ("Re: [Bug 12] Crash", "[bug 12] crash", True),
        ("Re: Dues (was: Re: Harbour (old))", "dues", True),
        ("Refund: Harbour", "refund: harbour", False),
        ("Re 2024: plans", "re 2024: plans", False),
        ("Re:", "", True),
        ("", "", False),
    ],
)
def test_base_subject(subject: str, base: str, reply: bool) -> None:
    assert base_subject(subject) == (base, reply)


def test_replies_share_the_subject_key_of_what_they_answer() -> None:
    assert keys(mail("a@x")).subject_key == keys(mail("b@x", subject="Re: [x] HARBOUR dues")).subject_key != 0
    assert keys(mail("a@x", subject="Re: hello")).subject_key == 0
    assert keys(mail("a@x", subject="Re:")).subject_key == 0


def test_an_orphan_is_a_reply_that_names_no_mail() -> None:
    assert keys(mail("a@x", subject="Re: Harbour dues")).orphan
    assert not keys(mail("a@x", subject="Re: Harbour dues", refs="b@x")).orphan
    assert not keys(mail("a@x", subject="Fwd: Harbour dues")).orphan


def back(day: float = 1, **more: str) -> Message:
    """Bob's answer to Ann that names no mail."""
    values = {"message_id": "r@x", "subject": "Re: Harbour dues", "sender": "bob@x.org", "to": "ann@x.org", **more}
    return mail(**values, day=day)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("older", "reply", "joined"),
    [
        (mail("a@x"), back(), True),
        (mail("a@x"), back(day=-1), False),
        (mail("a@x"), back(day=WINDOW / DAY + 0.1), False),
        (mail("a@x", day=None), back(), False),
        (mail("a@x", to="carl@x.org"), back(), False),
        (mail("a@x"), back(to="carl@x.org"), False),
        (mail("a@x"), back(subject="Harbour dues"), False),
        (mail("a@x"), back(subject="Re: Harbour duties"), False),
        (mail("a@x", subject="hello"), back(subject="Re: hello"), False),
        (mail("a@x"), back(refs="other@x"), False),
        (mail("a@x", sender="noreply@x.org"), back(to="noreply@x.org"), False),
        (mail("a@x", to="sailors@lists.x.org"), back(to="ann@x.org sailors@lists.x.org"), True),
        (mail("a@x", to="sailors@lists.x.org"), back(to="sailors@lists.x.org"), False),
        (mail("a@x", sender="bob@x.org", to="sailors@lists.x.org"), back(to="sailors@lists.x.org"), False),
        (mail("a@x", sender="bob@x.org", to="ann@x.org"), back(), True),
    ],
)
def test_the_subject_rule(older: Message, reply: Message, joined: bool) -> None:
    assert answers(member(reply, 1), member(older, 2)) is joined
    assert len(run([older, reply])) == len(run([reply], [older])) == (1 if joined else 2)
    if joined:
        assert tree(older, reply) == ["a@x", "  r@x"]


def test_an_orphan_hangs_below_the_latest_mail_it_may_answer() -> None:
    first, second = mail("a@x"), mail("b@x", refs="a@x", day=1, subject="Re: Harbour dues")
    assert tree(back(day=2), first, second) == ["a@x", "  b@x", "    r@x"]


def test_robots_and_strangers_stay_apart() -> None:
    robot = [mail(f"r{day}@x", subject="Re: Nightly backup failed", sender="cron@x.org", to="ops@x.org", day=day)
             for day in range(30)]  # fmt: skip
    strangers = [mail(f"s{n}@x", subject=f"{'Re: ' * (n % 2)}hello", sender=f"u{n}@x.org", to=f"u{n + 1}@x.org", day=n)
                 for n in range(20)]  # fmt: skip
    monthly = [mail(f"m{n}@x", subject="Monthly report of the harbour", day=30 * n) for n in range(100)]
    assert len(run(robot + strangers + monthly)) == 150


def test_an_answer_joins_only_the_monthly_report_before_it() -> None:
    monthly = [mail(f"m{n}@x", subject="Monthly report of the harbour", day=30 * n) for n in range(12)]
    replies = [back(day=30 * n + 2, message_id=f"r{n}@x", subject="Re: Monthly report of the harbour")
               for n in range(12)]  # fmt: skip
    assert [len(thread.leaves) for thread in run(monthly + replies)] == [2] * 12


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
    assert (ghost.id, ghost.subject, ghost.who) == (ghost_id("b@x"), "Harbour dues", "On Monday Ann wrote:")
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


def test_copies_have_one_key_and_altered_mails_another() -> None:
    text = "Pay the dues.\n\nAnn\n"
    footer = text + "_" * 40 + "\nSailors mailing list\nhttp://x.org/sailors\n"
    quoted = text + "_" * 40 + "\nFrom: Bob\nSee http://x.org/1\n"
    key = keys(mail("a@x", text=text)).copy_key
    assert keys(mail("a@x", text=footer, subject="[sailors] Harbour dues", to="sailors@x.org")).copy_key == key
    assert keys(mail("a@x", text="> " + text)).copy_key == key
    others = [
        mail("a@x", text=text.replace("Pay", "Forget")), mail("b@x", text=text), mail("a@x", text=text, day=1),
        mail("a@x", text=text, subject="Re: Harbour dues"), mail("a@x", text=quoted),
        replace(mail("a@x", text=text), attachments=(Attachment(part="2", name="a.pdf", sha256="00"),)),
    ]  # fmt: skip
    found = {keys(other).copy_key for other in others}
    assert len(found) == len(others)
    assert key not in found


def test_settle_arranges_what_changed_and_no_more() -> None:
    memory = Memory()
    told: list[tuple[int, int]] = []

    def take(*messages: Message) -> int:
        prepared = [prepare(message, b"", Place(archive="a")) for message in messages]
        memory.take(Batch(state=ArchiveState(archive="a"), messages=prepared))
        return settle(memory, lambda done, all_: told.append((done, all_)))  # type: ignore[arg-type]

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
    expected = run(messages)
    shuffled = list(messages)
    chance.shuffle(shuffled)
    assert run(*[shuffled[start::runs] for start in range(runs)]) == expected
    assert run(*[[message] for message in reversed(messages)]) == expected


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
