"""Words near each other: both engines find the same mails, those that the rule says, and rank them alike."""

import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from msgspec.structs import replace

from search.embedded_queries import ways
from search.engine import Engine
from search.parse import parse
from tests.test_search_contract import DAY, T0, Maker, fill, kind, mail

__all__ = ["kind"]  # the fixture

WORDS = ("ash", "birch", "cedar", "elm", "fir", "gorse")
QUERIES = (
    ("ash cedar", 1), ("ash cedar", 4), ("ash ash", 1), ("ash cedar fir", 1), ("ash cedar fir", 2),
    ("ash cedar fir", 3), ("fir cedar ash", 4), ("ash birch cedar elm", 2), ("ash birch cedar elm", 3),
    ("ash cedar fir", 7), ("ash fir ash", 2),
)  # fmt: skip


def texts() -> list[list[str]]:
    """Sequences of words."""
    chance = random.Random(7)
    return [[chance.choice(WORDS) for _ in range(chance.randrange(5, 14))] for _ in range(90)]


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest, kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A mail for each sequence, named by its number."""
    maker = Maker(request, kind, Path(tmp_path_factory.mktemp("near")))
    found = maker()
    mails = [mail(str(at), " ".join(words), date=T0 + at * DAY) for at, words in enumerate(texts())]
    fill(found, [(replace(message, subject=""), raw) for message, raw in mails])
    yield found
    maker.close()


def near(text: list[str], words: list[str], slop: int) -> bool:
    """Whether each of the words has a place of its own, less that in the phrase within `slop` of all others'."""
    places = [[at - number for at, one in enumerate(text) if one == word] for number, word in enumerate(words)]
    return any(
        max(found) - min(found) <= slop and len({at + number for number, at in enumerate(found)}) == len(words)
        for found in product(*places)
    )


@pytest.mark.parametrize(("words", "slop"), QUERIES)
def test_near_words(engine: Engine, words: str, slop: int) -> None:
    expected = {str(at) for at, text in enumerate(texts()) if near(text, words.split(), slop)}
    for order in ("newest", "relevance"):
        page = engine.search(parse(f'own:"{words}"~{slop}'), order=order, limit=100)  # type: ignore[arg-type]
        assert {hit.row.message_id.partition("@")[0] for hit in page.hits} == expected
        assert page.total == len(expected) > 0


def test_ways_to_stand() -> None:
    assert list(ways(["a", "b"], 0)) == [((0, "a"), (1, "b"))]
    assert set(ways(["a", "b"], 2)) == {
        ((0, "a"), (1, "b")), ((0, "a"), (2, "b")), ((0, "a"), (3, "b")), ((0, "b"), (1, "a")),
    }  # fmt: skip
    assert len(list(ways(["a", "b", "c"], 1))) == 3


def test_more_ways_than_are_asked_for_still_find_all(engine: Engine) -> None:
    found = {hit.row.id for hit in engine.search(parse('own:"ash birch cedar elm"~9'), limit=100).hits}
    closer = {hit.row.id for hit in engine.search(parse('own:"ash birch cedar elm"~3'), limit=100).hits}
    assert closer < found


def test_they_rank_as_words_do(engine: Engine) -> None:
    scores = {hit.row.id: hit.score for hit in engine.search(parse("own:ash own:cedar"), limit=100).hits}
    hits = engine.search(parse('own:"ash cedar"~3'), limit=100).hits
    assert all(hit.score == pytest.approx(scores[hit.row.id], rel=1e-4) for hit in hits)
