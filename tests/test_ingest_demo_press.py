"""The articles about the demo's leak: their files, their addresses, and the list of what they cite."""

import email
import html
import json
import re
import zipfile
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from ingest.demo import release
from ingest.demo.build import Boxes, write_all
from ingest.demo.press import known, write
from ingest.demo.release import COLLECTION, SOURCE_URL, numbered
from ingest.demo.source import CORPUS

REAL = {"schema.org", "www.w3.org", "purl.org", "web.archive.org"}  # names in markup, and an archive of the web
METHODS = {"link", "number", "words", "translation", "description", "thread", "allusion", "none"}


@pytest.fixture(scope="module")
def boxes() -> Boxes:
    return write_all(CORPUS)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The articles' files as text, links undone of their encodings."""
    texts = {}
    for path in write(tmp_path_factory.mktemp("press")).iterdir():
        data = path.read_bytes()
        if path.suffix == ".mhtml":
            part = next(p for p in email.message_from_bytes(data).walk() if p.get_content_type() == "text/html")
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            data = payload
        charset = "cp1251" if b"charset=windows-1251" in data else "cp1252" if path.suffix == ".pdf" else "utf-8"
        texts[path.name] = html.unescape(data.decode(charset))
    return texts


def test_every_article_is_in_the_list_and_every_row_is_of_an_article(files: dict[str, str]) -> None:
    there = {name for name in files if not name.endswith((".xml", ".jsonl", ".csv"))}
    there |= {f"{name}#{n}" for name, text in files.items() if name.endswith(".xml")
              for n in range(1, text.count("<entry>") + 1)}  # fmt: skip
    there |= {f"{name}#{n}" for name, text in files.items() if name.endswith(".jsonl")
              for n in range(1, len(text.splitlines()) + 1)}  # fmt: skip
    assert {one.article for one in known()} == there
    assert len(there) >= 25
    assert {Path(name).suffix for name in files} == {
        ".html", ".md", ".txt", ".mhtml", ".pdf", ".xml", ".rss", ".jsonl", ".csv"
    }  # fmt: skip


def test_the_list_names_mails_that_there_are(boxes: Boxes) -> None:
    drafts = {copy.mail.draft.id for copies in boxes.copies.values() for copy in copies}
    rows = list(known())
    assert [one for one in rows if one.mail and one.mail[0] != "#" and one.mail not in drafts] == []
    assert {one.method for one in rows} == METHODS
    silent = {one.article for one in rows if not one.mail}
    assert len(silent) == 5
    assert not silent & {one.article for one in rows if one.mail}
    assert len({(one.article, one.mail) for one in rows}) == len(rows)


def test_one_number_was_never_published() -> None:
    beyond = [int(one.mail[1:]) for one in known() if one.mail.startswith("#")]
    assert beyond == [112]
    assert max(numbered()) < 112


def test_numbers_links_and_permalinks_lead_where_the_list_says(files: dict[str, str], boxes: Boxes) -> None:
    names = {copy.mail.id: draft for (draft, _), copy in
             {(c.mail.draft.id, box): c for box, cs in boxes.copies.items() for c in cs}.items()}  # fmt: skip
    ids = {sha256(raw).hexdigest(): draft for (draft, _), raw in boxes.raws.items()}
    host = SOURCE_URL.removeprefix("https:").removesuffix("{id}")
    found = set()
    for file, text in files.items():
        for number in re.findall(rf"{re.escape(host)}(\d+)|/n/{COLLECTION}/(\d+)|courriel n° (\d+)", text):
            found.add((file, numbered()[int("".join(number))]))
        found |= {(file, draft) for prefix in re.findall(r"/m/([0-9a-f]{8,64})\b", text)
                  for id, draft in ids.items() if id.startswith(prefix)}  # fmt: skip
        found |= {(file, names[name]) for name in re.findall(r"Message-ID <([^>]+)>", text)}
    assert found == {(one.article, one.mail) for one in known()
                     if one.method in ("link", "number") and not one.mail.startswith("#")}  # fmt: skip


def test_articles_name_no_server_that_there_is(files: dict[str, str]) -> None:
    for name, text in files.items():
        for host in re.findall(r"https?://([\w.-]+)", text):
            assert host.endswith(".example") or host in REAL, name


def test_they_are_written_in_many_languages(files: dict[str, str]) -> None:
    languages = Counter(re.findall(r'<html lang="(\w\w)"', "".join(files.values())))
    languages.update(json.loads(line)["language"] for line in files["20-coast-press.jsonl"].splitlines())
    assert len(languages) >= 8
    assert all(languages[code] >= 2 for code in ("en", "fr", "de", "es", "it"))


def test_the_published_mails_are_the_very_bytes_of_the_leak(boxes: Boxes, tmp_path: Path) -> None:
    release.write(tmp_path / "papers.zip", boxes.raws)
    here = {copy.raw for copies in boxes.copies.values() for copy in copies}
    with zipfile.ZipFile(tmp_path / "papers.zip") as archive:
        assert archive.namelist() == [f"{COLLECTION}/{n}.eml" for n in numbered()]
        assert all(archive.read(name) in here for name in archive.namelist())
