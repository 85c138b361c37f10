"""Cells of tables for spreadsheets: a stranger's words never become a formula there."""

import re

# What spreadsheets take for the beginning of a formula, or of another cell (OWASP, CSV Injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOWHERE = re.compile("[\0\ud800-\udfff]")  # what no table can hold


def cell(value: str | int | float) -> str | int | float:
    """A value as it may stand in a table: text that would be a formula gets an apostrophe before it, as spreadsheets
    themselves mark text."""
    if not isinstance(value, str):
        return value
    text = _NOWHERE.sub("\ufffd", value)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA) or text[:1] in FORMULA else text
