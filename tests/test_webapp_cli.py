"""The command `unsealed`: search, show, demo, serve, and what `--help` costs."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from webapp.cli import main

HERE = Path(__file__).parent.parent
HEAVY = ("flask", "rich", "tantivy", "sqlite3", "waitress", "jinja2", "msgspec", "mailparser")
COMMANDS = ("demo", "ingest", "serve", "search", "show", "status", "failures", "verify", "reindex")

FIRST = b"""Message-ID: <1@example.org>
From: =?utf-8?b?G1szMW1Bbm4=?= <ann@example.org>
To: Bob <bob@example.org>
Subject: =?utf-8?b?YnVkZ2V0IBtdMDtvd25lZAcg4oCuZ25w?=
Date: Mon, 1 Jan 2001 10:00:00 -0500

The budget \x1b[2Jis [red]agreed[/red].
"""
SECOND = b"""Message-ID: <2@example.org>
In-Reply-To: <1@example.org>
From: Bob <bob@example.org>
To: Ann <ann@example.org>
Subject: Re: budget
Date: Mon, 1 Jan 2001 11:00:00 -0500

Fine with me: the draft is good.
"""


def run(*arguments: object, **options: Any) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], **options)
    assert "Traceback" not in result.stderr
    return result


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two mails of one thread, the first one hostile to terminals."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "mails").mkdir()
    (folder / "mails" / "1.eml").write_bytes(FIRST)
    (folder / "mails" / "2.eml").write_bytes(SECOND)
    assert run("ingest", folder / "mails", "--engine", folder / "corpus").exit_code == 0
    return folder / "corpus"


def ids(corpus: Path, *query: str) -> list[str]:
    found = json.loads(run("search", *query, "--engine", corpus, "--json").stdout)
    return [hit["row"]["id"] for hit in found["result"]["hits"]]


def test_search_shows_hits_and_says_how_many(corpus: Path) -> None:
    told = run("search", "budget", "--engine", corpus).stdout
    assert "2 messages" in told
    assert "Bob <bob@example.org>" in told
    assert "2001-01-01 11:00 -0500" in told
    assert run("search", "zebra", "--engine", corpus).stdout == "Nothing matches.\n"


def test_search_takes_a_minus_and_the_environment(corpus: Path) -> None:
    assert len(ids(corpus, "budget")) == 2
    assert len(ids(corpus, "budget", "-draft")) == 1
    told = run("search", "budget", "-draft", env={"UNSEALED_ENGINE": str(corpus)})
    assert "1 message, " in told.stdout


def test_search_pages_to_the_end(corpus: Path) -> None:
    first = json.loads(run("search", "budget", "--limit", "1", "--engine", corpus, "--json").stdout)["result"]
    rest = run("search", "budget", "--limit", "1", "--cursor", first["next"], "--engine", corpus, "--json")
    second = json.loads(rest.stdout)["result"]
    assert first["hits"][0]["row"]["id"] != second["hits"][0]["row"]["id"]
    assert not second["next"]


def test_search_by_thread(corpus: Path) -> None:
    told = run("search", "budget", "--threads", "--engine", corpus).stdout
    assert "2 messages in 1 thread" in told


def test_a_query_that_cant_be_read_is_pointed_at(corpus: Path) -> None:
    result = run("search", "from:ann", "(budget", "--engine", corpus)
    assert result.exit_code == 2
    sentence, query, pointer, *_ = result.stderr.splitlines()
    assert sentence.startswith("unsealed: ")
    assert query == "from:ann (budget"
    assert query[pointer.index("^")] in "(b"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["search", "--limt", "3", "budget"], "--limt"),
        (["search", "budget", "--cursor", "nonsense"], "first page"),
        (["show", "0123456789abcdef"], "no message"),
        (["show", "g0123456789abcdef"], "no message"),
        (["show", "01"], "no message"),
        (["show", "--raw", "--thread", "0123456789"], "exclude"),
        (["serve", "--port", "70000"], "--port"),
        (["serve", "--host", "no such host", "--port", "0"], "can't serve"),
    ],
)
def test_wrong_use_is_one_sentence_and_status_2(corpus: Path, arguments: list[str], words: str) -> None:
    result = run(*arguments, "--engine", corpus)
    assert result.exit_code == 2
    assert words in result.stderr.lower()
    assert not result.stdout


def test_show_gives_the_message_its_headers_its_bytes_its_thread(corpus: Path) -> None:
    (second,) = ids(corpus, "draft")
    told = run("show", second[:12], "--engine", corpus).stdout
    assert "Subject: Re: budget" in told
    assert "Fine with me" in told
    assert "Found in: " in told
    assert "In-Reply-To: <1@example.org>" in run("show", second, "--headers", "--engine", corpus).stdout
    assert run("show", second, "--raw", "--engine", corpus).stdout_bytes == SECOND
    tree = run("show", second, "--thread", "--engine", corpus).stdout.splitlines()
    assert tree[2].startswith("  Bob")
    told_json = json.loads(run("show", second, "--json", "--engine", corpus).stdout)
    assert told_json["message"]["subject"] == "Re: budget"
    assert told_json["places"][0]["member"].endswith("2.eml")


def test_nothing_in_a_mail_steers_the_terminal(corpus: Path) -> None:
    (first,) = ids(corpus, "budget", "-draft")
    for command in (["search", "budget"], ["search", "budget", "--json"], ["show", first], ["show", first, "--headers"],
                    ["show", first, "--thread"], ["show", first, "--json"]):  # fmt: skip
        out = run(*command, "--engine", corpus, color=True).stdout
        rest = re.sub(r"\x1b\[[0-9;]*m", "", out) if command[-1] == "budget" else out
        assert not set(rest) & {"\x1b", "\x07", "\x9b", "\u202e"}, command
    assert "[red]agreed[/red]" in run("show", first, "--engine", corpus).stdout


def test_help_imports_nothing_heavy() -> None:
    code = f"""
import sys
from webapp.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=HERE, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert all(re.search(rf"^  {name} ", done.stdout, re.M) for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_engine_and_json(command: str) -> None:
    told = run(command, "--help").stdout
    assert "--engine" in told
    assert "--json" in told or command == "serve"


def test_a_reader_that_goes_away_is_no_error(corpus: Path) -> None:
    code = f"{sys.executable} -m webapp.cli search budget --engine {corpus} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", code], cwd=HERE, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.strip() in ("0", "141")


# --- demo and serve, as processes


def serving(*arguments: object) -> "tuple[subprocess.Popen[str], str, list[str]]":
    """The process, its address, and the lines before it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp.cli", *map(str, arguments)], cwd=HERE, text=True, bufsize=1,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    before = []
    for line in process.stdout:
        if line.startswith("http://"):
            return process, line.split()[0], before
        before.append(line)
    raise AssertionError(f"no address: {process.communicate()}")


def takes_verdicts(address: str) -> object:
    """Whether the site that is served there lets people decide on citations."""
    with urllib.request.urlopen(f"{address}review.json", timeout=10) as page:
        return json.load(page)["writable"]


def test_serve_answers_and_ends_at_a_signal(corpus: Path) -> None:
    process, address, _ = serving("serve", "--engine", corpus, "--port", "0")
    assert address.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(f"{address}?q=budget", timeout=10) as page:
        assert b"budget" in page.read()
    assert takes_verdicts(address) is False
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 0
    assert err == ""


def test_a_port_that_is_taken_is_one_sentence(corpus: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        result = run("serve", "--engine", corpus, "--port", port)
    assert result.exit_code == 2
    assert f"port {port}: Address already in use" in result.stderr
    assert result.stderr.count("\n") == 1


def test_binding_elsewhere_says_what_it_means(corpus: Path) -> None:
    process, _, _ = serving("serve", "--engine", corpus, "--port", "0", "--host", "0.0.0.0")
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "read this corpus, without a password" in err


def test_a_site_takes_verdicts_where_that_is_asked_for(corpus: Path) -> None:
    process, address, _ = serving("serve", "--engine", corpus, "--port", "0", "--host", "0.0.0.0", "--review",
                                  "--name", "Papers.example")  # fmt: skip
    assert takes_verdicts(address.replace("0.0.0.0", "127.0.0.1")) is True
    process.send_signal(signal.SIGTERM)
    assert "read and annotate this corpus, without a password" in process.communicate(timeout=10)[1]


def test_beyond_this_machine_verdicts_are_taken_under_a_known_name_alone(corpus: Path) -> None:
    result = run("serve", "--engine", corpus, "--port", "0", "--host", "0.0.0.0", "--review")
    assert result.exit_code == 2
    assert "--review at 0.0.0.0 needs --name" in result.stderr
    process, address, _ = serving("serve", "--engine", corpus, "--port", "0", "--host", "0.0.0.0",
                                  "--name", "Papers.example")  # fmt: skip
    address = address.replace("0.0.0.0", "127.0.0.1")
    answers = {}
    for name in ("papers.example", "evil.example"):
        asked = urllib.request.Request(f"{address}status.json", headers={"Host": name})
        try:
            with urllib.request.urlopen(asked, timeout=10) as page:
                answers[name] = page.status
        except urllib.error.HTTPError as error:
            answers[name] = error.code
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert answers == {"papers.example": 200, "evil.example": 421}


def test_the_demo_is_ingested_served_and_gone_afterwards(tmp_path: Path) -> None:
    process, address, before = serving("demo", "--port", "0", "--no-cite")
    with urllib.request.urlopen(address, timeout=10) as page:
        assert page.status == 200
    with urllib.request.urlopen(f"{address}status.json", timeout=10) as page:
        status = json.loads(page.read())
    assert takes_verdicts(address) is True
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode in (0, 1)
    assert any("read, from" in line for line in before)
    folder = re.search(r"/\S*unsealed-demo-\w+", json.dumps(status))
    assert folder
    assert not Path(folder[0]).exists()


def test_the_demo_can_be_kept_and_needs_neither_server_nor_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.citations.encoder.available", lambda: False)
    result = run("demo", "--no-serve", "--keep", tmp_path / "kept", "--json")
    assert result.exit_code in (0, 1), result.stderr
    told = json.loads(result.stdout)
    assert told["read"] == told["new"] + told["already"] + told["failed"] > 100
    assert (tmp_path / "kept" / "corpus").is_dir()
    assert any((tmp_path / "kept" / "archives").iterdir())
    read = told["articles"]["new"]
    assert read == told["cited"]["matched"] >= 25
    assert told["cited"]["shown"] >= 10
    assert "unsealed[languages]" in told["cited"]["lacks"][0]
    listed = run("articles", "list", "--engine", tmp_path / "kept" / "corpus", "--json")
    assert len(json.loads(listed.stdout)["rows"]) == read
