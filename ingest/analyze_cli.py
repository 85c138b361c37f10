"""`unsealed analyze`: how a query is read, and how many messages each of its terms finds."""

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import click

from ingest.console import engine_option, json_option, print_json
from mappings.plain import clean

if TYPE_CHECKING:
    from search.query import Node, Query


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("query", nargs=-1, type=click.UNPROCESSED, metavar="QUERY…")
@engine_option
@json_option
def analyze(query: tuple[str, ...], engine: str, as_json: bool) -> None:
    """Say how a query is read: its terms in words, how many messages each finds, the tree they form.

    Without a corpus nothing is counted.
    """
    from search.parse import parse

    asked = parse(" ".join(query))
    counts = counted([asked, *(parse(chip.text) for chip in asked.chips)], engine)
    found, terms = counts[0], list(zip(asked.chips, counts[1:], strict=True))
    warnings = list(doubts([(chip.text, count) for chip, count in terms], found))
    if as_json:
        listed = [{"words": chip.words, "text": chip.text, "negated": chip.negated, "total": count}
                  for chip, count in terms]  # fmt: skip
        print_json({"query": asked, "terms": listed, "total": found, "warnings": warnings})
        return
    for chip, count in terms:
        click.echo(f"{'' if count is None else f'{count:,}':>10}  {clean(chip.text)}  ({clean(chip.words)})")
    if found is not None:
        click.echo(f"{found:>10,}  {'all of them together' if len(terms) > 1 else 'in all'}")
    for depth, line in drawn(asked.tree):
        click.echo(clean_indented(depth, line))
    for warning in warnings:
        click.echo(clean(warning))


def counted(queries: "list[Query]", engine: str) -> list[int | None]:
    """How many messages each finds; None for each where there is no corpus."""
    from search.engine import open_engine
    from search.errors import CorpusMissing

    try:
        corpus = open_engine(engine)
    except CorpusMissing:
        return [None] * len(queries)
    with closing(corpus):
        return [corpus.count(query) for query in queries]


def doubts(terms: "list[tuple[str, int | None]]", found: int | None) -> Iterator[str]:
    """Sentences on what can hardly be meant: a term that finds nothing, terms that exclude each other."""
    none = [text for text, count in terms if count == 0]
    for text in none:
        yield f"Nothing in this corpus matches {text}."
    if found == 0 and not none and len(terms) > 1:
        yield "Each term finds something, but nothing matches all of them."


def clean_indented(depth: int, line: str) -> str:
    """A line of the tree, which cannot steer a terminal."""
    return "  " * (depth + 1) + clean(line)


def drawn(tree: "Node | None") -> Iterator[tuple[int, str]]:
    """The tree as lines with their depth; the parser bounds how deep it is."""
    from search.explain import explain, unparse
    from search.query import And, Not, Or

    if tree is None:
        yield 0, "everything"
        return
    todo: list[tuple[int, Node]] = [(0, tree)]
    while todo:
        depth, node = todo.pop()
        if isinstance(node, And | Or):
            yield depth, "all of" if isinstance(node, And) else "any of"
            todo += [(depth + 1, part) for part in reversed(node.parts)]
        elif isinstance(node, Not):
            yield depth, "none of"
            todo.append((depth + 1, node.part))
        else:
            yield depth, f"{unparse(node)}  ({explain(node)})"
