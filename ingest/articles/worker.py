"""The process that reads pages and documents: jobs in, answers out, whose text is a `Drawn` as JSON.

As for attachments, whoever started it kills it when it hangs or takes too much memory.
"""

from msgspec import json

from ingest.articles.drawn import Drawn
from ingest.articles.pieces import NotReadable
from ingest.extraction import Answer, Job, Limits

MOST = 2_000_000  # characters of a text that are kept
CUT = "Only the first {0:,} of its {1:,} characters are kept."


def main() -> None:
    """Answers jobs until there are no more."""
    from ingest.extraction import worker

    worker.main(read)


def read(job: Job, limits: Limits) -> Answer:
    """What is in a page or document: `job.declared` is a piece's kind and its charset, `job.name` its address, or of a
    document its file's name. Raises nothing but what breaks the process."""
    kind, _, charset = job.declared.partition(" ")
    try:
        found = _read(kind, job, charset)
    except NotReadable as problem:
        return Answer("failed", problem.code, str(problem))
    except MemoryError:
        return Answer("failed", "memory", f"Reading it took more than {limits.memory} MB of memory.")
    except RecursionError:
        return Answer("failed", "too-deep", "It is nested too deep.")
    except BaseException as error:  # a panic in a library written in Rust is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
            raise
        return Answer("failed", "reader-failed", f"Its reader failed ({type(error).__name__}: {str(error)[:200]}).")
    if len(found.text) > MOST:
        found.notes = (*found.notes, CUT.format(MOST, len(found.text)))
        found.text = found.text[:MOST]
        found.links = tuple(link for link in found.links if link.end <= MOST)
    return Answer("text", text=json.encode(found).decode())


def _read(kind: str, job: Job, charset: str) -> Drawn:
    from ingest.articles import mhtml, pages, texts

    if kind == "page":
        return pages.read_page(job.data, charset, job.name)
    if kind == "mhtml":
        return mhtml.read_mhtml(job.data, job.name)
    if kind == "fragment":
        return pages.read_fragment(job.data.decode("utf-8", "replace"), job.name)
    if kind == "markdown":
        return texts.read_markdown(job.data, charset)
    from ingest.articles.documents import read_document

    return read_document(job.data, job.name)
