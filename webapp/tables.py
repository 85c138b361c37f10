"""Tables for spreadsheets (CSV, RFC 4180): a stranger's words never become a formula there."""

import csv
import io
from collections.abc import Iterable, Sequence

from werkzeug.wrappers import Response

from webapp.text import SURROGATE

# What spreadsheets take for the beginning of a formula, or of another cell (OWASP, CSV Injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MARK = "\ufeff"  # without it Excel reads UTF-8 as something else


def cell(value: str | int | float) -> str | int | float:
    """A value as it may stand in a table: text that would be a formula gets an apostrophe before it, as spreadsheets
    themselves mark text."""
    if not isinstance(value, str):
        return value
    text = SURROGATE.sub("\ufffd", value).replace("\0", "\ufffd")
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA) or text[:1] in FORMULA else text


def table(name: str, columns: Sequence[str], rows: Iterable[Sequence[str | int | float]]) -> Response:
    """A table to be saved under a name."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    response = Response((MARK + made.getvalue()).encode(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
