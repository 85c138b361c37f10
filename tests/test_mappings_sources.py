"""Published numbers and the public addresses made from them; labels; what both engines say of them."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest import copying, pipeline
from mappings.records import Place
from mappings.sources import Published, address, check, number_of, published
from search.engine import Engine, open_engine
from search.parse import parse

TEMPLATE = "https://example.org/{collection}/emailid/{id}"
MAIL = "From: a@x.org\r\nMessage-ID: <{0}@x.org>\r\nSubject: number {0}\r\nX-Gmail-Labels: {1}\r\n\r\nText {0}.\r\n"


@pytest.mark.parametrize("template", [
    TEMPLATE, "http://example.org/{id}", "https://example.org/?file={name}", "https://example.org/{{x}}/{id}",
])  # fmt: skip
def test_templates_that_will_do(template: str) -> None:
    assert check(template) == ""


@pytest.mark.parametrize(("template", "words"), [
    ("https://example.org/", "neither {id} nor"), ("ftp://example.org/{id}", "http"),
    ("javascript:alert({id})", "http"),
    ("https://example.org/{id", "filled in"), ("https://example.org/{number}/{id}", "filled in"), ("{id}", "http"),
    ("https://{id}.example.org/", "server"), ("https://example.org/{id!r}", "neither"), ("https:///{id}", "http"),
    ("https://example.org/{id.x}", "filled in"), ('https://example.org/"{id}', "http"),
])  # fmt: skip
def test_templates_that_will_not(template: str, words: str) -> None:
    assert words in check(template)


def test_addresses_are_made_safe() -> None:
    place = Place("/a/box.zip", "in/4 2?.eml", collection="po/desta", number="42")
    assert address(TEMPLATE, place) == "https://example.org/po%2Fdesta/emailid/42"
    assert address("https://example.org/{name}", place) == "https://example.org/4%202%3F.eml"
    assert address(TEMPLATE, Place("/a", "x")) == ""
    assert address("", place) == ""


def test_a_number_counts_once() -> None:
    places = [Place("/a", "1.eml", collection="c", number="1"), Place("/b", "1.eml", collection="c", number="1"),
              Place("/c", "x.eml"), Place("/d", "9", collection="d", number="9")]  # fmt: skip
    found = published(places, {"c": "https://example.org/{id}"})
    assert found == (Published("1", "c", "https://example.org/1"), Published("9", "d"))


@pytest.mark.parametrize(("name", "number"), [
    ("1.eml", "1"), ("podesta-emails/1234", "1234"), ("box.zip!dnc/12.eml", "12"), ("email_77.eml", "77"),
    ("dnc-emails-5.EML", "5"), ("00001.7c53336b37003a92", ""), ("note.eml", ""), ("1234567.M1P2.host:2,S", ""),
])  # fmt: skip
def test_numbers_in_names(name: str, number: str) -> None:
    assert number_of(name) == number


@pytest.fixture(params=["embedded", "elastic"])
def corpus(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Numbered files in two collections, with labels; 2.eml is in both."""
    for folder, numbers in (("one", (1, 2, 3)), ("two", (2, 40))):
        (tmp_path / folder).mkdir()
        for number in numbers:
            labels = "Inbox,To do" if number % 2 else "=?utf-8?Q?Archiv=C3=A9,_\"a,_b\"?="
            (tmp_path / folder / f"{number}.eml").write_bytes(MAIL.format(number, labels).encode())
    url = request.getfixturevalue("elastic")() if request.param == "elastic" else str(tmp_path / "corpus")
    with closing(open_engine(url, create=True)) as engine:
        for folder in ("one", "two"):
            assert pipeline.load(engine, [tmp_path / folder], collection=folder).failed == 0
        with engine.writer() as writer:
            writer.keep_source("one", "https://example.org/old/{id}")
            writer.keep_source("one", TEMPLATE)
        yield engine


def subjects(corpus: Engine, query: str) -> list[str]:
    """Subjects of what a query finds, in order."""
    return sorted(hit.row.subject for hit in corpus.search(parse(query)).hits)


def test_numbers_are_found(corpus: Engine) -> None:
    assert subjects(corpus, "number:1") == ["number 1"]
    assert subjects(corpus, "number:2 collection:two") == ["number 2"]
    assert subjects(corpus, "number:3 collection:two") == []
    assert subjects(corpus, "number:99") == []
    assert subjects(corpus, "-number:1 collection:one") == ["number 2", "number 3"]
    assert corpus.published("40", "two") != []
    assert corpus.published("40", "one") == []
    assert corpus.sources() == {"one": TEMPLATE}


def test_places_keep_their_numbers(corpus: Engine) -> None:
    (id,) = corpus.published("2", "one")
    places = corpus.places(id)
    assert [(place.collection, place.number) for place in places] == [("one", "2"), ("two", "2")]
    known = published(places, corpus.sources())
    assert known == (Published("2", "one", "https://example.org/one/emailid/2"), Published("2", "two"))


def test_labels_are_found(corpus: Engine) -> None:
    assert subjects(corpus, 'label:"to do"') == ["number 1", "number 3"]
    assert subjects(corpus, "label:INBOX") == ["number 1", "number 3"]
    assert subjects(corpus, "label:archivé") == ["number 2", "number 40"]
    assert subjects(corpus, 'label:"a, b"') == ["number 2", "number 40"]
    assert subjects(corpus, "label:box") == []


def test_a_copied_corpus_has_them_too(corpus: Engine, tmp_path: Path) -> None:
    with closing(open_engine(str(tmp_path / "copy"), create=True)) as target:
        assert copying.copy(corpus, target).same
        assert target.sources() == corpus.sources()
        assert target.published("40", "two") == corpus.published("40", "two")
