"""Pages through a cluster's results: each hit once however the index is spread, one copy of it for one question."""

from functools import partial
from typing import Any

import pytest

pytest.importorskip("elasticsearch")

from search.elastic_engine import ElasticEngine
from search.engine import Engine, open_engine
from search.parse import parse
from search.results import Order
from tests.test_search_contract import fill, mail
from tests.test_search_elastic import Fresh
from tests.test_search_elastic_layout import changed

MAILS = [
    mail(f"p{number}", "harbour " * (1 + number % 5) + f"turn {number}\n", subject=f"Part {number}",
         date=1_400_000_000 + number * 1000, references=(f"p{number % 30}@x.example",) if number >= 30 else ())
    for number in range(90)
]  # fmt: skip


def leafed(engine: Engine, order: Order, by_thread: bool) -> list[str]:
    """Every hit, seven a page."""
    met: list[str] = []
    cursor = ""
    while True:
        page = engine.search(parse("harbour"), order=order, by_thread=by_thread, limit=7, cursor=cursor)
        assert (page.total, page.threads) == (90, 30 if by_thread else None)
        assert not by_thread or {hit.thread_hits for hit in page.hits} == {3}
        met += [hit.row.message_id for hit in page.hits]
        if not page.next:
            return met
        cursor = page.next


@pytest.mark.parametrize("by_thread", [False, True], ids=["messages", "conversations"])
@pytest.mark.parametrize("order", ["relevance", "newest", "oldest"])
def test_each_hit_comes_once_on_any_number_of_shards(
    spread: tuple[Engine, Engine], order: Order, by_thread: bool
) -> None:
    one, three = (leafed(engine, order, by_thread) for engine in spread)
    assert len(set(one)) == len(one) == (30 if by_thread else 90)
    assert three == one


def cut(shards: int, body: dict[str, Any]) -> None:
    """An index in so many parts."""
    body["settings"]["index"]["number_of_shards"] = shards


@pytest.fixture(scope="module")
def spread(elastic: Fresh) -> tuple[Engine, Engine]:
    """One corpus on one shard, the same on three."""
    engines = []
    for shards in (1, 3):
        engine = ElasticEngine.open(elastic(), create=True)
        changed(engine, "messages", partial(cut, shards))
        fill(engine, MAILS)
        assert engine.status().differences == ()  # the operator's own business
        engines.append(engine)
    return engines[0], engines[1]


def test_the_pages_of_one_question_ask_one_copy_of_the_index(elastic: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(elastic(), create=True)
    assert isinstance(engine, ElasticEngine)
    fill(engine, MAILS[:20])
    asked: list[Any] = []
    there = engine._cluster.search

    def search(index: str, body: dict[str, Any], **params: Any) -> dict[str, Any]:
        asked.append(params.get("preference"))
        return there(index, body, **params)

    monkeypatch.setattr(engine._cluster, "search", search)
    first = engine.search(parse("harbour"), limit=5)
    engine.search(parse("harbour"), limit=5, cursor=first.next)
    engine.search(parse("turn"), limit=5)
    one, next_one, other = filter(None, asked)
    assert one == next_one != other
    engine.close()
