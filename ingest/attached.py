"""The mail that an attachment is: as it stands, or made of an Outlook message file (.msg)."""

from ingest.headers import read_head
from ingest.sniffing import sniff
from ingest.structure import Part
from mappings.records import Note


def attached_mail(leaf: Part, made: str, notes: list[Note]) -> tuple[bytes, str]:
    """The bytes of the mail, and what they were made from; b"" when the attachment is no mail.

    `made` is the mark of the message itself: what it carries unencoded was made along with it,
    but for what was encrypted, whose bytes are the sender's.
    """
    name = leaf.name.lower()
    if leaf.is_mail or (name.endswith(".eml") and read_head(leaf.content[:4000]).fields):
        return (leaf.content, "" if leaf.cte or made == "opened" else made) if leaf.content.strip() else (b"", "")
    named = name.endswith(".msg") or leaf.type == "application/vnd.ms-outlook"
    if named and sniff(leaf.content) == "application/x-ole-storage":
        return _msg(leaf, notes), "msg"
    return b"", ""


def _msg(leaf: Part, notes: list[Note]) -> bytes:
    """A .msg as a message; b"" when it is something else, or damaged."""
    from ingest.outlook import mail, msg  # rarely wanted

    spent = mail.Spent()
    try:
        item = msg.read(leaf.content)
        raw = mail.message(item, spent) if item else b""
    except Exception as problem:  # the last net: a damaged one stays an attachment
        raw, spent.losses = b"", [f"It could not be opened ({type(problem).__name__}: {problem})."]
    notes += [Note("msg-damaged", loss, leaf.number) for loss in dict.fromkeys(spent.losses)]
    return raw
