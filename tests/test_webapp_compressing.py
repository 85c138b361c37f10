"""webapp.compressing: answers packed for browsers, but for pages that hold a form's token."""

import gzip
from collections.abc import Iterator

import pytest
from test_webapp_pages import worn
from webapp_site import Corpus

from webapp import create_app
from webapp.cli import Mail

PACKED = {"Accept-Encoding": "br, gzip", "Host": "127.0.0.1"}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    made = Corpus(tmp_path_factory.mktemp("site"))
    yield made
    made.engine.close()


@pytest.mark.parametrize("path", ["/?q=budget", "/help", "/api.json", "/static/site.css"])
def test_who_unpacks_gets_the_same_in_fewer_bytes(corpus: Corpus, path: str) -> None:
    client = create_app(corpus.engine, Mail()).test_client()
    plain, packed = (client.get(path, headers=one, buffered=True) for one in ({"Host": "127.0.0.1"}, PACKED))
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert len(gzip.decompress(packed.data)) == len(plain.data)
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_a_browser_that_has_the_packed_page_is_told_so(corpus: Corpus) -> None:
    client = create_app(corpus.engine, Mail()).test_client()
    for path in ("/?q=budget", "/static/site.css"):
        etag = client.get(path, headers=PACKED, buffered=True).headers["ETag"]
        assert client.get(path, headers={**PACKED, "If-None-Match": etag}, buffered=True).status_code == 304


def test_a_page_with_a_forms_token_and_a_stream_go_as_they_are(corpus: Corpus) -> None:
    client = create_app(corpus.engine, Mail(), writable=True).test_client()
    message = f"/m/{corpus.id('first')[:16]}"
    assert b'name="token"' in client.get(message, headers=PACKED, buffered=True).data
    for path in (message, "/export.csv?q=budget", f"{message}.eml"):
        answer = client.get(path, headers=PACKED, buffered=True)
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers, path


def test_a_search_page_with_all_that_it_wears_is_small_on_its_way(corpus: Corpus) -> None:
    client = create_app(corpus.engine, Mail()).test_client()
    html = client.get("/?q=budget", headers=PACKED, buffered=True)
    files = [client.get(one, headers=PACKED, buffered=True) for one in worn(gzip.decompress(html.data).decode())]
    assert len(html.data) + sum(len(one.data) for one in files) < 30_000
