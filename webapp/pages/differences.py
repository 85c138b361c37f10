"""`/m/<id>/differences/<other>`: two copies of one mail side by side, with nothing shown but what differs."""

from flask import Blueprint
from msgspec import Struct
from werkzeug.wrappers import Response

from mappings.records import MessageRow
from search.differences import Differences, differences
from webapp.answers import answer
from webapp.context import engine, site
from webapp.operations import operation

pages = Blueprint("differences", __name__)


class DifferencesPage(Struct, frozen=True, kw_only=True):
    """Two messages, whether they stand behind one hit, the rules that make copies of them, and what differs."""

    first: MessageRow
    second: MessageRow
    copies: bool
    why: tuple[str, ...]
    differs: Differences


@pages.get("/m/<mail:id>/differences/<mail:other>")
@pages.get("/m/<mail:id>/differences/<mail:other>.json", endpoint="json")
@operation("what differs between two copies of a mail", DifferencesPage)
def show(id: str, other: str) -> Response:
    """What differs between two messages, copies or not."""
    first, second = engine().message(id), engine().message(other)
    group = {row.id for row in engine().copies(first.id)}
    return answer(
        "differences.html",
        DifferencesPage(
            first=engine().row(first.id), second=engine().row(second.id), copies=second.id in group,
            why=site().mail.why(first, second), differs=differences(first, second),
        ),
    )  # fmt: skip
