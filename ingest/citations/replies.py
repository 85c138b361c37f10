"""The thread rule: "in his reply …" beside a cited message, with the name of somebody who answered it."""

from collections.abc import Mapping, Sequence

from ingest.citations.cues import tells_of_reply
from ingest.citations.people import Named, People
from mappings.articles import Article, Citation, Fact, Span
from mappings.records import MessageRow
from search.citing import Wanted
from search.engine import Engine
from search.errors import NotFound

LEAST = 0.5  # chance of the citation that is answered
WORTH = 0.85  # of that chance, for the reply
_WINDOW = 45 * 86400
_FORWARD = ("fw:", "fwd:", "wg:", "tr:", "rv:")


def replies(article: Article, cited: Sequence[Citation], engine: Engine, people: People, model: str) -> list[Citation]:
    """The replies to messages cited that an article speaks of too, in the same passage or the next one."""
    found: dict[str, Citation] = {}
    known = {citation.message for citation in cited if citation.probability >= LEAST}
    for citation in cited:
        if citation.probability < LEAST or not citation.here:
            continue
        for start, end in _near(article, citation.passage):
            told = tells_of_reply(article.text[start:end])
            if told is None:
                continue
            named = people.named(article.text, start, end)
            row = _reply(engine, citation.message, named, people)
            if row is None or row.id in known:
                continue
            chance = WORTH * citation.probability
            if row.id not in found or found[row.id].probability < chance:
                place = Span(start, end)
                found[row.id] = _citation(article, row, place, told[0], named, people, chance, model)
            break
    return list(found.values())


def _near(article: Article, span: Span) -> list[tuple[int, int]]:
    """The passage that a stretch is in, from that stretch's end on, and the next passage."""
    for at, passage in enumerate(article.passages):
        if passage.start <= span.start < passage.end:
            after = [(passage.start, passage.end)]
            return after + [(one.start, one.end) for one in article.passages[at + 1 : at + 2]]
    return []


def _reply(engine: Engine, id: str, named: Sequence[Named], people: People) -> MessageRow | None:
    """The first answer to a message by somebody named: below it in its thread, else of its subject and people."""
    worth: dict[int, float] = {}
    for one in named:
        for person, sure in one.people.items():
            worth[person] = max(worth.get(person, 0.0), sure)
    try:
        row, thread = engine.row(id), engine.thread(id)
    except NotFound:
        return None
    writers = _people(row, people)
    fit = [one for one in thread.rows if _answers(one, row, writers, worth, people) and _below(one, id, thread.rows)]
    if not fit:
        fit = [one for one in thread.rows if _answers(one, row, writers, worth, people) and _same_subject(one, row)]
    if not fit:
        fit = _besides(engine, row, writers, worth, people)
    fit.sort(key=lambda one: (one.date is None, one.date or 0, one.id))
    return fit[0] if fit else None


def _people(row: MessageRow, people: People) -> set[int]:
    return {people.person(address) for address in row.from_} - {-1}


def _answers(
    one: MessageRow, row: MessageRow, writers: set[int], worth: Mapping[int, float], people: People
) -> bool:
    """Whether a row is an answer by somebody named who is not the one answered."""
    who = _people(one, people)
    if one.ghost or one.id == row.id or not who or who & writers or one.subject.lower().startswith(_FORWARD):
        return False
    if max((worth.get(person, 0.0) for person in who), default=0.0) < 0.5:
        return False
    return one.date is None or row.date is None or one.date >= row.date - 86400


def _below(one: MessageRow, id: str, rows: Sequence[MessageRow]) -> bool:
    parents = {row.id: row.parent for row in rows}
    at, steps = one.parent, 0
    while at and at != id and steps < 3:
        at, steps = parents.get(at, ""), steps + 1
    return at == id


def _same_subject(one: MessageRow, row: MessageRow) -> bool:
    bare = one.subject.lower().rpartition("re:")[2].strip() if ":" in one.subject else one.subject.lower().strip()
    own = row.subject.lower().rpartition("re:")[2].strip() if ":" in row.subject else row.subject.lower().strip()
    return bool(bare) and bare == own


def _besides(
    engine: Engine, row: MessageRow, writers: set[int], worth: Mapping[int, float], people: People
) -> list[MessageRow]:
    """Answers that no thread joined: the same subject, between the same two, within weeks."""
    if row.date is None:
        return []
    fit: list[MessageRow] = []
    mine = [address for person in sorted(writers) for address in people.addresses(person)]
    for person in sorted(worth):
        theirs = people.addresses(person) if person not in writers and worth[person] >= 0.5 else []
        if not mine or not theirs:
            continue
        wanted = Wanted(people=(*mine[:3], *theirs[:3]), both=True, after=row.date, before=row.date + _WINDOW)
        for candidate in engine.candidates(wanted, 50):
            one = engine.row(candidate.id)
            if _answers(one, row, writers, worth, people) and _same_subject(one, row):
                fit.append(one)
    return fit


def _citation(
    article: Article, row: MessageRow, span: Span, told: str, named: Sequence[Named], people: People, chance: float,
    model: str,
) -> Citation:  # fmt: skip
    who = _people(row, people)
    name = next((article.text[n.span.start : n.span.end] for n in named if who & n.people.keys()), "")
    facts = (
        Fact(topic="thread", article=told, message=row.subject, text="It answers a message that the article cites."),
        Fact(topic="name", article=name, message=", ".join(map(str, row.from_)),
             text="The passage names the sender."),
    )  # fmt: skip
    return Citation(article=article.id, message=row.id, method="thread", probability=round(chance, 4), passage=span,
                    collection=row.collection, facts=facts, model=model)  # fmt: skip
