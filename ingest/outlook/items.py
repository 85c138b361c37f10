"""An item of Outlook's as every format gives it: its properties, its recipients, its attachments."""

from collections.abc import Callable

from msgspec import Struct, field

from ingest.outlook.properties import Properties


class File(Struct):
    """An attachment: its properties; how to get its bytes, or the item that it is."""

    properties: Properties
    data: Callable[[], bytes]
    item: "Callable[[], Item] | None" = None


class Item(Struct):
    """A mail, appointment, contact, task, note …"""

    properties: Properties
    recipients: list[Properties] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # in words, what of it could not be read
