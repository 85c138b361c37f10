"""The site: `create_app` is its table of contents. Nothing heavy is imported before it is called: `--help` is quick."""

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from search.engine import Engine
    from webapp.mail import MailReader

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def create_app(
    engine: "Engine", mail: "MailReader", *, title: str = "Unsealed", writable: bool = False,
    hosts: Collection[str] | None = LOOPBACK,
) -> "Flask":  # fmt: skip
    """The site on an open corpus. `hosts`: the names it answers to, without port; None for any. `writable`: whoever
    reaches it may decide which citations are right, and add some; it writes nothing else."""
    from flask import Flask

    from webapp import context, errors, security, templating, writing
    from webapp.converters import ArticleConverter, DigestConverter, MailConverter, NumberConverter
    from webapp.pages import (
        api,
        article,
        articles,
        citations,
        cite,
        cited,
        differences,
        export,
        failures,
        file,
        help,
        message,
        number,
        part,
        reference,
        review,
        search,
        status,
        thread,
    )

    app = Flask(__name__, static_url_path="/static")
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 86_400  # seconds; style and script carry their version in the address
    app.extensions["unsealed"] = context.Site(engine=engine, mail=mail, title=title, writable=writable)
    app.url_map.converters.update(
        mail=MailConverter, number=NumberConverter, digest=DigestConverter, article=ArticleConverter
    )
    for noun in (search, message, differences, part, file, number, thread, articles, article, cited, citations, review,
                 export, reference,
                 cite, status, failures, help, api):  # fmt: skip
        app.register_blueprint(noun.pages)
    security.protect(app, hosts)
    writing.register(app)
    errors.register(app)
    templating.register(app)
    return app
