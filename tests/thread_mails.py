"""Mails, and a writer that keeps them in memory, for the tests of threads."""

import random
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Self

from ingest.threads import arrange, prepare, settle
from mappings.keys import hash64
from mappings.records import Address, ArchiveState, Message, Place, Prepared, Ruling
from search.engine import Arranged, Batch, Counts, Member, Pair
from search.ghosts import quote_of

DAY = 86400
MONDAY = 1_000_000_000


def mail(
    message_id: str = "", *, refs: str = "", reply: str = "", subject: str = "Harbour dues", day: float | None = 0,
    sender: str = "ann@x.org", to: str = "bob@x.org", text: str | None = None, index: str = "", salt: str = "",
) -> Message:  # fmt: skip
    """A message whose id is made from all that is given; its words are its own unless they are given."""
    id = f"{hash64(repr(locals()).encode()) & (1 << 64) - 1:016x}" * 4
    return Message(
        id=id, size=1, message_id=message_id, references=tuple(refs.split()), subject=subject,
        text=f"Words of {message_id}." if text is None else text,
        in_reply_to=tuple(reply.split()), date=None if day is None else MONDAY + int(day * DAY), date_source="header",
        from_=(Address(address=sender),), to=tuple(Address(address=who) for who in to.split()), thread_index=index,
    )  # fmt: skip


def member(message: Message, num: int = 0) -> Member:
    """What a writer hands back of a message."""
    prepared = prepare(message, b"", Place(archive="a"))
    people = (*message.from_, *message.to)
    return Member(
        num, message.id, message.message_id, prepared.references, message.date, message.subject,
        frozenset(person.address for person in people), message.from_[0].address, prepared.copy_keys,
        quote_of(message), message.thread_index, message.from_[0].name,
        prepared.quoting.ghost if prepared.quoting else 0,
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

    def begin(self, messages: Sequence[Prepared]) -> object:
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

    def rule(self, rulings: Iterable[Ruling]) -> None:
        pass

    def forget_failures(self, numbers: Iterable[int]) -> None:
        pass

    def loose(self) -> list[int]:
        return sorted(self.changed)

    def members(self, labels: Sequence[int]) -> dict[int, list[Member]]:
        return {
            label: [fact for fact, its in zip(self.facts, self.labels, strict=True) if its == label]
            for label in labels
        }

    def kin(self, window: int) -> list[tuple[Member, Member]]:
        pairs = []
        for reply, by in zip(self.stored, self.labels, strict=True):
            if not (reply.orphan and reply.subject_key and reply.message.date is not None):
                continue
            for older, its in zip(self.stored, self.labels, strict=True):
                if not {by, its} & self.changed or by == its or older.subject_key != reply.subject_key:
                    continue
                if older.message.date is not None and 0 <= reply.message.date - older.message.date <= window:
                    pairs.append((reply, older))
        facts = {fact.id: fact for fact in self.facts}
        return [(facts[reply.message.id], facts[older.message.id]) for reply, older in pairs]

    def quoting(self) -> Iterator[Pair]:
        for reply, by in zip(self.stored, self.labels, strict=True):
            for older, its in zip(self.stored, self.labels, strict=True):
                sought, date = reply.quoting, older.message.date
                if not sought or date is None or reply is older or not {by, its} & self.changed:
                    continue
                if sought.first <= date <= sought.last and set(sought.sketch) & set(older.sketch):
                    first, second = (self.facts[self.stored.index(one)] for one in (reply, older))
                    yield Pair(first, second, sought.sketch, older.sketch, by != its, not {by, its} <= self.changed)

    def join(self, pairs: Iterable[tuple[int, int]]) -> None:
        for first, second in pairs:
            self.joins += 1
            self._merge(self.labels[first], self.labels[second])

    def arrange(self, threads: Iterable[tuple[int, Arranged]]) -> None:
        for label, thread in threads:
            self.trees[label] = thread
            self.changed.discard(label)

    def index(self, *, wait: bool = True) -> None:
        pass

    def reindex(self) -> Iterator[int]:
        return iter(())


def run(*batches: Sequence[Message]) -> list[Arranged]:
    """The threads after these batches, settled after each, by id."""
    memory = Memory()
    for batch in batches:
        prepared = [prepare(message, b"", Place(archive="a")) for message in batch]
        memory.take(Batch(state=ArchiveState(archive="a"), messages=prepared))
        settle(memory)
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


def back(day: float = 1, **more: str) -> Message:
    """Bob's answer to Ann that names no mail."""
    values = {"message_id": "r@x", "subject": "Re: Harbour dues", "sender": "bob@x.org", "to": "ann@x.org", **more}
    return mail(**values, day=day)


def thread_index(guid: int, *replies: int) -> str:
    """A Thread-Index of a conversation, one more number for each reply."""
    tail = b"".join(reply.to_bytes(5, "big") for reply in replies)
    return b64encode(b"\x01\xc5" + b"\7" * 4 + guid.to_bytes(16, "big") + tail).decode()


def in_any_order(messages: Sequence[Message], chance: random.Random, runs: int) -> list[Arranged]:
    """The threads of messages: the same if these are shuffled and come in several runs, or one by one backwards."""
    expected = run(messages)
    shuffled = list(messages)
    chance.shuffle(shuffled)
    assert run(*[shuffled[start::runs] for start in range(runs)]) == expected
    assert run(*[[message] for message in reversed(messages)]) == expected
    return expected
