"""Exports over HTTP: what is sent, that a failure is seen by who downloads, how many at a time."""

import csv
import http.client
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from hashlib import sha256
from mailbox import mbox
from pathlib import Path

import pytest
from waitress import create_server
from webapp_site import Corpus

from search.errors import EngineUnavailable
from search.parse import parse
from webapp.pages import export


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    made = Corpus(tmp_path_factory.mktemp("site"))
    yield made
    made.engine.close()


@pytest.fixture
def port(corpus: Corpus) -> Iterator[int]:
    """A real server's."""
    server = create_server(corpus.app, host="127.0.0.1", port=0, threads=2)

    def serve() -> None:
        with suppress(OSError):  # its socket is closed below
            server.run()

    thread = threading.Thread(target=serve)
    thread.start()
    yield server.effective_port
    server.close()
    thread.join(10)


def fetched(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    try:
        data = answer.read()
    finally:
        connection.close()
        answer.close()
    assert answer.status == 200
    return data


def test_a_search_page_offers_all_forms_of_its_result(corpus: Corpus) -> None:
    html = corpus.html("/?q=attack+subject&order=newest")
    total = json.loads(corpus.get("/.json?q=attack+subject").data)["result"]["total"]
    for ending in ("csv", "jsonl", "mbox", "zip"):
        assert f'href="/export.{ending}?q=attack+subject&amp;order=newest" download' in html
    assert f"The whole result: {total} message" in html
    assert "/export.csv" not in corpus.html("/?q=zzzzzz")


def test_the_whole_result_is_sent_and_not_a_page_of_it(corpus: Corpus, port: int) -> None:
    total = corpus.engine.search(parse("")).total
    rows = list(csv.DictReader(io.StringIO(fetched(port, "/export.csv").decode("utf-8-sig"), newline="")))
    assert len(rows) == total > 20
    assert (rows[-1]["row"], rows[-1]["of"]) == (str(total), str(total))
    lines = fetched(port, "/export.jsonl?order=newest").splitlines()
    assert len(lines) == total
    archive = zipfile.ZipFile(io.BytesIO(fetched(port, "/export.zip")))
    assert len(archive.namelist()) == total + 1


def test_a_download_has_a_name_and_does_nothing_in_a_browser(corpus: Corpus) -> None:
    answer = corpus.get('/export.csv?q=budget "x"/../é')
    assert answer.headers["Content-Disposition"] == 'attachment; filename="unsealed-budget-x.csv"'
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.content_type == "text/csv; charset=utf-8"


def test_a_conversation_as_a_mailbox(corpus: Corpus) -> None:
    answer = corpus.get(f"/t/{corpus.id('answer')[:16]}.mbox")
    assert answer.content_type == "application/mbox"
    data = answer.data
    assert data.count(b"\nMessage-ID: <m2@council.example>") == 1, "copies stand behind one"
    assert b"Message-ID: <m1@council.example>" in data
    assert data.index(b"<m1@council.example>\n") < data.index(b"Message-ID: <m2@council.example>")
    assert corpus.get("/t/00000000.mbox").status_code == 404


def test_the_same_bytes_for_another_reader_of_mailboxes(corpus: Corpus, tmp_path: Path) -> None:
    file = tmp_path / "out.mbox"
    file.write_bytes(corpus.get("/export.mbox").data)
    with closing(mbox(file)) as box:
        found = {sha256(box.get_bytes(key)).hexdigest() for key, _ in box.iteritems()}
    assert corpus.id("first") in found
    assert len(found) == corpus.engine.search(parse("")).total


@pytest.mark.parametrize("path", ["/export.csv?q=(ann", "/export.mbox?q=date:zz"])
def test_a_query_that_cannot_be_read_is_a_page_and_no_file(corpus: Corpus, path: str) -> None:
    answer = corpus.get(path)
    assert answer.status_code == 400
    assert "Content-Disposition" not in answer.headers


@pytest.mark.parametrize("ending", ["csv", "jsonl", "mbox", "zip"])
def test_one_that_fails_halfway_is_no_whole_download(
    corpus: Corpus, port: int, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.export_rows._AT_ONCE", 5)
    monkeypatch.setattr("search.bulk.ROWS", 5)
    engine = corpus.app.extensions["unsealed"].engine  # the readers' own
    every = engine.every

    def failing(*args: object, **options: object) -> object:
        found = every(*args, **options)  # type: ignore[arg-type]

        def rows() -> Iterator[object]:
            for number, row in enumerate(found.rows):
                if number == 20:
                    raise EngineUnavailable("gone")
                yield row

        return type(found)(found.total, rows())  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "every", failing)
    with pytest.raises(http.client.IncompleteRead):
        fetched(port, f"/export.{ending}")


def test_a_mailbox_that_lacks_a_message_is_no_whole_download(
    corpus: Corpus, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = corpus.app.extensions["unsealed"].engine
    raws = engine.raws
    monkeypatch.setattr(engine, "raws", lambda rows: (
        (row, None if row.id == corpus.id("first") else data) for row, data in raws(rows)))  # fmt: skip
    with pytest.raises(http.client.IncompleteRead):
        fetched(port, "/export.mbox")


def test_so_many_at_a_time_and_no_more(corpus: Corpus) -> None:
    answers = [corpus.client.get("/export.csv") for _ in range(export.AT_ONCE)]
    refused = corpus.get("/export.csv")
    assert refused.status_code == 503
    assert "3 exports at a time" in refused.text
    for one in answers:
        one.close()
    assert corpus.get("/export.csv").status_code == 200
    assert corpus.get("/export.csv?q=(ann").status_code == 400
    assert corpus.get("/export.csv").status_code == 200
