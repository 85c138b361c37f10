"""What people note while they work on a corpus: tags, stars and notes on messages, each with its history."""

from typing import Literal

from msgspec import Struct

Kind = Literal["tag", "star", "note"]
Did = Literal["added", "edited", "removed", "restored", "renamed"]


class Anchor(Struct, frozen=True, omit_defaults=True):
    """The passage that a note is about, so that it is found again in a copy or a text that was read anew (as the
    TextQuoteSelector and TextPositionSelector of https://www.w3.org/TR/annotation-model/): the words themselves, where
    they stand in the message's text, in code points, and some words on both sides."""

    quote: str
    start: int
    end: int
    before: str = ""
    after: str = ""


class Change(Struct, frozen=True, omit_defaults=True):
    """Something that was done to a mark: by whom, when (seconds since 1970), in which act."""

    did: Did
    by: str
    at: int
    act: str  # what was done at once bears one name, and is undone at once
    was: str = ""  # the text, or the tag's name, before


class Mark(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A tag, star or note on a message. One that was removed stays, `gone`, with its history."""

    id: str  # 32 hex digits; of a tag or star made from what it is, so that it is there once
    kind: Kind
    message: str  # the id of the copy that it was put on
    by: str  # who made it
    at: int  # when, seconds since 1970
    name: str = ""  # a tag's
    text: str = ""  # a note's
    anchor: Anchor | None = None  # of a note on a passage; None for one on the whole message
    gone: bool = False
    history: tuple[Change, ...] = ()  # the first is how it was made

    @property
    def changed(self) -> int:
        """When it was last changed."""
        return self.history[-1].at if self.history else self.at
