"""`/p/<id>`: a person: names and addresses with their evidence, activity, correspondents, topics, articles."""

from collections.abc import Iterable

from flask import Blueprint, redirect
from msgspec import Struct
from werkzeug.wrappers import Response

from mappings.articles import ArticleRow
from mappings.persons import Decision, Evidence, Person
from mappings.records import MessageRow
from search.deciding import joining, named, splitting
from search.engine import Writer
from search.errors import NotFound, SearchError
from search.merging import spoken
from search.parse import parse
from search.persons import Shares
from search.query import Exact, Query
from search.reasons import examples, why
from search.results import Page
from search.shelved import row as article_row
from webapp import writing
from webapp.answers import answer, wants_json
from webapp.citations import articles_of
from webapp.context import BadValue, engine, shelf, site
from webapp.formats import person_link
from webapp.operations import one_of, operation, text
from webapp.topics import Topics, topics

pages = Blueprint("person", __name__)
LATEST = 8  # messages
CORRESPONDENTS = 15
ARTICLES = 20
CITED = 50  # of the person's messages, whose articles are listed


class Reason(Struct, frozen=True, kw_only=True):
    """Why two handles are one person's: the evidence, a sentence, messages that show it."""

    evidence: Evidence
    words: str
    messages: tuple[MessageRow, ...]


class PersonPage(Struct, frozen=True, kw_only=True):
    """What is known of a person. Counts are of mails (of copies one), each counted once."""

    person: Person
    wrote: int
    got: int
    result: Page  # the latest mails that the person takes part in, and all of them over time
    to: Shares  # whom the person wrote to
    from_: Shares  # who wrote to the person
    reasons: tuple[Reason, ...]
    topics: Topics
    articles: tuple[ArticleRow, ...]  # that cite mails of the person
    writable: bool


@pages.get("/p/<person:id>")
@pages.get("/p/<person:id>.json", endpoint="json")
@operation("a person: addresses, correspondents, activity, topics, articles", PersonPage,
           leads="The person's own id, for that of another of its addresses.")  # fmt: skip
def person(id: str) -> Response:
    """One person."""
    found = engine().person(id)
    if found.id != id:
        return redirect(person_link(found.id, ".json" if wants_json() else ""))
    wrote, got = asked("wrote", id), asked("got", id)
    return answer("person.html", PersonPage(
        person=found, wrote=engine().count(wrote), got=engine().count(got),
        result=engine().search(asked("person", id), order="newest", limit=LATEST),
        to=others(engine().shares(wrote, "got", CORRESPONDENTS + 1), id),
        from_=others(engine().shares(got, "wrote", CORRESPONDENTS + 1), id),
        topics=topics(engine(), wrote, spoken(found)), reasons=tuple(reasons(found.evidence)),
        articles=tuple(citing(wrote)), writable=site().writable,
    ))  # fmt: skip


def others(shares: Shares, id: str) -> Shares:
    """Shares without the person's own: many send themselves a copy."""
    rows = [share for share in shares.rows if share.person.id != id]
    total = shares.total - (len(rows) < len(shares.rows))
    shown = tuple(rows[:CORRESPONDENTS])
    return Shares(rows=shown, total=total, more=total > len(shown))


def asked(part: str, id: str) -> Query:
    """The mails that a person takes part in, wrote or got."""
    return parse(f"{part}:{id}")


def reasons(evidence: Iterable[Evidence]) -> Iterable[Reason]:
    """Evidence with its words and the messages that show it."""
    for one in evidence:
        rows = []
        for message in examples(engine(), one):
            try:
                rows.append(engine().row(message))
            except NotFound:
                continue
        yield Reason(evidence=one, words=why(one), messages=tuple(rows))


def citing(wrote: Query) -> list[ArticleRow]:
    """Articles that cite the mails of a query, the newest first."""
    cited = Query(tree=Exact("is", "cited"))
    if not engine().count(cited):
        return []
    found = parse(f"{wrote.text} is:cited")
    ids = [hit.row.id for hit in engine().search(found, order="cited", limit=CITED, facets=False).hits]
    judged = [one for several in shelf().cited_by(ids).values() for one in several if one.tier == "shown"]
    rows = [article_row(article) for article in articles_of(judged).values()]
    return sorted(rows, key=lambda row: (row.date, row.id), reverse=True)[:ARTICLES]


@pages.post("/p/<person:id>")
@operation(
    "decides for good who is who", None,
    form=(
        text("token", required=True), one_of("decision", ("split", "join", "undo"), required=True),
        text("handle", "an address or name that is not the person's"),
        text("other", "who is the same person: id, address or name"), text("of", "the decision that is taken back", 64),
        text("by", "who decides", writing.LONGEST_NAME),
    ),
    leads="The person's page.",
)
def decide(id: str) -> Response:
    """Stores a decision, or takes one back; leads to the person."""
    writing.check()
    found = engine().person(id)
    what, by = writing.field("decision", 10), writing.decider()
    if what == "undo":
        of = writing.field("of", 64)
        writing.store(lambda writer: writer.undecide(of))
        return redirect(person_link(id), 303)
    keep(made(found, what, by))
    return redirect(person_link(id), 303)


def made(found: Person, what: str, by: str) -> list[Decision]:
    """The decisions that a form asks for; BadValue."""
    try:
        if what == "split":
            return splitting(found, [writing.field("handle")], by)
        if what == "join":
            return joining([found, named(engine(), writing.field("other"))], by)
    except SearchError as error:
        raise BadValue(str(error)) from error
    raise BadValue(f"A decision is split, join or undo, not “{what}”.")


def keep(decisions: list[Decision]) -> None:
    """Stores decisions."""

    def write(writer: Writer) -> None:
        for decision in decisions:
            writer.decide(decision)

    writing.store(write)


