"""What two copies of one mail differ in: header fields, people, attached files, words."""

from collections import Counter
from difflib import SequenceMatcher
from typing import Literal

from msgspec import Struct

from mappings.records import Attachment, Message

LINES = 3000  # of either text that are compared; what follows is only said to differ
CONTEXT = 2  # lines around those that differ
MOST = 400  # lines of text that are told

Side = Literal["both", "first", "second"]


class Difference(Struct, frozen=True):
    """What stands in one of two messages alone, of one kind: a header field's name, or "attached file"."""

    name: str
    first: tuple[str, ...] = ()
    second: tuple[str, ...] = ()


class Line(Struct, frozen=True):
    """A line of the texts and in which it stands; `gap` says that lines that both have were left out before it."""

    side: Side
    text: str
    gap: bool = False


class Differences(Struct, frozen=True, kw_only=True):
    """All that differs. `words` is empty where the texts are the same; `more` says that not all of them is told."""

    fields: tuple[Difference, ...]
    files: Difference
    words: tuple[Line, ...] = ()
    more: bool = False

    def kinds(self) -> tuple[str, ...]:
        """What differs, in words for a line: "recipients", "headers: Received, To", "attached files", "words"."""
        names = [one.name for one in self.fields]
        found = ["recipients"] if any(name.lower() in ("to", "cc", "bcc") for name in names) else []
        found += [f"headers: {', '.join(names)}"] if names else []
        found += ["attached files"] if self.files.first or self.files.second else []
        return (*found, *(["text"] if self.words else []), "bytes")


def differences(first: Message, second: Message) -> Differences:
    """What two messages differ in; white space at the ends of values and lines does not count."""
    words, more = _words(first.text, second.text)
    files = _alone([_file(part) for part in first.attachments], [_file(part) for part in second.attachments])
    return Differences(
        fields=tuple(_fields(first, second)), files=Difference("attached file", *files), words=words, more=more
    )


def _fields(first: Message, second: Message) -> list[Difference]:
    values: dict[str, tuple[list[str], list[str]]] = {}
    names: dict[str, str] = {}
    for side, message in enumerate((first, second)):
        for name, value in message.headers:
            names.setdefault(name.lower(), name)
            values.setdefault(name.lower(), ([], []))[side].append(" ".join(value.split()))
    found = [Difference(names[name], *_alone(*both)) for name, both in values.items()]
    return [one for one in found if one.first or one.second]


def _alone(first: list[str], second: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What each of two lists holds more of than the other, in order."""
    ours, theirs = Counter(first), Counter(second)
    return tuple((ours - theirs).elements()), tuple((theirs - ours).elements())


def _file(part: Attachment) -> str:
    kind = part.sniffed or part.declared or "unknown type"
    return f"{part.name or 'unnamed'} ({kind}, {part.size:,} bytes, SHA-256 {part.sha256})"


def _words(first: str, second: str) -> tuple[tuple[Line, ...], bool]:
    if first == second:
        return (), False
    ours, theirs = ([line.rstrip() for line in text.rstrip().split("\n")] for text in (first, second))
    if ours == theirs:
        return (), False
    more = max(len(ours), len(theirs)) > LINES
    ours, theirs = ours[:LINES], theirs[:LINES]
    found: list[Line] = []
    for group in SequenceMatcher(None, ours, theirs).get_grouped_opcodes(CONTEXT):
        lines: list[Line] = []
        for kind, low, high, other_low, other_high in group:
            lines += [Line("both" if kind == "equal" else "first", line) for line in ours[low:high]]
            lines += [Line("second", line) for line in theirs[other_low:other_high] if kind != "equal"]
        lines[0] = Line(lines[0].side, lines[0].text, gap=group[0][1] > 0)
        found += lines
    return tuple(found[:MOST]), more or len(found) > MOST
