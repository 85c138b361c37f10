"""The README says everything that can be typed: commands, options, operators, pages; and its two lines are in place."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from search.operators import HAS, IS, OPERATORS

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
needs_readme = pytest.mark.skipif("\n## " not in README, reason="the README is a stub")


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with its name; groups of commands are walked."""
    from webapp.cli import main

    todo: list[tuple[str, click.Command]] = [("unsealed", main)]
    while todo:
        name, command = todo.pop()
        if isinstance(command, click.Group):
            context = click.Context(command)
            below = [(key, command.get_command(context, key)) for key in command.list_commands(context)]
            todo += [(f"{name} {key}", value) for key, value in below if value and not value.hidden]
        yield name, command


def rules() -> list[str]:
    """The pages' URLs, as `/m/<id>`; static files left out."""
    from types import SimpleNamespace

    from webapp import create_app

    app = create_app(SimpleNamespace(), SimpleNamespace(), marks=True)  # type: ignore[arg-type]  # no request is made
    found = [re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"<\1>", rule.rule) for rule in app.url_map.iter_rules()]
    return sorted({rule for rule in found if not rule.startswith("/static")})


def blocks() -> list[str]:
    """The fenced code blocks, their content alone."""
    return re.findall(r"^```\w*\n(.*?)^```", README, flags=re.M | re.S)


def test_the_first_block_is_two_lines_that_do_all() -> None:
    lines = blocks()[0].strip().splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("unsealed demo")
    assert re.search(r"\bpytest$", lines[1])


def test_local_links_lead_somewhere() -> None:
    root = Path(__file__).resolve().parents[1]
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", README)]
    missing = [target for target in targets if target and "://" not in target and not (root / target).exists()]
    assert missing == []


@needs_readme
def test_every_command_and_option_is_in_the_readme() -> None:
    missing = []
    for name, command in commands():
        if not re.search(rf"{re.escape(name)}\b", README):
            missing.append(name)
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                flags = [flag for flag in option.opts if flag.startswith("--")]
                missing += [f"{name} {flag}" for flag in flags if not re.search(rf"(?<![\w-]){flag}\b(?!-)", README)]
    assert missing == []


@needs_readme
def test_every_operator_is_in_the_readme() -> None:
    wanted = [f"{one.name}:" if one.name else one.value for one in OPERATORS]
    wanted += [f"has:{value}" for value in HAS] + [f"is:{value}" for value in IS]
    text = README.replace("\\|", "|")
    listed = set(re.findall(r"\b(?:has|is):[\w|]+", text))
    values = {f"{key}:{value}" for one in listed for key, _, all in [one.partition(":")] for value in all.split("|")}
    assert [one for one in wanted if one not in text and one not in values] == []


@needs_readme
def test_every_page_is_in_the_readme() -> None:
    text = README.replace("&lt;", "<").replace("&gt;", ">")
    plain = re.sub(r"<\w+>", "<>", text)
    missing = [rule for rule in rules() if not rule.endswith(".json") and re.sub(r"<\w+>", "<>", rule) not in plain]
    assert missing == []


@needs_readme
def test_the_readme_names_no_command_or_option_that_is_not_there() -> None:
    known = {name for name, _ in commands()}
    given = [option for _, command in commands() for option in command.params]
    options = {flag for option in given for flag in (*option.opts, *option.secondary_opts)}
    said = set(re.findall(r"\bunsealed ([a-z]+)", "\n".join(blocks()) + "\n".join(re.findall(r"`([^`\n]+)`", README))))
    assert sorted(one for one in said if f"unsealed {one}" not in known) == []
    written = set(re.findall(r"`[^`\n]*unsealed [^`\n]*`", README))
    flags = {flag for one in written for flag in re.findall(r"(?<![\w-])--[a-z][a-z-]*", one)}
    assert sorted(flags - options - {"--help"}) == []
