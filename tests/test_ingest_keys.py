"""The commands of `unsealed keys`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from dkim_mails import NAME, record, signed

from ingest import keys_cli
from webapp.cli import main


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert "Traceback" not in result.stderr
    return result


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "1.eml").write_bytes(signed())
    assert run("ingest", tmp_path / "mails", "--engine", tmp_path / "corpus").exit_code == 0
    return tmp_path / "corpus"


def total(corpus: Path, query: str) -> int:
    found = json.loads(run("search", query, "--engine", corpus, "--json").stdout)
    return int(found["result"]["total"])


def test_a_key_is_added_listed_used_and_removed(corpus: Path) -> None:
    assert total(corpus, "dkim:no-key") == 1
    result = run("keys", "add", NAME, record(), "--source", "a letter", "--from", "2014", "--engine", corpus)
    assert result.exit_code == 0
    assert "1 messages checked once more, 1 changed, 1 now verified." in result.stdout
    assert total(corpus, "dkim:verified") == 1
    assert run("keys", "list", "--engine", corpus).stdout == f"{NAME} (dkim, since 2014): a letter\n"
    every = json.loads(run("keys", "list", "--all", "--engine", corpus, "--json").stdout)["keys"]
    assert "20120113._domainkey.gmail.com" in {key["name"] for key in every}
    assert "1 messages checked once more, 0 changed." in run("keys", "check", "--engine", corpus).stdout
    assert run("keys", "remove", NAME, "--engine", corpus).exit_code == 0
    assert total(corpus, "dkim:no-key") == 1
    assert "No keys were added" in run("keys", "list", "--engine", corpus).stdout


def test_a_file_of_keys(corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "keys.tsv"
    path.write_text(f"selector\tdomain\trecord\nspring\tcouncil.example\t{record()}\n", encoding="utf-8")
    assert run("keys", "add", path, "--engine", corpus).exit_code == 0
    assert "keys.tsv" in run("keys", "list", "--engine", corpus).stdout
    assert total(corpus, "dkim:verified") == 1


def test_the_dns_is_asked_only_when_told_to(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(name: str) -> str:
        asked.append(name)
        return record()

    monkeypatch.setattr(keys_cli, "ask", answer)
    assert run("keys", "add", NAME, "--engine", corpus).exit_code == 2
    assert asked == []
    assert run("keys", "add", NAME, "--dns", "--engine", corpus).exit_code == 0
    assert asked == [NAME]
    assert "the DNS, 20" in run("keys", "list", "--engine", corpus).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "nothing.tsv"), "can't be read"), (("add", NAME, "v=DKIM1; p=!"), "can't be read"),
        (("add", "council.example", "p=AAAA"), "no name of a key"), (("remove", NAME), "was added"),
        (("add", NAME), "--dns"),
    ],
)  # fmt: skip
def test_wrong_use_is_a_sentence(corpus: Path, arguments: tuple[str, ...], said: str) -> None:
    result = run("keys", *arguments, "--engine", corpus)
    assert result.exit_code == 2
    assert said in result.stderr
