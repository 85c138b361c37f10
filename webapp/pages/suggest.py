"""`/suggest.json`: what could stand at the caret of the search box."""

from flask import Blueprint
from msgspec import Struct
from werkzeug.wrappers import Response

from search.suggesting import Suggestion, suggest
from webapp.answers import encode
from webapp.context import LONGEST, engine, text_value, whole_number
from webapp.operations import number, operation, text

pages = Blueprint("suggest", __name__)


class Suggestions(Struct, frozen=True):
    """Suggestions, the best first."""

    suggestions: tuple[Suggestion, ...]


@pages.get("/suggest.json")
@operation("what could be typed next, out of the corpus", Suggestions, text("q", "what is typed"),
           number("at", "where the caret stands, in characters", 0, LONGEST))
def suggestions() -> Response:
    """Suggestions for `q` with the caret at `at`."""
    q = text_value("q", strip=False)
    found = suggest(engine(), q, whole_number("at", len(q), 0, LONGEST))
    return Response(encode(Suggestions(tuple(found))), content_type="application/json")
