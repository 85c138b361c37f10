"""What matching draws from a corpus and keeps in it: its words, their vectors, its people; extended by new mail."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol

from ingest.citations import dictionary, lexicon, people
from ingest.citations.dictionary import Dictionary, entered
from ingest.citations.encoder import Encoder
from ingest.citations.lexicon import Lexicon
from ingest.citations.people import People
from mappings.records import Address, Message
from search.engine import Engine, Writer

_BATCH = 500


class Progress(Protocol):
    """Who is told how far it is."""

    def start(self, total: int) -> None:
        """How much there is to do."""

    def step(self, what: str, done: int, words: str) -> None:
        """What is being done, and how much of it is."""


class Drawn:
    """A corpus' words, their vectors where the languages are installed, and its people."""

    def __init__(self, engine: Engine, encoder: Encoder | None) -> None:
        self._engine = engine
        self.lexicon = Lexicon.load(engine.derived(lexicon.NAME))
        self.people = People.load(engine.derived(people.NAME))
        self.dictionary: Dictionary | None = None
        if encoder is not None:
            self.dictionary = Dictionary(encoder.encode).load(engine.derived(dictionary.NAME))

    def update(self, progress: Progress | None = None) -> bool:
        """Reads the mail that came in since. Whether anything was there to be read."""
        behind = min(self.lexicon.upto, self.people.upto)
        done = 0
        if self._engine.newest() > behind:
            if progress:
                progress.start(max(self._engine.status().messages - self.lexicon.messages, 0))
            for done in self._read(behind):
                if progress:
                    progress.step("reading words", done, f"{done:,} messages")
            self.people.upto = self.lexicon.upto
            self.people.settle()
        return self._translate(progress) or done > 0

    def _read(self, behind: int) -> Iterator[int]:
        texts = self._engine.texts(behind)
        words, folk = self.lexicon.upto, self.people.upto  # as they are now: many messages may have one count
        done = 0
        while batch := list(islice(texts, _BATCH)):
            for message in self._engine.messages(id for count, id, _ in batch if count > folk):
                self.people.read(_everybody(message))
            self.lexicon.read([one for one in batch if one[0] > words])
            done += len(batch)
            yield done

    def _translate(self, progress: Progress | None) -> bool:
        """Makes vectors of the words that have none; whether there were any."""
        if self.dictionary is None:
            return False
        known = set(self.dictionary.words)
        lex = self.lexicon
        new = [
            (word, lex.written.get(word, word))
            for word, count in lex.counts.items()
            if word not in known and entered(word, count, lex.messages)
        ]
        new.sort(key=lambda pair: (-lex.counts[pair[0]], pair[0]))
        done = 0

        def told(some: int) -> None:
            nonlocal done
            done += some
            if progress:
                progress.step("learning words", done, f"{done:,} of {len(new):,} words")

        if new and progress:
            progress.start(len(new))
        self.dictionary.add(new, told)
        return bool(new)

    def keep(self, writer: Writer) -> None:
        """Keeps all of it in the corpus."""
        writer.keep_derived(lexicon.NAME, self.lexicon.dump())
        writer.keep_derived(people.NAME, self.people.dump())
        if self.dictionary is not None:
            writer.keep_derived(dictionary.NAME, self.dictionary.dump())


def _everybody(message: Message) -> Sequence[Address]:
    return (*message.from_, *message.to, *message.cc)
