"""What reading gives before it is an article: the bytes of one, what was said about it, where it stood."""

from typing import Literal

from msgspec import Struct

Kind = Literal["page", "mhtml", "markdown", "text", "document", "fragment", "row", "address", "feed"]

STAGE = "article"  # of failures
PASSED = "no-article"  # the code of a problem that only counts where the file was named itself


class Told(Struct, frozen=True, kw_only=True):
    """What a table, a feed or a header says about an article; "" for nothing. It goes before what a page says."""

    address: str = ""
    title: str = ""
    outlet: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    lang: str = ""
    text: str = ""
    html: str = ""
    file: str = ""  # another file that holds the article


class Piece(Struct, kw_only=True):
    """One article as it was found."""

    kind: Kind
    data: bytes = b""  # as read: what is kept; b"" for what is known by its address alone
    media: str = ""
    charset: str = ""  # as declared beside it
    told: Told = Told()
    member: str = ""  # inside what was named: "2016/a.html", "pages.zip!a.html"
    offset: int = -1  # bytes from the start of a table, feed or WARC file
    line: int = 0  # of a table or list; 0 for none
    name: str = ""  # what a table calls its row
    at: int = 0  # when it was fetched, seconds since 1970; 0 for now
    status: int = 0  # of the HTTP answer
    others: tuple[str, ...] = ()  # addresses that led to it
    short: bool = False  # fewer bytes than were announced
    brief: bool = False  # it is a summary: there is more at its address
    note: str = ""  # a sentence on what is missing


class Problem(Struct, kw_only=True):
    """Something that could not be read."""

    code: str  # short and stable: "no-text", "too-large" …
    reason: str  # a sentence for people
    member: str = ""
    offset: int = -1


class NotReadable(Exception):
    """A piece is no article after all. `str()` is a sentence for people."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
