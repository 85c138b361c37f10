"""The site: `create_app` is its table of contents."""

from collections.abc import Collection

from flask import Flask
from werkzeug.routing import BaseConverter

from search.engine import Engine
from webapp import context, errors, security, templating
from webapp.mail import MailReader
from webapp.pages import help, message, part, search, status, thread


class MailConverter(BaseConverter):
    """An id in an address: hexadecimal digits, a ghost's with a "g" before them."""

    regex = "g?[0-9a-f]{1,64}"


class NumberConverter(BaseConverter):
    """A part's number as IMAP counts it: "2", "1.3"."""

    regex = r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,20}"


def create_app(
    engine: Engine, mail: MailReader, *, title: str = "Unsealed", writable: bool = False,
    hosts: Collection[str] | None = security.LOOPBACK,
) -> Flask:
    """The site on an open corpus. `hosts`: the names it answers to, without port; None for any. Nothing here writes
    yet, whatever `writable` says."""
    app = Flask(__name__, static_url_path="/static")
    app.extensions["unsealed"] = context.Site(engine=engine, mail=mail, title=title, writable=writable)
    app.url_map.converters.update(mail=MailConverter, number=NumberConverter)
    for noun in (search, message, part, thread, status, help):
        app.register_blueprint(noun.pages)
    security.protect(app, hosts)
    errors.register(app)
    templating.register(app)
    return app
