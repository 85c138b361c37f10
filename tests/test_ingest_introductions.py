"""Whom quotations quote, and where their words begin: forwards, chains, marked and unmarked, in many languages."""

import pytest

from ingest.labels import LABELS, field_of, label_lines
from ingest.quotes import split
from mappings.records import Segment

LEE, ANN = "Ann Lee", "ann@example.org"


def told(text: str) -> list[tuple[int, str, str, str]]:
    """Depth, name and date of each quotation, and its words without marks."""
    return [
        (part.depth, part.name, part.date, _words(text, part)) for part in split(text) if part.kind == "quoted"
    ]


def _words(text: str, part: Segment) -> str:
    lines = text[max(part.start, part.words) : part.end].split("\n")
    return " ".join(" ".join(line.lstrip("> |") for line in lines).split())


@pytest.mark.parametrize("line", [
    "On Monday, 3 August 2015 at 14:02, Ann Lee of the harbour office\n<ann@example.org> wrote:",
    "On 2015-08-03 at 14:02 , Ann Lee <\nann@example.org> wrote:",
    "On Mon, Aug 3, 2015 at 2:02 PM, Ann Lee <ann@example.org>\nwrote:",
    "Le lun. 3 août 2015 à 14:02, Ann Lee, capitainerie du port <ann@example.org>\na écrit :",
    "Am Montag, 3. August 2015 um 14:02 schrieb Ann Lee, Hafenamt\n<ann@example.org>:",
    "El lun., 3 ago. 2015 a las 14:02, Ann Lee, capitanía del puerto (<\nann@example.org>) escribió:",
    "Il giorno lun 3 ago 2015 alle ore 14:02 Ann Lee, capitaneria <\nann@example.org> ha scritto:",
    "Em seg, 3 de ago de 2015 às 14:02, Ann Lee, capitania <\nann@example.org> escreveu:",
    "Op ma 3 aug. 2015 om 14:02 schreef Ann Lee, havenkantoor <\nann@example.org>:",
    "пн, 3 авг. 2015 г. в 14:02, Ann Lee, управление порта города\n<ann@example.org>:",
])  # fmt: skip
def test_attributions_that_were_wrapped(line: str) -> None:
    text = f"own words\n\n{line}\n\n> her words\n"
    own, quoted = split(text)
    assert text[own.start : own.end].strip() == "own words"
    assert (quoted.name.split(",")[0].replace(" of the harbour office", ""), quoted.address) == (LEE, ANN)
    assert quoted.date == "2015-08-03T14:02"
    assert text[quoted.words : quoted.end].strip() == "> her words"


MARKERS = {
    "en": ("---------- Forwarded message ---------", "Begin forwarded message:", "-----Original Message-----"),
    "de": ("-------- Weitergeleitete Nachricht --------", "Anfang der weitergeleiteten Nachricht:",
           "-----Ursprüngliche Nachricht-----"),
    "fr": ("-------- Message transféré --------", "Début du message réexpédié :", "-----Message d'origine-----"),
    "es": ("-------- Mensaje reenviado --------", "Inicio del mensaje reenviado:", "-----Mensaje original-----"),
    "it": ("-------- Messaggio Inoltrato --------", "Inizio messaggio inoltrato:", "-----Messaggio originale-----"),
    "pt": ("-------- Mensagem encaminhada --------", "Início da mensagem reencaminhada:",
           "-----Mensagem original-----"),
    "nl": ("-------- Doorgestuurd bericht --------", "Begin doorgestuurd bericht:", "-----Oorspronkelijk bericht-----"),
    "ru": ("-------- Пересылаемое сообщение --------", "Начало переадресованного сообщения:",
           "-----Исходное сообщение-----"),
    "pl": ("-------- Wiadomość przekazana dalej --------", "Początek przekazywanej wiadomości:",
           "-----Wiadomość oryginalna-----"),
}  # fmt: skip
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "ru", "pl")
FROMS = dict(zip(LANGUAGES, ("From", "Von", "De", "De", "Da", "De", "Van", "От", "Od"), strict=True))
SENTS = dict(zip(LANGUAGES, ("Sent", "Gesendet", "Envoyé", "Enviado el", "Inviato", "Enviada em", "Verzonden",
                             "Отправлено", "Wysłano"), strict=True))  # fmt: skip
TOS = dict(zip(LANGUAGES, ("To", "An", "À", "Para", "A", "Para", "Aan", "Кому", "Do"), strict=True))


@pytest.mark.parametrize("language", MARKERS)
def test_forwards_with_and_without_a_line_that_says_so(language: str) -> None:
    assert FROMS[language] in LABELS["from"]
    block = f"{FROMS[language]}: Ann Lee <ann@example.org>\n{SENTS[language]}: 03.08.2015 14:02\n{TOS[language]}: Bob"
    for marker in (*MARKERS[language], ""):
        text = f"own words\n\n{marker}\n\n{block}\n\nher words\n"
        assert told(text) == [(1, LEE, "2015-08-03T14:02", "her words")], marker


