"""Articles taken in: counts that add up, nothing read twice, failures kept and struck, matching only what is new."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ingest.articles.fetching import Fetcher
from ingest.articles.intake import Intake, Taken
from ingest.articles.matching import Matched, match
from ingest.articles.pieces import NotReadable, Piece, Told
from ingest.articles.reading import BRIEF, NOT_FETCHED
from mappings.articles import Article, Citation, Span
from mappings.records import Failure
from search.engine import Engine, open_engine
from tests import article_files as files
from tests.test_search_contract import corpus, fill

KINDS = ["embedded", "elastic"]


@pytest.fixture(params=KINDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    place = str(tmp_path / "corpus")
    if request.param == "elastic":
        place = request.getfixturevalue("elastic")()
        # mail of the last ten minutes counts as new again and again there: clocks differ
        monkeypatch.setattr("search.elastic_candidates.LATE", 0)
    opened = open_engine(place, create=True)
    yield opened
    opened.close()


class Pages(Fetcher):
    """Fetches from a dictionary."""

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    def wait(self, address: str) -> float:
        return 0.0

    def fetch(self, told: Told) -> Piece:
        self.asked.append(told.address)
        if told.address not in self.pages:
            raise NotReadable("http-404", f"{told.address} answered with status 404.")
        data = self.pages[told.address].encode()
        kind = "feed" if b"<rss" in data else "page"
        return Piece(kind=kind, data=data, media="text/html", told=told, at=7, status=200)  # type: ignore[arg-type]


def take(engine: Engine, *places: Path | str, **more: object) -> Taken:
    with engine.writer() as writer:
        return Intake(engine, writer, **more).run([(place, {}) for place in places])  # type: ignore[arg-type]


def counts(taken: Taken) -> tuple[int, int, int, int]:
    assert taken.read == taken.new + taken.already + taken.failed
    return taken.read, taken.new, taken.already, taken.failed


def failures(engine: Engine) -> list[Failure]:
    return [failure for _, failure in engine.failures()]


def written(folder: Path, name: str, data: str | bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    return folder / name


def box(folder: Path) -> Path:
    """A folder with a page, a text, a table with a broken row, and a picture."""
    written(folder, "a.html", files.page(head=files.SAID))
    written(folder, "b.txt", "A title\n\nA text of its own, with words in it.")
    written(folder, "c.jsonl", '{"id": "A1", "text": "The first row of a table"}\n{"id": "A2"}\n')
    written(folder, "d.png", b"\x89PNG\r\n\x1a\n")
    return folder


def test_a_folder_is_read_once(engine: Engine, tmp_path: Path) -> None:
    folder = box(tmp_path / "box")
    first = take(engine, folder)
    assert counts(first) == (4, 3, 0, 1)
    assert first.passed == 1
    assert counts(take(engine, folder)) == (4, 0, 3, 1)
    assert len(list(engine.article_ids())) == 3
    (failure,) = failures(engine)
    assert (failure.archive, failure.member, failure.stage, failure.code) == (
        str(folder), "c.jsonl", "article", "broken-row",
    )  # fmt: skip
    assert failure.offset == len('{"id": "A1", "text": "The first row of a table"}\n')
    (line,) = engine.status().archives
    assert (line.kind, line.read, line.new, line.already, line.failed, line.done) == ("articles", 4, 0, 3, 1, True)


def test_the_bytes_that_were_read_are_kept(engine: Engine, tmp_path: Path) -> None:
    path = written(tmp_path / "box", "a.html", files.page(head=files.SAID))
    (met,) = take(engine, path).met
    (capture,) = engine.article(met.article).captures
    found, data = engine.capture(capture.sha256)
    assert data == path.read_bytes()
    assert found.source == str(path)
    assert found.media == "text/html"
    assert found.at > 1_500_000_000


def test_the_same_article_twice_is_one_and_keeps_both_captures(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "box"
    first = take(engine, written(folder, "a.html", files.page(head=files.SAID)))
    second = take(engine, written(folder, "b.html", files.page(head=files.SAID + "<!-- printed -->")))
    assert counts(second) == (1, 0, 1, 0)
    assert second.renewed == 1
    assert second.met[0].article == first.met[0].article
    assert len(engine.article(first.met[0].article).captures) == 2


def test_the_same_text_elsewhere_is_one_article(engine: Engine, tmp_path: Path) -> None:
    text = "Words that two files have in common, several of them."
    taken = take(engine, written(tmp_path, "a.txt", text), written(tmp_path, "b.txt", text + "\n"))
    assert counts(taken) == (2, 1, 1, 0)
    assert len({met.article for met in taken.met}) == 1


def test_a_failure_that_does_not_recur_is_struck(engine: Engine, tmp_path: Path) -> None:
    path = written(tmp_path, "c.jsonl", '{"id": "A2"}\n{"text": "words of the second row"}\n')
    assert counts(take(engine, path)) == (2, 1, 0, 1)
    path.write_text('{"id": "A2", "text": "now there is a text"}\n{"text": "words of the second row"}\n')
    taken = take(engine, path)
    assert (counts(taken), taken.resolved) == ((2, 1, 1, 0), 1)
    assert failures(engine) == []


def test_stopping_and_going_on(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "box"
    for number in range(6):
        written(folder, f"{number}.txt", f"Text number {number} with some words in it")
    asked = iter([False] * 4 + [True] * 9)
    first = take(engine, folder, stop=lambda: next(asked))
    assert first.interrupted
    assert 0 < first.new < 6
    assert not engine.status().archives[0].done
    second = take(engine, folder)
    assert counts(second) == (6, 6 - first.new, first.new, 0)
    assert not second.interrupted


def test_addresses_without_fetching_are_known_by_address(engine: Engine, tmp_path: Path) -> None:
    path = written(tmp_path, "list.txt", "https://a.example/1\nhttps://b.example/2\n")
    assert counts(take(engine, path)) == (2, 2, 0, 0)
    articles = [engine.article(id) for id in engine.article_ids()]
    assert {article.address for article in articles} == {"https://a.example/1", "https://b.example/2"}
    assert all(article.notes == (NOT_FETCHED,) and not article.text for article in articles)
    assert counts(take(engine, path)) == (2, 0, 2, 0)


def test_a_list_is_fetched_and_only_once(engine: Engine, tmp_path: Path) -> None:
    path = written(tmp_path, "list.txt", "https://a.example/1\nhttps://a.example/gone\nhttps://b.example/2\n")
    take(engine, path)
    web = Pages({"https://a.example/1": files.page("One"), "https://b.example/2": files.page("Two", "x" * 40)})
    taken = take(engine, path, fetcher=web)
    assert counts(taken) == (3, 0, 2, 1)
    assert taken.fetched == 2
    assert web.asked == ["https://a.example/1", "https://b.example/2", "https://a.example/gone"]  # hosts in turn
    (failure,) = failures(engine)
    assert (failure.member, failure.code) == ("https://a.example/gone", "http-404")
    article = engine.article(engine.article_at("a.example/1", ""))
    assert "among tens of thousands" in article.text
    assert article.notes == ()
    assert (article.captures[0].at, article.captures[0].source) == (7, "https://a.example/1")
    web.asked.clear()
    assert counts(take(engine, path, fetcher=web)) == (3, 0, 2, 1)
    assert web.asked == ["https://a.example/gone"]
    assert len(failures(engine)) == 1
    take(engine, path, fetcher=web, again=True)
    assert sorted(web.asked)[-1] == "https://b.example/2"


def test_what_is_known_by_address_alone_can_be_fetched_later(engine: Engine, tmp_path: Path) -> None:
    take(engine, written(tmp_path, "list.txt", "https://a.example/1\n"), written(tmp_path, "t.txt", "Some text of it"))
    web = Pages({"https://a.example/1": files.page("One")})
    with engine.writer() as writer:
        taken = Intake(engine, writer, fetcher=web).fetch_known()
    assert counts(taken) == (1, 0, 1, 0)
    assert web.asked == ["https://a.example/1"]


def test_a_feed_is_fetched_and_its_summaries_with_it(engine: Engine) -> None:
    web = Pages({"https://lantern.example/feed": files.RSS, "https://lantern.example/b": files.page("B")})
    taken = take(engine, "https://lantern.example/feed", fetcher=web)
    assert counts(taken) == (2, 2, 0, 0)
    assert "among tens of thousands" in engine.article(engine.article_at("lantern.example/b", "")).text
    assert "A long story" in engine.article(engine.article_at("lantern.example/a", "")).text


def test_a_summary_whose_page_is_gone_is_kept_as_one(engine: Engine) -> None:
    taken = take(engine, "https://lantern.example/feed", fetcher=Pages({"https://lantern.example/feed": files.RSS}))
    assert counts(taken) == (2, 2, 0, 0)
    article = engine.article(engine.article_at("lantern.example/b", ""))
    assert article.text == "What was said of the crane."
    assert "status 404" in article.notes[0]


def test_a_feed_on_disk_gives_summaries_that_can_be_fetched_later(engine: Engine, tmp_path: Path) -> None:
    path = written(tmp_path, "feed.xml", files.RSS)
    assert counts(take(engine, path)) == (2, 2, 0, 0)
    assert engine.article(engine.article_at("lantern.example/b", "")).notes == (BRIEF,)
    web = Pages({"https://lantern.example/b": files.page("B")})
    with engine.writer() as writer:
        Intake(engine, writer, fetcher=web).fetch_known()
    assert web.asked == ["https://lantern.example/b"]
    take(engine, path)  # the summary does not take the page's place again
    article = engine.article(engine.article_at("lantern.example/b", ""))
    assert "among tens of thousands" in article.text
    assert article.notes == ()


def test_a_table_gives_line_and_name(engine: Engine, tmp_path: Path) -> None:
    path = written(tmp_path, "a.jsonl", json.dumps({"id": "X9", "lang": "pt", "text": "três palavras aqui"}) + "\n")
    (met,) = take(engine, path).met
    assert (met.source, met.line, met.name) == (str(path), 1, "X9")
    assert engine.article(met.article).lang == "pt"
    (again,) = take(engine, path, whole=True).met  # what is here is named, too
    assert again == met


# --- matching


class Finds:
    """Finds that every article cites the mails it is told, and notes what it was asked."""

    def __init__(self, ids: Sequence[str], model: str = "m1") -> None:
        self.ids = ids
        self.model = model
        self.lacks: tuple[str, ...] = ("Nothing at all.",)
        self.asked: list[tuple[str, int]] = []

    def cite(self, article: Article, *, since: int = 0) -> list[Citation]:
        self.asked.append((article.id, since))
        if "breaks" in article.text:
            raise ZeroDivisionError("no")
        return [
            Citation(article=article.id, message=id, method="words", probability=0.95 - 0.5 * at, passage=Span(0, 4))
            for at, id in enumerate(self.ids)
        ]


def matched(engine: Engine, finds: Finds, **more: bool) -> Matched:
    with engine.writer() as writer:
        return match(engine, writer, finds, **more)


def test_nothing_is_matched_twice_for_nothing(engine: Engine, tmp_path: Path) -> None:
    fill(engine, corpus())
    take(engine, written(tmp_path, "a.txt", "Text one with words"), written(tmp_path, "b.txt", "Text two with words"))
    some = next(iter(engine.placed()))[0]
    finds = Finds([some])
    first = matched(engine, finds)
    assert (first.articles, first.matched, first.shown, first.lacks) == (2, 2, 2, ("Nothing at all.",))
    assert {since for _, since in finds.asked} == {0}
    again = matched(engine, finds)
    assert (again.matched, again.unchanged) == (0, 2)
    assert len(finds.asked) == 2
    anew = Finds([some], "m2")
    assert matched(engine, anew).matched == 2
    assert matched(engine, anew, again=True).matched == 2
    assert engine.cited_counts([some]) == {some: 2}


def test_an_article_that_breaks_the_matcher_is_a_failure(engine: Engine, tmp_path: Path) -> None:
    fill(engine, corpus())
    take(engine, written(tmp_path, "a.txt", "This one breaks it"), written(tmp_path, "b.txt", "Text two with words"))
    found = matched(engine, Finds([]))
    assert (found.articles, found.matched, found.failed) == (2, 1, 1)
    (failure,) = failures(engine)
    assert (failure.stage, failure.code, failure.archive) == ("article", "matching", str(tmp_path / "a.txt"))
    assert matched(engine, Finds([])).failed == 1
    assert len(failures(engine)) == 1


def test_new_mail_alone_is_looked_at_unless_something_was_absent(engine: Engine, tmp_path: Path) -> None:
    mails = corpus()
    fill(engine, mails[:-1])
    take(engine, written(tmp_path, "a.txt", "Text one with words"))
    some = next(iter(engine.placed()))[0]
    finds = Finds([some])
    matched(engine, finds)
    upto = engine.newest()
    fill(engine, mails[-1:])
    matched(engine, finds)
    assert [since for _, since in finds.asked] == [0, upto]
    assert len(engine.cites(finds.asked[0][0])) == 1
