"""ingest.people.evidence: what mails themselves show of two addresses under one name, read from their files."""

import json
from email.message import EmailMessage
from pathlib import Path

import pytest
from click.testing import CliRunner

from webapp.cli import main

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Nora\r\nEMAIL:nq@work.example\r\nEMAIL:sunny@home.example\r\nEND:VCARD\r\n"
WORK, HOME = "Nora Quist <nq@work.example>", "Nora Quist <sunny@home.example>"


def written(folder: Path, number: int, who: str, to: str, answers: int = 0, card: str = "") -> None:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = who, to, f"Harbour {number}"
    made["Date"], made["Message-ID"] = f"Mon, {number + 2} Aug 2015 10:00:00 +0000", f"<{number}@x.example>"
    if answers:
        made["In-Reply-To"] = f"<{answers}@x.example>"
    made.set_content(f"Words of mail {number}.\n")
    if card:
        made.add_attachment(card.encode(), maintype="text", subtype="vcard", filename="nora.vcf")
    (folder / f"{number}.eml").write_bytes(bytes(made))


def evidence(tmp_path: Path) -> list[tuple[str, int]]:
    """The rules by which the address at work is somebody else's too, and the mails that show it."""
    corpus = str(tmp_path / "corpus")
    for words in (["ingest", str(tmp_path / "mails")], ["people", "show", "nq@work.example", "--json"]):
        done = CliRunner().invoke(main, [*words, "--engine", corpus])
        assert done.exit_code == 0, done.output
    return [(one["rule"], len(one["messages"])) for one in json.loads(done.stdout)["person"].get("evidence", ())]


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    (tmp_path / "mails").mkdir()
    return tmp_path / "mails"


def test_who_was_written_to_at_one_address_answers_from_the_other(tmp_path: Path, mails: Path) -> None:
    written(mails, 1, "bob@x.example", WORK)
    written(mails, 2, HOME, "bob@x.example", answers=1)
    assert evidence(tmp_path) == [("answers", 2)]


def test_an_answer_that_both_addresses_were_asked_for_shows_nothing(tmp_path: Path, mails: Path) -> None:
    written(mails, 1, "bob@x.example", f"{WORK}, {HOME}")
    written(mails, 2, HOME, "bob@x.example", answers=1)
    assert evidence(tmp_path) == []


def test_a_contact_card_has_both(tmp_path: Path, mails: Path) -> None:
    written(mails, 1, WORK, "bob@x.example", card=CARD)
    written(mails, 2, HOME, "eve@x.example")
    assert evidence(tmp_path) == [("card", 1)]


def test_a_card_with_one_of_them_shows_nothing(tmp_path: Path, mails: Path) -> None:
    written(mails, 1, WORK, "bob@x.example", card=CARD.replace("sunny@home.example", "other@home.example"))
    written(mails, 2, HOME, "eve@x.example")
    assert evidence(tmp_path) == []
