"""What the pages need from a reader of raw mails; `webapp/cli.py` fills it, because pages never import ingest."""

from typing import Protocol

from mappings.records import Attachment, Forensics, Message
from mappings.signatures import Key, Later, Seal, SealCheck


class MailReader(Protocol):
    """Reads what the stored record does not hold, from a message's raw bytes. Nothing else is raised."""

    def body_html(self, raw: bytes, part: str) -> str:
        """The text of the HTML part numbered `part`, decoded, hostile as it came; "" when there is none."""

    def part_bytes(self, raw: bytes, number: str) -> tuple[Attachment, bytes]:
        """A part's description and its decoded bytes; KeyError when there is no such part."""

    def parts_by_content_id(self, raw: bytes) -> dict[str, str]:
        """Content-ID (without angle brackets) to part number, of every part that has one."""

    def pdf_pages(self, data: bytes) -> int:
        """How many pages a PDF has; 0 for one that can't be drawn."""

    def pdf_page(self, data: bytes, number: int, small: bool) -> bytes:
        """A page of a PDF as PNG, the first is 1; b"" for one that is not there or can't be drawn."""

    def why(self, first: Message, second: Message) -> tuple[str, ...]:
        """The rules by which two messages are copies of one mail."""

    def signatures(self, message: Message, raw: bytes, keys: list[Key]) -> Later:
        """Every signature with all there is to say, by the keys given and those that come along."""

    def seals(self, raw: bytes, seals: tuple[Seal, ...], keys: list[Key]) -> tuple[SealCheck, ...]:
        """What the writer signed, checked as far as it can be; what is encrypted."""

    def forensics(self, raw: bytes) -> Forensics:
        """Received hops in the order of travel, the sender's address, defects."""
