"""Own words, quotations and signatures of a text."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import quotes
from ingest.introductions import Introduction
from ingest.labels import Field
from ingest.quotes import MOST, own_words, split
from mappings.records import Address


def cut(text: str) -> list[tuple[str, int, str]]:
    """Kind, depth and stripped words of each segment."""
    return [(part.kind, part.depth, text[part.start : part.end].strip()) for part in split(text)]


def test_interleaved_replies_are_own_words() -> None:
    text = "Hi\n\nOn Mon, 5 Jan 2015, Ann wrote:\n> one\n>> deep\n> two\nmy answer\n> three\nyes\n-- \nBob\n"
    assert cut(text) == [
        ("own", 0, "Hi"), ("quoted", 1, "On Mon, 5 Jan 2015, Ann wrote:\n> one"), ("quoted", 2, ">> deep"),
        ("quoted", 1, "> two"),
        ("own", 0, "my answer"), ("quoted", 1, "> three"), ("own", 0, "yes"), ("signature", 0, "-- \nBob"),
    ]  # fmt: skip
    assert split(text)[1].who == "On Mon, 5 Jan 2015, Ann wrote:"
    assert own_words(text, split(text), 1000).split() == ["Hi", "my", "answer", "yes"]


@pytest.mark.parametrize("line", [
    "On Mon, Jan 5, 2015 at 10:00 AM, Ann Example <ann@example.org> wrote:",
    "Am 05.01.2015 um 10:00 schrieb Ann Example:",
    "Ann Example schrieb am 05.01.2015:", "Le 05/01/2015 à 10:00, Ann a écrit :",
    "El 5 de enero de 2015, Ann escribió:",
    "Il giorno 5 gennaio 2015, Ann ha scritto:", "Em 5 de janeiro de 2015, Ann escreveu:",
    "Op 5 januari 2015 schreef Ann:",
    "5 января 2015 г., 10:00 пользователь Анна написал:", "Ann Example wrote:",
    "In article <a1@example.org>, Ann wrote:",
    "2015-01-05 10:00 GMT+01:00 Ann Example <ann@example.org>:",
    "On Mon, 5 Jan 2015 10:00:00 +0100\nAnn Example <ann@example.org> wrote:",
    "On Monday, 5 January 2015 at 10:00 in the morning, Ann Example\n<ann.example.with.a.long.address@example.org> "
    "wrote:",
])  # fmt: skip
def test_attribution_lines(line: str) -> None:
    text = f"own words\n\n{line}\n\n> quoted\n\nown again\n"
    segments = split(text)
    assert [part.kind for part in segments] == ["own", "quoted", "own"]
    assert segments[1].who == " ".join(line.split())
    assert text[segments[0].start : segments[0].end].strip() == "own words"


@pytest.mark.parametrize("line", ["My list is this:", "As the paper wrote", "We said so. And then,", "Look:"])
def test_lines_that_are_no_attribution_stay_own(line: str) -> None:
    text = f"{line}\n> quoted\n"
    assert cut(text) == [("own", 0, line), ("quoted", 1, "> quoted")]


@pytest.mark.parametrize("marker", [
    "-----Original Message-----", "----- Original Message -----", "-----Ursprüngliche Nachricht-----",
    "-----Message d'origine-----",
    "-----Mensaje original-----", "-----Messaggio originale-----", "-----Mensagem original-----",
    "-----Oorspronkelijk bericht-----",
    "-----Исходное сообщение-----", "---------- Forwarded message ---------", "-------- Forwarded Message --------",
    "Begin forwarded message:",
    "Anfang der weitergeleiteten Nachricht:", "Début du message réexpédié :",
    "----- Forwarded by Ann/Works on 05/01/2015 -----",
])  # fmt: skip
def test_what_follows_a_marker_is_the_other_mail(marker: str) -> None:
    text = f"own words\n\n{marker}\nFrom: Ann <a@b.org>\nDate: today\nSubject: x\n\nher words\n"
    segments = split(text)
    assert [(part.kind, part.depth) for part in segments] == [("own", 0), ("quoted", 1)]
    assert segments[1].who == "From: Ann <a@b.org>"
    assert text[segments[1].start :].startswith(marker)


@pytest.mark.parametrize("block", [
    "From: Ann\nSent: Monday\nTo: Bob\nSubject: x", "Von: Ann\nGesendet: Montag\nAn: Bob\nBetreff: x",
    "De : Ann\nEnvoyé : lundi\nÀ : Bob\nObjet : x",
    "De: Ann\nEnviado el: lunes\nPara: Bob\nAsunto: x", "Da: Ann\nInviato: lunedì\nA: Bob\nOggetto: x",
    "Van: Ann\nVerzonden: maandag\nAan: Bob\nOnderwerp: x",
    "От: Анна\nОтправлено: понедельник\nКому: Боб\nТема: x", "*From:* Ann\n*Sent:* Monday\n*To:* Bob\n*Subject:* x",
    "________________________________\nFrom: Ann\nSent: Monday\nTo: Bob\nSubject: x",
])  # fmt: skip
def test_outlooks_header_block(block: str) -> None:
    text = f"own words\n\n{block}\n\nher words\n\nmore\n"
    assert cut(text)[0] == ("own", 0, "own words")
    assert [(part.kind, part.depth) for part in split(text)][1:] == [("quoted", 1)]


@pytest.mark.parametrize(
    "introduction",
    [
        "Date: Thu, 26 Jun 2014 13:53:45 +0400\nSubject: x\nFrom: Ann\nTo: Bob",
        "      De : Ann\n À : Bob\n Envoyé le : lundi\n Objet : x",
        "---- On Wed, 24 Feb 2021 14:02:50 +0530 ann@example.org wrote ----",
    ],
)
def test_introductions_of_further_programs(introduction: str) -> None:
    assert [kind for kind, _, _ in cut(f"own words\n\n{introduction}\n\nher words\n")] == ["own", "quoted"]


def test_an_attribution_broken_after_its_date() -> None:
    text = 'own\n02.04.2012 14:20 пользователь "ann@example.org" <\nann@example.org> написал:\n\n> Hi\n'
    assert cut(text)[0] == ("own", 0, "own")
    assert split(text)[1].who.startswith("02.04.2012")


def test_a_long_dash_sets_a_signature_off() -> None:
    assert [kind for kind, _, _ in cut("words\n\n—\nAnn\nHarbour office\n")] == ["own", "signature"]


def test_each_further_mail_below_is_one_level_deeper() -> None:
    text = "own\n\n" + "".join(
        f"-----Original Message-----\nFrom: P{n}\nSent: x\nTo: y\n\nwords of {n}\n\n" for n in range(3)
    )
    assert [(part.depth, part.who) for part in split(text)] == [
        (0, ""),
        (1, "From: P0"),
        (2, "From: P1"),
        (3, "From: P2"),
    ]


def test_a_forward_that_is_marked_leaves_the_words_below_own() -> None:
    text = "see\n\nBegin forwarded message:\n\n> From: Ann\n>\n> hi\n\nwhat do you think?\n"
    assert [kind for kind, _, _ in cut(text)] == ["own", "quoted", "own"]


def test_a_dated_attribution_without_marks_quotes_the_rest() -> None:
    text = "yes\n\nOn Mon, 5 Jan 2015 at 10:00, Ann <a@b.org> wrote:\n\nno mark here\nnor here\n"
    assert [kind for kind, _, _ in cut(text)] == ["own", "quoted"]
    assert [kind for kind, _, _ in cut("As she wrote:\n\nthis is mine\n")] == ["own"]


def test_the_footer_of_a_mailing_list_is_a_disclaimer() -> None:
    text = "words\n_______________________________________________\nThe harbour mailing list\nhttp://x.org"
    assert [kind for kind, _, _ in cut(text)] == ["own", "disclaimer"]


@pytest.mark.parametrize(("text", "signature"), [
    ("words\n-- \nAnn\nOffice\n", "-- \nAnn\nOffice"), ("words\n--\nAnn\n", "--\nAnn"),
    ("words\n\nSent from my iPhone\n", "Sent from my iPhone"),
    ("words\n\nGet Outlook for iOS", "Get Outlook for iOS"),
    ("words\nVon meinem iPhone gesendet", "Von meinem iPhone gesendet"),
])  # fmt: skip
def test_signatures(text: str, signature: str | None) -> None:
    found = cut(text)
    assert found[0] == ("own", 0, "words")
    assert found[1][0] == "signature"
    assert signature is None or found[1][2] == signature


def test_dashes_in_a_long_text_are_no_signature() -> None:
    text = "a\n--\n" + "line\n" * 80
    assert [kind for kind, _, _ in cut(text)] == ["own"]


def test_a_lone_from_escape_is_no_quotation() -> None:
    assert cut("I come\n>From Köln\ntoday") == [("own", 0, "I come\n>From Köln\ntoday")]


def test_nothing_and_blank() -> None:
    assert split("") == ()
    assert [(part.kind, part.start, part.end) for part in split("\n\n")] == [("own", 0, 2)]


def test_segments_are_bounded() -> None:
    text = "> a\n>> b\n" * 20_000
    assert len(split(text)) <= MOST + 1
    assert split(text)[-1].end == len(text)


@pytest.mark.parametrize("mark", ["Ann>", "AL>", "|"])
def test_other_marks(mark: str) -> None:
    text = f"own\n\nOn 5 Jan 2015, Ann Lee wrote:\n{mark} may I?\n{mark} please\n\nyes\n"
    assert [kind for kind, _, _ in cut(text)] == ["own", "quoted", "own"]
    assert split(text)[1].name == "Ann Lee"
    assert text[split(text)[1].words :].startswith(mark)


def test_marks_that_are_none() -> None:
    assert [kind for kind, _, _ in cut("table\n| a | b |\n| c | d |\nSQL> select\nSQL> exit\nAnn> hi\n")] == ["own"]


PIECES = ["Ann> x\n", "| y\n", "> a\n", ">> b\n", "own\n", "\n", "-- \n", "Ann wrote:\n", "On 5 Jan 2015 Ann wrote:\n",
    "-----Original Message-----\n", "From: A\nSent: b\nTo: c\n",
          " ", ">", "：", "Sent from my iPhone\n", "\t> x", "\xa0", "Begin forwarded message:\n",
          "写道：\n", "> From: A\n> Sent: b\n> To: c\n", "> On 5 Jan 2015 Ann wrote:\n", ">:\n",
          "--- End forwarded message ---\n", "____\nThe mailing list\n", "Ann Lee\n+44 20 7946 0100\n",
          "This e-mail is confidential, for the intended recipient; if in error, delete it.\n",
          "01/05/2015 10:00\nTo: x\ncc: \n", "On 5 Jan 2015, Ann <a@b>\nwrote:\n"]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=200), st.integers(0, 200))
def test_segments_cover_any_text_without_a_gap(text: str, quoted: int) -> None:
    at = 0
    for part in split(text, (Address("Ann Lee", "a@b.org"),), quoted):
        assert part.start == at
        assert not part.words or part.start <= part.words <= part.end
        assert part.end > at
        assert (part.depth > 0) == (part.kind == "quoted")
        at = part.end
    assert at == len(text)


def test_the_fields_looked_at_for_a_marked_quotation_are_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    inside = quotes.inside

    def counted(lined: str, start: int, stop: int, labels: Mapping[int, Field]) -> list[Introduction]:
        asked.append(len(labels))
        return inside(lined, start, stop, labels)

    monkeypatch.setattr(quotes, "inside", counted)
    text = "> From: ann@example.org\n> Subject: one\nan answer\n" * 500
    assert len(split(text)) == 1000
    assert (len(asked), max(asked)) == (500, 2), "one for all lines of the text would take minutes in a long one"
