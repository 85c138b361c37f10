"""Where mails were published and what a table's columns hold, from the command line to the site."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from search.engine import open_engine
from webapp import create_app
from webapp.cli import Mail, main

URL = "https://example.org/{collection}/emailid/{id}?a=1&b=2"
MAIL = "From: a@x.org\nSubject: number {0}\nX-Gmail-Labels: Inbox,To <i>do</i>\nX-GM-THRID: 99\n\nText {0}.\n"


def run(*arguments: object) -> Result:
    """A command that may fail but not crash."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    """A folder of numbered mails."""
    folder = tmp_path / "mails"
    folder.mkdir()
    for number in (7, 12):
        (folder / f"{number}.eml").write_text(MAIL.format(number))
    return folder


@pytest.fixture
def corpus(mails: Path, tmp_path: Path) -> str:
    """A corpus of them."""
    result = run("ingest", mails, "--engine", tmp_path / "c", "--collection", "dnc-emails", "--source-url", URL)
    assert result.exit_code == 0, result.output
    return str(tmp_path / "c")


@pytest.fixture
def client(corpus: str) -> Iterator[FlaskClient]:
    """The site on it."""
    with closing(open_engine(corpus)) as engine:
        yield create_app(engine, Mail()).test_client()


@pytest.mark.parametrize(("options", "words"), [
    (["--source-url", URL], "--collection"), (["--collection", "c", "--source-url", "https://x.org/"], "{id}"),
    (["--map", "from=A"], "folder"), (["--map", "nonsense"], "what=column"),
])  # fmt: skip
def test_wrong_options_are_told_before_anything_is_made(mails: Path, options: list[str], words: str) -> None:
    result = run("ingest", mails, "--engine", mails.parent / "c", *options)
    assert result.exit_code == 2
    assert words in result.output
    assert not (mails.parent / "c").exists()


def test_a_number_leads_to_its_mail(client: FlaskClient) -> None:
    answer = client.get("/n/dnc-emails/12", follow_redirects=True)
    assert "number 12" in answer.text
    assert 'href="https://example.org/dnc-emails/emailid/12?a=1&amp;b=2" rel="noopener noreferrer' in answer.text
    twin = json.loads(client.get("/n/dnc-emails/12.json", follow_redirects=True).text)
    assert twin["published"] == [
        {"number": "12", "collection": "dnc-emails", "url": "https://example.org/dnc-emails/emailid/12?a=1&b=2"}
    ]
    for path in ("/n/dnc-emails/13", "/n/other/12", "/n/dnc-emails/13.json", "/n/%3Cb%3E/%00"):
        assert client.get(path).status_code == 404, path


def test_labels_are_links_that_search(client: FlaskClient) -> None:
    page = client.get("/n/dnc-emails/7", follow_redirects=True).text
    assert "<bdi>To &lt;i&gt;do&lt;/i&gt;</bdi></a>" in page
    found = json.loads(client.get("/.json", query_string={"q": 'label:"to <i>do</i>"'}).text)
    assert found["result"]["total"] == 2


def test_mails_of_one_gmail_thread_are_one_conversation(client: FlaskClient) -> None:
    first, second = (json.loads(client.get(f"/n/dnc-emails/{n}.json", follow_redirects=True).text) for n in (7, 12))
    assert first["neighbours"]["thread"] == second["neighbours"]["thread"]
    assert first["neighbours"]["count"] == 2


def test_show_tells_the_public_address(corpus: str) -> None:
    (hit,) = json.loads(run("search", "number:12", "--engine", corpus, "--json").stdout)["result"]["hits"]
    shown = run("show", hit["row"]["id"], "--engine", corpus).output
    assert "Published: dnc-emails 12 https://example.org/dnc-emails/emailid/12?a=1&b=2" in shown
    told = json.loads(run("show", hit["row"]["id"], "--engine", corpus, "--json").stdout)
    assert told["published"][0]["number"] == "12"


def test_a_table_whose_columns_are_told(tmp_path: Path) -> None:
    table = tmp_path / "liste.csv"
    table.write_text("Absender;Text;Nr\na@x.org;Guten Tag;5\n")
    result = run("ingest", table, "--engine", tmp_path / "c", "--map", "from=Absender,body=Text,date=Datum")
    assert (result.exit_code, 'no column "Datum"; it has Absender, Text, Nr' in result.output) == (2, True)
    result = run("ingest", table, "--engine", tmp_path / "c", "--map", "from=Absender,body=Text,id=Nr")
    assert result.exit_code == 0, result.output
    (hit,) = json.loads(run("search", "number:5 guten", "--engine", tmp_path / "c", "--json").stdout)["result"]["hits"]
    assert hit["row"]["from"] == [{"address": "a@x.org"}]
    result = run("ingest", table, "--engine", tmp_path / "c", "--map", "body=Text,id=Nr", "--json")
    assert json.loads(result.stdout)["new"] == 1  # other columns make other mails
