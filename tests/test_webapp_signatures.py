"""Signatures on the message page and in the terminal: clear words, and never more than is known."""

from pathlib import Path

import pytest
from dkim_mails import NAME, record, sealed, signed, variant
from flask.testing import FlaskClient

from ingest.authenticity import recheck
from ingest.dkim.keyring import dkim_key
from ingest.pipeline import load
from search.engine import open_engine
from search.parse import parse
from webapp import create_app
from webapp.cli import Mail
from webapp.terminal import show_message

CLAIM = b"Authentication-Results: mx.paper.example; dkim=pass <script>alert(1)</script>\r\n"
MAILS = {
    "verified": CLAIM + signed(headers="from:to:subject", extra=" t=1438624920;"),
    "fails": signed(variant("fails")).replace(b"hearing", b"Hearing"),
    "no-key": signed(variant("other"), domain="paper.example"),
    "unsigned": variant("unsigned"),
    "arc": sealed(variant("arc"), results="mx.arc.example; spf=pass"),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("signatures")
    (folder / "mails").mkdir()
    for name, raw in MAILS.items():
        (folder / "mails" / f"{name}.eml").write_bytes(raw)
    engine = open_engine(str(folder / "corpus"), create=True)
    load(engine, [folder / "mails"])
    with engine.writer() as writer:
        writer.put_keys([dkim_key(NAME, record(), source="a <letter>", first="2014")])
        recheck(engine, writer, {NAME})
        writer.index()
    app = create_app(engine, Mail())
    app.config["ENGINE_OF_TEST"] = engine
    return app.test_client()


def page(site: FlaskClient, query: str, view: str = "route") -> str:
    engine = site.application.config["ENGINE_OF_TEST"]
    (hit,) = engine.search(parse(query)).hits
    answer = site.get(f"/m/{hit.row.id}?view={view}")
    assert answer.status_code == 200
    return answer.text


def test_what_is_verified_is_said_with_what_it_covers_and_what_not(site: FlaskClient) -> None:
    text = page(site, "dkim:verified")
    assert "<strong>Verified</strong>" in text
    said = "council.example signed From, To, Subject and the whole body with the key “spring” (1024 bit), known from a "
    assert said + "&lt;letter&gt;, in use since 2014." in text
    assert "Not covered: Date and Message-ID." in text
    assert "The domain is the sender’s." in text
    assert "made on 2015-08-03 18:02 UTC" in text
    assert "authentic" not in text.lower().replace("authentication", "")


def test_what_does_not_verify_is_not_called_forged(site: FlaskClient) -> None:
    text = page(site, "dkim:fails")
    assert "<strong>Signed, does not verify</strong>" in text
    assert "The body is not the one that was signed" in text
    assert "This does not mean that it is forged" in text


def test_without_a_key_and_unsigned_are_two_things(site: FlaskClient) -> None:
    assert "<strong>Signed, no key at hand</strong>" in page(site, "dkim:no-key")
    text = page(site, 'id:"unsigned@council.example"')
    assert "<strong>Unsigned</strong>" in text
    assert "No server signed this mail" in text


def test_claims_are_claims_and_escaped(site: FlaskClient) -> None:
    text = page(site, "dkim:verified")
    assert "What receiving servers claim (1)" in text
    assert "mx.paper.example; dkim=pass &lt;script&gt;" in text
    text = page(site, "arc:no-key")
    assert "Servers that passed it on (ARC): signed, no key at hand" in text
    assert "mx.arc.example; spf=pass (ARC, set 1)" in text


def test_the_state_stands_beside_every_view_and_in_the_json(site: FlaskClient) -> None:
    assert "#signatures" in page(site, "dkim:verified", "text")
    engine = site.application.config["ENGINE_OF_TEST"]
    (hit,) = engine.search(parse("dkim:verified")).hits
    told = site.get(f"/m/{hit.row.id}.json").get_json()
    assert told["dkim"] == "verified"
    assert told["message"]["signatures"][0]["headers"] == ["from", "to", "subject"]


def test_the_terminal_says_the_same(site: FlaskClient) -> None:
    from rich.console import Console

    engine = site.application.config["ENGINE_OF_TEST"]
    (hit,) = engine.search(parse("dkim:verified")).hits
    with Path("/dev/null").open("w", encoding="utf-8") as nowhere:
        console = Console(file=nowhere, record=True, width=400)
        show_message(console, engine.message(hit.row.id), [], [], False, {})
        text = console.export_text()
    assert "DKIM: verified" in text
    assert "Not covered: Date and Message-ID." in text
