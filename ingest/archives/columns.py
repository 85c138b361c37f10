"""The columns of a table of mails: which of them holds what, by their names or as told."""

import re
from collections.abc import Mapping, Sequence

# What a column holds -> the names it goes by, letters only; the first that a table has counts.
ROLES: dict[str, tuple[str, ...]] = {
    "id": ("id", "docnumber", "docid", "documentnumber", "documentid", "emailid", "mailid", "number", "num",
           "controlnumber"),
    "mail": ("message", "raw", "rawmessage", "rawemail", "eml", "email", "mail", "source"),
    "file": ("file", "filename", "filepath", "path"),
    "from": ("from", "frm", "sender", "fromaddress", "senderemail", "metadatafrom", "extractedfrom",
             "sendername", "author"),
    "to": ("to", "recipients", "recipient", "toaddress", "metadatato", "extractedto", "receiver"),
    "cc": ("cc", "copyto", "extractedcc"),
    "bcc": ("bcc",),
    "date": ("date", "datesent", "sent", "senton", "sentdate", "senttime", "metadatadatesent", "timestamp", "datetime",
             "docdate", "extracteddatesent"),
    "subject": ("subject", "metadatasubject", "extractedsubject", "title"),
    "body": ("body", "rawtext", "text", "content", "bodytext", "plaintext", "extractedbodytext", "message"),
    "html": ("html", "bodyhtml", "htmlbody"),
    "message-id": ("messageid", "rfcmessageid", "internetmessageid"),
    "in-reply-to": ("inreplyto",),
    "references": ("references",),
    "labels": ("labels", "tags", "folder", "folders"),
}  # fmt: skip
_NOT_LETTERS = re.compile(r"[^a-z]+")


def recognised(names: Sequence[str], told: Mapping[str, str] | None = None) -> dict[str, str]:
    """Role -> column, for the columns of a table; {} for a table that is not one of mails.

    `told` names columns for some roles and goes before everything. A table of mails has the mails themselves, or a
    sender with a text, or with date and subject, or what it is told to have.
    """
    by_letters: dict[str, str] = {}
    for name in names:
        by_letters.setdefault(_NOT_LETTERS.sub("", name.lower()), name)
    found = {role: column for role, column in (told or {}).items() if column in names}
    for role, known in ROLES.items():
        column = next((by_letters[name] for name in known if name in by_letters), None)
        if role not in found and column is not None and (column not in found.values() or role == "body"):
            found[role] = column
    whole = "mail" in found and ("file" in found or "id" in found)
    parts = "from" in found and ("body" in found or {"subject", "date"} <= found.keys())
    return found if whole or parts or (told and len(found) >= len(told)) else {}
