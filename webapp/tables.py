"""Tables for spreadsheets (CSV, RFC 4180) as answers."""

import csv
import io
from collections.abc import Iterable, Sequence

from werkzeug.wrappers import Response

from mappings.tables import cell

MARK = "\ufeff"  # without it Excel reads UTF-8 as something else


def table(name: str, columns: Sequence[str], rows: Iterable[Sequence[str | int | float]]) -> Response:
    """A table to be saved under a name."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    response = Response((MARK + made.getvalue()).encode(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
