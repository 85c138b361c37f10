"""Exports of whole results: as a table, JSON Lines, an mbox, or single mails in a zip with a manifest."""

import re
from collections.abc import Callable, Generator
from typing import Literal, get_args

from msgspec import Struct

from search.bulk import Result
from search.engine import Engine
from search.export_mails import mailbox, zipped
from search.export_rows import Written, lines, table
from search.query import Query

Form = Literal["csv", "jsonl", "mbox", "eml"]
FORMS: tuple[Form, ...] = get_args(Form)
ENDINGS: dict[Form, str] = {"csv": "csv", "jsonl": "jsonl", "mbox": "mbox", "eml": "zip"}
MEDIA: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson", "mbox": "application/mbox",
    "eml": "application/zip",
}  # fmt: skip
_MAKERS: dict[Form, Callable[[Engine, Result, Written], Generator[bytes, None, None]]] = {
    "csv": table, "jsonl": lines, "mbox": mailbox, "eml": zipped,
}  # fmt: skip
_NO_NAME = re.compile(r"[^A-Za-z0-9]+")


class Export(Struct, frozen=True, kw_only=True):
    """An export that was asked for: its bytes come as they are asked for, `written` tells how far it is."""

    form: Form
    written: Written
    parts: Generator[bytes, None, None]


def export(engine: Engine, query: Query, form: Form, *, newest: bool = False, copies: bool = False) -> Export:
    """Everything that matches in one form, by date, a mail's copies all or one. A reader's errors (a query that asks
    for too much, a corpus that is away) are raised here, before the first byte."""
    result = engine.every(query, newest=newest, copies=copies)
    written = Written(total=result.total)
    return Export(form=form, written=written, parts=_MAKERS[form](engine, result, written))


def file_name(query: Query, form: Form) -> str:
    """A name for the file that tells what was looked for: `unsealed-budget-hearing.csv`."""
    words = _NO_NAME.sub("-", query.text).strip("-").lower()[:60].rstrip("-")
    return f"unsealed-{words or 'all'}.{ENDINGS[form]}"
