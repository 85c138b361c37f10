"""`/failures`: what could not be read, counted by kind and by archive, and listed; each count leads to its list."""

from collections.abc import Iterable

from flask import Blueprint
from msgspec import Struct
from werkzeug.wrappers import Response

from mappings.records import Failure
from search.failures import Tally, Which
from webapp.answers import answer
from webapp.context import engine, text_value, whole_number
from webapp.operations import number, operation, text

pages = Blueprint("failures", __name__)
LISTED = 50  # failures on one page
ARCHIVES = 200  # those with most failures


class Count(Struct, frozen=True, kw_only=True):
    """Failures of one stage and code, or of one archive: lost + kept."""

    stage: str = ""
    code: str = ""
    archive: str = ""
    lost: int
    kept: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.lost + self.kept


class FailuresPage(Struct, frozen=True, kw_only=True):
    """What was asked for, its counts, a page of its failures; `next` is the number to go on after, or 0.

    `kinds` leaves the stage and code asked for aside, `archives` the archive, so that each offers the others.
    """

    which: Which
    lost: int
    kept: int
    kinds: tuple[Count, ...]
    archives: tuple[Count, ...]
    more_archives: int
    failures: tuple[tuple[int, Failure], ...]
    after: int
    next: int


@pages.get("/failures")
@pages.get("/failures.json", endpoint="json")
@operation("what failed, by kind and archive", FailuresPage, text("stage", longest=40), text("code", longest=100),
           text("archive", longest=5000), number("after", "(number of a failure)", 0))  # fmt: skip
def failures() -> Response:
    """The failures of a stage, a code, an archive, or all."""
    which = Which(text_value("stage", 40), text_value("code", 100), text_value("archive", 5000))
    after = whole_number("after", 0, 0, 2**53)
    counted = engine().tally()
    of_kind = [one for one in counted if which.stage in ("", one.stage) and which.code in ("", one.code)]
    of_archive = [one for one in counted if which.archive in ("", one.archive)]
    asked = [one for one in of_kind if which.archive in ("", one.archive)]
    archives = added((("", "", one.archive), one) for one in of_kind)
    found = engine().failures(LISTED + 1, after, which)
    return answer(
        "failures.html",
        FailuresPage(
            which=which, lost=sum(one.lost for one in asked), kept=sum(one.kept for one in asked),
            kinds=tuple(added(((one.stage, one.code, ""), one) for one in of_archive)),
            archives=tuple(archives[:ARCHIVES]), more_archives=max(0, len(archives) - ARCHIVES),
            failures=tuple(found[:LISTED]), after=after, next=found[LISTED - 1][0] if len(found) > LISTED else 0,
        ),
    )  # fmt: skip


def added(counted: Iterable[tuple[tuple[str, str, str], Tally]]) -> list[Count]:
    """Counts that share a key together, the largest first."""
    sums: dict[tuple[str, str, str], tuple[int, int]] = {}
    for key, one in counted:
        lost, kept = sums.get(key, (0, 0))
        sums[key] = lost + one.lost, kept + one.kept
    found = [
        Count(stage=stage, code=code, archive=archive, lost=lost, kept=kept)
        for (stage, code, archive), (lost, kept) in sums.items()
    ]
    return sorted(found, key=lambda one: (-one.total, one.stage, one.code, one.archive))
