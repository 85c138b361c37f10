"""`/n/<collection>/<number>`: the mail that was published under a number in a collection."""

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from search.errors import NotFound
from webapp.answers import wants_json
from webapp.context import engine
from webapp.formats import message_link
from webapp.operations import operation

pages = Blueprint("number", __name__)


@pages.get("/n/<collection>/<number>")
@operation("leads to the mail that was published under a number; .json behind it to its JSON", None,
           leads="to the mail")  # fmt: skip
def number(collection: str, number: str) -> Response:
    """Leads to the mail's page; `.json` behind the number leads to its JSON twin."""
    asked = number.removesuffix(".json") if wants_json() else number
    found = engine().published(asked, collection)
    if not found:
        raise NotFound(f"No mail of the collection “{collection}” has the number {asked}.")
    return redirect(message_link(found[0], ".json" if wants_json() else ""), 302)
