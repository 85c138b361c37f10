"""Pages of what came from Outlook: messages that were made, and what a winmail.dat holds."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from outlook_makers import msg, ole, tnef, values
from test_ingest_outlook_tnef import OWN, WITH_ITEM, mail

from ingest.pipeline import load
from search.engine import Engine, open_engine
from webapp import create_app
from webapp.cli import Mail


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, FlaskClient]]:
    """A corpus of a mail with a winmail.dat, and of an Outlook message file."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "mails").mkdir()
    (folder / "mails" / "a.eml").write_bytes(mail(tnef(OWN, files=WITH_ITEM)))
    (folder / "mails" / "b.msg").write_bytes(ole(msg(values(p37="Made of a file", p1000="Text."))))
    engine = open_engine(str(folder / "corpus"), create=True)
    load(engine, [folder / "mails"])
    yield engine, create_app(engine, Mail()).test_client()
    engine.close()


def found(engine: Engine, subject: str) -> str:
    """The id of the message with that subject."""
    ids = [id for id, _ in engine.verify()]
    return next(id for id in ids if engine.message(id).subject == subject)


def test_what_was_made_says_so_and_what_came_does_not(site: tuple[Engine, FlaskClient]) -> None:
    engine, client = site
    made, came = (client.get(f"/m/{found(engine, subject)}").text for subject in ("Made of a file", "Outside"))
    assert "Made from an Outlook message file (.msg): the bytes are Unsealed&#39;s" in made
    assert "Made from" not in came


def test_files_and_pictures_and_html_of_a_winmail_are_served(site: tuple[Engine, FlaskClient]) -> None:
    engine, client = site
    id = found(engine, "Outside")
    message = engine.message(id)
    parts = {one.name: one.part for one in message.attachments}
    assert client.get(f"/m/{id}/part/{parts['plan.bin']}").data == b"\0\1\2"
    assert client.get(f"/m/{id}/part/{parts['winmail.dat']}").data == tnef(OWN, files=WITH_ITEM)
    assert "Grüße" in client.get(f"/m/{id}/html").text
    assert client.get(f"/m/{id}/part/2.winmail.99").status_code == 404
    assert f"/m/{id[:16]}" in client.get(f"/m/{found(engine, 'Inner')}").text  # what it was attached to
