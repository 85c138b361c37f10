"""Who is quoted, and when, as the lines above quotations say it in many languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.attributions import Attribution, read_attribution
from ingest.labels import FIELDS, LABELS, field_of, header_line
from ingest.written_dates import find_date

ANN, LEE = "ann@example.org", "Ann Lee"
SENTENCES = [
    ("On Mon, Aug 3, 2015 at 2:02 PM, Ann Lee <ann@example.org> wrote:", LEE, ANN, "2015-08-03T14:02"),
    ("On 3 Aug 2015 14:02:10 +0200, Ann Lee wrote:", LEE, "", "2015-08-03T14:02:10+02:00"),
    ("On Tuesday, August 4th, 2015 at 3:04 PM, Ann Lee <ann@example.org> wrote:", LEE, ANN, "2015-08-04T15:04"),
    ("At 10:23 AM 8/3/2002 -0400, Ann Lee wrote:", LEE, "", "2002-08-03T10:23"),
    ("On 03/08/2015 14:02, Ann Lee wrote:", LEE, "", "2015"),  # March or August can't be told
    ("On 8/3/15 2:02 PM, Ann Lee wrote:", LEE, "", "2015-08-03T14:02"),
    ("Ann Lee wrote:", LEE, "", ""),
    ("ann wrote:", "ann", "", ""),
    ("As she wrote:", "", "", ""),
    ("Quoting Ann Lee <ann@example.org>:", LEE, ANN, ""),
    ("* Ann Lee <ann@example.org> [2015-08-03 14:02]:", LEE, ANN, "2015-08-03T14:02"),
    ('On Mon, 3 Aug 2015, "Lee, Ann" <ann@example.org> wrote:', "Lee, Ann", ANN, "2015-08-03"),
    ('>>>>> "Ann" == Ann Lee <ann@example.org> writes:', LEE, ANN, ""),
    ("De la Cruz, Ana <ann@example.org> wrote:", "De la Cruz, Ana", ANN, ""),
    ("---- On Wed, 24 Feb 2021 14:02:50 +0530 ann@example.org wrote ----", "", ANN, "2021-02-24T14:02:50+05:30"),
    ("Am 03.08.2015 um 14:02 schrieb Ann Lee:", LEE, "", "2015-08-03T14:02"),
    ("Am Montag, 3. August 2015 um 14:02 schrieb Ann Lee <ann@example.org>:", LEE, ANN, "2015-08-03T14:02"),
    ("Ann Lee schrieb am 03.08.2015:", LEE, "", "2015-08-03"),
    ("Zitat von Ann Lee <ann@example.org>:", LEE, ANN, ""),
    ("Le lun. 3 août 2015 à 14:02, Ann Lee <ann@example.org> a écrit :", LEE, ANN, "2015-08-03T14:02"),
    ("Le 03/08/2015 à 14:02, Ann Lee a écrit :", LEE, "", "2015-08-03T14:02"),
    ("El lun., 3 ago. 2015 a las 14:02, Ann Lee (<ann@example.org>) escribió:", LEE, ANN, "2015-08-03T14:02"),
    ("El 3 de agosto de 2015, Ann Lee escribió:", LEE, "", "2015-08-03"),
    ("Il giorno lun 3 ago 2015 alle ore 14:02 Ann Lee <ann@example.org> ha scritto:", LEE, ANN, "2015-08-03T14:02"),
    ("Em seg, 3 de ago de 2015 às 14:02, Ann Lee <ann@example.org> escreveu:", LEE, ANN, "2015-08-03T14:02"),
    ("Op ma 3 aug. 2015 om 14:02 schreef Ann Lee <ann@example.org>:", LEE, ANN, "2015-08-03T14:02"),
    ("3 августа 2015 г., 14:02 пользователь Анна <ann@example.org> написал:", "Анна", ANN, "2015-08-03T14:02"),
    ("Понедельник, 3 августа 2015, 14:02 +03:00 от Анна <ann@example.org>:", "Анна", ANN, "2015-08-03T14:02+03:00"),
    ("pon., 3 sie 2015 o 14:02 Ann Lee <ann@example.org> napisał(a):", LEE, ANN, "2015-08-03T14:02"),
    ("W dniu 3.08.2015 o 14:02, Ann Lee pisze:", LEE, "", "2015-08-03T14:02"),
    ("Den mån 3 aug. 2015 kl 14:02 skrev Ann Lee <ann@example.org>:", LEE, ANN, "2015-08-03T14:02"),
    ("man. 3. aug. 2015 kl. 14:02 skrev Ann Lee <ann@example.org>:", LEE, ANN, "2015-08-03T14:02"),
    ("ma 3. elok. 2015 klo 14.02 Ann Lee (ann@example.org) kirjoitti:", LEE, ANN, "2015-08-03T14:02"),
    ("po 3. 8. 2015 v 14:02 odesílatel Ann Lee <ann@example.org> napsal:", LEE, ANN, "2015-08-03T14:02"),
    ("3 Ağustos 2015 Pazartesi 14:02 tarihinde Ann Lee <ann@example.org> yazdı:", LEE, ANN, "2015-08-03T14:02"),
    ("2015年8月3日(月) 14:02 田中太郎 <ann@example.org>:", "田中太郎", ANN, "2015-08-03T14:02"),
    ("Ann Lee <ann@example.org> 于2015年8月3日周一 下午2:02写道：", LEE, ANN, "2015-08-03T14:02"),
    ("2015년 8월 3일 (월) 오후 2:02, 홍길동 <ann@example.org>님이 작성:", "홍길동", ANN, "2015-08-03T14:02"),
]


@pytest.mark.parametrize(("sentence", "name", "address", "date"), SENTENCES)
def test_sentences(sentence: str, name: str, address: str, date: str) -> None:
    assert read_attribution(sentence) == Attribution(name, address, date)
    half = sentence.rfind(" ", 0, 60)
    if half > 20:
        assert read_attribution([sentence[:half], sentence[half + 1 :]]) == Attribution(name, address, date)


def test_the_mail_that_an_attribution_names() -> None:
    said = read_attribution("In article <a1@example.org>, Bob wrote:")
    assert said == Attribution("Bob", message_id="a1@example.org")


BLOCKS = [
    "From: Ann Lee <ann@example.org>\nSent: Monday, August 3, 2015 2:02 PM\nTo: Bob\nSubject: Dues",
    "Von: Ann Lee [mailto:ann@example.org]\nGesendet: Montag, 3. August 2015 14:02\nAn: Bob\nBetreff: Dues",
    "De : Ann Lee <ann@example.org>\nEnvoyé : lundi 3 août 2015 14:02\nÀ : Bob\nObjet : Dues",
    "De: Ann Lee <ann@example.org>\nEnviado el: lunes, 3 de agosto de 2015 14:02\nPara: Bob\nAsunto: Dues",
    "Da: Ann Lee <ann@example.org>\nInviato: lunedì 3 agosto 2015 14:02\nA: Bob\nOggetto: Dues",
    "De: Ann Lee <ann@example.org>\nEnviada em: segunda-feira, 3 de agosto de 2015 14:02\nPara: Bob\nAssunto: Dues",
    "Van: Ann Lee <ann@example.org>\nVerzonden: maandag 3 augustus 2015 14:02\nAan: Bob\nOnderwerp: Dues",
    "От: Ann Lee <ann@example.org>\nОтправлено: 3 августа 2015 г. 14:02\nКому: Bob\nТема: Dues",
    "发件人: Ann Lee <ann@example.org>\n发送时间: 2015年8月3日 14:02\n收件人: Bob\n主题: Dues",
    "*From:* Ann Lee <ann@example.org>\n*Date:* 3 August 2015 14:02\n*To:* Bob\n*Subject:* Dues",
    "> From: Ann Lee <ann@example.org>\n> Date: 3 August 2015 14:02\n> To: Bob\n> Subject: Dues",
    "--- Original Message ---\nFrom: Ann Lee\n <ann@example.org>\nSent: 3 Aug 2015 14:02\nTo: Bob\nSubject: Dues\n\nHi",
]


@pytest.mark.parametrize("block", BLOCKS)
def test_header_blocks(block: str) -> None:
    assert read_attribution(block) == Attribution(LEE, ANN, "2015-08-03T14:02", "Dues", "Bob")


def test_on_behalf_of_another() -> None:
    """The address is the secretary's, not Ann's."""
    assert read_attribution("From: Office [mailto:o@example.org] On Behalf Of Ann Lee\nSent: 2015\nTo: Bob").name == LEE
    assert not read_attribution("From: Office [mailto:o@example.org] On Behalf Of Ann Lee\nSent: 2015\nTo: Bob").address


@given(st.text(max_size=400))
def test_any_text_gives_an_attribution(text: str) -> None:
    said = read_attribution(text)
    assert len(said.name) <= 100
    assert read_attribution(text.split("\n")) == said


def test_labels() -> None:
    assert set(LABELS) == set(FIELDS)
    assert header_line("> *Répondre à :* Ann") == ("reply-to", "Ann")
    assert header_line("http://example.org") is None
    assert header_line("Nothing: here") is None
    assert field_of("ВАЖНОСТЬ") == "other"


@pytest.mark.parametrize("text", [
    "On Wed, Dec 03, 1997 at 10:37:47PM -0500, Ann Lee wrote:", "On Wed, Dec 03, 1997 at 12:07:47AM +0000, Ann wrote:",
    "On Wed, 3 Dec 1997, Ann Lee wrote:", "On Sun, 26 Apr 1998 ", "On Sun, 31 Apr 1998, Ann Lee wrote:",
    "On Wed, 3 Dec 1997, 10:37, Ann Lee wrote:", "On Wed, Dec 33, 1997 at 10:37:47PM -0500, Ann Lee wrote:",
])  # fmt: skip
def test_the_commonest_openings_are_read_by_the_same_rules_as_any_other(text: str) -> None:
    quick, any_other = find_date(text), find_date(f"> {text}")
    assert (quick and quick.iso) == (any_other and any_other.iso)
    if quick and any_other:
        assert (quick.start, quick.end) == (any_other.start - 2, any_other.end - 2)
