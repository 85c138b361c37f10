"""The mails of a document's chain that no header block introduces but a line such as "On 3 May 2011, Ann wrote:"."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from ingest.attributions import read_attribution
from ingest.introductions import introduces
from ingest.releases.clock import Clock, read_clock
from ingest.releases.parts import Fields, Part
from ingest.subjects import plain_subject
from mappings.records import Address

_LEAD = re.compile(r"^[ \t]*(?:On|Am|Le|El|Il|Em|Op) .{5,200}", re.M)
_LINES = 3  # that an attribution may run over
_WHEN = re.compile(r"\bOn (.{6,60}?(?:\d{4}|\d\d?/\d\d?/\d\d),? (?:at )?\d\d?[:.]\d\d(?: ?[AP]\.?M\b)?)", re.S)


def with_attributed(text: str, parts: list[Part]) -> list[Part]:
    """The parts, cut where an attribution says that another mail's words begin, if they stand without ">" marks:
    marked ones are among the answers to them, and stay with the mail that gives these."""
    if "wrote" not in text:
        return parts
    found: list[Part] = []
    cut: set[int] = set()
    for part in parts:
        at = part
        for start, body, fields in _attributions(text, part.body, part.end):
            found.append(replace(at, end=start))
            at = Part(fields, start, body, part.end)
            cut.add(start)
        found.append(at)
    return _titled(found, cut) if cut else parts


def _attributions(text: str, start: int, end: int) -> Iterator[tuple[int, int, Fields]]:
    """Where in `text[start:end]` an attribution begins, where it ends, and what it says: who and to the minute when."""
    at = start
    while lead := _LEAD.search(text, at, end):
        at = lead.end()
        stop = lead.end()
        for _ in range(_LINES):
            line = " ".join(text[lead.start() : stop].split())
            if introduces(line):
                fields = _fields(line)
                if fields and text[stop:end].lstrip()[:1] not in (">", ""):
                    yield lead.start(), min(stop + 1, end), fields
                    at = stop
                break
            if stop >= end:
                break
            stop = text.find("\n", stop + 1, end)
            stop = end if stop < 0 else stop


def _fields(line: str) -> Fields | None:
    """What an attribution says; None unless it names both a writer and a time."""
    said = read_attribution(line)
    written = _WHEN.search(line)  # as documents print it, the month first
    sent = read_clock(written[1].replace(" at ", " ")) if written else None
    sent = sent if sent and sent.timed else _clock(said.date)
    if not sent or not (said.name or said.address):
        return None
    return Fields(sender=Address(said.name.partition("<")[0].strip(), said.address), sent=sent)


def _clock(iso: str) -> Clock | None:
    """An attribution's date as a clock; None below the minute."""
    if len(iso) < len("2015-08-03T14:02"):
        return None
    year, month, day, hour, minute = (int(iso[a:b]) for a, b in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16)))
    return Clock(year, month, day, hour, minute)


def _titled(parts: list[Part], cut: set[int]) -> list[Part]:
    """The parts with the subjects that attributions don't give: that of the answer above, a reply's if another mail
    is quoted below."""
    titled: list[Part] = []
    for number, part in enumerate(parts):
        if part.start in cut and titled[-1].fields.subject:
            base, _ = plain_subject(titled[-1].fields.subject)
            subject = f"Re: {base}" if number + 1 < len(parts) else base
            part = replace(part, fields=replace(part.fields, subject=subject))
        titled.append(part)
    return titled
