"""What became of the files that mails carry, in words."""

from collections.abc import Mapping

from mappings.records import FileState

WORDS: dict[FileState, str] = {
    "text": "with text", "empty": "without text", "encrypted": "behind a password", "unread": "without a reader",
    "mail": "read as a mail", "failed": "could not be read", "waiting": "not read yet",
}  # fmt: skip


def counted(files: Mapping[str, int]) -> str:
    """`17 with text, 11 without a reader`: how many files there are in each state."""
    return ", ".join(f"{files[state]:,} {words}" for state, words in WORDS.items() if files.get(state))
