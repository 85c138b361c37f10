"""An attached file's own page, and what other pages say of files."""

import json
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from ingest import pipeline
from ingest.extraction import stage
from search.engine import Engine, open_engine
from webapp import create_app
from webapp.cli import Mail
from webapp.pages import file as page

HOSTILE = b"the sluice <script>alert(1)</script> gate\n" * 3
NAME = 'plan "><img src=x>.txt'


def mail(number: int, *files: tuple[str, bytes]) -> bytes:
    """A mail that carries files."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "ann@x.example", "bob@x.example", f"mail {number}"
    made["Date"], made["Message-ID"] = f"Mon, 3 Aug 2015 14:{number % 60:02}:00 +0000", f"<m{number}@x.example>"
    made.set_content(f"Number {number}.\n")
    for name, data in files:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """More mails that carry one file than fit on a page, and one with files that have no text."""
    folder = tmp_path_factory.mktemp("files")
    for number in range(page.CARRIERS + 5):
        name = NAME if number == 0 else "other.txt"
        (folder / f"{number}.eml").write_bytes(mail(number, (name, HOSTILE)))
    rar = b"Rar!\x1a\x07\x00" + bytes(9)
    (folder / "none.eml").write_bytes(mail(59, ("a.bin", bytes(50)), ("a.rar", rar), ("b", b"")))
    (folder / "long.eml").write_bytes(mail(58, ("long.txt", b"word " * (page.SHOWN // 5 + 100))))
    found = open_engine(str(folder / "corpus"), create=True)
    pipeline.load(found, [Path(folder)])
    stage.extract(found, workers=1)
    return found


@pytest.fixture(scope="module")
def client(engine: Engine) -> FlaskClient:
    """A browser of a sort."""
    return create_app(engine, Mail()).test_client()


def sha(engine: Engine, subject: str) -> str:
    """The SHA-256 of the first file of a mail."""
    from search.parse import parse

    (hit,) = engine.search(parse(f'subject:"{subject}"')).hits
    return engine.message(hit.row.id).attachments[0].sha256


def test_the_page_shows_the_text_harmless_with_marks_and_where_it_is(engine: Engine, client: FlaskClient) -> None:
    digest = sha(engine, "mail 0")
    html = client.get(f"/file/{digest}?q=sluice").text
    assert "the <mark>sluice</mark> &lt;script&gt;" in html
    assert "<script>alert" not in html
    assert "<img src=x>" not in html
    assert f"{page.CARRIERS + 5} mails carry this file" in html
    assert html.count("/m/") >= page.CARRIERS
    assert digest in html
    assert "/part/2" in html
    second = client.get(f"/file/{digest}?page=2").text
    assert "mail 54" in second
    assert "mail 3<" not in second
    assert client.get(f"/file/{digest}?page=3").status_code == 400


def test_the_twin_holds_the_same(engine: Engine, client: FlaskClient) -> None:
    twin = json.loads(client.get(f"/file/{sha(engine, 'mail 0')}.json").data)
    assert twin["file"]["text"] == HOSTILE.decode().strip()
    assert (twin["total"], twin["pages"], len(twin["carriers"])) == (page.CARRIERS + 5, 2, page.CARRIERS)
    assert twin["carriers"][0]["attachments"][0]["name"] == NAME


def test_long_texts_are_shown_in_full_when_asked(engine: Engine, client: FlaskClient) -> None:
    digest = sha(engine, "mail 58")
    assert "Show all" in client.get(f"/file/{digest}").text
    assert "Show all" not in client.get(f"/file/{digest}?whole=1").text


def test_a_mails_page_says_what_became_of_its_files(engine: Engine, client: FlaskClient) -> None:
    carried = json.loads(client.get("/.json?q=subject:59").data)["result"]["hits"][0]["row"]["id"]
    html = client.get(f"/m/{carried}").text
    assert html.count("without a reader") == 2
    first = engine.message(carried).attachments[0].sha256
    assert f"/file/{first}" in html
    assert "There is no reader for application/octet-stream." in client.get(f"/file/{first}").text
    empty = engine.message(carried).attachments[2]
    assert client.get(f"/file/{empty.sha256}").status_code == 404


def test_a_hit_names_the_attachment_and_leads_to_it(engine: Engine, client: FlaskClient) -> None:
    html = client.get("/?q=attachment:sluice+subject:0").text
    assert f"/file/{sha(engine, 'mail 0')}?q=attachment" in html
    assert "the <mark>sluice</mark>" in html
    assert "plan &#34;&gt;&lt;img src=x&gt;.txt" in html


@pytest.mark.parametrize("path", ["/file/" + "0" * 64, "/file/" + "0" * 63, "/file/abc", "/file/" + "0" * 64 + ".json"])
def test_no_such_file_is_said_to_be_none(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_status_counts_files(client: FlaskClient) -> None:
    files = json.loads(client.get("/status.json").data)["status"]["files"]
    assert files == {"text": 2, "unread": 2}
    assert "Attached files: 2 with text, 2 without a reader." in client.get("/status").text