@pytest.mark.parametrize("lines", [
    "---------------------- Forwarded by Bob Roe/HOU/Works on 08/04/2015 \n06:10 AM ---------------------------\n\n"
    "Ann Lee\n08/03/2015 02:02 PM\nTo: Bob Roe/HOU/Works@Works\ncc: \nSubject: Dues",
    "\tAnn Lee@WORKS\n\t08/03/2015 02:02 PM\n\t\t To: Bob Roe/HOU/Works@Works\n\t\t cc: \n\t\t Subject: Dues",
    "----- Forwarded message from Ann Lee <ann@example.org> -----\n\nDate: Mon, 3 Aug 2015 14:02:00\n"
    "From: Ann Lee <ann@example.org>\nTo: Bob\nSubject: Dues",
    "--- Original Message ---\nFrom: Ann Lee <ann@example.org>\n\nDate: 3 Aug 2015 14:02 \nTo:<b@x>\n\n\nSubject: D",
    "Gesendet: Montag, 3. August 2015 um 14:02 Uhr\nVon: \"Ann Lee\" <ann@example.org>\nAn: Bob\nBetreff: Dues",
    "________________________________\nFrom: Ann Lee <ann@example.org>\nSent: 3 August 2015 14:02\nTo: Bob Roe; Carl\n"
    " Doe\nSubject: Dues",
])  # fmt: skip
def test_forwards_of_notes_mutt_blackberry_and_others(lines: str) -> None:
    (depth, name, date, words), *more = told(f"own words\n\n{lines}\n\nher words\n")
    assert (depth, name.split("@")[0], date[:16], words, more) == (1, LEE, "2015-08-03T14:02", "her words", [])


def test_below_the_end_of_a_forward_the_words_are_own_again() -> None:
    text = ("see\n\n----- Forwarded message from Ann -----\n\nFrom: Ann Lee\nDate: 2015-08-03\nTo: Bob\n\nher words\n\n"
            "----- End forwarded message -----\n\nWhat do you say?\n")  # fmt: skip
    assert [part.kind for part in split(text)] == ["own", "quoted", "own"]


def test_an_introduction_inside_a_quotation_goes_with_what_it_introduces() -> None:
    text = ("no\n\nOn 4 Aug 2015, Bob Roe wrote:\n> yes\n>\n> On 3 Aug 2015, Ann Lee wrote:\n>> may I?\n>> please\n"
            "> surely\n")  # fmt: skip
    assert told(text) == [
        (1, "Bob Roe", "2015-08-04", "yes"), (2, LEE, "2015-08-03", "may I? please"), (1, "", "", "surely"),
    ]  # fmt: skip


def test_a_header_block_inside_a_quotation_opens_another_level() -> None:
    text = ("no\n\nOn 4 Aug 2015, Bob Roe wrote:\n> yes\n>\n> -----Original Message-----\n> From: Ann Lee\n> Sent: "
            "3 Aug 2015\n> To: Bob\n> Subject: Dues\n>\n> may I?\n")  # fmt: skip
    assert told(text) == [(1, "Bob Roe", "2015-08-04", "yes"), (2, LEE, "2015-08-03", "may I?")]
    assert split(text)[2].subject == "Dues"


def test_a_chain_and_the_marks_in_it() -> None:
    text = ("no\n\nFrom: Bob Roe\nSent: 4 Aug 2015\nTo: Carl\nSubject: Dues\n\nyes\n\nFrom: Ann Lee\n"
            "Sent: 3 Aug 2015\nTo: Bob\nSubject: Dues\n\nmay I?\n\nOn 2 Aug 2015, Dora Poe wrote:\n> pay")  # fmt: skip
    assert told(text) == [
        (1, "Bob Roe", "2015-08-04", "yes"), (2, LEE, "2015-08-03", "may I?"), (3, "Dora Poe", "2015-08-02", "pay"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", [
    "> Begin forwarded message:\n>\n> From: Ann Lee\n> Date: 3 Aug 2015\n> To: Bob\n>\n> her words\n",
    "> From: Ann Lee\n> Date: 3 Aug 2015\n> To: Bob\n>\n> her words\n",
    "> On 3 Aug 2015, Ann Lee <ann@example.org> wrote:\n>\n> her words\n",
    "Begin forwarded message:\n\n> From: Ann Lee\n> Date: 3 Aug 2015\n> To: Bob\n>\n> her words\n",
])  # fmt: skip
def test_introductions_that_bear_marks_themselves(text: str) -> None:
    assert told(f"see\n\n{text}") == [(1, LEE, "2015-08-03", "her words")]
    assert told(text) == [(1, LEE, "2015-08-03", "her words")]


def test_an_attribution_on_the_line_of_someones_words() -> None:
    text = "yes, go on On Mon, 3 Aug 2015 at 14:02, Ann Lee <ann@example.org> wrote:\n> may I?\n"
    own, quoted = split(text)
    assert text[own.start : own.end] == "yes, go on"
    assert quoted.name == LEE


@pytest.mark.parametrize("text", [
    "From: the harbour\nTo: the sea\n\nthis is a poem of mine\n", "Date: Monday\nTime: noon\nPlace: quay\n\nCome.\n",
    "-----Dues-----\nall paid\n", "He wrote:\n\nnothing\n", "On the other hand, 2015 was good.\nIt was.\n",
    "Subject: dues\n\nThe subject is dues.\n", "The original message:\n\nis lost\n",
])  # fmt: skip
def test_what_introduces_nothing(text: str) -> None:
    assert [part.kind for part in split(text)] == ["own"]


@pytest.mark.parametrize("form", [
    "{}: Ann Lee", "*{}:* Ann Lee", "> {} : Ann Lee", "  {}\xa0: Ann Lee", "> *{}*: Ann Lee",
])  # fmt: skip
def test_lines_with_labels_are_found_by_their_colons(form: str) -> None:
    above = "\nat 12:30 he said:\n"
    for label in [label for labels in LABELS.values() for label in labels]:
        for written in (label, label.upper(), label.lower()):
            lined = f"{above}\n{form.format(written)}\nand"
            known = field_of(written)
            assert known == field_of(label) or written.casefold() != label.casefold()
            assert label_lines(lined) == label_lines(f"{lined}：") == ({len(above): known} if known else {}), written


def test_lines_without_labels() -> None:
    assert not label_lines(f"\nsee http://example.org\nFrom://example.org\nand From: Ann\n{' ' * 60}To: Bob")
