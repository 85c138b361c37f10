"""What becomes of citations under people's verdicts and the settings: tiers, what stays of earlier runs."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from msgspec import Struct, json
from msgspec.structs import replace

from mappings.articles import Citation, Judged, Settings, Span, Tier, Verdict
from search import opaque
from search.errors import CursorError
from search.ids import is_prefix

citation_decoder = json.Decoder(Citation)

_NAME = 500  # characters
_NOWHERE = Span(0, 0)


class Row(Struct, frozen=True, kw_only=True):
    """One citation as it is kept: with the verdict on it, and what lists and counts go by."""

    citation: Citation
    verdict: Verdict | None = None
    target: str = ""  # id of the message it cites, "" for what is not here
    ruled: int = 0  # 1 for a yes, -1 for a no
    best: bool = True  # of an article's citations of one message (or a copy of it) the most probable

    @property
    def at(self) -> int:
        """When it was confirmed, else found."""
        return self.verdict.at if self.verdict and self.ruled > 0 else self.citation.at


def tier(probability: float, ruled: int, settings: Settings) -> Tier:
    """The tier of a citation; a verdict goes before all."""
    if ruled:
        return "shown" if ruled > 0 else "silent"
    if probability >= settings.shown:
        return "shown"
    return "probable" if probability >= settings.probable else "silent"


def judged(row: Row, settings: Settings) -> Judged:
    """A citation as it is shown: with the message's own id where a ghost's or a copy's place was taken by it."""
    citation = row.citation
    if row.target and citation.message.startswith("g"):
        citation = replace(citation, message=row.target)
    return Judged(
        citation=citation, tier=tier(citation.probability, row.ruled, settings), verdict=row.verdict
    )  # fmt: skip


def place(citation: Citation) -> tuple[int, int, float, str]:
    """What citations of one article are sorted by."""
    return citation.passage.start, citation.passage.end, -citation.probability, citation.key[1]


class Known(Struct, frozen=True):
    """What is here: ids of messages by what citations and verdicts call them, and one name for all copies of a mail."""

    ids: Mapping[str, str]
    same: Mapping[str, str]

    def mail(self, name: str) -> str:
        """One name for all that a mail and its copies are called by."""
        id = self.ids.get(name, name)
        return self.same.get(id, id)


def merged(old: Iterable[Row], new: Iterable[Citation], add: bool, known: Known) -> list[Citation]:
    """What is kept after a run: what it found; of what was there before all (`add`), else what a person said yes to
    and this run did not find. One passage cites one mail once."""
    found = {_spot(citation, known): citation for citation in new}
    mails = {spot[0] for spot in found}
    for row in old:
        spot = _spot(row.citation, known)
        if row.citation.method != "hand" and (add or (row.ruled > 0 and spot[0] not in mails)):
            found.setdefault(spot, row.citation)
    return list(found.values())


def _spot(citation: Citation, known: Known) -> tuple[str, int, int]:
    return known.mail(citation.key[1]), citation.passage.start, citation.passage.end


def rows(article: str, found: Sequence[Citation], verdicts: Sequence[Verdict], known: Known) -> list[Row]:
    """An article's citations as they are kept, in the order of passages; those made by hand come with the verdicts."""
    ruled: dict[str, Verdict] = {}
    for verdict in sorted(verdicts, key=lambda verdict: (verdict.at, verdict.message)):
        ruled[known.mail(verdict.message)] = verdict
    by_mail: dict[str, list[Citation]] = {}
    for citation in found:
        by_mail.setdefault(known.mail(citation.key[1]), []).append(citation)
    for mail, verdict in ruled.items():
        if verdict.cites and _adds(verdict, by_mail.get(mail, ())):
            by_mail.setdefault(mail, []).append(_by_hand(article, verdict, known))
    listed = []
    for mail, citations in by_mail.items():
        best = min(citations, key=lambda citation: (-citation.probability, *place(citation)))
        said = ruled.get(mail)
        listed += [
            Row(
                citation=citation, verdict=said, target=known.ids.get(citation.message, ""),
                ruled=0 if said is None else 1 if said.cites else -1, best=citation is best,
            )
            for citation in citations
        ]  # fmt: skip
    return sorted(listed, key=lambda row: place(row.citation))


def _adds(verdict: Verdict, found: Iterable[Citation]) -> bool:
    """Whether a person's yes tells of a place that no run found."""
    marked = verdict.passage
    places = [citation.passage for citation in found]
    if not places or marked is None:
        return not places
    return not any((one.start < marked.end and marked.start < one.end) or one == marked for one in places)


def _by_hand(article: str, verdict: Verdict, known: Known) -> Citation:
    called = verdict.message not in known.ids and not is_id(verdict.message)
    return Citation(
        article=article, message="" if called else verdict.message, named=verdict.message if called else "",
        method="hand", probability=1.0, passage=verdict.passage or _NOWHERE, span=verdict.span, at=verdict.at,
    )  # fmt: skip


def is_id(name: str) -> bool:
    """Whether it is a message's or ghost's whole id, not what an article calls a mail by."""
    return (len(name) == 64 and is_prefix(name)) or (len(name) == 17 and name[0] == "g" and is_prefix(name[1:]))


def absent_name(citation: Citation) -> str:
    """One name for what is not here, in whichever article it is cited."""
    if citation.number:
        return cut(f"number:{citation.collection}:{citation.number.lower()}")
    return citation.message or cut(f"named:{citation.named}")


def sort_name(citation: Citation) -> str:
    """What citations of one article and probability are sorted by."""
    return cut(citation.key[1])


def cut(name: str) -> str:
    """A name short enough to be looked up, and still told apart from others."""
    if len(name) <= _NAME:
        return name
    return name[:_NAME] + sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def called(citation: Citation) -> str:
    """What a message that is not here is called by, in an article's words if there are any."""
    return citation.named or citation.number or citation.message


LOST = "This place in the queue is damaged; start from the first one."
Place = tuple[float, str, str]
"""Probability, article and name: where a citation stands in the queue of those to be confirmed."""


def write_place(citation: Citation) -> str:
    """A citation's place in the queue as it stands in an address."""
    return opaque.write((citation.probability, *citation.key))


def read_place(text: str) -> Place:
    """The place that `write_place` wrote; CursorError for anything else."""
    found: Place = opaque.read(text, tuple[float, str, str], LOST)
    try:
        bytes.fromhex(found[1])
    except ValueError:
        raise CursorError(LOST) from None
    return found
