"""Which messages are documents of a text release, or recovered from one; says it without loading what reads them."""

from mappings.records import Message

DOCUMENTS = ("text", "quotation")  # what a message is made from that has marks and a chain
_RELEASED = (*DOCUMENTS, "table")
DOMAIN = "release.invalid"  # of the Message-IDs that `release_id` gives; RFC 2606 §2: no mail can have come from there


def is_document(made: str, text: str) -> bool:
    """Whether a message is a released document or recovered from one; a table's row is one if its text bears marks."""
    return made in DOCUMENTS or (made == "table" and _bears_marks(text))


def _bears_marks(text: str) -> bool:
    from ingest.releases.marks import released

    return released(text)


def is_released(message: Message) -> bool:
    """Whether a message bears an id that `release_id` gave."""
    return message.made in _RELEASED and message.message_id.endswith("@" + DOMAIN)
