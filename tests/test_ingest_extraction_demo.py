"""The demo's attachments are found by what stands in them."""

from collections.abc import Iterator

import pytest

from ingest import pipeline
from ingest.demo.build import build
from ingest.extraction import office, stage
from search.engine import Engine, open_engine
from search.parse import parse


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The demo corpus with the texts of its attachments."""
    folder = tmp_path_factory.mktemp("demo")
    engine = open_engine(str(folder / "corpus"), create=True)
    pipeline.load(engine, build(folder / "archives"))
    stage.extract(engine, workers=1)
    yield engine
    engine.close()


@pytest.mark.skipif(not office.is_here(), reason="needs the package kreuzberg")
@pytest.mark.parametrize(("query", "name"), [
    ("attachment:dissenting", "minutes-2018-03-20.pdf"),
    ("attachment:criterion attachment:albadera", "scoring-v1.xlsx"),
    ("attachment:geraniums", "lorries.csv"), ('attachment:"under the sea"', "christmas.ics"),
    ("attachment:清水", "hanae.vcf"),
])  # fmt: skip
def test_words_in_attachments_are_found(demo: Engine, query: str, name: str) -> None:
    lights = [light for hit in demo.search(parse(query)).hits for light in hit.highlights]
    assert name in {light.name for light in lights if light.field == "attachment"}


def test_nothing_waits_and_all_is_accounted_for(demo: Engine) -> None:
    files = demo.status().files
    assert "waiting" not in files
    assert files["text"] >= 15
    assert files["failed"] == 1  # a spreadsheet whose base64 was damaged on the way
    assert [failure.code for _, failure in demo.failures() if failure.stage == "extract"] == ["damaged"]
