"""Parsing and indexing alone, nothing stored: the rate that no ingest on one reading process can exceed.

`python -m tests.benchmarks.ceiling MBOX` prints JSON with messages/s: "ours" with this program's reader and document,
"bare" with the MIME parser's own words for headers and text, "reading" with this program's reader alone.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import tantivy
from fast_mail_parser import parse_email_tree, walk

from ingest import archives
from ingest.messages import read_message
from search.documents import document
from search.embedded_documents import HEAP
from search.embedded_index import open_index


def raws(path: Path) -> Iterator[bytes]:
    """The raw messages of an archive."""
    for unit in archives.units(path):
        for item in archives.read(unit, "") if isinstance(unit, archives.Unit) else ():
            if isinstance(item, archives.Item):
                yield item.raw


def ours(number: int, raw: bytes) -> dict[str, Any]:
    """The document that an ingest would index."""
    return document(number, number, read_message(raw).message, [""], ["message", "primary"])


def bare(number: int, raw: bytes) -> dict[str, Any]:
    """Headers and text as the parser gives them: no charsets mended, no dates, no own words, no attachments hashed."""
    tree = parse_email_tree(raw, mode="lazy")
    text = next((part.content for part in walk(tree) if part.content_type.startswith("text/")), b"") or b""
    headers = tree.headers
    return {
        "num": number, "thread": number, "newest": number, "oldest": number, "size": len(raw), "is": ["message"],
        "subject": " ".join(headers.get("subject", [""])), "from": " ".join(headers.get("from", [""])),
        "own": text.decode("utf-8", "replace"),
    }  # fmt: skip


def indexed(path: Path, made: Callable[[int, bytes], dict[str, Any]]) -> float:
    """Messages/s when each is read, made a document, and indexed; one commit at the end."""
    with tempfile.TemporaryDirectory() as folder:
        index = open_index(Path(folder) / "index")
        writer = index.writer(HEAP, 1)
        began, count = time.monotonic(), 0
        for raw in raws(path):
            count += 1
            writer.add_document(tantivy.Document.from_dict(made(count, raw), index.schema))
        writer.commit()
        return count / (time.monotonic() - began)


def reading(path: Path) -> float:
    """Messages/s of the reader alone."""
    began, count = time.monotonic(), 0
    for raw in raws(path):
        read_message(raw)
        count += 1
    return count / (time.monotonic() - began)


def main() -> None:
    """Measures one archive, or only the kinds named after it."""
    path, names = Path(sys.argv[1]), sys.argv[2:] or ["reading", "ours", "bare"]
    kinds: dict[str, Callable[[], float]] = {
        "reading": lambda: reading(path), "ours": lambda: indexed(path, ours), "bare": lambda: indexed(path, bare),
    }  # fmt: skip
    print(json.dumps({name: kinds[name]() for name in names}))


if __name__ == "__main__":
    main()
