"""`/batch`: many searches at once, pasted or as a file, and what each finds; `/batch.csv` the same as a table."""

from itertools import islice

from flask import Blueprint, request
from msgspec import Struct
from werkzeug.wrappers import Response

from search.batch import COLUMNS, Asked, BadList, Told, answers, cells, decoded, queries
from webapp.answers import answer
from webapp.context import BadValue, engine
from webapp.operations import TABLE, operation, text
from webapp.security import own_form
from webapp.tables import table
from webapp.turns import Turns

pages = Blueprint("batch", __name__)
MOST = 1000  # lines
LONGEST = 500_000  # code points of the list
SECONDS = 20.0
AT_ONCE = 2
FORM = (text("queries", "one a line, or a table", LONGEST), text("column", "of a table: its heading or number", 200))
_turns = Turns(AT_ONCE, "batches")


class BatchPage(Struct, frozen=True, kw_only=True):
    """What was asked and what came of it; `cut` is how many lines of the list were left out."""

    queries: str = ""
    column: str = ""
    found: tuple[Told, ...] = ()
    cut: int = 0
    most: int = MOST
    seconds: float = SECONDS

    @property
    def failed(self) -> int:
        """How many could not be read or asked."""
        return sum(bool(one.error) for one in self.found)


@pages.get("/batch")
@pages.get("/batch.json", endpoint="json")
@operation("the form for many searches at once", BatchPage)
def form() -> Response:
    """The form alone."""
    return answer("batch.html", BatchPage())


@pages.post("/batch")
@pages.post("/batch.json", endpoint="json_answers")
@operation("what each of many searches finds", BatchPage, form=FORM)
def many() -> Response:
    """The table."""
    return answer("batch.html", batch())


@pages.post("/batch.csv")
@operation("the same as a table", TABLE, form=FORM)
def as_table() -> Response:
    """The table for a spreadsheet."""
    root = request.url_root.rstrip("/")
    return table("batch.csv", COLUMNS, (cells(one, root) for one in batch().found))


def batch() -> BatchPage:
    """Asks what the form holds: it changes nothing, so readers may, but only from our own page, and within bounds."""
    own_form()
    listed, is_table = given()
    column = request.form.get("column", "")[:200].strip()
    try:
        asked = list(queries(listed, table=is_table, column=column))
    except BadList as error:
        raise BadValue(str(error)) from None
    with _turns.one():
        found = tuple(answers(engine(), islice(asked, MOST), seconds=SECONDS))
    return BatchPage(queries=pasted(asked), column="", found=found, cut=max(0, len(asked) - MOST))


def given() -> tuple[str, bool]:
    """The list, uploaded or pasted, and whether it is a table by its name; BadValue."""
    file = request.files.get("file")
    data = file.read() if file else b""
    listed = decoded(data) if data else request.form.get("queries", "")
    if len(listed) > LONGEST:
        raise BadValue(f"The list is {len(listed):,} characters long; {LONGEST:,} is the most.")
    name = (file.filename or "").lower() if file and data else ""
    return listed.replace("\0", " "), name.endswith((".csv", ".tsv"))


def pasted(asked: list[Asked]) -> str:
    """The queries as a list, to be asked again in another form."""
    return "\n".join(one.text for one in asked[:MOST])
