"""Sealed mails as every engine keeps and finds them, and what unlocking adds to a corpus."""

from pathlib import Path

import pytest
import sealed_mails as made
from click.testing import CliRunner
from test_search_contract import Maker, empty, kind, make, names  # noqa: F401  # fixtures

from ingest.pipeline import load
from ingest.unlocking import MADE, read_key, unlock
from search.engine import Engine
from search.parse import parse
from webapp import create_app
from webapp.cli import Mail, main


def take_in(engine: Engine, folder: Path) -> None:
    """Signed, encrypted, and plain mails; the encrypted one within an encrypted one as well."""
    nested = made.smime_encrypted(name="inside")
    entity = b"Content-Type: message/rfc822\r\n\r\n" + nested
    mails = {
        "plain": made.mail("plain", b"\r\nwords\r\n"), "opaque": made.smime_signed(opaque=True),
        "pgp": made.pgp_encrypted(), "smime": made.smime_encrypted(),
        "twice": made.smime_encrypted(made.smime_encrypted().partition(b"MIME-Version: 1.0\r\n")[2], "twice"),
        "carrying": made.smime_encrypted(entity, "carrying"), "old": made.pgp_encrypted(
            made.old_encrypted(b"Content-Type: text/plain\r\n\r\nold words\r\n"), "old"),
    }  # fmt: skip
    folder.mkdir()
    for name, raw in mails.items():
        (folder / f"{name}.eml").write_bytes(raw)
    load(engine, [folder], collection="leak")


def open_with(engine: Engine, path: Path, data: bytes, password: str | None = None) -> tuple[int, int, int]:
    """Encrypted, opened now, opened before."""
    path.write_bytes(data)
    with engine.writer() as writer:
        found = unlock(engine, writer, read_key(path, password))
    return found.encrypted, found.new, found.already


def test_what_was_sealed_is_found_and_opened(empty: Engine, tmp_path: Path) -> None:  # noqa: F811
    take_in(empty, tmp_path / "mails")
    assert names(empty, "is:signed") == ["opaque"]
    assert names(empty, "harbour") == ["opaque"]
    assert sorted(names(empty, "is:encrypted")) == ["carrying", "old", "pgp", "smime", "twice"]
    before = {hit.row.id for hit in empty.search(parse("is:encrypted")).hits}

    assert open_with(empty, tmp_path / "bob.p12", made.bobs_p12(), made.PASSWORD) == (5, 3, 0)
    assert len(names(empty, "harbour is:opened")) == 3  # of "smime", of "inside", of "twice" at its second level
    assert {hit.row.id for hit in empty.search(parse("is:encrypted -is:made")).hits} >= before
    assert open_with(empty, tmp_path / "bob.pgp", bytes(made.pgp_key("Bob"))) == (6, 1, 0)
    assert open_with(empty, tmp_path / "old.pgp", str(made.old_pgp_key()).encode()) == (6, 1, 0)
    assert names(empty, "old words is:opened") == [""]
    assert open_with(empty, tmp_path / "bob.pem", made.bobs_pem()) == (6, 0, 4)  # they gain a place

    (hit,) = empty.search(parse("old words is:opened")).hits
    message = empty.message(hit.row.id)
    outer = empty.message(message.carrier)
    assert (message.made, message.subject, message.from_) == (MADE, outer.subject, outer.from_)
    assert outer.message_id == "old@council.example"
    assert empty.row(message.id).parent == outer.id
    assert empty.attached(outer.id)[0].id == message.id
    (place,) = empty.places(message.id)
    assert place.archive.startswith("opened with the PGP key ")
    assert place.collection == "leak"
    assert all(not wrong for _, wrong in empty.verify())
    assert all(state.read == state.new + state.already + state.failed for state in empty.status().archives)


def test_a_second_run_doubles_nothing(empty: Engine, tmp_path: Path) -> None:  # noqa: F811
    take_in(empty, tmp_path / "mails")
    assert open_with(empty, tmp_path / "bob.pgp", bytes(made.pgp_key("Bob"))) == (5, 1, 0)
    digest = empty.digest()
    assert open_with(empty, tmp_path / "bob.pgp", bytes(made.pgp_key("Bob"))) == (5, 0, 1)
    assert empty.digest() == digest


def test_the_pages_say_what_is_sealed(empty: Engine, tmp_path: Path) -> None:  # noqa: F811
    take_in(empty, tmp_path / "mails")
    client = create_app(empty, Mail()).test_client()
    (hit,) = empty.search(parse("is:signed")).hits
    text = client.get(f"/m/{hit.row.id}?view=route").text
    assert "S/MIME: the signature holds" in text
    assert "Who vouches for the certificate was not checked" in text
    assert "Signed (S/MIME)" in client.get(f"/m/{hit.row.id}").text
    told = client.get(f"/m/{hit.row.id}.json?view=route").get_json()
    assert told["seals"][0]["state"] == "valid"


def test_the_command_opens_and_says_what_it_could_not(tmp_path: Path) -> None:
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "1.eml").write_bytes(made.smime_encrypted())
    (tmp_path / "mails" / "2.eml").write_bytes(made.pgp_encrypted())
    (tmp_path / "bob.p12").write_bytes(made.bobs_p12())
    (tmp_path / "password").write_text(made.PASSWORD + "\n")

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, [*arguments, "--engine", str(tmp_path / "corpus")])
        assert "Traceback" not in result.stderr
        return result.exit_code, result.stdout + result.stderr

    run("ingest", str(tmp_path / "mails"))
    status, said = run("unlock", "--key", str(tmp_path / "bob.p12"))
    assert (status, "right password" in said) == (2, True)
    arguments = ("unlock", "--key", str(tmp_path / "bob.p12"), "--password-file", str(tmp_path / "password"))
    status, said = run(*arguments)
    assert (status, said.startswith("2 encrypted = 1 opened + 0 opened before + 1 that the S/MIME key Bob Ray")) == (
        0, True,
    )  # fmt: skip
    assert run(*arguments)[1].startswith("2 encrypted = 0 opened + 1 opened before + 1 that")
    assert "1 message" in run("search", "harbour", "is:opened")[1]
    status, said = run("keys", "add", str(tmp_path / "bob.p12"))
    assert status == 2
    (tmp_path / "bob.pem").write_bytes(made.bobs_pem())
    assert "keeps no private keys" in run("keys", "add", str(tmp_path / "bob.pem"))[1]
    (tmp_path / "ca.pem").write_bytes(made.authority_pem())
    assert run("keys", "add", str(tmp_path / "ca.pem"))[0] == 0


@pytest.fixture(autouse=True)
def _no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNSEALED_KEY_PASSWORD", raising=False)
