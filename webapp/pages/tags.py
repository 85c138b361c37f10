"""`/tags`: the tags in use, on how many messages each, and their names changed."""

from flask import Blueprint
from msgspec import Struct
from werkzeug.wrappers import Response

from search.desk import Desked, Tag
from webapp.answers import answer
from webapp.context import engine
from webapp.operations import operation
from webapp.pages.desk import shown

pages = Blueprint("tags", __name__)


class TagsPage(Struct, frozen=True, kw_only=True):
    """The tags by name, and how many marks there are in all."""

    tags: tuple[Tag, ...]
    desked: Desked


@pages.get("/tags")
@pages.get("/tags.json", endpoint="json")
@operation("the tags in use, on how many messages each", TagsPage)
def tags() -> Response:
    """All tags."""
    shown()
    return answer("tags.html", TagsPage(tags=tuple(engine().tags()), desked=engine().desked()))
