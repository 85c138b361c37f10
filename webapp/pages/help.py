"""`/help`: how to search, from the table that the parser itself reads."""

from flask import Blueprint
from msgspec import Struct
from werkzeug.wrappers import Response

from search.operators import HAS, IS, OPERATORS, Operator
from webapp.answers import answer

pages = Blueprint("help", __name__)


class HelpPage(Struct, frozen=True, kw_only=True):
    """The operators and the values of `has:` and `is:`."""

    operators: tuple[Operator, ...]
    has: dict[str, str]
    is_: dict[str, str]


@pages.get("/help")
@pages.get("/help.json", endpoint="json")
def sheet() -> Response:
    """The help sheet."""
    return answer("help.html", HelpPage(operators=OPERATORS, has=HAS, is_=IS))
