"""The articles about the demo's leak, as files that were saved or sent, and what they are known to cite."""

import csv
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from ingest.demo.files import pdf

ARTICLES = Path(__file__).parent / "articles"
_GOLD = "gold.tsv"


class Known(Struct, frozen=True, kw_only=True):
    """That an article cites a mail. `article` is its file, `file#2` the second one in it; `mail` the name of a draft,
    `#112` a number that was never published, or "" for an article that cites nothing."""

    article: str
    mail: str
    method: str
    note: str


def write(folder: Path) -> Path:
    """Writes the articles into `folder`, each as it was saved; returns it. A PDF is made from its text."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(ARTICLES.iterdir()):
        if path.name == _GOLD:
            continue
        if path.name.endswith(".pdf.txt"):
            (folder / path.name.removesuffix(".txt")).write_bytes(pdf(path.read_text(encoding="utf-8")))
        else:
            (folder / path.name).write_bytes(path.read_bytes())
    return folder


def known() -> Iterator[Known]:
    """What the articles cite, as their writer knows."""
    with (ARTICLES / _GOLD).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield Known(**row)
