"""The records of articles and of what they cite: captures, passages, citations with their evidence, verdicts."""

from typing import Literal

from msgspec import Struct, field

Method = Literal["link", "number", "words", "translation", "description", "thread", "hand"]
Tier = Literal["shown", "probable", "silent"]
Topic = Literal["link", "number", "words", "translation", "name", "date", "cue", "thread"]


_ENDINGS = {
    "text/html": "html", "application/xhtml+xml": "html", "application/pdf": "pdf", "text/plain": "txt",
    "text/markdown": "md", "multipart/related": "mhtml", "application/json": "json", "text/csv": "csv",
    "application/xml": "xml",
}  # fmt: skip


class Span(Struct, frozen=True, gc=False):
    """A stretch `text[start:end]` of an article's or a message's text, in code points."""

    start: int
    end: int


class Link(Struct, frozen=True, gc=False):
    """A link in an article: the stretch of text that it is on (start = end where it has none), and where it leads."""

    start: int
    end: int
    address: str


class Passage(Struct, frozen=True, omit_defaults=True, gc=False):
    """A paragraph of an article's text, in code points; `quoted` are the quotations in it, without their marks."""

    start: int
    end: int
    quoted: tuple[Span, ...] = ()


class Capture(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An article's bytes as they were read once: what proves it after it is gone. The engine keeps them."""

    sha256: str  # hex, of the bytes
    size: int = 0
    media: str = ""
    source: str = ""  # the file or address they were read from
    at: int = 0  # when, seconds since 1970
    status: int = 0  # of the HTTP answer; 0 for a file

    @property
    def ending(self) -> str:
        """How the name of a file that holds the bytes ends."""
        return _ENDINGS.get(self.media, "bin")


class Article(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One article. `id` is 64 hex digits, the SHA-256 of its address as it is compared, without one of its text."""

    id: str
    address: str = ""  # where readers find it
    addresses: tuple[str, ...] = ()  # others that it was found at
    title: str = ""
    outlet: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""  # of publication: ISO 8601 as far as known: "2016", "2016-10-11", "2016-10-11T09:30:00+02:00"
    lang: str = ""  # ISO 639-1
    text: str = ""  # readable text, line ends "\n", paragraphs apart by an empty line
    passages: tuple[Passage, ...] = ()  # in order
    links: tuple[Link, ...] = ()
    captures: tuple[Capture, ...] = ()  # oldest first
    notes: tuple[str, ...] = ()  # sentences on what was assumed, or is missing
    added: int = 0  # when it came in first, seconds since 1970


class Fact(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One piece of a citation's evidence, for or against it."""

    topic: Topic
    agrees: bool = True  # False: a conflict
    article: str = ""  # as the article has it: "août 2016"
    message: str = ""  # as the message has it: "3 August 2015"
    text: str = ""  # a sentence for people
    weight: float = 0.0  # what it adds to the logarithm of the odds, as far as the model tells


class Match(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Two stretches that say the same: of the article's text, and of the message's; of two words how alike they are."""

    article: Span
    message: Span
    like: float = 1.0  # 1 the same words, below it translated or reworded ones


class Citation(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """That an article cites a message, by which method that was found, where, and what speaks for and against it.

    The message is the original: not a reply that quotes it, nor a copy; these are in `copies`. One that is not in the
    corpus is a ghost's id, or "" and only `named` tells it.
    """

    article: str
    message: str = ""  # its id, a ghost's, or "" for what is not here
    named: str = ""  # what the article calls it by: an address, a number, a Message-ID; "" where it does not
    collection: str = ""  # of a number
    number: str = ""  # what the message was published under, "" for none
    method: Method
    probability: float  # calibrated, 0 to 1, before a person's verdict
    passage: Span  # in the article's text: the words that cite
    span: Span | None = None  # in the message's text: the words cited
    own: bool = True  # these are the writer's own words, not quoted ones
    copies: tuple[str, ...] = ()  # ids of other messages that hold the words, and of the message's copies
    matches: tuple[Match, ...] = ()
    facts: tuple[Fact, ...] = ()
    at: int = 0  # when it was found, seconds since 1970
    model: str = ""  # name of the weights that judged it

    @property
    def here(self) -> bool:
        """Whether it names a message, not a ghost, and more than what the article calls it by."""
        return bool(self.message) and not self.message.startswith("g")

    @property
    def key(self) -> tuple[str, str]:
        """What verdicts go by: the article, and the message, or what the article calls it by."""
        return self.article, self.message or self.named


class Verdict(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a person decided: that an article cites a message or not. It stands for good, before any run's result."""

    article: str
    message: str  # a message's or ghost's id
    cites: bool
    by: str = ""
    at: int = 0  # when, seconds since 1970
    note: str = ""
    passage: Span | None = None  # of a citation that was added by hand: the words marked in the article …
    span: Span | None = None  # … and in the message


class Judged(Struct, frozen=True, kw_only=True):
    """A citation as it is shown: with the tier it is in and the verdict, if there is one."""

    citation: Citation
    tier: Tier  # "shown" after a yes, "silent" after a no
    verdict: Verdict | None = None


class ArticleRow(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An article in a list."""

    id: str
    address: str = ""
    title: str = ""
    outlet: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    lang: str = ""
    cites: int = 0  # messages that it cites, of the tier shown
    probable: int = 0  # those to be confirmed
    absent: int = 0  # those of `cites` that are not in this corpus
    added: int = 0


class Settings(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """From which probability on a citation is shown, or offered for confirmation; below `probable` it is silent."""

    shown: float = 0.85  # at which no article of the set that the weights come from was linked wrongly
    probable: float = 0.5
    kept: float = 0.1  # below it nothing is kept
    whole: bool = False  # public pages show an article's whole text


WITHOUT_LANGUAGES = ", without languages"  # ends the name of weights by which no translations were looked for


class CitedState(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How far an article was matched: nothing is matched twice for nothing."""

    article: str
    text: str = ""  # SHA-256 of the text that was matched
    model: str = ""  # name of the weights
    upto: int = 0  # the newest message that was looked at, as `Shelf.newest` counts
    at: int = field(default=0)
