"""Articles and citations that tests of the shelf put into a corpus."""

from hashlib import sha256

from mappings.articles import Article, Capture, Citation, CitedState, Passage, Span
from search.article_keys import article_id
from search.engine import Engine

TEXT = "The harbour wall is leaking, wrote Ann in May 2014.\n\n“Then mend it”, answered Bob."


def article(name: str = "one", text: str = TEXT, **fields: object) -> tuple[Article, bytes]:
    """An article at news.example/name, and the bytes that it was read from."""
    address = str(fields.setdefault("address", f"https://www.news.example/{name}"))
    body = f"<html>{name} {text}</html>".encode("utf-8", "replace")
    fields.setdefault("title", f"About {name}")
    fields.setdefault("outlet", "The News")
    fields.setdefault("date", "2016-10-11")
    fields.setdefault("lang", "en")
    fields.setdefault("added", 1_500_000_000)
    capture = Capture(sha256=sha256(body).hexdigest(), size=len(body), source=address, at=1_500_000_000)
    found = Article(
        id=article_id(address, text), text=text, passages=(Passage(start=0, end=len(text)),), captures=(capture,),
        **fields,  # type: ignore[arg-type]
    )  # fmt: skip
    return found, body


def keep(engine: Engine, *articles: tuple[Article, bytes]) -> list[str]:
    """Stores articles; their ids."""
    with engine.writer() as writer:
        return [writer.keep_article(one, {one.captures[0].sha256: body}) for one, body in articles]


def citation(article: str, message: str, probability: float = 0.95, start: int = 0, **fields: object) -> Citation:
    """That an article cites a message with its words from `start` on."""
    fields.setdefault("method", "words")
    return Citation(
        article=article, message=message, probability=probability, passage=Span(start, start + 10),
        **fields,  # type: ignore[arg-type]
    )  # fmt: skip


def cite(engine: Engine, article: str, *found: Citation, add: bool = False) -> None:
    """Stores what an article cites, and makes it searchable."""
    with engine.writer() as writer:
        writer.keep_citations(CitedState(article=article, model="test", upto=engine.newest()), found, add=add)
        writer.index()
