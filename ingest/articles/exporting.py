"""Articles, their citations and their bytes as files: CSV, JSON Lines, captures with a manifest of their hashes."""

import csv
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from msgspec import Struct

from ingest.articles.told import Teller, ordered
from ingest.console import json_line
from mappings.articles import Article, Judged
from mappings.tables import cell
from search.engine import Engine
from search.errors import SearchError

COLUMNS = (
    "article", "address", "outlet", "date", "title", "authors", "lang", "message", "number", "tier", "probability",
    "method", "verdict", "passage", "named", "copies",
)  # fmt: skip
MANIFEST = "manifest.csv"


class Exported(Struct, kw_only=True):
    """What was written."""

    articles: int = 0
    citations: int = 0
    captures: int = 0
    missing: int = 0  # captures that could not be read back


def rows(engine: Engine, out: TextIO, *, silent: bool = False, stop: Callable[[], object] = bool) -> Exported:
    """A CSV row for each citation, and one for each article without any. Silent citations only if asked for."""
    table = csv.writer(out)
    table.writerow(COLUMNS)
    found, teller = Exported(), Teller(engine)
    for article in _articles(engine, stop):
        found.articles += 1
        cited = [one for one in ordered(engine.cites(article.id)) if silent or one.tier != "silent"]
        for one in cited:
            table.writerow(map(cell, _row(article, one, teller)))
        if not cited:
            table.writerow(map(cell, [*_head(article), *[""] * (len(COLUMNS) - 7)]))
        found.citations += len(cited)
    return found


def objects(engine: Engine, out: TextIO, *, stop: Callable[[], object] = bool) -> Exported:
    """A line of JSON for each article: all that is known of it, with its citations."""
    import msgspec

    found, teller = Exported(), Teller(engine)
    for article in _articles(engine, stop):
        cited = teller.object(article, {})["citations"]
        line = msgspec.to_builtins(article) | {"citations": cited}
        out.write(json_line(line) + "\n")
        found.articles += 1
        found.citations += len(cited)
    return found


def captures(engine: Engine, folder: Path, *, stop: Callable[[], object] = bool) -> Exported:
    """The bytes of every capture in a file named by its SHA-256, and the manifest. What is there already is left."""
    folder.mkdir(parents=True, exist_ok=True)
    found = Exported()
    seen: set[str] = set()
    with (folder / MANIFEST).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("sha256", "file", "size", "media", "read_at", "source", "status", "article", "address"))
        for article in _articles(engine, stop):
            found.articles += 1
            for capture in article.captures:
                name = f"{capture.sha256}.{capture.ending}"
                table.writerow(map(cell, (
                    capture.sha256, name, capture.size, capture.media, _moment(capture.at), capture.source,
                    capture.status or "", article.id, article.address,
                )))  # fmt: skip
                if capture.sha256 not in seen:
                    seen.add(capture.sha256)
                    done = _written(engine, capture.sha256, folder / name)
                    found.captures += done
                    found.missing += not done
    return found


def _articles(engine: Engine, stop: Callable[[], object]) -> Iterator[Article]:
    for id in engine.article_ids():
        if stop():
            return
        yield engine.article(id)


def _written(engine: Engine, sha256: str, path: Path) -> bool:
    """Writes a capture, unless the file is there and whole; False for one that is not what it was."""
    if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256:
        return True
    try:
        _, data = engine.capture(sha256)
    except SearchError:
        return False
    path.write_bytes(data)
    return True


def _head(article: Article) -> list[str]:
    authors = "; ".join(article.authors)
    return [article.id, article.address, article.outlet, article.date, article.title, authors, article.lang]


def _row(article: Article, one: Judged, teller: Teller) -> list[str]:
    citation = one.citation
    number = citation.number or next(iter(teller.numbers(citation.message)), "")
    verdict = "" if one.verdict is None else "yes" if one.verdict.cites else "no"
    passage = " ".join(article.text[citation.passage.start : citation.passage.end].split())
    return [
        *_head(article), citation.message, number, one.tier, f"{citation.probability:.3f}", citation.method, verdict,
        passage, citation.named, " ".join(citation.copies),
    ]  # fmt: skip


def _moment(seconds: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds else ""
