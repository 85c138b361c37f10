"""Files that mean harm, or are broken: each ends with a counted reason, within its limits."""

import gzip
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.articles.finding import things
from ingest.articles.pieces import NotReadable, Piece, Problem
from ingest.articles.reading import Reader
from ingest.articles.running_text import RunningText
from ingest.extraction import Limits
from tests import article_files as files
from tests.archive_files import zipped
from tests.extraction_files import nested


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(Limits(seconds=20.0, memory=1200)) as opened:
        yield opened


def outcome(folder: Path, reader: Reader, data: bytes, name: str = "x") -> list[str]:
    """For each thing that a file holds its text, or the code of what is wrong."""
    path = folder / name
    path.write_bytes(data)
    found = []
    for thing in things(path):
        if isinstance(thing, Problem):
            found.append(thing.code)
            continue
        try:
            found.append(reader.article(thing, name).text)
        except NotReadable as error:
            found.append(error.code)
    return found


def test_a_page_of_fifty_megabytes_is_refused_unread(tmp_path: Path, reader: Reader) -> None:
    data = b"<html><body>" + b"<p>some words and more</p>" * 2_000_000
    began = time.process_time()
    assert outcome(tmp_path, reader, data) == ["too-large"]
    assert time.process_time() - began < 5


def test_bombs_are_given_up(tmp_path: Path, reader: Reader) -> None:
    assert outcome(tmp_path, reader, zipped({"a.txt": "word " * (80 << 20)}))[-1] in ("bomb", "too-large")
    assert outcome(tmp_path, reader, gzip.compress(b"<html>" + b"a" * (400 << 20)))[-1] in ("bomb", "too-large")
    assert outcome(tmp_path, reader, nested(30)) == ["too-deep"]


def test_a_packed_answer_that_grows_is_given_up(tmp_path: Path, reader: Reader) -> None:
    packed = gzip.compress(b"<html>" + b"a" * (100 << 20))
    body = files.answer(packed, more="Content-Encoding: gzip\r\n")
    data = files.record("response", "http://a.example/bomb", body) + files.record(
        "response", "http://a.example/2", files.answer(files.page().encode())
    )
    first, second = outcome(tmp_path, reader, data)
    assert first == "too-large"
    assert "among tens of thousands" in second


@pytest.mark.parametrize("markup", [
    "<div>" * 50_000 + "<p>the words at the bottom of it all</p>",
    "<blockquote>" * 20_000 + "the words at the bottom of it all",
    "<a href='http://x.example/'>" * 20_000 + "the words at the bottom of it all",
    "<table><tr><td>" * 5_000 + "the words at the bottom of it all",
])  # fmt: skip
def test_deeply_nested_markup_keeps_its_words_or_says_why(tmp_path: Path, reader: Reader, markup: str) -> None:
    (found,) = outcome(tmp_path, reader, f"<html><body>{markup}".encode())
    assert found in ("no-text", "too-deep", "timeout") or "the words at the bottom of it all" in found


def test_broken_encodings_give_text(tmp_path: Path, reader: Reader) -> None:
    data = b'<html><head><meta charset="utf-8"></head><body><p>caf\xe9 \xff\xfe\x00 and \xed\xa0\x80 more of it</p>'
    (found,) = outcome(tmp_path, reader, data)
    assert "more of it" in found
    found.encode()
    (found,) = outcome(tmp_path, reader, b"plain \xff\xed\xa0\x80 text \xc3 here\n", "x.txt")
    found.encode()


@pytest.mark.parametrize("data", [
    b"<html><head><script type='application/ld+json'>" + b"[" * 100_000 + b"</script><p>words of an article here",
    b"<html><head><script type='application/ld+json'>" + b'{"@graph":' * 500 + b"</script><p>words of an article here",
    b"<html><head>" + b"<meta name='author' content='x'>" * 20_000 + b"<body><p>words of an article here",
])  # fmt: skip
def test_hostile_metadata_costs_nothing(tmp_path: Path, reader: Reader, data: bytes) -> None:
    (found,) = outcome(tmp_path, reader, data)
    assert "words of an article here" in found


def test_a_json_value_that_is_too_deep_is_a_problem(tmp_path: Path, reader: Reader) -> None:
    assert outcome(tmp_path, reader, b'[{"text": ' + b"[" * 200_000 + b"]") == ["broken-row"]
    assert outcome(tmp_path, reader, b'{"text": "half of it', "x.json") == ["broken-row"]


def test_a_damaged_pdf_and_an_encrypted_zip_say_so(tmp_path: Path, reader: Reader) -> None:
    assert outcome(tmp_path, reader, b"%PDF-1.4\nrubbish")[0] in ("damaged", "no-text")
    data = bytearray(zipped({"a.html": files.page()}))
    at = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[at + 8] |= 1
    assert outcome(tmp_path, reader, bytes(data)) == ["encrypted"]


def test_a_page_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "slow.html"
    path.write_bytes(b"<html><body>" + b"<p>some words here and more of them to read</p>" * 150_000)
    (piece,) = [thing for thing in things(path) if isinstance(thing, Piece)]
    with Reader(Limits(seconds=0.3, memory=1200)) as hurried:
        with pytest.raises(NotReadable) as error:
            hurried.article(piece, "x")
        assert error.value.code == "timeout"
        path.write_text(files.page())
        (piece,) = [thing for thing in things(path) if isinstance(thing, Piece)]
        hurried._keeper._limits = Limits(seconds=20.0, memory=1200)  # the next one is read by a new process
        assert "among tens of thousands" in hurried.article(piece, "x").text


def test_links_stand_where_their_words_do() -> None:
    out = RunningText()
    out.add("  one ")
    out.open("http://a.example/")
    out.add(" two\u00ad words ")
    out.close()
    out.add(", three")
    out.paragraph()
    out.open("http://b.example/")
    out.close()
    out.add("four")
    assert out.text() == "one two words , three\n\nfour"
    (first, second) = out.links
    assert out.text()[first.start : first.end] == "two words"
    assert second.start == second.end
