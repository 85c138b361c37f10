"""A cluster that asks who is there: users, and roles that have no more privileges than the README says."""

import base64
from collections.abc import Iterator

import pytest

pytest.importorskip("elasticsearch")

from search.engine import open_engine
from search.errors import EngineUnavailable
from search.parse import parse
from tests import elastic_server
from tests.test_search_contract import corpus, fill, names

ROLES = """
reader:
  indices:
    - names: ["leak-*"]
      privileges: ["read", "view_index_metadata"]
writer:
  indices:
    - names: ["leak-*"]
      privileges: ["read", "write", "manage"]
"""


@pytest.fixture(scope="module")
def secured(elastic: object) -> Iterator[str]:
    """The address of a corpus in a server that asks for a password."""

    def prepare(server: elastic_server.Server) -> None:
        (server.home / "config" / "roles.yml").write_text(ROLES)
        for name, role in (("web", "reader"), ("ingest", "writer"), ("boss", "superuser")):
            server.add_user(name, f"{name}-secret", role)
        server.authorization = "Basic " + base64.b64encode(b"boss:boss-secret").decode()

    told = {"xpack.security.enabled": "true", "xpack.security.enrollment.enabled": "false"}
    with elastic_server.running(told, prepare) as server:
        yield f"{server.address}/leak"


def test_each_side_gets_along_with_its_own_privileges(secured: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EngineUnavailable, match="asks for a user"):
        open_engine(secured)
    monkeypatch.setenv("UNSEALED_ELASTIC_USER", "ingest")
    monkeypatch.setenv("UNSEALED_ELASTIC_PASSWORD", "ingest-secret")
    engine = open_engine(secured, create=True)
    fill(engine, corpus())
    with engine.writer() as writer:
        assert list(writer.reindex())[-1] == len(corpus())
    engine.close()
    monkeypatch.setenv("UNSEALED_ELASTIC_USER", "web")
    monkeypatch.setenv("UNSEALED_ELASTIC_PASSWORD", "web-secret")
    reader = open_engine(secured)
    assert names(reader, "leaking") == ["a1", "a2"]
    assert reader.search(parse("harbour"), by_thread=True).threads
    first = corpus()[0][0]
    assert (reader.message(first.id), len(reader.thread(first.id).rows)) == (first, 3)
    assert reader.status().messages == len(corpus())
    assert reader.failures() == []
    assert all(not wrong for _, wrong in reader.verify())
    with pytest.raises(EngineUnavailable, match="does not allow"):
        fill(reader, corpus()[:1], archive="/b")
    reader.close()
