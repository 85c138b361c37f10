"""A message as articles are compared with it: its sentences, whose words they are, who wrote it to whom and when."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ingest.citations.words import sentences, terms
from mappings.records import OWN_KINDS, Address, Message

MOST = 2_000  # sentences of a message
_KEPT = 600_000  # words of the messages that are remembered


class Sentence(NamedTuple):
    """A sentence `text[start:end]` of a message's text, in the index' words; the subject has neither, both are -1."""

    start: int
    end: int
    own: bool
    words: tuple[str, ...]
    weight: float  # the rarity of its words, each once


class Read(NamedTuple):
    """A message, read."""

    message: Message
    sentences: tuple[Sentence, ...]  # the subject first
    writer: frozenset[int]  # people
    readers: frozenset[int]

    def text(self, first: int, last: int) -> str:
        """The sentences from the first to the last one, as they stand."""
        if self.sentences[first].start < 0:
            return self.message.subject
        return self.message.text[self.sentences[first].start : self.sentences[last].end]


def read(message: Message, person: Callable[[Address], int], weigh: Callable[[tuple[str, ...]], float]) -> Read:
    """Reads a message; `person` tells the person of an address, `weigh` the rarity of words."""
    words = terms(message.subject)
    found = [Sentence(-1, -1, True, words, weigh(words))]
    for segment in message.segments:
        if segment.kind in ("mark", "disclaimer"):
            continue
        start = max(segment.words, segment.start) if segment.kind == "quoted" else segment.start
        own = segment.kind in OWN_KINDS
        for left, right in sentences(message.text, start, segment.end):
            words = terms(message.text[left:right])
            found.append(Sentence(left, right, own, words, weigh(words)))
        if len(found) > MOST:
            break
    return Read(
        message, tuple(found[:MOST]),
        frozenset(map(person, (*message.from_, *message.sender))) - {-1},
        frozenset(map(person, (*message.to, *message.cc, *message.bcc))) - {-1},
    )  # fmt: skip


class Reader:
    """Reads messages, and remembers the last ones."""

    def __init__(
        self, fetch: Callable[[Iterable[str]], list[Message]], person: Callable[[Address], int],
        weigh: Callable[[tuple[str, ...]], float],
    ) -> None:
        self._fetch, self._person, self._weigh = fetch, person, weigh
        self._kept: OrderedDict[str, Read] = OrderedDict()
        self._words = 0

    def read(self, ids: Iterable[str]) -> dict[str, Read]:
        """The messages with these ids, by id; those that are not here are left out."""
        wanted = list(dict.fromkeys(ids))
        found = {id: self._kept[id] for id in wanted if id in self._kept}
        for id in found:
            self._kept.move_to_end(id)
        for message in self._fetch([id for id in wanted if id not in found]):
            found[message.id] = self._kept[message.id] = made = read(message, self._person, self._weigh)
            self._words += _size(made)
        while self._words > _KEPT and len(self._kept) > 1:
            self._words -= _size(self._kept.popitem(last=False)[1])
        return found


def _size(read: Read) -> int:
    return sum(len(sentence.words) for sentence in read.sentences)
