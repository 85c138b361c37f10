"""What a released document is taken apart into: the mails in it and what their headers say."""

from msgspec import Struct

from ingest.releases.clock import Clock
from mappings.records import Address


class Fields(Struct, frozen=True):
    """What a header block says; nothing for what is absent or blacked out."""

    sender: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    subject: str = ""
    sent: Clock | None = None


class Part(Struct, frozen=True):
    """A mail in a document: its fields, and `text[start:end]`, of which the header block ends at `body`."""

    fields: Fields
    start: int
    body: int
    end: int


class Document(Struct, frozen=True):
    """A document taken apart. `parts[0]` is itself, if it is a mail; the rest are the mails it quotes, newest first."""

    parts: tuple[Part, ...]
    own: bool  # whether parts[0] is the document's own header
