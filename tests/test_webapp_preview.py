"""Attached files as they look: pictures by their bytes, pages of PDFs drawn apart, all of a mail's in one archive."""

import io
import json
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from webapp_mails import PNG, parted
from webapp_site import Corpus

from ingest.extraction import Limits
from ingest.extraction.rendering import Renderer, draw, renderer
from webapp import security
from webapp.pages import file, part


def pdf(pages: int) -> bytes:
    """A PDF of so many small pages, each with a black square."""
    square = b"0 0 50 50 re f"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%b] >>" % (pages, b" ".join(b"%d 0 R" % (4 + n) for n in range(pages))),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(square), square),
        *([b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 3 0 R >>"] * pages),
    ]
    found, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(found))
        found += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(found))
    return found + head + table + trailer


@pytest.fixture(scope="module")
def drawing() -> Iterator[Renderer]:
    made = Renderer()
    yield made
    made.close()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    folder = tmp_path_factory.mktemp("preview")
    name = 'Content-Disposition: attachment; filename="{}"\n'
    files = [("application/pdf", name.format("plan.pdf"), pdf(3)), ("image/png", name.format("map.png"), PNG),
             ("image/png", name.format("evil.png"), b"<svg onload=alert(1)></svg>"),
             ("text/plain", name.format("../map.png"), b"not a map"), ("text/plain", "", b"nameless")]  # fmt: skip
    (folder / "seen.eml").write_bytes(parted(200, "Files to look at", files))
    made = Corpus(folder)
    made.mails["seen"] = (folder / "seen.eml").read_bytes()
    from ingest.pipeline import load

    load(made.engine, [folder / "seen.eml"])
    yield made
    made.engine.close()
    renderer().close()


def test_pages_are_drawn_and_counted(drawing: Renderer) -> None:
    data = pdf(3)
    assert drawing.count(data) == 3
    drawn, small = drawing.page(data, 3), drawing.page(data, 1, small=True)
    assert drawn.startswith(b"\x89PNG")
    assert small.startswith(b"\x89PNG")
    assert int.from_bytes(small[16:20], "big") < int.from_bytes(drawn[16:20], "big") == 153  # 100 points at 110 an inch
    assert drawing.page(data, 4) == b""
    assert drawing.page(data, 0) == b""


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4\n%%EOF\n", b"no PDF", pdf(2)[:200], PNG])
def test_what_is_no_pdf_is_not_drawn(drawing: Renderer, data: bytes) -> None:
    assert drawing.count(data) == 0
    assert drawing.page(data, 1) == b""


def test_a_page_that_is_too_large_costs_the_process_that_draws_it_and_no_other() -> None:
    vast = pdf(1).replace(b"[0 0 100 100]", b"[0 0 14000 14000]")
    little = Renderer(Limits(seconds=5, memory=300))
    assert little.page(vast, 1) == b""
    assert little.count(pdf(2)) == 2, "the next file has a new process"
    little.close()


def test_drawing_raises_nothing() -> None:
    from ingest.extraction import Job

    assert draw(Job(b"x", "one@110"), Limits()).state == "failed"


def test_a_picture_is_told_by_its_bytes_and_inert(corpus: Corpus) -> None:
    answer = corpus.get(f"/file/{sha256(PNG).hexdigest()}/picture")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/png", PNG)
    assert answer.headers["Content-Security-Policy"] == security.INERT
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    evil = sha256(b"<svg onload=alert(1)></svg>").hexdigest()
    assert corpus.get(f"/file/{evil}/picture").status_code == 404
    assert corpus.get(f"/file/{'0' * 64}/picture").status_code == 404


def test_a_pdf_is_seen_page_by_page(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = sha256(pdf(3)).hexdigest()
    answer = corpus.get(f"/file/{plan}/page/2")
    assert answer.mimetype == "image/png"
    assert answer.headers["Content-Security-Policy"] == security.INERT
    for number in ("0", "4", "99999999999999999999"):
        assert corpus.get(f"/file/{plan}/page/{number}").status_code == 404
    assert corpus.get(f"/file/{sha256(b'nameless').hexdigest()}/page/1").status_code == 404
    monkeypatch.setattr(file, "SHEETS", 2)
    html = corpus.html(f"/file/{plan}?view=seen")
    assert f'src="/file/{plan}/page/2"' in html
    assert f'src="/file/{plan}/page/3"' not in html
    assert f'rel="next" class="talk-after" href="/file/{plan}?view=seen&amp;sheet=3"' in html
    html = corpus.html(f"/file/{plan}?view=seen&sheet=3")
    assert f'src="/file/{plan}/page/3"' in html
    assert f'rel="prev" href="/file/{plan}?view=seen&amp;sheet=1"' in html
    assert json.loads(corpus.get(f"/file/{plan}.json?view=seen").data)["sheets"] == 3
    assert corpus.get(f"/file/{plan}?view=sent").status_code == 400
    assert "<img" not in corpus.html(f"/file/{plan}")


def test_a_mail_shows_its_files_as_they_look(corpus: Corpus) -> None:
    html = corpus.html(f"/m/{corpus.id('seen')[:16]}")
    assert f'src="/file/{sha256(PNG).hexdigest()}/picture"' in html
    assert f'src="/file/{sha256(pdf(3)).hexdigest()}/page/1?small=1"' in html
    assert "attachments.zip" in html


def test_a_page_that_cannot_be_drawn_has_an_empty_sheet_beside_its_name_alone(corpus: Corpus) -> None:
    path = f"/file/{sha256(pdf(3)).hexdigest()}/page/99"
    assert corpus.get(path).status_code == 404
    small = corpus.get(f"{path}?small=1")
    assert (small.status_code, small.mimetype) == (200, "image/svg+xml")
    assert small.headers["Content-Security-Policy"] == security.INERT
    assert corpus.get(f"/file/{'0' * 64}/page/1?small=1").status_code == 404


def test_all_files_of_a_mail_are_saved_at_once(corpus: Corpus) -> None:
    id = corpus.id("seen")[:16]
    answer = corpus.get(f"/m/{id}/attachments.zip")
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{id}-attachments.zip"'
    assert answer.headers["Content-Security-Policy"] == security.INERT
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held["plan.pdf"] == pdf(3)
    assert held["map.png"] == PNG
    assert held["map-2.png"] == b"not a map", "a name that is there already, and no path"
    assert not any("/" in name or ".." in name for name in held)
    assert answer.data == corpus.get(f"/m/{id}/attachments.zip").data
    assert corpus.get(f"/m/{corpus.id('french')[:16]}/attachments.zip").status_code == 404


@pytest.mark.parametrize("date", [None, -(10**15), 0, 10**15])
def test_an_archive_has_a_date_whatever_the_mails(date: int | None, tmp_path: Path) -> None:
    data = part.zipped([("a", b"1"), ("A", b"2"), ("a-2", b"3")], date)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert len({name.casefold() for name in archive.namelist()}) == 3
