"""The head of a memorandum ("To: the Secretary / From: … / Re: …"): for documents that are no mail."""

import re

from ingest.releases.blocks import Block
from ingest.releases.clock import read_clock
from ingest.releases.marks import is_mark, without_margin

_TOP = 30  # lines that are not blank, among which the head stands
_LABEL = re.compile(r"[\s•]{0,20}(To|For|From|Through|Thru|Date|Re|Subject|Subj)\s?[:;]\s*(.*)", re.I)
_FIELDS = {"to": "to", "for": "to", "from": "from", "date": "date", "re": "subject", "subject": "subject",
           "subj": "subject"}  # fmt: skip
_DATE = re.compile(r"\s*(?:[A-Z][a-z]+day, ?)?[A-Z][a-z]{2,8}\.? \d{1,2}, ?(?:19|20)\d\d\W*$")


def find_memo(lines: list[str]) -> Block | None:
    """The head of a memorandum at the beginning of a text: From, and one of To and Re; None when there is none."""
    fields: dict[str, str] = {}
    dated = ""
    start = end = seen = 0
    for number, line in enumerate(lines):
        if not line.strip() or is_mark(line):
            continue
        seen += 1
        if seen > _TOP:
            break
        found = _LABEL.match(line)
        if found:
            label = _FIELDS.get(found[1].lower(), "")
            if label in fields:
                break
            start = number if not fields else start
            fields[label] = without_margin(f"  {found[2]}").strip()
            end = number + 1
        elif not fields and _DATE.match(without_margin(line)):
            dated = line.strip()
        elif "subject" in fields and "from" in fields:
            break
    fields.pop("", None)
    if not fields.get("from") or not ("to" in fields or "subject" in fields):
        return None
    if dated and "date" not in fields and read_clock(dated):
        fields["date"] = dated
    return Block(start, end, fields)
