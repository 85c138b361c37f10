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
    """The site on an open corpus. `hosts`: the names it answers to, without port; None for any. Nothing here writes
    yet, whatever `writable` says."""
    from flask import Flask

    from webapp import context, errors, security, templating
    from webapp.converters import DigestConverter, MailConverter, NumberConverter
    from webapp.pages import differences, failures, file, help, message, number, part, search, status, thread

    app = Flask(__name__, static_url_path="/static")
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 86_400  # seconds; style and script carry their version in the address
    app.extensions["unsealed"] = context.Site(engine=engine, mail=mail, title=title, writable=writable)
    app.url_map.converters.update(mail=MailConverter, number=NumberConverter, digest=DigestConverter)
    for noun in (search, message, differences, part, file, number, thread, status, failures, help):
        app.register_blueprint(noun.pages)
    security.protect(app, hosts)
    errors.register(app)
    templating.register(app)
    return app
