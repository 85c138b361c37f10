"""`/` without a query: the front door of a corpus. What it is, where it is from, who is in it, what was made of it."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace
from werkzeug.wrappers import Response

from mappings.articles import ArticleRow
from mappings.records import MessageRow
from search.citing import ArticlesWanted, Cited
from search.query import Exact, Query
from search.results import Facet, FacetValue, Page
from webapp.answers import answer
from webapp.citations import cited_by
from webapp.context import engine, shelf, site
from webapp.excerpts import Excerpt
from webapp.kept import kept
from webapp.pages.failures import Count, added
from webapp.pages.status import ARTICLES, Sum, summed

LATEST = 6  # conversations
PEOPLE = 10  # of each list of names
AGREEING = 3  # mails that have to agree on a name
FAMOUS = 4  # cited messages
KINDS = 5  # of failures
NOT_FILES = ("html", "date", "doubt", "note")  # what `has:` knows and is no kind of attachment


class Famous(Struct, frozen=True, kw_only=True):
    """A message that many articles cite, with words that one of them cites; what is not here has a name alone."""

    row: MessageRow | None
    named: str
    articles: int
    words: Excerpt | None = None
    by: ArticleRow | None = None


class Source(Struct, frozen=True, kw_only=True):
    """A collection: how many messages it has, the term that finds them, where they were published ("" for nowhere)."""

    name: str
    messages: int
    query: str
    published: str


class FrontPage(Struct, frozen=True, kw_only=True):
    """What a corpus is. Counts; its span of time (seconds since 1970); what was read: read = new + already + failed;
    `result` has its latest conversations, the facets and the histogram of all that is here."""

    title: str
    about: str  # Markdown
    messages: int
    threads: int
    ghosts: int
    duplicates: int
    undated: int
    first: int | None
    last: int | None
    archives: int
    read: Sum
    failures: int
    kinds: tuple[Count, ...]  # the most frequent failures
    files: dict[str, int]  # attached files by what became of them
    sources: tuple[Source, ...]
    collections: dict[str, int]
    result: Page
    articles: int
    outlets: tuple[FacetValue, ...]
    citations: dict[str, int]
    famous: tuple[Famous, ...]
    cited: dict[str, int] = {}  # by message of `result` how many articles cite it

    @property
    def tries(self) -> list[str]:
        """Queries that find something here."""
        senders, kinds = self.facet("from"), [one.query for one in self.attachments if one.value != "attachment"]
        found = [senders[0].query] if senders else []
        found += kinds[:1] + (["is:ghost"] if self.ghosts else []) + (["is:cited"] if self.famous else [])
        return found or ["has:attachment", "is:ghost"]

    def facet(self, name: str) -> tuple[FacetValue, ...]:
        """A facet's values; none if the corpus has none."""
        return next((facet.values for facet in self.result.facets if facet.name == name), ())

    @property
    def attachments(self) -> list[FacetValue]:
        """How many messages carry each kind of file; the first is of any."""
        return [one for one in self.facet("has") if one.value not in NOT_FILES]


def front() -> Response:
    """The front page; made anew when anything in the corpus has changed."""
    return answer("front.html", kept("front", page))


def page() -> FrontPage:
    """All that it shows."""
    status = engine().status()
    lines = [line for line in status.archives if line.kind != ARTICLES]
    listed = shelf().articles(ArticlesWanted(), limit=1)
    result = engine().search(Query(), order="newest", by_thread=True, limit=LATEST)
    failed = added(((one.stage, one.code, ""), one) for one in engine().tally())
    return FrontPage(
        title=site().title, about=site().about, messages=status.messages, threads=status.threads,
        ghosts=status.ghosts, duplicates=status.duplicates, undated=status.undated, first=status.first,
        last=status.last, archives=len(lines), read=summed(lines), failures=status.failures,
        kinds=tuple(failed[:KINDS]), files=status.files, sources=tuple(sources(result)),
        collections=status.collections,
        result=replace(result, facets=tuple(map(named, result.facets))), articles=listed.total,
        outlets=next((facet.values for facet in listed.facets if facet.name == "outlet"), ()),
        citations=status.citations, famous=tuple(map(famous, shelf().most_cited(FAMOUS))),
        cited=shelf().cited_counts(hit.row.id for hit in result.hits),
    )  # fmt: skip


def sources(result: Page) -> Iterator[Source]:
    """The collections that have a name, the largest first; copies are not counted, as in any search."""
    published = engine().sources()
    for one in next((facet.values for facet in result.facets if facet.name == "collection"), ()):
        yield Source(name=one.value, messages=one.count, query=one.query, published=published.get(one.value, ""))


def named(facet: Facet) -> Facet:
    """A facet of people with the names that they go by in their own mails, in place of bare addresses; who has several
    addresses is told apart by where they are."""
    if facet.name not in ("from", "to"):
        return facet
    names = [name_of(one.value) for one in facet.values[:PEOPLE]]
    values = list(facet.values)
    for at, name in enumerate(names):
        if name:
            where = f", {values[at].value.rpartition('@')[2]}" if names.count(name) > 1 else ""
            values[at] = replace(values[at], label=name + where)
    return replace(facet, values=tuple(values))


def name_of(address: str) -> str:
    """The name that the newest mails from an address agree on; "" where they do not, or are too few to tell: a list's
    address stands in a From now and then."""
    query = Query(tree=Exact("from", address))
    found = engine().search(query, order="newest", limit=AGREEING, facets=False).hits
    names = [one.name for hit in found for one in hit.row.from_ if one.address.lower() == address]
    return names[0] if len(names) == AGREEING and len(set(names)) == 1 else ""


def famous(cited: Cited) -> Famous:
    """A cited message with an example of the words."""
    told = cited_by(cited.row.id, 1)[0] if cited.row else []
    words = told[0].words if told and told[0].citation.span else None
    return Famous(row=cited.row, named=cited.named, articles=cited.articles, words=words,
                  by=told[0].article if told else None)  # fmt: skip
