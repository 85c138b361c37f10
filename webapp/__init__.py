"""The site: `create_app` is its table of contents. Nothing heavy is imported before it is called: `--help` is quick."""

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from search.engine import Engine
    from webapp.mail import MailReader

TITLE = "Unsealed"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def create_app(
    engine: "Engine", mail: "MailReader", *, title: str = TITLE, about: str = "", writable: bool = False,
    marks: bool = False, hosts: Collection[str] | None = LOOPBACK, most: int = 100,
    shared: bool = False,
) -> "Flask":  # fmt: skip
    """The site on an open corpus. `hosts`: the names it answers to, without port; None for any. `writable`: whoever
    reaches it may decide which citations are right, add some, and put tags, stars and notes on messages; it writes
    nothing else. These are shown there, or with `marks`; else the site does not know of any. `most`: hits on one
    page. `shared`: pages of other sites may read its JSON."""
    from flask import Flask

    from webapp import caching, compressing, context, done, errors, kept, security, templating, writing

    app = Flask(__name__, static_url_path="/static")
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 86_400  # seconds; style and script carry their version in the address
    app.extensions["unsealed"] = context.Site(
        engine=engine if writable or marks else engine.discreet(), mail=mail, title=title, about=about,
        writable=writable, marks=writable or marks, most=most,
    )  # fmt: skip
    _register_pages(app)
    compressing.register(app)
    security.protect(app, hosts, shared)
    caching.register(app)
    writing.register(app)
    done.register(app)
    errors.register(app)
    kept.register(app)
    templating.register(app)
    return app


def _register_pages(app: "Flask") -> None:
    from webapp.converters import ArticleConverter, DigestConverter, MailConverter, NumberConverter, PersonConverter
    from webapp.pages import (
        api,
        article,
        articles,
        batch,
        citations,
        cite,
        cited,
        desk,
        differences,
        export,
        facet,
        failures,
        file,
        graph,
        help,
        message,
        notes,
        number,
        part,
        people,
        person,
        preview,
        reference,
        review,
        search,
        searches,
        status,
        suggest,
        tags,
        thread,
    )

    app.url_map.converters.update(
        mail=MailConverter, number=NumberConverter, digest=DigestConverter, article=ArticleConverter,
        person=PersonConverter,
    )
    for noun in (search, message, differences, part, file, number, thread, people, person, graph, articles, article,
                 cited, citations, review, export, reference, preview, cite, status, failures, help, api, desk,
                 notes, tags, facet, suggest, batch, searches):  # fmt: skip
        app.register_blueprint(noun.pages)
