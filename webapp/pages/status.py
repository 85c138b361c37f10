"""`/status`: what was read and what failed, with sums that add up."""

from collections.abc import Iterable

from flask import Blueprint
from msgspec import Struct
from werkzeug.wrappers import Response

from mappings.records import ArchiveState, Failure, Status
from webapp.answers import answer
from webapp.context import engine, whole_number
from webapp.operations import number, operation

pages = Blueprint("status", __name__)
FAILURES = 50  # on one page
ARTICLES = "articles"  # the kind of the ledger's lines that are not of mails
ARCHIVES = 500  # of the ledger's lines on one page


class Sum(Struct, frozen=True, kw_only=True):
    """All archives together: read = new + already + failed."""

    read: int
    new: int
    already: int
    failed: int

    @property
    def holds(self) -> bool:
        """Whether the counts add up."""
        return self.read == self.new + self.already + self.failed


class StatusPage(Struct, frozen=True, kw_only=True):
    """The corpus's counts, a page of its ledger, a page of its failures; `next` is the number to go on after, or 0.
    `total` is of mails, `articles` of articles."""

    status: Status
    total: Sum
    articles: Sum
    archives_page: int
    archives_pages: int
    archives: tuple[ArchiveState, ...]
    failures: tuple[tuple[int, Failure], ...]
    after: int
    next: int


@pages.get("/status")
@pages.get("/status.json", endpoint="json")
@operation("what was read and what failed", StatusPage, number("archives", "(page)"),
           number("after", "(number of a failure)", 0))  # fmt: skip
def status() -> Response:
    """The state of the corpus."""
    found = engine().status()
    lines = found.archives
    last = max(1, -(-len(lines) // ARCHIVES))
    number = whole_number("archives", 1, 1, last)
    after = whole_number("after", 0, 0, 2**53)
    failures = engine().failures(FAILURES + 1, after)
    return answer(
        "status.html",
        StatusPage(
            status=found,
            total=summed(line for line in lines if line.kind != ARTICLES),
            articles=summed(line for line in lines if line.kind == ARTICLES),
            archives_page=number, archives_pages=last, archives=lines[(number - 1) * ARCHIVES : number * ARCHIVES],
            failures=tuple(failures[:FAILURES]), after=after,
            next=failures[FAILURES - 1][0] if len(failures) > FAILURES else 0,
        ),
    )  # fmt: skip


def summed(lines: Iterable[ArchiveState]) -> Sum:
    """The ledger's lines together."""
    lines = tuple(lines)
    return Sum(
        read=sum(line.read for line in lines), new=sum(line.new for line in lines),
        already=sum(line.already for line in lines), failed=sum(line.failed for line in lines),
    )  # fmt: skip
