"""The labels that mail programs keep in a mail's header: Gmail's of a Takeout, Thunderbird's tags, keywords."""

import csv
import re

MOST = 200  # labels of one mail
_SPACED = ("x-mozilla-keys", "x-keywords")  # between blanks; the others between commas
LABELLED = frozenset({"x-gmail-labels", "keywords", *_SPACED})


def read_labels(headers: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The labels in decoded header fields, in order, each once.

    X-Gmail-Labels is a row of CSV ("Inbox,Important,\"A, B\""); Thunderbird's X-Mozilla-Keys and the X-Keywords of
    IMAP servers are words between blanks; Keywords (RFC 5322 §3.6.5) are phrases between commas.
    """
    found: list[str] = []
    for name, value in headers:
        field = name.lower()
        if field in _SPACED:
            found += value.split()
        elif field in LABELLED:
            found += _row(" ".join(value.split()))
    return tuple(dict.fromkeys(label[:200] for label in found[:MOST] if label))


def _row(value: str) -> list[str]:
    try:
        (row,) = csv.reader([value], skipinitialspace=True)
    except (csv.Error, ValueError):
        row = re.split(r",\s*", value)
    return [label.strip() for label in row]
