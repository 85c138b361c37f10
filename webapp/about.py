"""What the operator says of a corpus, in Markdown: read from a file, shown as harmless HTML."""

from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

LARGEST = 100_000  # bytes


class AboutError(Exception):
    """The file can't be used; `str()` is a sentence."""


def read(path: Path) -> str:
    """The text of a file; AboutError."""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise AboutError(f"{path} can't be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise AboutError(f"{path} is not UTF-8.") from None
    if len(data) > LARGEST:
        raise AboutError(f"{path} is {len(data):,} bytes long; {LARGEST:,} is the most.")
    return text


@lru_cache(maxsize=8)
def markdown(text: str) -> Markup:
    """CommonMark (https://spec.commonmark.org) as HTML: tags in it are text, links lead to no scripts, and there are no
    pictures, which a page here may not load."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).disable("image")
    return Markup(reader.render(text))  # noqa: S704 - it escapes all that is not its own
