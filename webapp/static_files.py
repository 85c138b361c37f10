"""The files that pages wear, sheets and scripts: addresses that carry their version, elements that name them."""

import hashlib
from functools import cache
from pathlib import Path

from markupsafe import Markup

from webapp.formats import link

FOLDER = Path(__file__).parent / "static"


@cache
def version(name: str) -> str:
    """The first digits of a static file's SHA-256: a changed file has a changed address."""
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:10]


def static(name: str) -> str:
    """The address of a static file, in its present version."""
    return link(f"/static/{name}", v=version(name))


def styles(*rooms: str) -> Markup:
    """The elements that link sheets, `styles("mail")` for `static/mail.css`; every page has `site` before its own."""
    sheet = Markup('<link rel="stylesheet" href="{}">')
    return Markup("\n").join(sheet.format(static(f"{room}.css")) for room in rooms)


def script(name: str) -> Markup:
    """The element that loads a page's script, `script("review")` for `static/review.js`, once the page is read."""
    return Markup('<script src="{}" defer></script>').format(static(f"{name}.js"))
