"""Who we say we are to a cluster, and whom we take for it: certificates good and forged, files, variables, secrets."""

import base64
import logging
import os
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("elasticsearch")

from search.elastic_access import credentials
from search.engine import open_engine
from search.errors import CorpusError, CorpusMissing, SearchError
from tests import tls_site
from tests.elastic_security import fingerprint
from tests.tls_site import Signed, site

SECRET = "Zx-9:secret/of mine"
KEY = "a2V5LWlkOmtleS1zZWNyZXQ="


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("UNSEALED_ELASTIC_") and name not in ("UNSEALED_ELASTIC_TEST", "UNSEALED_ELASTIC_CACHE"):
            monkeypatch.delenv(name)


@pytest.fixture
def give(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets variables by the end of their names."""

    def given(**values: object) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"UNSEALED_ELASTIC_{name}", str(value))

    return given


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Signed]:
    if lacking := tls_site.lacks():
        if os.environ.get("CI") == "true":
            pytest.fail(f"needs {lacking}", pytrace=False)
        pytest.skip(f"needs {lacking}")
    folder = tmp_path_factory.mktemp("signed")

    def make(file: str, name: str, **options: object) -> Signed:
        return Signed(folder, file, name, **options)  # type: ignore[arg-type]

    return make


def mark(of: Signed) -> str:
    return fingerprint(of.certificate.read_bytes())


def told(port: int, scheme: str = "https", host: str = "localhost") -> str:
    """What opening a corpus there says."""
    with pytest.raises(SearchError) as raised:
        open_engine(f"{scheme}://{host}:{port}/leak")
    return str(raised.value)


def test_a_certificate_is_taken_for_what_the_authority_or_the_fingerprint_says(
    signed: Callable[..., Signed], give: Callable[..., None]
) -> None:
    good = signed("good", "Good")
    own = signed("own", "node", authority=good)
    with site(own, good) as there:
        assert "nobody that this machine knows has signed" in told(there.port)
        assert there.proofs == []
        for values in ({"CA": good.certificate}, {"FINGERPRINT": mark(own)}, {"FINGERPRINT": mark(good)}):
            with pytest.MonkeyPatch.context() as patch:
                for name, value in values.items():
                    patch.setenv(f"UNSEALED_ELASTIC_{name}", str(value))
                assert "There is no corpus" in told(there.port)
        give(CA=signed("other", "Other").certificate)
        assert "is not signed by the authority in" in told(there.port)
    with site(own, good) as there, pytest.MonkeyPatch.context() as patch:
        patch.delenv("UNSEALED_ELASTIC_CA")
        patch.setenv("UNSEALED_ELASTIC_FINGERPRINT", mark(signed("other", "Other")))
        assert f"its certificate is {mark(own)}, which UNSEALED_ELASTIC_FINGERPRINT does not name" in told(there.port)
        assert there.proofs == []


def test_a_fingerprint_in_colons_and_capitals(signed: Callable[..., Signed], give: Callable[..., None]) -> None:
    alone = signed("alone", "alone")
    digits = mark(alone).upper()
    give(FINGERPRINT=":".join(digits[at : at + 2] for at in range(0, 64, 2)))
    with site(alone) as there:
        assert "There is no corpus" in told(there.port)


def test_a_copy_of_the_right_certificate_behind_a_forged_one_fools_nobody(
    signed: Callable[..., Signed], give: Callable[..., None]
) -> None:
    """The forger has the public certificate, and an authority of his own under the same name; the client's own check
    of the fingerprint would send him the password."""
    right = signed("right", "Good")
    forger = signed("forger", "Good")
    bare = "authorityKeyIdentifier=none\nsubjectKeyIdentifier=none"
    forged = signed("forged", "localhost", authority=forger, more=bare)
    give(FINGERPRINT=mark(right), USER="ann", PASSWORD=SECRET)
    with site(forged, right) as there:
        assert "is not trusted" in told(there.port)
        assert there.proofs == []


def test_other_names_and_days_gone_by_are_told_apart(
    signed: Callable[..., Signed], give: Callable[..., None]
) -> None:
    good = signed("good", "Good")
    give(CA=good.certificate)
    with site(signed("named", "node", authority=good, more="")) as there:
        assert "There is no corpus" in told(there.port, host="127.0.0.1")
    with site(signed("late", "node", authority=good, days=-1)) as there:
        assert "has expired" in told(there.port)
    with site(good) as there:  # made for no name at all
        assert "was made for other names" in told(there.port)


def test_http_to_https_and_https_to_http(signed: Callable[..., Signed], give: Callable[..., None]) -> None:
    with site() as there:
        assert "does not speak TLS there; the address may have to begin with http://" in told(there.port)
        assert "There is no corpus" in told(there.port, "http")
        give(FINGERPRINT="0" * 64)
        assert "UNSEALED_ELASTIC_FINGERPRINT wants an address that begins with https://" in told(there.port, "http")
        assert there.proofs == [None]


@pytest.mark.parametrize(("values", "sentence"), [
    ({"FINGERPRINT": "0" * 64, "CA": "x.pem"}, "not both"),
    ({"FINGERPRINT": "0" * 40}, "not a SHA-256"),
    ({"CA": "{tmp}/none.pem"}, "named by UNSEALED_ELASTIC_CA, can't be read: No such file"),
    ({"CA": "{tmp}/text"}, "holds no certificate"),
    ({"USER": "ann"}, "UNSEALED_ELASTIC_USER is set, but UNSEALED_ELASTIC_PASSWORD is not"),
    ({"PASSWORD": SECRET}, "UNSEALED_ELASTIC_PASSWORD is set, but UNSEALED_ELASTIC_USER is not"),
    ({"PASSWORD": SECRET, "PASSWORD_FILE": "{tmp}/text", "USER": "ann"}, "not both"),
    ({"PASSWORD_FILE": "{tmp}/none", "USER": "ann"}, "named by UNSEALED_ELASTIC_PASSWORD_FILE, can't be read"),
    ({"PASSWORD_FILE": "{tmp}/empty", "USER": "ann"}, "holds no text"),
    ({"PASSWORD_FILE": "{tmp}/bytes", "USER": "ann"}, "holds no text"),
    ({"API_KEY": KEY, "USER": "ann", "PASSWORD": SECRET}, "not both"),
    ({"API_KEY": f"{SECRET}\nX: y"}, "is not an API key"),
    ({"API_KEY": "schlüssel"}, "is not an API key"),
])  # fmt: skip
def test_what_can_not_be_meant_is_told_before_anything_is_sent(
    values: dict[str, str], sentence: str, tmp_path: Path, give: Callable[..., None]
) -> None:
    (tmp_path / "text").write_text(f"{SECRET}\n")
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    give(**{name: value.format(tmp=tmp_path) for name, value in values.items()})
    with pytest.raises(CorpusError) as raised:
        open_engine("https://localhost:1/leak")
    assert sentence in str(raised.value)
    assert SECRET not in "".join(traceback.format_exception(raised.value))


def test_a_password_in_the_address_is_not_repeated() -> None:
    for address in (f"https://ann:{SECRET}@localhost/leak", f"https://ann:x@localhost:9200/{SECRET}"):
        with pytest.raises(CorpusError, match="No password in the address") as raised:
            open_engine(address)
        assert SECRET not in "".join(traceback.format_exception(raised.value))


def test_what_is_sent_as_a_proof(tmp_path: Path, give: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret"
    basic = "Basic " + base64.b64encode(f"ann:{SECRET}".encode()).decode()
    for values, proof in (
        ({"USER": "ann", "PASSWORD": SECRET}, basic), ({"USER": "ann", "PASSWORD_FILE": SECRET}, basic),
        ({"API_KEY": KEY}, f"ApiKey {KEY}"), ({"API_KEY_FILE": KEY}, f"ApiKey {KEY}"),
        ({"API_KEY": base64.b64decode(KEY).decode()}, f"ApiKey {KEY}"),
    ):  # fmt: skip
        with site() as there, pytest.MonkeyPatch.context() as patch:
            for name, value in values.items():
                if name.endswith("_FILE"):
                    file.write_text(f"{value}\n")
                    file.chmod(0o600)
                    value = str(file)
                patch.setenv(f"UNSEALED_ELASTIC_{name}", value)
            with pytest.raises(CorpusMissing):
                open_engine(f"http://127.0.0.1:{there.port}/leak")
            assert there.proofs == [proof]


def test_a_secret_that_every_user_can_read_is_warned_of(
    tmp_path: Path, give: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    give(API_KEY_FILE=file)
    for mode, warned in ((0o600, 0), (0o640, 0), (0o644, 1)):
        caplog.clear()
        file.chmod(mode)
        assert credentials() == {"api_key": KEY}
        assert len(caplog.records) == warned
        assert KEY not in caplog.text


def test_no_secret_is_written_anywhere(
    signed: Callable[..., Signed], give: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    from webapp.cli import main

    caplog.set_level(logging.DEBUG)
    good = signed("good", "Good")
    written = []
    secrets = (SECRET, KEY, base64.b64decode(KEY).decode(), base64.b64encode(f"ann:{SECRET}".encode()).decode())
    with site(signed("own", "node", authority=good)) as there, site(status=401) as plain:
        ports = (f"https://localhost:{there.port}", f"http://localhost:{plain.port}", "https://localhost:1",
                 f"https://localhost:{plain.port}", f"http://localhost:{there.port}")  # fmt: skip
        for address in ports:
            for values in ({"USER": "ann", "PASSWORD": SECRET}, {"API_KEY": KEY}):
                env = {f"UNSEALED_ELASTIC_{name}": value for name, value in values.items()}
                if address.startswith("https"):
                    env["UNSEALED_ELASTIC_CA"] = str(good.certificate)
                for command in ("status", "verify", "reindex"):
                    told = CliRunner().invoke(main, [command, "--engine", f"{address}/leak"], env=env)
                    assert told.exit_code == 2
                    written += [told.output, "".join(traceback.format_exception(told.exception))]
    everything = "\n".join([*written, caplog.text])
    assert "leak" in everything
    assert [secret for secret in secrets if secret in everything] == []
