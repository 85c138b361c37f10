"""What appointments, contacts and tasks say besides their text, as lines to read and to search for."""

import time

from ingest.outlook.properties import Properties

_APPOINTMENT = (("Start", 0x820D), ("End", 0x820E), ("Location", 0x8208), ("Recurrence", 0x8232))
_CONTACT = (
    ("Name", 0x3001), ("Title", 0x3A17), ("Department", 0x3A18), ("Company", 0x3A16), ("E-mail", 0x8083),
    ("E-mail 2", 0x8093), ("E-mail 3", 0x80A3), ("Phone", 0x3A08), ("Phone 2", 0x3A1B), ("Home phone", 0x3A09),
    ("Mobile", 0x3A1C), ("Fax", 0x3A24), ("Business address", 0x801B), ("Home address", 0x801A), ("Address", 0x3A15),
    ("Web page", 0x802B), ("Messenger", 0x8062), ("Birthday", 0x3A42), ("Spouse", 0x3A48), ("Assistant", 0x3A30),
)  # fmt: skip
_TASK = (("Start", 0x8104), ("Due", 0x8105), ("Completed", 0x810F), ("Owner", 0x811F))
_JOURNAL = (("Kind", 0x8700), ("Start", 0x8706), ("End", 0x8708))
_KINDS = {
    "ipm.appointment": _APPOINTMENT, "ipm.schedule.meeting": _APPOINTMENT, "ipm.contact": _CONTACT,
    "ipm.distlist": _CONTACT, "ipm.abchperson": _CONTACT, "ipm.task": _TASK, "ipm.activity": _JOURNAL,
}  # fmt: skip
NAMES = {
    "ipm.appointment": "appointment", "ipm.contact": "contact", "ipm.distlist": "distribution list",
    "ipm.abchperson": "contact", "ipm.task": "task", "ipm.activity": "journal entry", "ipm.stickynote": "note",
    "ipm.post": "post", "ipm.document": "document",
}  # fmt: skip


def _of(get: Properties, known: dict[str, str] | dict[str, tuple[tuple[str, int], ...]]) -> str:
    name = get.text(0x1A).lower()
    return next((key for key in known if name == key or name.startswith(f"{key}.")), "")


def kind(get: Properties) -> str:
    """What an item is when it is no mail: "appointment", "contact" …; "" for mail and all that is sent like it."""
    return NAMES.get(_of(get, NAMES), "")


def is_mail(get: Properties) -> bool:
    """Whether an item is a mail, or was sent as one (an invitation, a receipt)."""
    return not kind(get)


def details(get: Properties) -> list[str]:
    """Lines such as "Start: 2001-05-14 15:00 UTC"."""
    lines = []
    for label, key in _KINDS.get(_of(get, _KINDS), ()):
        moment = get.moment(key)
        value = " ".join(get.text(key).split()) if moment is None else _utc(moment)
        if value:
            lines.append(f"{label}: {value}")
    return lines


def _utc(seconds: int) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))
    except (OverflowError, ValueError, OSError):
        return ""
