"""The parts that citations are found with: words, dates, people, cues, families, fitted weights."""

import random

import pytest

from ingest.citations.cues import cue, tells_of_reply
from ingest.citations.days import agreement, dates_in, written
from ingest.citations.features import Weights, chance
from ingest.citations.fitting import fit
from ingest.citations.lexicon import Lexicon
from ingest.citations.people import People
from ingest.citations.words import sentences, terms, words_of
from mappings.records import Address
from search.words import tokens

DAY = 86400
AUGUST_2015 = 1438592400  # 3 August 2015, 9:00


def dated(text: str) -> list[tuple[int, int, int]]:
    """Year, month and day of the dates in a text."""
    return [day[:3] for day in dates_in(text)]


@pytest.mark.parametrize(("text", "expected"), [
    ("écrit en août 2016 pour", (2016, 8, 0)), ("Le 12 mars 2016, à la veille", (2016, 3, 12)),
    ("nell’agosto 2015: “È", (2015, 8, 0)), ("a finales de septiembre de 2013,", (2013, 9, 0)),
    ("on December 20, 2012", (2012, 12, 20)), ("am 3. August 2015", (2015, 8, 3)),
    ("19 marca 2016 roku", (2016, 3, 19)),
    ("в марте 2016 года", (2016, 3, 0)), ("the summer of 2015", (2015, 0, 0)), ("on 2015-08-03", (2015, 8, 3)),
    ("am 3.8.2015", (2015, 8, 3)), ("no dia 2 de março de 2015", (2015, 3, 2)), ("in 2014 they", (2014, 0, 0)),
])  # fmt: skip
def test_dates_of_many_languages(text: str, expected: tuple[int, int, int]) -> None:
    assert dated(text) == [expected]


def test_what_is_no_date() -> None:
    assert dated("He may leave. Mars is far; 20,150 votes, $2016, 12.2015.3") == []


def test_how_dates_agree_and_conflict() -> None:
    def rate(text: str) -> float:
        return agreement(dates_in(text)[0], AUGUST_2015)

    assert rate("3 August 2015") > rate("August 2015") > rate("2015") > 0
    assert 0 > rate("August 2016") > rate("May 2012")
    assert rate("4 August 2015") == rate("3 August 2015")  # a day's difference is the zone's
    assert written(AUGUST_2015) == "3 August 2015"


def test_words_are_those_of_the_index() -> None:
    text = "L’été à Noël: naïve Straße — 東京都 e-mail ﬁn"
    assert [word.word for word in words_of(text)] == tokens(text)
    assert [text[word.start : word.end] for word in words_of(text)][:3] == ["L", "été", "à"]


def test_number_words_are_numbers() -> None:
    said = "forty-seven siebenundvierzig cuarenta y siete zevenenveertig quarante sept sixty-one"
    assert terms(said) == ("47", "47", "47", "47", "47", "61")
    assert terms("twelve men and one woman, forty people") == ("12", "men", "and", "one", "woman", "40", "people")


def test_sentences() -> None:
    text = "Mr. Band said so. “Fine!” she wrote.\n\nNew one\nwrapped here"
    assert [text[a:b] for a, b in sentences(text, 0, len(text))] == [
        "Mr. Band said so.", "“Fine!”", "she wrote.", "New one\nwrapped here"
    ]  # fmt: skip
    long = "word " * 300
    assert all(b - a < 400 for a, b in sentences(long, 0, len(long)))


@pytest.fixture
def people() -> People:
    """Four correspondents."""
    made = People()
    made.read([Address("Ann Verity", "ann@a.example")] * 9 + [Address("Verity, Ann M", "ANN@a.example")] * 3)
    made.read([Address("John Podesta", "jp@a.example")] * 5 + [Address("Chelsea Verity", "cv@a.example")] * 2)
    made.read([Address("", "mark.siegel@law.example"), Address("Office", "office@a.example")])
    made.settle()
    return made


def shown(people: People, text: str) -> list[tuple[str, list[str]]]:
    """Who is named in a text, as what."""
    return [(text[n.span.start : n.span.end], sorted(map(people.shown, n.people))) for n in people.named(text)]


def test_people_are_named_in_full_by_surname_and_by_first_name(people: People) -> None:
    assert shown(people, "Elle a écrit à Ann Verity.") == [("Ann Verity", ["Ann Verity"])]
    assert shown(people, "Mme Verity répond") == [("Verity", ["Ann Verity"])]
    assert shown(people, "Chelsea Verity, and Mark Siegel’s") == [
        ("Chelsea Verity", ["Chelsea Verity"]), ("Mark Siegel’s", ["Mark Siegel"])
    ]  # fmt: skip
    assert shown(people, "Then Ann left; the verity of it") == [("Ann", ["Ann Verity"])]


def test_people_are_found_inflected_and_in_other_letters(people: People) -> None:
    assert shown(people, "списал Джону Подесте") == [("Подесте", ["John Podesta"])]
    assert shown(people, "napisał do Podesty") == [("Podesty", ["John Podesta"])]


def test_somebody_else_of_that_surname_is_nobody_here(people: People) -> None:
    assert shown(people, "John Verity") == [("John", ["John Podesta"])]


def test_one_person_has_all_names_of_an_address(people: People) -> None:
    both = {people.person(Address("Verity, Ann M", "")), people.person(Address("", "ann@a.example"))}
    assert len(both) == 1
    assert people.person(Address("Nobody Here", "x@y.example")) == -1
    again = People.load(people.dump())
    assert shown(again, "Ann Verity") == [("Ann Verity", ["Ann Verity"])]


def test_cues() -> None:
    assert cue("In an e-mail she wrote: no.") == 1.0
    assert cue("Dans un courriel, elle écrit non") == 1.0
    assert cue("The risotto was good.") == 0.0
    assert tells_of_reply("Dans sa réponse, il accepte") is not None
    assert tells_of_reply("In seiner Antwort stimmte er zu") is not None
    assert tells_of_reply("She wrote again") is None


def test_a_lexicon_is_extended_and_kept() -> None:
    lexicon = Lexicon()
    lexicon.read([(1, "a", "The café is closed"), (2, "b", "the roof")])
    again = Lexicon.load(lexicon.dump())
    again.read([(3, "c", "the café")])
    assert (again.upto, again.messages, again.counts["the"], again.counts["cafe"]) == (3, 3, 3, 2)
    assert again.written == {"cafe": "café"}
    assert again.rarity("roof") > again.rarity("cafe") > again.rarity("the")
    assert Lexicon.load(None).rarity("x") >= 0


def test_fitted_weights_find_what_matters() -> None:
    dice = random.Random(5)
    rows = [{"real": dice.gauss(0, 1), "noise": dice.gauss(0, 10)} for _ in range(600)]
    labels = [dice.random() < chance(2 * row["real"] - 1) for row in rows]
    weights = fit(rows, labels, ("real", "noise"), ridge=1.0)
    assert 1.5 < weights.of["real"] < 2.5
    assert abs(weights.of["noise"]) < 0.1
    assert -1.5 < weights.bias < -0.5
    kept = fit(rows[:3], labels[:3], ("real",), ridge=1e6, prior=Weights(-1.0, {"real": 2.0}))
    assert kept.of["real"] == pytest.approx(2.0, abs=0.01)
    assert fit([{"real": 1.0}], [True], ("real",)).of["real"] == pytest.approx(0, abs=1)
