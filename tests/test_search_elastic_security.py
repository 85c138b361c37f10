"""A real cluster behind TLS that asks who is there: certificates, users, API keys, and no more privileges than the
README says."""

import json
import os
import subprocess
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

pytest.importorskip("elasticsearch")

from search.engine import Engine, open_engine
from search.errors import CorpusMissing, EngineUnavailable, SearchError
from search.parse import parse
from tests import elastic_security
from tests.elastic_security import Secured, fingerprint
from tests.test_search_contract import corpus, fill, names
from webapp.cli import main

ROOT = Path(__file__).resolve().parents[1]
SITE = ["read", "view_index_metadata"]
INGEST = ["read", "write", "manage"]
ROLES = "".join(
    f'{role}:\n  indices:\n    - names: ["leak-*"]\n      privileges: {json.dumps(privileges)}\n'
    for role, privileges in (("site", SITE), ("ingest", INGEST))
)

Become = Callable[..., None]


@pytest.fixture(scope="module")
def secured(elastic: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """A server behind TLS, with a user for either side."""
    if lacking := elastic_security.lacks():
        if os.environ.get("CI") == "true":
            pytest.fail(f"needs {lacking}", pytrace=False)
        pytest.skip(f"needs {lacking}")
    with elastic_security.secured(tmp_path_factory.mktemp("keys"), ROLES, {"web": "site", "taker": "ingest"}) as found:
        yield found


@pytest.fixture
def url(secured: Secured) -> Iterator[str]:
    """The address of a corpus that holds nothing yet."""
    yield f"{secured.address}/leak"
    secured.forget("leak")


@pytest.fixture
def become(secured: Secured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Become:
    """Sets what is said of us and of the server, and nothing else; `*_FILE` takes the text of the file."""

    def set(**values: str) -> None:
        for name in list(os.environ):
            if name.startswith("UNSEALED_ELASTIC_"):
                monkeypatch.delenv(name)
        for name, value in {"CA": str(secured.authority.certificate), **values}.items():
            if name.endswith("_FILE"):
                file = tmp_path / name
                file.write_text(value + "\n")
                file.chmod(0o600)
                value = str(file)
            if value:
                monkeypatch.setenv(f"UNSEALED_ELASTIC_{name}", value)

    return set


def key(secured: Secured, privileges: Sequence[str]) -> str:
    """An API key with these privileges on the corpus and nothing else."""
    return secured.api_key({"cluster": [], "indices": [{"names": ["leak-*"], "privileges": list(privileges)}]})


def told(url: str) -> str:
    """What opening the corpus says."""
    with pytest.raises(SearchError) as raised:
        open_engine(url)
    return str(raised.value)


def test_whom_we_trust(secured: Secured, url: str, become: Become) -> None:
    asks = "asks for a user and a password, or an API key"
    authority, stranger = (fingerprint(one.certificate.read_bytes()) for one in (secured.authority, secured.stranger))
    become()
    assert asks in told(url)
    for mark in (secured.fingerprint, authority):
        become(CA="", FINGERPRINT=mark)
        assert asks in told(url)
    become(CA="")
    assert "nobody that this machine knows has signed its certificate" in told(url)
    become(CA=str(secured.stranger.certificate))
    assert "its certificate is not signed by the authority in" in told(url)
    become(CA="", FINGERPRINT=stranger)
    assert f"its certificate is {secured.fingerprint}" in told(url)
    become(CA="")
    assert "the address has to begin with https://" in told(url.replace("https", "http"))


@pytest.mark.parametrize("secret", ["", "_FILE"])
def test_who_we_are(secured: Secured, url: str, become: Become, secret: str) -> None:
    for values, refused in (
        ({"USER": "web", f"PASSWORD{secret}": "web-secret"}, ""),
        ({"USER": "web", f"PASSWORD{secret}": "taker-secret"}, "does not accept this user and password"),
        ({f"API_KEY{secret}": key(secured, SITE)}, ""),
        ({f"API_KEY{secret}": "bm9ib2R5OmhlcmU="}, "does not accept this API key"),
    ):
        become(**values)
        assert (refused or "There is no corpus") in told(url)


@pytest.mark.parametrize("by_key", [False, True])
def test_each_side_gets_along_with_its_own_privileges(
    secured: Secured, url: str, become: Become, by_key: bool
) -> None:
    become(**{"API_KEY": key(secured, INGEST)} if by_key else {"USER": "taker", "PASSWORD": "taker-secret"})
    engine = open_engine(url, create=True)
    fill(engine, corpus())
    with engine.writer() as writer:
        assert list(writer.reindex())[-1] == len(corpus())
    digest = engine.digest()
    engine.close()
    become(**{"API_KEY": key(secured, SITE)} if by_key else {"USER": "web", "PASSWORD": "web-secret"})
    reader = open_engine(url)
    assert names(reader, "leaking") == ["a1", "a2"]
    assert reader.search(parse("harbour"), by_thread=True).threads
    first = corpus()[0][0]
    assert (reader.message(first.id), len(reader.thread(first.id).rows)) == (first, 3)
    assert reader.status().messages == len(corpus())
    assert reader.failures() == []
    assert [file.state for file, _ in reader.files_in({"waiting"})]
    assert reader.digest() == digest
    assert all(not wrong for _, wrong in reader.verify())
    with pytest.raises(EngineUnavailable, match="does not allow"):
        fill(reader, corpus()[:1], archive="/b")
    reader.close()


def search(engine: Engine) -> None:
    """What the site does."""
    assert names(engine, "leaking") == ["a1", "a2"]


def write(engine: Engine) -> None:
    """What an ingest does."""
    fill(engine, corpus()[:3], archive="/b")


def reindex(engine: Engine) -> None:
    """What the command does."""
    with engine.writer() as writer:
        assert list(writer.reindex())


@pytest.mark.parametrize(("privileges", "lacking", "act"), [
    (SITE, "read", search), (SITE, "view_index_metadata", search),
    (INGEST, "read", write), (INGEST, "write", write), (INGEST, "manage", reindex),
], ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_one_privilege_less_is_told(
    secured: Secured, url: str, become: Become, privileges: list[str], lacking: str, act: Callable[[Engine], None]
) -> None:
    become(USER="taker", PASSWORD="taker-secret")
    engine = open_engine(url, create=True)
    fill(engine, corpus())
    engine.close()
    become(API_KEY=key(secured, privileges))
    engine = open_engine(url)
    act(engine)
    engine.close()
    # what is listed last besides lets the corpus be found, so that the act itself is refused
    left = [one for one in privileges if one != lacking] + ["view_index_metadata"] * (privileges is INGEST)
    become(API_KEY=key(secured, left))
    with pytest.raises(EngineUnavailable, match=rf"does not allow this to API key .*privilege.* {lacking}\b"):
        act(open_engine(url))


def test_who_may_only_read_makes_no_corpus(secured: Secured, url: str, become: Become) -> None:
    become(API_KEY=key(secured, SITE))
    with pytest.raises(EngineUnavailable, match=r"does not allow this .*manage"):
        open_engine(url, create=True)
    with pytest.raises(CorpusMissing):
        open_engine(url)


def test_the_commands_need_no_more_and_show_no_secret(
    secured: Secured, url: str, become: Become, tmp_path: Path
) -> None:
    keys = {"site": key(secured, SITE), "ingest": key(secured, INGEST)}
    box = tmp_path / "box.mbox"
    box.write_bytes(b"From x Thu Jan  1 00:00:00 2015\nFrom: Ann <ann@x.example>\nSubject: Plan\n\nThe harbour.\n\n")
    written: list[str] = []

    def run(side: str, *arguments: str, status: int = 0) -> Any:
        become(API_KEY_FILE=keys[side])
        result = CliRunner().invoke(main, [*arguments, "--json"])
        written.extend([result.output, "".join(traceback.format_exception(result.exception))])
        assert result.exit_code == status, result.output
        return json.loads(result.stdout or "{}")

    at = ("--engine", url)
    assert run("ingest", "ingest", str(box), *at)["new"] == 1
    assert run("ingest", "reindex", *at) == {"indexed": 1}
    assert run("site", "status", *at)["messages"] == 1
    id = run("site", "search", "harbour", *at)["result"]["hits"][0]["row"]["id"]
    assert run("site", "show", id, *at)["message"]["subject"] == "Plan"
    assert run("site", "verify", *at) == {"checked": 1, "bad": []}
    assert run("site", "failures", *at)["total"] == 0
    assert run("site", "duplicates", *at)["total"] == 0
    assert run("site", "keys", "list", *at) == {"keys": []}
    run("ingest", "extract", *at)
    away = str(tmp_path / "corpus")
    assert run("site", "copy", "--from", url, "--to", away)["same"]
    assert run("ingest", "copy", "--from", away, "--to", f"{secured.address}/leak-again")["same"]
    assert run("ingest", "failures", "--retry", *at)["remaining"] == 0
    run("site", "ingest", str(tmp_path), *at, status=2)
    run("site", "reindex", *at, status=2)
    assert "does not allow this to API key" in written[-2]
    assert [name for name, value in keys.items() if any(value in one for one in written)] == []


def test_the_users_that_docker_compose_makes(secured: Secured, become: Become) -> None:
    yaml = pytest.importorskip("yaml")
    (script,) = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["users"]["command"]
    secured.ask("POST", "/_security/user/elastic/_password", {"password": "elastic-secret"})
    command = ["bash", "-euc", script.replace("$$", "$")]
    env = {"PATH": os.environ["PATH"], "ELASTIC": secured.address, "ELASTIC_PASSWORD": "elastic-secret",
           "CURL_CA_BUNDLE": str(secured.authority.certificate)}  # fmt: skip
    for secret in ("secret", "later"):  # a password that was changed
        told = {"SITE_PASSWORD": f"site-{secret}", "INGEST_PASSWORD": f"ingest-{secret}"}
        subprocess.run(command, env=env | told, check=True)
    for side, privileges in (("site", SITE), ("ingest", INGEST)):
        role = secured.ask("GET", f"/_security/role/unsealed_{side}")[f"unsealed_{side}"]
        assert (role["cluster"], role["indices"][0]["names"], role["applications"]) == ([], ["unsealed-*"], [])
        assert role["indices"][0]["privileges"] == privileges
    url = f"{secured.address}/unsealed"
    become(USER="unsealed_ingest", PASSWORD="ingest-later")
    engine = open_engine(url, create=True)
    fill(engine, corpus())
    engine.close()
    become(USER="unsealed_site", PASSWORD="site-later")
    reader = open_engine(url)
    search(reader)
    reader.close()
    secured.forget("unsealed")
    for wrong, reason in (({"ELASTIC_PASSWORD": "another"}, b"401"), ({"SITE_PASSWORD": "a"}, b"at least")):
        run = subprocess.run(command, env=env | told | wrong, capture_output=True)
        assert (run.returncode != 0, reason in run.stderr) == (True, True), run.stderr


def test_the_pages_of_a_site_whose_key_is_revoked_say_so_and_show_no_secret(
    secured: Secured, url: str, become: Become, caplog: pytest.LogCaptureFixture
) -> None:
    from webapp import create_app
    from webapp.cli import Mail

    own = key(secured, INGEST)
    become(API_KEY=own)
    engine = open_engine(url, create=True)
    fill(engine, corpus())
    client = create_app(engine, Mail()).test_client()
    paths = ("/", "/status", "/status.json", "/?q=harbour")
    pages = [client.get(path) for path in paths]
    assert [page.status_code for page in pages] == [200] * len(paths)
    secured.revoke(own)
    shut = [client.get(path) for path in paths]
    assert [page.status_code for page in shut] == [503] * len(paths)
    assert all("does not accept this API key" in page.text for page in shut)
    assert own not in caplog.text + "".join(page.text for page in pages + shut)
    engine.close()
