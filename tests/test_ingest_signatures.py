"""What stands below someone's own words: signatures with and without dashes, disclaimers, footers of lists."""

import pytest

from ingest.quotes import split
from mappings.records import Address

ANN = (Address("Ann Lee", "ann@example.org"),)


def kinds(text: str, sender: tuple[Address, ...] = ANN) -> list[tuple[str, str]]:
    """Kind and stripped words of each segment."""
    return [(part.kind, text[part.start : part.end].strip()) for part in split(text, sender)]


@pytest.mark.parametrize("line", [
    "Sent from my iPhone", "Sent from my Verizon Wireless BlackBerry", "Sent from Yahoo Mail on Android",
    "Get Outlook for iOS", "Get Outlook for iOS<https://aka.ms/o0ukef>", "Sent with Proton Mail secure email.",
    "Von meinem iPhone gesendet", "Gesendet mit der GMX Mail App", "Envoyé de mon iPhone",
    "Envoyé à partir de Outlook", "Enviado desde mi iPhone", "Enviado do meu iPhone", "Inviato da iPhone",
    "Verstuurd vanaf mijn iPhone", "Отправлено с iPhone", "Wysłane z iPhone'a", "Skickat från min iPhone",
    "Sendt fra min iPhone", "Lähetetty iPhonesta", "Odesláno z iPhonu", "iPhone'umdan gönderildi", "iPhoneから送信",
    "发自我的iPhone", "나의 iPhone에서 보냄",
])  # fmt: skip
def test_what_telephones_write(line: str) -> None:
    assert kinds(f"Yes, do so.\n\n{line}\n") == [("own", "Yes, do so."), ("signature", line)]
    quoted = f"Yes.\n\n{line}\n\nOn 3 Aug 2015, Bob Roe wrote:\n> May I?\n"
    assert [kind for kind, _ in kinds(quoted)] == ["own", "signature", "quoted"]


@pytest.mark.parametrize("text", [
    "Sent from my desk, which is easier than my telephone.", "We got it.\nThe parcel was sent from Yahoo, I think.",
    "Ann Lee will come.\nCall her: 555 0100 0100, she knows all about the dues and more than that.\n\nBob",
    "Points:\n---\none thing that takes more than a few words to say\nanother\na third\na fourth",
])  # fmt: skip
def test_what_is_no_signature(text: str) -> None:
    assert [kind for kind, _ in kinds(text)] == ["own"]


@pytest.mark.parametrize("block", [
    "Ann Lee\nHarbour master\n+44 20 7946 0100", "Ann Lee, MA\nHarbour office\nwww.example.org",
    "--\nAnn", "-- \nAnn\n\nHarbour office", "—\nAnn", "---\nAnn Lee", "-----BEGIN PGP SIGNATURE-----\n\niQEz\n=abcd",
])  # fmt: skip
def test_blocks(block: str) -> None:
    assert kinds(f"Yes, do so.\n\nRegards,\n\n{block}\n") == [("own", "Yes, do so.\n\nRegards,"), ("signature", block)]


def test_the_name_of_another_is_no_signature() -> None:
    assert [kind for kind, _ in kinds("Ask:\n\nBob Roe\nHarbour master\n+44 20 7946 0100\n")] == ["own"]


@pytest.mark.parametrize("words", [
    "This e-mail is confidential and intended solely for the addressee. If you have received it in error, please "
    "delete it. Any unauthorised use is prohibited.",
    "CONFIDENTIALITY NOTICE: The information in this message is intended only for the recipient named above, and may "
    "be privileged. If you are not the intended recipient, destroy it.",
    "Diese E-Mail enthält vertrauliche Informationen und ist nur für den Empfänger bestimmt. Wenn Sie sie irrtümlich "
    "erhalten haben, löschen Sie sie bitte.",
    "Ce message est confidentiel et destiné à la seule personne nommée. S'il vous est parvenu par erreur, veuillez le "
    "supprimer ; toute diffusion est interdite.",
    "Este mensaje es confidencial y va dirigido a su destinatario. Si lo ha recibido por error, elimínelo; queda "
    "prohibida su copia y toda divulgación de él.",
    "Il presente messaggio è riservato ed è destinato alla persona indicata. Se ricevuto per errore, si prega di "
    "cancellarlo: è vietata ogni diffusione.",
    "Esta mensagem é confidencial e destina-se ao destinatário. Se a recebeu por engano, apague-a; é proibida a sua "
    "divulgação por qualquer meio que seja.",
    "Dit bericht is vertrouwelijk en uitsluitend bestemd voor de geadresseerde. Indien u het ten onrechte ontvangt, "
    "verwijder het dan; verspreiding is verboden.",
    "Настоящее сообщение является конфиденциальным и предназначено только для адресата. Если вы получили его по "
    "ошибке, удалите его; копирование запрещено.",
])  # fmt: skip
def test_disclaimers(words: str) -> None:
    text = f"Yes, do so.\n\nAnn\n\n{words}\n"
    assert kinds(text) == [("own", "Yes, do so.\n\nAnn"), ("disclaimer", words)]
    after = f"{text}\nOn 3 Aug 2015, Bob Roe wrote:\n> May I?\n"
    assert [kind for kind, _ in kinds(after)] == ["own", "disclaimer", "quoted"]


def test_what_someone_says_of_secrets_is_their_own() -> None:
    text = "This e-mail is confidential. Please do not forward it to anybody, the board must hear of it from me.\n\nAnn"
    assert [kind for kind, _ in kinds(text)] == ["own"]


@pytest.mark.parametrize("footer", [
    "_______________________________________________\nHarbour mailing list\nHarbour@example.org",
    "-\nTo unsubscribe from this list: send the line \"unsubscribe harbour\"",
    "-- \nYou received this message because you are subscribed to the group.\nTo unsubscribe, write to it.",
    "Please consider the environment before printing this e-mail.", "Virus-free. www.example.org",
    "-------------------------------------------------------\nThis sf.net email is sponsored by: Example\nhttps://x.org",
])  # fmt: skip
def test_footers(footer: str) -> None:
    text = f"Yes, do so: the dues were paid, and that is all there was to it, as I told them on Monday.\n\n{footer}\n"
    assert [kind for kind, _ in kinds(text)] == ["own", "disclaimer"]
    assert kinds(text)[1][1] == footer


def test_the_warning_of_a_server_above() -> None:
    text = "CAUTION: This email originated from outside of the harbour.\n\nYes, do so.\n"
    assert [kind for kind, _ in kinds(text)] == ["disclaimer", "own"]
    assert [kind for kind, _ in kinds("[EXTERNAL]\n\nYes, do so.\n")] == ["disclaimer", "own"]
    assert [kind for kind, _ in kinds("Attention: the dues are due.\n")] == ["own"]
