"""Copies on the site: hits that say in how many places, the page of what differs."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from msgspec import json

from ingest.copies import BY_ID, BY_WORDS
from ingest.pipeline import load
from search.engine import Engine, open_engine
from webapp import create_app
from webapp.cli import Mail

HEAD = "From: Ann <ann@x.example>\nDate: Mon, 6 Sep 2021 12:00:0{second} +0000\nSubject: <i>Dues</i>\nTo: {to}\n"
MAILS = {
    "sent": HEAD.format(second=1, to="Bob <bob@x.example>") + "Message-ID: <a@x>\n\nPay the dues.\n\nAnn\n",
    "got": HEAD.format(second=1, to="Bob <bob@x.example>")
    + "Message-ID: <a@x>\nReceived: by y\n\nPay the\ndues.\nAnn\n",
    "again": HEAD.format(second=9, to="clo@x.example") + "Message-ID: <b@x>\n\nPay the dues.\n\nAnn\n",
    "other": HEAD.format(second=9, to="clo@x.example") + "Message-ID: <c@x>\n\n<script>alert(1)</script>\n",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("copies")
    for name, text in MAILS.items():
        (folder / f"{name}.eml").write_text(text)
    found = open_engine(str(folder / "corpus"), create=True)
    load(found, [folder / f"{name}.eml" for name in MAILS])
    yield found
    found.close()


@pytest.fixture(scope="module")
def client(engine: Engine) -> FlaskClient:
    return create_app(engine, Mail()).test_client()


def id_of(name: str) -> str:
    from hashlib import sha256

    return sha256(MAILS[name].encode()).hexdigest()[:16]


def test_a_hit_says_in_how_many_places(client: FlaskClient) -> None:
    assert "also in 2 places" in client.get("/?q=pay").text
    (hit,) = json.decode(client.get("/.json?q=pay").data)["result"]["hits"]
    assert (hit["row"]["copies"], hit["row"]["places"]) == (2, 3)


def test_a_message_leads_to_what_differs(client: FlaskClient) -> None:
    page = client.get(f"/m/{id_of('sent')}").text
    assert "2 copies" in page
    assert "With its copies, in 3 places" in page
    assert f"/m/{id_of('sent')}/differences/{id_of('got')}" in page
    assert "what differs" not in client.get(f"/m/{id_of('other')}").text


def test_only_what_differs_is_shown(client: FlaskClient) -> None:
    page = client.get(f"/m/{id_of('sent')}/differences/{id_of('got')}").text
    assert BY_ID in page
    assert "Received" in page
    assert '<th scope="row">To</th>' not in page
    assert "<del><bdi>Pay the dues." in page
    assert "<ins><bdi>dues." in page
    told = json.decode(client.get(f"/m/{id_of('sent')}/differences/{id_of('again')}.json").data)
    assert (told["copies"], told["why"]) == (True, [BY_WORDS])
    assert [one["name"] for one in told["differs"]["fields"]] == ["Date", "To", "Message-ID"]
    assert told["differs"]["words"] == []


def test_strangers_can_be_held_against_each_other(client: FlaskClient) -> None:
    page = client.get(f"/m/{id_of('sent')}/differences/{id_of('other')}").text
    assert "not held to be copies" in page
    assert "<script>alert" not in page
    assert "<i>" not in page
    assert "held against itself" in client.get(f"/m/{id_of('sent')}/differences/{id_of('sent')}").text
    assert client.get(f"/m/{id_of('sent')}/differences/00000000").status_code == 404
