"""`/cited`: the messages that most articles cite; `/cited/absent`: what they cite and this corpus has not."""

from flask import Blueprint
from msgspec import Struct
from werkzeug.wrappers import Response

from search.citing import Absent, Cited
from webapp.answers import answer
from webapp.context import shelf, whole_number
from webapp.operations import number, operation

pages = Blueprint("cited", __name__)
USUAL, MOST = 50, 500  # on one page


class CitedPage(Struct, frozen=True, kw_only=True):
    """Messages and how many articles cite them."""

    limit: int
    cited: tuple[Cited, ...]


class AbsentPage(Struct, frozen=True, kw_only=True):
    """What is cited and not here, with the articles."""

    limit: int
    absent: tuple[Absent, ...]


@pages.get("/cited")
@pages.get("/cited.json", endpoint="json")
@operation("the mails that most articles cite", CitedPage, number("limit", high=MOST))
def cited() -> Response:
    """The most cited messages."""
    limit = whole_number("limit", USUAL, 1, MOST)
    return answer("cited.html", CitedPage(limit=limit, cited=tuple(shelf().most_cited(limit))))


@pages.get("/cited/absent")
@pages.get("/cited/absent.json", endpoint="absent_json")
@operation("what articles cite and this corpus has not", AbsentPage, number("limit", high=MOST))
def absent() -> Response:
    """What is cited and not in this corpus."""
    limit = whole_number("limit", USUAL, 1, MOST)
    return answer("absent.html", AbsentPage(limit=limit, absent=tuple(shelf().absent(limit))))
