"""Text drawn from the files that mails carry, in processes that can be killed: what a job and its answer are."""

from msgspec import Struct

from mappings.records import FileState

TEXT = 2_000_000  # characters of a text that are kept


class Limits(Struct, frozen=True, array_like=True):
    """What one file may cost."""

    seconds: float = 30.0
    memory: int = 800  # MB that its reader holds
    ocr: str = ""  # languages that tesseract reads pictures in ("eng+deu"), "" for not at all


class Job(Struct, frozen=True, array_like=True):
    """A file to be read."""

    data: bytes
    name: str = ""
    declared: str = ""  # media type as the mail has it


class Answer(Struct, frozen=True, array_like=True):
    """What became of it; see `mappings.records.File`."""

    state: FileState
    code: str = ""
    reason: str = ""
    text: str = ""
    media: str = ""


class Unreadable(Exception):
    """A file has no text for us; its subclasses say of which kind it is. `str()` is a sentence for people."""

    state: FileState = "failed"

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Damaged(Unreadable):
    """It is not what it should be."""


class Encrypted(Unreadable):
    """It asks for a password."""

    state: FileState = "encrypted"

    def __init__(self) -> None:
        super().__init__("encrypted", "It can't be read without its password.")


class NoReader(Unreadable):
    """Nothing here reads files of its kind."""

    state: FileState = "unread"

    def __init__(self, kind: str, code: str = "no-reader", hint: str = "") -> None:
        super().__init__(code, f"There is no reader for {kind or 'files of an unknown kind'}{hint}.")
