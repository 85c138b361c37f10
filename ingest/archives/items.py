"""What reading an archive gives: units, items and problems, and where to go on after each."""

from pathlib import Path
from typing import Literal

from msgspec import Struct

Stage = Literal["open", "split"]

END = "end"  # the position after the last thing of a unit, or of a member


class Item(Struct):
    """One message: its bytes, exactly, and where they stood."""

    raw: bytes
    member: str  # inside the unit: "mail/inbox.mbox", "inner.zip!mail/inbox.mbox"; "" for the unit's file itself
    position: str  # where to go on after this item, for `read`
    offset: int = -1  # bytes from the start of the unpacked mbox to the message's `From ` line; -1 elsewhere
    flags: str = ""  # letters of a Maildir file name, or of an mbox message's Status and X-Status headers
    labels: tuple[str, ...] = ()
    number: str = ""  # what it was published under, as its file's name or its row says
    made: str = ""  # what the reader composed `raw` from, a key of `mappings.made.MADE`; "" for bytes as they came


class Problem(Struct):
    """Something in an archive that could not be read. In those of `units`, `member` is the absolute path."""

    stage: Stage
    code: str  # short and stable: "not-mail", "truncated" … (`ingest.archives.errors` has the rest)
    reason: str  # a sentence for people
    member: str = ""
    offset: int = -1
    position: str = END


class Unit(Struct, frozen=True):
    """What has one line in the ledger: a file that holds messages, a Maildir, or the single messages of one folder."""

    path: Path  # absolute
    kind: str  # "mbox", "message", "text", "table", "pst", "zip", "7z" …, "gzip" …, "maildir", "folder"; "other"
    size: int  # bytes, of all files together
    modified: int  # nanoseconds since 1970, of the newest file
    root: Path  # the path that was asked for, at or above `path`
    columns: tuple[tuple[str, str], ...] = ()  # of a table: what a mail has, and the column that was said to hold it
    listing: str = ""  # Maildir and folder: SHA-256 over names, sizes and times of the files
