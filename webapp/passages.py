"""Words of a message that an address names (`?words=`): found again, marked, and led to."""

import re
from urllib.parse import urlencode

from markupsafe import Markup

from webapp.marks import Spans
from webapp.text import Finder, plain

# What may stand between two words where a mail's lines were broken, or are quoted.
_BETWEEN = r"(?:\s|^[>| \t]+)+"


def pattern(words: str) -> re.Pattern[str] | None:
    """What finds words in a text, however its lines are broken; None for no words."""
    parts = plain(words).split()
    return re.compile(_BETWEEN.join(map(re.escape, parts)), re.MULTILINE) if parts else None


def holds(text: str, words: str) -> bool:
    """Whether a text has the words in this order."""
    wanted = pattern(words)
    return wanted is not None and wanted.search(plain(text)) is not None


def finder(words: str) -> Finder | None:
    """What marks the words in a text; None for no words."""
    wanted = pattern(words)
    if wanted is None:
        return None

    def spans(field: str, text: str) -> Spans:
        found = wanted.search(text)
        return [found.span()] if found else ()

    return spans


def anchored(markup: Markup, words: str) -> Markup:
    """A text whose marked words can be jumped to as `#words`, if there are any."""
    if not words:
        return markup
    # all that is not ours is escaped, so that this is a mark of ours
    return Markup(str(markup).replace("<mark>", '<mark id="words">', 1))  # noqa: S704


def address(root: str, id: str, words: str = "") -> str:
    """The whole address of a message, or of words in it; `root` is the site's, without a slash behind it."""
    tail = f"?{urlencode({'words': ' '.join(words.split())})}#words" if words else ""
    return f"{root}/m/{id}{tail}"
