"""docker-compose.yml: pinned versions, nothing open to the network, commands and variables that there are."""

import configparser
import os
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("yaml")
pytest.importorskip("elasticsearch")

import yaml

from search.elastic_access import credentials, trust
from tests.elastic_server import VERSION
from webapp.cli import main

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
DOCKERFILE: str = OURS["site"]["build"]["dockerfile_inline"]


def test_every_image_is_pinned_to_a_version_that_is_tested() -> None:
    images = {service["image"] for service in SERVICES.values() if "build" not in service}
    assert {image.rpartition(":")[2] for image in images} == {VERSION}
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.M)
    assert all(re.fullmatch(r"python:3\.1[1-4]\.\d+-slim-\w+", base) for base in bases)
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    assert {service["image"] for service in OURS.values()} == {f"unsealed:{config['metadata']['version']}"}


def test_nothing_is_open_to_other_machines() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert ports == ["127.0.0.1:8025:8025"]
    assert SERVICES["elasticsearch"]["networks"] == ["inside"]
    assert SERVICES["elasticsearch"]["environment"]["xpack.security.enabled"] == "true"
    assert yaml.safe_load(TEXT)["networks"]["inside"] == {"internal": True}


def test_every_password_comes_from_outside_and_each_side_has_one_of_its_own() -> None:
    secrets = {
        name: value for service in SERVICES.values() for name, value in service["environment"].items()
        if "PASSWORD" in name
    }  # fmt: skip
    assert all(re.fullmatch(r"\$\{[A-Z]+_PASSWORD:\?[^}]+\}", value) for value in secrets.values())
    assert "SITE_PASSWORD" in SERVICES["site"]["environment"]["UNSEALED_ELASTIC_PASSWORD"]
    assert "INGEST_PASSWORD" in SERVICES["ingest"]["environment"]["UNSEALED_ELASTIC_PASSWORD"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in set(re.findall(r"\$\{([A-Z_]+)", TEXT)) if name.partition("_")[0] not in readme] == []


def test_our_containers_run_as_nobody_in_particular_and_within_bounds() -> None:
    assert re.search(r"^USER (?!root)\w+$", DOCKERFILE, flags=re.M)
    assert all(service["cap_drop"] == ["ALL"] for service in OURS.values())
    assert all(re.fullmatch(r"\d+[mg]", service["mem_limit"]) for service in SERVICES.values())
    assert all("healthcheck" in SERVICES[name] for name in ("elasticsearch", "site"))
    (mail,) = SERVICES["ingest"]["volumes"]
    assert mail["read_only"]
    assert SERVICES["ingest"]["command"] == ["ingest", mail["target"]]


@pytest.mark.parametrize("name", sorted(OURS))
def test_commands_and_variables_are_those_of_the_code(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = OURS[name]["environment"]
    for variable in [one for one in os.environ if one.startswith("UNSEALED_")]:
        monkeypatch.delenv(variable)
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    assert credentials() == {
        "basic_auth": (given["UNSEALED_ELASTIC_USER"], given["UNSEALED_ELASTIC_PASSWORD"])
    }
    assert trust("http") == {}
    command, *arguments = OURS[name]["command"]
    context = main.commands[command].make_context(command, arguments)
    assert context.params["engine"] == given["UNSEALED_ENGINE"]
    names = {"UNSEALED_NAMES"} if command == "serve" else set()
    assert given.keys() == {"UNSEALED_ENGINE", "UNSEALED_ELASTIC_USER", "UNSEALED_ELASTIC_PASSWORD", *names}


def test_the_image_holds_all_of_the_package() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    copied = {name for line in re.findall(r"^COPY (.*) \S+$", DOCKERFILE, flags=re.M) for name in line.split()}
    assert {name.partition(".")[0] for name in config["options"]["packages"].split()} <= copied
    assert {"setup.cfg", "pyproject.toml", "README.md", "LICENSE"} <= copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
