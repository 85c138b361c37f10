"""What engines keep and answer about articles and citations: the shelf's half of the engine protocol."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from mappings.articles import (
    Article,
    ArticleRow,
    Capture,
    Citation,
    CitedState,
    Judged,
    Settings,
    Verdict,
)
from mappings.records import MessageRow
from search.results import Facet

ArticleOrder = Literal["newest", "oldest", "added", "outlet", "citations"]


class Wanted(Struct, frozen=True, kw_only=True):
    """What candidates are found by. Every group is one word of an article with its forms and translations, each with
    its weight: of a group the best that a message has counts (a disjunction), the groups add up."""

    groups: Sequence[Mapping[str, float]] = ()  # words as the index has them (search/words.py)
    phrases: Sequence[str] = ()  # texts whose words stand in this order; each counts like a rare word
    people: Sequence[str] = ()  # addresses: beside words a condition, alone each that sends or receives counts 1
    both: bool = False  # at least two of these people take part
    after: int | None = None  # seconds since 1970; dates bound the candidates only where they are asked for
    before: int | None = None
    since: int = 0  # only messages that came in after this one, as `newest` counts


class Candidate(Struct, frozen=True, gc=False):
    """A message that may be meant, and the engine's score."""

    id: str
    score: float


class ArticlesWanted(Struct, frozen=True, kw_only=True):
    """Which articles a list is to show; what is "" does not narrow."""

    words: str = ""  # in title or text, all of them
    outlet: str = ""
    lang: str = ""
    year: str = ""
    cites: str = ""  # id of a message
    uncited: bool = True  # those that cite nothing, too


class Articles(Struct, frozen=True, kw_only=True):
    """A page of articles, and over all that match how many there are by outlet, language and year."""

    total: int
    rows: tuple[ArticleRow, ...]
    next: str = ""  # cursor of the next page, "" on the last
    facets: tuple[Facet, ...] = ()


class Cited(Struct, frozen=True, kw_only=True):
    """A message and how many articles cite it; of one that is not here what it is called by."""

    row: MessageRow | None
    named: str = ""
    articles: int = 0


class Absent(Struct, frozen=True, kw_only=True):
    """What articles cite and this corpus has not: its name, and the articles."""

    named: str
    collection: str = ""
    number: str = ""
    message: str = ""  # a ghost's id, if it is one
    articles: tuple[ArticleRow, ...] = ()


class Shelf(Protocol):
    """Reading articles and citations. An article's id may be cut to 8 digits, if they are of one alone."""

    def article(self, id: str) -> Article:
        """An article in full; NotFound."""

    def articles(self, wanted: ArticlesWanted, *, order: ArticleOrder = "newest",
                 limit: int = 50, cursor: str = "") -> Articles:
        """One page of the articles; CursorError."""

    def article_ids(self) -> Iterator[str]:
        """Ids of all articles, in order of ids."""

    def article_at(self, address: str, text: str) -> str:
        """Id of the article at an address as it is compared, or with the same text; "" for neither. Both are keys that
        `search.article_keys` makes."""

    def has_capture(self, sha256: str) -> bool:
        """Whether an article's bytes of that hash are here; they are not read for it."""

    def capture(self, sha256: str) -> tuple[Capture, bytes]:
        """An article's bytes as they were read; NotFound."""

    def cites(self, article: str) -> list[Judged]:
        """What an article cites, in the order of its passages, silent ones too."""

    def cited_by(self, ids: Iterable[str]) -> dict[str, list[Judged]]:
        """By message the citations of it or of a copy of it, newest article first, without the silent ones."""

    def cited_counts(self, ids: Iterable[str]) -> dict[str, int]:
        """By message how many articles cite it or a copy of it (tier shown); those that none cites are left out."""

    def most_cited(self, limit: int = 20) -> list[Cited]:
        """The messages that most articles cite."""

    def absent(self, limit: int = 100) -> list[Absent]:
        """What is cited and not here, most articles first."""

    def review(self, *, after: str = "", limit: int = 1) -> tuple[int, list[tuple[str, Judged]]]:
        """How many probable citations have no verdict, and the next ones with their places in that order: the most
        probable first."""

    def newest_citations(self, limit: int = 50) -> list[Judged]:
        """Those of the tier shown, the latest found or confirmed first."""

    def verdicts(self) -> list[Verdict]:
        """All that people decided, in the order of articles and messages."""

    def settings(self) -> Settings:
        """Where the tiers begin."""

    def cited_state(self, article: str) -> CitedState | None:
        """How far an article was matched."""

    def candidates(self, wanted: Wanted, limit: int = 200) -> list[Candidate]:
        """Messages that hold the words, best first; copies too, ghosts not."""

    def texts(self, start: int = 0) -> Iterator[tuple[int, str, str]]:
        """(count, id, own words) of every message that came in after `start`: what a vocabulary is drawn from."""

    def newest(self) -> int:
        """The count of the message that came in last; 0 for an empty corpus. Counts grow as mail comes in, and are no
        numbers of messages: where several processes write, they are times, and what came in last may be counted as
        newer once more."""

    def verify_captures(self) -> Iterator[tuple[str, str]]:
        """Re-reads every capture; (its SHA-256, "") where it is as it was, else (its SHA-256, what is wrong)."""

    def derived_names(self) -> list[str]:
        """The names that something is kept under by `keep_derived`."""

    def derived(self, name: str) -> bytes | None:
        """What was kept under a name by `keep_derived`."""


class ShelfWriter(Protocol):
    """Writing articles and citations. Each call is all or nothing."""

    def keep_article(self, article: Article, bodies: Mapping[str, bytes]) -> str:
        """Stores an article with the bytes of its captures by their SHA-256; one with the same address or text is
        replaced, keeps its id, its addresses and captures. The id that it has."""

    def drop_article(self, id: str) -> None:
        """Removes an article with its captures, citations and verdicts; NotFound."""

    def keep_citations(self, state: CitedState, citations: Iterable[Citation], *, add: bool = False) -> None:
        """Stores what an article cites in place of what was found before (`add`: beside it, where only newer mail was
        looked at), and how far it was matched; `index` makes it searchable."""

    def judge(self, verdicts: Iterable[Verdict]) -> None:
        """Stores verdicts in place of earlier ones on the same article and message."""

    def unjudge(self, article: str, message: str) -> None:
        """Takes a verdict back."""

    def set_settings(self, settings: Settings) -> None:
        """Where the tiers begin from now on."""

    def keep_derived(self, name: str, data: bytes) -> None:
        """Keeps what was computed from the corpus, in place of what was kept under that name; any size."""
