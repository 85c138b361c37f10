"""A real corpus with the site on it, for the tests of the site."""

from hashlib import sha256
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from webapp_mails import hostile, ordinary
from werkzeug.test import TestResponse

from ingest.pipeline import load
from search.engine import Engine, open_engine
from webapp import create_app
from webapp.cli import Mail

COLLECTION = 'council <i>"files"</i>'


class Corpus:
    """Mails by name, their engine, the app; made in `folder`, or in a cluster."""

    def __init__(self, folder: Path, trap: str = "http://trap.example", cluster: str = "") -> None:
        self.mails = ordinary() | hostile(trap)
        mails = folder / "mails"
        mails.mkdir()
        for name, raw in self.mails.items():
            (mails / f"{name}.eml").write_bytes(raw)
        (folder / "notes.zip").write_bytes(b"PK\x03\x04 and then nothing")
        self.engine: Engine = open_engine(cluster or str(folder / "corpus"), create=True)
        load(self.engine, [mails, folder / "notes.zip"], collection=COLLECTION)
        self.app: Flask = create_app(self.engine, Mail())
        self.client: FlaskClient = self.app.test_client()

    def id(self, name: str) -> str:
        """The id of a mail by its name here."""
        return sha256(self.mails[name]).hexdigest()

    def get(self, path: str) -> TestResponse:
        """A page."""
        return self.client.get(path, buffered=True)

    def html(self, path: str) -> str:
        """The HTML of a page that is there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[-400:])
        return answer.text
