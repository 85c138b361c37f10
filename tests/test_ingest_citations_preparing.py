"""What is drawn from a corpus for matching: every message once, however an engine counts them."""

from collections.abc import Iterable, Iterator

from ingest.citations.preparing import Drawn


class Counting:
    """As much of an engine as is needed, with three messages and their counts."""

    def __init__(self, *counts: int) -> None:
        self.counts = counts
        self.asked: list[str] = []

    def derived(self, name: str) -> None:
        """Nothing is kept."""

    def newest(self) -> int:
        """The last count."""
        return self.counts[-1]

    def texts(self, start: int = 0) -> Iterator[tuple[int, str, str]]:
        """Own words."""
        words = ("harbour wall", "harbour master", "harbour tide")
        yield from ((n, str(at), text) for at, (n, text) in enumerate(zip(self.counts, words, strict=True)))

    def messages(self, ids: Iterable[str]) -> list[object]:
        """Remembers who was asked for."""
        self.asked += ids
        return []


def test_messages_with_one_count_are_all_read() -> None:
    for counts in ((1, 2, 3), (7, 7, 7)):  # a cluster's counts are moments, and many messages come in one
        engine = Counting(*counts)
        drawn = Drawn(engine, None)  # type: ignore[arg-type]
        assert drawn.update()
        assert (drawn.lexicon.messages, drawn.lexicon.counts["harbour"], drawn.lexicon.counts["tide"]) == (3, 3, 1)
        assert engine.asked == ["0", "1", "2"]
        assert not drawn.update()
