"""The mails that the demo's newspaper published: single files in a zip, each named by its number."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

from ingest.demo.source import CORPUS

COLLECTION = "saltmarrow-papers"
SOURCE_URL = "https://papers.saltmarrowlantern.example/mail/{id}"


def numbered(corpus: Path = CORPUS) -> dict[int, str]:
    """The drafts that were published, by number."""
    return dict(enumerate((corpus / "papers.txt").read_text(encoding="utf-8").split(), 1))


def write(path: Path, raws: Mapping[tuple[str, str], bytes]) -> None:
    """The zip; the mails are those that the whistle-blower has, then the mayor's office's, then the clerk's."""
    with zipfile.ZipFile(path, "w") as out:
        for number, draft in numbered().items():
            entry = zipfile.ZipInfo(f"{COLLECTION}/{number}.eml", (2019, 11, 7, 6, 0, 0))
            entry.create_system, entry.external_attr, entry.compress_type = 3, 0o644 << 16, zipfile.ZIP_DEFLATED
            out.writestr(entry, next(raws[draft, box] for box in ("orme", "mayor", "clerk") if (draft, box) in raws))
