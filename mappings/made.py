"""What a message may have been made from, when the file it was read from holds no mail as it was sent."""

MADE = {
    "pst": "an item of an Outlook data file",
    "msg": "an Outlook message file (.msg)",
    "tnef": "a winmail.dat (TNEF)",
    "olm": "an item of an Outlook for Mac archive",
    "text": "a text document",
    "table": "a row of a table",
    "emlx": "an Apple Mail message and the attachments that Mail keeps beside it",
    "opened": "an encrypted message that was opened with a key",
    "quotation": "a quotation in another message",
}


def told(made: str) -> str:
    """A sentence for the reader; "" for a mail whose bytes are as they came."""
    if not made:
        return ""
    return f"Made from {MADE.get(made, 'another format')}: the bytes are Unsealed's, not the sender's."
